"""Favourites: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Followers, Level, NavItem, NotificationKind, Permission, Plugin, Route, Scope, Widget, hookimpl
from b2bkit.core.i18n import N_
from b2bkit.plugins.favorites import api, notices, pages, scopes, widgets
from b2bkit.plugins.favorites.events import ListShared
from b2bkit.plugins.favorites.models import FavoriteLine, FavoriteList
from b2bkit.plugins.favorites.service import lines
from b2bkit.plugins.favorites.service.lists import SHARE, USE
from b2bkit.plugins.favorites.settings import FavoritesSettings


class FavoritesPlugin(Plugin):
    """Favourite products and named lists of them, a person's own or the company's, from the cart and back."""

    name = "favorites"
    label = N_("Favourites")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = FavoritesSettings
    events = (ListShared,)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        everybody = dict.fromkeys(("owner", "buyer", "accountant", "viewer"), Level.COMPANY)
        yield Permission(name=USE, label=N_("Keep favourite products and lists"), roles=everybody)
        yield Permission(
            name=SHARE, label=N_("Share lists with colleagues and edit those of the company"),
            roles=dict.fromkeys(("owner", "buyer"), Level.COMPANY),
        )  # fmt: skip

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="favorites.lists", entity=FavoriteList, criterion=scopes.lists)
        yield Scope(name="favorites.lines", entity=FavoriteLine, criterion=scopes.lines)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield from pages.routes()
        yield from api.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="favorites.nav", area="portal", label=N_("Favourites"), route="favorites.lists", icon="star", order=22, permission=USE
        )

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.widgets()

    @hookimpl
    def register_followers(self) -> Iterable[Followers]:
        yield Followers(name="favorites.followers", of=lines.followers)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS
