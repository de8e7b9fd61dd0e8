"""What people are told of availability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.i18n import N_, _, ngettext
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.availability.events import AvailabilityTold
from b2bkit.plugins.availability.models import Announcement
from b2bkit.plugins.availability.service.find import KINDS as SAID

NAMED: Final = 10


def _who(_work: Work, event: AvailabilityTold) -> Iterable[UUID]:
    return [event.user_id]


def _told(work: Work, event: AvailabilityTold) -> Mapping[str, str]:
    ids = [UUID(one) for one in event.announcements.split()]
    columns = (Product.name, Announcement.kind, Announcement.on, Announcement.note)
    rows = work.session.execute(
        select(*columns).join(Product, Product.id == Announcement.product_id).where(Announcement.id.in_(ids)).order_by(Product.name)
    ).all()
    lines = [_line(*row) for row in rows[:NAMED]]
    if len(rows) > NAMED:
        lines.append(_("and {count} more").format(count=len(rows) - NAMED))
    title = lines[0] if len(rows) == 1 else ngettext("%(num)s product", "%(num)s products", len(rows)) % {"num": len(rows)}
    return {"headline": title, "products": "\n".join(lines), "count": str(len(rows))}


def _line(name: str, kind: str, on: object, note: str) -> str:
    day = f" {on:%d.%m.%Y}" if on is not None else ""
    return f"{name}: {_(SAID[kind]).lower()}{day}" + (f". {note}" if note else "")


def _feed(work: Work, _event: AvailabilityTold) -> str:
    return Urls([work.kit.routes["availability.feed"]]).path("availability.feed", mine="true")


KINDS: Final = (
    NotificationKind(
        name="availability.told",
        label=N_("What I follow is expected, is back or runs out"),
        event=AvailabilityTold,
        recipients=_who,
        context=_told,
        title=N_("Availability: {headline}"),
        text=N_("{products}"),
        route=_feed,
        audience="client",
        samples={"headline": "ПЭВД 15803-020: 30.11.2026", "products": "ПЭВД 15803-020: 30.11.2026", "count": "1"},
    ),
)
