"""Documents that follow an order: those that 1C sends whole (Счет на оплату, Отпуск товара, Счет-фактура), and the shipment whose number
and day an order's requisites tell ("Номер отгрузки по 1С").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from b2bkit.core.erp import service as erp
from b2bkit.core.settlements import service as settlements
from b2bkit.core.settlements.news import PaperKind, PaperLineNews, PaperNews, Told
from b2bkit_onec.apply.intake import MONEY, ZERO, Change, Intake, fits, rounded
from b2bkit_onec.commerceml import records
from b2bkit_onec.commerceml.records import Refused
from b2bkit_onec.sessions import SYSTEM_NAME

OPERATIONS: Final[Mapping[str, PaperKind]] = {
    "Счет на оплату": "invoice",
    "Отпуск товара": "shipment",
    "Счет-фактура": "tax_invoice",
}
Lines = Callable[[Intake, records.Document], Sequence[erp.NewsLine]]


def comes_here(intake: Intake) -> bool:
    """Whether papers come by CommerceML at all; by OData they come whole, with other references."""
    return intake.settings.odata is None or intake.settings.flow("papers").way == "off"


def apply(intake: Intake, batch: Sequence[records.Document], lines: Lines) -> None:
    """Papers of known counterparties; one of a stranger is told as not taken."""
    news = [made for one in batch if (made := _whole(intake, one, lines)) is not None]
    _take(intake, news, {one.ref: document for one, document in zip(news, batch, strict=False)})


def shipments(intake: Intake, batch: Sequence[records.Document]) -> None:
    """Of orders that name their shipment, its paper. An order of a stranger has been told of already."""
    news = {made.ref: made for one in batch if (made := _shipment(intake, one)) is not None}
    known = intake.ids("legal_entity", {one.party_ref for one in news.values()})
    _take(intake, [one for one in news.values() if one.party_ref in known], {})


def _take(intake: Intake, news: Sequence[PaperNews], documents: Mapping[str, records.Document]) -> None:
    if not news:
        return
    taken = settlements.take_papers(intake.work, news, system=SYSTEM_NAME, told=Told(as_of=intake.work.now, whole=False))
    intake.count("papers", taken.told, Change(taken.new, taken.changed))
    for ref, reason, cure in taken.refused:
        line = next((one.line for one in documents.values()), 0) if len(documents) == 1 else 0
        intake.note(Refused(intake.file, line, "Документ", ref, "paper", reason, cure, True))


def _whole(intake: Intake, one: records.Document, lines: Lines) -> PaperNews | None:
    buyer = buyer_of(one)
    vat = sum((tax.total or ZERO for tax in one.taxes), ZERO)
    if one.date is None or not fits(one.total or ZERO) or not fits(vat):
        intake.refuse("bad-paper", "Документ", one.number, one.line, whole=True, text=one.number)
        return None
    return PaperNews(
        ref=_ref(one),
        kind=OPERATIONS[one.operation],
        number=one.number_1c or one.number,
        on=one.date,
        party_ref=buyer.id if buyer else "",
        order_ref=one.requisite("Ид заказа", "Заказ Ид", "Основание"),
        currency=one.currency,
        total=rounded(one.total or ZERO, MONEY),
        vat=rounded(vat, MONEY),
        due_on=one.payment_due if one.payment_due and one.payment_due.year > 1 else None,
        posted=one.requisite("Проведен").casefold() not in ("false", "нет"),
        deleted=one.deleted,
        version=one.version,
        lines=[_line(line) for line in lines(intake, one)],
    )


def _line(line: erp.NewsLine) -> PaperLineNews:
    return PaperLineNews(
        product_ref=line.product_ref or "",
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        total=line.total,
        vat=line.vat,
        vat_rate=line.vat_rate,
    )


def _shipment(intake: Intake, one: records.Document) -> PaperNews | None:
    """Its sum is that of the order where 1C says that all of it was shipped; else nobody tells it, and it is 0."""
    number, day, buyer = one.requisite("Номер отгрузки по 1С"), _day(one.requisite("Дата отгрузки по 1С")), buyer_of(one)
    if not number or day is None or buyer is None or not buyer.id:
        return None
    whole = one.requisite("Отгружен").casefold() in ("true", "да") and fits(one.total or ZERO)
    return PaperNews(
        ref=f"{_ref(one)}/{number.strip()}"[:200],
        kind="shipment",
        number=number.strip(),
        on=day,
        party_ref=buyer.id,
        order_ref=_ref(one),
        currency=one.currency,
        total=rounded(one.total or ZERO, MONEY) if whole else Decimal(0),
        deleted=one.deleted,
    )


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if day.year > 1 else None


def _ref(one: records.Document) -> str:
    """As orders are called (apply/documents.py)."""
    return (one.id or f"№ {one.number} {one.date or ''}".strip())[:200]


def buyer_of(one: records.Document) -> records.Counterparty | None:
    """The client of a document: whoever is not the seller."""
    return next((party for party in one.counterparties if party.role.casefold() != "продавец"), None)
