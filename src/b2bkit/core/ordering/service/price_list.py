"""The price list of a buyer's own assortment, at the prices of the session's contract, as a file in which he can order."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.listing import MOST as PAGE
from b2bkit.core.catalog.listing import ListQuery, list_products
from b2bkit.core.catalog.quantities import plain
from b2bkit.core.catalog.units import unit_label
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.contract import Terms, own_terms
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.sheets import Cell, Column, write_xlsx
from b2bkit.core.work import Work

MOST: Final = 10_000


def price_list(work: Work, *, category: UUID | None = None, q: str = "") -> bytes:
    """XLSX of what the catalogue shows to this actor under its contract, read page by page: memory does not grow with it.

    Raises Refused without a contract, and for more than `MOST` products: then it is asked for group by group.
    """
    terms = own_terms(work)
    if terms is None:
        raise Refused(Problem("ordering.no_contract", _("There is no contract, and so no prices. Ask your manager.")))
    columns = [
        Column(_("Article"), width=20), Column(_("Product"), width=52), Column(_("Unit"), width=10), Column(_("Price"), "number", 12),
        Column(_("Price from a quantity"), width=30), Column(_("VAT, %"), "number", 8), Column(_("Least order"), "number", 12),
        Column(_("In steps of"), "number", 10), Column(_("In stock"), "number", 12), Column(_("Order"), "number", 12),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prices.xlsx"
        rows = _rows(work, category, q)
        write_xlsx(path, sheet=_("Price list"), columns=columns, rows=rows, notes=_notes(work, terms), made=work.now)
        return path.read_bytes()


def _notes(work: Work, terms: Terms) -> list[str]:
    day = work.now.astimezone(work.config.portal.zone).date().isoformat()
    prices = session_terms(work)
    with_vat = _("with VAT") if prices is not None and prices.vat_included else _("without VAT")
    said = {"day": day, "name": terms.legal_entity, "number": terms.number, "currency": terms.currency, "vat": with_vat}
    return [
        _("Prices of %(day)s for %(name)s, contract %(number)s, %(currency)s, %(vat)s") % said,
        _("Fill in “Order” in the unit of the row and send the file on the page “Order by list”."),
    ]


def _rows(work: Work, category: UUID | None, q: str) -> Iterator[list[Cell]]:
    cursor, read = None, 0
    while True:
        page = list_products(work, ListQuery(q=q, category=category, sort="name", cursor=cursor, limit=PAGE))
        read += len(page.goods)
        if read > MOST:
            most = {"most": MOST}
            raise Refused(Problem("ordering.price_list_long", _("More than %(most)d products. Choose a group and take its list.") % most))
        yield from map(_row, page.goods)
        cursor = page.next
        if cursor is None:
            return


def _row(good: Good) -> list[Cell]:
    rules, steps = good.rules, good.table.steps
    least = max(rules.minimum, rules.multiple)
    first = (good.table.at(least) or steps[0]).price if steps else None
    further = "; ".join(_from(step.min_quantity, step.price) for step in steps if step.min_quantity > least)
    stock = good.available if good.stock_as_of is not None else None
    unit = unit_label(rules.spelt())
    return [good.row.article, good.row.name, unit, first, further, good.row.vat_rate, least, rules.multiple, stock, None]


def _from(quantity: Decimal, price: Decimal) -> str:
    return _("from %(quantity)s: %(price)s") % {"quantity": plain(quantity), "price": plain(price)}
