"""What decides who may do and see what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple
from uuid import UUID

from b2bkit.core.extend.things.names import Level

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from b2bkit.core.work import Actor, Work


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Something that a role may do. `roles` says who has it by default and how far it reaches; a deployment may change that, and so may
    staff in the access matrix.

    levels     further levels that mean something for it, besides company, assigned and all: OWN, NETWORK
    limits     what it can be narrowed by: `region`, `contract`, `category`, `paper`; the scope or filter behind it must ask for them
    on_behalf  False for what staff who act for a client may not do
    """

    name: str
    label: str
    roles: Mapping[str, Level]
    levels: tuple[Level, ...] = ()
    limits: tuple[str, ...] = ()
    on_behalf: bool = True


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which rows of `entity` an actor may see: an SQL criterion, added to every statement of the scoped session.

    entity      mapped class
    criterion   (actor) -> criterion over the entity's own columns; return `sqlalchemy.false()` for nobody
    """

    name: str
    entity: type
    criterion: Callable[[Actor], ColumnElement[bool]]


class OpenedGroups(NamedTuple):
    """What a catalogue filter opens, where groups are enough to say it.

    groups     what is in these groups and below; None: everything
    live       only what is sold and stands in no group that is switched off
    products   these besides, whatever their group
    """

    groups: frozenset[UUID] | None
    live: bool
    products: frozenset[UUID] = frozenset()


@dataclass(frozen=True, kw_only=True)
class CatalogFilter:
    """What a buyer may see of the catalogue: a criterion over `catalog.models.Product`; all filters apply together.

    opened   (work) -> the same in groups, so that a large catalogue is counted in memory; None: only the criterion can say it, and a
             portal with such a filter counts in the database
    widens   name of a filter that this one widens: open is what either of the two opens, and all others still apply. It opens only what
             is sold (`catalog.visibility.alive`); return `sqlalchemy.false()` where it opens nothing
    """

    name: str
    order: int
    criterion: Callable[[Work], ColumnElement[bool]]
    opened: Callable[[Work], OpenedGroups] | None = None
    widens: str = ""


PaperUse = Literal["view", "download"]


@dataclass(frozen=True, kw_only=True)
class PaperRule:
    """What may be done with the printed form of a paper: (work, kind of the paper, use) -> whether it may. All rules must agree.

    view      its pages are shown as pictures
    download  its file leaves the portal
    """

    name: str
    allows: Callable[[Work, str, PaperUse], bool]
