"""Документы of the exchange of orders -> states of orders of the portal, and orders that only 1C knows (history)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from b2bkit.core.erp import service as erp
from b2bkit_onec.apply import papers
from b2bkit_onec.apply.intake import MONEY, PRICE, QUANTITY, ZERO, Change, Intake, divided, fits, rounded
from b2bkit_onec.commerceml import records, values
from b2bkit_onec.commerceml.outgoing import OPERATION
from b2bkit_onec.commerceml.write_documents import EXACT_PRICE
from b2bkit_onec.sessions import SYSTEM_NAME

# Состояния и статусы of УТ, ERP and УНФ; others tell nothing that the flags do not
STATUSES: Final = {
    "несогласован": "placed",
    "всогласовании": "placed",
    "согласован": "confirmed",
    "кобеспечению": "confirmed",
    "квыполнению": "confirmed",
    "вработе": "confirmed",
    "вобработке": "confirmed",
    "готовкотгрузке": "ready",
    "котгрузке": "ready",
    "отгружен": "shipped",
    "закрыт": "closed",
    "выполнен": "closed",
    "завершен": "closed",
}


def apply(intake: Intake, batch: Sequence[records.Document]) -> None:
    """One document after the other: each is an order with a life of its own."""
    changed = made = 0
    follow: list[records.Document] = []
    for one in batch:
        if one.operation in papers.OPERATIONS and papers.comes_here(intake):
            follow.append(one)
            continue
        if one.operation and one.operation != OPERATION:
            intake.refuse("not-an-order", "Документ", one.number, one.line, whole=True, text=one.operation)
            continue
        applied = erp.apply_order_status(intake.work, news_of(intake, one))
        made += applied.outcome == "history"
        changed += applied.outcome in ("changed", "kept")
        if applied.outcome == "unknown":
            intake.refuse("unknown-order", "Документ", one.number, one.line, whole=True, text=one.number)
        elif applied.outcome == "kept":
            intake.refuse("status-kept", "Документ", one.number, one.line, text=one.number, why=applied.reason)
    intake.count("orders", len(batch) - len(follow), Change(made, changed))
    if papers.comes_here(intake):
        papers.apply(intake, follow, _lines)
        papers.shipments(intake, [one for one in batch if one.operation not in papers.OPERATIONS])


def news_of(intake: Intake, one: records.Document) -> erp.OrderNews:
    """What the document says. Its version is the moment at which 1C wrote the file: НомерВерсии does not sort in every database of 1C."""
    buyer = next((party for party in one.counterparties if party.role.casefold() != "продавец"), None)
    zone = intake.work.config.portal.zone
    return erp.OrderNews(
        system=SYSTEM_NAME,
        ref=(one.id or f"№ {one.number} {one.date or ''}".strip())[:200],
        number=one.number[:40],
        erp_number=one.number_1c[:40],
        at=intake.work.now,
        version=intake.said_at,
        status=_status(one),
        posted=_flag(one, "Проведен"),
        paid=_flag(one, "Оплачен", "Дата оплаты по 1С"),
        shipped=_flag(one, "Отгружен", "Дата отгрузки по 1С"),
        cancelled=True if one.deleted else _flag(one, "Отменен"),
        shipped_on=_day(one, "Дата отгрузки по 1С"),
        paid_on=_day(one, "Дата оплаты по 1С"),
        placed_on_day=one.time is None,
        placed_at=dt.datetime.combine(one.date, one.time or dt.time(), zone).astimezone(dt.UTC) if one.date else None,
        party_ref=buyer.id[:200] if buyer else "",
        tax_id=(buyer.inn or buyer.unp or buyer.bin)[:20] if buyer else "",
        contract_ref=one.requisite("ДоговорИд", "Ид договора")[:200],
        currency=one.currency,
        address=one.requisite("Адрес доставки", "Адрес")[:1000],
        comment=one.comment[:3000],
        lines=_lines(intake, one),
    )


def _flag(one: records.Document, name: str, dated: str = "") -> bool | None:
    """A switch among the requisites; a date that says it is done counts too. None when the file tells nothing."""
    told = values.switch(one.requisite(name))
    if told is None and dated:
        text = one.requisite(dated)
        return True if text and not text.startswith("0001-") else None
    return told


def _day(one: records.Document, name: str) -> dt.date | None:
    """A date among the requisites: 1C tells it with midnight for its time, or with none. None for an empty or unreadable one."""
    try:
        return values.date(one.requisite(name))
    except ValueError:
        return None


def _status(one: records.Document) -> str | None:
    """The portal's word for 1C's status, where the flags do not say more: cancelled, shipped and not posted stand above it."""
    name = "".join(one.requisite("Статус заказа", "Статус").split()).casefold().replace("ё", "е")
    status = STATUSES.get(name)
    cancelled = one.deleted or _flag(one, "Отменен") is True
    if status is None or cancelled or (_flag(one, "Проведен") is False and status != "closed"):
        return None
    shipped = _flag(one, "Отгружен", "Дата отгрузки по 1С") is True
    return None if shipped and status != "closed" else status


def _lines(intake: Intake, one: records.Document) -> tuple[erp.NewsLine, ...]:
    """Lines with a quantity; those of one product, unit and price are one."""
    found: dict[tuple[str, str, Decimal], erp.NewsLine] = {}
    for number, line in enumerate(one.lines):
        made = _line(line)
        if made is None:
            intake.refuse("bad-line", "Товар", one.number, line.line)
            continue
        key = (made.product_ref or f"#{number}", made.unit, made.price)
        before = found.get(key)
        found[key] = made if before is None else before._replace(
            quantity=before.quantity + made.quantity, net=before.net + made.net, vat=before.vat + made.vat, total=before.total + made.total
        )  # fmt: skip
    return tuple(found.values())


def _line(line: records.DocumentLine) -> erp.NewsLine | None:
    quantity = rounded(line.quantity, QUANTITY) if fits(line.quantity) else ZERO
    told = rounded(line.total or ZERO, MONEY) if fits(line.total or ZERO) else ZERO
    if quantity <= 0 or told < 0:
        return None
    vat = rounded(sum((tax.total or ZERO for tax in line.taxes), ZERO), MONEY)
    inside = all(tax.included is not False for tax in line.taxes)
    net, total = (told - vat, told) if inside else (told, told + vat)
    exact = next((one.value for one in line.requisites if one.name == EXACT_PRICE), "")
    price = values.number(exact) if exact and exact.replace(".", "", 1).isdecimal() else line.price
    price = rounded(price, PRICE) if price is not None and fits(price) else divided(told, quantity, PRICE)
    return erp.NewsLine(
        product_ref=line.id[:200] or None,
        name=line.name or line.id,
        unit=line.unit_name or line.unit_code,
        quantity=quantity,
        price=price,
        net=net,
        vat=vat,
        total=total,
        article=line.article,
        vat_rate=next((rounded(tax.rate, QUANTITY) for tax in line.taxes if tax.rate is not None), None),
    )
