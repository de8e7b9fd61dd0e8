"""The panel of facets beside the list, and the address that keeps what is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field

from b2bkit.core.catalog.attributes import number_of
from b2bkit.core.catalog.cursor import Sort
from b2bkit.core.catalog.facets.browse import facet_counts, prices_count
from b2bkit.core.catalog.facets.chosen import MOST, Chosen, Section, parse
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.extend.things import Facet, FacetSection
from b2bkit.core.i18n import _
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.web.forms import FormDecimal
from b2bkit.core.web.handling import fragment, read_query, work_of
from b2bkit.core.work import Work

_AT_FIRST = 8  # values of a section; the rest opens on demand
Price = Annotated[FormDecimal, Field(ge=0, le=10**9, decimal_places=4)]


class Narrowed(BaseModel):
    """What the address of a list says of what is to be found."""

    q: str = Field("", max_length=200)
    category: UUID | None = None
    sort: Sort = "best"
    exact: bool = False
    f: list[str] = Field([], max_length=MOST)
    price_from: Price | None = None
    price_to: Price | None = None

    def chosen(self, facets: Sequence[Facet]) -> Chosen:
        """What was chosen among these facets."""
        return parse(facets, self.f, self.price_from, self.price_to)

    def address(self, **changes: object) -> dict[str, object]:
        """Parameters of the list's address with some of them changed; what is as usual is left out."""
        usual: dict[str, object] = {"q": "", "sort": "best", "exact": False}
        told = {name: getattr(self, name) for name in Narrowed.model_fields} | changes
        return {name: value for name, value in told.items() if value not in (None, [], usual.get(name))}


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


class Box(NamedTuple):
    """A section as it is shown; `more` opens on demand."""

    label: str
    values: tuple[Value, ...]
    more: tuple[Value, ...]


class Panel(NamedTuple):
    """The panel: sections with something to choose, products that are left in all, currency of prices or None."""

    boxes: tuple[Box, ...]
    products: int
    currency: str | None


def sections_of(work: Work, facets: Iterable[Facet]) -> dict[Section, tuple[Facet, FacetSection]]:
    """The sections of these facets in their order."""
    found: dict[Section, tuple[Facet, FacetSection]] = {}
    for facet in facets:
        told = facet.sections(work) if facet.sections is not None else [FacetSection(None, _(facet.label))]
        found |= {Section(facet.name, one.key): (facet, one) for one in told}
    return found


def _said(facet: Facet, section: FacetSection, value: str) -> str:
    return facet.said(section, value) if facet.said is not None else value


def chips(work: Work, form: Narrowed) -> list[Chip]:
    """What was chosen among facets, each with the address without it."""
    chosen = form.chosen(work.kit.facets)
    needed = {section.facet for section, _values in chosen.values}
    known = sections_of(work, [facet for facet in work.kit.facets if facet.name in needed])
    found = []
    for section, values in chosen.values:
        if section in known:
            facet, told = known[section]
            for value in values:
                said = _said(facet, told, value)
                label = said if section.key is None else f"{told.label}: {said}"
                found.append(Chip(label, form.address(f=chosen.without(section, value).addresses)))
    if chosen.by_price:
        least, most = form.price_from, form.price_to
        bounds = " ".join(part for part in (_("from %(sum)s") % {"sum": least} if least is not None else "", _upto(most)) if part)
        found.append(Chip(_("Price %(range)s") % {"range": bounds}, form.address(price_from=None, price_to=None)))
    return found


def _upto(most: Decimal | None) -> str:
    return _("up to %(sum)s") % {"sum": most} if most is not None else ""


def panel(work: Work, form: Narrowed) -> Panel:
    """What can be chosen beside this list."""
    chosen = form.chosen(work.kit.facets)
    counted = facet_counts(work, ListQuery(q=form.q, category=form.category), chosen, exact=form.exact)
    picked: Mapping[Section, tuple[str, ...]] = dict(chosen.values)
    boxes = []
    for section, (facet, told) in sections_of(work, work.kit.facets).items():
        box = _box(facet, told, section, counted.values.get(section, {}), picked.get(section, ()), counted.products)
        if box is not None:
            boxes.append(box)
    terms = session_terms(work) if prices_count(work) else None
    return Panel(tuple(boxes), counted.products, terms.currency if terms is not None else None)


def _box(
    facet: Facet, told: FacetSection, section: Section, counted: Mapping[str, int], picked: Sequence[str], products: int
) -> Box | None:
    numbers = {**dict.fromkeys(picked, 0), **counted}
    if not picked and (not numbers or set(numbers.values()) == {products}):
        return None  # nothing to choose: every product has it
    texts = sorted(numbers, key=lambda value: _place(told, value))
    values = [Value(f"{section.address}:{text}", _said(facet, told, text), numbers[text], text in picked) for text in texts]
    first = values if len(values) <= _AT_FIRST + 2 else [one for place, one in enumerate(values) if place < _AT_FIRST or one.chosen]
    return Box(told.label, tuple(first), tuple(one for one in values if one not in first))


def _place(told: FacetSection, value: str) -> tuple[Any, ...]:
    number = number_of(value) if told.numeric else None
    return (number is None, number or 0, value.casefold().replace("ё", "е"), value)


class Facets:
    """The panel for a list; what is ticked but not yet shown counts."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, form = work_of(req), read_query(req, Narrowed)
        fragment(req, resp, "catalog/_facets.html", form=form, panel=panel(work, form))
