"""Контрагенты -> companies with a legal entity, addresses, contracts and a personal manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Address, Company, Contract, ContractCategory, LegalEntity, User
from b2bkit.core.accounts.people import EMAIL
from b2bkit.core.db.rows import Row, by_id, parts, replace, save
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import N_, _
from b2bkit.core.pricing.models import PriceType
from b2bkit_onec.apply import people
from b2bkit_onec.apply.classifier import LONGEST_REF
from b2bkit_onec.apply.intake import Change, Intake, latest
from b2bkit_onec.commerceml import contracts, records
from b2bkit_onec.sessions import SYSTEM_NAME

REGISTERED: Final = ("ЮридическийАдрес", "АдресРегистрации")
LABELS: Final = {
    "Адрес": N_("Delivery"),
    "АдресДоставки": N_("Delivery address"),
    "ФактическийАдрес": N_("Actual address"),
    "ПочтовыйАдрес": N_("Postal address"),
}
SELLERS: Final = frozenset(("продавец", "поставщик"))


def apply(intake: Intake, batch: Sequence[records.Counterparty]) -> None:
    """Counterparties of a list. One that 1C marks as deleted keeps its rows and cannot order any more."""
    told = latest((one for one in batch if _taken(intake, one)), lambda one: one.id)
    given = {ref: one for ref, one in told.items() if one.name}
    gone = _put_away(intake, told.keys() - given.keys())
    entities = _bind(intake, given)
    managers = _managers(intake, given.values())
    companies, new_companies = _companies(intake, given, entities, managers)
    wanted = {entities[ref]: _entity(one) | {"company_id": companies[ref]} for ref, one in given.items()}
    change = save(intake.work.session, LegalEntity, wanted)
    intake.count("counterparties", len(batch), Change(change.new, change.changed + gone.changed))
    intake.count("companies", len(companies), new_companies)
    _addresses(intake, given, companies)
    _contracts(intake, given, companies, entities)
    people.apply(intake, given, companies)


def _taken(intake: Intake, one: records.Counterparty) -> bool:
    if len(one.id) > LONGEST_REF - 60:
        intake.refuse("too-long-ref", "Контрагент", one.id[:LONGEST_REF], one.line, whole=True, limit=LONGEST_REF - 60)
        return False
    for item in contracts.refused_of(one, intake.file):
        intake.note(item)
    return (bool(one.name) or one.deleted) and one.role.casefold() not in SELLERS


def _put_away(intake: Intake, refs: Iterable[str]) -> Change:
    """Those of which 1C tells only that they are marked as deleted: rows, addresses and contracts stay and are out of use."""
    bound = intake.ids("legal_entity", refs)
    entities = by_id(intake.work.session, LegalEntity, list(bound.values()))
    if not entities:
        return Change()
    agreed = intake.work.session.scalars(select(Contract.id).where(Contract.legal_entity_id.in_(list(entities)))).all()
    delivery = by_id(intake.work.session, Address, list(intake.ids("address", _address_refs(bound)).values()))
    for entity, ids in ((Contract, agreed), (Address, list(delivery))):
        save(intake.work.session, entity, {id_: {"active": False} for id_ in ids})
    return save(intake.work.session, LegalEntity, {id_: {"active": False} for id_ in entities})


def _entity(one: records.Counterparty) -> Row:
    by_kind = {given.kind: _text(given) for given in one.addresses}
    registered = next((by_kind[kind] for kind in REGISTERED if kind in by_kind), "")
    return {
        "name": (one.official_name or one.full_name or one.name)[:250],
        "full_name": (one.full_name or one.official_name)[:1000],
        "tax_id": (one.inn or one.unp or one.bin)[:20],
        "tax_code": one.kpp[:20],
        "address": registered[:1000],
        "active": not one.deleted,
    }


def _text(address: records.Address) -> str:
    return address.text or ", ".join(address.fields.values())


def _bind(intake: Intake, given: Mapping[str, records.Counterparty]) -> dict[str, UUID]:
    """Legal entities by reference: known ones, those that the portal had before 1C under the same tax id, new ones."""
    known = intake.ids("legal_entity", given)
    strangers = {ref: _entity(one) for ref, one in given.items() if ref not in known and _entity(one)["tax_id"]}
    found: dict[str, UUID] = {}
    for part in parts(strangers):
        taxes = {strangers[ref]["tax_id"] for ref in part}
        rows = intake.work.session.execute(
            select(LegalEntity.id, LegalEntity.tax_id, LegalEntity.tax_code).where(LegalEntity.tax_id.in_(taxes))
        )
        there = [row for row in rows.all() if row.id not in set(known.values())]
        bound = set(_already_bound(intake, [row.id for row in there]))
        for ref in part:
            same = [row.id for row in there if (row.tax_id, row.tax_code) == (strangers[ref]["tax_id"], strangers[ref]["tax_code"])]
            if len(same) == 1 and same[0] not in bound:
                found[ref] = same[0]
                bound.add(same[0])
    intake.remember("legal_entity", found)
    return intake.known_or_new("legal_entity", given)[0]


def _already_bound(intake: Intake, ids: Sequence[UUID]) -> Sequence[UUID]:
    return list(erp.refs_for(intake.work, system=SYSTEM_NAME, entity="legal_entity", ids=ids))


def _companies(
    intake: Intake, given: Mapping[str, records.Counterparty], entities: Mapping[str, UUID], managers: Mapping[str, UUID]
) -> tuple[dict[str, UUID], Change]:
    """The company of each counterparty: that of its legal entity when there is one, else that of its partner (1C: Партнеры), else a new one
    with its name. A legal entity stays with its company: its orders and debts are there.
    """
    there = by_id(intake.work.session, LegalEntity, list(entities.values()))
    owners = {ref: there[id_]["company_id"] for ref, id_ in entities.items() if id_ in there}
    named = intake.ids("company", given)
    made = _of_partners(intake, given, owners)
    wanted: dict[UUID, Row] = {}
    for ref, one in given.items():
        id_ = owners[ref]
        row = wanted.setdefault(id_, {})
        if ref in made or named.get(ref) == id_:
            row["name"] = (contracts.partner_of(one)[1] or one.name)[:250]
        if ref in managers:
            row["manager_id"] = managers[ref]
        if ref in made:
            row |= {"created_at": intake.work.now, "manager_id": managers.get(ref)}
    return owners, save(intake.work.session, Company, wanted)


def _of_partners(intake: Intake, given: Mapping[str, records.Counterparty], owners: dict[str, UUID]) -> set[str]:
    """Finds a company for those in `given` that have none in `owners`, by their partners; returns those for which it is to be made."""
    partners = {ref: partner for ref, one in given.items() if 0 < len(partner := contracts.partner_of(one)[0]) <= LONGEST_REF}
    known = intake.ids("partner", partners.values())
    fresh: dict[str, UUID] = {}
    # the next legal entity of a partner comes to where his first one is, unless that company is another partner's: who moved stays
    taken = set(erp.refs_for(intake.work, system=SYSTEM_NAME, entity="partner", ids=list(set(owners.values()))))
    for ref in sorted(owners.keys() & partners.keys()):
        if partners[ref] not in known and partners[ref] not in fresh and owners[ref] not in taken:
            fresh[partners[ref]] = owners[ref]
            taken.add(owners[ref])
    made: dict[str, UUID] = {}
    for ref in given:
        if ref in owners:
            continue
        partner = partners.get(ref, "")
        owner = known.get(partner) or fresh.get(partner)
        if owner is None:
            owner = made[ref] = new_id()
            if partner:
                fresh[partner] = owner
        owners[ref] = owner
    intake.remember("partner", fresh)
    intake.remember("company", made)
    return set(made)


def _managers(intake: Intake, given: Iterable[records.Counterparty]) -> dict[str, UUID]:
    """Personal managers by counterparty. A person with that address is made when there is none; he cannot sign in until he is invited.

    Until then he is called as 1C calls him; who has an account here has named himself.
    """
    given = list(given)
    persons = {contracts.manager_of(one).strip().lower(): contracts.manager_person(one) for one in given}
    told = {one.id: (contracts.manager_of(one).strip().lower(), one.line) for one in given}
    emails = sorted({email for email, _line in told.values() if EMAIL.fullmatch(email)})
    found = {user.email: user for part in parts(emails) for user in intake.work.session.scalars(select(User).where(User.email.in_(part)))}
    for email in emails:
        if email not in found:
            found[email] = User(
                id=new_id(), email=email[:254], name=email.partition("@")[0], staff_role="manager", created_at=intake.work.now
            )
            intake.work.session.add(found[email])
        person = found[email]
        if person.staff_role and person.password_hash is None:
            name, phone = persons[email]
            person.name, person.phone = name[:250] or person.name, phone[:40] or person.phone
    intake.work.session.flush()
    for ref, (email, line) in told.items():
        if email and email not in found:
            intake.refuse("bad-email", "ОсновнойМенеджер", ref, line, text=email)
        elif email and not found[email].staff_role:
            intake.refuse("manager-is-client", "ОсновнойМенеджер", ref, line, text=email)
    return {ref: found[email].id for ref, (email, _line) in told.items() if email in found and found[email].staff_role}


def _addresses(intake: Intake, given: Mapping[str, records.Counterparty], companies: Mapping[str, UUID]) -> None:
    """Addresses for delivery; where 1C names none, the registered one. One that 1C names no more is put away."""
    wanted: dict[str, Row] = {}
    for ref, one in given.items():
        told = {each.kind: _text(each)[:1000] for each in one.addresses if _text(each)}
        delivery = {kind: text for kind, text in told.items() if kind not in REGISTERED} or dict(list(told.items())[:1])
        for kind, text in delivery.items():
            label = _(LABELS.get(kind, LABELS["Адрес"]))
            wanted[f"{ref}/{kind}"] = {"company_id": companies[ref], "label": label, "text": text, "active": not one.deleted}
    ids, new = intake.known_or_new("address", wanted)
    rows = {ids[ref]: row if ref in new else {"text": row["text"], "active": row["active"]} for ref, row in wanted.items()}
    for ref, id_ in intake.ids("address", _address_refs(given)).items():
        if ref not in wanted:
            rows[id_] = {"active": False}
    if rows:
        intake.count("addresses", len(wanted), save(intake.work.session, Address, rows))


def _address_refs(refs: Iterable[str]) -> list[str]:
    """What addresses of these counterparties may be called."""
    return [f"{ref}/{kind}" for ref in refs for kind in (*REGISTERED, *LABELS)]


def _contracts(
    intake: Intake, given: Mapping[str, records.Counterparty], companies: Mapping[str, UUID], entities: Mapping[str, UUID]
) -> None:
    told = {each.id: (ref, each) for ref, one in given.items() for each in contracts.contracts_of(one) if len(each.id) <= LONGEST_REF}
    types = intake.ids("price_type", {each.price_type_id for _ref, each in told.values()})
    statement = select(PriceType.id, PriceType.currency).where(PriceType.id.in_(set(types.values())))
    currencies = dict(intake.work.session.execute(statement).all())
    ids, _new = intake.known_or_new("contract", told)
    wanted: dict[UUID, Row] = {}
    for each_id, (ref, each) in told.items():
        type_id = types.get(each.price_type_id)
        if each.price_type_id and type_id is None:
            intake.refuse("unknown-price-type", "Договор", ref, given[ref].line, text=each.price_type_id)
        wanted[ids[each_id]] = {
            "company_id": companies[ref],
            "legal_entity_id": entities[ref],
            "number": (each.number or each.id)[:100],
            "signed_on": each.date,
            "price_type_id": type_id,
            "currency": each.currency or currencies.get(type_id or entities[ref]) or intake.work.config.portal.currency,
            "payment_delay_days": each.deferral_days or 0,
            "whole_catalogue": not each.group_ids,
            "active": each.active and not given[ref].deleted,
        }
    if wanted:
        intake.count("contracts", len(told), save(intake.work.session, Contract, wanted))
        _opened_groups(intake, given, told, ids, companies)


def _opened_groups(
    intake: Intake,
    given: Mapping[str, records.Counterparty],
    told: Mapping[str, tuple[str, contracts.Contract]],
    ids: Mapping[str, UUID],
    companies: Mapping[str, UUID],
) -> None:
    """Groups of the catalogue that each contract opens; a group that the portal does not know opens nothing."""
    groups = intake.ids("category", {group for _ref, each in told.values() for group in each.group_ids})
    wanted: dict[tuple[UUID, UUID], Row] = {}
    for each_id, (ref, each) in told.items():
        for group in each.group_ids:
            if group in groups:
                wanted[(ids[each_id], groups[group])] = {"company_id": companies[ref]}
            else:
                intake.refuse("unknown-group", "Договор", ref, given[ref].line, text=group)
    statement = select(ContractCategory.__table__).where(ContractCategory.contract_id.in_([ids[each] for each in told]))
    there = [dict(row) for row in intake.work.session.execute(statement).mappings()]
    intake.count(
        "opened_groups", len(wanted), replace(intake.work.session, ContractCategory, ("contract_id", "category_id"), there, wanted)
    )
