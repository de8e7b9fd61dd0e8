"""Bulk goods go by whole tank trucks and rail tanks: said before the mistake, and after it with the nearest amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b2bkit.core.catalog.quantities import Pack, Rules, check_quantity, step_hint
from b2bkit.core.catalog.units import counted
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator

D = Decimal
BULK = Rules("т", D(25), D(25), (Pack("автоцистерна 25 т", D(25)), Pack("вагон-цистерна", D(50))), "168")


def told(unit: str, amount: str, lang: str = "en") -> tuple[str, str, list[str]]:
    """(code, sentence, values of the buttons)."""
    with speaking(lang, translator(lang, CORE_LOCALE)):
        problem = check_quantity(BULK, unit, D(amount))
        assert problem is not None
        return problem.code, problem.sentence.replace("\u00a0", " "), [cure.value for cure in problem.as_problem("quantity").cures]


def test_a_part_of_a_tank_is_not_sold_and_the_nearest_whole_ones_are_offered() -> None:
    assert told("т", "30") == ("not_multiple", "Whole tanks only: 25 t or 50 t.", ["25", "50"])
    assert told("т", "10") == ("below_minimum", "Whole tanks only: 25 t or 50 t.", ["25"])
    assert told("автоцистерна 25 т", "1.5")[:2] == ("too_precise", "Whole tanks only: 1 × tank truck of 25 t or 2 × tank truck of 25 t.")
    assert told("т", "30", "ru")[1] == "Только целыми цистернами: 25 т или 50 т."


def test_what_can_be_ordered_is_said_before_the_mistake() -> None:
    with speaking("ru", translator("ru", CORE_LOCALE)):
        assert step_hint(BULK, "т").replace("\u00a0", " ") == "только целыми цистернами, от 25 т по 25 т"
        assert counted(D(3), "вагон-цистерна").replace("\u00a0", " ") == "3 вагона-цистерны"


@pytest.mark.parametrize(("unit", "amount"), [("т", "25"), ("т", "75"), ("автоцистерна 25 т", "2"), ("вагон-цистерна", "1")])
def test_whole_tanks_are_taken(unit: str, amount: str) -> None:
    assert check_quantity(BULK, unit, D(amount)) is None


def test_goods_in_bags_are_spoken_of_as_before() -> None:
    bags = Rules("кг", D(25), D(25), (Pack("мешок 25 кг", D(25)),))
    with speaking("en", translator("en", CORE_LOCALE)):
        problem = check_quantity(bags, "кг", D(30))
        assert problem is not None
        assert "tanks" not in problem.sentence
        assert "tanks" not in step_hint(bags, "кг")
