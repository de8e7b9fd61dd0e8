"""Figures as spreadsheets: rows to sort and add up, text as text."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from b2bkit import Work
from b2bkit.core.i18n import _
from b2bkit.core.sheets import Cell, Column, xlsx_bytes
from b2bkit.plugins.analytics.service.periods import Period
from b2bkit.plugins.analytics.service.purchases import MOST, bought
from b2bkit.plugins.analytics.service.sales import sold


def purchases_file(work: Work, period: Period, *, entity: UUID | None = None) -> bytes:
    """Goods by day and legal entity; savings where the list price is known."""
    columns = [
        Column(_("Day"), "day", 12), Column(_("Legal entity"), width=32), Column(_("Article"), width=20), Column(_("Product"), width=48),
        Column(_("Quantity"), "number", 12), Column(_("Unit"), width=10), Column(_("Currency"), width=10),
        Column(_("Sum with VAT"), "money", 16), Column(_("At list price"), "money", 16), Column(_("Savings"), "money", 14),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [
            one.day, one.entity, one.article, one.name, one.quantity, one.unit, one.currency, one.total,
            one.listed if one.listed else None, one.listed - one.known if one.listed else None,
        ]
        for one in bought(work, period, entity=entity)
    )  # fmt: skip
    return xlsx_bytes(sheet=_("Purchases"), columns=columns, rows=rows, notes=_notes(period), made=work.now)


def sales_file(work: Work, period: Period) -> bytes:
    """Orders by day and client."""
    columns = [
        Column(_("Day"), "day", 12), Column(_("Client"), width=40), Column(_("Orders"), "number", 10),
        Column(_("With a manager's hand"), "number", 14), Column(_("Cancelled orders"), "number", 12), Column(_("Currency"), width=10),
        Column(_("Sum with VAT"), "money", 16),
    ]  # fmt: skip
    rows: Iterator[list[Cell]] = (
        [one.day, one.company, one.orders, one.by_hand, one.cancelled, one.currency, one.total] for one in sold(work, period)
    )
    return xlsx_bytes(sheet=_("Sales"), columns=columns, rows=rows, notes=_notes(period), made=work.now)


def _notes(period: Period) -> list[str]:
    return [period.label, _("Up to %(most)d rows. Choose a shorter period to get the others.") % {"most": MOST}]
