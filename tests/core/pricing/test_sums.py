"""Sums of a line and of an order, against an oracle that counts in whole numbers."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b2bkit.core.extend.things import QuoteLine
from b2bkit.core.pricing.service import LineSums, line_sums, total_sums

PRODUCT = UUID(int=1)


def line(price: str, quantity: str, rate: int | None = None, included: bool = False) -> QuoteLine:
    return QuoteLine(PRODUCT, Decimal(quantity), Decimal(price), "BYN", None if rate is None else Decimal(rate), included)


def nearest(numerator: int, denominator: int) -> int:
    """A quotient of natural numbers to the nearest whole, halves up: no decimals involved."""
    return (2 * numerator + denominator) // (2 * denominator)


@pytest.mark.parametrize(
    ("given_line", "sums"),
    [
        (line("4.62", "1000", 20), ("4620.00", "924.00", "5544.00")),
        (line("4.62", "1000", 20, True), ("3850.00", "770.00", "4620.00")),
        (line("0.005", "1", 20), ("0.01", "0.00", "0.01")),
        (line("10.01", "0.5", 10), ("5.01", "0.50", "5.51")),
        (line("99.99", "3", 22, True), ("245.88", "54.09", "299.97")),
        (line("4.6250", "25", None), ("115.63", "0.00", "115.63")),
        (line("4.6250", "25", 0, True), ("115.63", "0.00", "115.63")),
    ],
)
def test_a_line_is_rounded_as_1c_does(given_line: QuoteLine, sums: tuple[str, str, str]) -> None:
    assert line_sums(given_line) == LineSums(*map(Decimal, sums))


@settings(max_examples=10_000, deadline=None)
@pytest.mark.slow
@given(
    price=st.integers(0, 10**12),
    quantity=st.integers(1, 10**12),
    rate=st.sampled_from([None, 0, 10, 20, 22]),
    included=st.booleans(),
)
def test_ten_thousand_lines_agree_with_whole_numbers(price: int, quantity: int, rate: int | None, included: bool) -> None:
    """Price in ten-thousandths, quantity in thousandths, so the product is in 10**-7 and a cent is 10**5 of them."""
    amount = nearest(price * quantity, 10**5)
    vat = nearest(amount * (rate or 0), 100 + (rate or 0)) if included else nearest(amount * (rate or 0), 100)
    net, total = (amount - vat, amount) if included else (amount, amount + vat)
    priced = QuoteLine(
        PRODUCT, Decimal(quantity).scaleb(-3), Decimal(price).scaleb(-4), "BYN", None if rate is None else Decimal(rate), included
    )
    sums = line_sums(priced)
    assert [int(value.scaleb(2)) for value in sums] == [net, vat, total]
    assert sums.net + sums.vat == sums.total
    assert all(value.as_tuple().exponent == -2 for value in sums)


def test_lines_are_rounded_first_and_summed_then() -> None:
    lines = [line_sums(line("0.335", "1", 20)) for _number in range(3)]
    assert total_sums(lines) == LineSums(Decimal("1.02"), Decimal("0.21"), Decimal("1.23"))
    assert total_sums([]) == LineSums(Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))


def test_a_line_without_a_price_has_no_sums() -> None:
    with pytest.raises(ValueError, match="no price"):
        line_sums(QuoteLine(PRODUCT, Decimal(1)))
