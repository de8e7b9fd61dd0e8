"""The list of products: visibility, search, category, order and pages, in statements that are built once per shape."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, case, or_, select, true

from b2bkit.core.catalog.cursor import Cursor, Sort, decode
from b2bkit.core.catalog.goods import PRODUCT_COLUMNS, ProductRow, goods_of
from b2bkit.core.catalog.kept import Goods
from b2bkit.core.catalog.models import CategoryClosure, Product
from b2bkit.core.catalog.product import rows_of
from b2bkit.core.catalog.search import Asked, asked
from b2bkit.core.catalog.sorting import MOST_PRICED, key_text, needs_pipeline, order_values, page_statement, priced_page
from b2bkit.core.catalog.tree import Tree, category_tree
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.pricing.terms import Terms, session_terms
from b2bkit.core.work import Work

PAGE: Final = 50
MOST: Final = 200


class Criterion(NamedTuple):
    """A further criterion over `Product`: `key` names it, `values` are its parameters."""

    key: Hashable
    criterion: ColumnElement[bool]
    values: Mapping[str, object]


ANY: Final = Criterion(None, true(), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is asked of the list. `cursor` comes from an earlier page in the same order; "best" is by name where no words are."""

    q: str = ""
    category: UUID | None = None
    sort: Sort = "name"
    cursor: str | None = None
    limit: int = PAGE


class ProductPage(NamedTuple):
    """Products of one page, with cursors to the next and the one before; `terms` are those of the prices, None without a contract.

    exact   False: sorted by the prices of the price type alone, since too many products match to price each one
    """

    goods: Goods
    terms: Terms | None
    next: str | None
    previous: str | None
    exact: bool = True


def list_products(work: Work, query: ListQuery, tree: Tree | None = None) -> ProductPage:
    """Products that the actor may see and that match, with packagings, stock and prices: three statements.

    tree    read before in this work, it brings the terms: then there are two. Raises Refused for a cursor of another list.
    """
    terms = session_terms(work) if tree is None else tree.terms
    words = asked(query.q)
    return ProductPage(Goods(), terms, None, None) if words is None else list_found(work, query, words, terms)


def list_found(work: Work, query: ListQuery, words: Asked, terms: Terms | None, further: Criterion = ANY) -> ProductPage:
    """The same for words that are known already, and of products for which `further` holds: two statements. `query.q` does not matter."""
    sort: Sort = query.sort if words.words or query.sort != "best" else "name"
    cursor = decode(query.cursor, sort) if query.cursor else None
    found, more, exact = _rows(work, query, sort, words, cursor, terms, further)
    forward, back = cursors(sort, found, cursor, more)
    return ProductPage(goods_of(work, [place.row for place in found], terms), terms, forward, back, exact)


class Place(NamedTuple):
    """A product with what the list is sorted by."""

    row: ProductRow
    key: str = ""
    rank: int = 0


def _rows(
    work: Work, query: ListQuery, sort: Sort, words: Asked, cursor: Cursor | None, terms: Terms | None, further: Criterion
) -> tuple[list[Place], bool, bool]:
    """(products with their places in the order, whether more follow, whether the order is exact)."""
    by_category, back = query.category is not None, cursor is not None and cursor.back
    shape, given = (words.shape, by_category, further.key), {**words.values, **further.values, "category": query.category}

    def matching(criterion: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(criterion, words_match(words.shape), in_category() if by_category else true(), further.criterion)

    found, exact = None, True
    if terms is not None and needs_pipeline(work, sort, terms):
        found = _through_pipeline(work, query, terms, cursor, shape, matching, given)
        exact = found is not None
    if found is None:

        def build(criterion: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
            return page_statement(matching(criterion), sort, cursor is not None, back, _RANK if sort == "best" else None)

        statement, values = prepared(work, ("list", *shape, sort, cursor is not None, back), build)
        parameters = {**values, **given, **order_values(sort, terms, cursor), "limit": query.limit + 1}
        found = [_placed(sort, row) for row in work.session.rows(statement, parameters)]
    more = len(found) > query.limit
    found = found[: query.limit]
    return (found[::-1] if back else found), more, exact


def _placed(sort: Sort, row: tuple[Any, ...]) -> Place:
    if sort in ("best", "name", "article"):
        known = ProductRow._make(row[: len(PRODUCT_COLUMNS)])
        return Place(known, known.article if sort == "article" else known.sort_text, row[-1] if sort == "best" else 0)
    return Place(ProductRow._make(row[:-1]), key_text(row[-1]))


def _through_pipeline(
    work: Work, query: ListQuery, terms: Terms, cursor: Cursor | None, shape: tuple[Hashable, ...],
    matching: Callable[[ColumnElement[bool]], ColumnElement[bool]], given: Mapping[str, object],
) -> list[Place] | None:  # fmt: skip
    """The page by prices that further steps make; None where too many products match to price each: the price type's order holds."""

    def every(criterion: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
        return select(Product.id, Product.minimum).where(matching(criterion)).limit(MOST_PRICED + 1)

    statement, values = prepared(work, ("every", *shape), every)
    products = [(row[0], row[1]) for row in work.session.rows(statement, {**values, **given})]
    if len(products) > MOST_PRICED:
        return None
    page = priced_page(work, terms, products, sort=query.sort, cursor=cursor, limit=query.limit + 1)
    rows = {row.id: row for row in rows_of(work, [one.id for one in page])}
    return [Place(rows[one.id], key_text(one.key)) for one in page]


def cursors(sort: Sort, found: Sequence[Place], cursor: Cursor | None, more: bool) -> tuple[str | None, str | None]:
    """Where the next page begins and the one before, None at the ends; `more`: there is more in the direction of the cursor."""
    if not found:
        return None, None

    def at(place: Place, back: bool) -> str:
        return Cursor(sort, back, place.key, place.row.id, place.rank).encode()

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


def in_category() -> ColumnElement[bool]:
    """Products in the category `category` and below."""
    below = select(CategoryClosure.descendant_id).where(CategoryClosure.ancestor_id == bindparam("category", type_=Uuid()))
    return Product.category_id.in_(below)


def matching_tree(work: Work, q: str) -> Tree:
    """The category tree with counts of visible products, and of those that match the words: one statement."""
    words = asked(q)
    if words is None:  # text without a letter or digit matches nothing
        tree = category_tree(work)
        return tree._replace(groups=tuple(group._replace(matching=0) for group in tree.groups), matching=0)
    return tree_of(work, words)


def tree_of(work: Work, words: Asked, further: Criterion = ANY) -> Tree:
    """The same for words that are known already; `further` has to hold too for those that match."""
    if not words.words and further.key is None:
        return category_tree(work)
    key: Hashable = ("words", words.shape, further.key)
    match = and_(words_match(words.shape), further.criterion)
    return category_tree(work, match=match, key=key, values={**words.values, **further.values})
