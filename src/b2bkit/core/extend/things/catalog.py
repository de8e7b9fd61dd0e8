"""How the catalogue is narrowed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy import Select

    from b2bkit.core.work import Work


class FacetSection(NamedTuple):
    """A group of values with a heading of its own; `key` is None for the only one of a facet.

    numeric   values sort as numbers
    flag      values are yes and no
    """

    key: UUID | None
    label: str
    numeric: bool = False
    flag: bool = False


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A way to narrow the catalogue. Values of one section widen, sections narrow; counts follow what the buyer sees and what is chosen.

    pairs      select of (product_id, section, value): which products have which values; the section is a Uuid, NULL in a facet with one
               section, the value a text of at most 250 characters. It tells nothing of who may see what: that is added
    sections   (work) -> sections in their order; None: one, called `label`
    said       (section, value) -> the value in words of the current language; None: as it is
    numbers    select of (product_id, section, number), the values of numeric sections as numbers: these can be chosen from and up to.
               The number is what `catalog.attributes.number_of` makes of the value
    follows_stock   whether news of stock alone can change the pairs: False spares reading them anew each time stock is told
    follows_edits   whether what staff edit beside a product, its files and analogues, can change the pairs; False spares the same
    """

    name: str
    order: int
    label: str
    pairs: Select[*tuple[Any, ...]]
    sections: Callable[[Work], Sequence[FacetSection]] | None = None
    said: Callable[[FacetSection, str], str] | None = None
    numbers: Select[*tuple[Any, ...]] | None = None
    follows_stock: bool = True
    follows_edits: bool = True


class Follower(NamedTuple):
    """Whom news of a product concern: he watches it, has it in a cart, keeps it in a list; `contract_id`: under which, if any."""

    user_id: UUID
    company_id: UUID
    contract_id: UUID | None
    product_id: UUID


@dataclass(frozen=True, kw_only=True)
class Followers:
    """Who follows products: (work, ids of products) -> each person once for each of them. Where a client asks, it finds himself alone."""

    name: str
    of: Callable[[Work, Collection[UUID]], Iterable[Follower]]
