"""Random changes: bulk statements, the unit of work, single objects by key, and ways around the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session, make_transient_to_detached

from tests.fuzz.reading import IDS, Case, Draw, condition, key, walk
from tests.fuzz.world import MARK, OTHER, SCOPED, Deal, Firm, Memo, Part, Thing

SYNC = st.sampled_from(["auto", "evaluate", "fetch", False])
PLAIN: tuple[type[Any], ...] = (Deal, Part, Memo)


def _count(result: Any) -> Any:
    return result.rowcount


def bulk(draw: Draw) -> Case:
    """ORM update and delete by condition."""
    entity = draw(st.sampled_from(SCOPED))
    sync, where = draw(st.sampled_from(["auto", "fetch", False])), condition(draw, entity, 1)
    loaded = draw(st.booleans())
    kind = draw(st.integers(0, 4))
    if kind == 0:
        statement: Any = update(entity).where(where).values(size=entity.size + 10)
    elif kind == 1:
        statement = update(entity).where(where).values(text="changed").returning(entity.id, entity.text)
    elif kind == 2:
        statement = delete(entity).where(where)
    elif kind == 3:
        statement = delete(entity).where(where).returning(entity.id)
    else:
        source = draw(st.sampled_from(PLAIN))
        statement = update(entity).where(where).values(size=select(func.count(source.id)).scalar_subquery())

    def run(session: Session) -> Any:
        if loaded:
            session.scalars(select(entity)).all()
        result: Any = session.execute(statement, execution_options={"synchronize_session": sync})
        return sorted(map(tuple, result), key=repr) if kind in (1, 3) else result.rowcount

    return Case(f"bulk {kind}", run, writes=True)


UNCHECKED_FORMS, TRESPASSES = 23, 10


def unchecked(draw: Draw, number: int) -> Case:
    """Bulk forms that cannot be checked: refused, or without effect on others."""
    entity = draw(st.sampled_from(PLAIN))
    core, mark = entity.__table__, "taken"
    identity, company = draw(IDS), draw(st.sampled_from(list(MARK)))
    source = draw(st.sampled_from(PLAIN))
    acts: list[Callable[[Session], Any]] = [
        lambda session: session.execute(update(core).values(text=mark)),
        lambda session: session.execute(delete(core)),
        lambda session: session.execute(update(core).where(core.c.id == bindparam("b_id")).values(text=mark), {"b_id": identity}),
        lambda session: session.execute(update(entity), [{"id": identity, "text": mark}]),
        lambda session: session.execute(update(entity).values(company_id=company)),
        lambda session: session.execute(update(entity).where(entity.id == identity), {"company_id": company}),
        lambda session: session.execute(insert(entity).values(**_row(entity, 500, company))),
        lambda session: session.execute(insert(entity), [_row(entity, 500, company), _row(entity, 501, company)]),
        lambda session: session.execute(insert(core), [_row(entity, 500, company)]),
        lambda session: session.execute(
            insert(Memo).from_select(
                ["id", "company_id", "text", "size"], select(source.id + 600, source.company_id, source.text, source.size)
            )
        ),
        lambda session: session.execute(
            insert(Thing).from_select(["id", "text", "size"], select(core.c.id + 700, core.c.text, core.c.size))
        ),
        lambda session: session.execute(update(Thing).values(text=select(func.max(core.c.text)).scalar_subquery())),
        lambda session: session.execute(update(entity).where(entity.size == source.size, source.id == identity).values(text=mark)),
        lambda session: session.execute(delete(entity).where(entity.size == core.c.size)),
        lambda session: session.bulk_update_mappings(entity, [{"id": identity, "text": mark}]),
        lambda session: session.bulk_insert_mappings(entity, [_row(entity, 500, company)]),
        lambda session: session.bulk_save_objects([entity(**_row(entity, 500, company))]),
        lambda session: session.execute(text(f"UPDATE {core.name} SET text = 'taken'")),
        lambda session: session.connection().execute(select(core)).all(),
        lambda session: session._connection_for_bind(session.get_bind()).execute(select(core)).all(),
        lambda session: session._connection_for_bind(session.get_bind()).exec_driver_sql(f"SELECT text FROM {core.name}").all(),
        lambda session: session.execute(select(update(core).values(text=mark).returning(core.c.id).cte())),
        lambda session: session.execute(update(entity), [{"id": identity, "text": mark}], execution_options={"dml_strategy": "bulk"}),
    ]
    assert len(acts) == UNCHECKED_FORMS
    act = acts[number]

    def run(session: Session) -> Any:
        result = act(session)
        return result if isinstance(result, list) else None

    return Case(f"unchecked {number}", run, allowed=False, compare=False, writes=True)


def _row(entity: type[Any], identity: int, company: Any) -> dict[str, Any]:
    row = {"id": identity, "company_id": company, "text": f"{MARK[company]} new", "size": 1}
    return {**row, "deal_id": 1, "thing_id": 1} if entity is Part else row


def by_key(draw: Draw) -> Case:
    """get() and what follows it."""
    entity = draw(st.sampled_from((*SCOPED, Thing)))
    identity = key(draw, entity)
    kind = draw(st.integers(0, 4))

    def run(session: Session) -> Any:
        if kind == 0:
            session.scalars(select(entity)).all()
        found = session.get(entity, identity, populate_existing=kind == 1, with_for_update=True if kind == 2 else None)
        if found is not None and kind == 3:
            session.expire(found)
        if found is not None and kind == 4:
            session.refresh(found, with_for_update=True)
        return walk(found)

    return Case("get", run)


def unit_of_work(company: Any) -> Callable[[Draw], Case]:
    """Adding, changing and deleting objects of one's own: allowed."""

    def case(draw: Draw) -> Case:
        entity = draw(st.sampled_from(PLAIN))
        identity, kind = draw(IDS), draw(st.integers(0, 5))

        def run(session: Session) -> Any:
            found = session.get(entity, identity)
            if kind == 0:
                session.add(entity(**_row(entity, 500, company)))
            elif kind == 1:
                session.insert_rows(entity, [_row(entity, 500, company), _row(entity, 501, company)])  # type: ignore[attr-defined]
            elif kind == 2 and found is not None:
                found.text = "changed"
            elif kind == 3 and found is not None:
                session.delete(found)
            elif kind == 4 and found is not None:
                session.merge(entity(**{**_row(entity, identity, company), "text": "merged"}))
            elif kind == 5:
                with session.begin_nested():
                    session.add(entity(**_row(entity, 500, company)))
            session.flush()
            return sorted(map(tuple, session.execute(select(entity.id, entity.text))), key=repr)

        return Case(f"own {kind}", run, writes=True)

    return case


