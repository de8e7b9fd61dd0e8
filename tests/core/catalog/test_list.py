"""The list: search by name and article in one spelling, order, pages, stock with its age, and few statements."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from b2bkit.core.catalog.cursor import Cursor
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.catalog.pages import ListForm, groups_to_show, ways_out
from b2bkit.core.catalog.service import (
    CategoryPlace,
    ListQuery,
    list_products,
    matching_tree,
    product_details,
    search_text,
    search_words,
    set_category_parents,
)
from b2bkit.core.catalog.view import shown
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Freshness
from b2bkit.core.errors import Refused
from tests.core.catalog.desk import NOON, STAFF, Desk, buyer, counted_statements, make


def names(desk: Desk, **query: object) -> list[str]:
    with desk.reading(STAFF) as work:
        return [good.row.name for good in list_products(work, ListQuery(**query)).goods]  # type: ignore[arg-type]


@pytest.fixture
def grades(desk: Desk) -> Desk:
    with desk.work() as work:
        for name, article, producer in (
            ("ПЭВД 15803-020", "PE.158/03", "Полимир"),
            ("ПЭВД 10803-020", "PE.108/03", "Полимир"),
            ("Ёмкость 5% раствор", "Ё-5", "Химволокно"),
            ("ёлочный пакет", "e_1", ""),
            ("ПП 21030", "PP 210 30", "Томскнефтехим"),
        ):
            row = make.product(work, name=name, article=article, producer=producer)
            row.search_text = search_text(article=article, name=name, producer=producer)
    return desk


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("пэвд", {"ПЭВД 15803-020", "ПЭВД 10803-020"}),
        ("020 ПэВд", {"ПЭВД 15803-020", "ПЭВД 10803-020"}),
        ("15803020", {"ПЭВД 15803-020"}),
        ("15803-020", {"ПЭВД 15803-020"}),
        ("15803/0", {"ПЭВД 15803-020"}),
        ("158", {"ПЭВД 15803-020"}),
        ("pe108", {"ПЭВД 10803-020"}),
        ("PE-158.03", {"ПЭВД 15803-020"}),
        ("pp21030", {"ПП 21030"}),
        ("емкость", {"Ёмкость 5% раствор"}),
        ("ЁЛОЧНЫЙ", {"ёлочный пакет"}),
        ("полимир 10803", {"ПЭВД 10803-020"}),
        ("803", set()),
        ("пэвд томск", set()),
        ("%", set()),
        ("_", set()),
        ("П%В", set()),
        ("5_аствор", set()),
        ("' OR 1=1 --", set()),
        ("раствор\\", {"Ёмкость 5% раствор"}),
    ],
)
def test_words_are_found_from_their_beginning_in_any_order_and_spelling(grades: Desk, typed: str, found: set[str]) -> None:
    assert set(names(grades, q=typed)) == found


def test_a_search_for_nothing_but_signs_finds_nothing_and_an_empty_one_everything() -> None:
    assert search_words("%%__") is None
    assert search_words("   ") == ()


def test_a_very_long_text_keeps_whole_words_within_the_column() -> None:
    text = search_text(article="A-1", name=" ".join(f"слово{number}" for number in range(200)))
    assert len(text) <= 650
    assert text.endswith(("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"))
    assert search_text(article="", name="х" * 2000)[:3] == " хх"


def test_both_databases_sort_alike_without_regard_to_case_and_yo(grades: Desk) -> None:
    assert names(grades) == ["ёлочный пакет", "Ёмкость 5% раствор", "ПП 21030", "ПЭВД 10803-020", "ПЭВД 15803-020"]
    assert names(grades, sort="article")[:2] == ["ПЭВД 10803-020", "ПЭВД 15803-020"]


@pytest.mark.parametrize("sort", ["name", "article"])
def test_pages_hold_every_product_once_forwards_and_backwards(desk: Desk, sort: str) -> None:
    with desk.work() as work:
        for number in range(23):
            make.product(work, name=f"Марка {number % 5}", article=f"A{number % 3}")
    pages: list[list[UUID]] = []
    back: list[list[UUID]] = []
    with desk.reading(STAFF) as work:
        cursor: str | None = None
        while True:
            page = list_products(work, ListQuery(sort=sort, cursor=cursor, limit=5))  # type: ignore[arg-type]
            pages.append([good.id for good in page.goods])
            if page.next is None:
                break
            cursor = page.next
        while page.previous is not None:
            page = list_products(work, ListQuery(sort=sort, cursor=page.previous, limit=5))  # type: ignore[arg-type]
            back.append([good.id for good in page.goods])
    flat = [id_ for page_ids in pages for id_ in page_ids]
    assert len(flat) == 23 == len(set(flat))
    assert list(reversed(back)) == pages[:-1]


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "W10", "я", "a" * 5000, Cursor("article", False, "A", UUID(int=1)).encode()])
def test_a_cursor_of_another_list_is_refused_with_its_field(desk: Desk, cursor: str) -> None:
    with desk.reading(STAFF) as work, pytest.raises(Refused) as refused:
        list_products(work, ListQuery(cursor=cursor))
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [("catalog.bad_cursor", "cursor")]


def test_stock_is_as_old_as_the_last_exchange_that_told_stock(desk: Desk) -> None:
    with desk.work() as work:
        product = make.product(work)
        for name, quantity in (("Минск", "14400"), ("Гомель", "4000")):
            make.stock(work, product=product, warehouse=make.warehouse(work, name=name), quantity=quantity)
        never = make.product(work, name="Без остатка")
    with desk.reading(STAFF) as work:
        good = product_details(work, product_id=product.id).good
        assert (good.available, good.stock_as_of) == (Decimal(18400), NOON)
        assert shown(product_details(work, product_id=never.id).good).stock.text == "—"
    with desk.work() as work:
        work.session.add(Freshness(kind="stock", as_of=NOON + timedelta(minutes=5)))
    with desk.reading(STAFF) as work:
        good = product_details(work, product_id=product.id).good
        assert good.stock_as_of == NOON + timedelta(minutes=5)
        assert shown(good).stock.places == "Гомель 4,000\u00a0kg · Минск 14,400\u00a0kg"
        assert shown(product_details(work, product_id=never.id).good).stock.text == "none"


def test_a_list_of_fifty_takes_three_statements_with_groups_four_and_a_product_three(desk: Desk) -> None:
    with desk.work() as work:
        group = make.category(work)
        prices, store = make.price_type(work), make.warehouse(work)
        contract = make.contract(work, company=make.company(work), prices=prices, categories=(group,))
        for _number in range(60):
            product = make.product(work, category=group)
            make.price(work, product=product, prices=prices)
            make.stock(work, product=product, warehouse=store)
    for _again in range(2):
        with desk.reading(buyer(contract)) as work:
            with counted_statements() as listed:
                page = list_products(work, ListQuery())
            assert (len(page.goods), len(listed)) == (50, 3)
            with counted_statements() as trees:
                matching_tree(work, "пэвд")
            assert len(trees) == 1
            with counted_statements() as one:
                product_details(work, product_id=product.id)
            assert len(one) == 3


# the tree


def test_the_tree_can_be_hung_anew_and_what_is_open_follows(desk: Desk) -> None:
    with desk.work() as work:
        top, other = make.category(work, name="А"), make.category(work, name="Б")
        leaf = make.category(work, name="В", parent=top)
        product = make.product(work, category=leaf)
        contract = make.contract(work, company=make.company(work), categories=(other,))
    with desk.reading(buyer(contract)) as work:
        assert list_products(work, ListQuery()).goods == ()
    with desk.work() as work:
        set_category_parents(work, places=[CategoryPlace(top.id, other.id)])
    with desk.reading(buyer(contract)) as work:
        assert [good.id for good in list_products(work, ListQuery()).goods] == [product.id]
        assert [(group.name, group.depth) for group in matching_tree(work, "").groups] == [("Б", 0), ("А", 1), ("В", 2)]


def test_a_category_below_itself_is_refused_and_nothing_changes(desk: Desk) -> None:
    with desk.work() as work:
        top = make.category(work, name="А")
        leaf = make.category(work, name="В", parent=top)
    with desk.work() as work:
        with pytest.raises(Refused) as refused:
            set_category_parents(work, places=[CategoryPlace(top.id, leaf.id)])
        assert refused.value.problems[0].code == "catalog.category_ring"
        with pytest.raises(Refused):
            set_category_parents(work, places=[CategoryPlace(top.id, new_id())])
        assert work.session.get_one(Category, top.id).parent_id is None


def test_an_empty_result_says_which_filter_to_drop_and_how_many_that_shows(grades: Desk) -> None:
    with grades.work() as work:
        full, empty = make.category(work, name="Полная"), make.category(work, name="Другая")
        work.session.query(Product).filter(Product.name.like("ПЭВД%")).update({"category_id": full.id})
        work.session.query(Product).filter(Product.name == "ПП 21030").update({"category_id": empty.id})
    with grades.reading(STAFF) as work:
        tree = matching_tree(work, "пэвд")
        form = ListForm(q="пэвд", category=empty.id)
        assert [(way.label, way.products) for way in ways_out(tree, tree.find(empty.id), form)] == [("words", 1), ("group", 2)]
        assert [(group.name, group.matching, group.total) for group in groups_to_show(tree, None)] == [("Другая", 0, 1), ("Полная", 2, 2)]
        assert matching_tree(work, "%").matching == 0


def test_counts_are_there_without_any_category(desk: Desk) -> None:
    with desk.work() as work:
        make.product(work, name="ПП 1")
        make.product(work, name="ПЭ 1")
    with desk.reading(STAFF) as work:
        tree = matching_tree(work, "пп")
    assert (tree.groups, tree.total, tree.matching) == ((), 2, 1)
