"""A category's own fields: what may be chosen, what was filled in, what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Problem, Work
from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.service.find import KINDS
from b2bkit.plugins.tickets.kinds import PAPERS, Category, said
from b2bkit.plugins.tickets.settings import FieldSettings

Typed = Mapping[str, Sequence[str]]  # key of a field, with `_from` and `_to` for a period -> what was entered
ORDERS: Final = 50
MOST_PAPERS: Final = 200
LONGEST: Final = 1000
ORDERS_SEEN: Final = "ordering.view"


@dataclass
class Filled:
    """What was filled in: `values` as they are kept, what the ticket is about, and every problem, named by field."""

    values: list[dict[str, Any]] = field(default_factory=list)
    about: dict[str, UUID] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


Option = tuple[str, str]


def shown(work: Work, category: Category) -> dict[str, FieldSettings]:
    """The fields that this person fills in: what he may not see, or his kind of account has not, is not asked."""
    return {key: one for key, one in category.settings.fields.items() if _asked(work, one)}


def _asked(work: Work, one: FieldSettings) -> bool:
    if one.type == "contract":
        return work.actor.shows("company.contracts")
    if one.type == "paper":
        return work.may(PAPERS) and "settlements.papers_page" in work.kit.routes
    return one.type != "order" or work.may(ORDERS_SEEN)


def options(work: Work, one: FieldSettings) -> list[Option]:
    """(value, words) to choose from, the newest first; of the actor's own company. At most one statement."""
    if one.type == "choice":
        return [(value, said(words)) for value, words in one.choices.items()]
    reads: Mapping[str, Callable[[Work, FieldSettings], list[Option]]] = {
        "entity": _entities,
        "contract": _contracts,
        "order": _orders,
        "paper": _papers,
    }
    return reads[one.type](work, one) if one.type in reads else []


def _entities(work: Work, _one: FieldSettings) -> list[Option]:
    mine = select(LegalEntity.id, LegalEntity.name).where(LegalEntity.company_id == work.actor.company_id, LegalEntity.active.is_(True))
    return [(str(row[0]), row[1]) for row in work.session.execute(mine.order_by(LegalEntity.name, LegalEntity.id))]


def _contracts(work: Work, _one: FieldSettings) -> list[Option]:
    mine = select(Contract.id, Contract.number, LegalEntity.name).join(LegalEntity, LegalEntity.id == Contract.legal_entity_id)
    mine = mine.where(Contract.company_id == work.actor.company_id, Contract.active.is_(True)).order_by(Contract.number, Contract.id)
    return [(str(row[0]), f"{row[1]}, {row[2]}") for row in work.session.execute(mine)]


def _orders(work: Work, _one: FieldSettings) -> list[Option]:
    mine = select(Order.id, Order.number, Order.placed_at).where(Order.company_id == work.actor.company_id)
    rows = work.session.execute(mine.order_by(Order.placed_at.desc(), Order.id.desc()).limit(ORDERS))
    zone = work.config.portal.zone
    return [(str(row[0]), f"{row[1]}, {row[2].astimezone(zone):%d.%m.%Y}") for row in rows]


def _papers(work: Work, one: FieldSettings) -> list[Option]:
    mine = select(Paper.id, Paper.kind, Paper.number, Paper.on).where(Paper.company_id == work.actor.company_id, Paper.active.is_(True))
    if one.papers:
        mine = mine.where(Paper.kind.in_(one.papers))
    rows = work.session.execute(mine.order_by(Paper.on.desc(), Paper.id.desc()).limit(MOST_PAPERS))
    return [(str(row[0]), _paper_words(row[1], row[2], row[3])) for row in rows]


def _paper_words(kind: str, number: str, on: date) -> str:
    return _("{paper} {number} of {date}").format(paper=_(KINDS.get(kind, kind)), number=number, date=f"{on:%d.%m.%Y}")


def fill(work: Work, category: Category, typed: Typed, *, files: int) -> Filled:
    """Reads and checks what was typed; `files`: how many are attached. All problems at once."""
    filled = Filled()
    for key, one in shown(work, category).items():
        if one.type == "files":
            if one.required and not files:
                filled.problems.append(Problem("files_missing", _("Attach a file: {what}.").format(what=said(one.label)), "files"))
            continue
        given = [value.strip() for value in typed.get(key, ()) if value.strip()]
        if one.type == "period":
            _period(filled, key, one, typed)
        elif not given:
            if one.required:
                filled.problems.append(Problem("missing", _("Fill this in."), f"f_{key}"))
        else:
            _one(work, filled, key, one, given)
    _agree(work, filled)
    return filled


