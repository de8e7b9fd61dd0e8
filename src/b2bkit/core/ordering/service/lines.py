"""Wanted goods become lines: rules checked, prices of this moment, what differs from what the buyer saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Literal, NamedTuple, cast
from uuid import UUID

from b2bkit.core.catalog.quantities import Rules, allowed, base_quantity, check_quantity, in_other_units, plain, step_hint
from b2bkit.core.catalog.units import counted, names_contents, unit_label
from b2bkit.core.db.types import round_money
from b2bkit.core.erp.service.answers import Told, answers
from b2bkit.core.errors import Cure, Problem
from b2bkit.core.extend.things import Explanation, QuoteLine
from b2bkit.core.i18n import _, language
from b2bkit.core.ordering.service.goods import Goods, look_up
from b2bkit.core.ordering.service.news import sign
from b2bkit.core.pricing.service import LineSums, line_sums, price_lines, total_sums
from b2bkit.core.pricing.steps import LIVE
from b2bkit.core.web.formatting import money
from b2bkit.core.work import Work

Measure = tuple[Decimal | None, Decimal]  # factor of the unit, quantity in base units
Change = Literal["dearer", "cheaper", "priced", "unpriced", "gone"]


class Wanted(NamedTuple):
    """An amount of a product in one of its units. `seen_price` and `seen_free`: per base unit and in base units, as the buyer saw them;
    `line_id` of a cart's line.
    """

    product_id: UUID
    unit: str
    quantity: Decimal
    seen_price: Decimal | None = None
    line_id: UUID | None = None
    seen_free: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a cart or of an order about to be placed.

    factor, base_quantity  None and 0 while the unit is unknown
    price                  per base unit; None: no price is known
    net, vat, total        rounded sums of the line; None without a price or with a wrong quantity
    problem                what is wrong with the quantity or unit, with the amounts that would do
    change                 what differs from what the buyer saw: to be accepted before ordering
    short                  there is less in stock than wanted
    less                   so, and the buyer has not seen it yet: to be accepted before ordering
    told_at                when the ERP said this line's price and stock, where it was asked a moment ago
    """

    position: int
    product_id: UUID
    line_id: UUID | None
    article: str
    name: str
    rules: Rules
    unit: str
    quantity: Decimal
    factor: Decimal | None
    base_quantity: Decimal
    visible: bool
    free: Decimal | None
    stock_as_of: datetime | None
    seen_price: Decimal | None
    price: Decimal | None
    currency: str
    vat_rate: Decimal | None
    vat_included: bool
    explanation: tuple[Explanation, ...]
    net: Decimal | None
    vat: Decimal | None
    total: Decimal | None
    problem: Problem | None
    change: Change | None
    seen_free: Decimal | None = None
    told_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether the line is part of the sum."""
        return self.visible and self.problem is None and self.total is not None

    @property
    def field(self) -> str:
        """Name of the line's quantity in forms and JSON."""
        return f"lines.{self.position - 1}.quantity"

    @property
    def short(self) -> bool:
        return self.visible and self.problem is None and self.free is not None and self.free < self.base_quantity

    @property
    def less(self) -> bool:
        return self.line_id is not None and self.short and (self.seen_free is None or cast(Decimal, self.free) < self.seen_free)

    @property
    def differs(self) -> bool:
        """Whether something differs from what the buyer saw."""
        return self.change is not None or self.less

    @property
    def sign(self) -> str:
        """A sign of what differs now; "" where nothing does."""
        return sign((self.line_id, self.change, self.price, self.free if self.less else None)) if self.differs else ""

    @property
    def available(self) -> Decimal | None:
        """The largest allowed amount of this unit that is in stock; None when there is none."""
        if self.free is None or self.factor is None:
            return None
        able = allowed(self.rules, self.factor)
        most = (self.free / self.factor / able.step).to_integral_value(ROUND_FLOOR) * able.step
        return most if able.least is not None and most >= able.least else None

    @property
    def said(self) -> str:
        """The amount with its unit, as people say it."""
        return counted(self.quantity, self.rules.spelt(self.unit))

    @property
    def said_in_stock(self) -> str:
        """What is in stock, in this line's unit where a whole number of them is there, else in base units."""
        if self.available is not None:
            return counted(self.available, self.rules.spelt(self.unit))
        return counted(self.free or Decimal(0), self.rules.spelt())

    @property
    def said_free(self) -> str:
        """All that is in stock, in base units."""
        return counted(self.free or Decimal(0), self.rules.spelt())

    @property
    def base_unit(self) -> str:
        """What the price is per, as people say it."""
        return unit_label(self.rules.spelt())

    @property
    def unit_said(self) -> str:
        """The ordered unit, as people say it."""
        return unit_label(self.rules.spelt(self.unit))

    @property
    def sum_shown(self) -> Decimal | None:
        """The line's sum on the terms of its price, with or without VAT; None where the line does not count."""
        return (self.total if self.vat_included else self.net) if self.counts else None

    @property
    def other_units(self) -> str:
        """The same amount in the other units; nothing of one package whose name says what it holds."""
        if self.quantity == 1 and names_contents(self.unit, self.factor or Decimal(1), self.rules.spelt()):
            return ""
        return in_other_units(self.rules, self.unit, self.quantity).removeprefix("= ")

    @property
    def hint(self) -> str:
        """Which amounts can be ordered."""
        return step_hint(self.rules, self.unit)

    @property
    def step(self) -> str:
        """How far the buttons beside the quantity move it."""
        return plain(allowed(self.rules, self.factor).step) if self.factor is not None else "1"

    @property
    def least(self) -> str:
        """The least amount that can be ordered in this unit."""
        least = allowed(self.rules, self.factor).least if self.factor is not None else None
        return plain(least) if least is not None else "1"

    @property
    def plain_quantity(self) -> str:
        """The amount as a form field holds it."""
        return plain(self.quantity)

    @property
    def plain_available(self) -> str:
        """What is in stock as a form field holds it."""
        return plain(self.available or Decimal(0))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Units to choose from, the one that no longer exists included."""
        units = self.rules.units if self.unit in self.rules.units else (self.unit, *self.rules.units)
        return [(unit, unit_label(self.rules.spelt(unit))) for unit in units]

    def in_units(self, amount: str) -> str:
        """Another amount in the other units."""
        return in_other_units(self.rules, self.unit, Decimal(amount)).removeprefix("= ")

    @property
    def difference(self) -> Decimal | None:
        """What the change of price makes for the line, in the price list's terms, rounded to cents."""
        if self.price is None or self.seen_price is None:
            return None
        return round_money((self.price - self.seen_price) * self.base_quantity)

    @property
    def price_change(self) -> Decimal | None:
        """By how many per cent the price changed, one decimal place."""
        if self.price is None or not self.seen_price:
            return None
        return ((self.price - self.seen_price) * 100 / self.seen_price).quantize(Decimal("0.1"))


