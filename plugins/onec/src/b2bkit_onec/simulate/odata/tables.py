"""What an address may name: sets of objects, table parts, records of registers; and how names resolve within their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from b2bkit_onec.simulate import names
from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.odata.catalogues import MAKERS as LISTED
from b2bkit_onec.simulate.odata.catalogues import Listed, Objects, Source
from b2bkit_onec.simulate.odata.context import Context, Row
from b2bkit_onec.simulate.odata.documents import Orders, Papers
from b2bkit_onec.simulate.odata.errors import no_type
from b2bkit_onec.simulate.odata.model import GUID, STRING, Entity, Part, Property
from b2bkit_onec.simulate.odata.predicate import Row as Looked
from b2bkit_onec.simulate.odata.predicate import Scope
from b2bkit_onec.simulate.odata.published import BY_NAME
from b2bkit_onec.simulate.odata.registers import order_states, records

PRESENTATION = "____Presentation"
DEFAULT_PART = Part("", ())


def source_of(entity: Entity) -> Source:
    """Where the rows of a catalogue, document, task, process or plan come from."""
    if entity.name == names.ORDER:
        return Orders(entity)
    if entity.name in names.PAPERS:
        return Papers(entity)
    return Listed(entity) if entity.name in LISTED else Objects(entity)


def find_row(context: Context, entity: Entity, ref: str) -> Row | None:
    """The row of an object."""
    return None if ref == EMPTY else source_of(entity).one(context, ref)


@dataclass(frozen=True, slots=True)
class Shape:
    """What rows look like: the type's name in StandardODATA, its properties and table parts, and the set that they are of.

    `of`: the set's name for links, "" for rows without an address (virtual tables); `key`: names of its key.
    """

    type: str
    properties: tuple[Property, ...]
    parts: tuple[Part, ...] = ()
    of: str = ""
    key: tuple[str, ...] = ()

    def named(self, name: str) -> Property | None:
        """The property of that name."""
        return next((one for one in self.properties if one.name == name), None)

    @property
    def navigations(self) -> tuple[Property, ...]:
        """References to published objects."""
        return tuple(one for one in self.properties if one.target in BY_NAME)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that an address names. `by_recorder`: of a register, where $top counts record sets and $orderby is ignored."""

    shape: Shape
    rows: list[Row]
    by_recorder: bool = False


def shape_of(entity: Entity) -> Shape:
    """The shape of an object's rows."""
    if entity.records:
        part = Part("RecordSet", entity.records)
        return Shape(entity.name, entity.properties, (part,), entity.name, entity.key)
    return Shape(entity.name, entity.properties, entity.parts, entity.name, entity.key)


def record_shape(entity: Entity) -> Shape:
    """The shape of a register's records."""
    name = f"{entity.name}_RecordType"
    return Shape(name, entity.records, (), name, ("Recorder", "LineNumber", "Recorder_Type"))


def slice_shape(entity: Entity) -> Shape:
    """The shape of a slice: records without an address."""
    return Shape(f"{entity.name}_RecordType", entity.records)


def balance_shape(entity: Entity, wanted: Iterable[str] | None = None) -> Shape:
    """The shape of a balance: dimensions, then resources with `Balance` behind their names."""
    names_of = set(entity.dimensions if wanted is None else wanted)
    axes = tuple(one for one in entity.records if one.name in names_of)
    sums = tuple(Property(f"{name}Balance", "Edm.Double") for name in entity.resources)
    return Shape(f"{entity.name}_Balance", (*axes, *sums))


def find_set(name: str) -> tuple[Entity, str]:
    """The object and which of its sets a name is: "" its own, "RecordType", or a table part. Raises ODataError 8."""
    if name in BY_NAME:
        return BY_NAME[name], ""
    owner, _, last = name.rpartition("_")
    entity = BY_NAME.get(owner)
    if entity is not None and (entity.part(last) is not None or (last == "RecordType" and entity.records)):
        return entity, last
    raise no_type(name)


def table(context: Context, name: str) -> Table:
    """The rows of a set. Raises ODataError 8."""
    entity, which = find_set(name)
    if entity.name == names.ORDER_STATES:
        return Table(shape_of(entity), order_states(context))
    if entity.records:
        rows = records(context, entity)
        return (
            Table(record_shape(entity), rows, by_recorder=True) if which else Table(shape_of(entity), record_sets(rows), by_recorder=True)
        )
    made = list(source_of(entity).rows(context))
    if not which:
        return Table(shape_of(entity), made)
    part = entity.part(which) or DEFAULT_PART
    return Table(part_shape(entity, part), [one for row in made for one in part_rows(row, which)])


def part_shape(entity: Entity, part: Part) -> Shape:
    """The shape of a table part's rows as a set of their own."""
    return Shape(f"{entity.name}_{part.name}", part.properties, (), f"{entity.name}_{part.name}", ("Ref_Key", "LineNumber"))


def part_rows(row: Row, name: str) -> list[Row]:
    """The rows of a table part."""
    found = row.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def record_sets(rows: Iterable[Row]) -> list[Row]:
    """Records put together by their recorder."""
    found: dict[str, Row] = {}
    for row in rows:
        made = found.setdefault(str(row["Recorder"]), {"Recorder": row["Recorder"], "Recorder_Type": row["Recorder_Type"], "RecordSet": []})
        inner = made["RecordSet"]
        if isinstance(inner, list):
            inner.append(row)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class RowScope:
    """Names within the rows of a shape."""

    context: Context
    shape: Shape

    def property(self, name: str) -> Property | None:
        return self.shape.named(name)

    def navigate(self, name: str) -> tuple[Scope, Callable[[Looked], Looked]] | None:
        own = self.shape.named(f"{name}_Key")
        if own is None or own.target not in BY_NAME:
            return None
        entity, cache = BY_NAME[own.target], dict[str, Row]()

        def way(row: Looked) -> Looked:
            ref = str(row.get(own.name, EMPTY))
            if ref not in cache:
                cache[ref] = find_row(self.context, entity, ref) or {}
            return cache[ref]

        return RowScope(self.context, shape_of(entity)), way

    def rows(self, name: str) -> tuple[Scope, str] | None:
        part = next((one for one in self.shape.parts if one.name == name), None)
        return (RowScope(self.context, Shape(name, part.properties)), name) if part else None


def presentation(context: Context, shape: Shape, row: Row) -> str:
    """How 1C shows an object in one line."""
    if "Description" in row:
        return str(row["Description"])
    if "Number" in row:
        return f"{shape.type.partition('_')[2]} {row['Number']} от {str(row.get('Date', ''))[:10]}"
    return str(row.get("Ref_Key", ""))


def shown_reference(context: Context, one: Property, row: Row) -> str:
    """`Поле____Presentation`: how the object that a reference names is shown, "" for an empty one."""
    if one.type == GUID and one.target in BY_NAME:
        entity, ref = BY_NAME[one.target], str(row.get(one.name, EMPTY))
        found = find_row(context, entity, ref)
        return presentation(context, shape_of(entity), found) if found else ""
    return str(row.get(one.name, "")) if one.type == STRING else ""
