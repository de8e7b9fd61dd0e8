"""Random questions: every way to ask that SQLAlchemy offers, allowed and not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    MetaData,
    String,
    Table,
    and_,
    column,
    exists,
    func,
    inspect,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.orm import Session, aliased, joinedload, lazyload, load_only, selectinload, subqueryload

from tests.fuzz.world import COUNT, ENTITIES, FIRST_ID, MARK, SCOPED, Deal, Firm, Memo, Part, Thing

Draw = Callable[[Any], Any]


@dataclass(frozen=True)
class Case:
    """Something to do in a session. `allowed`: a refusal is a fault. `compare`: the company's own database gives the right answer."""

    name: str
    run: Callable[[Session], Any]
    allowed: bool = True
    compare: bool = True
    writes: bool = False
    statement: Any = None

    def __str__(self) -> str:
        return self.name if self.statement is None else f"{self.name}: {self.statement}"


IDS = st.sampled_from([*(first + step for first in FIRST_ID.values() for step in range(COUNT)), 999])
LINKS = {Deal: (Deal.firm, Deal.parts), Part: (Part.deal, Part.thing), Firm: (Firm.deals,), Thing: (Thing.parts,), Memo: ()}
LOADERS = (joinedload, selectinload, subqueryload, lazyload)


def entity(draw: Draw, among: tuple[type[Any], ...] = ENTITIES) -> Any:
    """An entity or an alias of one."""
    chosen = draw(st.sampled_from(among))
    return aliased(chosen) if draw(st.integers(0, 2)) == 0 else chosen


def base(source: Any) -> Any:
    return inspect(source).mapper.class_


def key(draw: Draw, source: Any) -> Any:
    return draw(st.sampled_from(list(MARK))) if base(source) is Firm else draw(IDS)


def condition(draw: Draw, source: Any, depth: int = 0) -> Any:
    """A criterion over the source."""
    kind = draw(st.integers(0, 5 if depth > 1 else 11))
    if kind == 0:
        return source.text.like(f"%{draw(st.sampled_from(['canary', 'a', 'b', 'deal', 'thing']))}%")
    if kind == 1:
        return source.size >= draw(st.integers(-1, 3))
    if kind == 2:
        return source.id == key(draw, source)
    if kind == 3:
        return source.id != key(draw, source)
    if kind == 4:
        return source.id.in_([key(draw, source), key(draw, source)])
    if kind == 5:
        return literal(True)
    if kind == 6:
        return or_(condition(draw, source, depth + 1), condition(draw, source, depth + 1))
    if kind == 7:
        return not_(condition(draw, source, depth + 1))
    if kind == 8:
        other = entity(draw)
        return exists().where(other.size == source.size, condition(draw, other, depth + 1))
    if kind == 9:
        other = entity(draw)
        return source.size.in_(select(other.size).where(condition(draw, other, depth + 1)))
    if kind == 10:
        other = entity(draw)
        return source.size <= select(func.max(other.size)).where(condition(draw, other, depth + 1)).scalar_subquery()
    return _through_relationship(draw, source, depth)


def _through_relationship(draw: Draw, source: Any, depth: int) -> Any:
    links = LINKS[base(source)]
    if not links:
        return source.size > 0
    link = draw(st.sampled_from(links))
    attribute = getattr(source, link.key)
    target = link.property.mapper.class_
    inner = condition(draw, target, depth + 1)
    return attribute.any(inner) if link.property.uselist else attribute.has(inner)


def _joined(draw: Draw, statement: Any, source: Any) -> tuple[Any, Any]:
    """One more join; returns the statement and what was joined."""
    outer = draw(st.booleans())
    links = LINKS[base(source)]
    if links and draw(st.booleans()):
        link = draw(st.sampled_from(links))
        target = aliased(link.property.mapper.class_) if draw(st.booleans()) else link.property.mapper.class_
        if target is not source:
            return statement.join(getattr(source, link.key).of_type(target), isouter=outer), target
    target = aliased(draw(st.sampled_from(ENTITIES)))
    on = target.size == source.size if draw(st.booleans()) else and_(target.id == target.id, condition(draw, target, 2))
    return statement.join(target, on, isouter=outer), target


def rows(draw: Draw) -> Any:
    """A select of attributes with joins and conditions."""
    source = entity(draw)
    statement = select(source.id, source.text).select_from(source)
    for _ in range(draw(st.integers(0, 2))):
        statement, joined = _joined(draw, statement, source)
        statement = statement.add_columns(joined.text)
        source = joined if draw(st.booleans()) else source
    return statement.where(condition(draw, source))


def two_sources(draw: Draw) -> Any:
    """A product of two sources, by attributes or only by the condition."""
    one, other = entity(draw), aliased(draw(st.sampled_from(ENTITIES)))
    match = one.size == other.size
    if draw(st.booleans()):
        return select(one.text, other.text).where(match, condition(draw, other))
    return select(one.text).where(match, condition(draw, other))