class Sums(NamedTuple):
    """Sums of the lines that count. `lines` of them, `of` all."""

    net: Decimal
    vat: Decimal
    total: Decimal
    lines: int
    of: int


def sums_of(lines: Sequence[Line]) -> Sums:
    """Rounded lines first, then their sum, as 1C does."""
    done = [
        LineSums(line.net, line.vat, line.total)
        for line in lines
        if line.counts and line.net is not None and line.vat is not None and line.total is not None
    ]
    return Sums(*total_sums(done), len(done), len(lines))


def appraise(work: Work, contract_id: UUID, wanted: Iterable[Wanted], *, stock: bool = True) -> list[Line]:
    """Lines for what is wanted, in its order. Of a product that is not visible nothing is told, unless it already was in the cart.

    What the ERP said of a product while it was asked live holds over what flowed in before.
    """
    asked = list(wanted)
    known = look_up(work, (item.product_id for item in asked), stock=stock)
    told = answers(work, contract_id, known)
    known = {id_: _as_told(found, told.get(id_)) for id_, found in known.items()} if told else known
    goods = [known.get(item.product_id) for item in asked]
    measures = [_measure(found, item) for found, item in zip(goods, asked, strict=True)]
    priced = [
        number for number, (found, measure) in enumerate(zip(goods, measures, strict=True)) if found and found.visible and measure[1] > 0
    ]
    of_cart = any(item.line_id is not None for item in asked)
    quotes = price_lines(
        work, contract_id, [(asked[number].product_id, measures[number][1]) for number in priced], live=told, of_cart=of_cart
    )
    quote_of = dict(zip(priced, quotes, strict=True))
    lines = [_line(number, item, goods[number], measures[number], quote_of.get(number)) for number, item in enumerate(asked)]
    return [replace(line, told_at=told[line.product_id].at) if line.product_id in told else line for line in lines]


