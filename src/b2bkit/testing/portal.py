"""A whole portal for a test: real application, real database, a clock that the test sets."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from b2bkit.core.accounts.models import User, UserSession
from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.extend.load import Source, known_plugins, source_of
from b2bkit.core.extend.plugin import Plugin
from b2bkit.core.web.masking import masked
from b2bkit.core.work import Work
from b2bkit.testing.client import Client

if TYPE_CHECKING:
    from b2bkit.core.app import App, Deployment

HOST = "127.0.0.1:8000"
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Portal:
    """A portal in a test.

    app       the application; `portal.work()` opens a unit of work as the system
    client    a browser that is not signed in; `sign_in(user)` gives a new one that is
    at        sets the clock, `pass_time` moves it on
    """

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        from b2bkit.core.app import create_app

        self.now = NOON
        self.folder = folder
        self.app: App = create_app(deployment, clock=lambda: self.now)

    def at(self, moment: datetime) -> None:
        """Sets the clock."""
        self.now = moment

    def pass_time(self, **how_long: float) -> None:
        """Moves the clock on, e.g. `pass_time(minutes=5)`."""
        self.now += timedelta(**how_long)

    @contextmanager
    def work(self, **options: Any) -> Iterator[Work]:
        """A unit of work as the system, committed at the end."""
        with self.app.work(**options) as work:
            yield work

    def browser(self) -> Client:
        """A browser that is not signed in."""
        return Client(self.app.asgi, urlsplit(self.app.config.portal.base_url).netloc)

    @property
    def client(self) -> Client:
        """A browser that is not signed in."""
        return self.browser()

    def sign_in(self, user: User, *, contract_id: UUID | None = None) -> Client:
        """A browser in which this person is signed in (without typing a password)."""
        with self.app.work() as work:
            token = open_session(work, user_id=user.id)
            session = work.session.query(UserSession).filter_by(user_id=user.id).order_by(UserSession.id.desc()).first()
            assert session is not None
            if contract_id is not None:
                session.contract_id = contract_id
            csrf = masked(session.csrf)
        client = self.browser()
        client.cookies["b2bkit"] = token
        client.csrf = csrf
        return client

    def run_jobs(self) -> int:
        """Runs everything that is due now; returns how many tasks."""
        return self.app.runner.drain()

    def close(self) -> None:
        self.app.close()


def write_config(folder: Path, plugins: Mapping[str, Mapping[str, Any]], extra: str = "", base_url: str = f"http://{HOST}") -> Path:
    """A small b2bkit.toml for tests."""
    tables = "\n".join(
        f"[plugins.{name}]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in values.items()) for name, values in plugins.items()
    )
    text = f'[portal]\nname = "Test"\nmode = "development"\nbase_url = "{base_url}"\n'
    text += f'time_zone = "Europe/Minsk"\ncurrency = "BYN"\n{extra}\n{tables}\n'
    path = folder / "b2bkit.toml"
    path.write_text(text, "utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


MakePortal = Callable[..., Portal]


@pytest.fixture
def make_portal(database: Database, tmp_path: Path) -> Iterator[MakePortal]:
    """Makes portals on the test's database: `make_portal(plugins={"onec": {...}}, classes=[MyPlugin], extra="...", base_url="...")`."""
    from b2bkit.core.app import owners, read_deployment

    made: list[Portal] = []

    def make(
        *,
        plugins: Mapping[str, Mapping[str, Any]] | None = None,
        classes: tuple[type[Plugin], ...] = (),
        extra: str = "",
        environment: Mapping[str, str] | None = None,
        base_url: str = f"http://{HOST}",
    ) -> Portal:
        chosen = {**{cls.name: {} for cls in classes}, **(plugins or {})}
        folder = tmp_path / f"portal-{len(made)}"
        folder.mkdir()
        path = write_config(folder, chosen, extra, base_url)
        known: dict[str, Source] = {**known_plugins(), **{cls.name: source_of(cls) for cls in classes}}
        url = database.url.render_as_string(hide_password=False)
        env = {"B2BKIT_DATABASE_URL": url, "B2BKIT_SECRET_KEY": secrets.token_urlsafe(32), **(environment or {})}
        deployment = read_deployment(path, env, known)
        migrate.upgrade(database, owners(deployment.kit))
        made.append(Portal(deployment, folder))
        return made[-1]

    yield make
    for portal in made:
        portal.close()


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    """A portal with the core's domains and no plugin."""
    return make_portal()


__all__ = ["HOST", "NOON", "MakePortal", "Portal", "make_portal", "portal", "write_config"]
