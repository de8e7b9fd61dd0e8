"""Records that say what was taken before: they are counted and left, unless anything about their rows is another than it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest
from sqlalchemy import delete, update

from b2bkit.core.catalog.models import Packaging, Product, Stock
from b2bkit.core.pricing.models import Price
from b2bkit.core.work import Work
from b2bkit.testing.portal import Portal
from b2bkit_onec import missing, staging
from b2bkit_onec.apply.file import apply_file
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.apply.taken import Taken
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Mentioned
from b2bkit_onec.plugin import OneCPlugin
from b2bkit_onec.wire import Line, encode, read
from plugins.onec.tests.exchange.applying import changes, one, refused, rows
from plugins.onec.tests.exchange.onec import OneC

COLOUR = records.PropertyDef("colour", "Цвет", {"w": "белый", "b": "чёрный"}, "Справочник")
GOOD = records.Product(
    "p-1", "p-1", "", "Плёнка", article="П-1", unit_name="кг", line=10, properties=(records.PropertyValue("colour", ("w",)),),
    requisites=(records.Requisite("Упаковка", "рулон"),),
)  # fmt: skip
OFFER = records.Offer(
    "p-1", "p-1", "", quantity=Decimal(40), prices=(records.Price("opt", Decimal("4.62"), "BYN", line=31),), line=30,
    stocks=(records.StockRow("minsk", Decimal(40)),),
)  # fmt: skip
DECLARED = (COLOUR, records.PriceType("opt", "Оптовая", "BYN"), records.Warehouse("minsk", "Минск"))
FILE: tuple[records.Item, ...] = (*DECLARED, GOOD, OFFER)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08">'


def tell(portal: Portal, *items: records.Item) -> Intake:
    """One file of these records as the child gives it, applied and committed."""
    settings = cast(OneCPlugin, portal.app.kit.plugins["onec"]).own
    with portal.work() as work:
        return apply_file(work, name="file.xml", items=lambda: staging.told(map(encode, items)), settings=settings)


def unknown(portal: Portal, *items: records.Product | records.Offer) -> list[str]:
    """Those of the records that would have to be applied now."""
    settings = cast(OneCPlugin, portal.app.kit.plugins["onec"]).own
    lines = [read(encode(item)) for item in items]
    with portal.work() as work:
        found = Taken(Intake(work, settings, "file.xml")).sift([line for line in lines if isinstance(line, Line)])
        return [one.id for one in found if isinstance(one, records.Product | records.Offer)]


def knows(portal: Portal) -> bool:
    """Whether this database is asked for the state of rows; elsewhere each record is compared with its rows."""
    return portal.app.db.engine.dialect.name == "postgresql"


def everything(portal: Portal) -> dict[str, Any]:
    return {entity.__name__: rows(portal, entity) for entity in (Product, Price, Stock, Packaging)}


def test_the_same_records_again_are_counted_as_told_and_change_nothing(portal: Portal) -> None:
    first, before = tell(portal, *FILE), everything(portal)
    moved = [replace(item, line=item.line + 7) if isinstance(item, records.Product | records.Offer) else item for item in FILE]
    again = tell(portal, *moved)
    assert {kind: row["told"] for kind, row in again.counts.items()} == {kind: row["told"] for kind, row in first.counts.items()}
    assert (changes(again), everything(portal)) == ({}, before)
    assert [row["count"] for row in rows(portal, Mentioned)] == [1, 1]
    assert (unknown(portal, GOOD), unknown(portal, OFFER)) == (([], []) if knows(portal) else (["p-1"], ["p-1"]))


def test_a_record_that_says_anything_else_is_taken(portal: Portal) -> None:
    tell(portal, *FILE)
    (price,) = OFFER.prices
    assert unknown(portal, replace(GOOD, name="Плёнка 2")) == ["p-1"]
    assert unknown(portal, replace(OFFER, prices=(replace(price, value=Decimal("4.63")),))) == ["p-1"]
    assert changes(tell(portal, *DECLARED, replace(GOOD, name="Плёнка 2"))) == {"products": (0, 1)}
    assert changes(tell(portal, *FILE)) == {"products": (0, 1)}
    assert one(portal, Product)["name"] == "Плёнка"


def hide(work: Work) -> None:
    missing.hide(work, ["p-1"])


MEANWHILE: dict[str, Callable[[Work], object]] = {
    "another price": lambda work: work.session.execute(update(Price).values(value=Decimal(1))),
    "no price": lambda work: work.session.execute(delete(Price)),
    "another amount": lambda work: work.session.execute(update(Stock).values(quantity=Decimal(1))),
    "no stock": lambda work: work.session.execute(delete(Stock)),
    "another name": lambda work: work.session.execute(update(Product).values(name="Чужое")),
    "put away": hide,
    "a packaging of somebody": lambda work: work.session.add(Packaging(product_id=one_id(work), name="мешок", factor=Decimal(25))),
}


def one_id(work: Work) -> Any:
    (found,) = work.session.query(Product).all()
    return found.id


def comparable(portal: Portal) -> dict[str, Any]:
    """Without moments and ids, which a row that is set right has of its own."""
    own = ("as_of", "updated_at", "id")
    return {kind: [{n: v for n, v in row.items() if n not in own} for row in found] for kind, found in everything(portal).items()}


@pytest.mark.parametrize("happened", MEANWHILE)
def test_what_somebody_changed_meanwhile_is_set_right_by_the_same_file(portal: Portal, happened: str) -> None:
    tell(portal, *FILE)
    tell(portal, *FILE)
    before = comparable(portal)
    with portal.work() as work:
        MEANWHILE[happened](work)
    assert comparable(portal) != before
    assert changes(tell(portal, *FILE)) != {}
    assert comparable(portal) == before


def test_a_word_that_is_another_in_the_reference_book_reaches_goods_that_stayed_as_they_were(portal: Portal) -> None:
    tell(portal, *FILE)
    tell(portal, replace(COLOUR, values={"w": "молочный", "b": "чёрный"}), *FILE[1:])
    assert one(portal, Product)["attributes"] == {"Цвет": "молочный"}


def test_of_one_that_comes_twice_the_later_holds_each_time(portal: Portal) -> None:
    other = replace(GOOD, name="Плёнка 2")
    for last, items in (("Плёнка 2", (GOOD, other)), ("Плёнка 2", (GOOD, other)), ("Плёнка", (other, GOOD)), ("Плёнка", (GOOD, GOOD))):
        tell(portal, *DECLARED, *items)
        assert one(portal, Product)["name"] == last
    far = (*DECLARED, GOOD, OFFER, other)  # in two batches
    for _time in range(2):
        tell(portal, *far)
        assert one(portal, Product)["name"] == "Плёнка 2"


def test_what_was_refused_is_refused_each_time(portal: Portal) -> None:
    (price,) = OFFER.prices
    bad = replace(OFFER, prices=(replace(price, currency="EUR"),))
    found = [refused(tell(portal, *DECLARED, GOOD, bad)) for _time in range(2)]
    assert found == [[("other-currency", "p-1", 31)]] * 2
    assert unknown(portal, bad) == ["p-1"]


def test_prices_and_stock_that_come_in_files_of_their_own_are_known_each_by_itself(portal: Portal) -> None:
    priced, held = replace(OFFER, stocks=(), quantity=None), replace(OFFER, prices=())
    for file in ((*DECLARED, GOOD), (*DECLARED, priced), (*DECLARED, held)):
        tell(portal, *file)
    assert unknown(portal, priced) + unknown(portal, held) == ([] if knows(portal) else ["p-1", "p-1"])
    tell(portal, *DECLARED, replace(held, stocks=(records.StockRow("minsk", Decimal(7)),)))
    assert unknown(portal, held) == ["p-1"]
    assert unknown(portal, priced) == ([] if knows(portal) else ["p-1"])
    assert unknown(portal, OFFER) == ["p-1"]


def test_a_product_with_variants_takes_them_along_each_time(portal: Portal) -> None:
    variant = records.Offer("p-1#v", "p-1", "v", "Плёнка 20 мкм", quantity=Decimal(3))
    file = (*DECLARED, GOOD, variant)
    for _time in range(2):
        tell(portal, *file)
    with portal.work() as work:
        assert missing.hide(work, ["p-1"]) == 1
    tell(portal, *DECLARED, GOOD)
    assert [row["active"] for row in rows(portal, Product)] == [False, True]


def test_a_file_that_declares_after_what_refers_to_it_is_taken_as_any_other(portal: Portal, onec: OneC) -> None:
    good = "<Товар><Ид>p-1</Ид><Наименование>Плёнка</Наименование></Товар>"
    types = "<ТипыЦен><ТипЦены><Ид>opt</Ид><Наименование>Оптовая</Наименование><Валюта>EUR</Валюта></ТипЦены></ТипыЦен>"
    price = "<Цена><ИдТипаЦены>opt</ИдТипаЦены><ЦенаЗаЕдиницу>5.10</ЦенаЗаЕдиницу><Валюта>EUR</Валюта></Цена>"
    offers = f"{types}<Предложения><Предложение><Ид>p-1</Ид><Цены>{price}</Цены></Предложение></Предложения>"
    file = f"{HEAD}<Каталог><Товары>{good}</Товары></Каталог><ПакетПредложений>{offers}</ПакетПредложений></КоммерческаяИнформация>"
    for _time in range(2):
        assert onec.give({"import.xml": file.encode()})[0].startswith("success")
    assert one(portal, Price)["value"] == Decimal("5.10")
