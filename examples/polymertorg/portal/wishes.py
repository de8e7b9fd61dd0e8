"""Wishes of clients for more of the catalogue: one that waits, one that was granted for two months, one that was refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import not_, select

from b2bkit import Actor, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.app import App
from b2bkit.core.catalog.models import Category, CategoryClosure, Product
from b2bkit.core.catalog.service import visible
from b2bkit.core.catalog.visibility import alive
from b2bkit.plugins.catalog_requests.opened import today
from b2bkit.plugins.catalog_requests.service import asking, deciding
from examples.polymertorg.portal.lists import BUYER, acting

MANAGER: Final = "s.dubovik@polymertorg.example"
OFFERED: Final = 6


def ask(app: App) -> None:
    """Buyers of Экопакет ask, their manager answers."""
    with acting(app, BUYER) as work:
        closed = _closed_groups(work)
    with app.work() as work:
        deciding.set_askable(work, closed[:OFFERED])
        user = work.session.scalars(select(User).where(User.email == MANAGER)).one()
        manager = Actor(kind="system", user_id=user.id, role="manager", name=user.name)
    with acting(app, BUYER) as work:
        granted = asking.ask(work, words="Пробуем новую линию, нужны образцы по этой группе.", groups=closed[:1]) if closed else None
        refused = asking.ask(work, words="Нужны добавки для пищевой упаковки, до 200 кг в месяц.")
        asking.ask(work, words="Ищем АБС с повышенной теплостойкостью для корпусов.", articles="ABS-9001\nABS-9002", groups=closed[1:2])
    with app.work(manager) as work:
        if granted is not None:
            until = today(work) + timedelta(days=60)
            deciding.grant(work, granted, groups=closed[:1], valid_until=until, answer="Открыли на два месяца, цены по вашему договору.")
        deciding.refuse(work, refused, answer="Эти добавки продаём только с сертификатом переработчика. Пришлите копию, и откроем.")


def _closed_groups(work: Work) -> list[UUID]:
    """Groups in which something is closed to the actor, by name, the top ones left out."""
    below = select(Product.id).join(CategoryClosure, CategoryClosure.descendant_id == Product.category_id)
    more = below.where(CategoryClosure.ancestor_id == Category.id, alive, not_(visible(work))).correlate(Category).exists()
    return list(
        work.session.scalars(select(Category.id).where(Category.active, Category.parent_id.is_not(None), more).order_by(Category.name))
    )
