"""Objects of the infobase that have no table of their own: their attributes under 1C's names, and the version of every object.

Sums and quantities are kept as digits in strings, references as GUIDs, dates as 1C's naive server time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from b2bkit_onec.simulate.infobase import keep_setting, setting
from b2bkit_onec.simulate.names import EMPTY

Cell: TypeAlias = "str | int | bool | Decimal | list[Cell] | dict[str, Cell] | None"
Body: TypeAlias = dict[str, Cell]


def put(db: sqlite3.Connection, entity: str, ref: str, body: Mapping[str, Cell], *, code: str = "") -> None:
    """Writes a whole object and its next version. A new one without `code` gets the next."""
    row = db.execute("SELECT code FROM object WHERE entity = ? AND id = ?", (entity, ref)).fetchone()
    kept = code or (str(row["code"]) if row else next_code(db, entity))
    db.execute(
        "INSERT INTO object VALUES (?, ?, ?, ?) ON CONFLICT (entity, id) DO UPDATE SET body = excluded.body, code = excluded.code",
        (entity, ref, kept, json.dumps(body, ensure_ascii=False, default=_digits)),
    )
    touch(db, entity, ref)


def get(db: sqlite3.Connection, entity: str, ref: str) -> Body | None:
    """The attributes of an object with its Code, None when it is not there."""
    row = db.execute("SELECT code, body FROM object WHERE entity = ? AND id = ?", (entity, ref)).fetchone()
    return _body(row) if row else None


def named(db: sqlite3.Connection, entity: str, ref: str) -> str:
    """Description of an object, "" when it is not there."""
    found = get(db, entity, ref) if ref != EMPTY else None
    return text(found, "Description") if found else ""


def every(db: sqlite3.Connection, entity: str) -> Iterator[tuple[str, Body]]:
    """Every object of the kind by its code, as (reference, attributes)."""
    for row in db.execute("SELECT id, code, body FROM object WHERE entity = ? ORDER BY code, id", (entity,)):
        yield str(row["id"]), _body(row)


def of_owner(db: sqlite3.Connection, entity: str, attribute: str, owner: str) -> list[tuple[str, Body]]:
    """Objects whose attribute holds the reference."""
    return [(ref, body) for ref, body in every(db, entity) if body.get(attribute) == owner]


def change(db: sqlite3.Connection, entity: str, ref: str, **values: Cell) -> None:
    """Changes attributes of an object that is there. Raises LookupError."""
    body = get(db, entity, ref)
    if body is None:
        raise LookupError(f"{entity} {ref}")
    code = text(body, "Code")
    put(db, entity, ref, {name: value for name, value in (body | values).items() if name != "Code"}, code=code)


def remove(db: sqlite3.Connection, entity: str, ref: str) -> bool:
    """Deletes an object for good; whether it was there. Nodes are not told: 1C does not register that."""
    db.execute("DELETE FROM version WHERE entity = ? AND object_id = ?", (entity, ref))
    db.execute("DELETE FROM registration WHERE entity = ? AND object_id = ?", (entity, ref))
    return db.execute("DELETE FROM object WHERE entity = ? AND id = ?", (entity, ref)).rowcount > 0


def next_code(db: sqlite3.Connection, entity: str, prefix: str = "", digits: int = 9) -> str:
    """The next code or number of the kind: `000000012`."""
    key = f"code:{entity}"
    number = int(setting(db, key, "0")) + 1
    keep_setting(db, key, str(number))
    return f"{prefix}{number:0{digits}d}"


def touch(db: sqlite3.Connection, entity: str, ref: str) -> None:
    """Gives the object the next version (1C: ВерсияДанных) and registers it for every node, once however often it changes."""
    seq = int(setting(db, "data_version", "1")) + 1
    keep_setting(db, "data_version", str(seq))
    db.execute("INSERT INTO version VALUES (?, ?, ?) ON CONFLICT (entity, object_id) DO UPDATE SET seq = excluded.seq", (entity, ref, seq))
    db.execute(
        "INSERT INTO registration (node_id, entity, object_id, seq) SELECT id, ?, ?, ? FROM node WHERE true"
        " ON CONFLICT (node_id, entity, object_id) DO UPDATE SET message_no = 0, seq = excluded.seq",
        (entity, ref, seq),
    )


def version(db: sqlite3.Connection, entity: str, ref: str) -> int:
    """The version of an object; 1 for one that never changed."""
    row = db.execute("SELECT seq FROM version WHERE entity = ? AND object_id = ?", (entity, ref)).fetchone()
    return int(row["seq"]) if row else 1


def text(body: Mapping[str, Cell], name: str) -> str:
    """An attribute as text, "" when it is absent."""
    value = body.get(name)
    return "" if value is None else str(value)


def money(body: Mapping[str, Cell], name: str) -> Decimal:
    """An attribute as an exact number, 0 when it is absent."""
    return Decimal(text(body, name) or "0")


def flag(body: Mapping[str, Cell], name: str) -> bool:
    """An attribute as yes or no, no when it is absent."""
    return body.get(name) is True


def _body(row: sqlite3.Row) -> Body:
    body: Body = json.loads(row["body"])
    body["Code"] = str(row["code"])
    return body


def _digits(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{value!r} has no place in an object")
