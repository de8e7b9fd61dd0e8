"""Exchanges: begun by `checkauth`, found again by cookie, ended by time or by the next one of their kind."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit_onec.models import Exchange

SYSTEM_NAME: Final = "onec"


class Ended(Exception):
    """The exchange is over or was never begun. `replaced_at`: when a newer one took its place, None when it ended by time."""

    def __init__(self, replaced_at: datetime | None = None) -> None:
        super().__init__()
        self.replaced_at = replaced_at


@dataclass(frozen=True, slots=True)
class Open:
    """An exchange that goes on."""

    id: UUID
    kind: str
    dialogue: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Begun:
    """What `checkauth` answers with. `id` goes out as sessid: no secret, it guards against a request that a stranger's page makes."""

    id: UUID
    token: str


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def begin(work: Work, *, kind: str, client: str) -> Begun:
    """A new exchange; the one of this kind that 1C left open ends, and orders offered in it wait again. `token` is the cookie's value."""
    older = (Exchange.kind == kind, Exchange.ended_at.is_(None))
    for older_id in work.session.scalars(select(Exchange.id).where(*older).order_by(Exchange.id).with_for_update()).all():
        if kind == "sale":
            erp.release_batch(work, batch=str(older_id))
    work.session.execute(update(Exchange).where(*older).values(ended_at=work.now))
    token = secrets.token_urlsafe(32)
    exchange_id = new_id()
    row = {"id": exchange_id, "kind": kind, "token_hash": _hash(token), "client": client[:200], "started_at": work.now, "seen_at": work.now}
    work.session.insert_rows(Exchange, [{**row, "dialogue": "", "orders": 0, "confirmed": 0}])
    erp.heard(work, SYSTEM_NAME)
    return Begun(exchange_id, token)


def find(work: Work, *, kind: str, token: str, minutes: int) -> Open:
    """The exchange of this cookie, or without one the newest of its kind; changes nothing. Raises Ended."""
    columns = (Exchange.id, Exchange.dialogue, Exchange.started_at, Exchange.seen_at, Exchange.ended_at)
    statement = select(*columns).where(Exchange.kind == kind)
    statement = statement.where(Exchange.token_hash == _hash(token)) if token else statement.where(Exchange.ended_at.is_(None))
    found = work.session.execute(statement.order_by(Exchange.started_at.desc(), Exchange.id.desc()).limit(1)).one_or_none()
    if found is None:
        raise Ended
    if found.ended_at is not None:
        raise Ended(found.ended_at)
    if found.seen_at <= work.now - timedelta(minutes=minutes):
        raise Ended
    return Open(found.id, kind, found.dialogue, found.started_at)


def touch(work: Work, exchange: Open) -> None:
    """1C spoke in this exchange. Raises Ended when a newer one took its place in this moment."""
    going_on = update(Exchange).where(Exchange.id == exchange.id, Exchange.ended_at.is_(None)).values(seen_at=work.now)
    if work.session.execute(going_on).rowcount != 1:  # type: ignore[attr-defined]
        raise Ended(work.now)
    erp.heard(work, SYSTEM_NAME)


def name_version(work: Work, exchange: Open, version: str) -> None:
    """Keeps the version that the other side named."""
    work.session.execute(update(Exchange).where(Exchange.id == exchange.id).values(dialogue=version))
