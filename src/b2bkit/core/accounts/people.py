"""People of a company: invited, joined, given a role, dismissed. All of it holds at once on open sessions."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts import passwords, sign_in
from b2bkit.core.accounts.events import EmployeeDismissed, EmployeeInvited, EmployeeJoined
from b2bkit.core.accounts.models import Company, Invitation, Membership, User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

INVITATION_HOURS = 24
EMAIL = re.compile(r"[^@\s<>\"(),:;\\]+@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]{2,}")


class Person(NamedTuple):
    """A row of the company's list of people."""

    membership_id: UUID
    user_id: UUID
    name: str
    email: str
    role: str
    dismissed: bool


def invitation_token(work: Work, invitation_id: UUID) -> str:
    """The secret of an invitation's link: made from the portal's key, so that it need not be stored to be mailed."""
    key = work.config.secret_key.get_secret_value().encode()
    return base64.urlsafe_b64encode(hmac.digest(key, b"invitation:" + invitation_id.bytes, "sha256")).decode().rstrip("=")


def invite(work: Work, *, company_id: UUID, email: str, name: str, role: str) -> UUID:
    """Invites an address into a company; a link for 24 hours and one use goes there by mail. Refuses bad input, all of it at once."""
    work.require("accounts.people")
    if work.session.get(Company, company_id) is None:
        raise NotFound("company")
    email, name = email.strip().lower(), name.strip()
    problems = [*_check_person(work, email, name), *_check_role(work, role)]
    if not problems and _is_member(work, company_id, email):
        problems = [Problem("already_member", _("This person already works here."), "email")]
    if problems:
        raise Refused(problems)
    invitation_id = new_id()
    work.session.add(
        Invitation(
            id=invitation_id,
            company_id=company_id,
            email=email,
            name=name,
            role=role,
            token_hash=sign_in.token_hash(invitation_token(work, invitation_id)),
            invited_by=work.actor.user_id,
            created_at=work.now,
            expires_at=work.now + timedelta(hours=INVITATION_HOURS),
        )
    )
    work.session.flush()
    work.enqueue("accounts.send_invitation", invitation_id=str(invitation_id))
    work.publish(EmployeeInvited(invitation_id, company_id), key=f"company:{company_id}")
    record(work, action="accounts.invited", entity="invitation", entity_id=invitation_id, company_id=company_id, details={"email": email, "role": role})
    return invitation_id


def _check_person(work: Work, email: str, name: str) -> list[Problem]:
    problems = []
    if not EMAIL.fullmatch(email) or len(email) > 254:
        problems.append(Problem("email_invalid", _("Write an e-mail address like name@company.com."), "email"))
    if not name:
        problems.append(Problem("name_missing", _("Write the person's name."), "name"))
    return problems


def _check_role(work: Work, role: str) -> list[Problem]:
    known = work.kit.roles.get(role)
    return [] if known and known.side == "client" else [Problem("role_unknown", _("Choose a role from the list."), "role")]


def _is_member(work: Work, company_id: UUID, email: str) -> bool:
    found = select(Membership.id).join(User, User.id == Membership.user_id)
    return work.session.scalars(found.where(Membership.company_id == company_id, User.email == email, Membership.dismissed_at.is_(None))).first() is not None


def open_invitation(work: Work, *, token: str) -> Invitation:
    """The invitation that this link's token opens, if it still does; NotFound otherwise, whatever the reason. Unscoped work."""
    found = work.session.scalars(select(Invitation).where(Invitation.token_hash == sign_in.token_hash(token))).one_or_none()
    if found is None or found.used_at or found.revoked_at or found.expires_at <= work.now:
        raise NotFound("invitation")
    return found


