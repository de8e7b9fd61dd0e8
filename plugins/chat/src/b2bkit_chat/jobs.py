"""What happens in the chat by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit_chat.events import ClientLeftUnread, StaffLeftUnread
from b2bkit_chat.models import Talk
from b2bkit_chat.service import people

AT_ONCE: Final = 200


def tell_unread(work: Work) -> None:
    """Job: whoever has not read his messages for some minutes is told once; managers in working hours."""
    before = work.now - timedelta(minutes=people.settings_of(work).notify_after)
    waiting = select(Talk).where(Talk.client_since < before, Talk.client_told.is_(False))
    for talk in work.session.scalars(waiting.order_by(Talk.client_since, Talk.id).limit(AT_ONCE).with_for_update(skip_locked=True)):
        talk.client_told = True
        work.publish(ClientLeftUnread(talk.id, talk.company_id, talk.client_unread), key=f"chat:{talk.id}")
    if not people.hours_of(work).works_at(work.now):
        return
    waiting = select(Talk).where(Talk.staff_since < before, Talk.staff_told.is_(False))
    for talk in work.session.scalars(waiting.order_by(Talk.staff_since, Talk.id).limit(AT_ONCE).with_for_update(skip_locked=True)):
        talk.staff_told = True
        work.publish(StaffLeftUnread(talk.id, talk.company_id, talk.staff_unread), key=f"chat:{talk.id}")
