"""People of a company: invited, joined, given a role, dismissed. All of it holds at once on open sessions."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts import passwords, sign_in
from b2bkit.core.accounts.events import EmployeeDismissed, EmployeeInvited, EmployeeJoined
from b2bkit.core.accounts.models import Company, Invitation, Membership, User
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import request_url
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
    """Invites an address into a company; a link for 24 hours and one use goes there by mail. Refuses bad input, all of it at once.

    Where no mail is sent the inviter hands the link over: see `links_to_hand_over`.
    """
    work.require("accounts.people")
    if work.session.get(Company, company_id) is None:
        raise NotFound("company")
    hold(work.session, Company, company_id)
    email, name = email.strip().lower(), " ".join(name.split())
    problems = [*_check_person(work, email, name), *_check_role(work, role)]
    if not problems and _is_member(work, company_id, email):
        problems = [Problem("already_member", _("This person already works here."), "email")]
    if problems:
        raise Refused(problems)
    _revoke_earlier(work, company_id, email)
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
    if work.config.tables.mail.host:
        work.enqueue("accounts.send_invitation", invitation_id=str(invitation_id))
    work.publish(EmployeeInvited(invitation_id, company_id), key=f"company:{company_id}")
    record(
        work,
        action="accounts.invited",
        entity="invitation",
        entity_id=invitation_id,
        company_id=company_id,
        details={"email": email, "role": role},
    )
    return invitation_id


def _revoke_earlier(work: Work, company_id: UUID, email: str) -> None:
    """Of several letters to one address only the newest link opens."""
    waiting = (
        Invitation.company_id == company_id,
        Invitation.email == email,
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    for earlier in work.session.scalars(select(Invitation).where(*waiting).with_for_update()):
        earlier.revoked_at = work.now


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
    return (
        work.session.scalars(
            found.where(Membership.company_id == company_id, User.email == email, Membership.dismissed_at.is_(None))
        ).first()
        is not None
    )


def open_invitation(work: Work, *, token: str, lock: bool = False) -> Invitation:
    """The invitation that this link's token opens, if it still does; NotFound otherwise, whatever the reason. Unscoped work.

    lock   holds it until the end of the transaction, so that a link pressed twice at once is used once
    """
    statement = select(Invitation).where(Invitation.token_hash == sign_in.token_hash(token))
    found = work.session.scalars(statement.with_for_update() if lock else statement).one_or_none()
    if found is None or found.used_at or found.revoked_at or found.expires_at <= work.now:
        raise NotFound("invitation")
    if work.session.get_one(Company, found.company_id).suspended:
        raise NotFound("invitation")
    return found


def accept(work: Work, *, token: str, password: str, address: str, user_agent: str = "") -> str:
    """Joins the company with a password (of the existing account, or for the new one); returns a session token. Unscoped work.

    A wrong password is counted like one at sign-in: the caller commits although Refused was raised; nothing else has changed then.
    """
    invitation = open_invitation(work, token=token, lock=True)
    user = work.session.scalars(select(User).where(User.email == invitation.email)).one_or_none()
    if user is not None and user.password_hash is not None:
        _recognise(work, user, password, address)
    else:
        problems = passwords.weakness(password, email=invitation.email)
        if problems:
            raise Refused(problems)
        user = user or User(id=new_id(), email=invitation.email, name=invitation.name, created_at=work.now)
        user.password_hash = passwords.hash_password(password)
        work.session.add(user)
        work.session.flush()
    _join(work, invitation, user)
    sign_in.sign_out(work)
    return sign_in.open_session(work, user_id=user.id, user_agent=user_agent, company_id=invitation.company_id)


def _recognise(work: Work, user: User, password: str, address: str) -> None:
    if sign_in.locked(work, email=user.email, address=address):
        raise Refused(sign_in.too_many())
    if user.blocked or not passwords.verify(user.password_hash, password):
        sign_in.count_failure(work, email=user.email, address=address)
        raise Refused(Problem("wrong_password", _("This is not the password of your account here."), "password"))
    if user.staff_role is not None:
        own = _("This address belongs to the supplier's own staff. Ask for an invitation to another address.")
        raise Refused(Problem("staff_address", own, "password"))


def _join(work: Work, invitation: Invitation, user: User) -> None:
    member = work.session.scalars(
        select(Membership).where(Membership.company_id == invitation.company_id, Membership.user_id == user.id)
    ).one_or_none()
    if member is None:
        member = Membership(company_id=invitation.company_id, user_id=user.id, role=invitation.role, since=work.now)
        work.session.add(member)
    member.role, member.dismissed_at = invitation.role, None
    invitation.used_at = work.now
    work.session.flush()
    work.publish(EmployeeJoined(invitation.company_id, user.id, user.name, invitation.invited_by), key=f"company:{invitation.company_id}")
    record(
        work,
        action="accounts.joined",
        entity="user",
        entity_id=user.id,
        company_id=invitation.company_id,
        details={"role": invitation.role},
    )


def people(work: Work, *, company_id: UUID) -> list[Person]:
    """Everybody of a company, those who work there first."""
    statement = select(Membership.id, User.id, User.name, User.email, Membership.role, Membership.dismissed_at)
    statement = statement.join(User, User.id == Membership.user_id).where(Membership.company_id == company_id)
    rows = work.session.execute(statement.order_by(Membership.dismissed_at.is_not(None), User.name))
    return [Person(*row[:5], dismissed=row[5] is not None) for row in rows]


def invitations(work: Work, *, company_id: UUID) -> list[Invitation]:
    """Invitations that still wait for an answer."""
    waiting = (
        Invitation.company_id == company_id,
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > work.now,
    )
    return list(work.session.scalars(select(Invitation).where(*waiting).order_by(Invitation.created_at.desc())))


def links_to_hand_over(work: Work, *, company_id: UUID) -> dict[UUID, str]:
    """Links of the actor's own waiting invitations where no mail is sent, and somebody must hand them over; empty where mail is."""
    if work.config.tables.mail.host or not work.may("accounts.people"):
        return {}
    mine = [one for one in invitations(work, company_id=company_id) if one.invited_by == work.actor.user_id]
    return {one.id: request_url(work, "accounts.invitation", token=invitation_token(work, one.id)) for one in mine}


