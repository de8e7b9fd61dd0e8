"""The list of the catalogue with everything that narrows it: words, a group, facets. From the index where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from sqlalchemy import and_, true

from b2bkit.core.catalog.cursor import Sort, decode
from b2bkit.core.catalog.facets.chosen import Chosen
from b2bkit.core.catalog.facets.keeper import Keeper
from b2bkit.core.catalog.facets.sql import NOTHING, Counts, counts, left_by
from b2bkit.core.catalog.goods import goods_of
from b2bkit.core.catalog.kept import Goods
from b2bkit.core.catalog.listing import Criterion, ListQuery, Place, ProductPage, cursors, in_category, list_found, words_match
from b2bkit.core.catalog.product import rows_of
from b2bkit.core.catalog.search import Asked, asked, search_words
from b2bkit.core.catalog.tree import Tree, tree_from
from b2bkit.core.catalog.words.meaning import search
from b2bkit.core.extend.things import OpenedGroups
from b2bkit.core.pricing.service import straight_table
from b2bkit.core.pricing.terms import Terms, session_terms
from b2bkit.core.work import Work

if TYPE_CHECKING:
    from pyroaring import BitMap

    from b2bkit.core.catalog.facets.index import FacetIndex

_NO_WORDS: Final = Asked()
_SORTS: Final = ("best", "name", "article")  # what the index knows


class Browsed(NamedTuple):
    """A page of the list.

    tree     groups with counts of what is visible, and of what matches words and facets
    instead  the words that were searched for instead of the typed ones, "" when it was those
    """

    tree: Tree
    page: ProductPage
    instead: str


def browse(work: Work, query: ListQuery, chosen: Chosen, *, exact: bool = False) -> Browsed:
    """A page of visible products that match the words and all that was chosen: four statements when the typed words find something."""
    index = _index(work)
    if index is not None and query.sort in _SORTS and search_words(query.q) == () and not chosen.by_price:
        found = _browse_index(work, index, query, chosen)
        if found is not None:
            return found
    further = left_by(work, chosen)
    answer = search(work, query.q, exact=exact, further=further)
    if answer.words is None:
        return Browsed(answer.tree, ProductPage(Goods(), answer.tree.terms, None, None), "")
    return Browsed(answer.tree, list_found(work, query, answer.words, answer.tree.terms, further), answer.said)


def found_products(work: Work, query: ListQuery, chosen: Chosen) -> ProductPage:
    """The page of the list alone, for exactly the words that were typed: three statements. Raises Refused for a cursor of another list."""
    terms, index = session_terms(work), _index(work)
    if index is not None and query.sort in _SORTS and search_words(query.q) == () and not chosen.by_price:
        page = _page(work, index, query, index.left(index.visible(_opened(work)), chosen), terms)
        if page is not None:
            return page
    words = asked(query.q)
    return ProductPage(Goods(), terms, None, None) if words is None else list_found(work, query, words, terms, left_by(work, chosen))


def facet_counts(work: Work, query: ListQuery, chosen: Chosen, *, exact: bool = False) -> Counts:
    """How many products each value would leave beside words, group and what was chosen in other sections."""
    index = _index(work)
    if index is not None and search_words(query.q) == () and not chosen.by_price:
        opened = _opened(work)
        visible = index.visible(opened)
        if query.category is None and not chosen:
            return Counts(index.everything(opened, visible).values, len(visible))
        within = visible & index.in_category(query.category) if query.category else visible
        return Counts(index.values(within, chosen), len(index.left(within, chosen)))
    answer = search(work, query.q, exact=exact) if query.q.strip() else None
    words = answer.words if answer is not None else _NO_WORDS
    return NOTHING if words is None else counts(work, chosen, _within(query.category, words))


def _within(category: UUID | None, words: Asked) -> Criterion:
    criterion = and_(words_match(words.shape), in_category() if category else true())
    return Criterion((words.shape, category is None), criterion, {**words.values, "category": category})


def prices_count(work: Work) -> bool:
    """Whether the list can be narrowed by price: with a contract, where nothing but its price type makes prices."""
    terms = session_terms(work)
    return terms is not None and terms.price_type_id is not None and straight_table(work, terms) is not None


# in memory


def _index(work: Work) -> FacetIndex | None:
    keeper: Keeper | None = getattr(work.kit.plugins.get("catalog"), "keeper", None)
    if keeper is None or any(one.opened is None for one in work.kit.catalog_filters):
        return None
    return keeper.current()


def _opened(work: Work) -> list[OpenedGroups]:
    return [one.opened(work) for one in work.kit.catalog_filters if one.opened is not None]


def _browse_index(work: Work, index: FacetIndex, query: ListQuery, chosen: Chosen) -> Browsed | None:
    """None when the cursor's product is not in the index any more."""
    opened, terms = _opened(work), session_terms(work)
    visible = index.visible(opened)
    left = index.left(visible, chosen)
    page = _page(work, index, query, left, terms)
    if page is None:
        return None
    total = index.everything(opened, visible).groups
    matching = index.groups(left) if chosen else total
    return Browsed(tree_from(index.categories.values(), total, matching, terms), page, "")


def _page(work: Work, index: FacetIndex, query: ListQuery, left: BitMap, terms: Terms | None) -> ProductPage | None:
    sort: Sort = "name" if query.sort == "best" else query.sort
    cursor = decode(query.cursor, sort) if query.cursor else None
    found = left & index.in_category(query.category) if query.category else left
    part = index.page(found, sort, cursor, query.limit)
    if part is None:
        return None
    seen = {row.id: row for row in rows_of(work, part.ids)} if part.ids else {}
    rows = [seen[id_] for id_ in part.ids if id_ in seen]
    places = [Place(row, row.article if sort == "article" else row.sort_text) for row in rows]
    forward, back = cursors(sort, places, cursor, part.more)
    return ProductPage(goods_of(work, rows, terms), terms, forward, back)
