"""Records as JSON lines, exact both ways: how the child process that reads a file hands it to the portal.

Encoding is `orjson` (dataclasses by field name, Decimal as text); decoding knows each record's types and refuses everything else.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import orjson

from b2bkit_onec.commerceml import records
from b2bkit_onec.commerceml.records import Item

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
    )
}
_PRODUCT, _OFFER = b'["Product",{"id":"', b'["Offer",{"id":"'
Decode = Callable[[Any], Any]


class BadWire(ValueError):
    """A line that is no record."""


def encode(item: Item) -> bytes:
    """One line without its end."""
    return orjson.dumps([type(item).__name__, item], default=_plain)


def decode(line: bytes) -> Item:
    """The record again. Raises BadWire for anything that `encode` did not write."""
    try:
        kind, fields = orjson.loads(line)
        found: Item = _decoder(KINDS[kind])(fields)  # type: ignore[arg-type]  # mypy: a type is hashable
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
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
    raise TypeError(f"{type(value).__name__} has no place in a record")


@cache
def _decoder(kind: type) -> Decode:
    """A file has hundreds of thousands of records, so what was checked once is known by the types of its values, in their order."""
    hints = typing.get_type_hints(kind)
    names = tuple(field.name for field in dataclasses.fields(kind))
    readers = [(name, _reader(hints[name])) for name in names if hints[name] not in (str, bool, int) and not _many(hints[name])]
    many = [(name, _reader(typing.get_args(hints[name])[0])) for name in names if _many(hints[name])]
    known: set[tuple[type, ...]] = set()

    def read(given: dict[str, Any]) -> object:
        if tuple(map(type, given.values())) not in known or tuple(given) != names:
            check(given)
        for name, reader in readers:
            value = given[name]
            if value is not None:
                given[name] = reader(value)
        for name, each in many:
            value = given[name]
            given[name] = tuple([each(one) for one in value]) if value else ()
        return kind(**given)

    def check(given: dict[str, Any]) -> None:
        if given.keys() != set(names):
            raise BadWire(f"{kind.__name__} with {sorted(given.keys() ^ set(names))}")
        for name, value in given.items():
            wanted = _json_types(hints[name])
            if type(value) not in wanted:
                raise BadWire(f"a {kind.__name__} of which {name} is no {wanted[0].__name__}")
        if tuple(given) == names:
            known.add(tuple(map(type, given.values())))

    return read


def _many(hint: Any) -> bool:
    return typing.get_origin(hint) is tuple


def _json_types(hint: Any) -> list[type]:
    """What a field of this type is in JSON."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return [found for one in arguments for found in ([one] if one is types.NoneType else _json_types(one))]
    if origin is not None:
        return [list if origin is tuple else dict]
    if hint in (str, bool, int):
        return [hint]
    return [dict if dataclasses.is_dataclass(hint) else str]


def _reader(hint: Any) -> Decode:
    """From JSON to a field's type: str, int, bool, Decimal, dates, records, tuples of these, mappings of texts, or None."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _reader(next(one for one in arguments if one is not types.NoneType))
        return inner
    if origin is not None:
        return lambda value: types.MappingProxyType({_checked(key, str): _checked(one, str) for key, one in value.items()})
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        found: Decode = _decoder(hint)
        return found
    return _SIMPLE[hint]


def _checked(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise BadWire(f"{kind.__name__} expected, not {type(value).__name__}")
    return value


_SIMPLE: Mapping[Any, Decode] = {
    str: lambda value: _checked(value, str),
    int: lambda value: _checked(value, int),
    bool: lambda value: _checked(value, bool),
    Decimal: lambda value: Decimal(_checked(value, str)),
    dt.datetime: lambda value: dt.datetime.fromisoformat(_checked(value, str)),
    dt.date: lambda value: dt.date.fromisoformat(_checked(value, str)),
    dt.time: lambda value: dt.time.fromisoformat(_checked(value, str)),
}
