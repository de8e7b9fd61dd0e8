"""Up to five products side by side, what differs between them marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from b2bkit.core.catalog.attributes import Listed, listed, said, texts_of
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.models import Attribute
from b2bkit.core.catalog.pages import CART, can_order
from b2bkit.core.catalog.product import visible_goods
from b2bkit.core.catalog.units import counted
from b2bkit.core.catalog.view import packages, shown
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import Operation, Route
from b2bkit.core.i18n import _, language
from b2bkit.core.pricing.terms import Terms, session_terms
from b2bkit.core.web.formatting import money
from b2bkit.core.web.handling import read_query, render, reply, work_of
from b2bkit.core.work import Work

MOST: Final = 5


class Line(NamedTuple):
    """What is compared: its words for each product, "" where it has none; `differs`: not the same for all."""

    label: str
    values: tuple[str, ...]
    differs: bool


class Compared(NamedTuple):
    """Products in the order that was asked for, and lines of their values in the same order."""

    goods: tuple[Good, ...]
    lines: tuple[Line, ...]
    terms: Terms | None


def compare(work: Work, product_ids: Sequence[UUID]) -> Compared:
    """The products that the actor may see, in four statements; what is not visible is not there. Raises Refused for more than five."""
    wanted = list(dict.fromkeys(product_ids))
    if len(wanted) > MOST:
        message = _("At most %(most)s products fit side by side. Choose fewer.") % {"most": MOST}
        raise Refused(Problem("catalog.too_many_to_compare", message, "id"))
    terms = session_terms(work)
    found = visible_goods(work, wanted, terms)
    goods = tuple(found[id_] for id_ in wanted if id_ in found)
    return Compared(goods, tuple(_lines(work, goods)), terms)


def _lines(work: Work, goods: Sequence[Good]) -> list[Line]:
    columns = (Attribute.name, Attribute.kind, Attribute.unit)
    shown_ones = select(*columns).where(Attribute.in_product).order_by(Attribute.position, Attribute.name)
    known = [listed(*row) for row in work.session.execute(shown_ones)] if goods else []
    lines = [
        _line(_("Price"), [_price(good) for good in goods]),
        _line(_("Stock"), ["" if good.stock_as_of is None else counted(good.available, good.rules.spelt()) for good in goods]),
        _line(_("Least order"), [counted(good.rules.minimum, good.rules.spelt()) for good in goods]),
        _line(_("Packages"), [packages(good.rules) for good in goods]),
        _line(_("Producer"), [good.row.producer for good in goods]),
        *(_of_attribute(one, goods) for one in known if one.label != _("Producer")),
    ]
    return [line for line in lines if any(line.values)]


def _price(good: Good) -> str:
    step = good.table.at(good.rules.minimum)
    return "" if step is None else money(step.price, good.table.currency, lang=language())


def _of_attribute(one: Listed, goods: Sequence[Good]) -> Line:
    values = [good.row.attributes.get(one.name) for good in goods]
    same = len({tuple(sorted(texts_of(value))) for value in values}) <= 1
    return Line(one.label, tuple(said(one, value) for value in values), not same)


def _line(label: str, values: Sequence[str]) -> Line:
    return Line(label, tuple(values), len(set(values)) > 1)


class CompareForm(BaseModel):
    """Which products."""

    model_config = ConfigDict(extra="forbid")

    id: list[UUID] = Field(default_factory=list, max_length=50, description="Ids of up to five products.")


class LineOut(BaseModel):
    """What is compared; `values` in the order of `ids`, empty where a product has none."""

    label: str
    values: list[str]
    differs: bool


class ComparedOut(BaseModel):
    """The products that are visible, and lines of their values."""

    ids: list[UUID]
    lines: list[LineOut]


class Compare:
    """`/catalog/compare?id=...&id=...`."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, form = work_of(req), read_query(req, CompareForm)
        found = compare(work, form.id)
        rows = [shown(good) for good in found.goods]
        lists = [[row.id for row in rows if row.id != gone.id] for gone in rows]
        render(req, resp, "catalog/compare.html", found=found, rows=rows, without=lists, orders=can_order(work), cart=CART)


class ApiCompare:
    """`/api/v1/products/compare?id=...&id=...`."""

    def on_get(self, req: Request, resp: Response) -> None:
        found = compare(work_of(req), read_query(req, CompareForm).id)
        reply(req, resp, {"ids": [good.id for good in found.goods], "lines": [line._asdict() for line in found.lines]})


OPERATIONS = {"GET": Operation(summary="Compare up to five products", query=CompareForm, answer=ComparedOut, errors=(422,))}


def routes(permission: str) -> tuple[Route, ...]:
    """The page and the same as JSON."""
    return (
        Route(name="catalog.compare", path="/catalog/compare", resource=Compare(), permission=permission),
        Route(
            name="catalog.api_compare", path="/api/v1/products/compare", resource=ApiCompare(), permission=permission, area="api",
            operations=OPERATIONS,
        ),
    )  # fmt: skip
