"""What is reckoned by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from b2bkit import Job, Work
from b2bkit.plugins.analytics.service import follow, people, searches
from b2bkit.plugins.analytics.settings import AnalyticsSettings

DAILY = 24 * 3600


def nightly(work: Work, settings: AnalyticsSettings) -> None:
    """Job: the last days once more; words that are kept long enough go."""
    follow.reckon_again(work, settings.again)
    searches.forget(work, settings.keep_searches)


def reckon(work: Work) -> None:
    """Job: days that changed."""
    follow.reckon_stale(work)


def jobs(settings: AnalyticsSettings) -> Iterable[Job]:
    """All of them."""
    yield Job(name="analytics.reckon", run=reckon, every=60, time_limit=600)
    yield Job(name="analytics.sweep", run=follow.sweep, every=300, time_limit=600)
    yield Job(name="analytics.people", run=people.count_people, every=300)
    yield Job(name="analytics.nightly", run=partial(nightly, settings=settings), every=DAILY, time_limit=600)
