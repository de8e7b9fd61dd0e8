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
from operator import itemgetter
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


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


@cache
def _decoder(kind: type) -> Decode:
    """A file has hundreds of thousands of records, so the texts, switches and numbers of one are checked together, by C."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    plain = [(simple, [name for name in names if hints[name] is simple]) for simple in (str, bool, int)]
    checks = [({simple}, itemgetter(*those)) for simple, those in plain if len(those) > 1]
    known = {name for _simple, those in plain if len(those) > 1 for name in those}
    others = [(name, _reader(hints[name])) for name in names if name not in known]
    wanted, count = set(names), len(names)

    def read(given: dict[str, Any]) -> object:
        if len(given) != count or given.keys() != wanted:
            raise BadWire(f"{kind.__name__} with {sorted(given.keys() ^ wanted)}")
        for types_, values in checks:
            if set(map(type, values(given))) != types_:
                raise BadWire(f"a {kind.__name__} of which a field is no {next(iter(types_)).__name__}")
        for name, reader in others:
            value = given[name]
            if value is not None:
                given[name] = reader(value)
            elif name not in optional:
                raise BadWire(f"{kind.__name__} without {name}")
        return kind(**given)

    optional = {name for name in names if types.NoneType in typing.get_args(hints[name])}
    return read


def _reader(hint: Any) -> Decode:
    """From JSON to a field's type: str, int, bool, Decimal, dates, records, tuples of these, mappings of texts, or None."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _reader(next(one for one in arguments if one is not types.NoneType))
        return inner
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda value: tuple(map(each, _checked(value, list))) if value != [] else ()
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
