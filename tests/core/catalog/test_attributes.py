"""Typed attributes: values by kind, where they are shown, and that only what changed is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from b2bkit.core.catalog.attributes import Declared, declare, flag_of, keep_values, listed, number_of, reword, said
from b2bkit.core.catalog.models import Attribute, AttributeValue, Product
from b2bkit.core.catalog.service import ListQuery, list_products, product_details
from b2bkit.core.catalog.view import attributes_of, shown
from b2bkit.core.db.rows import Change
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator
from tests.core.catalog.desk import STAFF, Desk, desk, kit, make

__all__ = ["desk", "kit"]
FLOW, PLANTS = "ПТР, г/10 мин", "Завод"
GIVEN: dict[str, Any] = {FLOW: "0,3", "Полимер": "ПЭВД", "Пищевой": "Да", PLANTS: ["Полимир", "Томск"]}
KINDS = [Declared("Полимер", "choice", 0), Declared(FLOW, "number", 1), Declared("Пищевой", "flag", 2), Declared(PLANTS, "choice", 3)]


def values(desk: Desk) -> list[tuple[str, int, str, Decimal | None]]:
    statement = select(Attribute.name, AttributeValue.position, AttributeValue.text, AttributeValue.number)
    joined = statement.join(Attribute, Attribute.id == AttributeValue.attribute_id)
    with desk.work(write=False) as work:
        return sorted((name, position, text, number) for name, position, text, number in work.session.execute(joined))


@pytest.fixture
def grade(desk: Desk) -> Product:
    with desk.work() as work:
        assert declare(work.session, KINDS) == Change(4, 0)
        product = make.product(work, attributes=GIVEN)
        keep_values(work.session, {product.id: GIVEN}, new=[product.id])
    return product


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0,3", "0.3"),
        ("1 375", "1375"),
        ("-12.5", "-12.5"),
        ("2,0000004", "2"),
        ("до 5", None),
        ("1e3", None),
        ("", None),
        ("9" * 14, None),
    ],
)
def test_a_number_is_kept_exactly_and_what_is_none_is_none(text: str, number: str | None) -> None:
    assert number_of(text) == (None if number is None else Decimal(number))


def test_yes_and_no_are_read_as_1c_writes_them() -> None:
    assert [flag_of(word) for word in ("Да", "true", "Ложь", "нет", "иногда")] == [True, True, False, False, None]


def test_values_of_a_product_are_typed_one_row_each(desk: Desk, grade: Product) -> None:
    assert values(desk) == [
        (PLANTS, 0, "Полимир", None),
        (PLANTS, 1, "Томск", None),
        (FLOW, 0, "0,3", Decimal("0.3")),
        ("Пищевой", 0, "Да", Decimal(1)),
        ("Полимер", 0, "ПЭВД", None),
    ]


def test_values_told_again_are_left_alone_and_those_that_went_are_gone(desk: Desk, grade: Product) -> None:
    with desk.work() as work:
        assert keep_values(work.session, {grade.id: GIVEN}) == Change()
        assert keep_values(work.session, {grade.id: {FLOW: "0,4", PLANTS: "Полимир"}}) == Change(0, 4)
    assert values(desk) == [(PLANTS, 0, "Полимир", None), (FLOW, 0, "0,4", Decimal("0.4"))]


def test_a_name_that_nobody_declared_is_an_attribute_of_text(desk: Desk) -> None:
    with desk.work() as work:
        product = make.product(work)
        keep_values(work.session, {product.id: {"Цвет": "белый"}})
        row = work.session.scalars(select(Attribute)).one()
        assert (row.name, row.kind, row.in_list, row.in_product, row.in_filter) == ("Цвет", "text", False, True, False)


def test_an_attribute_that_becomes_a_number_types_the_values_that_are_there(desk: Desk) -> None:
    with desk.work() as work:
        some, other = make.product(work), make.product(work)
        keep_values(work.session, {some.id: {"Длина, м": "2,5"}, other.id: {"Длина, м": "разная"}})
        assert declare(work.session, [Declared("Длина, м", "number")]) == Change(0, 1)
        assert work.session.scalars(select(Attribute.unit)).one() == "м"
    assert values(desk) == [("Длина, м", 0, "2,5", Decimal("2.5")), ("Длина, м", 0, "разная", None)]


def test_a_declaration_does_not_move_what_staff_arranged(desk: Desk, grade: Product) -> None:
    with desk.work() as work:
        row = work.session.scalars(select(Attribute).where(Attribute.name == FLOW)).one()
        row.in_list, row.position, row.unit = True, 9, "g/10 min"
    with desk.work() as work:
        assert declare(work.session, KINDS) == Change()
        row = work.session.scalars(select(Attribute).where(Attribute.name == FLOW)).one()
        assert (row.in_list, row.position, row.unit) == (True, 9, "g/10 min")


def test_a_new_name_and_new_words_reach_every_product_that_has_them(desk: Desk, grade: Product) -> None:
    with desk.work() as work:
        assert reword(work.session, name=PLANTS, new_name="Производитель", words={"Томск": "Томскнефтехим"}) == [grade.id]
        assert reword(work.session, name="Полимер", new_name="Полимер", words={"ПП": "полипропилен"}) == []
    with desk.reading(STAFF) as work:
        assert product_details(work, product_id=grade.id).good.row.attributes == {
            FLOW: "0,3", "Полимер": "ПЭВД", "Пищевой": "Да", "Производитель": ["Полимир", "Томскнефтехим"],
        }  # fmt: skip
    assert ("Производитель", 1, "Томскнефтехим", None) in values(desk)


def test_a_value_is_said_in_the_persons_language_with_its_unit() -> None:
    flow = listed(FLOW, "number", "г/10 мин")
    assert (flow.label, listed("ГОСТ, ТУ", "choice", "").label) == ("ПТР", "ГОСТ, ТУ")
    for lang, words in (("en", ("1,375.5\u00a0г/10 мин", "yes")), ("ru", ("1\u00a0375,5\u00a0г/10 мин", "да"))):
        with speaking(lang, translator(lang, CORE_LOCALE)):
            assert (said(flow, "1375,50"), said(listed("Пищевой", "flag", ""), "Истина")) == words
            assert said(flow, "от 2 до 5") == "от 2 до 5"


def test_the_page_shows_attributes_in_their_order_and_the_list_those_that_were_chosen(desk: Desk, grade: Product) -> None:
    with desk.reading(STAFF) as work:
        details = product_details(work, product_id=grade.id)
        assert attributes_of(details.good) == [
            ("Полимер", "ПЭВД"), ("ПТР", "0.3\u00a0г/10 мин"), ("Пищевой", "yes"), (PLANTS, "Полимир, Томск"),
        ]  # fmt: skip
    with desk.work() as work:
        for row in work.session.scalars(select(Attribute)):
            row.in_list, row.in_product = row.name in (FLOW, PLANTS), row.name != "Полимер"
    with desk.reading(STAFF) as work:
        (good,) = list_products(work, ListQuery()).goods
        assert shown(good).properties == ("ПТР 0.3\u00a0г/10 мин", "Завод Полимир, Томск")
        assert [label for label, _value in attributes_of(product_details(work, product_id=grade.id).good)] == ["ПТР", "Пищевой", PLANTS]


def test_of_the_first_that_are_declared_three_are_in_the_list_and_later_ones_are_not(desk: Desk, grade: Product) -> None:
    with desk.work() as work:
        declare(work.session, [Declared("Цвет", "choice", 0)])
        shown_in_list = work.session.scalars(select(Attribute.name).where(Attribute.in_list).order_by(Attribute.position))
        assert list(shown_in_list) == ["Полимер", FLOW, "Пищевой"]
