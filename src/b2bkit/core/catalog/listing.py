"""The list of products: visibility, search, category, order and pages, in statements that are built once per shape."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, and_, bindparam, case, or_, select, true, tuple_

from b2bkit.core.catalog.cursor import Cursor, Sort, decode
from b2bkit.core.catalog.goods import PRODUCT_COLUMNS, ProductRow, goods_of
from b2bkit.core.catalog.kept import Goods
from b2bkit.core.catalog.models import CategoryClosure, Product
from b2bkit.core.catalog.search import Asked, asked
from b2bkit.core.catalog.tree import Tree, category_tree
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.pricing.terms import Terms, session_terms
from b2bkit.core.work import Work

PAGE: Final = 50
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked of the list. `cursor` comes from an earlier page in the same order; "best" is by name where no words are."""

    q: str = ""
    category: UUID | None = None
    sort: Sort = "name"
    cursor: str | None = None
    limit: int = PAGE


class ProductPage(NamedTuple):
    """Products of one page, with cursors to the next and the one before; `terms` are those of the prices, None without a contract."""

    goods: Goods
    terms: Terms | None
    next: str | None
    previous: str | None


def list_products(work: Work, query: ListQuery, tree: Tree | None = None) -> ProductPage:
    """Products that the actor may see and that match, with packagings, stock and prices: three statements.

    tree    read before in this work, it brings the terms: then there are two. Raises Refused for a cursor of another list.
    """
    terms = session_terms(work) if tree is None else tree.terms
    words = asked(query.q)
    return ProductPage(Goods(), terms, None, None) if words is None else list_found(work, query, words, terms)


def list_found(work: Work, query: ListQuery, words: Asked, terms: Terms | None) -> ProductPage:
    """The same for words that are known already: two statements. `query.q` does not matter."""
    sort: Sort = query.sort if words.words or query.sort != "best" else "name"
    cursor = decode(query.cursor, sort) if query.cursor else None
    found, more = _rows(work, query, sort, words, cursor)
    forward, back = _cursors(sort, found, cursor, more)
    return ProductPage(goods_of(work, [row for row, _rank in found], terms), terms, forward, back)


_Ranked = tuple[ProductRow, int]


def _rows(work: Work, query: ListQuery, sort: Sort, words: Asked, cursor: Cursor | None) -> tuple[list[_Ranked], bool]:
    by_category, back = query.category is not None, cursor is not None and cursor.back
    key = ("list", words.shape, by_category, sort, cursor is not None, back)

    def build(criterion: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
        matching = and_(criterion, words_match(words.shape), _in_category() if by_category else true())
        return _page_statement(matching, sort, cursor is not None, back)

    statement, values = prepared(work, key, build)
    parameters = {**values, **words.values, "category": query.category, "limit": query.limit + 1}
    if cursor is not None:
        parameters |= {"after_rank": cursor.rank, "after_key": cursor.key, "after_id": cursor.id}
    ranked = sort == "best"
    found = [
        (ProductRow._make(row[:-1]), row[-1]) if ranked else (ProductRow._make(row), 0) for row in work.session.rows(statement, parameters)
    ]
    more = len(found) > query.limit
    found = found[: query.limit]
    return (found[::-1] if back else found), more


def _page_statement(matching: ColumnElement[bool], sort: Sort, after: bool, back: bool) -> Select[*tuple[object, ...]]:
    key = Product.article if sort == "article" else Product.search_text
    columns: tuple[Any, ...] = PRODUCT_COLUMNS
    order: tuple[Any, ...] = (key, Product.id)
    mark: tuple[Any, ...] = (bindparam("after_key", type_=key.type), bindparam("after_id", type_=Uuid()))
    if sort == "best":
        columns, order, mark = (*columns, _RANK), (_RANK, *order), (bindparam("after_rank", type_=Integer()), *mark)
    statement = select(*columns).where(matching)
    if after:
        row, from_here = tuple_(*order), tuple_(*mark)
        statement = statement.where(row < from_here if back else row > from_here)
    return statement.order_by(*(part.desc() if back else part for part in order)).limit(bindparam("limit"))


def _cursors(sort: Sort, found: list[_Ranked], cursor: Cursor | None, more: bool) -> tuple[str | None, str | None]:
    if not found:
        return None, None

    def at(place: _Ranked, back: bool) -> str:
        row, rank = place
        return Cursor(sort, back, row.article if sort == "article" else row.sort_text, row.id, rank).encode()

    back = cursor is not None and cursor.back
    forward = at(found[-1], False) if (more or back) else None
    backward = at(found[0], True) if (cursor is not None and (more or not back)) else None
    return forward, backward


# what matches

_RANK = case(  # the article itself, then names that begin so, then the rest
    (Product.search_text.like(bindparam("whole_article")), 0), (Product.search_text.like(bindparam("first_word")), 1), else_=2
)


def words_match(shape: Sequence[int]) -> ColumnElement[bool]:
    """Products in whose text for each of the words one of its beginnings begins a word; parameters are `Asked.values`."""
    numbers = count()
    return and_(true(), *(or_(*(Product.search_text.like(bindparam(f"word_{next(numbers)}")) for _ in range(many))) for many in shape))


def _in_category() -> ColumnElement[bool]:
    below = select(CategoryClosure.descendant_id).where(CategoryClosure.ancestor_id == bindparam("category", type_=Uuid()))
    return Product.category_id.in_(below)


def matching_tree(work: Work, q: str) -> Tree:
    """The category tree with counts of visible products, and of those that match the words: one statement."""
    words = asked(q)
    if words is None:  # text without a letter or digit matches nothing
        tree = category_tree(work)
        return tree._replace(groups=tuple(group._replace(matching=0) for group in tree.groups), matching=0)
    return tree_of(work, words)


def tree_of(work: Work, words: Asked) -> Tree:
    """The same for words that are known already."""
    if not words.words:
        return category_tree(work)
    key: Hashable = ("words", words.shape)
    return category_tree(work, match=words_match(words.shape), key=key, values=words.values)
