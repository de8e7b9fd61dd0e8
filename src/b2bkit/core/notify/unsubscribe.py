"""Leaving by one click (RFC 8058): the link in each mail says whom and what it is for, signed, so that nobody can leave for another."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core import mail
from b2bkit.core.accounts.models import User
from b2bkit.core.errors import NotFound
from b2bkit.core.i18n import _
from b2bkit.core.notify import choices
from b2bkit.core.notify.models import Preference
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Work

DIGEST_KIND: Final = "digest"
MAC: Final = 16


class Leaving(NamedTuple):
    """Who leaves what; `label` names it in the current language. A kind that is no more is not there."""

    user_id: UUID
    kind: str
    channel: str
    label: str


def token(work: Work, user_id: UUID, kind: str, channel: str) -> str:
    """What the link carries. It holds for ever: an old mail must still let its reader leave."""
    said = user_id.bytes + f"{kind}\n{channel}".encode()
    return base64.urlsafe_b64encode(_mac(work, said) + said).decode().rstrip("=")


def _mac(work: Work, said: bytes) -> bytes:
    return hmac.digest(work.config.secret_key.get_secret_value().encode(), b"unsubscribe:" + said, "sha256")[:MAC]


def link_for(work: Work, user_id: UUID, kind: str, channel: str) -> str:
    """The address that goes into a mail."""
    return mail.absolute(work, Urls([work.kit.routes["notify.leave"]]).path("notify.leave", token=token(work, user_id, kind, channel)))


def read(work: Work, given: str) -> Leaving:
    """Whom a token is for; NotFound for one that is none of ours, or whose person is not there any more."""
    try:
        raw = base64.b64decode(given + "=" * (-len(given) % 4), b"-_", validate=True)
        said = raw[MAC:]
        kind, _line, channel = said[16:].decode().partition("\n")
        user_id = UUID(bytes=said[:16])
    except (ValueError, binascii.Error):
        raise NotFound("token") from None
    if not hmac.compare_digest(raw[:MAC], _mac(work, said)) or work.session.get(User, user_id) is None:
        raise NotFound("token")
    if kind == DIGEST_KIND:
        return Leaving(user_id, kind, channel, _("The mail of the day"))
    found = work.kit.notifications.get(kind)
    if found is None:
        raise NotFound("token")
    return Leaving(user_id, kind, channel, _(found.label))


def leave(work: Work, given: str) -> Leaving:
    """Switches it off; twice is once. From the mail of the day: everything that comes in it."""
    leaving = read(work, given)
    if leaving.kind != DIGEST_KIND:
        choices.keep(work, leaving.user_id, kind=leaving.kind, channel=leaving.channel, wanted=False)
        return leaving
    digested = (Preference.user_id == leaving.user_id, Preference.digested.is_(True), Preference.wanted.is_(True))
    for kind in work.session.scalars(select(Preference.kind).where(*digested)).all():
        choices.keep(work, leaving.user_id, kind=kind, channel=choices.EMAIL, wanted=False)
    return leaving
