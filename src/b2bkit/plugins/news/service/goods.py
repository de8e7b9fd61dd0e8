"""Products of an offer: chosen by article, shown with the buyer's own prices, put into the cart with its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Problem, Refused, Work
from b2bkit.core.catalog import view
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.product import visible_goods
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service import filling
from b2bkit.core.pricing.terms import session_terms
from b2bkit.plugins.news.service import read

MOST: Final = 50


class Offered(NamedTuple):
    """A product of an offer as the buyer sees it."""

    row: view.Shown
    unit: str
    quantity: Decimal


def parsed(work: Work, text: str) -> list[dict[str, str]]:
    """`article; quantity; unit` a line -> what is kept. Refused, each line by its number, for what cannot be understood."""
    problems: list[Problem] = []
    found: list[dict[str, str]] = []
    absent, wrong = _("Line {line}: there is no article {article}."), _("Line {line}: write how much, above zero.")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise Refused(Problem("news.many_goods", _("At most 50 products fit into an offer."), "goods"))
    for number, line in enumerate(lines, 1):
        article, amount, unit = ([part.strip() for part in line.split(";")] + ["", ""])[:3]
        product = work.session.execute(
            select(Product.id, Product.unit).where(func.lower(Product.article) == article.lower(), Product.active.is_(True)).limit(1)
        ).one_or_none()
        quantity = _amount(amount)
        if product is None:
            problems.append(Problem("news.article", absent.format(line=number, article=article), "goods"))
        elif quantity is None:
            problems.append(Problem("news.amount", wrong.format(line=number), "goods"))
        else:
            found.append({"product_id": str(product[0]), "article": article, "unit": unit or product[1], "quantity": str(quantity)})
    if problems:
        raise Refused(problems)
    return found


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(" ", "").replace(",", ".")) if text else Decimal(1)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < 10**9 and value == value.quantize(Decimal("0.001")) else None


def written(goods: Sequence[Mapping[str, Any]]) -> str:
    """The lines again, to be edited."""
    return "\n".join(f"{one['article']}; {one['quantity']}; {one['unit']}" for one in goods)


def offered(work: Work, goods: Sequence[Mapping[str, Any]]) -> list[Offered]:
    """The products that the buyer may see, with his prices; the others are not there."""
    ids = [UUID(one["product_id"]) for one in goods]
    found = visible_goods(work, ids, session_terms(work)) if ids else {}
    listed = []
    for one in goods:
        good = found.get(UUID(one["product_id"]))
        if good is not None:
            listed.append(Offered(view.shown(good), str(one["unit"]), Decimal(str(one["quantity"]))))
    return listed


def to_cart(work: Work, *, post_id: UUID) -> tuple[int, list[Problem]]:
    """Puts the whole offer into the cart; returns how many products went in and why others did not, each by its product's id."""
    seen = read.whole(work, post_id)
    put, problems = 0, []
    for one in offered(work, seen.version.goods):
        try:
            with work.session.begin_nested():
                filling.add_line(work, product_id=one.row.id, unit=one.unit, quantity=one.quantity)
            put += 1
        except Refused as refused:
            problems += [Problem(told.code, told.message, str(one.row.id)) for told in refused.problems]
    return put, problems
