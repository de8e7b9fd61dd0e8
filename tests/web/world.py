"""Two clients with a row of every table each, and a person of every kind: what the permission matrix is tried on.

Rows are made from the tables themselves, so that those of tables which come later are there too. A column whose values are
a closed list, or that a check restricts, is named in `VALUES`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.types import JSON, Date

from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.db.base import Base, CompanyOwned
from b2bkit.core.db.types import Instant, new_id
from b2bkit.core.work import Work
from b2bkit.testing import factories
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal

Side = Literal["own", "foreign"]
SIDES: tuple[Side, Side] = ("own", "foreign")
NOT_FILLED = {
    "core_user", "core_company", "core_user_session", "core_sign_in_attempt", "core_idempotency", "core_order_number", "core_acting",
}  # fmt: skip
VOLATILE = {"core_user_session", "core_sign_in_attempt", "core_idempotency", "core_freshness", "core_erp_contact"}
VALUES: Mapping[tuple[str, str], object] = {
    ("core_order", "status"): "placed",
    ("core_order", "source"): "portal",
    ("core_saved_cart", "kind"): "template",
    ("core_paper", "kind"): "invoice",
    ("core_prepared_file", "state"): "ready",
    ("core_membership", "role"): "viewer",
    ("core_category_closure", "depth"): 0,
    ("news_version", "audience"): {"profiles": [], "regions": [], "contracts": [], "groups": []},
    ("core_packaging", "factor"): Decimal(25),
    ("core_price", "min_quantity"): Decimal(0),
    ("core_audit_entry", "entity"): "company",
    ("core_preference", "channel"): "notify.inbox",
    ("core_task", "state"): "parked",
    ("onec_message", "direction"): "in",
    ("onec_message", "way"): "odata",
    ("onec_message", "flow"): "stock",
    ("onec_message", "outcome"): "ok",
    ("onec_message", "body"): None,
}
LEFT_EMPTY = {("catalog_requests_grant", "product_id")}  # it opens a group or a product
ALIASES = {
    "client": "company",
    "person": "membership",
    "user": "user",
    "delivery": "task",
    "line": "cart_line",
    "note": "notification",
    "message": "kept",
}
BLOCKED, DISMISSED, SUSPENDED = "blocked", "dismissed", "suspended"


def entities() -> dict[str, type]:
    """Table -> mapped class."""
    return {cast(Table, mapper.local_table).name: mapper.class_ for mapper in Base.registry.mappers}


def entity_of(parameter: str) -> type | None:
    """The class whose id a path parameter holds: `order_id` -> Order, `task_id` -> Task."""
    stem = parameter.removesuffix("_id")
    snake = {re.sub(r"(?<!^)(?=[A-Z])", "_", found.__name__).lower(): found for found in entities().values()}
    return snake.get(ALIASES.get(stem, stem)) or snake.get(stem)


def tables_of(work: Work) -> list[Table]:
    """The tables of this portal: other tests of the process may have loaded plugins that it lacks."""
    there = set(inspect(work.session.connection()).get_table_names())
    return [table for table in Base.metadata.sorted_tables if table.name in there]


class World:
    """`ids[class][side]` are the rows; `people` the users by role or trouble."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.rows: dict[str, dict[Side, dict[str, Any]]] = {}
        self.people: dict[str, User] = {}
        with portal.work() as work:
            self._people(work)
            for table in tables_of(work):
                if table.name in entities() and table.name not in NOT_FILLED:
                    self.rows[table.name] = {side: self._row(work, table, side) for side in SIDES}

    def id_of(self, entity: type, side: Side) -> UUID | None:
        """The id of a class's row."""
        row = self.rows.get(cast(Table, inspect(entity).local_table).name, {}).get(side, {})
        return row.get("id")

    # --- people

    def _people(self, work: Work) -> None:
        roles = work.kit.roles
        for code, role in roles.items():
            if role.side == "staff":
                self.people[code] = factories.staff(work, role=code)
        manager = next((user for code, user in self.people.items() if code == "manager"), None)
        companies = {"own": factories.company(work, manager=manager), "foreign": factories.company(work)}
        closed = factories.company(work, suspended=True)
        for code, role in roles.items():
            if role.side == "client":
                self.people[code] = factories.member(work, company=companies["own"], role=code)
        role = "owner" if "owner" in roles else next(code for code, found in roles.items() if found.side == "client")
        self.people[BLOCKED] = factories.member(work, company=companies["own"], role=role)
        self.people[DISMISSED] = factories.member(work, company=companies["own"], role=role)
        self.people[SUSPENDED] = factories.member(work, company=closed, role=role)
        self.rows["core_company"] = {side: {"id": companies[side].id} for side in SIDES}
        self.rows["core_user"] = {side: {"id": factories.user(work).id} for side in SIDES}

    def exclude(self) -> None:
        """Blocks and dismisses, after sessions were opened."""
        with self.portal.work() as work:
            work.session.execute(update(User).where(User.id == self.people[BLOCKED].id).values(blocked=True))
            person = Membership.user_id == self.people[DISMISSED].id
            work.session.execute(update(Membership).where(person).values(dismissed_at=work.now))

    def sign_in(self, name: str) -> Client:
        """A browser of this person; of the client's own people under the own contract."""
        user = self.people[name]
        role = self.portal.app.kit.roles.get(name)
        contract = self.rows["core_contract"]["own"]["id"] if role is not None and role.side == "client" else None
        return self.portal.sign_in(user, contract_id=contract)

    # --- rows

    def _row(self, work: Work, table: Table, side: Side) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for constraint in table.foreign_key_constraints:
            self._refer(table, constraint, side, values)
        for column in table.columns:
            if column.name not in values:
                self._fill(table, column, side, values, work.now)
        work.session.execute(insert(table), [values])
        return values

    def _refer(self, table: Table, constraint: ForeignKeyConstraint, side: Side, values: dict[str, Any]) -> None:
        target = constraint.referred_table
        if target is table or target.name not in self.rows:
            return
        for element in constraint.elements:
            found = self.rows[target.name][side].get(element.column.name)
            if found is not None and (table.name, element.parent.name) not in LEFT_EMPTY:
                values[element.parent.name] = found

    def _fill(self, table: Table, column: Column[Any], side: Side, values: dict[str, Any], now: datetime) -> None:
        named = VALUES.get((table.name, column.name))
        if named is not None:
            values[column.name] = named
        elif column.primary_key and column.name == "id":
            if not isinstance(column.type, Integer):
                values["id"] = new_id()
        elif column.name == "company_id":
            values["company_id"] = self.rows["core_company"][side]["id"]
        elif column.default is not None and not isinstance(column.type, String):
            default: Any = column.default
            values[column.name] = default.arg if default.is_scalar else default.arg(None)
        elif not column.nullable and (column.default is None or column.default.arg != ""):
            values[column.name] = _value(table, column, side, now)


