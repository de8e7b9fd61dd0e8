"""Orders as spreadsheets: the list, and one order with its lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from b2bkit.core.catalog.units import unit_label
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.journey import look
from b2bkit.core.ordering.service.orders import OrderView, amounts_of, list_orders, show
from b2bkit.core.sheets import Cell, Column, xlsx_bytes
from b2bkit.core.work import Work

MOST: Final = 10_000
_PAGE: Final = 1_000


def orders_file(work: Work, wanted: Wanted) -> bytes:
    """The orders that are wanted, newest first, at most `MOST` of them, as XLSX; read page by page."""
    columns = [
        Column(_("Order"), width=14), Column(_("Number in 1C"), width=18), Column(_("Placed"), "moment", 18), Column(_("Client"), width=32),
        Column(_("Legal entity"), width=32), Column(_("State"), width=24), Column(_("Wanted on"), "day", 14), Column(_("Paid"), width=10),
        Column(_("Currency"), width=10), Column(_("Sum with VAT"), "money", 16),
    ]  # fmt: skip
    notes = [_("Up to %(most)d orders, newest first. Narrow the list to get the others.") % {"most": MOST}]
    return xlsx_bytes(sheet=_("Orders"), columns=columns, rows=_rows(work, wanted), notes=notes, made=work.now)


def _rows(work: Work, wanted: Wanted) -> Iterator[list[Cell]]:
    zone, at, left = work.config.portal.zone, None, MOST
    while left > 0:
        page = list_orders(work, wanted, at=at, size=min(_PAGE, left))
        for row in page.items:
            paid = _("yes") if row.paid else _("no")
            yield [
                row.number, row.erp_number, row.placed_at.astimezone(zone), row.company, row.legal_entity, look(row).text, row.wanted_on,
                paid, row.currency, row.total,
            ]  # fmt: skip
        left, at = left - len(page.items), page.next
        if at is None:
            return


def order_file(work: Work, order_id: UUID) -> tuple[str, bytes]:
    """(number, XLSX) of one order. NotFound for an absent one."""
    shown = show(work, order_id)
    columns = [
        Column(_("Article"), width=20), Column(_("Product"), width=48), Column(_("Quantity"), "number", 12), Column(_("Unit"), width=14),
        Column(_("In base units"), "number", 14), Column(_("Base unit"), width=12), Column(_("Price"), "number", 12),
        Column(_("Without VAT"), "money", 14), Column(_("VAT"), "money", 12), Column(_("With VAT"), "money", 14),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            line.article, line.name, line.quantity, unit_label(line.unit), line.base_quantity, amounts_of(line).per, line.price,
            line.net, line.vat, line.total,
        ]
        for line in shown.lines
    ]  # fmt: skip
    order = shown.order
    rows.append([_("Total"), "", None, "", None, "", None, order.net, order.vat, order.total])
    number = _("Order %(number)s") % {"number": order.number}
    return order.number, xlsx_bytes(sheet=number, columns=columns, rows=rows, notes=_head(work, shown), made=work.now)


def _head(work: Work, shown: OrderView) -> list[str]:
    order = shown.order
    day = order.placed_at.astimezone(work.config.portal.zone).date().isoformat()
    contract = _("Contract %(number)s, %(currency)s") % {"number": shown.contract or "—", "currency": order.currency}
    said = [
        _("Order %(number)s") % {"number": order.number} + f", {day}",
        f"{shown.company}, {shown.legal_entity}",
        contract if work.actor.shows("company.contracts") else order.currency,
        f"{_('State')}: {look(order).text}",
        f"{_('Delivery')}: {order.address or _('Pick-up from the warehouse')}",
    ]
    return [*said, f"{_('Comment')}: {order.comment}"] if order.comment else said
