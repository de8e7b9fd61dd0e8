"""Exchanges: begun by `checkauth`, found again by cookie, ended by time or by the next one of their kind."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit_onec.models import Exchange

SYSTEM_NAME = "onec"


class Ended(Exception):
    """The exchange is over or was never begun."""


@dataclass(frozen=True, slots=True)
class Open:
    """An exchange that goes on."""

    id: UUID
    kind: str
    dialogue: str


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(work: Work, *, kind: str, client: str) -> str:
    """A new exchange; the one of this kind that 1C left open ends, and orders offered in it wait again. Returns the cookie's value."""
    older = (Exchange.kind == kind, Exchange.ended_at.is_(None))
    for exchange_id in work.session.scalars(select(Exchange.id).where(*older)).all():
        if kind == "sale":
            erp.release_batch(work, batch=str(exchange_id))
    work.session.execute(update(Exchange).where(*older).values(ended_at=work.now))
    token = secrets.token_urlsafe(32)
    row = {"id": new_id(), "kind": kind, "token_hash": _hash(token), "client": client[:200], "started_at": work.now, "seen_at": work.now}
    work.session.insert_rows(Exchange, [{**row, "dialogue": "", "orders": 0, "confirmed": 0}])
    erp.heard(work, SYSTEM_NAME)
    return token


def find(work: Work, *, kind: str, token: str, minutes: int) -> Open:
    """The exchange of this cookie, or without one the newest of its kind; raises Ended."""
    statement = select(Exchange).where(Exchange.kind == kind, Exchange.ended_at.is_(None), Exchange.seen_at > work.now - timedelta(minutes=minutes))
    if token:
        statement = statement.where(Exchange.token_hash == _hash(token))
    found = work.session.scalars(statement.order_by(Exchange.started_at.desc()).limit(1)).one_or_none()
    if found is None:
        raise Ended
    found.seen_at = work.now
    erp.heard(work, SYSTEM_NAME)
    return Open(found.id, found.kind, found.dialogue)


def name_version(work: Work, exchange: Open, version: str) -> None:
    """Keeps the version that the other side named."""
    work.session.execute(update(Exchange).where(Exchange.id == exchange.id).values(dialogue=version))
