"""Other data than the ERP has: asked for by a client's people, confirmed by the ERP's next word or by a manager (1C: Контрагент)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts import changes_erp, tax_numbers
from b2bkit.core.accounts.changes_words import Line, in_words
from b2bkit.core.accounts.events import ChangeAsked, ChangeDecided
from b2bkit.core.accounts.models import Company, LegalEntity, User
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.accounts.people import EMAIL
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.erp.service import tasks
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.core.work import Work

EDIT: Final = "accounts.edit"
CONFIRM: Final = "accounts.confirm_changes"
OF_ENTITY: Final = ("name", "full_name", "tax_id", "tax_code", "address")
OF_CONTACT: Final = ("name", "position", "phone", "email")
IN_PROFILES: Final[Mapping[str, str]] = {"tax_id": "company.tax_id", "tax_code": "company.tax_code"}  # what a profile may lack


class Asked(NamedTuple):
    """A request as pages show it; `erp`: how far it has come in the ERP, in words."""

    request: ChangeRequest
    lines: Sequence[Line]
    who: str
    erp: str = ""


def entities(work: Work, *, company_id: UUID) -> list[LegalEntity]:
    """The company's legal entities, those in use first."""
    mine = select(LegalEntity).where(LegalEntity.company_id == company_id)
    return list(work.session.scalars(mine.order_by(LegalEntity.active.desc(), LegalEntity.name)))


def contacts(work: Work, *, company_id: UUID) -> list[ContactPerson]:
    """The contact persons that the ERP knows at the company."""
    mine = select(ContactPerson).where(ContactPerson.company_id == company_id, ContactPerson.active.is_(True))
    return list(work.session.scalars(mine.order_by(ContactPerson.name)))


def waiting_for(work: Work, company_id: UUID) -> set[UUID]:
    """Legal entities and contact persons of the company for whom a change waits. One statement."""
    statement = select(ChangeRequest.entity_id).where(ChangeRequest.company_id == company_id, ChangeRequest.state == "waiting")
    return {one for one in work.session.scalars(statement) if one is not None}


def asked(work: Work, *, company_id: UUID, limit: int = 20) -> list[Asked]:
    """The company's requests, those that wait first, then the newest."""
    statement = select(ChangeRequest, User.name).outerjoin(User, User.id == ChangeRequest.requested_by)
    statement = statement.where(ChangeRequest.company_id == company_id)
    order = (ChangeRequest.state != "waiting", ChangeRequest.created_at.desc(), ChangeRequest.id)
    rows = work.session.execute(statement.order_by(*order).limit(limit)).all()
    states = changes_erp.states(work, [row[0] for row in rows])
    return [Asked(row[0], in_words(row[0]), row[1] or "", states.get(row[0].id, "")) for row in rows]


def entity_fields(work: Work) -> tuple[str, ...]:
    """Fields of a legal entity that the actor's kind of account has."""
    return tuple(field for field in OF_ENTITY if field not in IN_PROFILES or work.actor.shows(IN_PROFILES[field]))


def ask_entity(work: Work, *, entity_id: UUID, values: Mapping[str, str], note: str = "") -> UUID:
    """Asks for other data of a legal entity; returns the request. What staff ask for holds at once where the ERP takes no tasks.

    Refused for wrong numbers, an empty name, and where nothing differs;
    also for a field that the actor's kind of account has not.
    """
    work.require(EDIT if work.actor.kind == "client" else CONFIRM)
    entity = work.session.get(LegalEntity, entity_id)
    if entity is None:
        raise NotFound("legal_entity")
    fields = entity_fields(work)
    wanted = {field: " ".join(values.get(field, "").split()) for field in fields}
    wanted |= {field: tax_numbers.compact(wanted[field]) for field in IN_PROFILES if field in fields}
    problems = [Problem("no_such_field", _("Your kind of account has no such field."), field) for field in values if field not in fields]
    problems += _wrong(entity, wanted)
    if problems:
        raise Refused(problems)
    before = {field: getattr(entity, field) for field in fields}
    return _ask(work, "legal_entity", entity.id, entity.company_id, entity.name, before, wanted, note)


