"""Registration of a company: asked for, confirmed by mail, decided by a manager. Nothing tells a stranger who is known here."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true

from b2bkit.core.accounts import limits, passwords, sign_in, tax_numbers
from b2bkit.core.accounts.events import CompanyRegistered, RegistrationDecided, RegistrationWaits
from b2bkit.core.accounts.models import Company, LegalEntity, Membership, User
from b2bkit.core.accounts.models_requests import Registration
from b2bkit.core.accounts.people import EMAIL
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import _
from b2bkit.core.work import Actor, Work

LASTS: Final = timedelta(days=2)
KEPT: Final = timedelta(days=90)  # what was declined, or never confirmed, is forgotten after this
PER_EMAIL: Final = limits.Limit("register", 3, timedelta(days=1))
PER_ADDRESS: Final = limits.Limit("register-ip", 10, timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who asks, and for which company."""

    email: str
    name: str
    phone: str
    country: str
    numbers: tax_numbers.Numbers
    legal_name: str
    comment: str = ""


def open_to_strangers(work: Work) -> bool:
    """Whether this portal takes registrations: it is switched on and letters go out."""
    return work.config.tables.accounts.registration and bool(work.config.tables.mail.host)


def registration_token(work: Work, registration_id: UUID) -> str:
    """The secret of a link: made from the portal's key, so that it need not be stored to be mailed."""
    key = work.config.secret_key.get_secret_value().encode()
    return base64.urlsafe_b64encode(hmac.digest(key, b"registration:" + registration_id.bytes, "sha256")).decode().rstrip("=")


def ask(work: Work, wish: Wish, *, address: str) -> None:
    """Takes a wish for access; a letter goes to its address. The same answer, in the same time, whoever is known here.

    Raises Refused with everything that is wrong with what was typed, and for too many wishes from one network address; it is counted when
    the caller commits all the same. Unscoped work.
    """
    if not open_to_strangers(work):
        raise NotFound("registration")
    problems = list(_problems(work, wish))
    if problems:
        raise Refused(problems)
    if limits.reached(work, PER_ADDRESS, address):
        raise Refused(Problem("too_many_attempts", _("Too many registrations from your network. Try again in an hour.")))
    limits.count(work, PER_ADDRESS, address)
    email = wish.email.lower()
    if limits.reached(work, PER_EMAIL, email):
        return
    limits.count(work, PER_EMAIL, email)
    registration_id = new_id()
    row = {
        "id": registration_id, "state": "unconfirmed", "email": email, "name": wish.name, "phone": wish.phone, "country": wish.country,
        "tax_id": wish.numbers.tax_id, "tax_code": wish.numbers.tax_code, "ogrn": wish.numbers.registry,
        "legal_name": wish.legal_name, "comment": wish.comment, "lang": work.lang, "created_at": work.now,
        "token_hash": sign_in.token_hash(registration_token(work, registration_id)), "expires_at": work.now + LASTS,
    }  # fmt: skip
    work.session.insert_rows(Registration, [row])
    work.enqueue("accounts.send_registration", registration_id=str(registration_id))


def _problems(work: Work, wish: Wish) -> list[Problem]:
    found = []
    if wish.country not in work.config.tables.accounts.countries:
        found.append(Problem("country_unknown", _("Choose a country from the list."), "country"))
    else:
        found += tax_numbers.problems(wish.country, wish.numbers)
    if not wish.legal_name:
        found.append(Problem("legal_name_missing", _("Write the company's name as in its papers."), "legal_name"))
    if not wish.name:
        found.append(Problem("name_missing", _("Write your name."), "name"))
    if not EMAIL.fullmatch(wish.email) or len(wish.email) > 254:
        found.append(Problem("email_invalid", _("Write an e-mail address like name@company.com."), "email"))
    return found


def has_account(work: Work, email: str) -> bool:
    """Whether somebody signs in with this address, or is one of the staff: then the letter is another one. For the job alone."""
    known = select(User.id).where(User.email == email, User.password_hash.is_not(None) | User.staff_role.is_not(None))
    return work.session.scalars(known).first() is not None


def opened(work: Work, *, token: str, lock: bool = False) -> Registration:
    """The wish that a letter's link belongs to, when it still waits for it; NotFound otherwise. Unscoped work."""
    statement = select(Registration).where(Registration.token_hash == sign_in.token_hash(token))
    found = work.session.scalars(statement.with_for_update() if lock else statement).one_or_none()
    if found is None or found.state != "unconfirmed" or found.expires_at <= work.now:
        raise NotFound("registration")
    return found


def confirm(work: Work, *, token: str, password: str) -> None:
    """The address is proven, and a password chosen: the wish waits for a manager from now on. Unscoped work."""
    found = opened(work, token=token, lock=True)
    if has_account(work, found.email):
        raise NotFound("registration")
    problems = passwords.weakness(password, email=found.email)
    if problems:
        raise Refused(problems)
    found.password_hash = passwords.hash_password(password)
    found.state, found.confirmed_at, found.client_id = "waiting", work.now, known_client(work, found)
    work.session.flush()
    work.publish(RegistrationWaits(found.id, found.client_id, found.legal_name), key=f"registration:{found.id}")
    work.signal("registration", found.id, staff=True)


def known_client(work: Work, wish: Registration) -> UUID | None:
    """The client whose legal entity has these numbers; None when there is none, or more than one. Unscoped work."""
    same = select(LegalEntity.company_id).where(LegalEntity.tax_id == wish.tax_id, LegalEntity.active.is_(True))
    if wish.tax_code:
        exact = set(work.session.scalars(same.where(LegalEntity.tax_code == wish.tax_code)))
        if len(exact) == 1:
            return exact.pop()
    found = set(work.session.scalars(same))
    return found.pop() if len(found) == 1 else None


