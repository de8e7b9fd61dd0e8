"""The life of a plugin's tables on both databases, and what a migration must not do."""

import multiprocessing
import signal
from decimal import Decimal
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import inspect, text

from b2bkit.core.db.engine import Database, UnsuitableDatabase
from b2bkit.core.db.migrate import CORE_OWNER, MigrationRefused, Owner, current, differences, installed, pending, uninstall, upgrade
from b2bkit.core.db.rebuild import LostInMigration
from b2bkit.core.db.revise import import_core_models
from b2bkit.core.db.versions import head, revisions
from b2bkit.testing.databases import Databases, Dialect
from tests.core.db.plugin_migrations import CLAIM, PluginMigrations

COMPANY = UUID(int=7)
ADD_STATUS = """
with op.batch_alter_table("claims_claim") as batch:
    batch.add_column(sa.Column("status", sa.String(20), server_default="new", nullable=False))
"""
REBUILD_COMPANY = """
with op.batch_alter_table("core_company") as batch:
    batch.alter_column("name", type_=sa.String(300), existing_type=sa.String(250), existing_nullable=False)
"""


@pytest.fixture
def claims(tmp_path: Path) -> PluginMigrations:
    plugin = PluginMigrations(tmp_path)
    plugin.add(CLAIM)
    return plugin


def _core_with(tmp_path: Path, steps: str) -> Owner:
    """The core's own migrations and one more."""
    core = PluginMigrations(tmp_path / "later", "core")
    for path in sorted(CORE_OWNER.folder.glob("*.py")):
        (core.owner.folder / path.name).write_text(path.read_text())
        core.count = int(path.stem.split("_")[1])  # numbers may have gaps
    core.add(steps)
    return core.owner


def _open_claim(database: Database) -> None:
    with database.connection(write=True) as connection:
        moment = "'2026-11-24T09:00:00Z'" if database.dialect == "postgresql" else "0"
        company = str(COMPANY) if database.dialect == "postgresql" else COMPANY.hex
        amount = "10.50" if database.dialect == "postgresql" else "1050"
        connection.execute(text(f"INSERT INTO core_company (id, name, suspended, created_at) VALUES ('{company}', 'x', false, {moment})"))
        connection.execute(
            text(f"INSERT INTO claims_claim (id, company_id, amount, text) VALUES ('{company}', '{company}', {amount}, 'broken')")
        )


def _claims(database: Database) -> list[tuple[object, ...]]:
    with database.connection(write=False) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT * FROM claims_claim"))]


def _versions(database: Database, *owners: str) -> list[str | None]:
    with database.connection(write=False) as connection:
        return [current(connection, owner) for owner in owners]


def test_the_life_of_a_plugin(database: Database, claims: PluginMigrations, tmp_path: Path) -> None:
    both = [claims.owner, CORE_OWNER]
    assert pending(database, both) == ["claims"]
    assert upgrade(database, both) == ["claims"]
    assert upgrade(database, both) == []
    _open_claim(database)

    claims.add(ADD_STATUS)  # it is switched off, then both it and the core move on
    core = _core_with(tmp_path, REBUILD_COMPANY)
    assert upgrade(database, [core]) == ["core"]
    assert len(_claims(database)) == 1
    assert pending(database, [core, claims.owner]) == ["claims"]

    assert upgrade(database, [core, claims.owner]) == ["claims"]
    assert _claims(database)[0][-1] == "new"
    assert installed(database) == ["claims", "core"]

    assert uninstall(database, "claims") == ["claims_claim"]
    assert installed(database) == ["core"]
    with database.connection(write=False) as connection:
        assert [name for name in inspect(connection).get_table_names() if "claims" in name] == []
    assert upgrade(database, [core, claims.owner]) == ["claims"]  # installed anew, empty
    assert _claims(database) == []


def test_the_core_is_not_uninstalled_nor_a_plugin_that_another_one_needs(
    database: Database, claims: PluginMigrations, tmp_path: Path
) -> None:
    other = PluginMigrations(tmp_path, "claims_extra")
    other.add(
        """op.create_table("claims_extra_note", sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("claim_id", sa.Uuid(), sa.ForeignKey("claims_claim.id", ondelete="CASCADE")))"""
    )
    upgrade(database, [CORE_OWNER, claims.owner, other.owner])
    with pytest.raises(MigrationRefused, match="core cannot be uninstalled"):
        uninstall(database, "core")
    with pytest.raises(MigrationRefused, match="claims_extra_note -> claims_claim"):
        uninstall(database, "claims")
    assert uninstall(database, "claims_extra") == ["claims_extra_note"]
    assert uninstall(database, "claims") == ["claims_claim"]


