"""What staff did to the exchange, in words: who paused a flow, ran it, or applied a file again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.admin.history import Change
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.i18n import N_, _

SHOWN: Final = 20
SENTENCES: Final[Mapping[str, str]] = {
    "onec.paused": N_("paused the flow"),
    "onec.resumed": N_("let the flow go on"),
    "onec.run": N_("ran the flow before its time"),
    "onec.replayed": N_("applied the file again"),
}


def of_flow(work: Work, name: str) -> list[Change]:
    """The newest acts on one flow. Needs `audit.view`; empty without it."""
    return _read(work, "onec_flow", name)


def of_message(work: Work, message_id: object) -> list[Change]:
    """The newest acts on one message. Needs `audit.view`; empty without it."""
    return _read(work, "onec_message", str(message_id))


def _read(work: Work, entity: str, entity_id: str) -> list[Change]:
    if not work.may("audit.view"):
        return []
    statement = (
        select(AuditEntry)
        .where(AuditEntry.entity == entity, AuditEntry.entity_id == entity_id, AuditEntry.action.in_(SENTENCES))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(SHOWN)
    )
    return [_change(entry) for entry in work.session.scalars(statement)]


def _change(entry: AuditEntry) -> Change:
    return Change(entry.at, entry.actor, _(SENTENCES[entry.action]), entry.entity, entry.entity_id)
