"""A desk to work at without a running portal: the kit of accounts, catalog and pricing on a real database, and a count of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from b2bkit.core.accounts.models import Contract
from b2bkit.core.accounts.plugin import AccountsPlugin
from b2bkit.core.catalog.plugin import CatalogPlugin
from b2bkit.core.db.engine import Database
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.extend.assemble import assemble
from b2bkit.core.extend.kit import Kit
from b2bkit.core.extend.load import collect
from b2bkit.core.extend.plugin import NoSettings, Plugin
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator
from b2bkit.core.notify.plugin import NotifyPlugin
from b2bkit.core.pricing.plugin import PricingPlugin
from b2bkit.core.work import SYSTEM, Actor, Work
from b2bkit.testing import factories as make

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STAFF = Actor(kind="staff", levels={"catalog.view": Level.ALL, "pricing.explain": Level.ALL, "accounts.clients": Level.ALL})


class ErpFacts(Plugin):
    """What accounts hear of the ERP; the rest of its room is not needed here."""

    name = "erp"
    events = (TaskAnswered,)


def kit_of(*more: type[Plugin]) -> Kit:
    """The kit of these domains and further plugins."""
    problems: list[Any] = []
    plugins = [cls(NoSettings()) for cls in (AccountsPlugin, ErpFacts, NotifyPlugin, CatalogPlugin, PricingPlugin, *more)]
    kit = assemble(plugins, collect(plugins, problems), None, "b2bkit.toml", problems)
    assert problems == []
    return kit


class Desk:
    """Opens work in somebody's name."""

    def __init__(self, database: Database, kit: Kit) -> None:
        self.database = database
        self.kit = kit

    @contextmanager
    def work(self, actor: Actor = SYSTEM, *, write: bool = True, lang: str = "en") -> Iterator[Work]:
        """One transaction."""
        system = actor.kind == "system"
        opened = self.database.unscoped(write) if system else self.database.scoped(actor, self.kit.scopes, write)
        translations = translator(lang, CORE_LOCALE)
        with opened as session, speaking(lang, translations):
            yield Work(
                session=session,
                actor=actor,
                now=NOON,
                lang=lang,
                kit=self.kit,
                config=cast(Any, None),
                translations=lambda _lang: translations,
            )

    @contextmanager
    def reading(self, actor: Actor = SYSTEM, *, lang: str = "en") -> Iterator[Work]:
        """One transaction that only reads."""
        with self.work(actor, write=False, lang=lang) as work:
            yield work


def buyer(contract: Contract | None, company_id: UUID | None = None) -> Actor:
    """A buyer who works under the contract."""
    company_id = contract.company_id if contract else company_id
    return Actor(
        kind="client",
        user_id=UUID(int=7),
        company_id=company_id,
        contract_id=contract.id if contract else None,
        levels={"catalog.view": Level.COMPANY},
    )


@pytest.fixture(scope="session")
def kit() -> Kit:
    """The kit of accounts, catalog and pricing."""
    return kit_of()


@pytest.fixture
def desk(database: Database, kit: Kit) -> Desk:
    """A desk on each database."""
    return Desk(database, kit)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every SQL statement that is executed in the block, whichever engine runs it."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


__all__ = ["NOON", "STAFF", "Desk", "buyer", "counted_statements", "desk", "kit", "kit_of", "make"]
