"""Planted holes in the scoped session; the fuzz must find each within 2,000 examples."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import LoaderCriteriaOption

from b2bkit.core.db import scope, session, wall

Plant = Callable[[pytest.MonkeyPatch], None]


def criteria_off(patch: pytest.MonkeyPatch) -> None:
    """The option adds no criteria; the compiler's wall is down too, or it would refuse everything."""
    patch.setattr(scope.ScopeOption, "get_global_criteria", lambda self, attributes: None)
    core_allowed(patch)


def criteria_off_behind_the_wall(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scope.ScopeOption, "get_global_criteria", lambda self, attributes: None)


def aliases_forgotten(patch: pytest.MonkeyPatch) -> None:
    def get_global_criteria(self: Any, attributes: dict[Any, Any]) -> None:
        for criterion in self.criteria:
            option = scope._AdaptedCriteria(criterion)
            option.include_aliases = False
            option.get_global_criteria(attributes)

    patch.setattr(scope.ScopeOption, "get_global_criteria", get_global_criteria)
    core_allowed(patch)


def joined_alias_not_adapted(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy's own behaviour."""
    patch.setattr(scope._AdaptedCriteria, "_resolve_where_criteria", LoaderCriteriaOption._resolve_where_criteria)
    core_allowed(patch)


def text_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(wall._WallMixin, "visit_textclause")


def literal_column_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(wall._WallMixin, "escape_literal_column")


def core_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wall._WallMixin, "_must_be_guarded", lambda self, table, leaf: None)


def full_joins_allowed(patch: pytest.MonkeyPatch) -> None:
    def guarded(source: Any) -> Any:
        return wall._guards([source.onclause]) | guarded(source.left) | guarded(source.right) if hasattr(source, "onclause") else set()

    patch.setattr(wall, "_guarded_by_joins", guarded)


def flush_unchecked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session.ScopedSession, "check_flush", lambda self: None)


def rows_inserted_unchecked(patch: pytest.MonkeyPatch) -> None:
    def insert(self: Any, entity: type, rows: Any) -> None:
        token = wall.writing_checked_rows.set(True)
        Session.execute(self, session.insert(entity.__table__), rows)  # type: ignore[attr-defined]
        wall.writing_checked_rows.reset(token)

    patch.setattr(session.ScopedSession, "_insert_checked", insert)


def get_and_refresh_unchecked(patch: pytest.MonkeyPatch) -> None:
    """Single objects by key come without criteria."""
    checked = session.ScopedSession._scoped

    def scoped(self: Any, statement: Any, params: Any, options: Any) -> Any:
        return statement if "_sa_orm_load_options" in options.get("execution_options", {}) else checked(self, statement, params, options)

    patch.setattr(session.ScopedSession, "_scoped", scoped)
    core_allowed(patch)


def strangers_attached(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scope.ScopeMap, "mapper", lambda self, entity: None)


def key_lists_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session.ScopedSession, "_check_dml", lambda self, statement, params, options: None)
    trust_everything(patch)


def trust_everything(patch: pytest.MonkeyPatch) -> None:
    """What runs is trusted as if the unit of work had checked it."""
    patch.setattr(session, "_not_trusted", lambda: _trusting())


def company_changes_allowed(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(wall._WallMixin, "update_tables_clause")
    core_allowed(patch)


def driver_reached(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(wall._WalledConnection, "exec_driver_sql")


def connection_handed_out(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(session.ScopedSession, "connection")
    core_allowed(patch)


class _trusting(nullcontext[None]):  # noqa: N801  (stands for a function)
    def __enter__(self) -> None:
        self.token = wall.writing_checked_rows.set(True)

    def __exit__(self, *error: object) -> None:
        wall.writing_checked_rows.reset(self.token)


MUTANTS: list[Plant] = [
    criteria_off,
    criteria_off_behind_the_wall,
    aliases_forgotten,
    joined_alias_not_adapted,
    text_allowed,
    literal_column_allowed,
    core_allowed,
    full_joins_allowed,
    flush_unchecked,
    rows_inserted_unchecked,
    get_and_refresh_unchecked,
    strangers_attached,
    key_lists_allowed,
    company_changes_allowed,
    driver_reached,
    connection_handed_out,
]
