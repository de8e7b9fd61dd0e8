"""Availability: what the plugin gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from b2bkit import Job, Level, NavItem, NotificationKind, Permission, Plugin, PluginSettings, Route, Subscriber, Widget, hookimpl
from b2bkit.core.erp.events import DataTold
from b2bkit.core.i18n import N_
from b2bkit.plugins.availability import notices, pages, widgets
from b2bkit.plugins.availability.events import AvailabilityTold
from b2bkit.plugins.availability.service import announce, tell
from b2bkit.plugins.availability.settings import AvailabilitySettings


class AvailabilityPlugin(Plugin):
    """Announcements of products that are expected, are back or run out, told to whom they concern."""

    name = "availability"
    label = N_("Availability")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = AvailabilitySettings
    events = (AvailabilityTold,)

    def __init__(self, settings: PluginSettings) -> None:
        super().__init__(settings)
        self.own = cast(AvailabilitySettings, settings)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        staff = {"manager": Level.ALL, "admin": Level.ALL}
        yield Permission(name=announce.WRITE, label=N_("Announce availability of products"), roles=staff)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        return pages.routes()

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        yield NavItem(
            name="availability.nav", area="portal", label=N_("Availability"), route="availability.feed", icon="package", order=26,
            permission=pages.VIEW,
        )  # fmt: skip
        yield NavItem(
            name="availability.desk_nav", area="admin", label=N_("Availability"), route="availability.desk", icon="package", order=36,
            permission=announce.WRITE,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="availability.follow", event=DataTold, handle=announce.follow)

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return notices.KINDS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=announce.TELL, run=tell.tell)
        yield Job(name="availability.expire", run=announce.expire, every=3600)
