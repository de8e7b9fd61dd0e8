"""Lists of products that people of Экопакет keep: stars, what is ordered every week, a list for the whole company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from b2bkit import Actor, Work
from b2bkit.core.accounts.models import Contract, Membership, User
from b2bkit.core.app import App
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.quantities import start_of
from b2bkit.core.catalog.service import visible, visible_goods
from b2bkit.plugins.favorites.service import lines, lists

BUYER, OWNER = "buyer@ekopaket.example", "owner@ekopaket.example"
NOTES: Final = ("для линии 2", "", "сверять партию", "", "только мешки")


@contextmanager
def acting(app: App, email: str) -> Iterator[Work]:
    """A work in the name of a client's person, under the first of the company's contracts."""
    with app.work() as work:
        user = work.session.scalars(select(User).where(User.email == email)).one()
        member = work.session.scalars(select(Membership).where(Membership.user_id == user.id)).first()
        if member is None:
            raise LookupError(f"{email} works for no company")
        contracts = select(Contract.id).where(Contract.company_id == member.company_id, Contract.active.is_(True)).order_by(Contract.number)
        contract_id = work.session.scalars(contracts).first()
        actor = Actor(
            kind="client", user_id=user.id, company_id=member.company_id, contract_id=contract_id, role=member.role, name=user.name,
            levels=app.kit.roles[member.role].levels,
        )  # fmt: skip
    with app.work(actor) as work:
        yield work


def keep(app: App) -> None:
    """Two people, four lists."""
    with acting(app, BUYER) as work:
        ids = list(work.session.scalars(select(Product.id).where(visible(work)).order_by(Product.article).limit(14)))
        for product_id in ids[:4]:
            lines.star(work, product_id, on=True)
        weekly = lists.make(work, name="Плёнка, каждую неделю", shared=True)
        goods = visible_goods(work, ids[2:7])
        items = []
        for number, (id_, good) in enumerate(goods.items()):
            unit, least = start_of(good.rules)
            items.append(lines.Item(id_, unit, least * (number + 1), NOTES[number % len(NOTES)]))
        lines.put(work, weekly, items)
        lines.put(work, lists.own(work, "later"), [lines.Item(id_) for id_ in ids[7:9]])
    with acting(app, OWNER) as work:
        tender = lists.make(work, name="К тендеру на декабрь")
        lines.put(work, tender, [lines.Item(id_, "", None, "запросить паспорт качества") for id_ in ids[9:12]])
        lines.put(work, weekly, [lines.Item(ids[12], "кг", Decimal(1000), "добавил для пробы")])
