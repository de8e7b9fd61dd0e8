"""Reminders: once for each payment on each of its days, together for a company."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, exists, select

from b2bkit import Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.settlements.models import Due
from b2bkit.plugins.payments.events import PaymentsComing, PaymentsLate
from b2bkit.plugins.payments.models import PaymentsReminder
from b2bkit.plugins.payments.service.calendar import today_of
from b2bkit.plugins.payments.settings import PaymentsSettings

AT_ONCE: Final = 2_000  # payments; the rest with the next run
KEPT: Final = timedelta(days=120)


def remind(work: Work, settings: PaymentsSettings) -> None:
    """Job: tells companies of payments that are near or overdue, from the hour of the day on that the settings name."""
    if work.now.astimezone(work.config.portal.zone).hour < settings.remind_at:
        return
    today = today_of(work)
    work.session.execute(delete(PaymentsReminder).where(PaymentsReminder.on < today - KEPT))
    for due_on in sorted({today + timedelta(days=days) for days in settings.remind_days}):
        for company_id, dues in _by_company(_untold(work, today, Due.due_on == due_on)):
            _keep(work, company_id, today, dues)
            work.publish(PaymentsComing(company_id, due_on, len(dues), _sums(dues)), key=f"payments:{company_id}")
    late = [one for one in _untold(work, today, Due.due_on < today) if _again(one.due_on, today, settings.remind_late)]
    for company_id, dues in _by_company(late):
        _keep(work, company_id, today, dues)
        work.publish(PaymentsLate(company_id, dues[0].due_on, len(dues), _sums(dues)), key=f"payments:{company_id}")


def _again(due_on: date, today: date, every: int) -> bool:
    """Whether an overdue payment has its day: the first after it, then each so many."""
    days = (today - due_on).days - 1
    return days == 0 or (every > 0 and days % every == 0)


def _untold(work: Work, today: date, which: Any) -> Sequence[Any]:
    told = exists().where(PaymentsReminder.company_id == Due.company_id, PaymentsReminder.place == Due.place, PaymentsReminder.on == today)
    statement = select(Due.company_id, Due.place, Due.due_on, Due.amount, Due.currency).join(Company, Company.id == Due.company_id)
    statement = statement.where(which, Due.amount > 0, Company.suspended.is_(False), ~told)
    return list(work.session.execute(statement.order_by(Due.company_id, Due.due_on, Due.id).limit(AT_ONCE)))


def _by_company(dues: Iterable[Row[Any]]) -> Iterable[tuple[UUID, list[Row[Any]]]]:
    found: dict[UUID, list[Row[Any]]] = {}
    for one in dues:
        found.setdefault(one.company_id, []).append(one)
    return found.items()


def _keep(work: Work, company_id: UUID, today: date, dues: Sequence[Row[Any]]) -> None:
    work.session.add_all(PaymentsReminder(company_id=company_id, place=one.place, on=today) for one in dues)


def _sums(dues: Sequence[Row[Any]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, Any] = {}
    for one in dues:
        found[one.currency] = found.get(one.currency, 0) + one.amount
    return tuple((str(amount), currency) for currency, amount in sorted(found.items()))
