"""Runs random cases through a scoped session and holds the answers against those of the company's own database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from b2bkit.core.db.wall import ScopeViolation
from b2bkit.core.errors import NotFound
from tests.fuzz import reading, writing
from tests.fuzz.reading import Case, Draw
from tests.fuzz.world import MARK, OTHER, A, B, World, raw_rows


class Leak(AssertionError):
    """Another company's row was seen or changed."""


class Overblocked(AssertionError):
    """An allowed question was refused or its answer lacks rows."""


def _asking(name: str, statement: Any, allowed: bool = True) -> Case:
    return Case(name, lambda session: sorted(map(tuple, session.execute(statement)), key=repr), allowed=allowed, statement=statement)


def case(draw: Draw, company: UUID) -> Case:
    """Any case."""
    kind = draw(st.integers(0, 13))
    if kind < 3:
        return _asking("rows", reading.rows(draw))
    if kind == 3:
        return _asking("two sources", reading.two_sources(draw))
    if kind == 4:
        return _asking("numbers", reading.numbers(draw))
    if kind in (5, 6):
        return _asking("nested", reading.nested(draw))
    if kind == 7:
        return Case("objects", reading.objects(draw))
    if kind == 8:
        return _asking("refused", reading.refused(draw), allowed=False)
    others = (writing.bulk, writing.unchecked, writing.by_key, writing.unit_of_work(company), writing.trespass(company))
    return others[kind - 9](draw)


@st.composite
def cases(draw: Draw) -> tuple[UUID, Case]:
    company = draw(st.sampled_from([A, B]))
    return company, case(draw, company)


def check(world: World, company: UUID, case: Case) -> str:
    """Raises Leak or Overblocked; returns what happened."""
    other = OTHER[company]
    with world.scoped(company) as session:
        before = raw_rows(session, other) if case.writes else []
        try:
            answer = case.run(session)
            outcome = "answered"
        except (ScopeViolation, NotFound) as refusal:
            if case.allowed:
                raise Overblocked(f"{case}: {refusal}") from refusal
            answer, outcome = None, "refused"
        except DBAPIError as error:  # the statement is no SQL, or a key is taken; nothing can be read in this transaction any more
            if case.allowed and "ScopeViolation" in str(error):
                raise
            return "error"
        except SQLAlchemyError:
            answer, outcome = None, "misused"
        if MARK[other] in repr(answer):
            raise Leak(f"{case} shows {answer!r}")
        if case.writes and raw_rows(session, other) != before:
            raise Leak(f"{case.name} changes rows of another company")
        own = raw_rows(session, company) if case.writes and case.compare else []
    if outcome == "answered" and case.compare:
        _compare(world, company, case, answer, own)
    return outcome


def _compare(world: World, company: UUID, case: Case, answer: Any, own: list[Any]) -> None:
    with world.only(company) as session:
        expected = case.run(session)
        if answer != expected:
            raise Overblocked(f"{case}: {answer!r} is not {expected!r}")
        if case.writes and own != raw_rows(session, company):
            raise Overblocked(f"{case.name}: rows after it differ")


def fuzz(world: World, examples: int, *, shrink: bool = True) -> dict[str, int]:
    """Runs that many examples; returns how many ended how."""
    outcomes: dict[str, int] = {}
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)

    @settings(
        max_examples=examples, deadline=None, database=None, phases=phases, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(cases())
    def run(chosen: tuple[UUID, Case]) -> None:
        outcome = f"{chosen[1].name}: {check(world, *chosen)}"
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    run()
    return outcomes
