"""The same figures as JSON. Decimals are strings, money has its currency beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, ConfigDict

from b2bkit import Operation, Route
from b2bkit.core.web.handling import read_query, reply, work_of
from b2bkit.plugins.analytics.forms import PeriodQuery, PurchasesQuery
from b2bkit.plugins.analytics.pages import settings_of
from b2bkit.plugins.analytics.scopes import SALES, VIEW
from b2bkit.plugins.analytics.service.purchases import Share, purchases
from b2bkit.plugins.analytics.service.sales import Funnel, Words, sales
from b2bkit.plugins.analytics.service.sums import Bar, Totals


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SumsOut(_Closed):
    """Orders of a period. `saved` is what goods of a known list price cost less than at that price."""

    orders: int
    total: Decimal
    average: Decimal | None
    saved: Decimal
    saved_of: Decimal


class PartOut(_Closed):
    """A day, a week or a month of the period, and the same part of the period before."""

    since: date
    until: date
    total: Decimal
    before: Decimal


class ShareOut(_Closed):
    """A group, a product or a legal entity with its part of the sum."""

    id: UUID | None
    name: str
    total: Decimal
    percent: Decimal | None


class PurchasesOut(_Closed):
    """Purchases of a period in one currency; `currencies` are those that occur."""

    since: date
    until: date
    currency: str
    currencies: list[str]
    now: SumsOut
    before: SumsOut
    parts: list[PartOut]
    groups: list[ShareOut]
    goods: list[ShareOut]
    legal_entities: list[ShareOut]
    savings_since: date | None


class StaffSumsOut(_Closed):
    """Orders of all currencies; `by_hand` are those in which somebody of the supplier had a hand."""

    orders: int
    by_hand: int
    cancelled: int
    clients: int
    came: int
    filled: int
    ordered: int


class ClientOut(_Closed):
    """A client's orders."""

    id: UUID
    name: str
    orders: int
    total: Decimal


class FigureOut(_Closed):
    """A figure of another part of the portal; null where there was nothing to count."""

    name: str
    label: str
    now: Decimal | None
    before: Decimal | None


class WordsOut(_Closed):
    """How often words were searched for with and without an answer."""

    words: str
    found: int
    missed: int


class SalesOut(_Closed):
    """Sales of a period to the clients that one sees; `total` and `parts` are in one currency."""

    since: date
    until: date
    currency: str
    currencies: list[str]
    total: Decimal
    total_before: Decimal
    now: StaffSumsOut
    before: StaffSumsOut
    parts: list[PartOut]
    clients: list[ClientOut]
    figures: list[FigureOut]
    searched_in_vain: list[WordsOut]
    searched: list[WordsOut]


class PurchasesData:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PurchasesQuery), work_of(req)
        period = query.period(work)
        seen = purchases(work, period, currency=query.currency, entity=query.entity, top=settings_of(work).top)
        reply(req, resp, PurchasesOut(
            since=period.span.first, until=period.span.last, currency=seen.currency, currencies=list(seen.currencies),
            now=_sums(seen.now), before=_sums(seen.before), parts=_parts(seen.bars), groups=_shares(seen.groups),
            goods=_shares(seen.goods), legal_entities=_shares(seen.entities), savings_since=seen.savings_since,
        ))  # fmt: skip


class SalesData:
    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PeriodQuery), work_of(req)
        period = query.period(work)
        seen = sales(work, period, currency=query.currency, top=settings_of(work).top)
        missed, found = seen.searches or ((), ())
        reply(req, resp, SalesOut(
            since=period.span.first, until=period.span.last, currency=seen.currency, currencies=list(seen.currencies),
            total=seen.now.total, total_before=seen.before.total, now=_staff(seen.all_now, seen.clients[0], seen.funnel[0]),
            before=_staff(seen.all_before, seen.clients[1], seen.funnel[1]), parts=_parts(seen.bars),
            clients=[ClientOut(id=one.id, name=one.name, orders=one.orders, total=one.total) for one in seen.top],
            figures=[FigureOut(name=one.name, label=one.label, now=_exact(one.now.value), before=_exact(one.before.value))
                     for one in seen.told],
            searched_in_vain=_words(missed), searched=_words(found),
        ))  # fmt: skip


def _exact(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _sums(one: Totals) -> SumsOut:
    return SumsOut(orders=one.orders, total=one.total, average=one.average, saved=one.saved, saved_of=one.listed)


def _staff(one: Totals, clients: int, funnel: Funnel) -> StaffSumsOut:
    return StaffSumsOut(orders=one.orders, by_hand=one.by_hand, cancelled=one.cancelled, clients=clients, **funnel._asdict())


def _parts(bars: Sequence[Bar]) -> list[PartOut]:
    return [
        PartOut(since=bar.part.span.first, until=bar.part.span.last, total=Decimal(bar.now), before=Decimal(bar.before)) for bar in bars
    ]


def _shares(shares: Iterable[Share]) -> list[ShareOut]:
    return [ShareOut(id=one.id, name=one.name, total=one.total, percent=one.percent) for one in shares]


def _words(words: Iterable[Words]) -> list[WordsOut]:
    return [WordsOut(words=one.words, found=one.found, missed=one.missed) for one in words]


def routes() -> Iterable[Route]:
    """Both."""
    bought = Operation(summary="Figures of purchases in a period", query=PurchasesQuery, answer=PurchasesOut)
    yield Route(
        name="analytics.api_purchases", path="/api/v1/analytics/purchases", resource=PurchasesData(), permission=VIEW, area="api",
        operations={"GET": bought},
    )  # fmt: skip
    told = Operation(summary="Figures of sales in a period, for staff", query=PeriodQuery, answer=SalesOut)
    yield Route(
        name="analytics.api_sales", path="/api/v1/analytics/sales", resource=SalesData(), permission=SALES, area="api",
        operations={"GET": told},
    )  # fmt: skip
