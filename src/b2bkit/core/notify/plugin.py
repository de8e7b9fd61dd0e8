"""Notify: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, true

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import (
    PUBLIC,
    SIGNED_IN,
    Channel,
    HealthCheck,
    Job,
    Level,
    NavItem,
    NotificationKind,
    Permission,
    Route,
    Scope,
    Widget,
)
from b2bkit.core.i18n import N_
from b2bkit.core.notify import admin, api, digest, pages, sending
from b2bkit.core.notify.admin import DELIVERIES, TEXTS
from b2bkit.core.notify.channels import channels, smtp_health
from b2bkit.core.notify.events import TextBroken
from b2bkit.core.notify.models import Notification, NotifyHours, Preference, Sending
from b2bkit.core.notify.notices import KINDS
from b2bkit.core.work import Actor

Mine = type[Notification] | type[Preference] | type[NotifyHours] | type[Sending]


class NotifyPlugin(Plugin):
    """Notification kinds, channels, preferences and the inbox."""

    name = "notify"
    label = N_("Notifications")
    version = "0.1.0"
    events = (TextBroken,)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        yield Permission(name=TEXTS, label=N_("Change the words of notifications"), roles={"admin": Level.ALL})
        yield Permission(name=DELIVERIES, label=N_("See messages that did not arrive, and send them again"), roles={"admin": Level.ALL})

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        for entity in (Notification, Preference, NotifyHours, Sending):
            name = entity.__tablename__.removeprefix("core_")
            yield Scope(name=f"notify.{name}", entity=entity, criterion=_mine(entity))

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="notify.inbox", path="/notifications", resource=pages.Inbox(), permission=SIGNED_IN)
        yield Route(name="notify.read", path="/notifications/read", resource=pages.Read(), permission=SIGNED_IN)
        yield Route(name="notify.open", path="/notifications/open", resource=pages.Open(), permission=SIGNED_IN)
        yield Route(name="notify.bell", path="/notifications/bell", resource=pages.Bell(), permission=SIGNED_IN)
        yield Route(name="notify.settings", path="/notifications/settings", resource=pages.Settings(), permission=SIGNED_IN)
        yield Route(name="notify.hours", path="/notifications/hours", resource=pages.HoursPage(), permission=SIGNED_IN)
        away, left = pages.Unsubscribe(), pages.Leave()
        yield Route(name="notify.unsubscribe", path="/notifications/unsubscribe/{token}", resource=away, permission=PUBLIC, unscoped=True)
        yield Route(name="notify.leave", path="/unsubscribe/{token}", resource=left, permission=PUBLIC, machine=True, max_body=1000)
        yield from admin.ROUTES
        yield from api.ROUTES

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        label = N_("Notifications")
        for area in ("portal", "admin"):
            name, order = f"notify.{area}_nav", 90
            yield NavItem(name=name, area=area, label=label, route="notify.inbox", icon="bell", order=order, permission=SIGNED_IN)
        yield NavItem(
            name="notify.texts_nav", area="admin", label=N_("Messages to people"), route="notify.texts", icon="message", order=65,
            permission=TEXTS, group=N_("System"), badge=admin.badge,
        )  # fmt: skip

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        template, load = "notify/widget.html", pages.newest
        yield Widget(
            name="notify.newest", slot="dashboard", order=80, template=template, load=load, permission=SIGNED_IN, side=True,
            label=N_("Notifications"),
        )  # fmt: skip

    @hookimpl
    def register_notifications(self) -> Iterable[NotificationKind]:
        return KINDS

    @hookimpl
    def register_channels(self) -> Iterable[Channel]:
        return channels()

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=sending.JOB, run=sending.send, opens_work=True)
        yield Job(name="notify.digest", run=digest.start, every=digest.SWEEP_SECONDS)
        yield Job(name=digest.JOB, run=digest.send, opens_work=True)
        yield Job(name="notify.forget", run=sending.forget, every=24 * 3600)

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="notify.smtp", label=N_("Mail server"), check=smtp_health, ready=False)


def _mine(entity: Mine) -> Callable[[Actor], ColumnElement[bool]]:
    def criterion(actor: Actor) -> ColumnElement[bool]:
        sees_all = actor.kind == "system" or (entity is Sending and actor.kind == "staff" and actor.level(DELIVERIES) is Level.ALL)
        return true() if sees_all else entity.user_id == actor.user_id

    return criterion
