"""ЗаказКлиента with СостоянияЗаказовКлиентов -> what 1C says of orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from b2bkit.core.erp import service as erp
from b2bkit_onec.apply.documents import STATUSES
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.kinds.papers import product_of_line
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.versions import Kind
from b2bkit_onec.sessions import SYSTEM_NAME

DAYS: Final = 180
CLOSED: Final = "Закрыт"
# Состояние, which 1C computes -> the portal's word; others say no more than Статус
STATES: Final = {
    "ГотовКОтгрузке": "ready",
    "ВПроцессеОтгрузки": "ready",
    "ОжидаетсяОплатаПослеОтгрузки": "shipped",
    "ГотовКЗакрытию": "shipped",
    CLOSED: "closed",
}
HUNDRED: Final = Decimal(100)


class State(NamedTuple):
    """A row of СостоянияЗаказовКлиентов."""

    state: str
    paid: bool | None
    shipped: bool | None


def states(source: Source) -> Mapping[str, State]:
    """States of all orders that are not closed, by order; empty where the base does not publish the register."""
    found = source.names.get("order_state")
    if found is None:
        return {}
    kept: dict[str, State] | None = source.kept.get("order_state")
    if kept is None:
        open_ = f"{found.field('state')} ne {query.literal(CLOSED)}"
        key = found.columns["order"][0]
        pages = source.client.pages(found.entity, select=found.select(), filter=open_, orderby=(key,), key=key)
        kept = source.kept["order_state"] = {values.ref(row, found.field("order")): _state(found, row) for page in pages for row in page}
    return kept


def _state(found: Found, row: Row) -> State:
    whole = {name: values.number(row, found.field(name)) >= HUNDRED if name in found else None for name in ("paid", "shipped")}
    return State(values.text(row, found.field("state")), whole["paid"], whole["shipped"])


def _beside(source: Source) -> Mapping[str, str]:
    return {ref: "/".join(map(str, state)) for ref, state in states(source).items()}


def build(source: Source, found: Found, rows: list[Row]) -> Batch[erp.OrderNews]:
    """News of orders."""
    refs = [values.ref(line, found.field("lines/product")) for row in rows for line in values.rows(row, found.field("lines"))]
    source.by_refs("product", refs, "name", "article")
    return each(rows, found.field("ref"), lambda row: _news(source, found, row))


def _news(source: Source, found: Found, row: Row) -> erp.OrderNews:
    ref, now = values.ref(row, found.field("ref")), source.line.now
    state = states(source).get(ref)
    lines = values.rows(row, found.field("lines"))
    kept = [line for line in lines if values.flag(line, found.field("lines/cancelled")) is not True]
    cancelled = values.flag(row, found.field("deleted")) is True or (bool(lines) and not kept)
    posted = values.flag(row, found.field("posted"))
    return erp.OrderNews(
        system=SYSTEM_NAME,
        ref=ref,
        number=values.text(row, found.field("client_number"))[:40],
        erp_number=values.text(row, found.field("number"))[:40],
        at=now,
        version=now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        status=None if cancelled else _status(found, row, state, posted=posted),
        posted=posted,
        paid=state.paid if state else None,
        shipped=state.shipped if state else None,
        cancelled=cancelled,
        placed_at=values.moment(row, found.field("date"), source.zone),
        party_ref=values.ref(row, found.field("party")),
        contract_ref=values.ref(row, found.field("contract")) or values.ref(row, found.field("agreement")),
        currency=source.currency(row, found.field("currency")),
        address=values.text(row, found.field("address"))[:1000],
        comment=values.text(row, found.field("comment"))[:3000],
        lines=_lines(source, found, row, kept),
    )


def _status(found: Found, row: Row, state: State | None, *, posted: bool | None) -> str | None:
    """What 1C computes where it does, else Статус; an order that is not posted has reached nothing, unless it is closed."""
    word = values.text(row, found.field("status"))
    status = STATES.get(state.state) if state else None
    status = status or STATUSES.get(word.casefold().replace("ё", "е"))
    return None if posted is False and status != "closed" else status


def _lines(source: Source, found: Found, row: Row, lines: list[Row]) -> list[erp.NewsLine]:
    with_vat = values.flag(row, found.field("with_vat"))
    return [_line(source, found, line, with_vat=with_vat) for line in lines if values.number(line, found.field("lines/quantity")) > 0]


def _line(source: Source, found: Found, line: Row, *, with_vat: bool | None) -> erp.NewsLine:
    told, vat = values.number(line, found.field("lines/total")), values.number(line, found.field("lines/vat"))
    net, total = (told, told + vat) if with_vat is False else (told - vat, told)
    quantity = values.number(line, found.field("lines/quantity"))
    product, row = source.names.get("product"), source.by_refs("product", ()).get(values.ref(line, found.field("lines/product")))
    return erp.NewsLine(
        product_ref=product_of_line(found, line) or None,
        name=values.text(row or {}, product.field("name") if product else ""),
        unit="",
        quantity=quantity,
        price=values.number(line, found.field("lines/price")),
        net=net,
        vat=vat,
        total=total,
        article=values.text(row or {}, product.field("article") if product else ""),
        vat_rate=source.vat_rate(line, found.field("lines/vat_rate")),
    )


KIND: Final = Kind(flow="order_status", objects=("order",), build=build, days=DAYS, beside=_beside)


def read(source: Source, cursor: str = "") -> Reading[erp.OrderNews]:
    """Orders of the last 180 days that changed, or whose computed state did."""
    return KIND.read(source, cursor)
