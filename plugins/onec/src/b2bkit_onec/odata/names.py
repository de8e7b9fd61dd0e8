"""Names of 1C's objects and fields in one base: found in $metadata by the alias table and the settings; and what is missing, by flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import OneCRefused
from b2bkit_onec.odata.aliases import ALIASES, ANY_OF, NEEDS, Alias
from b2bkit_onec.odata.metadata import Schema


class Missing(NamedTuple):
    """What a base lacks: our name of the object or `object.field`, and the names of 1C that were looked for."""

    name: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An object in this base.

    entity      its set, e.g. Document_ЗаказКлиента
    path        what a function is called on (a register's records, at times); the set without a function
    fields      our name of a field -> 1C's, without `_Key`; `table/field` for fields of a table part
    columns     our name of a field -> the names that $select must have for it
    """

    name: str
    entity: str
    path: str
    function: str
    fields: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    missing: tuple[Missing, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def field(self, name: str) -> str:
        """1C's name of a field. One that this base does not have gives a name that no row holds, so that its value is empty."""
        return self.fields.get(name, "")

    def select(self, *names: str) -> list[str]:
        """Names for $select, of those fields that are there; all when none is named."""
        chosen = names or tuple(name for name in self.fields if "/" not in name)
        return list(dict.fromkeys(column for name in chosen for column in self.columns.get(name, ())))


class Absent(OneCRefused):
    """A flow cannot work with what this base publishes. `missing` says what it lacks."""

    def __init__(self, flow: str, missing: Iterable[Missing]) -> None:
        self.flow, self.missing = flow, tuple(missing)
        told = "; ".join(f"{one.name}: {', '.join(one.wanted)}" for one in self.missing)
        super().__init__(
            501,
            "",
            _("The flow {flow} cannot work with this 1C: it does not publish {what}.").format(flow=flow, what=told),
            _("Publish these objects for OData in 1C, or name their names in [plugins.onec.odata.names]; `b2bkit onec probe` helps."),
        )


@dataclass(frozen=True, slots=True)
class Names:
    """The objects of one base by our names."""

    objects: Mapping[str, Found]
    absent: Mapping[str, Missing]
    schema: Schema = field(default_factory=Schema, repr=False)

    def get(self, name: str) -> Found | None:
        """An object that has every field that it must have."""
        found = self.objects.get(name)
        return found if found is not None and not found.missing else None

    def need(self, name: str, flow: str) -> Found:
        """The same; raises Absent."""
        found = self.get(name)
        if found is None:
            raise Absent(flow, self.lacking(name))
        return found

    def lacking(self, name: str) -> tuple[Missing, ...]:
        """What stands against using an object: the object itself or fields that it must have."""
        found = self.objects.get(name)
        return found.missing if found is not None else (self.absent[name],)

    def missing(self, flow: str) -> tuple[Missing, ...]:
        """Why a flow cannot work; empty when it can."""
        need = NEEDS[flow]
        lacking = [one for name in need.objects for one in self.lacking(name)]
        one_of = ANY_OF.get(flow, ())
        if one_of and not any(self.get(name) for name in one_of):
            lacking += [one for name in one_of for one in self.lacking(name)]
        return tuple(lacking)

    def poorer(self, flow: str) -> tuple[Missing, ...]:
        """What would add to a flow that can work."""
        return tuple(one for name in NEEDS[flow].useful for one in self.lacking(name))

    def check(self, flow: str) -> None:
        """Raises Absent when the flow cannot work."""
        lacking = self.missing(flow)
        if lacking:
            raise Absent(flow, lacking)


def wanted(name: str, overrides: Mapping[str, str]) -> bool:
    """Whether fields of this type are of use: objects of the alias table, their table parts, rows and virtual tables."""
    return name.startswith(_roots(tuple(overrides.values())))


@cache
def _roots(more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for alias in ALIASES.values() for name in alias.names) + more


def resolve(schema: Schema, overrides: Mapping[str, str]) -> Names:
    """Names in a base. `overrides`: `object` or `object.field` -> 1C's name; "" takes the object away."""
    objects: dict[str, Found] = {}
    absent: dict[str, Missing] = {}
    for name, alias in ALIASES.items():
        given = overrides.get(name)
        candidates = alias.names if given is None else (given,) if given else ()
        found = next((one for one in (_found(schema, name, entity, alias, overrides) for entity in candidates) if one), None)
        if found is None:
            shown = tuple(f"{one}/{alias.function}" if alias.function else one for one in candidates)
            absent[name] = Missing(name, shown)
        else:
            objects[name] = found
    return Names(objects, absent, schema)


def _found(schema: Schema, name: str, entity: str, alias: Alias, overrides: Mapping[str, str]) -> Found | None:
    if entity not in schema.sets:
        return None
    path, columns_of = entity, schema.fields(entity)
    if alias.function:
        function = schema.function(entity, alias.function)
        if function is None:
            return None
        path, columns_of = function.path, schema.types.get(function.gives, {})
    fields: dict[str, str] = {}
    columns: dict[str, tuple[str, ...]] = {}
    missing: list[Missing] = []
    for marked, candidates in alias.fields.items():
        ours, must = marked.removesuffix("!"), marked.endswith("!")
        table, _slash, inner = ours.rpartition("/")
        given = overrides.get(f"{name}.{inner if not table else f'{table}_{inner}'}")
        there = schema.row(entity, fields.get(table, "")) if table else columns_of
        theirs = _column(there, (given,) if given else candidates)
        if theirs is not None:
            fields[ours], columns[ours] = theirs
        elif must:
            missing.append(Missing(f"{name}.{ours}", (given,) if given else candidates))
    return Found(name, entity, path, alias.function, fields, columns, tuple(missing))


def _column(there: Mapping[str, str], candidates: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """(name without `_Key`, names for $select) of the first candidate that is there."""
    for bare in candidates:
        if f"{bare}_Key" in there:
            return bare, (f"{bare}_Key",)
        if bare in there:
            return bare, (bare, f"{bare}_Type") if f"{bare}_Type" in there else (bare,)
    return None
