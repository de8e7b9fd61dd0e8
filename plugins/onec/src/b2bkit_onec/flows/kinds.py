"""The table of flows: every kind of data, the ways it can go, and how often.

A way whose run is None is driven by 1C itself (CommerceML's door) or by a page that asks on demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2bkit.core.i18n import N_
from b2bkit_onec.flows.spec import FlowKind

HOUR: Final = 3600

_KINDS: Final = (
    FlowKind(name="catalog", label=N_("Catalogue"), capability="catalog.in", direction="in", ways={"site": None}, freshness="catalog"),
    FlowKind(name="prices", label=N_("Prices"), capability="prices.in", direction="in", ways={"site": None}, freshness="prices"),
    FlowKind(name="stock", label=N_("Stock"), capability="stock.in", direction="in", ways={"site": None}, freshness="stock"),
    FlowKind(
        name="parties",
        label=N_("Clients and legal entities"),
        capability="companies.in",
        direction="in",
        ways={"site": None},
        freshness="companies",
    ),
    FlowKind(name="orders", label=N_("Orders to 1C"), capability="orders.out", direction="out", ways={"site": None}),
    FlowKind(
        name="order_status",
        label=N_("Order states"),
        capability="order_status.in",
        direction="in",
        ways={"site": None},
        freshness="order_status",
    ),
)

KINDS: Final[Mapping[str, FlowKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
