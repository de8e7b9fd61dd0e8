"""Values of properties: what a client sends becomes what the infobase keeps, as tolerantly as 1C takes it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.objects import Body, Cell
from b2bkit_onec.simulate.odata import model
from b2bkit_onec.simulate.odata.context import Row
from b2bkit_onec.simulate.odata.errors import bad_address
from b2bkit_onec.simulate.odata.model import Entity, Property
from b2bkit_onec.simulate.odata.words import GUID

INT = re.compile(r"-?\d{1,18}")
LIMITS = {model.INT16: 32767}


def typed(properties: Iterable[Property], raw: Mapping[str, Cell]) -> Row:
    """What is stored, in the types of the properties; what is not told stays out."""
    return {one.name: _stored(one, raw[one.name]) for one in properties if one.name in raw}


def of_entity(entity: Entity, ref: str, raw: Mapping[str, Cell]) -> Row:
    """An object that is kept as attributes, with its table parts."""
    row = typed(entity.properties, raw)
    for part in entity.parts:
        rows = raw.get(part.name)
        row[part.name] = [
            {"Ref_Key": ref, "LineNumber": number, **typed(part.properties[2:], one)}
            for number, one in enumerate(rows if isinstance(rows, list) else [], 1)
            if isinstance(one, dict)
        ]
    row["Ref_Key"] = ref
    return row


def _stored(one: Property, value: Cell) -> Cell:
    if value is None:
        return one.default
    if one.type == model.DOUBLE:
        return Decimal(str(value) or "0")
    if one.type in (model.INT64, model.INT16):
        return int(str(value) or 0)
    return value


def received(one: Property, value: Cell) -> Cell:
    """A value of a client for a property; None when 1C would drop it without a word. Raises ODataError for a wrong date or reference."""
    if one.type == model.BOOLEAN:
        return value if isinstance(value, bool) else None
    if one.type == model.DOUBLE:
        return _double(value)
    if one.type in (model.INT64, model.INT16):
        return int(str(value)) if not isinstance(value, bool) and INT.fullmatch(str(value)) else None
    if value is None:
        return one.default
    if one.type == model.GUID:
        return _guid(one.name, value)
    if one.type == model.DATE:
        return _moment(one.name, value)
    text = str(value)
    return text[: one.length] if one.length else text


def _double(value: Cell) -> Cell:
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _guid(name: str, value: Cell) -> str:
    text = str(value)
    if not text:
        return EMPTY
    if not GUID.fullmatch(text):
        raise bad_address(f"Свойство '{name}': '{text}' не является уникальным идентификатором")
    return text.lower()


def _moment(name: str, value: Cell) -> str:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError as bad:
        raise bad_address(f"Свойство '{name}': '{value}' не является датой") from bad
    return found.replace(tzinfo=None, microsecond=0).isoformat()


def stored(row: Mapping[str, Cell]) -> Body:
    """Values as the infobase keeps them: numbers as digits."""
    return {name: _kept(value) for name, value in row.items()}


def _kept(value: Cell) -> Cell:
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if isinstance(value, dict):
        return {name: _kept(one) for name, one in value.items()}
    return str(value) if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)) else value
