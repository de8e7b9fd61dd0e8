"""An exchange plan's node: SelectChanges and NotifyChangesReceived. What is registered is a set; one reader takes it."""

from __future__ import annotations

import sqlite3

from b2bkit_onec.simulate.names import PLAN
from b2bkit_onec.simulate.odata import out
from b2bkit_onec.simulate.odata.context import Context, Row
from b2bkit_onec.simulate.odata.errors import bad_address, not_found
from b2bkit_onec.simulate.odata.published import BY_NAME
from b2bkit_onec.simulate.odata.registers import records
from b2bkit_onec.simulate.odata.tables import find_row, record_sets, shape_of
from b2bkit_onec.simulate.odata.words import GUID


def node_of(db: sqlite3.Connection, address: str) -> str:
    """The node that `DataExchangePoint` names. Raises ODataError."""
    match = GUID.search(address)
    if match is None or PLAN not in address:
        raise bad_address("Не задан узел плана обмена DataExchangePoint")
    ref = match.group(0).lower()
    if db.execute("SELECT 1 FROM node WHERE id = ?", (ref,)).fetchone() is None:
        raise not_found(f"{PLAN}(guid'{ref}')")
    return ref


def message_no(text: str) -> int:
    """`MessageNo`. Raises ODataError."""
    if not text.isascii() or not text.isdecimal():
        raise bad_address("Не задан номер сообщения MessageNo")
    return int(text)


def select_changes(context: Context, node: str, number: int) -> str:
    """Everything that is registered as an Atom feed; what had no number gets this one. Asked again: the same, and what is new."""
    db = context.db
    db.execute("UPDATE registration SET message_no = ? WHERE node_id = ? AND message_no = 0", (number, node))
    db.execute("UPDATE node SET sent_no = ? WHERE id = ?", (number, node))
    updated = context.base.now().isoformat()
    entries = []
    for row in db.execute("SELECT entity, object_id FROM registration WHERE node_id = ? ORDER BY seq", (node,)).fetchall():
        entries.append(_entry(context, row["entity"], row["object_id"], updated))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{out.FEED} xml:base="{context.root}">\n' + "".join(entries) + "</feed>"


def _entry(context: Context, name: str, key: str, updated: str) -> str:
    """What is not published, or not there any more, is skipped without a word."""
    entity = BY_NAME.get(name)
    if entity is None:
        return ""
    row: Row | None
    if entity.records:
        recorder = key.rpartition(" ")[2]
        sets = record_sets(one for one in records(context, entity) if one["Recorder"] == recorder)
        row = sets[0] if sets else None
    else:
        row = find_row(context, entity, key)
    return out.entry(shape_of(entity), row, context.root, updated) if row is not None else ""


def forget(db: sqlite3.Connection, node: str, number: int) -> None:
    """The reader has everything up to a message: what changed since then has no number and stays."""
    db.execute("DELETE FROM registration WHERE node_id = ? AND message_no BETWEEN 1 AND ?", (node, number))
    db.execute("UPDATE node SET received_no = ? WHERE id = ?", (number, node))
