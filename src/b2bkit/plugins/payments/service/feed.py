"""The calendar for a calendar program (iCalendar, RFC 5545): an address that holds while its person may see the payments."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from b2bkit import SYSTEM, NotFound, Problem, Refused, Work
from b2bkit.core import mail
from b2bkit.core.access.acting import actor_of_person
from b2bkit.core.accounts.models import User
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _, language, speaking
from b2bkit.core.settlements.service.overview import SEE, DueRow
from b2bkit.core.web.formatting import money
from b2bkit.core.web.handling import OpenAs
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.payments.models import PaymentsFeed
from b2bkit.plugins.payments.service.calendar import ahead

MAC: Final = 16
HOURS: Final = 4  # how often a program need look


def begin(work: Work) -> str:
    """A new address in place of the old one, which leads nowhere from now on. Refused for staff who act for a client."""
    _own(work)
    end(work)
    assert work.actor.company_id is not None
    feed = PaymentsFeed(id=new_id(), company_id=work.actor.company_id, user_id=work.actor.user_id, created_at=work.now)
    work.session.add(feed)
    work.session.flush()
    return _address(work, feed.id)


def end(work: Work) -> None:
    """The address leads nowhere from now on; twice is once."""
    _own(work)
    work.session.execute(delete(PaymentsFeed).where(PaymentsFeed.user_id == work.actor.user_id))


def address(work: Work) -> str:
    """One's own address, "" without one. One statement."""
    feed_id = work.session.scalar(select(PaymentsFeed.id).where(PaymentsFeed.user_id == work.actor.user_id))
    return _address(work, feed_id) if feed_id else ""


def written(open_work: OpenAs, given: str) -> bytes:
    """The calendar behind an address, with the rights that its person has now. NotFound for an address that leads nowhere."""
    with open_work(SYSTEM, write=False) as work:
        feed = work.session.get(PaymentsFeed, _read(work, given))
        if feed is None:
            raise NotFound("feed")
        person = actor_of_person(work, user_id=feed.user_id, company_id=feed.company_id, contract_id=None)
        if person is None or not person.may(SEE):
            raise NotFound("feed")
        known, lang = work.config.portal.languages, work.session.get_one(User, feed.user_id).lang
        lang = lang if lang in known else known[0]
    with open_work(person, write=False) as work, speaking(lang, work.translations(lang)):
        return _calendar(work, ahead(work))


def _own(work: Work) -> None:
    if work.actor.on_behalf is not None or work.actor.kind != "client":
        raise Refused(Problem("own_only", _("The address belongs to one person. Ask somebody of the client to make it.")))


def _mac(work: Work, feed_id: UUID) -> bytes:
    return hmac.digest(work.config.secret_key.get_secret_value().encode(), b"payments-feed:" + feed_id.bytes, "sha256")[:MAC]


def _address(work: Work, feed_id: UUID) -> str:
    token = base64.urlsafe_b64encode(feed_id.bytes + _mac(work, feed_id)).decode().rstrip("=")
    return mail.absolute(work, Urls([work.kit.routes["payments.feed"]]).path("payments.feed", token=token + ".ics"))


def _read(work: Work, given: str) -> UUID:
    try:
        text = given.removesuffix(".ics")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        feed_id = UUID(bytes=raw[:16])
    except (ValueError, binascii.Error):
        raise NotFound("feed") from None
    if not hmac.compare_digest(raw[16:], _mac(work, feed_id)):
        raise NotFound("feed")
    return feed_id


def _calendar(work: Work, dues: Sequence[DueRow]) -> bytes:
    from icalendar import Calendar, Event  # takes its time: most of a portal's processes never write one

    made, pages = Calendar(), Urls([work.kit.routes["payments.calendar"]])
    made.add("prodid", "-//b2bkit//payments//")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", work.config.portal.name + ": " + _("Payments due"))
    made.add("x-published-ttl", f"PT{HOURS}H")
    for one in dues:
        event, what = Event(), _("Pay %(sum)s") % {"sum": money(one.amount, one.currency, lang=language())}
        event.add("summary", f"{_('Overdue')}: {what}" if one.overdue else what)
        event.add("uid", f"{one.due_on}-{_mark(one)}@{work.config.portal.base_url.partition('://')[2]}")
        event.add("dtstamp", one.as_of)
        event.add("dtstart", one.due_on)
        event.add("dtend", one.due_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("description", "\n".join(part for part in (one.deal, one.legal_entity, one.number) if part))
        event.add("url", mail.absolute(work, pages.path("payments.calendar", month=f"{one.due_on:%Y-%m}")))
        made.add_component(event)
    return bytes(made.to_ical())


def _mark(one: DueRow) -> str:
    """Tells payments of a day apart, the same each time: a program moves no event that it knows."""
    return hashlib.blake2b(f"{one.deal}|{one.legal_entity}|{one.number}|{one.currency}".encode(), digest_size=8).hexdigest()
