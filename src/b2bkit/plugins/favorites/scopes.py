"""Who sees which lists: one's own and those that colleagues share; staff see none but while they act for the client."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, select

from b2bkit import Actor
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.plugins.favorites.models import FavoriteLine, FavoriteList

_list: Any = FavoriteList.__table__


def lists(actor: Actor) -> ColumnElement[bool]:
    """One's own and shared ones."""
    if actor.kind == "client" and actor.user_id is not None:
        return (FavoriteList.company_id == actor.company_id) & (FavoriteList.shared.is_(True) | (FavoriteList.user_id == actor.user_id))
    return company_scope(actor, FavoriteList.company_id) if actor.kind == "system" else false()


def lines(actor: Actor) -> ColumnElement[bool]:
    """Lines follow their list."""
    if actor.kind == "client" and actor.user_id is not None:
        seen = select(_list.c.id).where(_list.c.shared.is_(True) | (_list.c.user_id == actor.user_id))
        return (FavoriteLine.company_id == actor.company_id) & FavoriteLine.list_id.in_(seen)
    return company_scope(actor, FavoriteLine.company_id) if actor.kind == "system" else false()
