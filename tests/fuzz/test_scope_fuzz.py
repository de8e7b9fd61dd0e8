"""What one client has, another cannot see: random questions and changes over two companies' rows, on both databases.

`B2BKIT_FUZZ_EXAMPLES` (or `--fuzz-examples`) says how many statements run in all.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bkit.testing.services import PostgresServer
from tests.fuzz.fuzzing import Leak, Overblocked, fuzz
from tests.fuzz.mutants import MUTANTS, Plant
from tests.fuzz.world import World


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[World]:
    world = World([f"sqlite:///{tmp_path}/everything.db"], tmp_path)
    yield world
    world.close()


@pytest.fixture
def on_both(tmp_path: Path, postgres: PostgresServer) -> Iterator[World]:
    with postgres.fresh_database() as url:
        world = World([f"sqlite:///{tmp_path}/everything.db", url], tmp_path)
        yield world
        world.close()


@pytest.mark.fuzz
@pytest.mark.postgres
@pytest.mark.timeout(3600)
def test_no_question_shows_and_no_change_touches_another_companys_rows(on_both: World, fuzz_examples: int) -> None:
    examples = int(os.environ.get("B2BKIT_FUZZ_EXAMPLES", fuzz_examples))
    outcomes = fuzz(on_both, examples // 2)
    print(f"{examples} statements, the same {examples // 2} on SQLite and PostgreSQL:", outcomes)
    kinds = {outcome.split(":")[0].split()[0] for outcome in outcomes}
    assert kinds >= {"rows", "two_sources", "numbers", "nested", "objects", "refused", "bulk", "unchecked", "get", "own", "trespass"}


@pytest.mark.fuzz
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_hole_in_the_wall_is_found(mutant: Plant, on_sqlite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    with pytest.raises((Leak, Overblocked)):
        fuzz(on_sqlite, 20_000, shrink=False)  # ends with the first that it finds