def revoke(work: Work, *, invitation_id: UUID) -> None:
    """Closes an invitation's link at once."""
    work.require("accounts.people")
    statement = select(Invitation).where(Invitation.id == invitation_id).with_for_update().execution_options(populate_existing=True)
    invitation = work.session.scalars(statement).one_or_none()
    if invitation is None or invitation.used_at is not None:
        raise NotFound("invitation")
    invitation.revoked_at = work.now
    details, company_id = {"email": invitation.email}, invitation.company_id
    record(work, action="accounts.revoked", entity="invitation", entity_id=invitation.id, company_id=company_id, details=details)


def _member(work: Work, membership_id: UUID) -> Membership:
    work.require("accounts.people")
    statement = select(Membership).where(Membership.id == membership_id).with_for_update().execution_options(populate_existing=True)
    member = work.session.scalars(statement).one_or_none()
    if member is None or member.dismissed_at is not None:
        raise NotFound("membership")
    if member.user_id == work.actor.user_id:
        raise Refused(Problem("not_yourself", _("You cannot do this to yourself. Ask another owner or your manager."), None))
    return member


def _keep_an_owner(work: Work, member: Membership) -> None:
    """Clients cannot leave their company without an owner; the supplier's staff can, who see to the next one.

    The company's row is locked first, so that of two owners who dismiss each other at once the second finds none left.
    """
    if member.role != "owner" or work.actor.kind != "client":
        return
    work.session.execute(select(Company.id).where(Company.id == member.company_id).with_for_update())
    owners = (Membership.company_id == member.company_id, Membership.role == "owner", Membership.dismissed_at.is_(None))
    left = select(Membership.user_id).where(*owners, Membership.id != member.id)
    if work.session.scalars(left).first() is None:
        text = _("This is the last owner of the company. Make somebody else an owner first, or ask your manager.")
        raise Refused(Problem("last_owner", text))


def _name(work: Work, member: Membership) -> str:
    user = work.session.get(User, member.user_id)
    return user.name if user is not None else ""


def change_role(work: Work, *, membership_id: UUID, role: str) -> None:
    """Gives a person another role; open sessions have it with their next request."""
    member = _member(work, membership_id)
    problems = _check_role(work, role)
    if problems:
        raise Refused(problems)
    if role != "owner":
        _keep_an_owner(work, member)
    before, member.role = member.role, role
    work.session.flush()
    work.signal("session", member.user_id, users=(member.user_id,))
    details = {"person": _name(work, member), "before": before, "after": role}
    record(work, action="accounts.role_changed", entity="user", entity_id=member.user_id, company_id=member.company_id, details=details)


def dismiss(work: Work, *, membership_id: UUID) -> None:
    """Ends a person's place in the company and their sessions there, at once."""
    member = _member(work, membership_id)
    _keep_an_owner(work, member)
    member.dismissed_at = work.now
    work.session.flush()
    sign_in.end_sessions(work, user_id=member.user_id, company_id=member.company_id)
    work.publish(EmployeeDismissed(member.company_id, member.user_id), key=f"company:{member.company_id}")
    details = {"person": _name(work, member)}
    record(work, action="accounts.dismissed", entity="user", entity_id=member.user_id, company_id=member.company_id, details=details)
    work.signal("session", member.user_id, users=(member.user_id,))


def change(work: Work, *, membership_id: UUID, action: Literal["role", "dismiss"], role: str = "") -> None:
    """What the form beside a person asks for."""
    if action == "dismiss":
        dismiss(work, membership_id=membership_id)
    else:
        change_role(work, membership_id=membership_id, role=role)


def has_account(work: Work, email: str) -> bool:
    """Whether this address already has a password here. Unscoped work, for the page of an invitation that went to it."""
    return work.session.scalars(select(User.id).where(User.email == email, User.password_hash.is_not(None))).first() is not None
