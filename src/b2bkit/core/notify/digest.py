"""The mail of the day: what a person wants to read once, at the hour that he chose. There is none when there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from b2bkit.core import mail
from b2bkit.core.accounts.models import User
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _, ngettext, speaking
from b2bkit.core.notify import choices
from b2bkit.core.notify.models import Notification, Sending
from b2bkit.core.notify.unsubscribe import DIGEST_KIND, link_for
from b2bkit.core.work import Work

JOB: Final = "notify.send_digest"
LONGEST: Final = 60  # entries; the rest is in the portal
SWEEP_SECONDS: Final = 60


class Entry(NamedTuple):
    """One thing of the day."""

    title: str
    text: str
    link: str


class Section(NamedTuple):
    """What is of one kind."""

    label: str
    entries: tuple[Entry, ...]


def start(work: Work) -> None:
    """Job: one task for each person whose hour has come."""
    due = select(Sending.user_id).where(Sending.state == "digest", Sending.due_at <= work.now).distinct()
    for user_id in work.session.scalars(due.order_by(Sending.user_id)):
        work.enqueue(JOB, unique=str(user_id), user_id=str(user_id))


def send(open_work: OpenWork, *, user_id: str) -> None:
    """Job: one mail with everything that is due for this person; raises what SMTP raises, to be tried again."""
    with open_work() as work:
        letter = _letter(work, UUID(user_id))
        config = work.config
    if letter is None:
        return
    message, ids = letter
    mail.send(config, message)
    with open_work() as work:
        work.session.execute(update(Sending).where(Sending.id.in_(ids)).values(state="sent", sent_at=work.now, error=""))


def _letter(work: Work, user_id: UUID) -> tuple[EmailMessage, list[UUID]] | None:
    user, rows = work.session.get(User, user_id), _due(work, user_id)
    reachable = user is not None and not user.blocked and bool(work.config.tables.mail.host)
    left_out = [sending.id for sending, noted in rows if noted.read_at is not None or not reachable]
    if left_out:  # read in the portal meanwhile, or nobody to send it to
        work.session.execute(update(Sending).where(Sending.id.in_(left_out)).values(state="dropped"))
    rows = [(sending, noted) for sending, noted in rows if sending.id not in set(left_out)]
    if user is None or not rows:
        return None
    lang = user.lang if user.lang in work.config.portal.languages else work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        message = _compose(work, user, rows)
    return message, [sending.id for sending, _noted in rows]


def _due(work: Work, user_id: UUID) -> Sequence[tuple[Sending, Notification]]:
    statement = select(Sending, Notification).join(Notification, Notification.id == Sending.notification_id)
    mine = (Sending.user_id == user_id, Sending.state == "digest", Sending.due_at <= work.now)
    return [(row[0], row[1]) for row in work.session.execute(statement.where(*mine).order_by(Notification.created_at, Notification.id))]


def sections(work: Work, rows: Sequence[tuple[Sending, Notification]]) -> list[Section]:
    """By kind, in the order in which the kinds first came."""
    found: dict[str, list[Entry]] = {}
    for sending, noted in rows[:LONGEST]:
        found.setdefault(sending.kind, []).append(Entry(noted.title, noted.text, noted.link))
    kinds = work.kit.notifications
    return [Section(_(kinds[kind].label) if kind in kinds else "", tuple(entries)) for kind, entries in found.items()]


def _compose(work: Work, user: User, rows: Sequence[tuple[Sending, Notification]]) -> EmailMessage:
    count, more = len(rows), max(len(rows) - LONGEST, 0)
    title = ngettext("%d piece of news", "%d pieces of news", count) % count
    rest = ngettext("and %d more in the portal", "and %d more in the portal", more) % more if more else ""
    link = mail.absolute(work, "/notifications")
    leave = link_for(work, user.id, DIGEST_KIND, choices.EMAIL)
    values = {"title": title, "sections": sections(work, rows), "rest": rest, "link": link, "button": _("Open in the portal")}
    text, html = mail.rendered(work, "layout/digest", values, leave=leave)
    return mail.compose(work, to=user.email, subject=f"{work.config.portal.name}: {title}", text=text, html=html, unsubscribe=leave)
