"""Which amounts can be ordered, and what is said about the others."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b2bkit.core.catalog.quantities import (
    MAX_QUANTITY,
    Pack,
    Rules,
    allowed,
    base_quantity,
    check_quantity,
    in_other_units,
    start_of,
    step_hint,
)
from b2bkit.core.i18n import CORE_LOCALE, speaking, translator

BAGS = Rules("кг", Decimal(25), Decimal(25), (Pack("мешок", Decimal(25)), Pack("поддон", Decimal(1000))))
NBSP = "\u00a0"


def codes(unit: str, amount: str, rules: Rules = BAGS) -> tuple[str, str | None, str | None] | None:
    found = check_quantity(rules, unit, Decimal(amount))
    return None if found is None else (found.code, *(None if n is None else f"{n.normalize():f}" for n in (found.lower, found.upper)))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("unit", "amount", "said"),
    [
        ("мешок", "40", None),
        ("кг", "1000", None),
        ("поддон", "1", None),
        ("кг", "0", ("not_positive", None, "25")),
        ("кг", "-5", ("not_positive", None, "25")),
        ("кг", "NaN", ("not_positive", None, "25")),
        ("кг", "10", ("below_minimum", None, "25")),
        ("кг", "60", ("not_multiple", "50", "75")),
        ("мешок", "1.5", ("too_precise", "1", "2")),
        ("кг", "25.0001", ("too_precise", "25", "50")),
        ("кг", "1000000001", ("too_large", "1000000000", None)),
        ("поддон", "1000001", ("too_large", "1000000", None)),
        ("кг", "Infinity", ("too_large", "1000000000", None)),
        ("бочка", "1", ("unknown_unit", None, None)),
    ],
)
def test_an_amount_is_allowed_or_named_with_the_nearest_allowed_ones(unit: str, amount: str, said: object) -> None:
    assert codes(unit, amount) == said


def test_a_pack_that_is_no_multiple_is_sold_in_the_least_number_that_is() -> None:
    rules = Rules("кг", Decimal(50), Decimal(50), (Pack("мешок", Decimal(20)),))
    assert allowed(rules, Decimal(20))[:2] == (Decimal(5), Decimal(5))
    assert codes("мешок", "7", rules) == ("not_multiple", "5", "10")


def test_a_unit_that_never_fits_says_so_instead_of_offering_nonsense() -> None:
    rules = Rules("кг", Decimal(1), Decimal(1), (Pack("фунт", Decimal("0.453593")), Pack("вагон", Decimal(2) * MAX_QUANTITY)))
    found = check_quantity(rules, "вагон", Decimal(1))
    assert found is not None
    assert (found.lower, found.upper) == (None, None)
    assert "wagon" in found.sentence
    assert start_of(rules)[0] == "фунт"


def test_a_problem_carries_the_nearest_amounts_as_buttons_for_its_field() -> None:
    found = check_quantity(BAGS, "кг", Decimal(60))
    assert found is not None
    problem = found.as_problem("lines.0.quantity")
    assert (problem.code, problem.field) == ("quantity.not_multiple", "lines.0.quantity")
    assert [(cure.label, cure.field, cure.value) for cure in problem.cures] == [
        (f"50{NBSP}kg", "lines.0.quantity", "50"),
        (f"75{NBSP}kg", "lines.0.quantity", "75"),
    ]


def test_hints_say_other_units_and_the_step_in_the_persons_language() -> None:
    with speaking("ru", translator("ru", CORE_LOCALE)):
        assert in_other_units(BAGS, "мешок", Decimal(80)) == f"= 2{NBSP}поддона, 2{NBSP}000{NBSP}кг"
        assert in_other_units(BAGS, "поддон", Decimal(1)) == f"= 40{NBSP}мешков, 1{NBSP}000{NBSP}кг"
        assert step_hint(BAGS, "кг") == f"шаг 25{NBSP}кг"
        assert step_hint(BAGS, "мешок") == ""
        assert step_hint(Rules("кг", Decimal(100), Decimal(25)), "кг") == f"минимум 100{NBSP}кг, шаг 25{NBSP}кг"
        found = check_quantity(BAGS, "кг", Decimal(60))
        assert found is not None
        assert found.sentence == f"Шаг заказа 25{NBSP}кг. Ближайшее: 50{NBSP}кг или 75{NBSP}кг."
    assert step_hint(BAGS, "бочка") == ""


thousandths = st.integers(1, 10_000_000).map(lambda number: Decimal(number).scaleb(-3))
factors = st.integers(1, 5_000_000_000).map(lambda number: Decimal(number).scaleb(-6))


@settings(max_examples=400, deadline=None)
@given(minimum=thousandths, multiple=thousandths, factor=factors, amount=thousandths, whole=st.integers(1, 10**6))
def test_whatever_is_offered_is_allowed_and_nothing_between_is(
    minimum: Decimal, multiple: Decimal, factor: Decimal, amount: Decimal, whole: int
) -> None:
    rules = Rules("кг", minimum, multiple, (Pack("мешок", factor),))
    for unit, tried in (("кг", amount), ("мешок", amount), ("мешок", Decimal(whole))):
        used = rules.factor(unit)
        assert used is not None
        found = check_quantity(rules, unit, tried)
        if found is None:
            base = base_quantity(tried, used)
            assert base == tried * used, "exact"
            assert base >= minimum
            assert base % multiple == 0
            assert base <= MAX_QUANTITY
            continue
        for near in (found.lower, found.upper):
            assert near is None or check_quantity(rules, unit, near) is None
        if found.lower is not None and found.upper is not None:
            assert found.lower < tried < found.upper
            assert found.upper - found.lower == allowed(rules, used).step
