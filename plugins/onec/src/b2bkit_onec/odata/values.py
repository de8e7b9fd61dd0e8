"""Values in an answer of 1C's OData -> ours: empty references and dates become nothing, naive server time aware."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from b2bkit_onec.odata.query import EMPTY, is_guid

Row = dict[str, Any]
ZERO: Final = Decimal(0)
_UNAVAILABLE: Final = "UnavailableEntities."
_OWN: Final = "StandardODATA."


class Reference(NamedTuple):
    """A reference of 1C. `kind` is the type's name, e.g. Document_ЗаказКлиента; "" where the field has one type, or one not published."""

    ref: str
    kind: str = ""


class BadValue(ValueError):
    """A field has another type than 1C's metadata say."""


def text(row: Mapping[str, Any], field: str) -> str:
    """A string without blanks at its ends; "" when it is absent."""
    value = row.get(field)
    return value.strip() if isinstance(value, str) else ""


def number(row: Mapping[str, Any], field: str) -> Decimal:
    """A number; 0 when it is absent. Int64 come as texts. Raises BadValue."""
    value = row.get(field)
    if value is None or value == "":
        return ZERO
    if isinstance(value, bool):
        raise BadValue(f"{field}: {value!r}")
    try:
        found = Decimal(value) if isinstance(value, int | Decimal) else Decimal(str(value))
    except InvalidOperation as error:
        raise BadValue(f"{field}: {str(value)[:40]!r}") from error
    if not found.is_finite():
        raise BadValue(f"{field}: {str(value)[:40]!r}")
    return found


def flag(row: Mapping[str, Any], field: str) -> bool | None:
    """A switch; None when it is absent. Atom writes it as text."""
    value = row.get(field)
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def ref(row: Mapping[str, Any], field: str) -> str:
    """The reference in `field` (with or without `_Key`); "" for an empty one, for no reference, and for a type that 1C does not publish."""
    found = reference(row, field)
    return found.ref if found else ""


def reference(row: Mapping[str, Any], field: str) -> Reference | None:
    """The same with its type. A composite field holds other values than references, too: these are None here."""
    bare = field.removesuffix("_Key")
    simple = row.get(f"{bare}_Key")
    if isinstance(simple, str):
        return Reference(simple.lower()) if is_guid(simple) and simple != EMPTY else None
    value, kind = row.get(bare), row.get(f"{bare}_Type")
    if not isinstance(value, str) or not is_guid(value) or value == EMPTY:
        return None
    if not isinstance(kind, str):
        return Reference(value.lower())
    return Reference(value.lower(), kind.removeprefix(_OWN) if kind.startswith(_OWN) else "")


def is_unavailable(row: Mapping[str, Any], field: str) -> bool:
    """Whether a composite field refers to a type that is not published: 1C hides which."""
    return str(row.get(f"{field.removesuffix('_Key')}_Type", "")).startswith(_UNAVAILABLE)


def moment(row: Mapping[str, Any], field: str, zone: ZoneInfo) -> dt.datetime | None:
    """A moment in UTC; 1C writes the time of its server without saying so. None for the empty date. Raises BadValue.

    An hour that comes twice (clocks go back) is taken for the first one.
    """
    found = _naive(row, field)
    return None if found is None else found.replace(tzinfo=zone).astimezone(dt.UTC)


def day(row: Mapping[str, Any], field: str) -> dt.date | None:
    """A day of the business zone; None for the empty date. Raises BadValue."""
    found = _naive(row, field)
    return None if found is None else found.date()


def _naive(row: Mapping[str, Any], field: str) -> dt.datetime | None:
    value = row.get(field)
    if value is None or value == "":
        return None
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadValue(f"{field}: {str(value)[:40]!r}") from error
    if found.year == 1:
        return None
    return found.replace(tzinfo=None)


def rows(row: Mapping[str, Any], field: str) -> list[Row]:
    """A table part, by LineNumber; empty when it is absent."""
    found = [one for one in row.get(field) or () if isinstance(one, dict)]
    return sorted(found, key=lambda one: int(number(one, "LineNumber")))
