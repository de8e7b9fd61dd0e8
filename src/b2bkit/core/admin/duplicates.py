"""Two clients that are one (1C: дубли контрагентов): everything of the one goes over to the other, and nobody loses the way in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import String, delete, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from b2bkit.core.access.change import bump
from b2bkit.core.access.models import AccessRule, Acting
from b2bkit.core.accounts.models import Company, LegalEntity, Membership
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.audit.service import record
from b2bkit.core.db.references import Key, keys_of, refer_anew, references
from b2bkit.core.db.session import UnscopedSession
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import Level, Permission
from b2bkit.core.i18n import N_, _
from b2bkit.core.jobs.models import Task
from b2bkit.core.ordering.models import Order
from b2bkit.core.outbox.models import StoredFact
from b2bkit.core.work import Work

JOIN: Final = "admin.join"
PERMISSION: Final = Permission(name=JOIN, label=N_("Join two clients that are one"), roles={"admin": Level.ALL})
MOST: Final = 10
_TABLE: Final = re.compile(r"UNIQUE constraint failed: (\w+)\.")
_mine, _theirs = aliased(LegalEntity), aliased(LegalEntity)


class Twin(NamedTuple):
    """Another client with a tax number of this one, and what it has."""

    id: UUID
    name: str
    tax_id: str
    contracts: int
    orders: int
    people: int


def require_seen(work: Work, company_id: UUID) -> Company:
    """The client, when the actor may join it with another one. Raises NotFound alike for absent and for one of others."""
    found = work.session.scalars(select(Company).where(Company.id == company_id, company_scope(work.actor, Company.id, JOIN))).one_or_none()
    if found is None:
        raise NotFound("company")
    return found


def twins(work: Work, company_id: UUID) -> Sequence[Twin]:
    """Clients that have a tax number of this one, by name; two statements at most."""
    from b2bkit.core.accounts.models import Contract

    def many(entity: type[Contract] | type[Order] | type[Membership]) -> object:
        return select(func.count()).select_from(entity).where(entity.company_id == Company.id).correlate(Company).scalar_subquery()

    same = select(func.min(_theirs.tax_id)).join(_mine, _mine.tax_id == _theirs.tax_id)
    same = same.where(_theirs.company_id == Company.id, _mine.company_id == company_id, _theirs.tax_id != "")
    number = same.correlate(Company).scalar_subquery()
    columns = (Company.id, Company.name, number, many(Contract), many(Order), many(Membership))
    there = (Company.id != company_id, number.is_not(None), company_scope(work.actor, Company.id, JOIN))
    rows = work.session.execute(select(*columns).where(*there).order_by(Company.name, Company.id).limit(MOST))  # type: ignore[call-overload]
    return [Twin(*row) for row in rows]


def join(work: Work, *, company_id: UUID, other_id: UUID | None, typed: str) -> None:
    """Everything of the other client becomes this one's, and the other one is no more. Unscoped work of one of the staff.

    typed   the other one's name, as a confirmation
    Raises NotFound for a client that the actor does not see, Refused with every reason against it.
    """
    work.require(JOIN)
    require_seen(work, company_id)
    if other_id is None or other_id == company_id:
        raise Refused(Problem("admin.join_other", _("Choose the client that goes into this one."), "other"))
    require_seen(work, other_id)
    both = select(Company).where(Company.id.in_((company_id, other_id))).order_by(Company.id).with_for_update()
    found = {one.id: one for one in work.session.scalars(both)}
    kept, gone = found[company_id], found[other_id]
    problems = list(_problems(work, kept, gone, typed))
    if problems:
        raise Refused(problems)
    told = {"client": gone.name, "id": str(gone.id), "number": next(one.tax_id for one in twins(work, kept.id) if one.id == gone.id)}
    try:
        with work.session.begin_nested():
            _join(work, kept, gone)
    except IntegrityError as error:
        raise Refused(Problem("admin.join_twice", _twice(error), "other")) from error
    record(work, action="admin.clients_joined", entity="company", entity_id=company_id, company_id=company_id, details=told)
    bump(work)


def _problems(work: Work, kept: Company, gone: Company, typed: str) -> list[Problem]:
    found = []
    if gone.id not in {one.id for one in twins(work, kept.id)}:
        told = _("They have no tax number in common, so they are two clients. Correct the numbers in 1C first.")
        found.append(Problem("admin.join_strangers", told, "other"))
    if kept.suspended or gone.suspended:
        told = _("The access of one of them is suspended: its people would come in again. Reopen it first, or dismiss them.")
        found.append(Problem("admin.join_suspended", told, "other"))
    theirs = select(Order.number).where(Order.company_id == gone.id, Order.number != "")
    same = select(Order.number).where(Order.company_id == kept.id, Order.number.in_(theirs)).order_by(Order.number).distinct().limit(5)
    numbers = work.session.scalars(same).all()
    if numbers:
        told = _("Both have an order with the number %(numbers)s. Give one of the two another number in 1C first.")
        found.append(Problem("admin.join_orders", told % {"numbers": ", ".join(numbers)}, "other"))
    if _plain(typed) != _plain(gone.name):
        told = _("Type the name of the client that goes as it stands above: %(name)s.") % {"name": gone.name}
        found.append(Problem("admin.join_name", told, "name"))
    return found


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _twice(error: IntegrityError) -> str:
    where = getattr(getattr(error.orig, "diag", None), "table_name", None)
    found = _TABLE.search(str(error.orig))
    told = _("A person of both keeps the same thing at each of them (%(where)s). Let him delete one, then join them.")
    return told % {"where": where or (found[1] if found else "?")}


def _join(work: Work, kept: Company, gone: Company) -> None:
    session = cast(UnscopedSession, work.session)
    kept_id, gone_id = kept.id, gone.id
    kept.manager_id, kept.region = kept.manager_id or gone.manager_id, kept.region or gone.region
    dealer_of = kept.dealer_of or gone.dealer_of
    kept.dealer_of = None if dealer_of in (kept_id, gone_id) else dealer_of
    gone.dealer_of = None
    session.execute(delete(Acting).where(Acting.company_id == gone_id))
    _people(work, kept_id, gone_id)
    _refs(work, kept_id, gone_id)
    keys = keys_of(session)
    refer_anew(session, _of_companies(keys), kept=kept_id, gone=gone_id)
    for double, entity_id in _doubles(work, kept_id).items():
        refer_anew(session, references(keys, "core_legal_entity"), kept=entity_id, gone=double)
        session.execute(delete(LegalEntity).where(LegalEntity.id == double))
    _on_their_way(work, kept_id, gone_id)
    session.execute(delete(Company).where(Company.id == gone_id))


def _of_companies(keys: Sequence[Key]) -> dict[str, tuple[str, ...]]:
    """All columns that say whose a row is: those that name the client, and those that are a part of a key with his rows."""
    found = references(keys, "core_company")
    for name, columns in references(keys, *found, column="company_id").items():
        found[name] = tuple(sorted({*found.get(name, ()), *columns}))
    return found


def _people(work: Work, kept_id: UUID, gone_id: UUID) -> None:
    """Who works at both keeps his place here, or gets the one from there if he was dismissed here; rights of his own go along."""
    session = work.session
    members = session.scalars(select(Membership).where(Membership.company_id.in_((kept_id, gone_id)))).all()
    here = {one.user_id: one for one in members if one.company_id == kept_id}
    twice = [one for one in members if one.company_id == gone_id and one.user_id in here]
    for one in twice:
        mine = here[one.user_id]
        if mine.dismissed_at is not None and one.dismissed_at is None:
            mine.role, mine.since, mine.dismissed_at = one.role, one.since, None
        session.execute(delete(AccessRule).where(AccessRule.company_id == gone_id, AccessRule.user_id == one.user_id))
        session.delete(one)
    for rule in session.scalars(select(AccessRule).where(AccessRule.company_id == gone_id)).all():
        rule.subject = rule.subject.replace(str(gone_id), str(kept_id))
    session.flush()


def _refs(work: Work, kept_id: UUID, gone_id: UUID) -> None:
    """What other systems call the one that goes. A system that names both of them names the other one's legal entities alone: else its
    name would be this one's by turns.
    """
    rows = work.session.scalars(select(ExternalRef).where(ExternalRef.entity_id.in_((kept_id, gone_id)))).all()
    named = {(row.system, row.entity) for row in rows if row.entity_id == kept_id}
    for row in rows:
        if row.entity_id == gone_id and row.entity == "company" and (row.system, row.entity) in named:
            work.session.delete(row)
        elif row.entity_id == gone_id:
            row.entity_id = kept_id
    work.session.flush()


def _doubles(work: Work, company_id: UUID) -> dict[UUID, UUID]:
    """Legal entities that no other system knows -> the one with the same numbers that some system does: who registered himself first."""
    entities = work.session.scalars(select(LegalEntity).where(LegalEntity.company_id == company_id, LegalEntity.tax_id != "")).all()
    refs = select(ExternalRef.entity_id).where(ExternalRef.entity == "legal_entity")
    known = set(work.session.scalars(refs.where(ExternalRef.entity_id.in_([one.id for one in entities]))))
    there: dict[tuple[str, str], list[UUID]] = {}
    for one in entities:
        if one.id in known:
            there.setdefault((one.tax_id, one.tax_code), []).append(one.id)
    sole = {numbers: ids[0] for numbers, ids in there.items() if len(ids) == 1}
    strangers = [one for one in entities if one.id not in known]
    return {one.id: sole[one.tax_id, one.tax_code] for one in strangers if (one.tax_id, one.tax_code) in sole}


def _on_their_way(work: Work, kept_id: UUID, gone_id: UUID) -> None:
    """Facts and jobs that wait speak of the client that stays."""
    waiting = select(Task.fact_id).where(Task.state != "done", Task.fact_id.is_not(None))
    facts = select(StoredFact).where(StoredFact.id.in_(waiting), sql_cast(StoredFact.payload, String).contains(str(gone_id)))
    tasks = select(Task).where(Task.state != "done", sql_cast(Task.arguments, String).contains(str(gone_id)))
    for fact in work.session.scalars(facts).all():
        fact.payload = json.loads(json.dumps(fact.payload).replace(str(gone_id), str(kept_id)))
    for task in work.session.scalars(tasks).all():
        task.arguments = json.loads(json.dumps(task.arguments).replace(str(gone_id), str(kept_id)))
    work.session.flush()
