"""Whether migrations wait is asked without Alembic, and the answer is Alembic's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from b2bkit.core.db import migrate, versions
from b2bkit.core.db.engine import Database

REVISION = 'revision = "chat_{0:04}"\ndown_revision = {1!r}\n'


def written(folder: Path, *follows: str | None) -> Path:
    for number, name in enumerate(follows, 1):
        (folder / f"chat_{number:04}_x.py").write_text(REVISION.format(number, name))
    return folder


def test_a_folder_is_read_as_alembic_reads_it(tmp_path: Path) -> None:
    for folder in (migrate.CORE_FOLDER, written(tmp_path, None, "chat_0001", "chat_0002")):
        script = ScriptDirectory.from_config(migrate._config(migrate.Owner("x", folder)))
        known = versions.revisions(folder)
        assert {(one.name, one.follows) for one in known} == {(one.revision, one.down_revision) for one in script.walk_revisions()}
        assert versions.head(known) == script.get_current_head()


def test_an_empty_folder_has_no_head(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text('"""Nothing."""\n')
    assert versions.head(versions.revisions(tmp_path)) is None


def test_two_ends_are_refused_and_so_is_a_revision_that_does_not_say_what_it_follows(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chat_0002, chat_0003"):
        versions.head(versions.revisions(written(tmp_path, None, "chat_0001", "chat_0001")))
    (tmp_path / "chat_0004_x.py").write_text('revision = "chat_0004"\ndown_revision = ("a", "b")\n')
    with pytest.raises(ValueError, match=r"chat_0004_x\.py"):
        versions.revisions(tmp_path)


def test_the_version_of_the_tables_is_the_one_that_alembic_wrote(database: Database) -> None:
    with database.connection(write=False) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": versions.PREFIX + "core"})
        assert (
            versions.current(connection, "core")
            == context.get_current_revision()
            == versions.head(versions.revisions(migrate.CORE_OWNER.folder))
        )
        assert versions.current(connection, "nobody") is None


def test_a_process_that_only_asks_starts_without_alembic() -> None:
    code = "import sys, b2bkit.core.commands.serve; print([name for name in ('alembic', 'mako', 'pygments') if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
