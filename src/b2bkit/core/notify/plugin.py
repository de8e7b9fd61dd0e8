"""Notify: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import true

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, Channel, HealthCheck, Job, NavItem, Route, Scope, Widget
from b2bkit.core.i18n import N_
from b2bkit.core.notify import pages, service
from b2bkit.core.notify.channels import channels, smtp_health
from b2bkit.core.notify.models import Notification, Preference
from b2bkit.core.work import Actor


class NotifyPlugin(Plugin):
    """Notification kinds, channels, preferences and the inbox."""

    name = "notify"
    label = N_("Notifications")
    version = "0.1.0"

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        for entity in (Notification, Preference):
            name = entity.__tablename__.removeprefix("core_")
            yield Scope(name=f"notify.{name}", entity=entity, criterion=_mine(entity))

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="notify.inbox", path="/notifications", resource=pages.Inbox(), permission=SIGNED_IN)
        yield Route(name="notify.read", path="/notifications/read", resource=pages.Read(), permission=SIGNED_IN)
        yield Route(name="notify.open", path="/notifications/open", resource=pages.Open(), permission=SIGNED_IN)
        yield Route(name="notify.bell", path="/notifications/bell", resource=pages.Bell(), permission=SIGNED_IN)
        yield Route(name="notify.settings", path="/notifications/settings", resource=pages.Settings(), permission=SIGNED_IN)

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        for area in ("portal", "admin"):
            yield NavItem(
                name=f"notify.{area}_nav",
                area=area,
                label=N_("Notifications"),
                route="notify.inbox",
                icon="bell",
                order=90,
                permission=SIGNED_IN,
            )

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        template, load = "notify/widget.html", pages.newest
        yield Widget(name="notify.newest", slot="dashboard", order=80, template=template, load=load, permission=SIGNED_IN, side=True)

    @hookimpl
    def register_channels(self) -> Iterable[Channel]:
        return channels()

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name="notify.send", run=service.send, opens_work=True)

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="notify.smtp", label=N_("Mail server"), check=smtp_health, ready=False)


def _mine(entity: type[Notification] | type[Preference]):  # type: ignore[no-untyped-def]
    return lambda actor: true() if _is_system(actor) else entity.user_id == actor.user_id


def _is_system(actor: Actor) -> bool:
    return actor.kind == "system"
