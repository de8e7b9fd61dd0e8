"""The line to the ERP: what the domain gives to the portal."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit.core.accounts.scopes import criterion_of
from b2bkit.core.erp import widgets
from b2bkit.core.erp.events import DataTold, TaskAnswered
from b2bkit.core.erp.models import Handover, LiveAnswer
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import answers, contact, handover, tasks
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import HealthCheck, Job, Level, Permission, Scope, Subscriber, Widget
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.events import OrderPlaced


class ErpPlugin(Plugin):
    """Hand-over of orders, freshness of data, state of the line."""

    name = "erp"
    label = N_("Exchange with 1C")
    version = "0.1.0"
    events = (DataTold, TaskAnswered)

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
        yield Permission(name="erp.resend", label=N_("Send orders to 1C again"), roles=staff)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="erp.handover_rows", entity=Handover, criterion=criterion_of(Handover))
        yield Scope(name="erp.live_answers", entity=LiveAnswer, criterion=criterion_of(LiveAnswer))
        yield Scope(name="erp.given_tasks", entity=GivenTask, criterion=criterion_of(GivenTask))

    @hookimpl
    def register_subscribers(self) -> Iterable[Subscriber]:
        yield Subscriber(name="erp.owe", event=OrderPlaced, handle=handover.owe, atomic=True)
        yield Subscriber(name="erp.handover", event=OrderPlaced, handle=handover.hand_over)

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        return widgets.WIDGETS

    @hookimpl
    def register_jobs(self) -> Iterable[Job]:
        yield Job(name=handover.SEND, run=handover.send, opens_work=True)
        yield Job(name=tasks.SEND, run=tasks.send, opens_work=True)
        yield Job(name="erp.forget_answers", run=answers.forget_old, every=3600)

    @hookimpl
    def register_health_checks(self) -> Iterable[HealthCheck]:
        yield HealthCheck(name="erp.line", label=N_("Line to 1C"), check=contact.line_health, ready=False)
