"""Letters about registrations: the link that proves an address, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from uuid import UUID

from b2bkit.core import mail
from b2bkit.core.accounts import registration
from b2bkit.core.accounts.models_requests import Registration
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _, speaking
from b2bkit.core.web.handling import request_url
from b2bkit.core.work import Work


def send_registration(open_work: OpenWork, *, registration_id: str) -> None:
    """Job: mails the link; to an address that signs in here already, how to get in."""
    with open_work(write=False) as work:
        wish, config = work.session.get(Registration, UUID(registration_id)), work.config
        letter = _first(work, wish) if wish is not None and wish.state == "unconfirmed" else None
    if letter is not None:
        mail.send(config, letter)


def send_decision(open_work: OpenWork, *, registration_id: str) -> None:
    """Job: mails what was decided."""
    with open_work(write=False) as work:
        wish, config = work.session.get(Registration, UUID(registration_id)), work.config
        letter = _last(work, wish) if wish is not None and wish.state in ("accepted", "declined") else None
    if letter is not None and config.tables.mail.host:
        mail.send(config, letter)


def _first(work: Work, wish: Registration) -> EmailMessage:
    with speaking(_lang(work, wish), work.translations(_lang(work, wish))):
        if registration.has_account(work, wish.email):
            words = [
                _("{name}, somebody asked for access with this address, which has an account here already.").format(name=wish.name),
                _("Sign in with it; a forgotten password is set anew on the same page. Your manager adds further companies."),
            ]
            return _letter(work, wish, _("{portal}: you have an account here"), words, "accounts.sign_in", _("Sign in"))
        words = [
            _("{name}, you asked for access to the portal for {company}.").format(name=wish.name, company=wish.legal_name),
            _("The link below proves that the address is yours; it works within two days. If it was not you, leave it."),
        ]
        token = registration.registration_token(work, wish.id)
        return _letter(work, wish, _("{portal}: confirm your address"), words, "accounts.register_confirm", _("Confirm the address"), token)


def _last(work: Work, wish: Registration) -> EmailMessage:
    with speaking(_lang(work, wish), work.translations(_lang(work, wish))):
        if wish.state == "accepted":
            words = [
                _("{name}, {company} is checked and you can use the portal.").format(name=wish.name, company=wish.legal_name),
                _("Sign in with this address and the password that you chose. Earlier orders of your company are there too."),
            ]
            return _letter(work, wish, _("{portal}: access is open"), words, "accounts.sign_in", _("Sign in"))
        words = [
            _("{name}, access for {company} was not opened.").format(name=wish.name, company=wish.legal_name),
            wish.reason,
            _("You can ask again with corrected data."),
        ]
        return _letter(work, wish, _("{portal}: access was not opened"), words, "accounts.register", _("Ask again"))


def _lang(work: Work, wish: Registration) -> str:
    known = work.config.portal.languages
    return wish.lang if wish.lang in known else known[0]


def _letter(
    work: Work, wish: Registration, subject: str, paragraphs: Sequence[str], route: str, button: str, token: str = ""
) -> EmailMessage:
    subject = " ".join(subject.format(portal=work.config.portal.name).split())
    link = request_url(work, route, token=token) if token else request_url(work, route)
    text, html = mail.letter(work, title=subject, paragraphs=paragraphs, link=link, button=button)
    return mail.compose(work, to=wish.email, subject=subject, text=text, html=html)
