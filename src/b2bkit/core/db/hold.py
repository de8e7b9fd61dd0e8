"""Rows that stand for a whole: who counts or compares what belongs to them holds them first, so that of two at once the second waits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.db.session import PortalSession


def hold(session: PortalSession, model: Any, *ids: UUID | None) -> None:
    """Keeps these rows until the end of the transaction: another `hold` of one of them waits, then reads what was committed.

    Always in the order of their ids, so that two never wait for each other. Rows that refer to them can be written meanwhile.
    SQLite has one writer at a time already.
    """
    wanted = sorted({one for one in ids if one is not None}, key=lambda id_: id_.bytes)
    session.execute(select(model.id).where(model.id.in_(wanted)).order_by(model.id).with_for_update(key_share=True)).all()
