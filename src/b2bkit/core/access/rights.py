"""The one place where rights are worked out: for the guard and the scoped session, for the matrix, and for "why can I see this?"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple
from uuid import UUID

from b2bkit.core.extend.kit import Kit
from b2bkit.core.extend.profiles import DEFAULT, levels_for
from b2bkit.core.extend.things import Level

NONE: Final = "none"
DIMENSIONS: Final = ("region", "contract", "category", "paper")
Source = Literal["default", "config", "role", "profile", "person", "wall"]


class Rule(NamedTuple):
    """A row of the matrix as it is stored, see `models.AccessRule`."""

    subject: str
    permission: str
    dimension: str
    value: str
    changed_at: datetime
    changed_by: str


class Step(NamedTuple):
    """One reason for a right: what said so, the level after it (None: no right), and for what staff changed who and when."""

    source: Source
    level: Level | None
    changed_at: datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose rights are asked for. `profile` is the company's, staff have none; `behalf`: of staff who act for the client."""

    role: str
    user_id: UUID | None = None
    company_id: UUID | None = None
    profile: str = ""
    behalf: bool = False

    @property
    def person(self) -> str:
        """The subject of rules for this person."""
        return person_subject(self.user_id, self.company_id) if self.user_id is not None else ""


def role_subject(role: str) -> str:
    """The subject of rules for everybody with a role."""
    return f"role:{role}"


def person_subject(user_id: UUID, company_id: UUID | None) -> str:
    """The subject of rules for one person: of staff, or in one company."""
    return f"person:{user_id}@{company_id}" if company_id is not None else f"person:{user_id}"


@dataclass(frozen=True, slots=True)
class Rights:
    """What a holder may do: levels and narrowings as an actor carries them; `why` tells each permission's steps, the last one decides."""

    levels: Mapping[str, Level]
    limits: Mapping[tuple[str, str], frozenset[str]]
    closed: frozenset[str]
    why: Mapping[str, Sequence[Step]] = field(repr=False)
    hidden: frozenset[str] = frozenset()


NOTHING: Final = Rights(MappingProxyType({}), MappingProxyType({}), frozenset(), MappingProxyType({}))


def settle(kit: Kit, holder: Holder, rules: Iterable[Rule]) -> Rights:
    """The rights of a holder under these rules (rules of other subjects are passed over).

    The role's default, then b2bkit.toml, the matrix for the role, the profile, the matrix for the person; what a profile takes away nobody
    gives back.
    """
    role = kit.roles.get(holder.role)
    if role is None:
        return NOTHING
    mine = [rule for rule in rules if rule.subject in (role_subject(role.code), holder.person)]
    told = {(rule.subject, rule.permission): rule for rule in mine if not rule.dimension}
    profile = kit.profiles.get(_profile_of(holder, role.side))
    why = {}
    for name, permission in kit.permissions.items():
        if levels_for(permission, role.side):
            steps = _own_steps(kit, role.code, name)
            steps += _told(kit, role.side, name, told.get((role_subject(role.code), name)), "role")
            if profile is not None and name in profile.rights and steps:
                steps += _of_profile(profile.rights[name], steps[-1])
            steps += _told(kit, role.side, name, told.get((holder.person, name)), "person")
            if (profile is not None and profile.rights.get(name, Level.ALL) is None) or (holder.behalf and not permission.on_behalf):
                steps.append(Step("wall", None))
            why[name] = tuple(steps)
    levels = {name: steps[-1].level for name, steps in why.items() if steps and steps[-1].level is not None}
    closed, hidden = (profile.closed, profile.hidden) if profile else (frozenset[str](), frozenset[str]())
    return Rights(MappingProxyType(levels), _limits(mine), closed, MappingProxyType(why), hidden)


def _profile_of(holder: Holder, side: str) -> str:
    return holder.role if side == "staff" else holder.profile or DEFAULT


def _own_steps(kit: Kit, role: str, name: str) -> list[Step]:
    default, configured = kit.permissions[name].roles.get(role), kit.roles[role].levels.get(name)
    steps = [Step("default", default)]
    return steps if configured is default else [*steps, Step("config", configured)]


def _of_profile(level: Level | None, before: Step) -> list[Step]:
    """A profile widens or narrows what the role has, and gives nothing that the role lacks; what it takes away comes last of all."""
    return [Step("profile", level)] if level is not None and before.level is not None else []


def _told(kit: Kit, side: str, name: str, rule: Rule | None, source: Source) -> list[Step]:
    """A stored level counts only while it still means something: a plugin of another version may know fewer."""
    if rule is None:
        return []
    level = None if rule.value == NONE else next((one for one in levels_for(kit.permissions[name], side) if one.value == rule.value), None)
    return [Step(source, level, rule.changed_at, rule.changed_by)]


def _limits(rules: Sequence[Rule]) -> Mapping[tuple[str, str], frozenset[str]]:
    """Values of one subject add up; a role's and a person's narrowing hold both."""
    by_subject: dict[tuple[str, str], dict[str, set[str]]] = {}
    for rule in rules:
        if rule.dimension:
            by_subject.setdefault((rule.permission, rule.dimension), {}).setdefault(rule.subject, set()).add(rule.value)
    return MappingProxyType({place: frozenset(set.intersection(*sets.values())) for place, sets in by_subject.items()})
