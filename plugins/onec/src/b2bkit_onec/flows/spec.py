"""What a flow is: the contract between the table of kinds (`kinds.py`), what reads or writes a kind, and the job that runs it.

A run never raises for one bad row: that row is told in `refused` and the others are taken. It raises `LineError` of `b2bkit_onec.line`
when 1C is silent, answers nonsense or refuses the whole; then nothing of `cursor` is kept, and the next run begins where the last good
one ended. Network and transactions never overlap: a run talks to 1C first, then opens a short work (`open_work`) for a portion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from b2bkit.core.extend.things import OpenWork

if TYPE_CHECKING:
    from b2bkit_onec.line import Line

Direction = Literal["in", "out"]
Way = Literal["site", "odata", "service", "off"]
OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: its reference in the sender's words, why, and what to do. Sentences in the portal's language."""

    ref: str
    reason: str
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run did.

    counts   kind of row -> {"told": n, "new": n, "changed": n, "ended": n}; a kind that was not told of is absent
    refused  every row that was not taken
    cursor   where the next run goes on ("" keeps nothing: the next run reads all)
    as_of    the moment for which 1C's figures hold: taken before asking
    more     True when a bounded portion was done and more waits: the flow runs again at once
    whole    False when only changes were asked for: fewer of them than last time say nothing, and are not compared
    """

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    refused: Sequence[Refused] = ()
    cursor: str = ""
    as_of: datetime
    more: bool = False
    whole: bool = True


Run = Callable[[OpenWork, "Line", str], RunResult]  # (open_work, line, cursor of the last good run)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowKind:
    """A kind of data that goes between 1C and the portal.

    label       msgid (N_)
    capability  what the gateway can once the flow is connected, e.g. `stock.in`; menus follow it
    ways        way -> what runs it; None: 1C itself drives it (CommerceML's door), or a page asks on demand
    every       seconds between runs unless the settings say otherwise; 0: only on demand
    freshness   kind under which the age of these data is kept (core `erp.freshness`); "" when age means nothing here
    follows     another kind, whose way these data usually go; "": the first way that is connected
    """

    name: str
    label: str
    capability: str
    direction: Direction
    ways: Mapping[Way, Run | None]
    every: int = 0
    freshness: str = ""
    follows: str = ""
