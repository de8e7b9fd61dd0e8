"""The panel of facets beside the list, and the address that keeps what is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from b2bkit.core.catalog.attributes import number_of
from b2bkit.core.catalog.cursor import Sort
from b2bkit.core.catalog.facets.browse import facet_counts, prices_count
from b2bkit.core.catalog.facets.chosen import MOST, Chosen, Range, Section, parse
from b2bkit.core.catalog.facets.ranges import LONGEST, Wrong, fold, out_of_order, parse_ranges
from b2bkit.core.catalog.facets.ranges import MOST as MOST_RANGES
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.catalog.view import form_number
from b2bkit.core.errors import Problem
from b2bkit.core.extend.things import Facet, FacetSection
from b2bkit.core.i18n import _, language
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.web.formatting import num
from b2bkit.core.web.forms import FormDecimal, problems_of
from b2bkit.core.web.handling import fragment, read_query, work_of
from b2bkit.core.work import Work

_AT_FIRST = 8  # values of a section; the rest opens on demand
_A_RANGE = 3  # different numbers of which it is easier to say from and to than to tick
_TICKED = 40  # numbers that are still offered to be ticked beside from and to
_FEW_NUMBERS = 10  # up to so many a section of numbers is ticked as readily as it is given from and to
_PRICE: Final = Section("price", None)  # how the range of prices is called where it cannot be read
_price: TypeAdapter[Decimal] = TypeAdapter(Annotated[FormDecimal, Field(ge=0, le=10**9, decimal_places=4)])


class Narrowed(BaseModel):
    """What the address of a list says of what is to be found.

    f   values of facets, `catalog.producer:Полимир`
    r   ranges of facets of numbers, `catalog.attributes.<id>:50..100`; a form sends them as `least.<section>` and `most.<section>`
    """

    q: str = Field("", max_length=200)
    category: UUID | None = None
    sort: Sort = "best"
    exact: bool = False
    f: list[str] = Field([], max_length=MOST)
    r: list[Annotated[str, Field(max_length=LONGEST)]] = Field([], max_length=MOST_RANGES)
    price_from: str = Field("", max_length=60)
    price_to: str = Field("", max_length=60)

    def chosen(self, facets: Sequence[Facet]) -> Chosen:
        """What was chosen among these facets; what cannot be read narrows nothing, and `wrong` tells it."""
        prices = self._prices()
        least, most = (None, None) if isinstance(prices, Wrong) else prices
        return parse(facets, self.f, least, most)._replace(ranges=parse_ranges(facets, self.r).usable)

    def wrong(self, facets: Sequence[Facet]) -> list[Wrong]:
        """Ranges that cannot be read; that of prices has the section `price`."""
        prices = self._prices()
        return [*parse_ranges(facets, self.r).wrong, *([prices] if isinstance(prices, Wrong) else [])]

    def _prices(self) -> tuple[Decimal | None, Decimal | None] | Wrong:
        bounds: list[Decimal | None] = []
        for bound, typed in (("least", self.price_from.strip()), ("most", self.price_to.strip())):
            try:
                bounds.append(_price.validate_python(typed) if typed else None)
            except ValidationError as error:
                (problem, *_others) = problems_of(error)
                return Wrong(_PRICE, self.price_from, self.price_to, Problem(problem.code, problem.message, bound))
        least, most = bounds
        if least is not None and most is not None and least > most:
            return Wrong(_PRICE, self.price_from, self.price_to, out_of_order())
        return least, most

    @property
    def narrows(self) -> bool:
        """Whether facets or prices say anything."""
        return bool(self.f or self.r or self.price_from or self.price_to)

    def address(self, **changes: object) -> dict[str, object]:
        """Parameters of the list's address with some of them changed; what is as usual is left out."""
        usual: dict[str, object] = {"q": "", "sort": "best", "exact": False, "price_from": "", "price_to": ""}
        told = {name: getattr(self, name) for name in Narrowed.model_fields} | changes
        return {name: value for name, value in told.items() if value not in (None, [], usual.get(name))}

    def hidden(self, *without: str) -> list[tuple[str, object]]:
        """The same as hidden fields of a form, (name, value), without those that the form has itself."""
        told = self.address(**dict.fromkeys(without))
        return [(name, one) for name, held in told.items() for one in (held if isinstance(held, list) else [held])]


