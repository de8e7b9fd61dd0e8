"""A dealer with prices of its own: one price list more, of the groups that its second contract opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from examples.polymertorg.generator.companies import Agreement, Company
from examples.polymertorg.generator.families import MB, PE
from examples.polymertorg.generator.identity import guid
from examples.polymertorg.generator.products import CENT, PRICE_TYPES, Good

DEALER: Final = "Ведро и лейка"
DEALER_PRICE_TYPE: Final = f"Дилерская: {DEALER}"
DEALER_GROUPS: Final = ((PE, "ПЭНД (HDPE)"), (MB, "Суперконцентраты"))
DEALER_FACTOR: Final = Decimal("0.84")
PRICE_TYPE_NAMES: Final = (*(name for name, _ in PRICE_TYPES), DEALER_PRICE_TYPE)


def with_own_prices(goods: Sequence[Good]) -> list[Good]:
    """The goods, those of the dealer's groups with its price; one price for any amount."""
    return [_priced(good) if any(good.family.path[: len(path)] == path for path in DEALER_GROUPS) else good for good in goods]


def _priced(good: Good) -> Good:
    retail = good.prices[PRICE_TYPES[0][0]][0][1]
    own = (retail * DEALER_FACTOR).quantize(CENT, ROUND_HALF_UP)
    return replace(good, prices={**good.prices, DEALER_PRICE_TYPE: ((Decimal(0), own),)})


def with_own_contract(companies: Sequence[Company]) -> list[Company]:
    """The companies, the dealer with a contract more."""
    contract = Agreement(guid("contract", f"{DEALER}:own"), "301/25-П", 240, DEALER_PRICE_TYPE, 30, DEALER_GROUPS)
    return [replace(one, agreements=(*one.agreements, contract)) if one.name == DEALER else one for one in companies]
