"""The core's migrations and its models are the same thing said twice."""

from b2bkit.core.db.engine import Database
from b2bkit.core.db.migrate import CORE_OWNER, differences, pending
from b2bkit.core.db.revise import import_core_models


def test_models_equal_migrations(database: Database) -> None:
    import_core_models()
    assert differences(database, CORE_OWNER) == []


def test_a_migrated_database_has_nothing_pending(database: Database) -> None:
    assert pending(database, [CORE_OWNER]) == []
