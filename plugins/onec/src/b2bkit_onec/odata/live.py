"""Prices and free balances of a cart's lines, asked of 1C while a person waits: two requests at most, and nothing after the budget."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from b2bkit_onec.apply.intake import PRICE, divided
from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.line.errors import LineError
from b2bkit_onec.line.line import Line
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.client import ODataClient
from b2bkit_onec.odata.kinds.prices import factors
from b2bkit_onec.odata.kinds.stock import dimensions, free, product_of
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.query import is_guid
from b2bkit_onec.odata.source import Source
from b2bkit_onec.odata.values import BadValue, Row

log = logging.getLogger("b2bkit.onec")
BUDGET: Final = 1.5
PACKS_SECONDS: Final = 3600.0
MOST_PRODUCTS: Final = 50  # in one condition: web servers take addresses of 8 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What 1C said in time.

    prices   product -> price per base unit in the asked price type
    free     product -> what may be promised over the asked warehouses
    Either is None when 1C said nothing in time, and None for a product that was not asked for or whose price cannot be compared: it will
    be confirmed. A product that is absent has no price, or no stock, in 1C.
    """

    prices: Mapping[str, Decimal | None] | None = None
    free: Mapping[str, Decimal | None] | None = None


NOTHING: Final = Answer()
Question = Callable[[], Mapping[str, Decimal | None]]


class Live:
    """Asks over one line; keeps how many base units are in a pack, which it reads beside, when nobody waits."""

    def __init__(self, line: Line) -> None:
        self._line = line.for_run("live")
        self._packs: Mapping[str, Decimal] | None = None
        self._packs_at = 0.0
        self._lock = threading.Lock()

    def ask(self, products: Sequence[str], *, price_type: str = "", warehouses: Sequence[str] = (), budget: float = BUDGET) -> Answer:
        """Asks for both in two requests.

        products    references as the catalogue has them, with `#variant`; fifty at most are asked for
        price_type  its reference; "" asks for no prices
        warehouses  references of those that count; none: all

        Never raises for what 1C or the line to it does, and never takes longer than the budget: an answer that comes later is dropped.
        """
        ends = time.monotonic() + budget
        names, client = self._line.known_names(), self._line.odata
        every = list(dict.fromkeys(products))
        goods = [one for one in every if all(is_guid(part) for part in spelled.split_id(one) if part)][:MOST_PRODUCTS]
        if names is None or client is None or not goods or self._line.caller.breaker.seen().state == "open":
            return NOTHING
        price, stock = names.get("price"), names.get("stock")
        questions: dict[str, Question] = {}
        if stock is not None:
            questions["free"] = lambda: _free(client, stock, goods, warehouses, ends)
        if price is not None and is_guid(price_type):
            questions["prices"] = lambda: _prices(client, price, goods, price_type, self._packs, ends)
        told = _in_time(questions, ends)
        unasked: dict[str, Decimal | None] = dict.fromkeys(one for one in every if one not in set(goods))
        prices, free = ({**told[name], **unasked} if name in told else None for name in ("prices", "free"))
        return Answer(prices=prices, free=free)

    def prepare(self) -> None:
        """Reads what packs hold, at most once an hour; for a job that runs beside the pages. Raises errors of `line.errors`."""
        with self._lock:
            if self._packs is None or time.monotonic() - self._packs_at > PACKS_SECONDS:
                self._packs, self._packs_at = factors(Source(self._line, self._line.names(), "live")), time.monotonic()


def _in_time(questions: Mapping[str, Question], ends: float) -> dict[str, Mapping[str, Decimal | None]]:
    """Answers that come before the end. A question that comes later ends by itself, in its own thread."""
    answers: queue.SimpleQueue[tuple[str, Mapping[str, Decimal | None] | None]] = queue.SimpleQueue()

    def put(name: str, question: Question) -> None:
        told: Mapping[str, Decimal | None] | None = None
        try:
            told = question()
        except (LineError, BadValue):
            log.info("1C said nothing that can be used in time", extra={"question": name})
        except Exception:
            log.exception("asking 1C", extra={"question": name})
        answers.put((name, told))

    for name, question in questions.items():
        threading.Thread(target=copy_context().run, args=(put, name, question), name=f"onec-live-{name}", daemon=True).start()
    found: dict[str, Mapping[str, Decimal | None]] = {}
    for _question in questions:
        try:
            name, told = answers.get(timeout=max(ends - time.monotonic(), 0.0))
        except queue.Empty:
            break
        if told is not None:
            found[name] = told
    return found


def _rows(client: ODataClient, found: Found, condition: str, by: Sequence[str], select: Sequence[str], ends: float) -> list[Row]:
    asked = {"Condition": condition, "Dimensions": dimensions(found, *by) or None}
    left = max(ends - time.monotonic(), 0.001)
    return client.table(found.path, found.function, asked, select=select, seconds=left, tries=1)


def _of_products(found: Found, goods: Sequence[str]) -> str:
    return query.any_of(found.columns["product"][0], dict.fromkeys(spelled.split_id(one)[0] for one in goods))


def _free(client: ODataClient, found: Found, goods: Sequence[str], warehouses: Sequence[str], ends: float) -> Mapping[str, Decimal | None]:
    places = query.any_of(found.columns["warehouse"][0], [ref for ref in warehouses if is_guid(ref)])
    totals: dict[str, Decimal] = {}
    for row in _rows(client, found, query.both(_of_products(found, goods), places), ("product", "variant"), (), ends):
        product = product_of(found, row)
        totals[product] = totals.get(product, values.ZERO) + free(found, row)
    return {product: max(totals[product], values.ZERO) for product in goods if product in totals}


def _prices(
    client: ODataClient, found: Found, goods: Sequence[str], price_type: str, packs: Mapping[str, Decimal] | None, ends: float
) -> Mapping[str, Decimal | None]:
    """The price of a variant, or else that of its product, which holds for all of its variants."""
    kind = f"{found.columns['type'][0]} eq {query.guid(price_type)}"
    fields = found.select("product", "variant", "variant_key", "value", "pack")
    told: dict[str, Decimal | None] = {}
    grouped: set[str] = set()
    for row in _rows(client, found, query.both(_of_products(found, goods), kind), (), fields, ends):
        if values.ref(row, found.field("variant_key")):
            grouped.add(values.ref(row, found.field("product")))
        else:
            told[product_of(found, row)] = _per_unit(found, row, packs)
    answer: dict[str, Decimal | None] = {}
    for one in goods:
        base = spelled.split_id(one)[0]
        if base in grouped and one != base:
            answer[one] = None
        elif one in told or base in told:
            answer[one] = told.get(one, told.get(base))
    return {one: price for one, price in answer.items() if price is None or price > 0}


def _per_unit(found: Found, row: Row, packs: Mapping[str, Decimal] | None) -> Decimal | None:
    """None for a price per pack of which it is not known what it holds."""
    pack, value = values.ref(row, found.field("pack")), values.number(row, found.field("value"))
    holds = Decimal(1) if not pack else (packs or {}).get(pack)
    return None if holds is None else divided(value, holds, PRICE)