def trespass(company: Any, kind: int) -> Callable[[Draw], Case]:
    """Objects of the other company: always refused or without effect."""

    def case(draw: Draw) -> Case:
        entity = draw(st.sampled_from(PLAIN))
        identity, other = draw(IDS), OTHER[company]

        def run(session: Session) -> Any:
            if kind == 0:
                session.add(entity(**_row(entity, 500, other)))
            elif kind == 1:
                session.insert_rows(entity, [_row(entity, 500, company), _row(entity, 501, other)])  # type: ignore[attr-defined]
            elif kind == 2:
                detached = entity(**_row(entity, identity, company))
                make_transient_to_detached(detached)
                session.add(detached)
                detached.text = "taken"
            elif kind == 3:
                session.merge(entity(**{**_row(entity, identity, company), "text": "taken"}), load=draw_load)
            elif kind == 4:
                for found in session.scalars(select(entity)):
                    found.company_id = other
            elif kind == 5:
                detached = entity(**_row(entity, identity, other))
                make_transient_to_detached(detached)
                session.delete(detached)
            elif kind == 6:
                detached = entity(id=identity)
                make_transient_to_detached(detached)
                session.refresh(detached)
                return detached.text
            elif kind == 7:
                session.add(Firm(id=other, text="taken", size=1))
            elif kind == 8:
                session.insert_rows(Firm, [{"id": other, "text": "taken", "size": 1}])  # type: ignore[attr-defined]
            else:
                stale = entity(id=identity)
                make_transient_to_detached(stale)
                session.enable_relationship_loading(stale)
                return stale.text
            session.flush()
            return None

        draw_load = draw(st.booleans())
        return Case(f"trespass {kind}", run, allowed=False, compare=False, writes=True)

    return case
