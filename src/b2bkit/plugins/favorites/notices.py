"""What people are told of lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.i18n import N_
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.favorites.events import ListShared
from b2bkit.plugins.favorites.models import FavoriteList


def _colleagues(work: Work, event: ListShared) -> Iterable[UUID]:
    there = select(FavoriteList.id).where(FavoriteList.id == event.list_id, FavoriteList.shared.is_(True))
    if work.session.scalar(there) is None:
        return []  # taken back or deleted meanwhile
    members = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    return list(work.session.scalars(members.where(Membership.user_id != event.user_id)))


def _context(work: Work, event: ListShared) -> Mapping[str, str]:
    return {"name": event.name, "person": work.session.scalar(select(User.name).where(User.id == event.user_id)) or ""}


def _where(work: Work, event: ListShared) -> str:
    return Urls([work.kit.routes["favorites.list"]]).path("favorites.list", favorite_list_id=event.list_id)


KINDS = (
    NotificationKind(
        name="favorites.shared",
        label=N_("A colleague shared a list of products"),
        event=ListShared,
        recipients=_colleagues,
        context=_context,
        title=N_("List “{name}”"),
        text=N_("{person} shares it with you: you can put it into your cart."),
        route=_where,
        channels=("notify.inbox",),
        audience="client",
        samples={"name": "Плёнка, каждую неделю", "person": "Ирина Лапко"},
    ),
)
