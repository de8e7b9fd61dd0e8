"""Products as pages show them: figures turned into words once, so that templates only place them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID

from b2bkit.core.catalog.attributes import in_words, said, texts_of
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.kept import Goods
from b2bkit.core.catalog.quantities import QuantityProblem, Rules, allowed, in_other_units, plain, start_of, step_hint
from b2bkit.core.catalog.units import counted, names_contents, unit_label
from b2bkit.core.i18n import _, language
from b2bkit.core.pricing.service import VolumeTable
from b2bkit.core.web.formatting import money

Tone = Literal["ok", "warn", "mute"]
_SHOWN_PROPERTIES = 3


class UnitChoice(NamedTuple):
    """A unit of a quantity field: its value and label, step and least amount in it as form text."""

    name: str
    label: str
    step: str
    least: str


class QuantityField(NamedTuple):
    """A quantity field as it begins: unit, value, the units to choose from, what can be ordered in words."""

    unit: str
    value: str
    step: str
    least: str
    units: tuple[UnitChoice, ...]
    hint: str


class PriceStepLine(NamedTuple):
    """A line of the volume prices: `on` marks the one that applies."""

    label: str
    price: str
    on: bool


class StockLine(NamedTuple):
    """Stock in words, with its tone; `places` names the warehouses."""

    text: str
    tone: Tone
    places: str


class Shown(NamedTuple):
    """A product in a list or at the top of its page. `steps` empty: price on request, cannot be ordered."""

    id: UUID
    article: str
    name: str
    tile: str
    active: bool
    properties: tuple[str, ...]
    stock: StockLine
    stock_as_of: datetime | None
    steps: tuple[PriceStepLine, ...]
    caption: str
    field: QuantityField
    picture: UUID | None = None


def form_number(amount: Decimal) -> str:
    """An amount as a form field of the current language holds it."""
    return plain(amount).replace(".", ",") if language() == "ru" else plain(amount)


@lru_cache(maxsize=4096)
def _field(rules: Rules, unit: str, value: Decimal, lang: str) -> QuantityField:
    choices = []
    for name in rules.units:
        factor = rules.factor(name) or Decimal(1)
        able = allowed(rules, factor)
        if able.least is not None:
            choices.append(UnitChoice(name, unit_label(rules.spelt(name)), plain(able.step), plain(able.least)))
    chosen = next((choice for choice in choices if choice.name == unit), UnitChoice(unit, unit_label(rules.spelt(unit)), "1", "1"))
    return QuantityField(unit, form_number(value), chosen.step, chosen.least, tuple(choices), hint_text(rules, unit, value))


@lru_cache(maxsize=4096)
def _first_field(rules: Rules, lang: str) -> QuantityField:
    unit, least = start_of(rules)
    return _field(rules, unit, least, lang)


def quantity_field(rules: Rules) -> QuantityField:
    """The field of a product with these rules, at its least amount; remembered, since many products share their rules."""
    return _first_field(rules, language())


def field_with(rules: Rules, unit: str, amount: Decimal) -> QuantityField:
    """The field with what was entered."""
    return _field(rules, unit, amount, language())


def hint_text(rules: Rules, unit: str, amount: Decimal) -> str:
    """The amount in other units and what can be ordered: `= 25 кг · from 1 bag, step 1 bag`."""
    return " · ".join(part for part in (in_other_units(rules, unit, amount), step_hint(rules, unit)) if part)


def nearest(problem: QuantityProblem) -> tuple[tuple[str, str], ...]:
    """The nearest allowed amounts of a wrong one: (words, form text), the lower first."""
    amounts = dict.fromkeys(amount for amount in (problem.lower, problem.upper) if amount is not None)
    return tuple((counted(amount, problem.unit), form_number(amount)) for amount in amounts)


def packages(rules: Rules) -> str:
    """`мешок 25 кг, поддон 55 мешков = 1 375 кг`: how many base units a package holds where its name does not say so."""
    said = []
    for pack in rules.packs:
        told = names_contents(pack.name, pack.factor, rules.spelt())
        said.append(unit_label(pack.name) if told else f"{unit_label(pack.name)} = {counted(pack.factor, rules.spelt())}")
    return ", ".join(said)


def tile_of(name: str) -> str:
    """What stands in a product's square: its first word while that is a short mark (LDPE, ПП), else initials."""
    words = name.split()
    if not words:
        return "—"
    return words[0] if len(words[0]) <= 4 else words[0][:4] if words[0].isupper() else "".join(word[0] for word in words[:2]).upper()


