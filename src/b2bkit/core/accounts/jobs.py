"""Work outside requests."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID

from b2bkit.core import mail
from b2bkit.core.accounts.models import Company, Invitation
from b2bkit.core.accounts.people import invitation_token
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import request_url
from b2bkit.core.work import Work


def send_invitation(open_work: OpenWork, *, invitation_id: str) -> None:
    """Mails the link; an invitation that was used, revoked or has expired meanwhile is left alone."""
    with open_work(write=False) as work:
        letter, config = _letter(work, UUID(invitation_id)), work.config
    if letter is not None:
        mail.send(config, letter)


def _letter(work: Work, invitation_id: UUID) -> EmailMessage | None:
    invitation = work.session.get(Invitation, invitation_id)
    if invitation is None or invitation.used_at or invitation.revoked_at or invitation.expires_at <= work.now:
        return None
    company = work.session.get_one(Company, invitation.company_id)
    link = request_url(work, "accounts.invitation", token=invitation_token(work, invitation.id))
    subject = _("{portal}: you are invited to work for {company}").format(portal=work.config.portal.name, company=company.name)
    subject = " ".join(subject.split())  # names come from the ERP and may hold a line end, which no header can
    paragraphs = [
        _("{name}, you are invited to work for {company} in the portal.").format(name=invitation.name, company=company.name),
        _("The link below works once, within 24 hours, and only for this address. If you expected no invitation, leave it."),
    ]
    text, html = mail.letter(work, title=subject, paragraphs=paragraphs, link=link, button=_("Accept the invitation"))
    return mail.compose(work, to=invitation.email, subject=subject, text=text, html=html)
