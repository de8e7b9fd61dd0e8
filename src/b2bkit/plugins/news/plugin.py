"""News: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit import Job, NavItem, NotificationKind, Permission, Plugin, Route, Scope, Widget, hookimpl
from b2bkit.core.i18n import N_
from b2bkit.plugins.news import jobs, notices, routes, scopes, widgets
from b2bkit.plugins.news.events import PostAppeared
from b2bkit.plugins.news.settings import NewsSettings


class NewsPlugin(Plugin):
    """News, offers and tutorials by staff, with a real editor, for whom they concern."""

    name = "news"
    label = N_("News")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = NewsSettings
    events = (PostAppeared,)

    @property
    def own(self) -> NewsSettings:
        """The settings with their type."""
        return cast(NewsSettings, self.settings)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        return scopes.permissions()

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        return scopes.SCOPES

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return routes.routes(self.own)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(name="news.nav", area="portal", label=N_("News"), route="news.list", icon="news", order=85, permission=scopes.VIEW)
        yield NavItem(
            name="news.desk_nav", area="admin", label=N_("News"), route="news.desk", icon="news", order=60, permission=scopes.WRITE
        )

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        yield widgets.widget(self.own)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="news.tell", run=jobs.tell, every=60)
