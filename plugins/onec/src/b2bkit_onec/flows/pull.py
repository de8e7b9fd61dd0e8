"""Runs that read a kind of data from OData and take it: batch by batch, or a whole set at once where what is not named is over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from b2bkit import OpenWork, Work
from b2bkit.core.settlements.news import Told
from b2bkit_onec.flows.spec import Refused, Run, RunResult
from b2bkit_onec.line import Line
from b2bkit_onec.odata.source import Batch, Reading, Source
from b2bkit_onec.odata.versions import packed, unpacked
from b2bkit_onec.settings import OneCSettings

T = TypeVar("T")


@dataclass
class Tally:
    """What came of the batches of one run. `again`: references that the next run reads anew, for they could not be taken yet."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    again: set[str] = field(default_factory=set)

    def count(self, kind: str, told: int, new: int = 0, changed: int = 0, ended: int = 0) -> None:
        """Adds to the figures of a kind of row."""
        row = self.counts.setdefault(kind, {"told": 0, "new": 0, "changed": 0, "ended": 0})
        for name, more in (("told", told), ("new", new), ("changed", changed), ("ended", ended)):
            row[name] += more


@dataclass(frozen=True, slots=True)
class Taking(Generic[T]):
    """What a batch is taken with."""

    work: Work
    settings: OneCSettings
    told: Told
    tally: Tally


Take = Callable[[Taking[T], Sequence[T], Sequence[str]], None]  # (with what, news, references that are gone from 1C)
Read = Callable[[Source, str], Reading[T]]


def pull(flow: str, read: Read[T], take: Take[T], *, at_end: Callable[[Taking[T]], None] | None = None) -> Run:
    """A run of this flow. What a batch refuses does not stop the others, and is asked for again by the next run.

    at_end   called once in a work of its own after the last batch, with what all of them told
    """

    def run(open_work: OpenWork, line: Line, cursor: str) -> RunResult:
        source, tally = Source(line, line.names(), flow), Tally()
        reading = read(source, cursor)
        told = Told(reading.as_of, reading.whole)
        for batch in _joined(reading) if reading.whole and at_end is None else reading:
            tally.refused += batch.refused
            with open_work() as work:
                take(Taking(work, line.settings, told, tally), batch.news, batch.gone)
        if at_end is not None:
            with open_work() as work:
                at_end(Taking(work, line.settings, told, tally))
        cursor = without(reading.cursor, tally.again)
        return RunResult(counts=tally.counts, refused=tally.refused, cursor=cursor, as_of=reading.as_of, whole=reading.whole)

    return run


def _joined(batches: Iterable[Batch[T]]) -> Iterable[Batch[T]]:
    """A whole set is taken in one transaction: a part of it would end the rest."""
    news: list[T] = []
    gone: list[str] = []
    refused: list[Refused] = []
    for batch in batches:
        news += batch.news
        gone += batch.gone
        refused += batch.refused
    yield Batch(news, gone, refused)


def without(cursor: str, refs: set[str]) -> str:
    """The cursor as if these objects had never been read, so that they are read again."""
    if not cursor or not refs:
        return cursor
    return packed({name: {ref: mark for ref, mark in known.items() if ref not in refs} for name, known in unpacked(cursor).items()})