class Chip(NamedTuple):
    """A chosen value, and the address without it."""

    label: str
    address: Mapping[str, object]


class Value(NamedTuple):
    """A value of a section: its form text, label, how many products it would leave, whether it is chosen."""

    value: str
    label: str
    products: int
    chosen: bool


class Between(NamedTuple):
    """The fields from and to: their names, what is in them, the least and the largest number that is there, what is wrong."""

    least_name: str
    most_name: str
    least: str
    most: str
    lowest: str
    highest: str
    problem: Problem | None = None


class Box(NamedTuple):
    """A section as it is shown; `more` opens on demand."""

    label: str
    values: tuple[Value, ...]
    more: tuple[Value, ...]
    between: Between | None = None


class Panel(NamedTuple):
    """The panel: sections with something to choose, products that are left in all, currency of prices or None and their fields."""

    boxes: tuple[Box, ...]
    products: int
    currency: str | None
    prices: Between


def sections_of(work: Work, facets: Iterable[Facet]) -> dict[Section, tuple[Facet, FacetSection]]:
    """The sections of these facets in their order."""
    found: dict[Section, tuple[Facet, FacetSection]] = {}
    for facet in facets:
        told = facet.sections(work) if facet.sections is not None else [FacetSection(None, _(facet.label))]
        found |= {Section(facet.name, one.key): (facet, one) for one in told}
    return found


def said_of(facet: Facet, section: FacetSection, value: str) -> str:
    """A value of a section in words of the current language."""
    return facet.said(section, value) if facet.said is not None else value


def chips(work: Work, form: Narrowed) -> list[Chip]:
    """What was chosen among facets, each with the address without it."""
    chosen = form.chosen(work.kit.facets)
    needed = {section.facet for section, _values, _range in chosen.sections}
    known = sections_of(work, [facet for facet in work.kit.facets if facet.name in needed])
    found = []
    for section, values, range_ in chosen.sections:
        if section in known:
            facet, told = known[section]
            for value in values:
                said = said_of(facet, told, value)
                label = said if section.key is None else f"{told.label}: {said}"
                found.append(Chip(label, form.address(f=chosen.without(section, value).addresses)))
            if range_ is not None:
                found.append(Chip(f"{told.label}: {said_range(*range_)}", form.address(r=_ranges_but(form, section))))
    if chosen.by_price:
        bounds = said_range(chosen.price_from, chosen.price_to)
        found.append(Chip(_("Price %(range)s") % {"range": bounds}, form.address(price_from=None, price_to=None)))
    return found


def _ranges_but(form: Narrowed, section: Section) -> list[str]:
    return [text for text in form.r if not text.startswith(f"{section.address}:")]


def said_range(least: Decimal | None, most: Decimal | None) -> str:
    """`from 50 up to 100`, with the bounds that there are."""
    lang = language()
    parts = [_("from %(sum)s") % {"sum": num(least, lang=lang)}] if least is not None else []
    return " ".join([*parts, *([_("up to %(sum)s") % {"sum": num(most, lang=lang)}] if most is not None else [])])


class Unused(NamedTuple):
    """A range that could not be read, in words, and the address without it."""

    label: str
    typed: str
    problem: Problem
    address: Mapping[str, object]


