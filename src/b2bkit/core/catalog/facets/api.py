"""Facets as JSON: what the list can be narrowed by, with counts, what is chosen, ends of ranges; and the parameters that narrow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.catalog.facets.browse import facet_counts, prices_count
from b2bkit.core.catalog.facets.chosen import MOST, Chosen, Range, Section, section_of
from b2bkit.core.catalog.facets.panel import Narrowed, numbers_of, said_of, sections_of
from b2bkit.core.catalog.facets.ranges import LONGEST
from b2bkit.core.catalog.facets.ranges import MOST as MOST_RANGES
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.catalog.quantities import plain
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import Facet, FacetSection, Operation, Route
from b2bkit.core.i18n import _
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.web.handling import read_query, reply, work_of
from b2bkit.core.work import Work

Number = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="A decimal number as text.")]
_TYPED: Final = "A decimal number; prices are those of the least order under the contract."


class NarrowQuery(BaseModel):
    """What narrows the list of products. `f` and `r` may come several times."""

    q: str = Field("", max_length=200, description="Words of name, article or producer, in any order; each begins a word.")
    category: UUID | None = Field(None, description="Only products in this category and below.")
    f: list[str] = Field([], max_length=MOST, description="A value of a facet: `f` of `/api/v1/products/facets`.")
    r: list[Annotated[str, Field(max_length=LONGEST)]] = Field(
        [], max_length=MOST_RANGES, description="A range of a facet of numbers: its `address`, a colon, `50..100`, `50..` or `..100`."
    )
    price_from: str = Field("", max_length=60, description=_TYPED)
    price_to: str = Field("", max_length=60, description=_TYPED)


class FacetValueOut(BaseModel):
    """A value. `f` narrows the list to it; `products` are left then, beside what was chosen in other facets."""

    model_config = ConfigDict(extra="forbid")
    value: str
    label: str
    f: str
    products: int
    chosen: bool


class FacetRangeOut(BaseModel):
    """Numbers of a facet: `lowest` and `highest` are there beside what was chosen in other facets, `least` and `most` were chosen."""

    model_config = ConfigDict(extra="forbid")
    lowest: Number | None
    highest: Number | None
    least: Number | None
    most: Number | None


class FacetOut(BaseModel):
    """A facet with its values. `address` stands in `f` and `r`; `range` is null where the values are no numbers."""

    model_config = ConfigDict(extra="forbid")
    address: str
    label: str
    values: list[FacetValueOut]
    range: FacetRangeOut | None


class FacetPricesOut(BaseModel):
    """The range of prices that was chosen; null where the list cannot be narrowed by price."""

    model_config = ConfigDict(extra="forbid")
    currency: str
    least: Number | None
    most: Number | None


class FacetsOut(BaseModel):
    """What the list can be narrowed by, and how many products are left now."""

    model_config = ConfigDict(extra="forbid")
    products: int
    facets: list[FacetOut]
    prices: FacetPricesOut | None


def chosen_by(work: Work, query: NarrowQuery) -> Chosen:
    """What these parameters choose. Raises Refused for what names no facet, is no number, and for prices where they do not count."""
    facets = {facet.name: facet for facet in work.kit.facets}
    ranged = {name: facet for name, facet in facets.items() if facet.numbers is not None}
    told = _("There is no such facet: %(text)s. /api/v1/products/facets lists them.")
    problems = [
        Problem("catalog.unknown_facet", told % {"text": text[:100]}, field)
        for field, texts, known in (("f", query.f, facets), ("r", query.r, ranged))
        for text in texts
        if section_of(known, text.partition(":")[0]) is None
    ]
    form = Narrowed(f=query.f, r=query.r, price_from=query.price_from, price_to=query.price_to)
    for wrong in form.wrong(work.kit.facets):
        ends = {"least": "price_from", "most": "price_to"}
        field = "r" if wrong.section.facet in ranged else ends[wrong.problem.field or "least"]
        problems.append(Problem(wrong.problem.code, wrong.problem.message, field))
    if problems:
        raise Refused(problems)
    chosen = form.chosen(work.kit.facets)
    if chosen.by_price and not prices_count(work):
        field = "price_from" if chosen.price_from is not None else "price_to"
        raise Refused(Problem("catalog.no_prices", _("Prices do not narrow the list here: leave them out."), field))
    return chosen


class Facets:
    """`/api/v1/products/facets`."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, query = work_of(req), read_query(req, NarrowQuery)
        reply(req, resp, facets_json(work, query))


def facets_json(work: Work, query: NarrowQuery) -> FacetsOut:
    """What the list can be narrowed by beside these parameters."""
    chosen = chosen_by(work, query)
    counted = facet_counts(work, ListQuery(q=query.q, category=query.category), chosen, exact=True)
    picked, ranges = dict(chosen.values), dict(chosen.ranges)
    found = [
        _facet(facet, told, section, counted.values.get(section, {}), picked.get(section, ()), ranges.get(section))
        for section, (facet, told) in sections_of(work, work.kit.facets).items()
        if section in counted.values or section in picked or section in ranges
    ]
    terms = session_terms(work) if prices_count(work) else None
    prices = FacetPricesOut(currency=terms.currency, **_ends(Range(chosen.price_from, chosen.price_to))) if terms is not None else None
    return FacetsOut(products=counted.products, facets=found, prices=prices)


def _facet(
    facet: Facet, told: FacetSection, section: Section, counted: Mapping[str, int], picked: Iterable[str], range_: Range | None
) -> FacetOut:
    picked, values = set(picked), {**dict.fromkeys(picked, 0), **counted}
    rows = [
        FacetValueOut(value=one, label=said_of(facet, told, one), f=f"{section.address}:{one}", products=values[one], chosen=one in picked)
        for one in sorted(values)
    ]
    numbers = numbers_of(told, counted)
    between = None
    if told.numeric and facet.numbers is not None:
        lowest, highest = (plain(numbers[0]), plain(numbers[-1])) if numbers else (None, None)
        between = FacetRangeOut(lowest=lowest, highest=highest, **_ends(range_ or Range()))
    return FacetOut(address=section.address, label=told.label, values=rows, range=between)


def _ends(range_: Range) -> dict[str, str | None]:
    return {name: None if bound is None else plain(bound) for name, bound in range_._asdict().items()}


def routes(view: str) -> Iterable[Route]:
    """The facets, for who sees the catalogue."""
    told = Operation(summary="List what the products can be narrowed by, with counts", query=NarrowQuery, answer=FacetsOut, errors=(422,))
    yield Route(
        name="catalog.api_facets", path="/api/v1/products/facets", resource=Facets(), permission=view, area="api", operations={"GET": told}
    )