@lru_cache(maxsize=4096)
def _from(quantity: Decimal, unit: str, lang: str) -> str:
    return _("from %(quantity)s") % {"quantity": counted(quantity, unit)}


def price_lines_of(table: VolumeTable, rules: Rules, quantity: Decimal) -> tuple[PriceStepLine, ...]:
    """The volume prices with the one marked that applies at a quantity in base units; steps below the least order show its amount."""
    return _price_lines(table, rules, quantity, language())


@lru_cache(maxsize=8192)
def _price_lines(table: VolumeTable, rules: Rules, quantity: Decimal, lang: str) -> tuple[PriceStepLine, ...]:
    current, lines = table.at(quantity), []
    for number, step in enumerate(table.steps):
        following = table.steps[number + 1] if number + 1 < len(table.steps) else None
        if following is not None and following.min_quantity <= rules.minimum:
            continue  # nobody can order so little
        label = _from(max(step.min_quantity, rules.minimum), rules.spelt(), lang)
        lines.append(PriceStepLine(label, money(step.price, lang=lang), step is current))
    return tuple(lines)


def missing_text(table: VolumeTable, rules: Rules, quantity: Decimal) -> str:
    """`975 кг more, and it is 4.70 BYN`: what is missing to the next price; empty above the last step."""
    found = table.missing(quantity)
    if found is None:
        return ""
    price = money(found[1].price, table.currency, lang=language())
    values = {"missing": counted(found[0], rules.spelt()), "price": price, "unit": unit_label(rules.spelt())}
    return _("%(missing)s more, and the price is %(price)s per %(unit)s") % values


def stock_line(good: Good) -> StockLine:
    """Stock of a product in words: enough, less than the least order, none, or not told."""
    places = " · ".join(f"{row.warehouse} {counted(row.quantity, good.rules.spelt())}" for row in good.stock if row.quantity > 0)
    if len(good.stock) == 1 and places:
        places = good.stock[0].warehouse
    if good.stock_as_of is None:
        return StockLine("—", "mute", "")
    if good.available <= 0:
        return StockLine(_("none"), "mute", "")
    text = counted(good.available, good.rules.spelt())
    if good.available < good.rules.minimum:
        return StockLine(text, "warn", places)
    return StockLine(text, "ok", places)


def properties_of(good: Good) -> tuple[str, ...]:
    """The attributes that the list shows, in words; the first three where nobody chose any."""
    given = good.row.attributes
    if good.listed:
        return tuple([f"{one.label} {value}" for one in good.listed if one.name in given and (value := said(one, given[one.name]))])
    few = [(name, ", ".join(texts_of(value))) for name, value in list(given.items())[:_SHOWN_PROPERTIES]]
    return tuple([f"{name} {value}" for name, value in few if value])


def attributes_of(good: Good) -> list[tuple[str, str]]:
    """All attributes of a product read for its page, in words: (label, value), in their order."""
    return [(one.label, one.value) for one in in_words(good.row.attributes, good.listed)]


def shown(good: Good) -> Shown:
    """The product as lists show it."""
    row, rules = good.row, good.rules
    caption = _("Price of %(name)s by quantity, %(currency)s per %(unit)s") % {
        "name": row.name,
        "currency": good.table.currency,
        "unit": unit_label(rules.spelt()),
    }
    steps = price_lines_of(good.table, rules, rules.minimum)
    field = quantity_field(rules)
    return Shown(
        row.id, row.article, row.name, tile_of(row.name), row.active, properties_of(good), stock_line(good), good.stock_as_of, steps,
        caption, field, good.picture,
    )  # fmt: skip


def all_shown(goods: Goods) -> tuple[Shown, ...]:
    """The products of a page as lists show them."""
    return goods.once(f"shown {language()}", lambda goods: tuple(shown(good) for good in goods))
