"""Faults of 1C and of the line to it, switched on for the next requests of a protocol or until they are switched off.

Faults of one protocol wait in a queue: each request takes from the first; one that stays until it is switched off comes last.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate.infobase import Infobase, plain

ODATA, SERVICE, SITE = "odata", "service", "site"
PROTOCOLS: Mapping[str, str] = {ODATA: N_("OData"), SERVICE: N_("HTTP service"), SITE: N_("Exchange with the site")}
ANY, READS, WRITES = "any", "reads", "writes"
METHODS: Mapping[str, str] = {ANY: N_("all"), READS: N_("reading"), WRITES: N_("writing")}
HTTP = (ODATA, SERVICE)
ALWAYS = -1
MOST_SECONDS = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that can be switched on. `timed`: it takes seconds."""

    label: str
    protocols: tuple[str, ...]
    timed: bool = False


FAULTS: Mapping[str, Fault] = {
    "down": Fault(N_("Does not answer: the connection breaks at once"), (*HTTP, SITE)),
    "hang": Fault(N_("Hangs, then breaks the connection; nothing is done"), HTTP, timed=True),
    "slow": Fault(N_("Slow"), (*HTTP, SITE), timed=True),
    "error": Fault(N_("Internal error 500"), HTTP),
    "unauthorised": Fault(N_("Refuses the login: 401"), HTTP),
    "forbidden": Fault(N_("Forbids: 403"), HTTP),
    "half": Fault(N_("Half of the body"), (*HTTP, SITE)),
    "login_page": Fault(N_("A login page in HTML with code 200"), HTTP),
    "cp1251": Fault(N_("Text in windows-1251"), (*HTTP, SITE)),
    "bom": Fault(N_("A mark of byte order before the text"), HTTP),
    "lost": Fault(N_("Does the work, then breaks the connection"), (*HTTP, SITE)),
    "repeated": Fault(N_("Does the work twice: the request came again on the way"), (*HTTP, SITE)),
    "foreign": Fault(N_("Confirms another order"), (*HTTP, SITE)),
    "older": Fault(N_("Gives an older version after a newer one"), (*HTTP, SITE)),
    "disorder": Fault(N_("Confirms orders in the wrong order"), (SITE,)),
    "clock": Fault(N_("The clock is an hour off"), (*HTTP, SITE)),
    "bigger": Fault(N_("Ten times as large"), (*HTTP, SITE)),
    "limit": Fault(N_("Lowers the client's limit while an order is written"), HTTP),
    "unconfirmed": Fault(N_("Never sends success"), (SITE,)),
    "dies": Fault(N_("Dies between query and success"), (SITE,)),
    "chunks": Fault(N_("Sends each piece of a file twice"), (SITE,)),
    "parallel": Fault(N_("Two sessions at once"), (SITE,)),
    "pass": Fault(N_("Nothing: a request that goes well"), (*HTTP, SITE)),
}


class UnknownFault(ValueError):
    """There is no such fault for the protocol, or its figures make no sense."""


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that is switched on. `requests`: for how many, ALWAYS until it is switched off."""

    id: int
    protocol: str
    name: str
    method: str
    requests: int
    seconds: Decimal


def arm(base: Infobase, protocol: str, name: str, *, requests: int = 1, seconds: Decimal = Decimal(0), method: str = ANY) -> None:
    """Switches a fault on behind those that wait already. Raises UnknownFault."""
    fault = FAULTS.get(name)
    if fault is None or protocol not in fault.protocols:
        raise UnknownFault(f"{protocol}: there is no fault «{name}»")
    if method not in METHODS or not (requests == ALWAYS or 0 < requests <= 100_000) or not 0 <= seconds <= MOST_SECONDS:
        raise UnknownFault(f"{name}: requests from 1 to 100000 or -1, seconds up to {MOST_SECONDS}, method one of {', '.join(METHODS)}")
    with base.write() as db:
        row = (protocol, name, method, requests, plain(seconds))
        db.execute("INSERT INTO fault (protocol, name, method, requests, seconds) VALUES (?, ?, ?, ?, ?)", row)


def disarm(base: Infobase, protocol: str = "", fault_id: int = 0) -> None:
    """Switches one fault off, those of a protocol, or all."""
    with base.write() as db:
        db.execute("DELETE FROM fault WHERE (? = '' OR protocol = ?) AND (? = 0 OR id = ?)", (protocol, protocol, fault_id, fault_id))


def armed(db: sqlite3.Connection) -> list[Armed]:
    """What is switched on, in the order in which it will happen."""
    return [_armed(row) for row in db.execute("SELECT * FROM fault ORDER BY protocol, requests = -1, id")]


def take(base: Infobase, protocol: str, *, writes: bool = False) -> Armed | None:
    """The fault for this request, one request less for it; None when all goes well."""
    fits = (ANY, WRITES if writes else READS)
    query = "SELECT * FROM fault WHERE protocol = ? AND method IN (?, ?) ORDER BY requests = -1, id LIMIT 1"
    with base.read() as db:
        if db.execute(query, (protocol, *fits)).fetchone() is None:
            return None
    with base.write() as db:
        row = db.execute(query, (protocol, *fits)).fetchone()
        if row is None:
            return None
        if row["requests"] > 1:
            db.execute("UPDATE fault SET requests = requests - 1 WHERE id = ?", (row["id"],))
        elif row["requests"] != ALWAYS:
            db.execute("DELETE FROM fault WHERE id = ?", (row["id"],))
        return None if row["name"] == "pass" else _armed(row)


def _armed(row: sqlite3.Row) -> Armed:
    return Armed(row["id"], row["protocol"], row["name"], row["method"], row["requests"], Decimal(row["seconds"]))
