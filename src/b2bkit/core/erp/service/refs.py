"""What other systems call our rows: references both ways, one by one and in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ARRAY, String, bindparam, func, select

from b2bkit.core.db.rows import insert
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.work import Work

T = TypeVar("T")
_BATCH = 500  # values in one IN list
_BY_ROW = (
    select(ExternalRef.entity_id, ExternalRef.ref)
    .where(
        ExternalRef.system == bindparam("system"),
        ExternalRef.entity == bindparam("entity"),
        ExternalRef.entity_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(ExternalRef.id)
)
_BY_REF = select(ExternalRef.ref, ExternalRef.entity_id).where(
    ExternalRef.system == bindparam("system"),
    ExternalRef.entity == bindparam("entity"),
    ExternalRef.ref.in_(bindparam("refs", expanding=True)),
)
# one look into the unique index for each, whatever the server thinks of a table that this transaction has just filled
_ASKED = func.unnest(bindparam("refs", type_=ARRAY(String()))).table_valued("ref", name="asked").render_derived()
_BY_REF_POSTGRESQL = select(
    _ASKED.c.ref,
    select(ExternalRef.entity_id)
    .where(ExternalRef.system == bindparam("system"), ExternalRef.entity == bindparam("entity"), ExternalRef.ref == _ASKED.c.ref)
    .correlate(_ASKED)
    .scalar_subquery(),
)


def ref_of(work: Work, *, system: str, entity: str, entity_id: UUID) -> str | None:
    """What `system` calls this row; None when it does not know it. The first one when it has several."""
    return refs_for(work, system=system, entity=entity, ids=[entity_id]).get(entity_id)


def id_of(work: Work, *, system: str, entity: str, ref: str) -> UUID | None:
    """Our row behind a reference; None for one that was never seen."""
    return ids_for(work, system=system, entity=entity, refs=[ref]).get(ref)


def refs_for(work: Work, *, system: str, entity: str, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Row -> reference, for those that have one."""
    found: dict[UUID, str] = {}
    for part in _parts(ids):
        for entity_id, ref in work.session.execute(_BY_ROW, {"system": system, "entity": entity, "ids": part}):
            found.setdefault(entity_id, ref)
    return found


def ids_for(work: Work, *, system: str, entity: str, refs: Iterable[str]) -> Mapping[str, UUID]:
    """Reference -> row, for those that were seen before. References count letter by letter, spaces included."""
    parameters = {"system": system, "entity": entity}
    if work.session.dialect == "postgresql":
        every = list(dict.fromkeys(refs))
        rows = work.session.execute(_BY_REF_POSTGRESQL, {**parameters, "refs": every}).all() if every else ()
        return {ref: entity_id for ref, entity_id in rows if entity_id is not None}
    found: dict[str, UUID] = {}
    for part in _parts(refs):
        found.update(work.session.execute(_BY_REF, {**parameters, "refs": part}).all())
    return found


def remember(work: Work, *, system: str, entity: str, pairs: Mapping[str, UUID], known: Mapping[str, UUID] | None = None) -> None:
    """Keeps reference -> row for references not seen before; those that are known keep their row.

    known   what `ids_for` said of them in this transaction, for who has asked already
    """
    if known is None:
        known = ids_for(work, system=system, entity=entity, refs=pairs)
    rows = [
        {"id": new_id(), "system": system, "entity": entity, "entity_id": entity_id, "ref": ref}
        for ref, entity_id in pairs.items()
        if ref not in known
    ]
    insert(work.session, ExternalRef, rows)


def _parts(values: Iterable[T]) -> Iterable[list[T]]:
    every = list(dict.fromkeys(values))
    for start in range(0, len(every), _BATCH):
        yield every[start : start + _BATCH]
