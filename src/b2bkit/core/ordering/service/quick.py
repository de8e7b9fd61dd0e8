"""Quick order: a list of articles and amounts, as people paste it from a table or a letter, or type it from memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, SQLColumnExpression, bindparam, func, or_, select

from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.quantities import BASE_PLACES, MAX_QUANTITY, Rules, base_quantity, start_of
from b2bkit.core.catalog.units import unit_label
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.errors import Cure, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.cart import MAX_LINES
from b2bkit.core.ordering.service.filling import Asked, add_lines
from b2bkit.core.ordering.service.goods import Goods, look_up
from b2bkit.core.work import Work

_NUMBER: Final = r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_LINE: Final = re.compile(rf"(?P<article>\S.*?)(?:\s*[:=*×]\s*|\s+[xх—–-]\s*|\s+|,\s+)(?P<number>{_NUMBER})\s*(?P<unit>[^\W\d][^\d;]*)?")
_SEPARATORS: Final = " -./_"


class Typed(NamedTuple):
    """A line of the list: `number` counts from 1 (of a file: its row); `said` is the amount as it stood there, empty where there was
    none, and `amount` None where it is no number or there is none."""

    number: int
    text: str
    article: str
    amount: Decimal | None
    unit: str
    said: str = ""


class Wrong(NamedTuple):
    """A line that is still to be ordered, and why. The problem's field is `article`, `amount` or `unit`, its cures are units."""

    typed: Typed
    problem: Problem


class Listed(NamedTuple):
    """What came of a list: how many lines went into the cart, and the others."""

    added: int
    wrong: tuple[Wrong, ...]


def parse(text: str) -> list[Typed]:
    """The lines of a pasted text. Columns are parted by tabs or semicolons (article, amount, unit: what stands further right is left
    alone), else a line is an article, an amount and perhaps a unit.
    """
    found = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line:
            found.append(_columns(number, line) if "\t" in line or ";" in line else _words(number, line))
    return found


def _columns(number: int, line: str) -> Typed:
    article, *others = [cell.strip().strip('"') for cell in re.split(r"[\t;]", line)]
    place = next((place for place, cell in enumerate(others) if re.fullmatch(_NUMBER, cell)), None)
    if place is None:
        return Typed(number, line, article, None, "")
    unit = others[place + 1] if place + 1 < len(others) and not re.fullmatch(_NUMBER, others[place + 1]) else ""
    return Typed(number, line, article, _amount(others[place]), unit, others[place])


def _words(number: int, line: str) -> Typed:
    match = _LINE.fullmatch(line)
    if match is None:
        return Typed(number, line, line, None, "")
    return Typed(number, line, match["article"].strip(), _amount(match["number"]), (match["unit"] or "").strip(), match["number"])


def typed_line(number: int, article: str, said: str, unit: str) -> Typed:
    """A line whose parts are known, of a file or of a form."""
    said = said.strip()
    return Typed(number, article.strip(), article.strip(), _amount(said) if re.fullmatch(_NUMBER, said) else None, unit.strip(), said)


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[ \u00a0]", "", text).replace(",", "."))
    except InvalidOperation:  # digits of another script
        return None


def order_list(work: Work, text: str) -> Listed:
    """Puts the lines of a pasted text into the cart, as `order_lines` does."""
    return order_lines(work, parse(text))


def order_lines(work: Work, typed: Sequence[Typed]) -> Listed:
    """Puts every line that can be understood into the cart; the others are told with their reasons and given back.

    An amount without a unit is in base units, an article without an amount gets the least that can be ordered. Amounts that break a rule
    of the product go into the cart, which shows the nearest allowed ones. Raises Refused for an empty list, and where the cart is full.
    """
    if not typed:
        raise Refused(Problem("ordering.list_empty", _("Type or paste at least one line: an article and how much of it."), "text"))
    if len(typed) > MAX_LINES:
        raise Refused(
            Problem("ordering.too_many_lines", _("A cart holds %(most)d lines. Send the list in parts.") % {"most": MAX_LINES}, "text")
        )
    products = _by_article(work, {one.article for one in typed} | {one.text for one in typed if one.amount is not None})
    goods = look_up(work, {id_ for ids in products.values() for id_ in ids}, stock=False)
    asked, wrong = [], []
    for one in typed:
        understood = _understood(one, products, goods)
        if isinstance(understood, Problem):
            wrong.append(Wrong(one, understood))
        else:
            asked.append(understood)
    if asked:
        add_lines(work, asked)
    return Listed(len(asked), tuple(wrong))


