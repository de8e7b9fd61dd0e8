"""Which amounts of a product can be ordered, and what to say before and after a mistake. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from math import gcd
from typing import Final, Literal, NamedTuple

from b2bkit.core.catalog.units import counted, is_vessel, spelt, unit_label
from b2bkit.core.errors import Cure, Problem
from b2bkit.core.i18n import _

MAX_QUANTITY: Final = Decimal(10) ** 9  # base units in one line
BASE_PLACES: Final = Decimal("0.001")
_MILLIONTHS: Final = 10**6  # factors keep six places
_EXACT: Final = Context(prec=60)

Code = Literal["not_positive", "below_minimum", "not_multiple", "too_large", "too_precise", "unknown_unit"]


class Pack(NamedTuple):
    """A unit besides the base unit (1C: Упаковка): `factor` base units make one."""

    name: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """How a product can be ordered: base unit, least amount and step in base units, packagings. Packs are whole."""

    unit: str
    minimum: Decimal
    multiple: Decimal
    packs: tuple[Pack, ...] = ()
    code: str = ""  # of the base unit in the classifier ОКЕИ

    def factor(self, unit: str) -> Decimal | None:
        """Base units in one `unit`; None when the product is not ordered in it."""
        if unit == self.unit:
            return Decimal(1)
        return next((pack.factor for pack in self.packs if pack.name == unit), None)

    def spelt(self, unit: str = "") -> str:
        """The unit as `units` knows it, by default the base unit: that one may be known by its code alone."""
        return spelt(self.unit, self.code) if unit in ("", self.unit) else unit

    @property
    def units(self) -> tuple[str, ...]:
        """Units to choose from: packagings first, then the base unit."""
        return (*(pack.name for pack in self.packs if pack.name != self.unit), self.unit)


class Allowed(NamedTuple):
    """Amounts of one unit that can be ordered: `least`, then `step` by `step` up to `most`. None in `least`: none at all."""

    least: Decimal | None
    step: Decimal
    most: Decimal


class QuantityProblem(NamedTuple):
    """What is wrong with an amount: a code, the nearest allowed amounts in the same unit (None: there is none), a sentence."""

    code: Code
    lower: Decimal | None
    upper: Decimal | None
    sentence: str
    unit: str

    def as_problem(self, field: str) -> Problem:
        """For a form or JSON field, with the nearest allowed amounts as buttons."""
        amounts = dict.fromkeys(amount for amount in (self.lower, self.upper) if amount is not None)
        cures = tuple(Cure(counted(amount, self.unit), field, plain(amount)) for amount in amounts)
        return Problem(f"quantity.{self.code}", self.sentence, field, cures)


def plain(amount: Decimal) -> str:
    """An amount as forms and JSON carry it: `1000`, `0.5`; never an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def allowed(rules: Rules, factor: Decimal) -> Allowed:
    """The amounts of a unit with this factor whose base quantity is at least the minimum and a whole number of multiples."""
    with localcontext(_EXACT):
        if factor == 1:
            step = rules.multiple
        else:
            whole, multiple = int(factor * _MILLIONTHS), int(rules.multiple * _MILLIONTHS)
            step = Decimal(multiple // gcd(whole, multiple))
        most = (min(MAX_QUANTITY / factor, MAX_QUANTITY) / step).to_integral_value(ROUND_FLOOR) * step
        least = max((rules.minimum / (step * factor)).to_integral_value(ROUND_CEILING), Decimal(1)) * step
    return Allowed(least if least <= most else None, step, most)


def base_quantity(amount: Decimal, factor: Decimal) -> Decimal:
    """An allowed amount of a unit in base units, exact."""
    with localcontext(_EXACT):
        return (amount * factor).quantize(BASE_PLACES)


def check_quantity(rules: Rules, unit: str, amount: Decimal) -> QuantityProblem | None:
    """None when `amount` of `unit` can be ordered; else what is wrong, never more than the first thing that is."""
    factor = rules.factor(unit)
    if factor is None:
        sentence = _("There is no unit “%(unit)s” here. Choose one of: %(units)s.") % {
            "unit": unit[:50],
            "units": ", ".join(unit_label(rules.spelt(name)) for name in rules.units),
        }
        return QuantityProblem("unknown_unit", None, None, sentence, unit)
    able = allowed(rules, factor)
    code = _code(rules, able, factor, amount)
    if code is None:
        return None
    lower, upper = _nearest(able, amount)
    if code in ("not_multiple", "below_minimum", "too_precise") and by_vessels(rules, able, factor):
        sentence = _("Whole tanks only: %(nearest)s.") % {"nearest": _amounts(able, rules.spelt(unit), lower, upper)}
    else:
        sentence = _sentence(code, able, rules.spelt(unit), lower, upper, whole=factor != 1)
    return QuantityProblem(code, lower, upper, sentence, rules.spelt(unit))


def _code(rules: Rules, able: Allowed, factor: Decimal, amount: Decimal) -> Code | None:
    if amount.is_nan() or amount <= 0:
        return "not_positive"
    with localcontext(_EXACT):
        if amount > MAX_QUANTITY or amount * factor > MAX_QUANTITY:
            return "too_large"
        if amount != amount.quantize(BASE_PLACES if factor == 1 else Decimal(1)):
            return "too_precise"
        if amount * factor < rules.minimum:
            return "below_minimum"
        return "not_multiple" if able.least is None or amount % able.step else None


def by_vessels(rules: Rules, able: Allowed, factor: Decimal) -> bool:
    """Whether the step of a unit with this factor is one tank truck or rail tank: bulk goods, of which a part of a tank is not sold."""
    if able.least is None:
        return False
    with localcontext(_EXACT):
        return any(pack.factor == able.step * factor and is_vessel(pack.name) for pack in rules.packs)


def _amounts(able: Allowed, unit: str, lower: Decimal | None, upper: Decimal | None) -> str:
    """The nearest amounts; where there is one alone, the next one too: it says how large a tank is."""
    if lower is None and upper is not None and upper + able.step <= able.most:
        return _either(unit, upper, upper + able.step)
    return _either(unit, lower, upper)


def _nearest(able: Allowed, amount: Decimal) -> tuple[Decimal | None, Decimal | None]:
    if able.least is None:
        return None, None
    if amount.is_nan() or amount <= able.least:
        return None, able.least
    if amount > able.most:
        return able.most, None
    with localcontext(_EXACT):
        lower = (amount / able.step).to_integral_value(ROUND_FLOOR) * able.step
        upper = (amount / able.step).to_integral_value(ROUND_CEILING) * able.step
    return lower, upper if upper <= able.most else None


def _sentence(code: Code, able: Allowed, unit: str, lower: Decimal | None, upper: Decimal | None, *, whole: bool) -> str:
    if able.least is None:
        return _("This product cannot be ordered in the unit “%(unit)s”. Choose another unit.") % {"unit": unit_label(unit)}
    least = counted(able.least, unit)
    if code == "not_positive":
        return _("Enter how much to order: from %(least)s.") % {"least": least}
    if code == "below_minimum":
        return _("The least order is %(least)s.") % {"least": least}
    if code == "too_large":
        return _("At most %(most)s fit in one line.") % {"most": counted(able.most, unit)}
    if code == "too_precise" and whole:
        return _("Only whole packs are sold. Nearest: %(nearest)s.") % {"nearest": _either(unit, lower, upper)}
    if code == "too_precise":
        return _("At most three decimal places are kept. Nearest: %(nearest)s.") % {"nearest": _either(unit, lower, upper)}
    step = counted(able.step, unit)
    return _("Sold in steps of %(step)s. Nearest: %(nearest)s.") % {"step": step, "nearest": _either(unit, lower, upper)}


def _either(unit: str, lower: Decimal | None, upper: Decimal | None) -> str:
    words = list(dict.fromkeys(counted(amount, unit) for amount in (lower, upper) if amount is not None))
    return words[0] if len(words) == 1 else _("%(lower)s or %(upper)s") % {"lower": words[0], "upper": words[1]}


def start_of(rules: Rules) -> tuple[str, Decimal]:
    """The unit and amount that a quantity field begins with: the first unit that fits, its least amount."""
    for unit in rules.units:
        able = allowed(rules, rules.factor(unit) or Decimal(1))
        if able.least is not None:
            return unit, able.least
    return rules.unit, rules.minimum


def in_other_units(rules: Rules, unit: str, amount: Decimal) -> str:
    """`= 1 000 кг, 1 поддон`: the same amount in the other units that hold it whole; empty when there is none or the unit is unknown."""
    factor = rules.factor(unit)
    if factor is None or not amount.is_finite():
        return ""
    with localcontext(_EXACT):
        base = amount * factor
        others = [(name, base / other) for name in rules.units if name != unit and (other := rules.factor(name))]
    whole = [
        counted(value, rules.spelt(name))
        for name, value in others
        if value > 0 and (value == value.to_integral_value() or name == rules.unit)
    ]
    return "= " + ", ".join(whole) if whole else ""


def step_hint(rules: Rules, unit: str) -> str:
    """What can be ordered, said before the mistake: `минимум 100 кг, шаг 25 кг`; empty where any whole number of packs will do."""
    factor = rules.factor(unit)
    able = allowed(rules, factor) if factor is not None else None
    if able is None or able.least is None:
        return ""
    vessels = by_vessels(rules, able, factor) if factor is not None else False
    unit = rules.spelt(unit)
    if vessels:
        each = {"least": counted(able.least, unit), "step": counted(able.step, unit)}
        return _("whole tanks only, from %(least)s by %(step)s") % each
    if able.least == able.step:
        return "" if able.step == 1 and factor != 1 else _("step %(step)s") % {"step": counted(able.step, unit)}
    return _("from %(least)s, step %(step)s") % {"least": counted(able.least, unit), "step": counted(able.step, unit)}
