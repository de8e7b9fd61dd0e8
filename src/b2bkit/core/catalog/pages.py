"""Pages of the catalogue: the list, a product, and the words under a quantity field."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from b2bkit.core.catalog.facets.browse import browse
from b2bkit.core.catalog.facets.panel import Narrowed, chips, unused
from b2bkit.core.catalog.facets.ranges import fold
from b2bkit.core.catalog.heard import tell_listeners
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.catalog.product import product_details
from b2bkit.core.catalog.quantities import base_quantity, check_quantity
from b2bkit.core.catalog.saved.service import has_filters, open_filter
from b2bkit.core.catalog.tree import Group, Tree
from b2bkit.core.catalog.units import counted, unit_label
from b2bkit.core.catalog.view import all_shown, attributes_of, hint_text, missing_text, nearest, packages, price_lines_of, shown
from b2bkit.core.catalog.words.groups import groups_named
from b2bkit.core.web.forms import FormDecimal
from b2bkit.core.web.handling import fragment, read_query, remember, render, work_of
from b2bkit.core.work import Work

CART = "ordering.cart_add"
View = Literal["list", "table", "cards"]


class ListForm(Narrowed):
    """What the list's address says."""

    cursor: str | None = None
    view: View | None = None
    saved: UUID | None = None


class QuantityForm(BaseModel):
    """A quantity as it is typed."""

    unit: str = Field(max_length=50)
    quantity: str = Field(max_length=60)


_NUMBER: TypeAdapter[Decimal] = TypeAdapter(FormDecimal)


def typed_amount(text: str) -> Decimal | None:
    """The number that was typed; None when it is none."""
    try:
        return _NUMBER.validate_python(text)
    except ValidationError:
        return None


class WayOut(NamedTuple):
    """A filter that can be dropped, with how many products that shows."""

    label: str
    q: str
    category: UUID | None
    products: int


def can_order(work: Work) -> bool:
    """Whether this person may put products into a cart here and now."""
    route = work.kit.routes.get(CART)
    return route is not None and work.actor.contract_id is not None and work.may(route.permission_for("POST"))


def ways_out(tree: Tree, chosen: Group | None, form: ListForm) -> list[WayOut]:
    """For an empty result: what is there without the words, without the group."""
    words = form.q.strip()
    found = []
    if words and chosen is not None and chosen.total:
        found.append(WayOut("words", "", form.category, chosen.total))
    if form.category is not None and tree.matching:
        found.append(WayOut("group", form.q, None, tree.matching))
    if words and form.category is None and tree.total:
        found.append(WayOut("words", "", None, tree.total))
    return found


def groups_to_show(tree: Tree, chosen: UUID | None) -> list[Group]:
    """The top of the tree, and what is directly below the chosen group and those above it."""
    opened = {group.id for group in tree.path(chosen)}
    return [group for group in tree.groups if group.depth == 0 or group.parent_id in opened]


class ProductList:
    """The catalogue."""

    def on_get(self, req: Request, resp: Response) -> None:
        work, form = work_of(req), read_query(req, ListForm, fold)
        opened = open_filter(work, form.saved) if form.saved is not None else None
        if opened is not None:
            form = ListForm(**opened.form.model_dump(), view=opened.row.view, cursor=form.cursor)
        if form.view is not None:
            remember(req, resp, "list", form.view)
        kept = (req.get_cookie_values("b2bkit-list") or ["list"])[0]
        query = ListQuery(q=form.q, category=form.category, sort=form.sort, cursor=form.cursor)
        tree, page, instead = browse(work, query, form.chosen(work.kit.facets), exact=form.exact)
        chosen, group_lost = tree.find(form.category), False
        if opened is not None and form.category is not None and chosen is None:  # the group is not there for this person any more
            form, group_lost = form.model_copy(update={"category": None}), True
            tree, page, instead = browse(work, replace(query, category=None), form.chosen(work.kit.facets), exact=form.exact)
        if form.cursor is None and not form.narrows:
            tell_listeners(work, form.q, tree.matching)
        matching = tree.matching if form.category is None else chosen.matching if chosen else 0
        render(
            req,
            resp,
            "catalog/list.html",
            form=form,
            view=form.view or (kept if kept in ("table", "cards") else "list"),
            listed=page,
            rows=all_shown(page.goods),
            tree=tree,
            instead=instead,
            chips=chips(work, form) if form.narrows else [],
            unused=unused(work, form) if form.narrows else [],
            groups=groups_to_show(tree, form.category),
            chosen=chosen,
            matching=matching,
            ways=[] if page.goods else ways_out(tree, chosen, form),
            named=() if page.goods else groups_named(tree, form.q),
            orders=can_order(work),
            cart=CART,
            opened=opened,
            group_lost=group_lost,
            saves=has_filters(work),
        )


class ProductPage:
    """A product."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        work = work_of(req)
        details = product_details(work, product_id=product_id)
        good, row, orders = details.good, shown(details.good), can_order(work)
        missing = missing_text(good.table, good.rules, good.rules.minimum)
        if orders and missing:  # it changes with the quantity, so it stands under the field
            row = row._replace(field=row.field._replace(hint=f"{row.field.hint} · {missing}"))
        render(
            req,
            resp,
            "catalog/product.html",
            product=details,
            good=good,
            row=row,
            warehouses=[(stock.warehouse, counted(stock.quantity, good.rules.spelt())) for stock in good.stock],
            unit=unit_label(good.rules.spelt()),
            packages=packages(good.rules),
            attributes=attributes_of(good),
            missing="" if orders else missing,
            orders=orders,
            cart=CART,
        )


class QuantityHint:
    """What stands under a quantity field after it changed: other units and the price, or what is wrong and the nearest allowed amounts."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        work, form = work_of(req), read_query(req, QuantityForm)
        good = product_details(work, product_id=product_id).good
        amount, factor = typed_amount(form.quantity), good.rules.factor(form.unit)
        problem = check_quantity(good.rules, form.unit, Decimal("NaN") if amount is None else amount)
        if amount is None or factor is None or problem is not None:
            cures = nearest(problem) if problem is not None else ()
            return fragment(req, resp, "catalog/_hint.html", id=product_id, problem=problem, cures=cures)
        base = base_quantity(amount, factor)
        steps, missing = price_lines_of(good.table, good.rules, base), missing_text(good.table, good.rules, base)
        hint = hint_text(good.rules, form.unit, amount)
        return fragment(req, resp, "catalog/_hint.html", id=product_id, problem=None, hint=hint, steps=steps, missing=missing)
