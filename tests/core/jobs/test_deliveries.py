"""Facts reach their subscribers at least once, in order per key; what fails waits, shows and can be sent again; nothing is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from sqlalchemy import select

from b2bkit import Fact, Job, Plugin, Problem, Refused, Subscriber, Work, hookimpl
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.jobs import claim
from b2bkit.core.jobs.models import Task
from b2bkit.core.jobs.queue import forget_done
from b2bkit.core.outbox.models import StoredFact
from b2bkit.testing.portal import MakePortal, Portal


@dataclass(frozen=True)
class Sold(Fact):
    """Something was sold."""

    thing: str
    number: int


class Shop(Plugin):
    """A plugin that listens to its own facts; `heard` is what reached it, `broken` what makes it fail."""

    name = "shop"
    events = (Sold,)
    heard: ClassVar[list[tuple[str, int]]] = []
    broken: ClassVar[set[str]] = set()
    refused: ClassVar[set[str]] = set()

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="shop.guard", event=Sold, handle=self.guard, atomic=True)
        yield Subscriber(name="shop.hear", event=Sold, handle=self.hear)

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="shop.count", run=self.count)
        yield Job(name="shop.outside", run=self.outside, opens_work=True)
        yield Job(name="shop.tick", run=self.count, every=60)

    def guard(self, work: Work, event: Sold) -> None:
        if event.thing in self.refused:
            raise Refused(Problem("not_for_sale", "not for sale"))

    def hear(self, work: Work, event: Sold) -> None:
        if event.thing in self.broken:
            raise ConnectionError(f"{event.thing} cannot be told")
        self.heard.append((event.thing, event.number))

    def count(self, work: Work, thing: str = "tick") -> None:
        self.heard.append((thing, 0))

    def outside(self, open_work: OpenWork, thing: str) -> None:
        with open_work(write=False) as work:
            assert work.actor.kind == "system"
        self.heard.append((thing, 1))


@pytest.fixture
def shop(make_portal: MakePortal) -> Portal:
    Shop.heard.clear()
    Shop.broken.clear()
    Shop.refused.clear()
    return make_portal(classes=(Shop,))


def sell(portal: Portal, thing: str, number: int = 1, key: str = "") -> None:
    with portal.work() as work:
        work.publish(Sold(thing, number), key=key or thing)


def states(portal: Portal) -> list[tuple[str, str, int]]:
    with portal.work(write=False) as work:
        rows = work.session.execute(select(Task.name, Task.state, Task.attempts).where(Task.name != "shop.tick").order_by(Task.id))
        return [(row[0], row[1], row[2]) for row in rows]


def test_a_fact_is_delivered_once_and_only_after_its_commit(shop: Portal) -> None:
    def change_my_mind() -> None:
        with shop.work() as work:
            work.publish(Sold("glove", 1), key="glove")
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_my_mind()
    assert shop.run_jobs() == 0
    sell(shop, "glove")
    shop.run_jobs()
    shop.run_jobs()
    assert Shop.heard == [("glove", 1)]
    assert states(shop) == [("shop.hear", "done", 1)]


def test_an_atomic_subscriber_refuses_the_whole_transaction(shop: Portal) -> None:
    Shop.refused.add("bomb")
    with pytest.raises(Refused):
        sell(shop, "bomb")
    with shop.work(write=False) as work:
        assert work.session.scalars(select(StoredFact)).all() == []
    assert states(shop) == []


def test_a_failing_delivery_waits_with_growing_pauses_and_shows_why(shop: Portal) -> None:
    Shop.broken.add("glove")
    sell(shop, "glove")
    pauses = []
    for _attempt in range(4):
        assert shop.run_jobs() == 1
        with shop.work(write=False) as work:
            task = work.session.scalars(select(Task)).one()
            pauses.append(round((task.due_at - shop.now).total_seconds()))
            assert task.error == "ConnectionError: glove cannot be told"
        assert shop.run_jobs() == 0, "it was tried again before its pause was over"
        shop.pass_time(seconds=pauses[-1])
    assert pauses == [1, 2, 4, 8]
    Shop.broken.clear()
    shop.run_jobs()
    assert Shop.heard == [("glove", 1)]


def test_what_fails_for_good_is_parked_and_goes_out_when_a_person_says_so(shop: Portal) -> None:
    Shop.broken.add("glove")
    sell(shop, "glove")
    for _attempt in range(claim.MOST_ATTEMPTS):
        shop.run_jobs()
        shop.pass_time(minutes=11)
    assert states(shop) == [("shop.hear", "parked", claim.MOST_ATTEMPTS)]
    shop.pass_time(days=30)
    assert shop.run_jobs() == 0
    Shop.broken.clear()
    with shop.work() as work:
        task = work.session.scalars(select(Task)).one()
        assert claim.retry(work.session, task.id, now=work.now)
    shop.run_jobs()
    assert Shop.heard == [("glove", 1)]


def test_one_key_keeps_its_order_while_its_neighbours_go_on(shop: Portal) -> None:
    Shop.broken.add("glove")
    sell(shop, "glove", 1, key="order:1")
    sell(shop, "boot", 2, key="order:1")
    sell(shop, "hat", 3, key="order:2")
    shop.run_jobs()
    assert Shop.heard == [("hat", 3)]
    Shop.broken.clear()
    shop.pass_time(seconds=2)
    shop.run_jobs()
    assert Shop.heard == [("hat", 3), ("glove", 1), ("boot", 2)]


def test_a_task_whose_process_died_three_times_is_parked_with_its_attempts_counted(shop: Portal) -> None:
    sell(shop, "poison")
    limits = shop.app.runner.limits
    for crash in range(1, 4):
        with shop.work() as work:
            taken = claim.claim(work.session, now=work.now, limits=limits)
            assert taken is not None
            assert taken.attempts == crash, "attempts are counted before the work"
        shop.pass_time(minutes=5)  # and no word of it again: the process is dead
    with shop.work() as work:
        assert claim.claim(work.session, now=work.now, limits=limits) is None
    assert states(shop) == [("shop.hear", "parked", 3)]


def test_a_lease_that_was_lost_takes_its_work_back(shop: Portal) -> None:
    sell(shop, "glove")
    limits = shop.app.runner.limits
    with shop.work() as work:
        slow = claim.claim(work.session, now=work.now, limits=limits)
    shop.pass_time(minutes=5)
    with shop.work() as work:
        other = claim.claim(work.session, now=work.now, limits=limits)
    assert slow is not None
    assert other is not None
    with shop.work() as work:
        assert not claim.finish(work.session, slow, now=work.now)
        assert claim.finish(work.session, other, now=work.now)


def test_a_lease_is_kept_while_its_process_works_and_no_longer_than_its_time_limit(shop: Portal) -> None:
    sell(shop, "glove")
    limits = shop.app.runner.limits
    with shop.work() as work:
        slow = claim.claim(work.session, now=work.now, limits=limits)
    assert slow is not None

    def taken_by_another() -> bool:
        with shop.work() as work:
            claim.renew(work.session, [slow], now=work.now)
            return claim.claim(work.session, now=work.now, limits=limits) is not None

    for _beat in range(11):
        shop.pass_time(seconds=5)
        assert not taken_by_another()
    shop.pass_time(seconds=10)
    assert taken_by_another()


def test_rows_of_a_disabled_plugin_wait_for_its_return(make_portal: MakePortal, shop: Portal) -> None:
    sell(shop, "glove")
    without = make_portal()
    without.run_jobs()
    assert Shop.heard == []
    assert states(shop) == [("shop.hear", "waiting", 0)]
    make_portal(classes=(Shop,)).run_jobs()
    assert Shop.heard == [("glove", 1)]


def test_a_job_that_is_asked_for_twice_under_one_name_runs_once(shop: Portal) -> None:
    for _time in range(2):
        with shop.work() as work:
            work.enqueue("shop.count", unique="daily", thing="counted")
    shop.run_jobs()
    assert Shop.heard == [("counted", 0)]
    with shop.work() as work:
        work.enqueue("shop.count", unique="daily", thing="again")
    shop.run_jobs()
    assert Shop.heard == [("counted", 0), ("again", 0)]


def test_a_job_does_not_run_before_it_is_due(shop: Portal) -> None:
    with shop.work() as work:
        work.enqueue("shop.count", due=work.now + timedelta(minutes=1), thing="late")
    assert shop.run_jobs() == 0
    shop.pass_time(minutes=1)
    assert shop.run_jobs() == 1


def test_an_unknown_job_is_refused_when_it_is_asked_for(shop: Portal) -> None:
    with pytest.raises(LookupError, match=r"shop\.nothing"), shop.work() as work:
        work.enqueue("shop.nothing")


def test_a_job_that_talks_to_the_outside_opens_its_own_works(shop: Portal) -> None:
    with shop.work() as work:
        work.enqueue("shop.outside", thing="far")
    shop.run_jobs()
    assert Shop.heard == [("far", 1)]
    assert states(shop) == [("shop.outside", "done", 1)]


def test_a_scheduled_job_starts_once_a_period_however_many_processes_look(shop: Portal) -> None:
    from b2bkit.core.jobs import schedule

    def tick() -> int:
        with shop.work() as work:
            schedule.start_due(work)
        with shop.work() as work:
            schedule.start_due(work)
        Shop.heard.clear()
        shop.run_jobs()
        return Shop.heard.count(("tick", 0))

    assert tick() == 1
    shop.pass_time(seconds=30)
    assert tick() == 0
    shop.pass_time(minutes=10)
    assert tick() == 1, "a missed time is made up once, not many times"


def test_facts_keep_their_exact_values_through_the_database(shop: Portal) -> None:
    sell(shop, "«ёлка» 'quoted' \\ \u00a0", 2**53 + 1)
    shop.run_jobs()
    assert Shop.heard == [("«ёлка» 'quoted' \\ \u00a0", 2**53 + 1)]


def test_done_tasks_are_forgotten_after_thirty_days_and_what_waits_never(shop: Portal) -> None:
    sell(shop, "glove")
    Shop.broken.add("boot")
    sell(shop, "boot")
    shop.run_jobs()
    shop.pass_time(days=31)
    with shop.work() as work:
        forget_done(work)
    with shop.work(write=False) as work:
        assert [task.order_key for task in work.session.scalars(select(Task).where(Task.kind == "delivery"))] == ["boot"]
        assert [fact.key for fact in work.session.scalars(select(StoredFact))] == ["boot"]
