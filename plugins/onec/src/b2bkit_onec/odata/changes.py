"""A run that takes what 1C registered in an exchange plan: every kind of object by one reader, minutes after it changed.

The readings by DataVersion stay as they are, on clocks of their own: what a node never had registered (its first filling, registers,
messages that somebody else took) comes by them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from b2bkit import OpenWork
from b2bkit.core.i18n import _
from b2bkit.core.settlements.news import Told
from b2bkit_onec.flows.pull import Take, Taking, Tally
from b2bkit_onec.flows.spec import Refused, Run, RunResult
from b2bkit_onec.line.line import Line
from b2bkit_onec.odata import query
from b2bkit_onec.odata.plan import Changes, take
from b2bkit_onec.odata.source import KEYS_IN_ONE, Batch, Source
from b2bkit_onec.odata.versions import Kind

FLOW = "changes"
Taker = tuple[Kind[Any], Take[Any]]
MOST_AGAIN = 5000  # references kept for another try; more than that are left to the readings by DataVersion


def changes_run(takers: Sequence[Taker]) -> Run:
    """The run for these kinds. A message is confirmed to 1C after every kind of it was taken; an object that could not be taken yet
    (its client is not known, say) is read again by the next runs.
    """

    def run(open_work: OpenWork, line: Line, cursor: str) -> RunResult:
        if line.settings.odata is None or not line.settings.odata.plan:
            return RunResult(cursor=cursor, as_of=line.now)
        source, as_of, tally = Source(line, line.names(), FLOW), line.now, Tally()
        again: dict[str, set[str]] = {}

        def put(kind: Kind[Any], taker: Take[Any], batch: Batch[Any]) -> None:
            tally.refused += batch.refused
            if batch.news or batch.gone:
                with open_work() as work:
                    taker(Taking(work, line.settings, Told(as_of, whole=False), tally), batch.news, batch.gone)
            again.setdefault(kind.flow, set()).update(tally.again)
            tally.again = set()

        def save(changes: Changes) -> None:
            if changes.missed:
                tally.refused.append(_missed())
            for kind, taker in takers:
                put(kind, taker, changes.batch(source, kind))

        waiting = _again(cursor)
        for kind, taker in takers:
            for batch in _read_again(source, kind, waiting.get(kind.flow, [])):
                put(kind, taker, batch)
        told = json.loads(take(source, cursor, save))
        told["again"] = {flow: sorted(refs)[:MOST_AGAIN] for flow, refs in again.items() if refs}
        return RunResult(counts=tally.counts, refused=tally.refused, cursor=json.dumps(told), as_of=as_of, whole=False)

    return run


def _missed() -> Refused:
    return Refused(
        "",
        _("1C has given messages of the portal's node to somebody else."),
        _("Give the portal a node that nobody else reads. What was missed comes with the next whole reading of each flow."),
    )


def _again(cursor: str) -> dict[str, list[str]]:
    try:
        told = json.loads(cursor)["again"] if cursor else {}
        return {str(flow): [ref for ref in refs if query.is_guid(ref)] for flow, refs in told.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _read_again(source: Source, kind: Kind[Any], refs: Sequence[str]) -> list[Batch[Any]]:
    """Objects by reference, whichever of the kind's objects they are."""
    made: list[Batch[Any]] = []
    for name in kind.objects if refs else ():
        found = source.names.get(name)
        for start in range(0, len(refs), KEYS_IN_ONE) if found is not None else ():
            part = refs[start : start + KEYS_IN_ONE]
            if found is not None:
                key = found.field("ref")
                rows = source.client.get(found.entity, select=found.select(), filter=query.any_of(key, part), top=len(part))
                made.append(kind.build(source, found, rows))
    return made