def _keep(filled: Filled, key: str, one: FieldSettings, value: object, words: str) -> None:
    label = said(one.label)
    filled.values.append({"key": key, "type": one.type, "label": label, "value": value, "said": words})


def _one(work: Work, filled: Filled, key: str, one: FieldSettings, given: list[str]) -> None:
    name = f"f_{key}"
    if len(given) > 1 and not one.several:
        filled.problems.append(Problem("repeated", _("Choose one."), name))
    elif one.type in ("text", "long"):
        if len(given[0]) > LONGEST:
            filled.problems.append(Problem("string_too_long", _("At most 1000 characters fit here."), name))
        _keep(filled, key, one, given[0][:LONGEST], given[0][:LONGEST])
    elif one.type == "number":
        _number(filled, key, one, given[0])
    elif one.type == "date":
        day = _day(given[0])
        if day is None:
            filled.problems.append(Problem("date_parsing", _("Enter a date, for example 2026-11-30."), name))
        else:
            _keep(filled, key, one, day.isoformat(), f"{day:%d.%m.%Y}")
    else:
        _chosen(work, filled, key, one, given)


def _number(filled: Filled, key: str, one: FieldSettings, text: str) -> None:
    plain = "".join(text.split()).replace("\u00a0", "").replace(",", ".")
    try:
        value = Decimal(plain) if len(plain) <= 20 and "e" not in plain.lower() else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        filled.problems.append(Problem("form_number", _("Enter a number, for example 1250.50."), f"f_{key}"))
    elif one.minimum is not None and value < one.minimum:
        filled.problems.append(Problem("too_small", _("At least {number}.").format(number=one.minimum), f"f_{key}"))
    elif one.maximum is not None and value > one.maximum:
        filled.problems.append(Problem("too_big", _("At most {number}.").format(number=one.maximum), f"f_{key}"))
    else:
        _keep(filled, key, one, str(value), str(value))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _period(filled: Filled, key: str, one: FieldSettings, typed: Typed) -> None:
    ends = [next((value.strip() for value in typed.get(f"{key}_{end}", ()) if value.strip()), "") for end in ("from", "to")]
    if not any(ends) and not one.required:
        return
    days = [_day(text) for text in ends]
    for end, day in zip(("from", "to"), days, strict=True):
        if day is None:
            filled.problems.append(Problem("date_parsing", _("Enter a date, for example 2026-11-30."), f"f_{key}_{end}"))
    first, last = days
    if first is None or last is None:
        return
    if first > last:
        filled.problems.append(Problem("period_backwards", _("The period ends before it begins."), f"f_{key}_to"))
        return
    _keep(filled, key, one, [first.isoformat(), last.isoformat()], f"{first:%d.%m.%Y} – {last:%d.%m.%Y}")


def _chosen(work: Work, filled: Filled, key: str, one: FieldSettings, given: list[str]) -> None:
    known = dict(options(work, one))
    if one.type == "order" and given[0] not in known:
        known |= _older_order(work, given[0])
    if any(value not in known for value in given):
        filled.problems.append(Problem("choice", _("This choice is not there any more. Choose again."), f"f_{key}"))
        return
    value: object = given if one.several else given[0]
    _keep(filled, key, one, value, "; ".join(known[one_] for one_ in given))
    if one.type != "choice":
        filled.about.setdefault(one.type, UUID(given[0]))


def _older_order(work: Work, text: str) -> dict[str, str]:
    """An order that is too old for the list: somebody asked from its own page."""
    try:
        number = work.session.scalar(select(Order.number).where(Order.id == UUID(text), Order.company_id == work.actor.company_id))
    except ValueError:
        return {}
    return {text: number} if number is not None else {}


def _agree(work: Work, filled: Filled) -> None:
    """A contract belongs to the legal entity that is named beside it."""
    entity, contract = filled.about.get("entity"), filled.about.get("contract")
    if entity is None or contract is None:
        return
    if work.session.scalar(select(Contract.legal_entity_id).where(Contract.id == contract)) != entity:
        key = next(one["key"] for one in filled.values if one["type"] == "contract")
        filled.problems.append(Problem("other_entity", _("This contract is another legal entity's. Choose another."), f"f_{key}"))
