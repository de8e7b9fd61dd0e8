"""Announcements on other pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

from b2bkit import Widget, Work
from b2bkit.core.catalog.view import Shown
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.service.lines import Line
from b2bkit.plugins.availability.service import find
from b2bkit.plugins.availability.service.announce import settings_of

VIEW: Final = "catalog.view"


def of_product(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a product's page: what is said of it. One statement."""
    product_id = subject if isinstance(subject, UUID) else getattr(subject, "id", None)
    row = find.of_products(work, [product_id]).get(product_id) if isinstance(product_id, UUID) else None
    return {"row": row} if row is not None else None


def of_rows(work: Work, subject: object) -> Mapping[Any, Mapping[str, object]]:
    """In each row of a list of products. One statement for all of them."""
    found = find.of_products(work, [row.id for row in cast("Sequence[Shown]", subject)])
    return {product_id: {"row": row} for product_id, row in found.items()}


def of_lines(work: Work, subject: object) -> Mapping[Any, Mapping[str, object]]:
    """Beside each line of the cart. One statement for all of them."""
    shown = [line for line in cast("Sequence[Line]", subject) if line.visible]
    found = find.of_products(work, [line.product_id for line in shown])
    return {line.line_id: {"row": found[line.product_id]} for line in shown if line.product_id in found}


def home(work: Work, _subject: object) -> Mapping[str, object] | None:
    """On a client's first page: the newest of what he follows; where there is none, the newest of all."""
    most = settings_of(work).home
    if work.actor.company_id is None or not most:
        return None
    mine = find.feed(work, mine=True, size=most).items
    rows = mine or find.feed(work, size=most).items
    return {"rows": rows, "mine": bool(mine)} if rows else None


WIDGETS: Final = (
    Widget(
        name="availability.product", slot="product", order=5, template="availability/widget_product.html", load=of_product, permission=VIEW,
        side=True,
    ),
    Widget(
        name="availability.rows", slot="catalog.rows", order=100, template="availability/widget_row.html", load=of_rows, permission=VIEW
    ),
    Widget(
        name="availability.lines", slot="cart.lines", order=50, template="availability/widget_line.html", load=of_lines, permission=VIEW
    ),
    Widget(
        name="availability.home", label=N_("Availability"), slot="dashboard", order=65, template="availability/widget_home.html",
        load=home, permission=VIEW, side=True,
    ),
)  # fmt: skip
