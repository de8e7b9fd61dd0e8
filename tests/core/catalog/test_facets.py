"""Facets: values with counts that follow what the buyer sees and what else is chosen; the index in memory and the database agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from b2bkit.core.accounts.models import Contract
from b2bkit.core.catalog.attributes import keep_values
from b2bkit.core.catalog.facets.browse import browse, facet_counts
from b2bkit.core.catalog.facets.chosen import Chosen, Range, Section, parse
from b2bkit.core.catalog.facets.keeper import Keeper, catalogue_edited
from b2bkit.core.catalog.facets.reading import read_index
from b2bkit.core.catalog.facets.sql import counts
from b2bkit.core.catalog.listing import ANY, ListQuery
from b2bkit.core.catalog.models import Attribute, Category, Product, Stock
from b2bkit.core.catalog.service import CategoryPlace, set_category_parents
from b2bkit.core.erp.models import Freshness
from tests.core.catalog.desk import NOON, STAFF, Actor, Desk, buyer, counted_statements, make

NOTHING = Chosen()
PRODUCER, STOCK = Section("catalog.producer", None), Section("catalog.stock", None)


@contextmanager
def indexed(desk: Desk) -> Iterator[Keeper]:
    """The desk counts in memory in this block."""
    plugin: Any = desk.kit.plugins["catalog"]
    keeper = Keeper(lambda *, write=True: desk.work(write=write), sql_up_to=0, look_every=1e9)
    keeper.look()
    plugin.keeper = keeper
    try:
        yield keeper
    finally:
        keeper.close()
        del plugin.keeper


class Shop:
    """Films of two producers with a thickness and colours, a pipe group that the contract does not open."""

    def __init__(self, desk: Desk) -> None:
        with desk.work() as work:
            self.films, self.pipes = make.category(work, name="Плёнка"), make.category(work, name="Трубы")
            self.rolls = make.category(work, name="Рукав", parent=self.films)
            prices, store = make.price_type(work), make.warehouse(work)
            self.contract = make.contract(work, company=make.company(work), prices=prices, categories=(self.films,))
            self.other = make.contract(work, company=make.company(work), prices=make.price_type(work), categories=(self.pipes,))
            work.session.add_all(
                [
                    Attribute(name="Толщина, мкм", kind="number", unit="мкм", in_filter=True),
                    Attribute(name="Цвет", kind="choice", in_filter=True),
                ]
            )
            work.session.flush()
            for number in range(12):
                row = make.product(
                    work,
                    category=(self.films, self.rolls, self.pipes)[number % 3],
                    name=f"Товар {number:02}",
                    article=f"T{11 - number:02}",
                    producer=("Полимир", "Барьер", "Канарейка")[number % 3] if number % 3 == 2 else ("Полимир", "Барьер")[number // 6],
                )
                given = {"Толщина, мкм": str(50 * (1 + number % 2)), "Цвет": ["белый", "синий"] if number % 4 else ["белый"]}
                if number % 3 == 2:
                    given = {"Толщина, мкм": "999", "Цвет": ["канареечный"]}
                keep_values(work.session, {row.id: given})
                make.price(work, product=row, prices=prices, value=str(1 + number))
                if number % 2:
                    make.stock(work, product=row, warehouse=store)
            self.attributes = {row.name: row.id for row in work.session.scalars(select(Attribute))}

    def section(self, name: str) -> Section:
        return Section("catalog.attributes", self.attributes[name])


@pytest.fixture
def shop(desk: Desk) -> Shop:
    return Shop(desk)


def names(desk: Desk, actor: Actor, chosen: Chosen, **query: Any) -> list[str]:
    with desk.reading(actor) as work:
        return [good.row.name for good in browse(work, ListQuery(sort="best", **query), chosen).page.goods]


def of(desk: Desk, actor: Actor, chosen: Chosen = NOTHING, **query: Any) -> dict[Section, dict[str, int]]:
    with desk.reading(actor) as work:
        return {section: dict(values) for section, values in facet_counts(work, ListQuery(**query), chosen).values.items()}


def test_values_are_counted_within_what_the_buyer_sees_and_what_else_is_chosen(desk: Desk, shop: Shop) -> None:
    mine = buyer(shop.contract)
    assert of(desk, mine) == {
        STOCK: {"yes": 4},
        PRODUCER: {"Полимир": 4, "Барьер": 4},
        shop.section("Толщина, мкм"): {"50": 4, "100": 4},
        shop.section("Цвет"): {"белый": 8, "синий": 6},
    }
    of_one = Chosen(((PRODUCER, ("Полимир",)),))
    assert of(desk, mine, of_one)[PRODUCER] == {"Полимир": 4, "Барьер": 4}  # values of one section widen
    assert of(desk, mine, of_one)[STOCK] == {"yes": 2}
    assert names(desk, mine, of_one) == ["Товар 00", "Товар 01", "Товар 03", "Товар 04"]
    two = Chosen(((PRODUCER, ("Барьер", "Полимир")), (shop.section("Толщина, мкм"), ("100",))))
    assert names(desk, mine, two) == ["Товар 01", "Товар 03", "Товар 07", "Товар 09"]  # sections narrow
    assert of(desk, mine, two, category=shop.rolls.id)[PRODUCER] == {"Полимир": 1, "Барьер": 1}
    assert of(desk, mine, q="товар 07")[PRODUCER] == {"Барьер": 1}


def test_prices_narrow_by_the_price_of_the_least_order_under_the_own_contract(desk: Desk, shop: Shop) -> None:
    cheap = Chosen(price_from=Decimal(2), price_to=Decimal("4.5"))
    assert names(desk, buyer(shop.contract), cheap) == ["Товар 01", "Товар 03"]
    assert names(desk, buyer(shop.other), cheap) == []
    assert of(desk, buyer(shop.contract), cheap)[PRODUCER] == {"Полимир": 2}


def test_hidden_products_show_in_no_value_whoever_asks_for_them(desk: Desk, shop: Shop) -> None:
    mine, theirs = buyer(shop.contract), buyer(shop.other)
    hidden = Chosen(((PRODUCER, ("Канарейка",)),))
    absent = Chosen(((PRODUCER, ("Нет такого",)),))
    for again in (False, True):
        with indexed(desk) if again else desk.reading():
            assert not {"Канарейка", "999", "канареечный"} & {value for values in of(desk, mine).values() for value in values}
            assert of(desk, mine, hidden) == of(desk, mine, absent)
            assert names(desk, mine, hidden) == names(desk, mine, absent) == []
            assert of(desk, theirs)[PRODUCER] == {"Канарейка": 4}
            assert of(desk, buyer(None, shop.contract.company_id)) == {}


def test_what_names_no_facet_is_left_out_of_an_address(desk: Desk, shop: Shop) -> None:
    facets = desk.kit.facets
    section = shop.section("Цвет")
    texts = [
        "catalog.producer:А: Б",
        f"{section.address}:белый",
        "catalog.attributes:x",
        "catalog.attributes.no:x",
        "no.such:1",
        "catalog.producer:",
        "x",
    ]
    chosen = parse(facets, texts)
    assert chosen.values == ((section, ("белый",)), (PRODUCER, ("А: Б",)))
    assert parse(facets, chosen.addresses) == chosen
    assert chosen.without(PRODUCER, "А: Б").values == ((section, ("белый",)),)


def test_a_list_with_facets_takes_three_statements_and_its_counts_one(desk: Desk, shop: Shop) -> None:
    mine, two = buyer(shop.contract), Chosen(((PRODUCER, ("Полимир",)), (shop.section("Цвет"), ("белый", "синий"))))
    for _again in range(2):
        with desk.reading(mine) as work:
            with counted_statements() as listed:
                browse(work, ListQuery(), two)
            with counted_statements() as counted:
                facet_counts(work, ListQuery(), two)
        assert (len(listed), len(counted)) == (3, 1)
    with indexed(desk), desk.reading(mine) as work:
        with counted_statements() as listed:
            browse(work, ListQuery(), two)
        with counted_statements() as counted:
            facet_counts(work, ListQuery(), two)
    assert (len(listed), len(counted)) == (4, 1)


# the index


def _anything(random: Random, shop: Shop, work: Any) -> list[Actor]:
    """A catalogue by chance; returns who may look at it."""
    groups = [shop.films, shop.pipes, shop.rolls, make.category(work, parent=shop.rolls), make.category(work)]
    groups[-1].active = random.random() < 0.5
    store = make.warehouse(work)
    for number in range(60):
        name, group = random.choice("абвгде") + str(number % 7), random.choice([*groups, None])
        row = make.product(work, category=group, name=name, article=random.choice("XYZ"))
        row.producer, row.active = random.choice(["", "П1", "П2", "П3"]), random.random() < 0.9
        colours = random.sample(["белый", "синий", "красный"], random.randint(0, 3))
        keep_values(work.session, {row.id: {"Цвет": colours, "Толщина, мкм": random.choice(["1", "3", "3.0", "7,5", "9", "тонкая", ""])}})
        if random.random() < 0.5:
            make.stock(work, product=row, warehouse=store, quantity=random.choice(["0", "5"]))
    whole = make.contract(work, company=make.company(work))
    whole.whole_catalogue = True
    return [STAFF, buyer(shop.contract), buyer(shop.other), buyer(whole)]


@pytest.mark.parametrize("seed", range(3))
def test_the_index_and_the_database_give_the_same_lists_counts_and_pages(desk: Desk, shop: Shop, seed: int) -> None:
    random = Random(seed)
    with desk.work() as work:
        actors = _anything(random, shop, work)
    sections = {PRODUCER: ["П1", "П2", "Полимир", "нет"], STOCK: ["yes"], shop.section("Цвет"): ["белый", "синий", "красный"]}
    sections[shop.section("Толщина, мкм")] = ["1", "7,5", "нет"]

    def cases() -> Iterator[tuple[Actor, ListQuery, Chosen]]:
        chance = Random(seed)
        for _case in range(25):
            picked = chance.sample(sorted(sections, key=str), chance.randint(0, 3))
            wanted = [
                (section, tuple(sorted(chance.sample(sections[section], chance.randint(1, len(sections[section])))))) for section in picked
            ]
            ends = (None if chance.random() < 0.3 else Decimal(chance.choice([0, 3, 5, 9])) for _end in range(2))
            ranged = ((shop.section("Толщина, мкм"), Range(*ends)),) if chance.random() < 0.5 else ()
            chosen = Chosen(tuple(sorted(wanted, key=lambda one: one[0].address)), ranges=ranged)
            category = chance.choice([None, None, shop.films.id, shop.rolls.id, UUID(int=5)])
            yield chance.choice(actors), ListQuery(category=category, sort=chance.choice(["best", "name", "article"]), limit=7), chosen

    def answers() -> list[object]:
        found: list[object] = []
        for actor, query, chosen in cases():
            with desk.reading(actor) as work:
                page = browse(work, query, chosen)
                ahead = browse(work, replace(query, cursor=page.page.next), chosen).page if page.page.next else page.page
                back = browse(work, replace(query, cursor=ahead.previous), chosen).page if ahead.previous else page.page
                assert [good.id for good in back.goods] == [good.id for good in page.page.goods]
                found += [page.tree, facet_counts(work, query, chosen)]
                found += [([good.id for good in one.goods], one.next, one.previous) for one in (page.page, ahead, back)]
        return found

    from_sql = answers()
    with indexed(desk):
        assert answers() == from_sql


def test_the_old_index_serves_until_the_new_one_is_read_and_every_process_follows(desk: Desk, shop: Shop) -> None:
    mine = buyer(shop.contract)
    with indexed(desk) as keeper:
        other = Keeper(lambda *, write=True: desk.work(write=write), sql_up_to=0, look_every=1e9)
        other.look()
        old = keeper.current()
        with desk.work() as work:
            work.session.execute(update(Product).where(Product.name == "Товар 00").values(producer="Новый"))
            catalogue_edited(work)
        assert of(desk, mine)[PRODUCER] == {"Полимир": 4, "Барьер": 4}
        keeper.look()
        assert keeper.current() is not old
        assert of(desk, mine)[PRODUCER] == {"Полимир": 3, "Барьер": 4, "Новый": 1}
        there = other.current()
        other.look()
        assert other.current() is not there
        again = keeper.current()
        keeper.look()
        assert keeper.current() is again


def test_news_of_stock_alone_are_read_alone_and_the_old_index_stays_as_it_was(desk: Desk, shop: Shop) -> None:
    mine = buyer(shop.contract)
    with indexed(desk) as keeper:
        old = keeper.current()
        assert old is not None
        with desk.work() as work:
            work.session.execute(update(Product).where(Product.name == "Товар 00").values(producer="Новый"))
            work.session.execute(delete(Stock).where(Stock.product_id.in_(select(Product.id).where(Product.name == "Товар 01"))))
            work.session.add(Freshness(kind="stock", as_of=NOON, rows=1, refused=0))
        with counted_statements() as read:
            keeper.look()
        assert not any("core_attribute_value" in statement or "producer" in statement for statement in read)
        assert of(desk, mine)[STOCK] == {"yes": 3}
        assert of(desk, mine)[PRODUCER] == {"Полимир": 4, "Барьер": 4}, "goods were not told"
        assert len(old.left(old.visible([]), Chosen(((STOCK, ("yes",)),)))) == 6
        with desk.work() as work:
            catalogue_edited(work)
        keeper.look()
        assert of(desk, mine)[PRODUCER] == {"Полимир": 3, "Барьер": 4, "Новый": 1}


def test_rows_that_were_hidden_since_the_index_was_read_are_not_shown(desk: Desk, shop: Shop) -> None:
    with indexed(desk):
        with desk.work() as work:
            work.session.execute(update(Product).where(Product.name == "Товар 00").values(active=False))
            work.session.execute(update(Contract).where(Contract.id == shop.other.id).values(active=False))
        assert "Товар 00" not in names(desk, buyer(shop.contract), Chosen())
        assert of(desk, buyer(shop.other)) == {}


def test_a_small_catalogue_has_no_index(desk: Desk, shop: Shop) -> None:
    keeper = Keeper(lambda *, write=True: desk.work(write=write))
    keeper.look()
    assert keeper.current() is None


def test_a_ring_of_categories_does_not_hang_the_index(desk: Desk, shop: Shop) -> None:
    with desk.work() as work:
        set_category_parents(work, places=[CategoryPlace(shop.pipes.id, shop.films.id)])
        work.session.execute(update(Category).where(Category.id == shop.films.id).values(parent_id=shop.pipes.id))
        assert len(read_index(work)) == 12
        assert counts(work, Chosen(), ANY)
