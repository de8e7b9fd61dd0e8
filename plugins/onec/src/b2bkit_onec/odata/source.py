"""What reading a kind of data works with, and what it gives: batches of news with what could not be understood."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from b2bkit.core.i18n import _
from b2bkit_onec.commerceml import values as spelled
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.line.line import Line
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.client import ODataClient
from b2bkit_onec.odata.names import Absent, Found, Names
from b2bkit_onec.odata.values import BadValue, Row

T = TypeVar("T")
KEYS_IN_ONE: Final = 25  # references in one $filter: addresses stay below 4 KB
MOST_KEYED: Final = 500
_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)")


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """Some news, the references that are gone from 1C, and rows that could not be understood."""

    news: Sequence[T] = ()
    gone: Sequence[str] = ()
    refused: Sequence[Refused] = ()


class Reading(Generic[T]):
    """News of one kind, batch by batch; iterating asks 1C. Afterwards `cursor` is where the next reading goes on.

    as_of   when it began: what 1C said is true at that moment or later
    whole   what no batch names is over (registers), unlike a reading of what changed
    """

    def __init__(self, as_of: dt.datetime, batches: Generator[Batch[T], None, str], *, whole: bool = False) -> None:
        self.as_of, self.whole, self.cursor = as_of, whole, ""
        self._batches = batches

    def __iter__(self) -> Iterator[Batch[T]]:
        self.cursor = yield from self._batches


@dataclass(frozen=True)
class Source:
    """One base, read for one flow. `kept` is for what a kind reads once a reading."""

    line: Line
    names: Names
    flow: str
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    _names_of: dict[str, dict[str, Row]] = field(default_factory=dict, repr=False)

    @property
    def client(self) -> ODataClient:
        return self.line.base

    @property
    def zone(self) -> ZoneInfo:
        return self.line.zone

    @property
    def today(self) -> dt.date:
        """Today in the business zone."""
        return self.line.now.astimezone(self.zone).date()

    def check(self) -> None:
        """Raises Absent when the base lacks what the flow needs; what it publishes is then looked at again soon."""
        try:
            self.names.check(self.flow)
        except Absent:
            self.line.doubt_names()
            raise

    def need(self, name: str) -> Found:
        """An object that the flow cannot do without; raises Absent."""
        return self.names.need(name, self.flow)

    def small(self, name: str, *fields: str) -> list[Row]:
        """A whole small catalogue (currencies, warehouses, price types); empty where the base does not publish it."""
        found = self.names.get(name)
        if found is None:
            return []
        key = found.field("ref")
        return [row for page in self.client.pages(found.entity, select=found.select(*fields), orderby=(key,), key=key) for row in page]

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """Reference of a currency -> ISO 4217 code (1C: Валюты, with code 643 and name RUB or руб.)."""
        found = self.names.get("currency")
        if found is None:
            return {}
        code, name = found.field("code"), found.field("name")
        rows = self.small("currency", "ref", "code", "name")
        return {
            values.ref(row, "Ref_Key") or str(row.get("Ref_Key")): spelled.currency(values.text(row, code))
            or spelled.currency(values.text(row, name))
            for row in rows
        }

    def currency(self, row: Mapping[str, object], column: str) -> str:
        """Code of the currency that a row refers to; "" when it names none or an unknown one."""
        return self.currencies.get(values.ref(row, column), "")

    @cached_property
    def vat_rates(self) -> Mapping[str, Decimal | None]:
        """Reference of a rate of VAT -> per cent; None for "Без НДС" (1C: СтавкиНДС, since 11.5)."""
        found = self.names.get("vat_rate")
        if found is None:
            return {}
        rows = self.small("vat_rate", "ref", "name", "rate")
        return {values.ref(row, "Ref_Key"): percent(values.text(row, found.field("name"))) for row in rows}

    def vat_rate(self, row: Mapping[str, object], column: str) -> Decimal | None:
        """Rate of a line: by reference, or a member of the enumeration of older releases (НДС20, БезНДС)."""
        ref = values.ref(row, column)
        return self.vat_rates.get(ref) if ref else percent(values.text(row, column))

    def by_refs(self, name: str, refs: Iterable[str], *fields: str) -> Mapping[str, Row]:
        """Rows by reference, few in one request, kept for the rest of the reading; those that are not there are absent."""
        found, kept = self.names.get(name), self._names_of.setdefault(name, {})
        if found is None:
            return kept
        wanted = [ref for ref in dict.fromkeys(refs) if ref and ref not in kept]
        key = found.field("ref")
        if len(wanted) > MOST_KEYED:  # then the whole catalogue takes fewer calls
            for page in self.client.pages(found.entity, select=found.select("ref", *fields), orderby=(key,), key=key):
                kept.update({values.ref(row, key): row for row in page})
            return kept
        for start in range(0, len(wanted), KEYS_IN_ONE):
            part = wanted[start : start + KEYS_IN_ONE]
            rows = self.client.get(found.entity, select=found.select("ref", *fields), filter=query.any_of(key, part), top=len(part))
            kept.update({values.ref(row, key): row for row in rows})
        return kept


def percent(text: str) -> Decimal | None:
    """НДС20, "20%", "НДС18_118" -> 20, 20, 18; БезНДС -> None."""
    found = _PERCENT.search(text)
    return Decimal(found.group(1).replace(",", ".")) if found else None


def each(rows: Iterable[Row], key: str, build: Callable[[Row], T | None]) -> Batch[T]:
    """News of every row that can be understood; None leaves a row out, a bad value refuses this row alone."""
    news: list[T] = []
    refused: list[Refused] = []
    for row in rows:
        try:
            made = build(row)
        except BadValue as bad:
            cure = _("Correct it in 1C, or name the right field in [plugins.onec.odata.names].")
            refused.append(Refused(values.text(row, key), _("1C gives a value that is none: {what}.").format(what=bad), cure))
        else:
            if made is not None:
                news.append(made)
    return Batch(news, (), refused)
