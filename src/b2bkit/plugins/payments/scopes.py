"""Who sees which rows: a person his own addresses; reminders are the portal's own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false

from b2bkit import Actor
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.plugins.payments.models import PaymentsFeed, PaymentsReminder


def feeds(actor: Actor) -> ColumnElement[bool]:
    """One's own; staff see none, also while they act for the client."""
    if actor.kind == "client" and actor.on_behalf is None:
        return (PaymentsFeed.company_id == actor.company_id) & (PaymentsFeed.user_id == actor.user_id)
    return company_scope(actor, PaymentsFeed.company_id) if actor.kind == "system" else false()


def reminders(actor: Actor) -> ColumnElement[bool]:
    """The portal's own."""
    return company_scope(actor, PaymentsReminder.company_id) if actor.kind == "system" else false()
