"""A process that is killed while it makes a price list: the next one makes it, once."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import func, select

from b2bkit.core.access.acting import actor_of_person
from b2bkit.core.accounts.models import Contract, Membership
from b2bkit.core.app import App, create_app, owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.files.models import PreparedFile
from b2bkit.core.jobs.models import Task
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.service import price_list
from b2bkit.core.sheets import read_book
from b2bkit.testing import factories
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import write_config
from tests.faults.forks import Tell, fork, forked, result_of

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
GOODS = 80
WORDS = ("ПЭ", "ПЭВ", "ПЭВД")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A_LEASE = timedelta(seconds=30)  # longer than that of a dead process lasts


class Site:
    """A portal whose buyer asks for price lists. Every step is a process of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.now = folder, url, NOW
        self.half = folder / "half"  # where a list is while it is made
        self.half.mkdir()
        write_config(folder, {})

    def open(self) -> App:
        environment = {"B2BKIT_DATABASE_URL": self.url, "B2BKIT_SECRET_KEY": "a secret of these tests that is long enough"}
        return create_app(read_deployment(self.folder / "b2bkit.toml", environment), clock=lambda: self.now)

    def prepare(self, _tell: Tell) -> None:
        """Goods under a contract, and a buyer."""
        app = self.open()
        database = Database(self.url)
        migrate.upgrade(database, owners(app.kit))
        database.dispose()
        with app.work() as work:
            prices, category, company = factories.price_type(work), factories.category(work), factories.company(work)
            factories.contract(work, company=company, prices=prices, categories=(category,))
            for number in range(GOODS):
                factories.price(work, product=factories.product(work, category=category, name=f"ПЭВД {number:03}"), prices=prices)
            factories.member(work, company=company, role="buyer")
        self._ask(app, WORDS[0])
        app.close()

    def _ask(self, app: App, words: str) -> None:
        """The buyer wants the list of what these words find: everything, in other words each time."""
        with app.work() as work:
            member, contract_id = work.session.query(Membership).one(), work.session.scalar(select(Contract.id))
            buyer = actor_of_person(work, user_id=member.user_id, company_id=member.company_id, contract_id=contract_id)
        assert buyer is not None
        with app.work(buyer) as work:
            price_list.ask(work, q=words)

    def run(self, _tell: Tell) -> None:
        """Works until nothing is due."""
        app = self.open()
        while app.runner.drain():
            pass
        app.close()

    def run_slowly(self, tell: Tell) -> None:
        """The same with a statement a product, so that there is a halfway."""
        price_list.PAGE = 1  # type: ignore[misc]
        tempfile.tempdir = str(self.half)
        self.run(tell)

    def go_on(self, lists: int, tell: Tell) -> None:
        """The next process: afterwards there are so many whole lists with a notice each, no file besides, and nothing waits."""
        self.run(tell)
        app = self.open()
        with app.work(write=False) as work:
            files = work.session.query(PreparedFile).all()
            assert [file.state for file in files] == ["ready"] * lists
            assert work.session.scalar(select(func.count(Notification.id))) == lists
            assert work.session.query(Task).filter(Task.state != "done", Task.name == price_list.JOB).count() == 0
        kept = [path for path in (app.config.data / "prepared").rglob("*") if path.is_file()]
        assert {path.name for path in kept} == {file.name for file in files}
        assert {len(read_book(path.read_bytes()).sheets[0].rows) for path in kept} == {GOODS + 3}
        if lists < len(WORDS):
            self._ask(app, WORDS[lists])
        app.close()


def killed_halfway(site: Site) -> int:
    """Kills the process as soon as a part of the list is there; how it ended."""
    child, reading = fork(site.run_slowly)
    end = time.monotonic() + 60
    while not [path for path in site.half.rglob("*") if path.is_file()]:
        assert time.monotonic() < end, "the list was never begun"
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return result_of(child, reading)[1]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_price_list_whose_maker_was_killed_is_made_by_the_next_process_once(
    dialect: Literal["sqlite", "postgresql"], databases: Databases, tmp_path: Path
) -> None:
    with databases.fresh_url(dialect, ()) as url:
        site = Site(tmp_path, url)
        assert forked(site.prepare)[1] == 0
        # halfway; before it was begun; when it was there, and the row of the job did not know it yet
        for number, point in enumerate(("", "claimed:1", "committed:3"), start=1):
            died = forked(site.run, point)[1] if point else killed_halfway(site)
            assert died == -signal.SIGKILL, point
            site.now += A_LEASE
            assert forked(partial(site.go_on, number))[1] == 0, point
