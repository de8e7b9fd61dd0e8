"""Records as JSON lines, exact both ways: how the child process that reads a file hands it to the portal.

Encoding is `orjson` (dataclasses by field name, Decimal as text), which starts quickly; decoding is `msgspec`, which knows each record's
types and refuses others. It is loaded with the first record: most of a portal's processes read none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from b2bkit_onec.commerceml import records
from b2bkit_onec.commerceml.records import Item

if TYPE_CHECKING:
    from msgspec.json import Decoder

KINDS: Mapping[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        records.Exchange,
        records.Section,
        records.Group,
        records.PropertyDef,
        records.UnitDef,
        records.PriceType,
        records.Warehouse,
        records.Product,
        records.Offer,
        records.Counterparty,
        records.Document,
        records.Refused,
        records.Same,
    )
}
_PRODUCT, _OFFER = b'["Product",{"id":"', b'["Offer",{"id":"'


class BadWire(ValueError):
    """A line that is no record."""


def encode(item: Item) -> bytes:
    """One line without its end."""
    return orjson.dumps([type(item).__name__, item], _plain, orjson.OPT_PASSTHROUGH_DATETIME)


def decode(line: bytes) -> Item:
    """The record again, with or without the end of its line. Raises BadWire for what is no record."""
    name, _comma, fields = line.rstrip().partition(b",")
    kind = KINDS.get(name[2:-1].decode("ascii", "replace"))
    if kind is None or not (name.startswith(b'["') and fields.endswith(b"]")):
        raise BadWire(f"no record: {line[:200]!r}")
    try:
        found: Item = _decoder(kind).decode(fields[:-1])  # type: ignore[arg-type]  # mypy: a type is hashable
    except ValueError as error:
        raise BadWire(str(error)[:200]) from error
    return found


class Line:
    """A record of goods or of an offer as it was written, read when it is asked for: most of them say what is known already."""

    __slots__ = ("data", "kind")

    def __init__(self, kind: type[records.Product | records.Offer], data: bytes) -> None:
        self.kind, self.data = kind, data

    def item(self) -> Item:
        """The record. Raises BadWire."""
        return decode(self.data)


def read(line: bytes) -> Item | Line:
    """The record of a line, or the line where there are many of its kind. Raises BadWire."""
    if line.startswith(_PRODUCT):
        return Line(records.Product, line)
    return Line(records.Offer, line) if line.startswith(_OFFER) else decode(line)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, dt.date | dt.time):  # orjson writes a time of 10 milliseconds as one of 100
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a record")


@cache
def _decoder(kind: type[Any]) -> Decoder[Any]:
    from msgspec.json import Decoder

    return Decoder(kind)
