"""What people search for: heard in the web process, written a little later, without whose words they were.

Somebody who types slowly asks for `пол`, `поли`, `полиэтилен` within seconds: of words that begin one another only the last count. For
that the session is remembered for half a minute, in memory alone.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import date, timedelta
from threading import Lock, Timer
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update

from b2bkit import OpenWork, Search, Work
from b2bkit.core.catalog.search import search_words
from b2bkit.plugins.analytics.models import AnalyticsSearch
from b2bkit.plugins.analytics.service.days import today_of

log = logging.getLogger("b2bkit.analytics")
SETTLES: Final = 30.0  # seconds after which words count as what was meant
LONGEST: Final = 100
ENDS: Final = 5.0  # seconds that the end waits for a write that goes on
MOST_WAITING: Final = 5_000
_UNSYNCED: Final = {"synchronize_session": False}

Counts = Counter[tuple[date, str, bool]]  # day, words, whether something was found


class Heard(NamedTuple):
    """The last words of a session."""

    day: date
    words: str
    found: bool
    at: float


def spelt(typed: str) -> str:
    """Words in the one spelling of the search; "" for none, and for addresses of people."""
    words = " ".join(search_words(typed) or ())
    return "" if "@" in typed or len(words) > LONGEST else words


class Ear:
    """Keeps what this process heard until it is written. Nothing runs while nobody searches.

    A process that is killed loses what it heard in the last minute.
    """

    def __init__(self, words_a_day: int) -> None:
        self._words_a_day = words_a_day
        self._open_work: OpenWork | None = None
        self._waiting: dict[UUID, Heard] = {}
        self._counts: Counts = Counter()
        self._lock = Lock()
        self._timer: Timer | None = None

    def open(self, open_work: OpenWork) -> None:
        """The portal begins."""
        self._open_work = open_work

    def heard(self, work: Work, search: Search) -> None:
        """A search of a client's own person; of staff nothing is counted, nor of those who act for a client."""
        actor, words = work.actor, spelt(search.words)
        if actor.kind != "client" or actor.on_behalf is not None or actor.session_id is None or not words:
            return
        mine = Heard(today_of(work), words, search.found > 0, time.monotonic())
        with self._lock:
            before = self._waiting.pop(actor.session_id, None)
            if before is not None and not (words.startswith(before.words) or before.words.startswith(words)):
                self._settle(before)
            if len(self._waiting) >= MOST_WAITING:
                self._settle(self._waiting.pop(next(iter(self._waiting))))
            self._waiting[actor.session_id] = mine
            if self._timer is None and self._open_work is not None:
                self._begin()

    def _begin(self) -> None:
        self._timer = Timer(SETTLES, self._flush_quietly)
        self._timer.daemon = True
        self._timer.start()

    def _settle(self, one: Heard) -> None:
        key = (one.day, one.words, one.found)
        if key in self._counts or len(self._counts) < self._words_a_day:
            self._counts[key] += 1

    def _flush_quietly(self) -> None:
        try:
            self.flush()
        except Exception:
            log.exception("words that were searched for were not written; they are tried again")
        with self._lock:
            self._timer = None
            if self._waiting or self._counts:
                self._begin()

    def flush(self, *, everything: bool = False) -> None:
        """Writes what has settled, or all of it; what cannot be written is kept."""
        before = time.monotonic() - SETTLES
        with self._lock:
            for session_id, one in list(self._waiting.items()):
                if everything or one.at <= before:
                    self._settle(self._waiting.pop(session_id))
            counts, self._counts = self._counts, Counter()
        if not counts or self._open_work is None:
            return
        try:
            with self._open_work() as work:
                add(work, counts, self._words_a_day)
        except Exception:
            with self._lock:
                self._counts += counts
            raise

    def close(self) -> None:
        """The portal ends: what was heard is written."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            timer.join(ENDS)  # it may be writing just now
        try:
            self.flush(everything=True)
        except Exception:
            log.exception("words that were searched for were not written before the end")


def add(work: Work, counts: Counts, words_a_day: int) -> None:
    """Adds counts to those of their days. Of a day that holds `words_a_day` different words already, new ones are left out."""
    for day in sorted({key[0] for key in counts}):
        of_day = {key[1]: (counts[day, key[1], True], counts[day, key[1], False]) for key in list(counts) if key[0] == day}
        here = AnalyticsSearch.day == day
        room = words_a_day - (work.session.scalar(select(func.count(AnalyticsSearch.id)).where(here)) or 0)
        for words, (found, missed) in sorted(of_day.items()):
            raised = update(AnalyticsSearch).where(here, AnalyticsSearch.words == words).returning(AnalyticsSearch.id)
            raised = raised.values(found=AnalyticsSearch.found + found, missed=AnalyticsSearch.missed + missed)
            if work.session.execute(raised, execution_options=_UNSYNCED).first() is None and room > 0:
                work.session.insert_rows(AnalyticsSearch, [{"day": day, "words": words, "found": found, "missed": missed}])
                room -= 1


def forget(work: Work, days: int) -> None:
    """Job: words of days that are further back are taken away."""
    old = delete(AnalyticsSearch).where(AnalyticsSearch.day < today_of(work) - timedelta(days=days))
    work.session.execute(old, execution_options=_UNSYNCED)
