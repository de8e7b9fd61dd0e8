"""Who sees which rows: a person his own addresses; reminders are the portal's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, false

from b2bkit import Actor, Level, Permission, Scope
from b2bkit.core.accounts.scopes import company_scope, criterion_of
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.scopes import part_of_order
from b2bkit.plugins.payments.models import PaymentsFeed, PaymentsPart, PaymentsReminder, PaymentsStatus
from b2bkit.plugins.payments.service.ways import SET


def feeds(actor: Actor) -> ColumnElement[bool]:
    """One's own; staff see none, also while they act for the client."""
    if actor.kind == "client" and actor.on_behalf is None:
        return (PaymentsFeed.company_id == actor.company_id) & (PaymentsFeed.user_id == actor.user_id)
    return company_scope(actor, PaymentsFeed.company_id) if actor.kind == "system" else false()


def reminders(actor: Actor) -> ColumnElement[bool]:
    """The portal's own."""
    return company_scope(actor, PaymentsReminder.company_id) if actor.kind == "system" else false()


def permissions() -> Iterable[Permission]:
    """Who says how a client may pay."""
    yield Permission(
        name=SET, label=N_("Say how clients may pay"), roles={"manager": Level.ASSIGNED, "admin": Level.ALL}, limits=("region",)
    )


SCOPES: Final = (
    Scope(name="payments.feeds", entity=PaymentsFeed, criterion=feeds),
    Scope(name="payments.reminders", entity=PaymentsReminder, criterion=reminders),
    Scope(name="payments.statuses", entity=PaymentsStatus, criterion=criterion_of(PaymentsStatus)),
    Scope(name="payments.parts", entity=PaymentsPart, criterion=part_of_order(cast(Any, PaymentsPart))),  # parts follow their order
)
