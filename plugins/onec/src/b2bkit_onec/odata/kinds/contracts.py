"""ДоговорыКонтрагентов and individual СоглашенияСКлиентами -> terms, with the limit of debt."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from b2bkit.core.settlements.news import ContractNews
from b2bkit_onec.odata import values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.versions import Kind

# words in ТипДоговора or ХозяйственнаяОперация of contracts under which the other side sells, stores or lends
_NOT_A_BUYERS: Final = (
    "поставщик", "комитент", "закуп", "импорт", "ввоз", "переработчик", "хранен", "аренд", "кредит", "лизинг", "займ", "депозит",
)  # fmt: skip
_IN_FORCE: Final = frozenset(("", "Действует"))
BEFORE_SHIPMENT: Final = frozenset(("АвансДоОбеспечения", "ПредоплатаДоОтгрузки"))


def build(source: Source, found: Found, rows: list[Row]) -> Batch[ContractNews]:
    """News of contracts or agreements."""
    if found.name == "agreement":
        schedules = source.by_refs("payment_schedule", [values.ref(row, found.field("schedule")) for row in rows], "steps")
        return each(rows, found.field("ref"), lambda row: _agreement(source, found, row, schedules))
    return each(rows, found.field("ref"), lambda row: _contract(source, found, row))


def _contract(source: Source, found: Found, row: Row) -> ContractNews | None:
    kind = values.text(row, found.field("kind")).casefold()
    if any(word in kind for word in _NOT_A_BUYERS) and not kind.startswith("спокупател"):
        return None
    limited = values.flag(row, found.field("limited"))
    limit = values.number(row, found.field("limit"))
    return ContractNews(
        ref=values.ref(row, found.field("ref")),
        party_ref=values.ref(row, found.field("party")),
        partner_ref=values.ref(row, found.field("partner")),
        number=values.text(row, found.field("number")),
        name=values.text(row, found.field("name")),
        signed_on=values.day(row, found.field("signed_on")),
        valid_until=values.day(row, found.field("valid_until")),
        currency=source.currency(row, found.field("currency")),
        delay_days=_delay(row, found),
        limit=limit if limited or (limited is None and limit > 0) else None,
        stops_overdue=values.flag(row, found.field("stops_overdue")) is True,
        active=_active(row, found),
        version=values.text(row, found.field("version")),
    )


def _delay(row: Row, found: Found) -> int | None:
    """СрокОплаты counts only where УстановленСрокОплаты says so."""
    if "delay" not in found or values.flag(row, found.field("has_delay")) is False:
        return None
    return int(values.number(row, found.field("delay")))


def _active(row: Row, found: Found) -> bool:
    return values.flag(row, found.field("deleted")) is not True and values.text(row, found.field("status")) in _IN_FORCE


def _agreement(source: Source, found: Found, row: Row, schedules: Mapping[str, Row]) -> ContractNews | None:
    """An individual agreement; a standard one (Типовое) belongs to no client."""
    partner = values.ref(row, found.field("partner"))
    if not partner or values.flag(row, found.field("standard")) is True:
        return None
    delay, prepayment = _steps(source, schedules.get(values.ref(row, found.field("schedule"))))
    return ContractNews(
        ref=values.ref(row, found.field("ref")),
        kind="agreement",
        party_ref=values.ref(row, found.field("party")),
        partner_ref=partner,
        number=values.text(row, found.field("number")),
        name=values.text(row, found.field("name")),
        signed_on=values.day(row, found.field("signed_on")),
        valid_until=values.day(row, found.field("valid_until")),
        currency=source.currency(row, found.field("currency")),
        price_type_ref=values.ref(row, found.field("price_type")),
        delay_days=delay,
        prepayment=prepayment,
        active=_active(row, found),
        version=values.text(row, found.field("version")),
    )


def _steps(source: Source, schedule: Row | None) -> tuple[int | None, Decimal | None]:
    """(longest deferral in days, per cent before shipment) of ГрафикиОплаты; (None, None) without one."""
    found = source.names.get("payment_schedule")
    if schedule is None or found is None:
        return None, None
    delay, before = 0, Decimal(0)
    for step in values.rows(schedule, found.field("steps")):
        if values.text(step, found.field("steps/kind")) in BEFORE_SHIPMENT:
            before += values.number(step, found.field("steps/percent"))
        else:
            delay = max(delay, int(values.number(step, found.field("steps/shift"))))
    return delay, before


KIND: Final = Kind(flow="contracts", objects=("contract", "agreement"), build=build)


def read(source: Source, cursor: str = "") -> Reading[ContractNews]:
    """Contracts and agreements that changed; those that are gone from 1C are named in `gone`."""
    return KIND.read(source, cursor)
