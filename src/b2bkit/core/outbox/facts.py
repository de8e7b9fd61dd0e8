"""Facts as JSON and back: ids and plain values only, each with its type from the dataclass."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast
from uuid import UUID

from b2bkit.core.extend.things import Fact

_READ: dict[type, Any] = {
    UUID: UUID,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    str: str,
    int: int,
    bool: bool,
}


def to_json(fact: Fact) -> dict[str, Any]:
    """The fact's fields as JSON values; raises TypeError naming the field that is not plain."""
    fields = dataclasses.fields(fact)  # type: ignore[arg-type]
    return {field.name: _plain(type(fact), field.name, getattr(fact, field.name)) for field in fields}


def _plain(owner: type, name: str, value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(owner, name, item) for item in value]
    raise TypeError(f"{owner.__name__}.{name} holds {type(value).__name__}; facts hold ids and plain values only")


@cache
def _hints(event: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(cast(type, event))


def from_json(event: type[Fact], payload: Mapping[str, Any]) -> Fact:
    """The fact again. A field that the class has gained since takes its default; one that it has lost is left out."""
    hints = _hints(cast(Hashable, event))
    known = {field.name for field in dataclasses.fields(event)}  # type: ignore[arg-type]
    return event(**{name: _typed(hints[name], value) for name, value in payload.items() if name in known})


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
        return _typed(hint, value)
    if origin is tuple:
        return tuple(_typed(typing.get_args(hint)[0], item) for item in value)
    return _READ.get(hint, lambda plain: plain)(value)
