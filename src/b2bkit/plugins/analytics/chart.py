"""Bars as a picture: what the template draws, in units of the drawing. The picture says nothing that its table does not say."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from b2bkit.plugins.analytics.service.sums import Bar

WIDTH: Final = 1000
HEIGHT: Final = 100


class Mark(NamedTuple):
    """A bar of the drawing."""

    x: str
    width: str
    y: str
    height: str
    look: str


class Chart(NamedTuple):
    """`most`: what the highest bar stands for. `rows`: the same as a table."""

    marks: Sequence[Mark]
    labels: Sequence[str]
    most: Decimal | int
    rows: Sequence[Bar]
    compared: bool


def chart(bars: Sequence[Bar]) -> Chart | None:
    """A pair of bars for each part, what was before at the left and lighter; None where there is nothing to draw."""
    most = max((max(bar.now, bar.before) for bar in bars), default=0)
    if most <= 0:
        return None
    compared = any(bar.before > 0 for bar in bars)
    slot = Decimal(WIDTH) / len(bars)
    wide = slot * (Decimal("0.36") if compared else Decimal("0.62"))
    marks = []
    for number, bar in enumerate(bars):
        left = slot * number + (slot - wide * (2 if compared else 1)) / 2
        if compared:
            marks.append(_mark(left, wide, bar.before, most, "chart-before"))
        marks.append(_mark(left + (wide if compared else 0), wide, bar.now, most, "chart-now"))
    return Chart([one for one in marks if one is not None], [bar.part.short for bar in bars], most, bars, compared)


def _mark(x: Decimal, width: Decimal, value: Decimal | int, most: Decimal | int, look: str) -> Mark | None:
    if value <= 0:
        return None
    height = max(Decimal(1), Decimal(value) / Decimal(most) * HEIGHT)
    return Mark(f"{x:.2f}", f"{width:.2f}", f"{HEIGHT - height:.2f}", f"{height:.2f}", look)
