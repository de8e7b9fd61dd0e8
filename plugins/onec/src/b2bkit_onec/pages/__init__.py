"""Pages for staff: how the exchange with 1C fares, what is owed, every message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from b2bkit import Level, NavItem, Route, Widget, Work
from b2bkit.core.i18n import N_
from b2bkit_onec.archive.search import SEE
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.state import CONTROL
from b2bkit_onec.pages.badge import badge
from b2bkit_onec.pages.flows import FlowPage, Flows
from b2bkit_onec.pages.messages import MessagePage, Messages, Replay
from b2bkit_onec.pages.owed import Owed

STAFF: Final = {"manager": Level.ASSIGNED, "admin": Level.ALL}


def _nothing(_work: Work, _subject: object) -> Mapping[str, object]:
    return {}


TABS: Final = Widget(name="onec.tabs", slot="admin.exchange", order=10, template="onec/tabs.html", load=_nothing, permission=SEE)


def routes(flows: Mapping[str, Chosen]) -> Iterable[Route]:
    """The pages' addresses."""
    yield _page("flows", "/flows", Flows(flows))
    yield _page("flow", "/flows/{name}", FlowPage(flows), CONTROL)
    yield _page("owed", "/owed", Owed())
    yield _page("messages", "/messages", Messages(flows))
    yield _page("message", "/messages/{message_id:uuid}", MessagePage(flows))
    yield _page("replay", "/messages/{message_id:uuid}/again", Replay(flows), SEE)


def nav(flows: Mapping[str, Chosen]) -> NavItem:
    """Tabs of the exchange's page; an entry of its own for who may not see that one."""
    return NavItem(
        name="onec.flows_nav",
        area="admin",
        label=N_("Flows of 1C"),
        route="onec.flows",
        icon="route",
        order=61,
        permission=SEE,
        group=N_("System"),
        badge=badge(flows),
        under="admin.exchange_nav",
    )


def _page(name: str, path: str, resource: object, write: str | None = None) -> Route:
    return Route(
        name=f"onec.{name}", path=f"/admin/exchange{path}", resource=resource, permission=SEE, write_permission=write, area="admin"
    )
