"""A person's own data."""

from __future__ import annotations

from sqlalchemy import update

from b2bkit.core.accounts import passwords, sign_in
from b2bkit.core.accounts.events import SignInChanged
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.errors import NotSignedIn, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work


def myself(work: Work) -> User:
    """The actor's own account."""
    user = work.session.get(User, work.actor.user_id) if work.actor.user_id else None
    if user is None:
        raise NotSignedIn
    return user


def change(work: Work, *, name: str, phone: str, password: str, new_password: str, address: str = "") -> None:
    """Changes the actor's name, phone and, with the present password, the password; that ends all other sessions.

    A wrong present password is counted like one at sign-in: the caller commits although Refused was raised; nothing else has changed then.
    """
    user = myself(work)
    problems = [] if name.strip() else [Problem("name_missing", _("Write your name."), "name")]
    if new_password:
        try:
            sign_in.prove(work, user, password, address=address)
        except Refused as refused:
            problems += refused.problems
        problems += passwords.weakness(new_password, email=user.email, field="new_password")
    if problems:
        raise Refused(problems)
    user.name, user.phone = " ".join(name.split()), " ".join(phone.split())
    if new_password:
        user.password_hash = passwords.hash_password(new_password)
        sign_in.end_sessions(work, user_id=user.id, keep=work.actor.session_id)
        work.publish(SignInChanged(user.id, "password"), key=f"user:{user.id}")
        record(work, action="accounts.password_changed", entity="user", entity_id=user.id, company_id=work.actor.company_id)


def speak(work: Work, lang: str) -> None:
    """Keeps the language with the account, for mails too."""
    work.session.execute(update(User).where(User.id == work.actor.user_id).values(lang=lang))