def _as_told(goods: Goods, told: Told | None) -> Goods:
    if told is None:
        return goods
    if told.free is not None:
        goods = replace(goods, free=told.free, stock_as_of=told.at)
    return goods if told.known else replace(goods, visible=False)


def _line(number: int, item: Wanted, goods: Goods | None, measure: Measure, quote: QuoteLine | None) -> Line:
    if goods is not None and not goods.visible and item.line_id is None:
        goods, measure = None, (None, Decimal(0))  # foreign is the same as absent
    rules = goods.rules if goods else Rules(item.unit, Decimal(1), Decimal(1))
    visible = goods is not None and goods.visible
    problem = _problem(rules, item, number) if visible else None
    price = quote.price if quote else None
    sums = line_sums(quote) if quote is not None and price is not None and problem is None else None
    return Line(
        position=number + 1,
        product_id=item.product_id,
        line_id=item.line_id,
        article=goods.article if goods else "",
        name=goods.name if goods else "",
        rules=rules,
        unit=item.unit,
        quantity=item.quantity,
        factor=measure[0],
        base_quantity=measure[1],
        visible=visible,
        free=goods.free if goods else None,
        stock_as_of=goods.stock_as_of if goods else None,
        seen_price=item.seen_price,
        price=price,
        currency=quote.currency if quote else "",
        vat_rate=quote.vat_rate if quote else None,
        vat_included=quote.vat_included if quote else False,
        explanation=quote.explanation if quote else (),
        net=sums.net if sums else None,
        vat=sums.vat if sums else None,
        total=sums.total if sums else None,
        problem=problem,
        change=_change(item, price, visible, measured=measure[1] > 0),
        seen_free=item.seen_free,
    )


def _measure(goods: Goods | None, item: Wanted) -> Measure:
    factor = goods.rules.factor(item.unit) if goods else None
    return factor, base_quantity(item.quantity, factor) if factor is not None else Decimal(0)


def _problem(rules: Rules, item: Wanted, number: int) -> Problem | None:
    found = check_quantity(rules, item.unit, item.quantity)
    if found is None:
        return None
    if found.code != "unknown_unit":
        return found.as_problem(f"lines.{number}.quantity")
    cures = tuple(Cure(unit_label(rules.spelt(unit)), "unit", unit) for unit in rules.units)
    return Problem("quantity.unknown_unit", found.sentence, f"lines.{number}.unit", cures)


def _change(item: Wanted, price: Decimal | None, visible: bool, *, measured: bool) -> Change | None:
    """Only lines of a cart remember what was seen."""
    if item.line_id is None:
        return None
    if not visible:
        return "gone"
    if price == item.seen_price or not measured:
        return None
    if price is None:
        return "unpriced"
    if item.seen_price is None:
        return "priced"
    return "dearer" if price > item.seen_price else "cheaper"


def problems_of_change(line: Line) -> list[Problem]:
    """What differs from what the buyer saw, as problems at the line's quantity."""
    found = [Problem(f"ordering.{line.change}", words_of_change(line), line.field)] if line.change is not None else []
    return [*found, Problem("ordering.less", words_of_less(line), line.field)] if line.less else found


def problems_of_answer(line: Line) -> list[Problem]:
    """For a line that was in no cart: that the ERP just said another price than it had told before."""
    told = next((step for step in line.explanation if step.step == LIVE and step.before != step.after), None)
    if line.line_id is not None or told is None:
        return []
    old, new = (money(value, line.currency, lang=language()) for value in (told.before, told.after))
    said = _("%(name)s: 1C says %(new)s now, before it was %(old)s.") % {"name": line.name, "new": new, "old": old}
    return [Problem("ordering.told", said, line.field)]


def words_of_less(line: Line) -> str:
    """That less is in stock than wanted, as a sentence, for problems."""
    said = _("%(name)s: you want %(wanted)s, in stock are %(there)s. The rest is confirmed by your manager.")
    return said % {"name": line.name, "wanted": line.said, "there": line.said_in_stock}


def words_of_change(line: Line) -> str:
    """The change as a sentence, for problems."""
    lang = language()
    if line.change == "gone":
        return _("%(name)s is no longer available.") % {"name": line.name or line.article}
    old, new = (money(value, "", lang=lang) for value in (line.seen_price, line.price))
    return _("%(name)s: the price changed from %(old)s to %(new)s.") % {"name": line.name, "old": old, "new": new}
