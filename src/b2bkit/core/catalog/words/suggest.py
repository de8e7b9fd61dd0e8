"""What may be meant while somebody types: groups and products that the person sees, the article first."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from falcon import Request, Response
from pydantic import BaseModel, Field

from b2bkit.core.catalog.goods import ProductRow
from b2bkit.core.catalog.listing import ListQuery, list_found
from b2bkit.core.catalog.tree import Group
from b2bkit.core.catalog.words.groups import groups_named
from b2bkit.core.catalog.words.meaning import search
from b2bkit.core.web.handling import fragment, read_query, work_of
from b2bkit.core.work import Work

_GROUPS: Final = 3
_PRODUCTS: Final = 6
_SHORTEST: Final = 2


class Suggested(NamedTuple):
    """Groups with the most that matches, products, how many match in all, the words that were meant ("" when it is those typed), and
    groups that are called so.
    """

    groups: tuple[Group, ...] = ()
    products: tuple[ProductRow, ...] = ()
    matching: int = 0
    instead: str = ""
    named: tuple[Group, ...] = ()


def suggest(work: Work, typed: str) -> Suggested:
    """Nothing for less than two characters; else three statements when the typed words find something."""
    if len(typed.strip()) < _SHORTEST:
        return Suggested()
    found = search(work, typed)
    named = groups_named(found.tree, typed, _GROUPS)
    if found.words is None or not found.words.words or not found.tree.matching:
        return Suggested(named=named)
    groups = sorted((group for group in found.tree.groups if group.matching), key=lambda group: (-group.matching, group.depth, group.name))
    page = list_found(work, ListQuery(sort="best", limit=_PRODUCTS), found.words, found.tree.terms)
    return Suggested(tuple(groups[:_GROUPS]), tuple(good.row for good in page.goods), found.tree.matching, found.said, named)


class SuggestForm(BaseModel):
    """What was typed so far, and in which of the page's fields."""

    q: str = Field("", max_length=200)
    at: Literal["top", "page"] = "page"


class Suggest:
    """The box under a search field."""

    def on_get(self, req: Request, resp: Response) -> None:
        form = read_query(req, SuggestForm)
        fragment(req, resp, "catalog/_suggest.html", form=form, found=suggest(work_of(req), form.q))
