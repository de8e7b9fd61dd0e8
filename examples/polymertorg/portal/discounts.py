"""Wishes for discounts: the owner of Экопакет has one that waits on his cart and one that was refused before."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from b2bkit import Actor
from b2bkit.core.accounts.models import User
from b2bkit.core.app import App
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.quantities import start_of
from b2bkit.core.catalog.service import session_terms, visible, visible_goods
from b2bkit.core.ordering.service import filling
from b2bkit.plugins.discount_requests.service import answering, asking
from examples.polymertorg.portal.lists import OWNER, acting
from examples.polymertorg.portal.wishes import MANAGER


def ask(app: App) -> None:
    """Fills the cart of the owner with three products and asks twice; the manager answers the first time."""
    with acting(app, OWNER) as work:
        ids = list(work.session.scalars(select(Product.id).where(visible(work)).order_by(Product.article).limit(30)))
        priced = [good for good in visible_goods(work, ids, session_terms(work)).values() if good.table.steps][:3]
        for good in priced:
            unit, least = start_of(good.rules)
            filling.add_line(work, product_id=good.id, unit=unit, quantity=least * 20)
        refused = asking.ask(work, reason="Нам предлагают эти марки дешевле на 12 %.", percent=Decimal(12))
    with app.work() as work:
        user = work.session.scalars(select(User).where(User.email == MANAGER)).one()
        manager = Actor(kind="system", user_id=user.id, role="manager", name=user.name)
    with app.work(manager) as work:
        answering.refuse(work, refused, answer="На 12 % снизить не можем: это ниже закупки. Напишите, какой объём берёте за год.")
    with acting(app, OWNER) as work:
        asking.ask(work, reason="Берём 60 т за год, первая отгрузка в декабре.", percent=Decimal(5))