def unused(work: Work, form: Narrowed) -> list[Unused]:
    """What of the address narrows nothing because it cannot be read. One statement where there is any, else none."""
    wrong = form.wrong(work.kit.facets)
    known = sections_of(work, work.kit.facets) if wrong else {}
    found = []
    for one in wrong:
        typed = f"{one.least}–{one.most}"
        if one.section == _PRICE:
            found.append(Unused(_("Price"), typed, one.problem, form.address(price_from=None, price_to=None)))
        elif one.section in known:
            found.append(Unused(known[one.section][1].label, typed, one.problem, form.address(r=_ranges_but(form, one.section))))
    return found


def panel(work: Work, form: Narrowed) -> Panel:
    """What can be chosen beside this list."""
    chosen = form.chosen(work.kit.facets)
    counted = facet_counts(work, ListQuery(q=form.q, category=form.category), chosen, exact=form.exact)
    picked: Mapping[Section, tuple[str, ...]] = dict(chosen.values)
    wrong = {one.section: one for one in form.wrong(work.kit.facets)}
    boxes = []
    for section, (facet, told) in sections_of(work, work.kit.facets).items():
        values, mine = counted.values.get(section, {}), picked.get(section, ())
        between = _between(facet, told, section, values, dict(chosen.ranges).get(section), wrong.get(section))
        box = _box(facet, told, section, values, mine, counted.products, between)
        if box is not None:
            boxes.append(box)
    terms = session_terms(work) if prices_count(work) else None
    bad = wrong.get(_PRICE)
    prices = Between("price_from", "price_to", form.price_from, form.price_to, _("from"), _("to"), bad.problem if bad else None)
    return Panel(tuple(boxes), counted.products, terms.currency if terms is not None else None, prices)


def numbers_of(told: FacetSection, counted: Mapping[str, int]) -> list[Decimal]:
    """The numbers that a section has beside what was chosen in others, in order; none for one of words."""
    return sorted({number for value in counted if (number := number_of(value)) is not None}) if told.numeric else []


def _between(
    facet: Facet, told: FacetSection, section: Section, counted: Mapping[str, int], range_: Range | None, wrong: Wrong | None
) -> Between | None:
    numbers = numbers_of(told, counted) if facet.numbers is not None else []
    if len(numbers) < _A_RANGE and range_ is None and wrong is None:
        return None
    least, most = ("" if bound is None else form_number(bound) for bound in (range_ or Range()))
    if wrong is not None:
        least, most = wrong.least, wrong.most
    ends = (num(numbers[0], lang=language()), num(numbers[-1], lang=language())) if numbers else (_("from"), _("to"))
    names = f"least.{section.address}", f"most.{section.address}"
    return Between(*names, least, most, *ends, wrong.problem if wrong is not None else None)


def _box(
    facet: Facet, told: FacetSection, section: Section, counted: Mapping[str, int], picked: Sequence[str], products: int,
    between: Between | None,
) -> Box | None:  # fmt: skip
    numbers = {**dict.fromkeys(picked, 0), **counted}
    if not picked and between is None and (not numbers or set(numbers.values()) == {products}):
        return None  # nothing to choose: every product has it
    texts = sorted(numbers, key=lambda value: _place(told, value))
    values = [Value(f"{section.address}:{text}", said_of(facet, told, text), numbers[text], text in picked) for text in texts]
    at_first = 0 if between is not None and len(values) > _FEW_NUMBERS else _AT_FIRST
    first = values if len(values) <= _FEW_NUMBERS else [one for place, one in enumerate(values) if place < at_first or one.chosen]
    more = [one for one in values if one not in first]
    return Box(told.label, tuple(first), () if between is not None and len(more) > _TICKED else tuple(more), between)


def _place(told: FacetSection, value: str) -> tuple[Any, ...]:
    number = number_of(value) if told.numeric else None
    return (number is None, number or 0, value.casefold().replace("ё", "е"), value)


class Facets:
    """The panel for a list; what is ticked but not yet shown counts."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, form = work_of(req), read_query(req, Narrowed, fold)
        fragment(req, resp, "catalog/_facets.html", form=form, panel=panel(work, form))