def test_models_equal_migrations_and_a_missing_column_is_named(database: Database) -> None:
    import_core_models()
    assert differences(database, CORE_OWNER) == []
    with database.connection(write=True) as connection:
        connection.execute(text("ALTER TABLE core_warehouse DROP COLUMN position"))
    assert ["core_warehouse" in found and "position" in found for found in differences(database, CORE_OWNER)] == [True]


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ('op.create_table("stray", sa.Column("id", sa.Integer(), primary_key=True))', "stray is changed, but belongs to another owner"),
        ('op.create_table("core_stray", sa.Column("id", sa.Integer(), primary_key=True))', "core_stray is changed"),
        ('op.add_column("core_company", sa.Column("rating", sa.Integer()))', "core_company is changed"),
        ('op.drop_table("core_stock")', "core_stock is changed"),
        (
            """op.create_table("claims_visit", sa.Column("id", sa.Uuid(), primary_key=True),
    sa.Column("order_id", sa.Uuid(), sa.ForeignKey("core_order.id")))""",
            r"claims_visit \(order_id\) refers to core_order without ON DELETE CASCADE or SET NULL",
        ),
    ],
)
def test_what_an_owner_must_not_do_is_refused_and_undone(database: Database, claims: PluginMigrations, steps: str, complaint: str) -> None:
    upgrade(database, [CORE_OWNER, claims.owner])
    claims.add(steps)
    with pytest.raises(MigrationRefused, match=complaint):
        upgrade(database, [CORE_OWNER, claims.owner])
    assert _versions(database, "claims") == ["claims_0001"]
    claims.drop_last()
    assert pending(database, [CORE_OWNER, claims.owner]) == []
    with database.connection(write=False) as connection:
        assert not {"stray", "core_stray", "claims_visit"} & set(inspect(connection).get_table_names())


def test_a_failing_plugin_leaves_itself_untouched_and_the_others_upgraded(
    database: Database, claims: PluginMigrations, tmp_path: Path
) -> None:
    bad = PluginMigrations(tmp_path, "bad")
    bad.add('op.create_table("bad_one", sa.Column("id", sa.Integer(), primary_key=True))\nop.execute("SELECT * FROM nowhere")')
    with pytest.raises(Exception, match="nowhere"):
        upgrade(database, [CORE_OWNER, claims.owner, bad.owner])
    assert _versions(database, "core", "claims", "bad") == [head(revisions(CORE_OWNER.folder)), "claims_0001", None]
    with database.connection(write=False) as connection:
        assert not inspect(connection).has_table("bad_one")


def test_a_database_newer_than_the_code_is_refused(database: Database, claims: PluginMigrations) -> None:
    claims.add(ADD_STATUS)
    upgrade(database, [CORE_OWNER, claims.owner])
    claims.drop_last()
    with pytest.raises(UnsuitableDatabase, match="claims are at claims_0002, which this version does not know"):
        pending(database, [CORE_OWNER, claims.owner])
    with pytest.raises(UnsuitableDatabase, match="claims_0002"):
        upgrade(database, [CORE_OWNER, claims.owner])


def _upgrade_in_child(url: str, owners: list[Owner], results: "multiprocessing.Queue[object]", together: Barrier) -> None:
    together.wait(60)
    try:
        results.put(upgrade(Database(url), owners))
    except Exception as error:
        results.put(repr(error))


@pytest.mark.slow
def test_of_processes_that_upgrade_at_once_one_does_the_work(databases: Databases, dialect: Dialect, claims: PluginMigrations) -> None:
    context = multiprocessing.get_context("spawn")
    with databases.fresh_url(dialect, ()) as url:
        results, together = context.Queue(), context.Barrier(2)
        processes = [context.Process(target=_upgrade_in_child, args=(url, [CORE_OWNER, claims.owner], results, together)) for _ in range(2)]
        for process in processes:
            process.start()
        found = sorted(map(repr, (results.get(timeout=90) for _ in processes)))
        for process in processes:
            process.join()
        assert found == ["['core', 'claims']", "[]"]


def _upgrade_and_die(url: str, owners: list[Owner]) -> None:
    upgrade(Database(url), owners)


