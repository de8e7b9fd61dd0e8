"""The last 24 hours of the line: from breaks that are over, and the one that lasts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import LineBreak
from b2bkit.core.erp.service.line import LineDay
from b2bkit.testing.portal import Portal

SYSTEM = "asked.line"
HOUR = timedelta(hours=1)


def hear(portal: Portal, *, bad: bool = False) -> None:
    with portal.work() as work:
        erp.failed(work, SYSTEM, "broken XML") if bad else erp.heard(work, SYSTEM)


def hear_often(portal: Portal, times: int) -> None:
    """As seldom as keeps the line up: every two minutes."""
    for _ in range(times):
        portal.pass_time(seconds=120)
        hear(portal)


def day(portal: Portal) -> LineDay:
    with portal.work() as work:
        return erp.line_day(work, SYSTEM)


def told(portal: Portal) -> list[tuple[str, int]]:
    """State and minutes of each span."""
    return [(span.state, round((span.until - span.since) / timedelta(minutes=1))) for span in day(portal).spans]


def test_before_the_first_exchange_nothing_is_known(portal: Portal) -> None:
    assert told(portal) == [("unknown", 1440)]
    hear(portal)
    portal.pass_time(seconds=60)
    assert told(portal) == [("unknown", 1439), ("up", 1)]


def test_silence_is_slow_after_two_periods_and_down_after_five_until_it_is_heard_again(portal: Portal) -> None:
    hear(portal)
    portal.pass_time(seconds=600)
    assert told(portal)[1:] == [("up", 2), ("slow", 3), ("down", 5)]
    hear(portal)
    portal.pass_time(seconds=60)
    assert told(portal)[1:] == [("up", 2), ("slow", 3), ("down", 5), ("up", 1)]


def test_a_failed_exchange_makes_the_line_slow_until_the_next_good_one(portal: Portal) -> None:
    hear(portal)
    for _ in range(3):
        portal.pass_time(seconds=60)
        hear(portal, bad=True)
    hear(portal)
    assert told(portal)[1:] == [("up", 1), ("slow", 2)]


def test_a_line_that_is_up_writes_no_rows_and_old_breaks_are_forgotten(portal: Portal) -> None:
    hear(portal)
    hear_often(portal, 3)
    with portal.work() as work:
        assert work.session.scalar(select(func.count(LineBreak.id))) == 0
    for _ in range(2):
        portal.pass_time(seconds=8 * 24 * 3600)
        hear(portal)
    with portal.work() as work:
        assert work.session.scalar(select(func.count(LineBreak.id))) == 1


def test_spans_cover_the_day_and_slots_show_the_worst_of_their_quarter(portal: Portal) -> None:
    hear(portal)
    portal.pass_time(seconds=30 * 3600)
    hear(portal)
    hear_often(portal, 16)
    portal.pass_time(seconds=200)
    found = day(portal)
    assert sum((found.lasted(state) for state in ("up", "slow", "down", "unknown")), timedelta()) == 24 * HOUR
    assert [span.until for span in found.spans[:-1]] == [span.since for span in found.spans[1:]]
    slots = found.slots()
    assert (len(slots), slots[0], slots[-2], slots[-1]) == (96, "down", "up", "slow")
    assert [span.state for span in found.breaks] == ["down", "slow"]
