"""Home: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, true

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, NavItem, Route, Scope
from b2bkit.core.home import pages
from b2bkit.core.home.models import DeskChoice
from b2bkit.core.i18n import N_
from b2bkit.core.work import Actor


class HomePlugin(Plugin):
    """The first page after signing in; everything on it is a widget."""

    name = "home"
    label = N_("Today")
    version = "0.1.0"

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="home.today", path="/", resource=pages.Today(), permission=SIGNED_IN)
        yield Route(name="home.arrange", path="/today", resource=pages.Arrange(), permission=SIGNED_IN)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="home.desk_choice", entity=DeskChoice, criterion=_mine)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="home.today_nav",
            area="portal",
            label=N_("Today"),
            route="home.today",
            icon="home",
            order=10,
            permission=SIGNED_IN,
            bar=True,
        )


def _mine(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.kind == "system" else DeskChoice.user_id == actor.user_id
