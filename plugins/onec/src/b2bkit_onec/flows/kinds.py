"""The table of flows: every kind of data, the ways it can go, and how often.

A way whose run is None is driven by 1C itself (CommerceML's door) or by a page that asks on demand. The first way that is connected is the
usual one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from b2bkit.core.i18n import N_
from b2bkit_onec.flows import take
from b2bkit_onec.flows.answers import take_answers
from b2bkit_onec.flows.owed import send_owed
from b2bkit_onec.flows.pull import pull
from b2bkit_onec.flows.spec import FlowKind, Run, Way
from b2bkit_onec.odata.changes import changes_run
from b2bkit_onec.odata.kinds import contacts, contracts, order_status, papers, parties, prices, schedule, settlements, stock

MINUTE, HOUR, DAY = 60, 3600, 86_400


def _in(
    name: str,
    label: str,
    ways: Mapping[Way, Run | None],
    every: int = 0,
    *,
    capability: str = "",
    freshness: str | None = None,
    follows: str = "",
) -> FlowKind:
    return FlowKind(
        name=name,
        label=label,
        capability=capability or f"{name}.in",
        direction="in",
        ways=ways,
        every=every,
        freshness=name if freshness is None else freshness,
        follows=follows,
    )


def _on_demand(name: str, label: str, capability: str, *ways: Way) -> FlowKind:
    """Asked by a page when somebody needs it, by no clock."""
    return FlowKind(name=name, label=label, capability=capability, direction="out", ways=dict.fromkeys(ways))


# what an exchange plan of 1C registers; each is also read by its own flow, from time to time and when there is no plan
_REGISTERED: Final = (
    (parties.KIND, take.counterparties),
    (contracts.KIND, take.contracts),
    (contacts.KIND, take.contacts),
    (papers.KIND, take.papers),
    (order_status.KIND, take.order_status),
)

_KINDS: Final = (
    _in("catalog", N_("Catalogue"), {"site": None}),
    _in("prices", N_("Prices"), {"site": None, "odata": pull("prices", prices.read, take.prices)}, HOUR),
    _in(
        "stock",
        N_("Stock"),
        {"site": None, "odata": pull("stock", stock.read, take.stock, at_end=take.stock_ended)},
        5 * MINUTE,
    ),
    _in(
        "parties",
        N_("Clients and legal entities"),
        {"site": None, "odata": pull("parties", parties.read, take.counterparties)},
        HOUR,
        capability="companies.in",
        freshness="companies",
    ),
    _in("contracts", N_("Contracts and terms"), {"odata": pull("contracts", contracts.read, take.contracts)}, HOUR),
    _in(
        "contacts",
        N_("Contact persons"),
        {"site": None, "odata": pull("contacts", contacts.read, take.contacts)},  # files bring them with their clients
        6 * HOUR,
        follows="parties",
    ),
    FlowKind(
        name="orders",
        label=N_("Orders to 1C"),
        capability="orders.out",
        direction="out",
        ways={"site": None, "odata": send_owed},
        every=MINUTE,
    ),
    _in(
        "order_status", N_("Order states"), {"site": None, "odata": pull("order_status", order_status.read, take.order_status)}, 5 * MINUTE
    ),
    _in("settlements", N_("Debts and prepayments"), {"odata": pull("settlements", settlements.read, take.settlements)}, DAY),
    _in("schedule", N_("Payment schedule"), {"odata": pull("schedule", schedule.read, take.schedule)}, DAY),
    _in("papers", N_("Papers"), {"odata": pull("papers", papers.read, take.papers)}, HOUR),
    _in("changes", N_("Changes that 1C registered"), {"odata": changes_run(_REGISTERED)}, MINUTE, freshness=""),
    _on_demand("live", N_("Prices and stock while ordering"), "lines.live", "odata", "service"),
    _on_demand("prints", N_("Printed forms"), "papers.print", "service"),
    _on_demand("reconciliation", N_("Acts of reconciliation"), "reconciliation.ask", "service"),
    FlowKind(
        name="tasks",
        label=N_("Tasks for managers"),
        capability="tasks.out",
        direction="out",
        ways={"service": take_answers},
        every=MINUTE,
    ),
)

KINDS: Final[Mapping[str, FlowKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
