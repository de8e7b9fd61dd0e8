"""Brings an infobase of an earlier release up to date, in place: what was done in it stays."""

from __future__ import annotations

import sqlite3
from pathlib import Path

HERE = Path(__file__).parent
FIRST = HERE / "schema.sql"
STEPS = (2, 3)


class NewerInfobase(Exception):
    """The folder was written by a later release; this one would not understand what is in it."""


def migrate(db: sqlite3.Connection) -> None:
    """Makes the first tables, then each step that the infobase lacks, a step at a time, whole or not at all.

    Raises NewerInfobase.
    """
    db.executescript(FIRST.read_text(encoding="utf-8"))
    stands = int(db.execute("PRAGMA user_version").fetchone()[0])
    if stands > STEPS[-1]:
        raise NewerInfobase(f"the data are of form {stands}, this release knows up to {STEPS[-1]}")
    for step in STEPS:
        if step > stands:
            script = (HERE / f"schema_{step}.sql").read_text(encoding="utf-8")
            db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {step}; COMMIT;")