def numbers(draw: Draw) -> Any:
    """Aggregates, groups, windows."""
    source = entity(draw)
    counted = draw(
        st.sampled_from([func.count(source.id), func.sum(source.size), func.min(source.text), func.max(source.text), func.count()])
    )
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return select(counted).select_from(source).where(condition(draw, source))
    if kind == 1:
        return select(source.size, counted).select_from(source).group_by(source.size).having(func.count(source.id) > 0)
    if kind == 2:
        return select(
            source.text, func.count().over(partition_by=source.size), func.lag(source.text).over(order_by=(source.size, source.id))
        )
    return select(source.size).distinct().where(condition(draw, source))


def nested(draw: Draw) -> Any:
    """Subqueries, CTEs, compound queries, questions about nothing but existence."""
    kind = draw(st.integers(0, 8))
    inner = rows(draw).with_only_columns(*_two(draw)) if kind == 99 else _pair(draw)
    if kind == 0:
        found = inner.subquery()
        return select(found.c.label, func.count()).group_by(found.c.label)
    if kind == 1:
        found = inner.cte()
        return select(found.c.label, found.c.size)
    if kind == 2:
        found = inner.cte()
        source = entity(draw)
        return select(source.text, found.c.label).join(found, found.c.size == source.size)
    if kind in (3, 4):
        both = (union_all if kind == 3 else _union)(inner, _pair(draw))
        return both if draw(st.booleans()) else select(both.subquery().c.label)
    if kind == 5:
        return select(inner.exists())
    if kind == 6:
        source = entity(draw)
        return select(source.text, select(func.count()).select_from(inner.subquery()).scalar_subquery())
    if kind == 7:
        return select(literal(1)).where(inner.exists())
    return select(func.count()).select_from(select(inner.subquery()).subquery())


def _union(*parts: Any) -> Any:
    from sqlalchemy import union

    return union(*parts)


def _two(draw: Draw) -> tuple[Any, Any]:
    source = entity(draw)
    return source.text, source.size


def _pair(draw: Draw) -> Any:
    source = entity(draw)
    return select(source.text.label("label"), source.size.label("size")).where(condition(draw, source, 1))


def objects(draw: Draw) -> Case:
    """Entities with every kind of loading, and what they lead to."""
    source = draw(st.sampled_from(ENTITIES))
    target = aliased(source) if draw(st.booleans()) else source
    statement = select(target).where(condition(draw, target))
    for link in LINKS[source]:
        loader = draw(st.sampled_from(LOADERS))
        option = loader(getattr(target, link.key))
        further = LINKS[link.property.mapper.class_]
        if further and draw(st.booleans()):
            option = getattr(option, draw(st.sampled_from(LOADERS)).__name__)(draw(st.sampled_from(further)))
        statement = statement.options(option)
    if draw(st.integers(0, 4)) == 0:
        statement = statement.options(load_only(target.size))
    again = draw(st.sampled_from(["", "expire", "refresh", "query"]))

    def run(session: Session) -> Any:
        found = session.scalars(statement).unique().all() if again != "query" else session.query(target).filter(target.size >= 0).all()
        for item in found:
            if again == "expire":
                session.expire(item)
            if again == "refresh":
                session.refresh(item)
        return sorted((walk(item) for item in found), key=repr)

    return Case("objects", run, statement=statement)


def walk(item: Any, depth: int = 0) -> Any:
    """Everything that can be read from an object, two relationships deep."""
    if item is None or depth > 2:
        return None
    links = {link.key: sorted((walk(part, depth + 1) for part in _many(getattr(item, link.key))), key=repr) for link in LINKS[type(item)]}
    return type(item).__name__, item.id, item.text, item.size, links if depth < 2 else {}


def _many(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]


REFUSED_FORMS = 17


def refused(draw: Draw, kind: int) -> Any:
    """Forms that nobody can check. Either refused, or right all the same."""
    source = draw(st.sampled_from(SCOPED))
    core = source.__table__
    name = source.__tablename__
    if kind == 0:
        return select(core)
    if kind == 1:
        return select(core.c.text).where(core.c.size >= 0)
    if kind == 2:
        return text(f"SELECT text FROM {name}")
    if kind == 3:
        return select(column("text", String)).select_from(table(name, column("text", String)))
    if kind == 4:
        return select(literal_column("text", String)).select_from(core)
    if kind == 5:
        return select(literal_column(f"(SELECT max(text) FROM {name})", String))
    if kind == 6:
        return select(Thing.text).where(text(f"EXISTS (SELECT 1 FROM {name} WHERE text LIKE '%canary%')"))
    if kind == 7:
        copy = Table(name, MetaData(), SqlColumn("text", String))
        return select(copy.c.text)
    if kind == 8:
        alias = core.alias()
        return select(alias.c.text)
    if kind == 9:
        other = aliased(draw(st.sampled_from(SCOPED)))
        return select(source.text, other.text).join(other, other.id == source.id, full=True)
    if kind == 10:
        return select(Thing.text).where(exists().where(core.c.size == Thing.size))
    if kind == 11:
        return select(source.text).from_statement(text(f"SELECT text FROM {name}"))
    if kind == 12:
        return select(source).from_statement(select(core))
    if kind == 13:
        return select(Thing.text, core.c.text).join(core, core.c.size == Thing.size)
    if kind == 14:
        return union_all(select(Thing.text), select(core.c.text))
    if kind == 15:
        return select(text("text")).select_from(text(name))
    return select(func.max(core.c.text)).select_from(select(core).cte())