def _wrong(entity: LegalEntity, wanted: Mapping[str, str]) -> list[Problem]:
    problems = [] if wanted["name"] else [Problem("name_missing", _("Write the company's name as in its papers."), "name")]
    tax_id, tax_code = wanted.get("tax_id", entity.tax_id), wanted.get("tax_code", entity.tax_code)
    if tax_id != entity.tax_id and not any(one.check(tax_id) for one in tax_numbers.COUNTRIES.values()):
        problems.append(Problem("tax_id_invalid", _("This tax number has a mistake: its check digit does not fit."), "tax_id"))
    if tax_code not in ("", entity.tax_code) and not tax_numbers.kpp_fits(tax_code):
        problems.append(Problem("tax_code_invalid", _("A KPP has 9 signs, for example 770701001."), "tax_code"))
    return problems


def ask_contact(work: Work, *, company_id: UUID, contact_id: UUID | None, values: Mapping[str, str], leaves: bool = False) -> UUID:
    """Asks for a new contact person, other data of one, or says that one has left; returns the request.

    What staff ask for holds at once where the ERP takes no tasks. NotFound for a person who is none of the company's, or has left.
    """
    work.require(EDIT if work.actor.kind == "client" else CONFIRM)
    person = work.session.get(ContactPerson, contact_id) if contact_id else None
    if contact_id is not None and (person is None or not person.active or person.company_id != company_id):
        raise NotFound("contact_person")
    if leaves and person is not None:
        return _ask(work, "contact", person.id, company_id, person.name, {"active": True}, {"active": False}, "")
    wanted = {field: " ".join(values.get(field, "").split()) for field in OF_CONTACT}
    problems = [] if wanted["name"] else [Problem("name_missing", _("Write the person's name."), "name")]
    if wanted["email"] and not EMAIL.fullmatch(wanted["email"]):
        problems.append(Problem("email_invalid", _("Write an e-mail address like name@company.com."), "email"))
    if problems:
        raise Refused(problems)
    before = {field: getattr(person, field) if person is not None else "" for field in OF_CONTACT}
    return _ask(work, "contact", contact_id, company_id, wanted["name"], before, wanted, "")


def _ask(
    work: Work,
    entity: str,
    entity_id: UUID | None,
    company_id: UUID,
    label: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    note: str,
) -> UUID:
    changes = [{"field": field, "old": before[field], "new": after[field]} for field in after if before[field] != after[field]]
    if not changes:
        raise Refused(Problem("nothing_changed", _("Nothing differs from what 1C has.")))
    if entity_id is not None:
        hold(work.session, Company, company_id)
        _replace_waiting(work, company_id, entity_id)
    request = ChangeRequest(
        id=new_id(), company_id=company_id, entity=entity, entity_id=entity_id, label=label, changes=changes, note=note.strip()[:1000],
        state="waiting", requested_by=work.actor.user_id, created_at=work.now,
    )  # fmt: skip
    work.session.add(request)
    work.session.flush()
    request_id = request.id
    changes_erp.owe(work, request)
    work.publish(ChangeAsked(request_id, company_id, label), key=f"company:{company_id}")
    work.signal("changes", request_id, companies=(company_id,), staff=True)
    details = {"what": label, "fields": ", ".join(one["field"] for one in changes)}
    record(work, action="accounts.change_asked", entity=entity, entity_id=entity_id or request_id, company_id=company_id, details=details)
    if work.actor.kind == "staff" and not tasks.taken(work):
        decide(work, request_id=request_id, action="confirm")  # nobody in the ERP would enter it
    return request_id


def _replace_waiting(work: Work, company_id: UUID, entity_id: UUID) -> None:
    """Of several wishes for one thing the newest counts."""
    same = (ChangeRequest.company_id == company_id, ChangeRequest.entity_id == entity_id, ChangeRequest.state == "waiting")
    for earlier in work.session.scalars(select(ChangeRequest).where(*same).with_for_update()):
        earlier.state, earlier.decided_at = "withdrawn", work.now
        changes_erp.forget(work, earlier)