def _first_of(table: Table, column: Column[Any]) -> str | None:
    """The first of the words that a CHECK lets into the column; None where it has no such CHECK."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.match(rf"{column.name} in \('(\w+)'", str(constraint.sqltext), re.IGNORECASE)
            if found is not None:
                return found[1]
    return None


def _value(table: Table, column: Column[Any], side: Side, now: datetime) -> Any:
    if isinstance(column.type, String):
        if column.name.startswith("currency"):
            return "BYN"
        default: Any = column.default
        if (one_of := _first_of(table, column)) is not None:
            return one_of
        return default.arg if default is not None and default.is_scalar else f"{side}-{column.name}"[: column.type.length or 60]
    if isinstance(column.type, Instant):
        return now + timedelta(days=30 if "expires" in column.name or "due" in column.name else 0)
    if isinstance(column.type, Date):
        return date(2026, 11, 24)
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer):
        return 1
    if isinstance(column.type, LargeBinary):
        return b""
    if isinstance(column.type, JSON):
        return []
    return new_id() if isinstance(column.type, Uuid) else Decimal(25)


def owned_tables() -> list[Table]:
    """Tables of rows that belong to a company."""
    return [cast(Table, inspect(found).local_table) for found in entities().values() if issubclass(found, CompanyOwned)]


def digest(work: Work, table: Table, company: UUID | None = None) -> str:
    """What a table holds, of one company or whole."""
    statement = select(table) if company is None else select(table).where(table.c.company_id == company)
    rows = sorted(repr(tuple(row)) for row in work.session.execute(statement))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def foreign_state(world: World) -> dict[str, str]:
    """The foreign company's rows, table by table."""
    with world.portal.work(write=False) as work:
        company = world.rows["core_company"]["foreign"]["id"]
        state = {table.name: digest(work, table, company) for table in owned_tables() if table in tables_of(work)}
        state["core_company"] = repr(work.session.execute(select(Company.__table__).where(Company.id == company)).all())
        return state


def whole_state(world: World) -> dict[str, str]:
    """Everything but what each request may touch."""
    with world.portal.work(write=False) as work:
        tables = [table for table in tables_of(work) if table.name in entities() and table.name not in VOLATILE]
        return {table.name: digest(work, table) for table in tables}
