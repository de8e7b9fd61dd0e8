"""Writing and reading the trail of changes."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.work import Work


def record(
    work: Work,
    *,
    action: str,
    entity: str,
    entity_id: object,
    company_id: UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Notes, in this transaction, what the actor did. `details` are plain JSON values, never secrets."""
    row = {
        "at": work.now,
        "company_id": company_id,
        "user_id": work.actor.user_id,
        "actor": work.actor.name or work.actor.kind,
        "on_behalf": work.actor.on_behalf,
        "action": action,
        "entity": entity,
        "entity_id": str(entity_id),
        "details": dict(details or {}),
        "request_id": work.request_id,
    }
    work.session.insert_rows(AuditEntry, [row])


def history(work: Work, *, entity: str, entity_id: object, limit: int = 50) -> list[AuditEntry]:
    """What happened to one thing, newest first."""
    statement = select(AuditEntry).where(AuditEntry.entity == entity, AuditEntry.entity_id == str(entity_id))
    return list(work.session.scalars(statement.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)))
