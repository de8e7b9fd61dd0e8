"""Prices and free stock of a cart's lines while a person waits, by whichever way is connected: OData or the HTTP service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from b2bkit import LineAnswer, LineQuestion, OpenWork
from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.lines import Apart, Lines
from b2bkit_onec.flows.spec import OFF
from b2bkit_onec.line.errors import LineError
from b2bkit_onec.odata.live import Answer, Live
from b2bkit_onec.odata.query import is_guid
from b2bkit_onec.odata.values import ZERO
from b2bkit_onec.service.client import ServiceClient
from b2bkit_onec.service.contract import LineAsked, LineTold

log = logging.getLogger("b2bkit.onec")
Answers = Mapping[str, LineAnswer]


class LiveLines:
    """Asks over the one line of the portal."""

    def __init__(self, flow: Chosen | None, lines: Lines) -> None:
        self.way, self._lines = flow.way if flow is not None else OFF, lines
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._reading = Apart("prepare")

    def ask(
        self, open_work: OpenWork, lines: Sequence[LineQuestion], *, contract_ref: str, price_type_ref: str, seconds: float
    ) -> Answers | None:
        """Answers by reference; None when nothing came in time, while 1C is left alone, and where no way is connected."""
        ask: dict[str, Callable[[], Answers | None]] = {
            "odata": lambda: _by_odata(self._odata(open_work), lines, price_type_ref, seconds),
            "service": lambda: _by_service(self._lines.line(open_work).service, lines, contract_ref, seconds),
        }
        way = ask.get(self.way)
        if way is None or not lines or self._lines.rests():
            return None
        try:
            return way()
        except LineError as error:
            log.info("1C did not say prices and stock in time: %s", error.words)
            return None

    def prepare(self, open_work: OpenWork) -> None:
        """Job: reads, while nobody waits, what answers by OData need: names of objects, and what packs hold."""
        if self.way == "odata" and not self._lines.rests():
            self._reading.do(lambda: self._read(open_work))

    def _read(self, open_work: OpenWork) -> None:
        try:
            self._odata(open_work).prepare()
        except LineError as error:
            log.info("1C's packs are not read: %s", error.words)

    def _odata(self, open_work: OpenWork) -> Live:
        line = self._lines.line(open_work)
        with self._lock:
            if self._live is None:
                self._live = Live(line)
            return self._live


def _by_odata(live: Live, lines: Sequence[LineQuestion], price_type_ref: str, seconds: float) -> Answers | None:
    products = [line.product_ref for line in lines]
    told = live.ask(products, price_type=price_type_ref, budget=seconds)
    if told.prices is None and told.free is None:
        return None
    return {ref: _answer(told, ref) for ref in products}


def _answer(told: Answer, ref: str) -> LineAnswer:
    """The register of prices (1C: ЦеныНоменклатуры) has one price for any quantity: what it says is plain."""
    withdrawn = told.prices is not None and ref not in told.prices
    return LineAnswer(
        price=(told.prices or {}).get(ref), free=None if told.free is None else told.free.get(ref, ZERO), withdrawn=withdrawn, plain=True
    )


def _by_service(client: ServiceClient | None, lines: Sequence[LineQuestion], contract_ref: str, seconds: float) -> Answers | None:
    asked: dict[tuple[UUID, UUID | None], str] = {}
    questions = []
    for line in lines:
        good, variant = spelled.split_id(line.product_ref)
        if is_guid(good) and (not variant or is_guid(variant)):
            key = (UUID(good), UUID(variant) if variant else None)
            asked[key] = line.product_ref
            questions.append(LineAsked(product=key[0], variant=key[1], quantity=line.quantity))
    if client is None or not questions or not is_guid(contract_ref):
        return None
    told = client.lines(UUID(contract_ref), questions, seconds=seconds)
    return {ref: _by_quantity(line) for line in told.lines if (ref := asked.get((line.product, line.variant)))}


def _by_quantity(line: LineTold) -> LineAnswer:
    """1C itself chose the price of this quantity."""
    with_vat = line.vat_included if "vat_included" in line.model_fields_set else None
    return LineAnswer(line.price, line.free, withdrawn=line.price is None, currency=line.currency, vat_included=with_vat)
