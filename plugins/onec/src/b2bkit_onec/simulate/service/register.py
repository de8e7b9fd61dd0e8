"""What was asked under which id (1C: the register b2bkit_Запросы of the module): asked again, it is the same object."""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from b2bkit_onec.simulate import objects

REGISTER: Final = "InformationRegister_b2bkit_Запросы"


class Known(NamedTuple):
    """A request that was answered: its kind, the hash of its body, and the object it made."""

    kind: str
    hash: str
    ref: str


def known(db: sqlite3.Connection, id_: str) -> Known | None:
    """What was asked under this id, None when nothing was."""
    body = objects.get(db, REGISTER, id_)
    return Known(*(objects.text(body, name) for name in Known._fields)) if body else None


def keep(db: sqlite3.Connection, id_: str, request: Known) -> None:
    """Notes a request, or that it came in another form."""
    objects.put(db, REGISTER, id_, dict(request._asdict()), code=id_)


def ids(db: sqlite3.Connection, kind: str) -> dict[str, str]:
    """Object -> id, of every request of the kind."""
    return {objects.text(body, "ref"): id_ for id_, body in objects.every(db, REGISTER) if objects.text(body, "kind") == kind}
