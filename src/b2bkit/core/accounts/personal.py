"""Personal data: what the portal knows of a person, to take away; and erasing it, with what must stay by law.

GDPR, articles 15, 17, 20; Russian law 152-FZ, articles 14, 21.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update

from b2bkit.core.accounts import open_sessions, sign_in
from b2bkit.core.accounts.models import Company, Invitation, Membership, User, UserSession
from b2bkit.core.accounts.models_proof import Passkey, PasswordReset, RecoveryCode, SecondFactor
from b2bkit.core.accounts.models_requests import ErasureRequest, Registration
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.audit.service import record
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.models import Order
from b2bkit.core.work import Work

DECIDE: Final = "accounts.erasures"
PERSONAL: Final = frozenset({"person", "email", "name"})  # keys of audit details that name somebody
Part = list[dict[str, Any]]


class Waiting(NamedTuple):
    """A wish for erasure with its person."""

    request: ErasureRequest
    name: str
    email: str


def collected(work: Work) -> dict[str, Part]:
    """Everything that the portal keeps of the actor as a person, by kind; in all companies where he works. Unscoped work."""
    me = work.actor.user_id
    companies = select(Company.name, Membership.role, Membership.since, Membership.dismissed_at)
    companies = companies.join(Company, Company.id == Membership.company_id).where(Membership.user_id == me)
    orders = select(Order.number, Order.placed_at, Order.status, Order.total, Order.currency, Order.comment).where(Order.placed_by == me)
    sessions = select(UserSession.created_at, UserSession.seen_at, UserSession.user_agent).where(UserSession.user_id == me)
    told = select(Notification.created_at, Notification.title, Notification.text).where(Notification.user_id == me)
    done = select(AuditEntry.at, AuditEntry.action, AuditEntry.entity, AuditEntry.details).where(AuditEntry.user_id == me)
    profile = select(User.email, User.name, User.phone, User.lang, User.created_at).where(User.id == me)
    return {
        "profile": _rows(work, profile),
        "companies": _rows(work, companies),
        "orders": _rows(work, orders.order_by(Order.placed_at)),
        "sessions": [{**row, "device": open_sessions.device_of(row["user_agent"])} for row in _rows(work, sessions)],
        "passkeys": _rows(work, select(Passkey.name, Passkey.created_at, Passkey.used_at).where(Passkey.user_id == me)),
        "second_step": _rows(work, select(SecondFactor.confirmed_at).where(SecondFactor.user_id == me)),
        "notifications": _rows(work, told.order_by(Notification.created_at)),
        "actions": _rows(work, done.order_by(AuditEntry.at)),
        "erasure_requests": _rows(work, select(ErasureRequest.created_at, ErasureRequest.state).where(ErasureRequest.user_id == me)),
    }


def _rows(work: Work, statement: Any) -> Part:
    return [dict(row._mapping) for row in work.session.execute(statement)]


def packed(parts: Mapping[str, Part], page: str) -> bytes:
    """A ZIP: a JSON file for each kind, and `index.html` to read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in parts.items():
            archive.writestr(f"{name}.json", json.dumps(rows, ensure_ascii=False, indent=1, default=_plain))
        archive.writestr("index.html", page)
    return made.getvalue()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def mine(work: Work) -> ErasureRequest | None:
    """The actor's newest wish for erasure."""
    own = select(ErasureRequest).where(ErasureRequest.user_id == work.actor.user_id)
    return work.session.scalars(own.order_by(ErasureRequest.created_at.desc(), ErasureRequest.id.desc()).limit(1)).one_or_none()


def ask_erasure(work: Work, *, reason: str = "") -> None:
    """Asks the staff to erase one's data; one wish waits at a time."""
    found = mine(work)
    if found is not None and found.state == "waiting":
        raise Conflict(Problem("asked", _("Your request waits already.")))
    row = {"user_id": work.actor.user_id, "state": "waiting", "reason": reason.strip()[:1000], "created_at": work.now}
    work.session.insert_rows(ErasureRequest, [row])
    record(work, action="accounts.erasure_asked", entity="user", entity_id=work.actor.user_id, company_id=work.actor.company_id)
    work.signal("requests", work.actor.user_id, staff=True)


