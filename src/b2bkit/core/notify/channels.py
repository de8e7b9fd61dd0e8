"""The core's two channels: the inbox in the portal, and e-mail over SMTP."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core import mail
from b2bkit.core.accounts.models import Invitation, User
from b2bkit.core.extend.things import Channel, Health, Message, OpenWork
from b2bkit.core.i18n import N_, _, ngettext, speaking
from b2bkit.core.notify import service
from b2bkit.core.work import Work


def channels() -> Iterable[Channel]:
    """Inbox and e-mail."""
    yield Channel(name=service.INBOX, label=N_("In the portal"), send=service.keep, address=lambda _work, user_id: str(user_id))
    yield Channel(name="notify.email", label=N_("E-mail"), send=send_mail, address=mail_address)


def mail_address(work: Work, user_id: UUID) -> str | None:
    """The person's address; None when no mail can be sent."""
    if not work.config.tables.mail.host:
        return None
    user = work.session.get(User, user_id)
    return user.email if user is not None and not user.blocked else None


def send_mail(open_work: OpenWork, message: Message, address: str) -> None:
    """One mail; raises what SMTP raises, to be tried again."""
    with open_work(write=False) as work, speaking(message.lang, work.translations(message.lang)):
        text, html = mail.letter(work, title=message.title, paragraphs=[message.text], link=message.link, button=_("Open in the portal"))
        subject = " ".join(message.title.split())  # names come from the ERP and may hold a line end, which no header can
        config, letter = work.config, mail.compose(work, to=address, subject=subject, text=text, html=html)
    mail.send(config, letter)


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
