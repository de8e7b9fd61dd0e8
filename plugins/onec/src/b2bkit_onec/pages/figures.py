"""Figures of runs in words and as columns of a small chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from b2bkit.core.i18n import N_, _
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.elsewhere import FLOW_OF
from b2bkit_onec.models import Run

HEIGHT: Final = 72
WIDTH: Final = 10
SHOWN: Final = 30
SUSPICIOUS: Final = 0.3  # a kind of which a third is not told any more deserves a look
# kinds of rows as runs count them
LABELS: Final[Mapping[str, str]] = {
    "products": N_("products"), "groups": N_("groups"), "properties": N_("properties"), "packagings": N_("packagings"),
    "variants": N_("variants"), "units": N_("units"), "prices": N_("prices"), "price_types": N_("price types"),
    "stock": N_("stock figures"),
    "warehouses": N_("warehouses"), "counterparties": N_("legal entities"), "companies": N_("clients"), "addresses": N_("addresses"),
    "contracts": N_("contracts"), "opened_groups": N_("opened groups"), "orders": N_("orders"), "contract": N_("contracts"),
    "agreement": N_("agreements"), "contact": N_("contacts"), "settlement": N_("balances"), "settlements": N_("balances"),
    "due": N_("payments due"), "dues": N_("payments due"), "paper": N_("papers"), "papers": N_("papers"), "contacts": N_("contacts"),
    "order": N_("orders"), "statuses": N_("order states"), "movements": N_("movements"), "balances": N_("balances"),
    "missing": N_("not named any more"), "people": N_("contact persons"), "pictures": N_("pictures"),
}  # fmt: skip


class Difference(NamedTuple):
    """How many more (or fewer) of a kind than before. `much`: so many fewer that somebody should look."""

    label: str
    more: int
    much: bool


class Left(NamedTuple):
    """What was left out of the newest file since it goes by `way`."""

    label: str
    rows: int
    way: str


class Column(NamedTuple):
    """A run in the chart: places are in the units of its viewBox."""

    x: int
    y: int
    height: int
    tone: str
    run: Run
    told: int


def label(kind: str) -> str:
    """What a kind of rows is called."""
    return _(LABELS[kind]) if kind in LABELS else kind


def told(run: Run) -> int:
    """All rows that a run told."""
    return sum(int(one.get("told", 0)) for one in run.counts.values())


def differences(found: Mapping[str, Any], counts: Mapping[str, Any]) -> list[Difference]:
    """Differences of a run to the one before, the largest first."""
    rows = [(kind, int(more), int(counts.get(kind, {}).get("told", 0))) for kind, more in found.items()]
    shown = [Difference(label(kind), more, more < 0 and -more > SUSPICIOUS * (now - more)) for kind, more, now in rows]
    return sorted(shown, key=lambda one: -abs(one.more))


def left_out(runs: Sequence[Run], flows: Mapping[str, Chosen]) -> list[Left]:
    """What the settings give to another way and the newest file brought nevertheless; nothing once a file is without it."""
    newest = next((run for run in runs if run.way == "site" and run.outcome == "good"), None)
    found = newest.counts.items() if newest is not None else ()
    return [Left(label(kind), one["left"], flows[FLOW_OF[kind]].way) for kind, one in found if one.get("left") and kind in FLOW_OF]


def columns(runs: Sequence[Run]) -> list[Column]:
    """The newest runs from left to right, as high as the rows that they told."""
    shown = list(reversed(runs[:SHOWN]))
    most = max((told(run) for run in shown), default=0) or 1
    return [_column(place, run, most) for place, run in enumerate(shown)]


def _column(place: int, run: Run, most: int) -> Column:
    rows = told(run)
    height = max(round(rows / most * HEIGHT), 3)
    if run.outcome != "good":
        height = HEIGHT if run.outcome in ("failed", "lost") else 3
    tone = {"good": "warn" if run.refused_count else "ok", "failed": "bad", "lost": "bad"}.get(run.outcome, "info")
    return Column(place * (WIDTH + 4), HEIGHT - height, height, tone, run, rows)
