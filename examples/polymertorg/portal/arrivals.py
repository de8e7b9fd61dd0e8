"""What Polymertorg says of availability: goods that a wagon brings, goods that came back, goods of which little is left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.app import App
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.service import visible, visible_goods
from b2bkit.core.db.types import new_id
from b2bkit.core.watching.service import in_stock
from b2bkit.plugins.availability.models import Announcement
from examples.polymertorg.portal.lists import BUYER, acting

# kind, days from today or none, kilograms or none, words, days ago
SAID: Final = (
    ("expected", 8, 60_000, "Вагон из Буденновска прошёл границу, разгрузка через неделю.", 1),
    ("expected", 15, 20_000, "Производитель подтвердил отгрузку. Можно заказать под поставку.", 2),
    ("low", None, None, "Последняя партия этого года, следующая в январе.", 1),
    ("back", None, None, "Пришло две машины, цена прежняя.", 3),
    ("expected", 30, None, "Завод на ремонте до середины месяца.", 5),
    ("back", None, None, "", 6),
    ("low", None, None, "", 2),
)


def announce(app: App) -> None:
    """Called once, when products and lists are there; straight into the table, so that nobody gets mail about it."""
    with acting(app, BUYER) as work:
        ids = list(work.session.scalars(select(Product.id).where(visible(work)).order_by(Product.article).limit(200)))
        goods = visible_goods(work, ids)
    gone = [id_ for id_ in ids if id_ in goods and not in_stock(goods[id_])]
    there = [id_ for id_ in ids if id_ in goods and in_stock(goods[id_])]
    with app.work() as work:
        if gone and there and work.session.scalars(select(Announcement.id).limit(1)).first() is None:
            chosen = [(gone if said[0] == "expected" and gone else there).pop(0) for said in SAID]  # among them what the buyer starred
            work.session.insert_rows(Announcement, [_row(work, id_, *said) for id_, said in zip(chosen, SAID, strict=True)])


def _row(work: Work, product_id: Any, kind: str, days: int | None, kilograms: int | None, words: str, ago: int) -> dict[str, Any]:
    today = work.now.astimezone(work.config.portal.zone).date()
    made = work.now - timedelta(days=ago)
    return {
        "id": new_id(), "product_id": product_id, "kind": kind, "source": "staff", "note": words,
        "on": today + timedelta(days=days) if days is not None else None,
        "amount": Decimal(kilograms) if kilograms is not None else None, "made_by": None, "made_at": made,
        "until": work.now + timedelta(days=(days or 0) + 14), "ended_at": None,
    }  # fmt: skip
