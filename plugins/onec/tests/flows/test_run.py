"""Flows run by their own clocks, apart from each other, and lose nothing when something goes wrong."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service import freshness, state
from b2bkit.core.jobs.models import Task
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.flows.lines import Lines
from b2bkit_onec.flows.spec import Refused, RunResult
from b2bkit_onec.line import LineOpen, OneCRefused, OneCSilent
from b2bkit_onec.models import Flow, Run
from b2bkit_onec.plugin import OneCPlugin
from plugins.onec.tests.flows.stage import Script, flow_of, portal_with, runs_of, told, waiting, wind


def until(condition, seconds: float = 10.0) -> None:  # type: ignore[no-untyped-def]
    """Waits for what another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def test_a_flow_runs_at_once_and_then_every_so_often(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script}, every=300)
    wind(portal)
    assert script.times == 1
    portal.pass_time(seconds=299)
    wind(portal)
    assert script.times == 1
    portal.pass_time(seconds=1)
    wind(portal)
    assert script.times == 2
    assert len(waiting(portal, "stock")) == 1


def test_a_run_is_given_the_cursor_of_the_last_good_one(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    script.act = lambda *_: (_ for _ in ()).throw(OneCSilent("1C did not answer."))
    portal.pass_time(minutes=5)
    portal.run_jobs()
    script.act = lambda open_work, _line, _cursor: told(open_work, 12)
    portal.pass_time(minutes=5)
    portal.run_jobs()
    assert script.cursors == ["", "after-10", "after-10"]
    assert flow_of(portal, "stock").cursor == "after-12"


def test_fewer_changes_than_last_time_are_no_difference(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    script.act = lambda open_work, _line, _cursor: replace(told(open_work, 4), whole=False)
    portal.pass_time(minutes=5)
    portal.run_jobs()
    assert [run.differences for run in runs_of(portal, "stock")] == [{}, {}]


def test_a_good_run_says_what_it_told_how_that_differs_and_how_fresh_it_is(make_portal: MakePortal) -> None:
    refused = [Refused(f"GUID-{number}", "Unknown product.", "Export it.") for number in range(1200)]
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    script.act = lambda open_work, _line, _cursor: told(open_work, 4, refused=refused)
    portal.pass_time(minutes=5)
    portal.run_jobs()
    first, second = runs_of(portal, "stock")
    assert (first.outcome, first.counts["stock"]["told"], first.differences) == ("good", 10, {})
    assert second.differences == {"stock": -6}
    assert (second.refused_count, len(second.refused)) == (1200, 1000)
    assert second.refused[0] == {"ref": "GUID-0", "reason": "Unknown product.", "cure": "Export it."}
    with portal.work(write=False) as work:
        assert freshness(work)["stock"][:] == (portal.now, 4, 1200)
        assert state(work, "onec").state == "up"


def test_failures_are_told_with_their_cure_and_each_waits_longer(make_portal: MakePortal) -> None:
    def silent(*_: object) -> RunResult:
        raise OneCSilent("1C did not answer in time.", "See that it runs.")

    script = Script(silent)
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    pauses = []
    for _number in range(4):
        row = flow_of(portal, "stock")
        assert row.next_at is not None
        pauses.append((row.next_at - portal.now).total_seconds())
        portal.at(row.next_at)
        portal.run_jobs()
    assert pauses == [30, 60, 120, 300]
    row = flow_of(portal, "stock")
    assert (row.failures, row.error, row.cure) == (5, "1C did not answer in time.", "See that it runs.")
    script.act = lambda open_work, _line, _cursor: told(open_work, 1)
    portal.pass_time(hours=1)
    portal.run_jobs()
    row = flow_of(portal, "stock")
    assert (row.failures, row.error) == (0, "")


def test_a_run_that_breaks_in_the_portal_is_a_failure_without_a_trace_for_people(make_portal: MakePortal) -> None:
    script = Script(lambda *_: {}["Номенклатура"])
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    (run,) = runs_of(portal, "stock")
    assert run.outcome == "failed"
    assert "KeyError" in run.error
    assert "Traceback" not in run.error
    assert len(waiting(portal, "stock")) == 1


def test_what_1c_refuses_is_said_in_its_words(make_portal: MakePortal) -> None:
    def refused(*_: object) -> RunResult:
        raise OneCRefused(403, "20", "Недостаточно прав.", "Give the rights.")

    portal = portal_with(make_portal, {"stock": Script(refused)})
    wind(portal)
    assert (runs_of(portal, "stock")[0].error, runs_of(portal, "stock")[0].cure) == ("Недостаточно прав.", "Give the rights.")


def test_a_flow_that_hangs_delays_no_other_and_is_not_begun_twice(make_portal: MakePortal) -> None:
    go_on, began = threading.Event(), threading.Event()

    def hang(open_work: object, _line: object, _cursor: str) -> RunResult:
        began.set()
        assert go_on.wait(60)
        return told(open_work, 7)  # type: ignore[arg-type]

    hanging, other = Script(hang), Script()
    portal = portal_with(make_portal, {"stock": hanging, "prices": other})
    try:
        wind(portal)
        portal.pass_time(seconds=2)
        portal.run_jobs()
        assert began.is_set()
        portal.pass_time(minutes=5)
        wind(portal)
        assert other.times >= 1
        assert hanging.times == 1
        with portal.work() as work:
            work.session.get_one(Flow, "stock").seen_at = portal.now
        wind(portal)
        assert hanging.times == 1
    finally:
        go_on.set()
    until(lambda: runs_of(portal, "stock")[0].outcome == "good")
    assert flow_of(portal, "stock").cursor == "after-7"
    assert len(waiting(portal, "stock")) == 1


def test_a_run_whose_process_died_is_told_as_interrupted_and_begun_anew_from_the_last_good_cursor(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    lost = new_id()
    with portal.work() as work:
        row = work.session.get_one(Flow, "stock")
        row.run_id, row.seen_at = lost, work.now
        work.session.add(Run(id=lost, flow="stock", way="odata", started_at=work.now))
        for task in work.session.scalars(select(Task).where(Task.unique_key == "stock", Task.state == "waiting")):
            work.session.delete(task)  # taken by the process that died
    wind(portal)
    assert script.times == 1  # it may live
    portal.pass_time(minutes=5)
    wind(portal)
    assert script.cursors == ["", "after-10"]
    assert {run.id: run.outcome for run in runs_of(portal, "stock")}[lost] == "lost"
    assert flow_of(portal, "stock").run_id is None


def test_a_run_that_was_taken_for_lost_changes_nothing_when_it_ends_after_all(make_portal: MakePortal) -> None:
    def slow(open_work: object, _line: object, _cursor: str) -> RunResult:
        with portal.work() as work:
            work.session.get_one(Flow, "stock").run_id = new_id()  # another process took over
        return told(open_work, 99)  # type: ignore[arg-type]

    portal = portal_with(make_portal, {"stock": Script(slow)})
    wind(portal)
    assert flow_of(portal, "stock").cursor == ""


def test_a_paused_flow_does_not_run_and_a_resumed_one_runs_at_once(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script}, extra="[plugins.onec.flows.stock]\npaused = true\n")
    wind(portal)
    assert script.times == 0
    with portal.work() as work:
        from b2bkit_onec.flows import state as flows

        flow = work.kit.erp_gateway.flows["stock"]  # type: ignore[union-attr]
        flows.resume(work, flow)
    portal.run_jobs()
    assert script.times == 1


def test_nothing_is_asked_while_the_breaker_is_open_and_that_is_no_failure(make_portal: MakePortal) -> None:
    def opened(*_: object) -> RunResult:
        raise LineOpen("1C is left alone.")

    script = Script(opened)
    portal = portal_with(make_portal, {"stock": script})
    open_breaker(portal)
    wind(portal)
    assert runs_of(portal, "stock") == []
    assert script.times == 0
    row = flow_of(portal, "stock")
    assert (row.failures, row.next_at) == (0, portal.now + timedelta(seconds=15))
    lines_of(portal).line(portal.app.work).caller.breaker.good()
    script.act = lambda open_work, _line, _cursor: told(open_work, 3)
    portal.pass_time(seconds=15)
    portal.run_jobs()
    assert runs_of(portal, "stock")[0].outcome == "good"


def test_a_run_that_itself_opened_the_breaker_is_a_failure_for_people_to_see(make_portal: MakePortal) -> None:
    def opened(*_: object) -> RunResult:
        raise LineOpen("1C is left alone.")

    portal = portal_with(make_portal, {"stock": Script(opened)})
    wind(portal)
    assert [run.error for run in runs_of(portal, "stock")] == ["1C is left alone."]


def lines_of(portal: Portal) -> Lines:
    """The line of this portal."""
    plugin = portal.app.kit.plugins["onec"]
    assert isinstance(plugin, OneCPlugin)
    return plugin.lines


def open_breaker(portal: Portal) -> None:
    """1C was silent three times."""
    breaker = lines_of(portal).line(portal.app.work).caller.breaker
    for _time in range(3):
        breaker.enter()
        breaker.bad("1C did not answer.")


def test_a_portion_that_left_more_is_followed_at_once_by_the_next(make_portal: MakePortal) -> None:
    script = Script()
    script.act = lambda open_work, _line, _cursor: told(open_work, 10, more=script.times < 3)
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    for _number in range(3):
        portal.pass_time(seconds=2)
        portal.run_jobs()
    assert script.times == 3


def test_a_way_that_a_flow_does_not_go_stops_the_start_and_names_the_ways(make_portal: MakePortal) -> None:
    with pytest.raises(Exception, match="choose one of: site, off"):
        make_portal(plugins={"onec": {}}, extra='[plugins.onec.flows.catalog]\nway = "odata"\n[plugins.onec.odata]\nurl = "http://127.0.0.1:9/x"\n',
                    environment={"B2BKIT_ONEC_PASSWORD": "only-for-tests", "B2BKIT_ONEC_ODATA_PASSWORD": "only-for-tests"})  # fmt: skip


def test_what_the_gateway_can_follows_the_flows_that_are_connected(make_portal: MakePortal, portal: Portal) -> None:
    usual = make_portal(plugins={"onec": {}}, environment={"B2BKIT_ONEC_PASSWORD": "only-for-tests"})
    gateway = usual.app.kit.erp_gateway
    assert gateway is not None
    today = {"catalog.in", "prices.in", "stock.in", "companies.in", "contacts.in", "orders.out", "order_status.in"}
    assert gateway.capabilities() == today
    less = make_portal(
        plugins={"onec": {}}, extra='[plugins.onec.flows.stock]\nway = "off"\n', environment={"B2BKIT_ONEC_PASSWORD": "only-for-tests"}
    )
    assert less.app.kit.erp_gateway is not None
    assert less.app.kit.erp_gateway.capabilities() == today - {"stock.in"}
