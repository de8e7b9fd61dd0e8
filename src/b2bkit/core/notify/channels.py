"""The core's two channels: the inbox in the portal, and e-mail over SMTP."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core import mail
from b2bkit.core.accounts.models import Invitation, User
from b2bkit.core.errors import Undeliverable
from b2bkit.core.extend.things import Channel, Health, Message, OpenWork
from b2bkit.core.i18n import N_, _, ngettext, speaking
from b2bkit.core.notify import service
from b2bkit.core.notify.choices import EMAIL, INBOX
from b2bkit.core.notify.models import Notification
from b2bkit.core.notify.unsubscribe import link_for
from b2bkit.core.work import Work


def channels() -> Iterable[Channel]:
    """Inbox and e-mail."""
    yield Channel(name=INBOX, label=N_("In the portal"), send=service.keep, address=lambda _work, user_id: str(user_id), quiet=True)
    yield Channel(name=EMAIL, label=N_("E-mail"), send=send_mail, address=mail_address)


def mail_address(work: Work, user_id: UUID) -> str | None:
    """The person's address; None when no mail can be sent."""
    if not work.config.tables.mail.host:
        return None
    user = work.session.get(User, user_id)
    return user.email if user is not None and not user.blocked else None


def send_mail(open_work: OpenWork, message: Message, address: str) -> None:
    """One mail with a way to leave; raises what SMTP raises, to be tried again, Undeliverable for an address refused for good."""
    with open_work(write=False) as work, speaking(message.lang, work.translations(message.lang)):
        noted, button = work.session.get(Notification, message.id), _("Open in the portal")
        leave = link_for(work, noted.user_id, message.kind, EMAIL) if noted is not None else ""
        text, html = mail.letter(work, title=message.title, paragraphs=[message.text], link=message.link, button=button, leave=leave)
        subject = " ".join(message.title.split())  # names come from the ERP and may hold a line end, which no header can
        config, letter = work.config, mail.compose(work, to=address, subject=subject, text=text, html=html, unsubscribe=leave)
    import smtplib

    try:
        mail.send(config, letter)
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (0, b""))
        if 500 <= code < 600:
            raise Undeliverable(f"{code} {said.decode('utf-8', 'replace')}") from refused
        raise


def smtp_health(work: Work) -> Health:
    """Whether the SMTP server answers. Without one that is no fault until somebody waits for a letter."""
    if not work.config.tables.mail.host:
        return _without_mail(work)
    try:
        mail.check(work.config)
    except OSError as error:
        return Health(False, _("The mail server does not answer: {error}").format(error=error), _("Check [mail] in b2bkit.toml."))
    return Health(True, _("The mail server answers."))


def _without_mail(work: Work) -> Health:
    statement = select(func.count(Invitation.id)).where(
        Invitation.used_at.is_(None), Invitation.revoked_at.is_(None), Invitation.expires_at > work.now
    )
    waiting = work.session.scalar(statement) or 0
    said = _("No mail is sent: [mail] host is not set. Invitations are handed over by those who invite.")
    if not waiting:
        return Health(True, said)
    text = ngettext("%d invitation waits to be handed over.", "%d invitations wait to be handed over.", waiting) % waiting
    return Health(False, f"{said} {text}", _("Set [mail] in b2bkit.toml, or hand over the link that stands beside the invitation."))