def withdraw_erasure(work: Work) -> None:
    """Takes the wish back while it waits."""
    found = mine(work)
    if found is None or found.state != "waiting":
        raise NotFound("erasure_request")
    found.state, found.decided_at = "withdrawn", work.now
    work.session.flush()


def waiting(work: Work) -> Sequence[Waiting]:
    """Wishes that the staff have to decide, the oldest first."""
    work.require(DECIDE)
    statement = select(ErasureRequest, User.name, User.email).join(User, User.id == ErasureRequest.user_id)
    statement = statement.where(ErasureRequest.state == "waiting").order_by(ErasureRequest.created_at).limit(100)
    return [Waiting(*row) for row in work.session.execute(statement)]


def decide(work: Work, *, erasure_id: UUID, action: str, answer: str = "") -> None:
    """Erases, or declines with an answer. Unscoped work of one of the staff who may."""
    work.require(DECIDE)
    found = work.session.scalars(select(ErasureRequest).where(ErasureRequest.id == erasure_id).with_for_update()).one_or_none()
    if found is None or found.state != "waiting":
        raise NotFound("erasure_request")
    if action == "decline" and not answer.strip():
        raise Refused(Problem("answer_missing", _("Write why: the person reads it."), "answer"))
    found.state, found.answer = "done" if action == "erase" else "declined", answer.strip()[:1000]
    found.decided_at, found.decided_by = work.now, work.actor.user_id
    work.session.flush()
    if action == "erase":
        erase(work, user_id=found.user_id)
    record(work, action=f"accounts.erasure_{found.state}", entity="user", entity_id=found.user_id)


def kept_by_law() -> list[str]:
    """What stays after an erasure, in words for the person and the staff."""
    return [
        _("Orders, invoices and shipping papers of your company: accounting law keeps them for years. Your name is replaced in them."),
        _("The record of who changed what, without your name and address."),
        _("What 1C knows of you as a contact person: the supplier erases it there."),
    ]


def erase(work: Work, *, user_id: UUID) -> None:
    """Makes a person nameless: name, address, phone, password, keys, sessions, notifications go; orders stay with a nameless person."""
    user = work.session.get(User, user_id)
    if user is None:
        raise NotFound("user")
    if user.staff_role is not None:
        raise Refused(Problem("staff_person", _("This is one of the staff: remove the role first."), None))
    email, nameless = user.email, _("Erased person")
    for entity in (SecondFactor, RecoveryCode, Passkey, PasswordReset, Notification):
        work.session.execute(delete(entity).where(entity.user_id == user_id))
    sign_in.end_sessions(work, user_id=user_id)
    sign_in.forget_failures(work, email=email)
    work.session.execute(
        update(Membership).where(Membership.user_id == user_id, Membership.dismissed_at.is_(None)).values(dismissed_at=work.now)
    )
    work.session.execute(delete(Registration).where(Registration.email == email))
    address = f"{user_id.hex}@erased.invalid"
    work.session.execute(update(Invitation).where(Invitation.email == email).values(email=address, name=nameless))
    user.email, user.name, user.phone, user.password_hash, user.lang, user.blocked = address, nameless, "", None, "", True
    work.session.flush()
    _nameless_trail(work, user_id, email, nameless)
    work.signal("session", user_id, users=(user_id,))


def _nameless_trail(work: Work, user_id: UUID, email: str, nameless: str) -> None:
    """The trail stays, without the name: the one change that is ever made to it."""
    work.session.execute(update(AuditEntry).where(AuditEntry.user_id == user_id).values(actor=nameless))
    about = select(AuditEntry).where(AuditEntry.entity.in_(("user", "invitation")))
    for entry in work.session.scalars(about.where((AuditEntry.entity_id == str(user_id)) | (AuditEntry.entity == "invitation"))):
        mine = entry.entity_id == str(user_id) or entry.details.get("email") == email
        if mine and PERSONAL & entry.details.keys():
            entry.details = {key: value for key, value in entry.details.items() if key not in PERSONAL}
    work.session.flush()
