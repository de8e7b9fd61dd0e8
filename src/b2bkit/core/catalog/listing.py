"""The list of products: visibility, search, category, order and pages, in statements that are built once per shape."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, select, true, tuple_

from b2bkit.core.catalog.cursor import Cursor, Sort, decode
from b2bkit.core.catalog.goods import PRODUCT_COLUMNS, Good, ProductRow, goods_of
from b2bkit.core.catalog.models import CategoryClosure, Product
from b2bkit.core.catalog.search import search_words
from b2bkit.core.catalog.tree import Tree, category_tree
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.pricing.terms import Terms, session_terms
from b2bkit.core.work import Work

PAGE: Final = 50
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked of the list. `cursor` comes from an earlier page in the same order."""

    q: str = ""
    category: UUID | None = None
    sort: Sort = "name"
    cursor: str | None = None
    limit: int = PAGE


class ProductPage(NamedTuple):
    """Products of one page, with cursors to the next and the one before; `terms` are those of the prices, None without a contract."""

    goods: tuple[Good, ...]
    terms: Terms | None
    next: str | None
    previous: str | None


def list_products(work: Work, query: ListQuery, tree: Tree | None = None) -> ProductPage:
    """Products that the actor may see and that match, with packagings, stock and prices: three statements.

    tree    read before in this work, it brings the terms: then there are two. Raises Refused for a cursor of another list.
    """
    terms = session_terms(work) if tree is None else tree.terms
    cursor = decode(query.cursor, query.sort) if query.cursor else None
    words = search_words(query.q)
    if words is None:
        return ProductPage((), terms, None, None)
    rows, more = _rows(work, query, words, cursor)
    forward, back = _cursors(query.sort, rows, cursor, more)
    return ProductPage(tuple(goods_of(work, rows, terms)), terms, forward, back)


def _rows(work: Work, query: ListQuery, words: tuple[str, ...], cursor: Cursor | None) -> tuple[list[ProductRow], bool]:
    by_category, back = query.category is not None, cursor is not None and cursor.back
    key = ("list", len(words), by_category, query.sort, cursor is not None, back)

    def build(criterion: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
        matching = and_(criterion, words_match(len(words)), _in_category() if by_category else true())
        return _page_statement(matching, query.sort, cursor is not None, back)

    statement, values = prepared(work, key, build)
    parameters = {**values, **word_values(words), "category": query.category, "limit": query.limit + 1}
    if cursor is not None:
        parameters |= {"after_key": cursor.key, "after_id": cursor.id}
    rows = [ProductRow._make(row) for row in work.session.rows(statement, parameters)]
    more = len(rows) > query.limit
    rows = rows[: query.limit]
    return (rows[::-1] if back else rows), more


def _page_statement(matching: ColumnElement[bool], sort: Sort, after: bool, back: bool) -> Select[*tuple[object, ...]]:
    key = Product.search_text if sort == "name" else Product.article
    statement = select(*PRODUCT_COLUMNS).where(matching)
    if after:
        row, mark = tuple_(key, Product.id), tuple_(bindparam("after_key", type_=key.type), bindparam("after_id", type_=Uuid()))
        statement = statement.where(row < mark if back else row > mark)
    order = (key.desc(), Product.id.desc()) if back else (key, Product.id)
    return statement.order_by(*order).limit(bindparam("limit"))


def _cursors(sort: Sort, rows: list[ProductRow], cursor: Cursor | None, more: bool) -> tuple[str | None, str | None]:
    if not rows:
        return None, None

    def at(row: ProductRow, back: bool) -> str:
        return Cursor(sort, back, row.sort_text if sort == "name" else row.article, row.id).encode()

    back = cursor is not None and cursor.back
    forward = at(rows[-1], False) if (more or back) else None
    backward = at(rows[0], True) if (cursor is not None and (more or not back)) else None
    return forward, backward


# what matches


def words_match(count: int) -> ColumnElement[bool]:
    """Products in whose text each of the words `word_0`, `word_1` ... begins a word."""
    return and_(true(), *(Product.search_text.like(bindparam(f"word_{number}")) for number in range(count)))


def word_values(words: tuple[str, ...]) -> dict[str, object]:
    """Parameters of `words_match`; words hold letters and digits only, so nothing has to be escaped."""
    return {f"word_{number}": f"% {word}%" for number, word in enumerate(words)}


def _in_category() -> ColumnElement[bool]:
    below = select(CategoryClosure.descendant_id).where(CategoryClosure.ancestor_id == bindparam("category", type_=Uuid()))
    return Product.category_id.in_(below)


def matching_tree(work: Work, q: str) -> Tree:
    """The category tree with counts of visible products, and of those that match the words: one statement."""
    words = search_words(q)
    if words == ():
        return category_tree(work)
    if words is None:  # text without a letter or digit matches nothing
        tree = category_tree(work)
        return tree._replace(groups=tuple(group._replace(matching=0) for group in tree.groups), matching=0)
    key: Hashable = ("words", len(words))
    return category_tree(work, match=words_match(len(words)), key=key, values=word_values(words))
