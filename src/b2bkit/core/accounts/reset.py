"""A forgotten password: a link by mail, for one hour and one use, that says nothing about who has an account."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from email.message import EmailMessage
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from b2bkit.core import mail
from b2bkit.core.accounts import limits, passwords, sign_in
from b2bkit.core.accounts.events import SignInChanged
from b2bkit.core.accounts.models import User
from b2bkit.core.accounts.models_proof import PasswordReset
from b2bkit.core.accounts.people import EMAIL
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.i18n import _, speaking
from b2bkit.core.web.handling import request_url
from b2bkit.core.work import Work

LASTS: Final = timedelta(hours=1)
PER_ACCOUNT: Final = limits.Limit("reset", 3, timedelta(hours=1))
PER_ADDRESS: Final = limits.Limit("reset-ip", 15, timedelta(hours=1))


def ask(work: Work, *, email: str, address: str) -> None:
    """Asks for a link. Does the same, and takes as long, whether or not there is such an account: that is looked up by the job.

    Raises Refused for what is no e-mail address, and for too many questions of one network address; the caller commits then too.
    Beyond three questions an hour for one e-mail address no further letter goes out, and the answer is still the same.
    """
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise Refused(Problem("email_invalid", _("Write an e-mail address like name@company.com."), "email"))
    if limits.reached(work, PER_ADDRESS, address):
        raise Refused(Problem("too_many_attempts", _("Too many letters were asked for. Try again in an hour."), "email"))
    limits.count(work, PER_ADDRESS, address)
    if not limits.reached(work, PER_ACCOUNT, email):
        limits.count(work, PER_ACCOUNT, email)
        work.enqueue("accounts.send_reset", email=email)


def reset_token(work: Work, reset_id: UUID) -> str:
    """The secret of a link: made from the portal's key, so that it need not be stored to be mailed."""
    key = work.config.secret_key.get_secret_value().encode()
    return base64.urlsafe_b64encode(hmac.digest(key, b"password-reset:" + reset_id.bytes, "sha256")).decode().rstrip("=")


def send_reset(open_work: OpenWork, *, email: str) -> None:
    """Job: mails a link when the address has an account that could sign in, and nothing otherwise."""
    with open_work() as work:
        letter, config = _letter(work, email), work.config
    if letter is not None:
        mail.send(config, letter)


def _letter(work: Work, email: str) -> EmailMessage | None:
    user = work.session.scalars(select(User).where(User.email == email)).one_or_none()
    if user is None or user.blocked or user.password_hash is None or not work.config.tables.mail.host:
        return None
    if user.staff_role is None and sign_in.first_company(work, user.id) is None:
        return None
    link = request_url(work, "accounts.reset", token=reset_token(work, new_link(work, user)))
    lang = user.lang if user.lang in work.config.portal.languages else work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        subject = _("{portal}: a new password").format(portal=work.config.portal.name)
        paragraphs = [
            _("{name}, somebody asked for a new password for this address.").format(name=user.name),
            _("The link below works once, within an hour. If it was not you, leave it: your password stays as it is."),
        ]
        text, html = mail.letter(work, title=subject, paragraphs=paragraphs, link=link, button=_("Choose a new password"))
        return mail.compose(work, to=user.email, subject=" ".join(subject.split()), text=text, html=html)


def new_link(work: Work, user: User) -> UUID:
    """A link for this person; those before it open nothing any more."""
    unused = (PasswordReset.user_id == user.id, PasswordReset.used_at.is_(None))
    work.session.execute(update(PasswordReset).where(*unused).values(used_at=work.now))
    reset_id = new_id()
    row = {
        "id": reset_id,
        "user_id": user.id,
        "token_hash": sign_in.token_hash(reset_token(work, reset_id)),
        "created_at": work.now,
        "expires_at": work.now + LASTS,
        "used_at": None,
    }
    work.session.insert_rows(PasswordReset, [row])
    return reset_id


def holder(work: Work, *, token: str, lock: bool = False) -> tuple[PasswordReset, User]:
    """The link and its person; NotFound when it opens nothing, whatever the reason. Unscoped work."""
    statement = select(PasswordReset).where(PasswordReset.token_hash == sign_in.token_hash(token))
    found = work.session.scalars(statement.with_for_update() if lock else statement).one_or_none()
    user = work.session.get(User, found.user_id) if found is not None else None
    if found is None or user is None or found.used_at or found.expires_at <= work.now or user.blocked:
        raise NotFound("password_reset")
    return found, user


def choose(work: Work, *, token: str, password: str) -> None:
    """Sets the new password and ends every session of the person; the link is used up. The second factor stays. Unscoped work."""
    found, user = holder(work, token=token, lock=True)
    problems = passwords.weakness(password, email=user.email)
    if problems:
        raise Refused(problems)
    user.password_hash = passwords.hash_password(password)
    found.used_at = work.now
    work.session.flush()
    sign_in.end_sessions(work, user_id=user.id)
    sign_in.forget_failures(work, email=user.email)
    work.publish(SignInChanged(user.id, "password"), key=f"user:{user.id}")
    work.signal("session", user.id, users=(user.id,))
    record(work, action="accounts.password_reset", entity="user", entity_id=user.id)
