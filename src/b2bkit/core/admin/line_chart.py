"""The last 24 hours of the line to 1C as a picture of bars, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from b2bkit.core.erp.service.line import SLOTS, LineDay, LineState
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.web.formatting import moment
from b2bkit.core.work import Work

WIDTH, HEIGHT = 480, 30
_HEIGHTS: Final[Mapping[LineState, int]] = {"unknown": 4, "up": 16, "slow": 22, "down": 30}
_WORDS: Final[Mapping[LineState, str]] = {"up": N_("up %(time)s"), "slow": N_("slow %(time)s"), "down": N_("down %(time)s")}
_LOOKS: Final[Mapping[LineState, tuple[str, str]]] = {
    "up": ("ok", "circle-check"),
    "slow": ("warn", "clock"),
    "down": ("bad", "plug-connected-x"),
}
BREAKS_SAID: Final = 5
MARKS: Final = 4


class Bar(NamedTuple):
    """A bar in units of the drawing; `look` is a class of the style sheet."""

    x: str
    width: str
    y: int
    height: int
    look: str


class Total(NamedTuple):
    """How long the line was in a state, as a chip."""

    text: str
    tone: str
    icon: str


class Chart(NamedTuple):
    """What the template draws. `words` say all that the picture shows."""

    bars: Sequence[Bar]
    totals: Sequence[Total]
    marks: Sequence[datetime]
    words: str


def chart(work: Work, day: LineDay) -> Chart:
    """The picture of a day."""
    step = WIDTH / SLOTS
    bars = [
        Bar(f"{number * step:g}", f"{step * 0.76:g}", HEIGHT - _HEIGHTS[state], _HEIGHTS[state], f"u-{state}")
        for number, state in enumerate(day.slots())
    ]
    totals = [Total(_(said) % {"time": lasting(day.lasted(state))}, *_LOOKS[state]) for state, said in _WORDS.items() if day.lasted(state)]
    part = (day.until - day.since) / MARKS
    return Chart(bars, totals, [day.since + number * part for number in range(MARKS + 1)], _said(work, day, totals))


def lasting(span: timedelta) -> str:
    """`22 h 48 min`, `45 min`, `under a minute`."""
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    said = [_("%(number)s h") % {"number": hours}] if hours else []
    if rest:
        said.append(_("%(number)s min") % {"number": rest})
    return " ".join(said) or _("under a minute")


def _said(work: Work, day: LineDay, totals: Sequence[Total]) -> str:
    said = _("Line to 1C in 24 hours: %(totals)s.") % {"totals": ", ".join(total.text for total in totals) or _("nothing is known yet")}
    breaks = day.breaks[-BREAKS_SAID:]
    if not breaks:
        return said
    names: Mapping[str, str] = {"slow": _("slow"), "down": _("down")}
    spans = [f"{names[one.state]} {_at(work, one.since)} – {_at(work, one.until)}" for one in breaks]
    not_up = _("Not up: %(spans)s.") % {"spans": "; ".join(spans)}
    return f"{said} {not_up}"


def _at(work: Work, when: datetime) -> str:
    return moment(when, lang=language(), zone=work.config.portal.zone, now=work.now)