def _understood(one: Typed, products: Mapping[str, Sequence[UUID]], goods: Mapping[UUID, Goods]) -> Asked | Problem:
    ids = products.get(_plain(one.article), ())
    if not ids and one.amount is not None and (whole := products.get(_plain(one.text), ())):
        one, ids = one._replace(article=one.text, amount=None, unit="", said=""), whole  # the article itself ends in a number
    if len(ids) != 1:
        several = _("Several products have this article. Add the right one from the catalogue.")
        unknown = _("There is no such article in your catalogue. Check it, or search by name.")
        return Problem("ordering.list_several" if ids else "ordering.list_unknown", several if ids else unknown, "article")
    [product_id], rules = ids, goods[ids[0]].rules
    if one.amount is None and not one.said:
        unit, amount = start_of(rules)
        return Asked(product_id, unit, amount, base_quantity(amount, rules.factor(unit) or Decimal(1)))
    if one.amount is None or not 0 < one.amount <= MAX_QUANTITY or one.amount != one.amount.quantize(BASE_PLACES):
        return Problem("ordering.list_amount", _("Enter an amount above zero with at most three decimals."), "amount")
    chosen = _unit(rules, one.unit)
    factor = rules.factor(chosen) if chosen is not None else None
    if chosen is None or factor is None:
        cures = tuple(Cure(unit_label(rules.spelt(unit)), "unit", unit) for unit in rules.units)
        names = {"unit": one.unit[:30], "units": ", ".join(cure.label for cure in cures)}
        return Problem("ordering.list_unit", _("No unit “%(unit)s” here. Use one of: %(units)s.") % names, "unit", cures)
    return Asked(product_id, chosen, one.amount, max(base_quantity(one.amount, factor), BASE_PLACES))


def _unit(rules: Rules, typed: str) -> str | None:
    """The unit that a person means: its name, or a word that begins as its name does (`мешков`, `меш.` for `мешок 25 кг`)."""
    wanted = typed.casefold().strip(". ")
    if not wanted:
        return rules.unit
    same = [
        unit for unit in rules.units if wanted in (unit.casefold(), rules.spelt(unit).casefold(), unit_label(rules.spelt(unit)).casefold())
    ]
    alike = same or [unit for unit in rules.units if any(_begins(wanted, name) for name in (unit, unit_label(rules.spelt(unit))))]
    return alike[0] if len(alike) == 1 else None


def _begins(typed: str, name: str) -> bool:
    stem = min(3, len(typed))
    return name[:stem] == typed[:stem]


def _plain(article: str) -> str:
    """An article without separators and capitals."""
    return article.translate(str.maketrans("", "", _SEPARATORS)).casefold()


def _by_article(work: Work, articles: set[str]) -> dict[str, list[UUID]]:
    """Visible products by their article or barcode as `_plain` spells it. Separators and capitals do not matter."""
    plain = {_plain(one) for one in articles} - {""}
    # SQLite folds Latin letters only: others are asked for in capitals, in small letters and as they were typed
    spelt = plain | {one.upper() for one in plain} | {one.translate(str.maketrans("", "", _SEPARATORS)) for one in articles} - {""}
    statement, values = prepared(work, "ordering.by_article", _articles)
    found: dict[str, list[UUID]] = {}
    for product_id, article, barcode in work.session.execute(statement, {**values, "spelt": sorted(spelt)}):
        for name in dict.fromkeys((_plain(article), _plain(barcode))):
            if name in plain:
                found.setdefault(name, []).append(product_id)
    return found


def _articles(visible: ColumnElement[bool]) -> Select[UUID, str, str]:
    bare: SQLColumnExpression[str] = Product.article
    for separator in _SEPARATORS:
        bare = func.replace(bare, separator, "")
    wanted: BindParameter[str] = bindparam("spelt", expanding=True)
    return select(Product.id, Product.article, Product.barcode).where(
        visible, Product.active.is_(True), or_(bare.in_(wanted), func.lower(bare).in_(wanted), Product.barcode.in_(wanted))
    )
