"""Who sees which figures: nobody those of orders that he may not see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import ColumnElement, false, true

from b2bkit import Actor, Level, Permission, Scope
from b2bkit.core.accounts.scopes import company_scope, contract_limit, own_or_company
from b2bkit.core.i18n import N_
from b2bkit.plugins.analytics.models import AnalyticsDay, AnalyticsGoods, AnalyticsPeople, AnalyticsStale, AnalyticsVisit

VIEW: Final = "analytics.view"
SALES: Final = "analytics.sales"
SEARCHES: Final = "analytics.searches"
ORDERS: Final = "ordering.view"


def permissions() -> Iterable[Permission]:
    """Who looks at figures."""
    clients = dict.fromkeys(("owner", "buyer", "accountant"), Level.COMPANY)
    staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
    yield Permission(name=VIEW, label=N_("See analytics of purchases"), roles=clients, levels=(Level.OWN,), limits=("contract",))
    yield Permission(name=SALES, label=N_("See analytics of sales"), roles=staff, limits=("region",))
    yield Permission(name=SEARCHES, label=N_("See what clients search for"), roles=dict.fromkeys(staff, Level.ALL))


def _of_orders(entity: type[AnalyticsDay] | type[AnalyticsGoods]) -> Callable[[Actor], ColumnElement[bool]]:
    """As far as both rights reach, that to see orders and that to see figures: a sum tells of orders that are hidden one by one."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        if actor.kind == "system":
            return true()
        needed = (ORDERS, VIEW if actor.kind == "client" else SALES)
        if not all(map(actor.may, needed)):
            return false()
        seen: ColumnElement[bool] = true()
        for name in needed:
            own = own_or_company(actor, name, entity.company_id, entity.person_id)
            seen = seen & own & contract_limit(actor, entity.contract_id, name)
        return seen if actor.kind == "staff" else seen & (entity.company_id == actor.company_id)

    return criterion


def people(actor: Actor) -> ColumnElement[bool]:
    """Staff those of their clients; clients none."""
    if actor.kind == "client" or not actor.may(SALES):
        return false()
    return company_scope(actor, AnalyticsPeople.company_id, SALES)


def _own_matter(entity: type[AnalyticsVisit] | type[AnalyticsStale]) -> Callable[[Actor], ColumnElement[bool]]:
    """The portal's own."""
    return lambda actor: true() if actor.kind == "system" else false()


SCOPES: Final = (
    Scope(name="analytics.days", entity=AnalyticsDay, criterion=_of_orders(AnalyticsDay)),
    Scope(name="analytics.goods", entity=AnalyticsGoods, criterion=_of_orders(AnalyticsGoods)),
    Scope(name="analytics.people", entity=AnalyticsPeople, criterion=people),
    Scope(name="analytics.visits", entity=AnalyticsVisit, criterion=_own_matter(AnalyticsVisit)),
    Scope(name="analytics.stale", entity=AnalyticsStale, criterion=_own_matter(AnalyticsStale)),
)
