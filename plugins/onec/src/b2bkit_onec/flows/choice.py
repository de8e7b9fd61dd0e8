"""Which flows this portal has: the table of kinds as the settings choose from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from b2bkit_onec.flows.kinds import KINDS
from b2bkit_onec.flows.spec import OFF, FlowKind, Run, Way
from b2bkit_onec.settings import OneCSettings


class Chosen(NamedTuple):
    """A kind with the way that it goes. `every` 0: nobody runs it by the clock; `run` None: 1C drives it, or a page asks."""

    kind: FlowKind
    way: Way
    every: int
    paused: bool
    run: Run | None

    @property
    def on(self) -> bool:
        """Whether it is connected at all."""
        return self.way != OFF

    @property
    def scheduled(self) -> bool:
        """Whether the portal itself runs it, again and again."""
        return self.run is not None and self.every > 0


def choose(settings: OneCSettings, kinds: Mapping[str, FlowKind] = KINDS) -> dict[str, Chosen]:
    """Every kind, those that are off included. Raises ValueError for a kind or a way that there is not."""
    for name in settings.flows:
        if name not in kinds:
            raise ValueError(f"[plugins.onec.flows.{name}]: this version has no such flow; it has {', '.join(kinds)}")
    return {name: _chosen(kind, settings, kinds) for name, kind in kinds.items()}


def capabilities(flows: Mapping[str, Chosen]) -> frozenset[str]:
    """What the connected flows can together."""
    return frozenset(flow.kind.capability for flow in flows.values() if flow.on)


def _chosen(kind: FlowKind, settings: OneCSettings, kinds: Mapping[str, FlowKind]) -> Chosen:
    told = settings.flow(kind.name)
    way = told.way or _usual(kind, settings, kinds)
    if way != OFF and way not in kind.ways:
        known = ", ".join([*kind.ways, OFF])
        raise ValueError(f"[plugins.onec.flows.{kind.name}] way = {way}: this flow does not go that way; choose one of: {known}")
    run = kind.ways.get(way)
    return Chosen(kind, way, (told.every or kind.every) if run is not None else 0, told.paused, run)


def _usual(kind: FlowKind, settings: OneCSettings, kinds: Mapping[str, FlowKind]) -> Way:
    """The way of the kind that it follows, where it can go so; else the first of its ways that is connected: CommerceML always is."""
    if kind.follows in kinds:
        way = _chosen(kinds[kind.follows], settings, kinds).way
        if way in kind.ways:
            return way
    connected: dict[Way, bool] = {"site": True, "odata": settings.odata is not None, "service": settings.service is not None}
    return next((way for way in kind.ways if connected.get(way)), OFF)