def accept(work: Work, *, token: str, password: str, user_agent: str = "") -> str:
    """Joins the company with a password (of the existing account, or for the new one); returns a session token. Unscoped work."""
    invitation = open_invitation(work, token=token)
    user = work.session.scalars(select(User).where(User.email == invitation.email)).one_or_none()
    if user is not None and user.password_hash is not None:
        if user.blocked or not passwords.verify(user.password_hash, password):
            raise Refused(Problem("wrong_password", _("This is not the password of your account here."), "password"))
    else:
        problems = passwords.weakness(password, email=invitation.email)
        if problems:
            raise Refused(problems)
        user = user or User(id=new_id(), email=invitation.email, name=invitation.name, created_at=work.now)
        user.password_hash = passwords.hash_password(password)
        work.session.add(user)
        work.session.flush()
    _join(work, invitation, user)
    return sign_in.open_session(work, user_id=user.id, user_agent=user_agent, company_id=invitation.company_id)


def _join(work: Work, invitation: Invitation, user: User) -> None:
    member = work.session.scalars(select(Membership).where(Membership.company_id == invitation.company_id, Membership.user_id == user.id)).one_or_none()
    if member is None:
        member = Membership(company_id=invitation.company_id, user_id=user.id, role=invitation.role, since=work.now)
        work.session.add(member)
    member.role, member.dismissed_at = invitation.role, None
    invitation.used_at = work.now
    work.session.flush()
    work.publish(EmployeeJoined(invitation.company_id, user.id, user.name, invitation.invited_by), key=f"company:{invitation.company_id}")
    record(work, action="accounts.joined", entity="user", entity_id=user.id, company_id=invitation.company_id, details={"role": invitation.role})


def people(work: Work, *, company_id: UUID) -> list[Person]:
    """Everybody of a company, those who work there first."""
    statement = select(Membership.id, User.id, User.name, User.email, Membership.role, Membership.dismissed_at)
    statement = statement.join(User, User.id == Membership.user_id).where(Membership.company_id == company_id)
    rows = work.session.execute(statement.order_by(Membership.dismissed_at.is_not(None), User.name))
    return [Person(*row[:5], dismissed=row[5] is not None) for row in rows]


def invitations(work: Work, *, company_id: UUID) -> list[Invitation]:
    """Invitations that still wait for an answer."""
    waiting = (Invitation.company_id == company_id, Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > work.now)
    return list(work.session.scalars(select(Invitation).where(*waiting).order_by(Invitation.created_at.desc())))


def revoke(work: Work, *, invitation_id: UUID) -> None:
    """Closes an invitation's link at once."""
    work.require("accounts.people")
    invitation = work.session.get(Invitation, invitation_id)
    if invitation is None or invitation.used_at is not None:
        raise NotFound("invitation")
    invitation.revoked_at = work.now
    record(work, action="accounts.revoked", entity="invitation", entity_id=invitation.id, company_id=invitation.company_id)


def _member(work: Work, membership_id: UUID) -> Membership:
    work.require("accounts.people")
    member = work.session.get(Membership, membership_id)
    if member is None or member.dismissed_at is not None:
        raise NotFound("membership")
    if member.user_id == work.actor.user_id:
        raise Refused(Problem("not_yourself", _("You cannot do this to yourself. Ask another owner or your manager."), None))
    return member


def change_role(work: Work, *, membership_id: UUID, role: str) -> None:
    """Gives a person another role; open sessions have it with their next request."""
    member = _member(work, membership_id)
    problems = _check_role(work, role)
    if problems:
        raise Refused(problems)
    before, member.role = member.role, role
    record(work, action="accounts.role_changed", entity="user", entity_id=member.user_id, company_id=member.company_id, details={"before": before, "after": role})


def dismiss(work: Work, *, membership_id: UUID) -> None:
    """Ends a person's place in the company and their sessions there, at once."""
    member = _member(work, membership_id)
    member.dismissed_at = work.now
    work.session.flush()
    sign_in.end_sessions(work, user_id=member.user_id, company_id=member.company_id)
    work.publish(EmployeeDismissed(member.company_id, member.user_id), key=f"company:{member.company_id}")
    record(work, action="accounts.dismissed", entity="user", entity_id=member.user_id, company_id=member.company_id)
    work.signal("session", member.user_id, users=(member.user_id,))


def has_account(work: Work, email: str) -> bool:
    """Whether this address already has a password here. Unscoped work, for the page of an invitation that went to it."""
    return work.session.scalars(select(User.id).where(User.email == email, User.password_hash.is_not(None))).first() is not None
