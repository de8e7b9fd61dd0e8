"""`[profiles]` of b2bkit.toml: what kinds of accounts there are, and what each kind leaves out or reaches further with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from b2bkit.core.config import ProfileSection, did_you_mean
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.things import PUBLIC, Level, Permission, Route
from b2bkit.core.i18n import N_

FIELDS: Final = frozenset({"company.tax_id", "company.tax_code", "company.contracts", "company.addresses", "company.manager"})
DEFAULT: Final = "legal_entity"
_STAFF_SIDE: Final = frozenset({Level.ASSIGNED, Level.ALL})


@dataclass(frozen=True)
class Profile:
    """A kind of account.

    side    `client`: of companies; `staff`: of the supplier's people with the role of this name
    rights  permission -> level, or None for a permission that nobody of this kind can have
    closed  names of routes that are not there
    hidden  names of fields that are neither shown nor taken; routes that are about one of them are closed
    """

    code: str
    label: str
    side: str
    rights: Mapping[str, Level | None]
    closed: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


_SHIPPED: Final[Mapping[str, tuple[str, str, ProfileSection]]] = {
    DEFAULT: (N_("Legal entity"), "client", ProfileSection()),
    "individual": (N_("Individual"), "client", ProfileSection(without_fields=("company.tax_code", "company.contracts"))),
    "distributor": (
        N_("Distributor with dealers"),
        "client",
        ProfileSection(rights={"ordering.view": "network", "settlements.view": "network", "settlements.papers": "network"}),
    ),
    "carrier": (
        N_("Carrier"),
        "client",
        ProfileSection(only=("accounts.company", "accounts.people"), without_fields=("company.contracts", "company.addresses")),
    ),
    "manager": (N_("Manager"), "staff", ProfileSection()),
    "admin": (N_("Administrator"), "staff", ProfileSection()),
    "editor": (N_("Editor of content"), "staff", ProfileSection()),
}


def profiles(
    tables: Mapping[str, ProfileSection],
    permissions: Mapping[str, Permission],
    routes: Mapping[str, Route],
    file: str,
    problems: list[ConfigProblem],
) -> dict[str, Profile]:
    """The shipped profiles as the deployment changed them, and its own; appends what is wrong to `problems`."""
    found = {}
    for code in dict.fromkeys([*_SHIPPED, *tables]):
        label, side, shipped = _SHIPPED.get(code, (code, "client", ProfileSection()))
        table = tables.get(code)
        if table is not None:
            problems += _wrong(code, side, table, permissions, routes, file)
        merged = _merged(shipped, table)
        found[code] = Profile(
            code,
            merged.label or label,
            side,
            _rights(merged, permissions),
            frozenset({*merged.without_pages, *(name for name, route in routes.items() if route.field in merged.without_fields)}),
            frozenset(merged.without_fields),
        )
    return found


def _merged(shipped: ProfileSection, table: ProfileSection | None) -> ProfileSection:
    """What the file says wins key by key; rights are added one by one."""
    if table is None:
        return shipped
    given = {name: getattr(table, name) for name in table.model_fields_set if name != "rights"}
    return shipped.model_copy(update={**given, "rights": {**shipped.rights, **table.rights}})


def _rights(table: ProfileSection, permissions: Mapping[str, Permission]) -> dict[str, Level | None]:
    rights: dict[str, Level | None] = {}
    for name in permissions:
        if table.only and name not in table.only:
            rights[name] = None
        elif name in table.rights:
            reach = table.rights[name]
            rights[name] = None if reach == "none" else Level(reach)
    return rights


def levels_for(permission: Permission, side: str) -> tuple[Level, ...]:
    """The levels that a role of this side can have the permission at, the narrowest first; empty when it is not for this side."""
    given = [level for level in permission.roles.values() if (level in _STAFF_SIDE) == (side == "staff")]
    if not given:
        return ()
    if side == "staff":
        return tuple(level for level in (Level.ASSIGNED, Level.ALL) if level is Level.ALL or level in given)
    return tuple(level for level in (Level.OWN, Level.COMPANY, Level.NETWORK) if level in given or level in permission.levels)


def _wrong(
    code: str, side: str, table: ProfileSection, permissions: Mapping[str, Permission], routes: Mapping[str, Route], file: str
) -> Iterable[ConfigProblem]:
    at = f"profiles.{code}"
    for key, names, known, what in (
        ("only", table.only, permissions, "unknown permission"),
        ("without_pages", table.without_pages, routes, "unknown page"),
        ("without_fields", table.without_fields, FIELDS, "unknown field"),
    ):
        for name in names:
            if name not in known:
                yield ConfigProblem(file, f"{at}.{key}", f"{what} {name!r}", did_you_mean(name, known))
    for name in table.without_pages:
        if name in routes and routes[name].permission is PUBLIC:
            cure = "remove it: pages for everybody are there for every kind of account"
            yield ConfigProblem(file, f"{at}.without_pages", f"{name!r} is a page for everybody", cure)
    for name, reach in table.rights.items():
        if name not in permissions:
            yield ConfigProblem(file, f"{at}.rights.{name}", "unknown permission", did_you_mean(name, permissions))
        elif reach != "none" and Level(reach) not in (possible := levels_for(permissions[name], side)):
            words = ", ".join(level.value for level in possible)
            cure = f"write one of {words}, none" if words else f"remove it: {side} accounts never have it"
            yield ConfigProblem(file, f"{at}.rights.{name}", f"{reach!r} means nothing here", cure)
