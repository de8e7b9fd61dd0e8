"""Addresses of 1C's OData: literals, options, keys, functions; everything ends percent-encoded, a space as %20 (a plus is a 500 in 1C)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final
from urllib.parse import quote
from uuid import UUID

ROOT: Final = "/odata/standard.odata/"
LONGEST_OPTIONS: Final = 1900  # IIS takes 2 KB of options unless it is told otherwise
EMPTY: Final = "00000000-0000-0000-0000-000000000000"
_SAFE: Final = "$_-.~/(),='"
Value = str | int | bool | Decimal | UUID | dt.date | dt.datetime


def literal(value: Value) -> str:
    """A value as OData 3 writes it; moments are naive in the time of 1C's server."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, UUID):
        return f"guid'{value}'"
    if isinstance(value, dt.datetime):
        return f"datetime'{value.replace(microsecond=0, tzinfo=None).isoformat()}'"
    if isinstance(value, dt.date):
        return f"datetime'{value.isoformat()}T00:00:00'"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return "'" + value.replace("'", "''") + "'"


def guid(text: str) -> str:
    """Literal of a reference that came from 1C. Raises ValueError for what is none: it goes into an address."""
    return f"guid'{UUID(text)}'"


def is_guid(text: str) -> bool:
    """Whether the text is a reference of 1C as it writes one."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def any_of(field: str, refs: Iterable[str]) -> str:
    """Condition that a reference field is one of these; "" for none."""
    return " or ".join(f"{field} eq {guid(ref)}" for ref in refs)


def both(*conditions: str) -> str:
    """All of them; empty ones count as true."""
    given = [one for one in conditions if one]
    return given[0] if len(given) == 1 else " and ".join(f"({one})" for one in given)


def keyed(entity: str, key: str | Mapping[str, Value]) -> str:
    """`Document_X(guid'…')`, or a composite key `X(Recorder='…',Recorder_Type='…')`."""
    if isinstance(key, str):
        return f"{entity}({guid(key)})"
    return f"{entity}({','.join(f'{name}={literal(value)}' for name, value in key.items())})"


def called(path: str, function: str, arguments: Mapping[str, Value | None], *, doubled: bool = True) -> str:
    """`Register/Balance(Condition='…',Period=datetime'…')`.

    doubled   whether quotes inside of Condition are doubled, as OData has it; 1C's own examples leave them as they are
    """
    written = []
    for name, value in arguments.items():
        if value is None:
            continue
        raw = isinstance(value, str) and not doubled
        written.append(f"{name}='{value}'" if raw else f"{name}={literal(value)}")
    return f"{path}/{function}({','.join(written)})"


def options(
    *,
    select: Sequence[str] = (),
    filter: str = "",
    orderby: Sequence[str] = (),
    top: int | None = None,
    skip: int = 0,
    expand: Sequence[str] = (),
) -> dict[str, str]:
    """Query options that are set. A $select that would make the address too long for web servers is left out: all fields come then."""
    chosen = ",".join(select)
    found = {
        "$filter": filter,
        "$select": chosen if len(quote(chosen + filter)) <= LONGEST_OPTIONS else "",
        "$orderby": ",".join(orderby),
        "$expand": ",".join(expand),
    }
    found |= {"$top": "" if top is None else str(top), "$skip": str(skip) if skip else ""}
    return {name: value for name, value in found.items() if value}


def address(base: str, path: str, given: Mapping[str, str] | None = None, *, form: str = "json") -> str:
    """The whole address below the publication `base`; `form` is $format, "" for none (a feed, $metadata)."""
    asked = dict(given or {}) | ({"$format": form} if form else {})
    query = "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in asked.items())
    return quote(base, safe=":/%[]") + ROOT + quote(path, safe=_SAFE) + (f"?{query}" if query else "")
