"""The values of the frame around every page. Plain named tuples: they are what Jinja reads fastest."""

from __future__ import annotations

from typing import Literal, NamedTuple

from b2bkit.core.extend.things import Badge, ErpState


class NavLink(NamedTuple):
    """An entry of the menu; `badge` is a count or None."""

    name: str
    label: str
    href: str
    icon: str
    active: bool
    badge: Badge | None = None


class NavGroup(NamedTuple):
    """Entries under a heading (empty: none)."""

    label: str
    items: tuple[NavLink, ...]


class Brand(NamedTuple):
    """The deployment's name and logo; `logo` is a path or empty."""

    name: str
    logo: str
    css: str


class UserLine(NamedTuple):
    """The person at the foot of the rail."""

    name: str
    role: str
    email: str


class EntityChoice(NamedTuple):
    """A contract that the person may act under."""

    id: str
    name: str
    contract: str
    current: bool


class EntityLine(NamedTuple):
    """The legal entity and the contract for which the person acts, on top of the rail, and the others to choose from."""

    name: str
    contract: str
    choices: tuple[EntityChoice, ...] = ()


class CartLine(NamedTuple):
    """The cart in the top bar: number of lines, and the sum as it is shown (empty: no price known)."""

    lines: int
    total: str
    href: str


class Acting(NamedTuple):
    """A member of staff who acts for a client: the strip on every page."""

    company: str
    stop: str
    until: str = ""


class Page(NamedTuple):
    """What layout/base.html needs. `path` is the page's own local address, `live` that of the news since it was asked for."""

    lang: str
    langs: tuple[tuple[str, str], ...]
    theme: Literal["light", "dark", "auto"]
    area: Literal["portal", "admin"]
    brand: Brand
    csrf: str
    path: str
    user: UserLine | None = None
    entity: EntityLine | None = None
    nav: tuple[NavGroup, ...] = ()
    bar: tuple[NavLink, ...] = ()
    erp: ErpState | None = None
    cart: CartLine | None = None
    unread: int = 0
    acting: Acting | None = None
    search_href: str = ""
    has_openapi: bool = False
    live: str = ""
