"""Sums of a line, as 1C computes them: each line is rounded to cents first, then lines are summed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from b2bkit.core.db.types import CENT, round_money
from b2bkit.core.extend.things import QuoteLine

_EXACT = Context(prec=60)  # a price of 19 digits times a quantity of 13, without a rounding of its own
_ZERO = Decimal(0).quantize(CENT)


class LineSums(NamedTuple):
    """Money of one line: without VAT, the VAT, with VAT; net + vat == total, always."""

    net: Decimal
    vat: Decimal
    total: Decimal


def line_sums(line: QuoteLine) -> LineSums:
    """The sums of a priced line.

    VAT on top: net is price times quantity, VAT is net * rate / 100. VAT included: total is price times quantity, VAT is
    total * rate / (100 + rate) (1C: флаг "Цена включает НДС"). Each is rounded to cents, half away from zero. Raises ValueError for a
    line without a price.
    """
    if line.price is None:
        raise ValueError(f"product {line.product_id} has no price: check `line.price` first")
    rate = line.vat_rate or Decimal(0)
    with localcontext(_EXACT):
        amount = round_money(line.price * line.quantity)
        if line.vat_included:
            vat = round_money(amount * rate / (100 + rate))
            return LineSums(amount - vat, vat, amount)
        vat = round_money(amount * rate / 100)
        return LineSums(amount, vat, amount + vat)


def total_sums(lines: Iterable[LineSums]) -> LineSums:
    """The sum of lines that are rounded already."""
    with localcontext(_EXACT):
        net, vat = _ZERO, _ZERO
        for line in lines:
            net, vat = net + line.net, vat + line.vat
        return LineSums(net, vat, net + vat)
