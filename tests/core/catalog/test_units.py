"""How amounts are said with their units, in Russian and in English."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b2bkit.core.catalog.quantities import Pack, Rules, check_quantity, in_other_units, step_hint
from b2bkit.core.catalog.units import by_code, counted, names_contents, okei, unit_label
from b2bkit.core.catalog.view import packages, tile_of
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator

PALLETS = Rules("кг", Decimal(1375), Decimal(1375), (Pack("мешок 25 кг", Decimal(25)), Pack("поддон 55 мешков", Decimal(1375))))


def said(lang: str, amount: str, unit: str) -> str:
    with speaking(lang, translator(lang, CORE_LOCALE)):
        return counted(Decimal(amount), unit).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "unit", "russian", "english"),
    [
        ("2000", "кг", "2 000 кг", "2,000 kg"),
        ("5", "Килограмм", "5 кг", "5 kg"),
        ("0.5", "т", "0,5 т", "0.5 t"),
        ("3", "куб.м", "3 м³", "3 m³"),
        ("1", "шт.", "1 шт.", "1 pc"),
        ("12", "шт", "12 шт", "12 pcs"),
        ("2", "упак", "2 упак", "2 packs"),
        ("1", "мешок", "1 мешок", "1 bag"),
        ("2", "мешок", "2 мешка", "2 bags"),
        ("112", "мешок", "112 мешков", "112 bags"),
        ("1.5", "мешок", "1,5 мешка", "1.5 bags"),
        ("0", "поддон", "0 поддонов", "0 pallets"),
        ("2", "мешок 25 кг", "2 × мешок 25 кг", "2 × bag of 25 kg"),
        ("55", "Мешок 25 кг", "55 × мешок 25 кг", "55 × bag of 25 kg"),
        ("1", "поддон 55 мешков", "1 × поддон 55 мешков", "1 × pallet of 55 bags"),
        ("3", "бочка 216,5 л", "3 × бочка 216,5 л", "3 × drum of 216.5 l"),
        ("2", "биг-бэг 1 000 кг", "2 × биг-бэг 1 000 кг", "2 × big bag of 1,000 kg"),
        ("7", "флакон", "7 × флакон", "7 × флакон"),
        ("7", "ведро евро 10л синее", "7 × ведро евро 10л синее", "7 × ведро евро 10л синее"),
    ],
)
def test_an_amount_is_said_with_a_symbol_a_noun_in_its_form_or_a_times_sign(amount: str, unit: str, russian: str, english: str) -> None:
    assert said("ru", amount, unit) == russian
    assert said("en", amount, unit) == english


def test_a_measure_is_known_by_its_okei_code_however_1c_spells_it() -> None:
    assert [okei(unit) for unit in ("кг", "КГ.", "килограмм", "м2", "кв. м", "т", "мешок")] == [
        "166",
        "166",
        "166",
        "055",
        "055",
        "168",
        "",
    ]


def test_hints_and_sentences_never_put_a_bare_package_name_behind_a_number() -> None:
    with speaking("ru", translator("ru", CORE_LOCALE)):
        problem = check_quantity(PALLETS, "мешок 25 кг", Decimal(60))
        assert problem is not None
        texts = [step_hint(PALLETS, "мешок 25 кг"), in_other_units(PALLETS, "кг", Decimal(2750)), problem.sentence]
    assert [text.replace("\u00a0", " ") for text in texts] == [
        "шаг 55 × мешок 25 кг",
        "= 110 × мешок 25 кг, 2 × поддон 55 мешков",
        "Шаг заказа 55 × мешок 25 кг. Ближайшее: 55 × мешок 25 кг или 110 × мешок 25 кг.",
    ]


def test_a_package_is_explained_only_where_its_name_does_not_say_what_it_holds() -> None:
    assert names_contents("мешок 25 кг", Decimal(25), "кг")
    assert not names_contents("мешок 25 кг", Decimal(20), "кг")
    with speaking("ru", translator("ru", CORE_LOCALE)):
        assert packages(PALLETS).replace("\u00a0", " ") == "мешок 25 кг, поддон 55 мешков = 1 375 кг"
    assert unit_label("поддон 55 мешков").replace("\u00a0", " ") == "pallet of 55 bags"


def test_a_products_square_shows_a_whole_mark_or_initials_and_never_half_a_word() -> None:
    names = ("ПП 21030", "LDPE LF2047 antiblock", "Добавка антиблокирующая АБ-20", "Концентрат", "ПЭВД15803", "")
    assert [tile_of(name) for name in names] == ["ПП", "LDPE", "ДА", "К", "ПЭВД", "—"]


@pytest.mark.parametrize(
    ("unit", "code", "english"),
    [
        ("Килограмм (нетто)", "166", "40 kg"),
        ("ед.", "796", "40 pcs"),
        ("place", "778", "40 packs"),
        ("рул", "796", "40 rolls"),  # 1C's people read the name: it wins over a code that somebody left as it was
        ("флакон", "", "40 × флакон"),
        ("флакон", "9999", "40 × флакон"),
    ],
)
def test_a_unit_with_a_name_that_is_not_known_is_said_by_its_code(unit: str, code: str, english: str) -> None:
    rules = Rules(unit, Decimal(40), Decimal(40), (Pack("мешок", Decimal(20)),), code)
    with speaking("en", translator("en", CORE_LOCALE)):
        assert counted(Decimal(40), rules.spelt()).replace("\u00a0", " ") == english
        assert in_other_units(rules, "мешок", Decimal(2)).replace("\u00a0", " ") == f"= {english}"
        assert rules.spelt("мешок") == "мешок"
        problem = check_quantity(rules, unit, Decimal(13))
    assert problem is not None
    assert english in problem.sentence.replace("\u00a0", " ")
    assert english in problem.as_problem("quantity").cures[0].label.replace("\u00a0", " ")


def test_a_code_stands_for_the_short_name_of_the_classifier() -> None:
    assert (by_code("166"), by_code("6"), by_code("796"), by_code("778"), by_code(""), by_code("001")) == ("кг", "м", "шт", "упак", "", "")
