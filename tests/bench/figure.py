"""One line of the table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line: `better` says whether higher or lower is better; `bar` is what is promised."""

    name: str
    value: float
    unit: str
    better: str
    bar: float | None

    @property
    def kept(self) -> bool | None:
        """Whether the bar is met."""
        if self.bar is None:
            return None
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar

    @property
    def line(self) -> str:
        """As printed."""
        mark = {None: " ", True: "✓", False: "✗"}[self.kept]
        bar = "" if self.bar is None else f"{'≥' if self.better == 'higher' else '≤'} {self.bar:g}"
        return f"{mark} {self.name:<58} {self.value:>10g} {self.unit:<10} {bar}\n"
