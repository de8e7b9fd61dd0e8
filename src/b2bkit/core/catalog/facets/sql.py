"""Facets in the database: what the chosen values leave, and how many products each value would leave, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)

from b2bkit.core.accounts.models import Contract
from b2bkit.core.catalog.facets.chosen import Chosen, Range, Section
from b2bkit.core.catalog.listing import ANY, Criterion
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.db.types import UnitPrice
from b2bkit.core.extend.things import Facet
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.work import Work


class Counts(NamedTuple):
    """How many products each value would leave, none that would leave nothing; and how many are left in all."""

    values: Mapping[Section, Mapping[str, int]]
    products: int


_ALL: Final = 9999
NOTHING: Final = Counts({}, 0)


_price_type = (  # of the contract; prices in another currency than the contract's are not shown, so nothing is found by them
    select(PriceType.id)
    .join(Contract, Contract.price_type_id == PriceType.id)
    .where(Contract.id == bindparam("contract_id", type_=Uuid()), PriceType.active, PriceType.currency == Contract.currency)
    .scalar_subquery()
)
_step = select(Price.value).where(Price.product_id == Product.id, Price.price_type_id == _price_type, Price.min_quantity <= Product.minimum)
_price = _step.order_by(Price.min_quantity.desc()).limit(1).correlate(Product).scalar_subquery()  # of the least order


def left_by(work: Work, chosen: Chosen) -> Criterion:
    """What all that was chosen leaves: of the values of a section one has to be there, of the sections all; prices are the session's."""
    if not chosen:
        return ANY
    facets = {facet.name: facet for facet in work.kit.facets}
    parts: list[ColumnElement[bool]] = [true()]
    values: dict[str, object] = {}
    for section, wanted, range_ in chosen.sections:
        there = [_with(facets[section.facet].pairs, section, len(wanted))] if wanted else []
        numbers = facets[section.facet].numbers
        if range_ is not None and numbers is not None:
            there.append(_within(numbers, section, range_))
        parts.append(or_(false(), *(Product.id.in_(one) for one in there)))
        values |= _values_of(section, wanted, range_)
    for bound, least in (("price_from", True), ("price_to", False)):
        value = getattr(chosen, bound)
        if value is not None:
            limit = bindparam(bound, type_=UnitPrice())
            parts.append(_price >= limit if least else _price <= limit)
            values |= {bound: value, "contract_id": work.actor.contract_id}
    which = tuple(facets[section.facet].pairs for section, _wanted, _range in chosen.sections)
    ends = {section: (range_.least is None, range_.most is None) for section, range_ in chosen.ranges}
    shape = tuple((section, len(wanted), ends.get(section)) for section, wanted, _range in chosen.sections)
    key = (which, shape, chosen.price_from is None, chosen.price_to is None)
    return Criterion(key, and_(*parts), values)


def _with(pairs: Select[*tuple[Any, ...]], section: Section, many: int) -> Select[*tuple[Any, ...]]:
    there = pairs.subquery()
    product_id, key, value = there.c
    names = [f"{_name(section)}_{number}" for number in range(many)]
    found = select(product_id).where(value.in_([bindparam(name, type_=value.type) for name in names]))
    return found if section.key is None else found.where(key == bindparam(_name(section), type_=Uuid()))


def _within(numbers: Select[*tuple[Any, ...]], section: Section, range_: Range) -> Select[*tuple[Any, ...]]:
    there = numbers.subquery()
    product_id, key, number = there.c
    found = select(product_id)
    if range_.least is not None:
        found = found.where(number >= bindparam(f"{_name(section)}_least", type_=number.type))
    if range_.most is not None:
        found = found.where(number <= bindparam(f"{_name(section)}_most", type_=number.type))
    return found if section.key is None else found.where(key == bindparam(_name(section), type_=Uuid()))


def _values_of(section: Section, wanted: Sequence[str], range_: Range | None) -> dict[str, object]:
    found: dict[str, object] = {f"{_name(section)}_{number}": value for number, value in enumerate(wanted)}
    for bound, limit in (range_ or Range())._asdict().items():
        if limit is not None:
            found[f"{_name(section)}_{bound}"] = limit
    return found if section.key is None else {_name(section): section.key, **found}


def _name(section: Section) -> str:
    return "facet_" + section.address.replace(".", "_").replace("-", "")


def counts(work: Work, chosen: Chosen, within: Criterion) -> Counts:
    """How many visible products `within` each value would leave, beside what was chosen in other sections: one statement."""
    facets = work.kit.facets
    whole = left_by(work, chosen)
    others = {section: left_by(work, chosen.without(section)) for section, _wanted, _range in chosen.sections}

    def build(criterion: ColumnElement[bool]) -> CompoundSelect[*tuple[Any, ...]]:
        def left(name: str, rest: Criterion) -> CTE:
            return select(Product.id).where(criterion, within.criterion, rest.criterion).cte(name)

        everything = left("left_by_all", whole)
        arms = [_arm(number, facet, everything, None) for number, facet in enumerate(facets)]
        numbers = {facet.name: number for number, facet in enumerate(facets)}
        for number, (section, rest) in enumerate(others.items()):
            place = numbers[section.facet]
            arms.append(_arm(place + len(facets), facets[place], left(f"left_by_others_{number}", rest), section))
        nothing = cast(null(), Uuid), cast(null(), String)
        every = select(literal_column(str(_ALL), Integer), *nothing, func.count()).select_from(everything)
        return union_all(every, *arms)

    statement, values = prepared(work, ("facets", tuple(facet.pairs for facet in facets), within.key, whole.key), build)
    parameters = {**values, **within.values, **whole.values}
    found: dict[Section, dict[str, int]] = defaultdict(dict)
    products = 0
    for place, key, value, number in work.session.rows(statement, parameters):
        if place == _ALL:
            products = number
            continue
        section = Section(facets[place % len(facets)].name, key)
        if (place >= len(facets)) == (section in others):
            found[section][value] = number
    return Counts(dict(found), products)


def _arm(place: int, facet: Facet, left: CTE, section: Section | None) -> Select[*tuple[Any, ...]]:
    there = facet.pairs.subquery()
    product_id, key, value = there.c
    arm = select(literal_column(str(place), Integer), key, value, func.count(product_id.distinct())).where(
        product_id.in_(select(left.c.id))
    )
    if section is not None and section.key is not None:
        arm = arm.where(key == bindparam(_name(section), type_=Uuid()))
    return arm.group_by(key, value)