def decide(work: Work, *, request_id: UUID, action: str, reason: str = "") -> None:
    """Withdraws (the client's people), confirms or declines (staff) a request that waits.

    Confirmed by staff, the new values hold in the portal at once; the ERP's next word wins over them.
    """
    work.require(EDIT if action == "withdraw" else CONFIRM)
    request = work.session.scalars(select(ChangeRequest).where(ChangeRequest.id == request_id).with_for_update()).one_or_none()
    if request is None:
        raise NotFound("change_request")
    if request.state != "waiting":
        raise Conflict(Problem("decided", _("Somebody decided this already. Reload the page.")))
    if action == "decline" and not reason.strip():
        raise Refused(Problem("reason_missing", _("Write why: the client reads it."), "reason"))
    if action == "confirm":
        _apply(work, request)
    close(work, request, {"withdraw": "withdrawn", "confirm": "confirmed", "decline": "declined"}[action], reason)


def _apply(work: Work, request: ChangeRequest) -> None:
    model: type[LegalEntity] | type[ContactPerson] = LegalEntity if request.entity == "legal_entity" else ContactPerson
    values = {one["field"]: one["new"] for one in request.changes}
    if request.entity_id is None:
        work.session.add(ContactPerson(id=new_id(), company_id=request.company_id, **values))
        return
    found = work.session.get(model, request.entity_id)
    if not isinstance(found, LegalEntity | ContactPerson) or found.company_id != request.company_id:
        raise Conflict(Problem("gone", _("1C has removed this meanwhile. Decline the request.")))
    for field, value in values.items():
        setattr(found, field, value)
    work.session.flush()


def close(work: Work, request: ChangeRequest, state: str, reason: str) -> None:
    """Ends a request: confirmed, declined or withdrawn. Who asked is told."""
    request.state, request.reason = state, reason.strip()[:1000]
    request.decided_at, request.decided_by = work.now, work.actor.user_id
    work.session.flush()
    if state != "confirmed":
        changes_erp.forget(work, request)
    if state != "withdrawn":
        event = ChangeDecided(request.id, request.company_id, request.label, state, request.requested_by)
        work.publish(event, key=f"company:{request.company_id}")
    work.signal("changes", request.id, companies=(request.company_id,), staff=True)
    about, where = request.entity_id or request.id, request.company_id
    details = {"what": request.label}
    record(work, action=f"accounts.change_{state}", entity=request.entity, entity_id=about, company_id=where, details=details)


def confirm_by_erp(work: Work) -> None:
    """Job: what waits and is as it was asked for by now, the ERP has confirmed."""
    waiting = select(ChangeRequest).where(ChangeRequest.state == "waiting").order_by(ChangeRequest.created_at).limit(500)
    for request in work.session.scalars(waiting).all():
        if _is_so(work, request):
            close(work, request, "confirmed", "")


def _is_so(work: Work, request: ChangeRequest) -> bool:
    wanted = {one["field"]: one["new"] for one in request.changes}
    if request.entity == "legal_entity":
        entity = work.session.get(LegalEntity, request.entity_id) if request.entity_id else None
        return entity is not None and all(getattr(entity, field) == value for field, value in wanted.items())
    if request.entity_id is not None:
        person = work.session.get(ContactPerson, request.entity_id)
        return person is not None and all(getattr(person, field) == value for field, value in wanted.items())
    same = [getattr(ContactPerson, field) == value for field, value in wanted.items()]
    there = select(ContactPerson.id).where(ContactPerson.company_id == request.company_id, ContactPerson.active.is_(True), *same)
    return work.session.scalars(there).first() is not None


def answered(work: Work, event: TaskAnswered) -> None:
    """Subscriber: what a manager refused in the ERP is declined; what is done there waits for the data themselves."""
    if event.kind != changes_erp.KIND or event.state != "refused":
        return
    request = work.session.scalars(select(ChangeRequest).where(ChangeRequest.id == event.about).with_for_update()).one_or_none()
    if request is not None and request.state == "waiting":
        close(work, request, "declined", event.text)
