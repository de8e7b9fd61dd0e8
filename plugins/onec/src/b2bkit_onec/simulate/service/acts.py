"""Acts of reconciliation, asked for by the portal: one for each id."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from uuid import UUID

from b2bkit_onec.service.contract import ReconciliationAsked, ReconciliationTold
from b2bkit_onec.simulate import objects, papers
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import COUNTERPARTY, RECONCILIATION, made_up
from b2bkit_onec.simulate.service import register
from b2bkit_onec.simulate.service.errors import ServiceProblem, absent
from b2bkit_onec.simulate.settlements import deals

KIND = "reconciliation"


def ask(base: Infobase, id_: UUID, asked: ReconciliationAsked, digest: str) -> ReconciliationTold:
    """Makes the act, or finds the one that was made under this id. Raises ServiceProblem."""
    party = str(asked.party)
    with base.write() as db:
        before = register.known(db, str(id_))
        if before is not None and (before.kind, before.hash) != (KIND, digest):
            raise ServiceProblem(409, "another", "Под этим идентификатором уже спрошено другое.")
        if before is None:
            if objects.get(db, COUNTERPARTY, party) is None:
                raise ServiceProblem(404, "party", "В базе нет такого контрагента.")
            ref = made_up(RECONCILIATION, str(id_))
            papers.write_reconciliation(db, ref, party, asked.start, asked.end, base.now().isoformat(), status="НаСверке")
            register.keep(db, str(id_), register.Known(KIND, digest, ref))
        return _told(db, id_)


def find(base: Infobase, id_: UUID) -> ReconciliationTold:
    """How far it is. Raises ServiceProblem."""
    with base.read() as db:
        return _told(db, id_)


def document_of(db: sqlite3.Connection, id_: UUID) -> str:
    """The document's reference. Raises ServiceProblem."""
    request = register.known(db, str(id_))
    if request is None or request.kind != KIND:
        raise absent("Такой акт не запрашивали.")
    return request.ref


def _told(db: sqlite3.Connection, id_: UUID) -> ReconciliationTold:
    ref = document_of(db, id_)
    request = register.known(db, str(id_))
    row = db.execute("SELECT * FROM paper WHERE id = ?", (ref,)).fetchone()
    start, end = papers.period_of(db, ref)
    return ReconciliationTold(
        id=id_,
        hash=request.hash if request else "",
        state="ready",
        ref=UUID(ref),
        number=row["number"],
        on=dt.date.fromisoformat(row["at"][:10]),
        opening=balance(db, row["counterparty_id"], start),
        closing=balance(db, row["counterparty_id"], end),
    )


def balance(db: sqlite3.Connection, counterparty: str, up_to: str) -> Decimal:
    """What the counterparty owed up to a moment; below zero: what was owed to him."""
    return sum((deal.shipped - deal.paid for deal in deals(db, counterparty=counterparty, up_to=up_to)), Decimal(0))