@pytest.mark.slow
@pytest.mark.parametrize("after_rebuild", [True, False])
def test_a_migration_killed_in_the_middle_runs_cleanly_again(
    databases: Databases, dialect: Dialect, claims: PluginMigrations, after_rebuild: bool
) -> None:
    context = multiprocessing.get_context("spawn")
    with databases.fresh_url(dialect, (CORE_OWNER,)) as url:
        database = Database(url)
        upgrade(database, [CORE_OWNER, claims.owner])
        _open_claim(database)
        rebuild = (
            'with op.batch_alter_table("claims_claim", recreate="always") as batch:\n    batch.alter_column("text", type_=sa.Text())\n'
        )
        die = f"import os\nos.kill(os.getpid(), {int(signal.SIGKILL)})\n"
        claims.add(ADD_STATUS + (rebuild + die if after_rebuild else die + rebuild))
        child = context.Process(target=_upgrade_and_die, args=(url, [CORE_OWNER, claims.owner]))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        assert _versions(database, "claims") == ["claims_0001"]
        assert len(_claims(database)[0]) == 4
        claims.drop_last()
        claims.add(ADD_STATUS + rebuild)
        assert upgrade(database, [CORE_OWNER, claims.owner]) == ["claims"]
        assert _claims(database)[0][-1] == "new"
        database.dispose()


def test_a_rebuild_on_sqlite_keeps_children_triggers_and_named_checks(
    databases: Databases, claims: PluginMigrations, tmp_path: Path
) -> None:
    with databases.fresh("sqlite") as database:
        upgrade(database, [CORE_OWNER, claims.owner])
        _open_claim(database)
        with database.connection(write=True) as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER core_company_stays BEFORE DELETE ON core_company BEGIN SELECT raise(ABORT, 'stays'); END"
            )
        upgrade(database, [_core_with(tmp_path, REBUILD_COMPANY), claims.owner])
        claims.add(
            'with op.batch_alter_table("claims_claim", recreate="always") as batch:\n    batch.alter_column("text", type_=sa.Text())'
        )
        upgrade(database, [claims.owner, _core_with(tmp_path / "again", REBUILD_COMPANY)])
        assert len(_claims(database)) == 1
        for wrong in ("DELETE FROM core_company", "UPDATE claims_claim SET amount = -1", "UPDATE claims_claim SET company_id = 'nobody'"):
            with pytest.raises(Exception, match=r"stays|ck_claims_claim_amount|FOREIGN KEY"), database.connection(write=True) as connection:
                connection.exec_driver_sql(wrong)
        with database.connection(write=True) as connection:
            connection.exec_driver_sql("DROP TRIGGER core_company_stays")
            connection.exec_driver_sql("DELETE FROM core_company")  # ON DELETE CASCADE is still there
        assert _claims(database) == []


def test_a_rebuild_that_would_lose_an_unnamed_check_is_refused(databases: Databases, claims: PluginMigrations) -> None:
    claims.add("""op.execute("CREATE TABLE claims_visit (id INTEGER PRIMARY KEY, length INTEGER, note TEXT, CHECK (length > 0))")""")
    claims.add('with op.batch_alter_table("claims_visit") as batch:\n    batch.alter_column("note", type_=sa.String(9))')
    with databases.fresh("sqlite") as database:
        with pytest.raises(LostInMigration, match=r"claims_0003 would lose: claims_visit: CHECK \(length > 0\)"):
            upgrade(database, [CORE_OWNER, claims.owner])
        assert _versions(database, "claims") == [None]
        claims.drop_last()
        claims.add(
            'with op.batch_alter_table("claims_visit", table_args=[sa.CheckConstraint("length > 0", name="length")]) as batch:\n'
            '    batch.alter_column("note", type_=sa.String(9))'
        )
        upgrade(database, [CORE_OWNER, claims.owner])


def test_a_step_that_breaks_references_is_refused(databases: Databases, claims: PluginMigrations) -> None:
    with databases.fresh("sqlite") as database:
        upgrade(database, [CORE_OWNER, claims.owner])
        _open_claim(database)
        claims.add("op.execute(\"UPDATE claims_claim SET company_id = 'nobody'\")")
        with pytest.raises(MigrationRefused, match="claims_claim refers to rows of core_company that are not there"):
            upgrade(database, [CORE_OWNER, claims.owner])
        assert len(_claims(database)) == 1


def test_migrations_import_no_models() -> None:
    for path in CORE_OWNER.folder.glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if "import" in line and "b2bkit" in line]
        assert imports in ([], ["from b2bkit.core.db import types"]), path


def test_exact_amounts_survive_the_migration_of_their_table(database: Database, claims: PluginMigrations) -> None:
    upgrade(database, [CORE_OWNER, claims.owner])
    _open_claim(database)
    stored = _claims(database)[0][2]
    assert stored == (Decimal("10.50") if database.dialect == "postgresql" else 1050)