def match_waiting(work: Work) -> None:
    """Job: what waits and was unknown is looked up anew, since the ERP may have told of the counterparty meanwhile."""
    waiting = select(Registration).where(Registration.state == "waiting", Registration.client_id.is_(None))
    for wish in work.session.scalars(waiting.order_by(Registration.created_at).limit(500)):
        wish.client_id = known_client(work, wish)
        if wish.client_id is not None:
            work.session.flush()
            work.publish(RegistrationWaits(wish.id, wish.client_id, wish.legal_name), key=f"registration:{wish.id}")


def forget_old(work: Work) -> None:
    """Job: wishes that nobody confirmed or that were declined are personal data without a purpose."""
    old = select(Registration).where(Registration.state.in_(("unconfirmed", "declined")), Registration.created_at < work.now - KEPT)
    for wish in work.session.scalars(old.limit(1000)):
        work.session.delete(wish)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Which wishes staff see: those of companies that nobody knows yet, and those of clients that they see."""
    level = actor.level("accounts.registrations")
    if actor.kind == "system" or (actor.kind == "staff" and level is Level.ALL):
        return true()
    if actor.kind != "staff" or level is None:
        return false()
    return or_(Registration.client_id.is_(None), company_scope(actor, Registration.client_id))


def waiting_one(work: Work, registration_id: UUID) -> Registration:
    """A wish that the actor may decide; NotFound for any other. Conflict when it was decided already."""
    work.require("accounts.registrations")
    statement = select(Registration).where(Registration.id == registration_id, Registration.state != "unconfirmed")
    found = work.session.scalars(statement.where(visible(work.actor)).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("registration")
    if found.state != "waiting":
        raise Conflict(Problem("decided", _("Somebody decided this already. Reload the page.")))
    return found


def decline(work: Work, *, registration_id: UUID, reason: str) -> None:
    """Declines with a reason, which is mailed to who asked."""
    wish = waiting_one(work, registration_id)
    if not reason.strip():
        raise Refused(Problem("reason_missing", _("Write why: it is sent to who asked."), "reason"))
    _decide(work, wish, "declined", reason.strip()[:1000])


def accept(work: Work, *, registration_id: UUID, role: str) -> UUID:
    """Lets the person in, to the client that the ERP knows or to a new one; returns the client's id. Unscoped work of one of the staff.

    Orders that the ERP told of before are the client's own and are there at once.
    """
    wish = waiting_one(work, registration_id)
    known = work.kit.roles.get(role)
    if known is None or known.side != "client":
        raise Refused(Problem("role_unknown", _("Choose a role from the list."), "role"))
    if has_account(work, wish.email):
        raise Refused(Problem("email_taken", _("This address has an account by now. Invite the person from the client's card."), None))
    if wish.client_id is None and known_client(work, wish) is not None:
        raise Conflict(Problem("known_meanwhile", _("1C knows this company by now: its manager decides. Reload the page in ten minutes.")))
    company_id = wish.client_id or _new_client(work, wish)
    _let_in(work, wish, company_id, role)
    wish.client_id = company_id
    _decide(work, wish, "accepted", "")
    return company_id


def _new_client(work: Work, wish: Registration) -> UUID:
    manager = work.actor.user_id if work.actor.role == "manager" else None
    company = Company(id=new_id(), name=wish.legal_name, manager_id=manager, created_at=work.now)
    work.session.add(company)
    work.session.flush()
    numbers = {"tax_id": wish.tax_id, "tax_code": wish.tax_code}
    work.session.add(LegalEntity(id=new_id(), company_id=company.id, name=wish.legal_name, full_name=wish.legal_name, **numbers))
    work.session.flush()
    work.publish(CompanyRegistered(company.id, wish.legal_name), key=f"company:{company.id}")
    return company.id


def _let_in(work: Work, wish: Registration, company_id: UUID, role: str) -> None:
    user = work.session.scalars(select(User).where(User.email == wish.email)).one_or_none()
    user = user or User(id=new_id(), email=wish.email, name=wish.name, phone=wish.phone, lang=wish.lang, created_at=work.now)
    user.password_hash, wish.password_hash = wish.password_hash, None
    work.session.add(user)
    work.session.flush()
    here = select(Membership).where(Membership.company_id == company_id, Membership.user_id == user.id)
    member = work.session.scalars(here).one_or_none() or Membership(company_id=company_id, user_id=user.id, role=role, since=work.now)
    member.role, member.dismissed_at = role, None
    work.session.add(member)
    work.session.flush()
    details = {"email": wish.email, "role": role}
    record(work, action="accounts.let_in", entity="user", entity_id=user.id, company_id=company_id, details=details)


def _decide(work: Work, wish: Registration, state: str, reason: str) -> None:
    wish.state, wish.reason, wish.decided_at, wish.decided_by = state, reason, work.now, work.actor.user_id
    if state == "declined":
        wish.password_hash = None
    work.session.flush()
    work.enqueue("accounts.send_decision", registration_id=str(wish.id))
    work.publish(RegistrationDecided(wish.id, state), key=f"registration:{wish.id}")
    work.signal("registration", wish.id, staff=True)
    record(work, action=f"accounts.registration_{state}", entity="registration", entity_id=wish.id, company_id=wish.client_id)
