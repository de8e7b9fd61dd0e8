"""What an address gives: the work of one request, once it may be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.odata import changes, metadata, out, write
from b2bkit_onec.simulate.odata.context import Context, Row
from b2bkit_onec.simulate.odata.errors import FUNCTION, ODataError, bad_address, no_type, not_found
from b2bkit_onec.simulate.odata.expression import bound, parse
from b2bkit_onec.simulate.odata.model import Entity
from b2bkit_onec.simulate.odata.options import Arguments, Options, Segment
from b2bkit_onec.simulate.odata.published import BY_NAME, ENTITIES
from b2bkit_onec.simulate.odata.read import Answer, chosen, filtered, read
from b2bkit_onec.simulate.odata.registers import balance, latest
from b2bkit_onec.simulate.odata.tables import (
    Shape,
    Table,
    balance_shape,
    find_row,
    find_set,
    part_rows,
    part_shape,
    record_shape,
    shape_of,
    slice_shape,
    table,
)  # fmt: skip

from b2bkit_onec.simulate.odata.registers import records  # isort: skip

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
SLICES, BALANCE = ("SliceLast", "SliceFirst"), "Balance"
LEVEL = re.compile(r"odata=(nometadata|minimalmetadata|fullmetadata)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read. `level`: of metadata in JSON, "" for Atom."""

    method: str
    path: list[Segment]
    options: Options
    level: str
    body: bytes
    loading: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `location`: of a new object."""

    status: int
    text: str
    kind: str
    location: str = ""


def level_of(told: str, accept: str) -> str:
    """The level of metadata for `$format` and Accept; "" is Atom. Raises ODataError 3."""
    wanted = told or accept
    if "json" in wanted:
        match = LEVEL.search(wanted)
        return match.group(1) if match else out.MINIMAL
    if told and "atom" not in told and "xml" not in told:
        raise ODataError(400, "3", f"Запрошен неизвестный формат представления '{told}'")
    return ""


def answer(base: Infobase, root: str, asked: Asked) -> Reply:
    """Does what is asked, in one transaction. Raises ODataError."""
    first = asked.path[0].name if asked.path else ""
    if asked.method == "GET" and first not in ("SelectChanges", "NotifyChangesReceived"):
        with base.read() as db:
            return _get(Context(base, db, root), asked)
    with base.write() as db:
        return _changed(Context(base, db, root), asked, first)


def _get(context: Context, asked: Asked) -> Reply:
    if not asked.path:
        return _service(asked)
    first, *rest = asked.path
    if first.name == "$metadata":
        return Reply(200, metadata.document(), "application/xml;charset=utf-8")
    if first.arguments is not None:
        return _one(context, asked, first, rest)
    if not rest:
        return _feed(context, asked, read(context, table(context, first.name), asked.options))
    if rest[0].name == "$count":
        count = len(filtered(context, table(context, first.name), asked.options.filter))
        return Reply(200, f"{BOM}{count}", "text/plain;charset=utf-8")
    return _feed(context, asked, read(context, _function(context, first.name, rest[0], asked.options), asked.options))


def _service(asked: Asked) -> Reply:
    if asked.level:
        values: list[object] = [{"name": entity.name, "url": entity.name} for entity in ENTITIES]
        return Reply(200, out.dump({"value": values}), _json_kind(asked))  # type: ignore[dict-item]
    rows = "".join(f'<collection href="{one.name}"><atom:title>{one.name}</atom:title></collection>' for one in ENTITIES)
    front = '<service xmlns="http://www.w3.org/2007/app" xmlns:atom="http://www.w3.org/2005/Atom"><workspace>'
    return Reply(
        200, f'<?xml version="1.0" encoding="UTF-8"?>\n{front}{rows}</workspace></service>', "application/atomsvc+xml;charset=utf-8"
    )


def _json_kind(asked: Asked) -> str:
    return f"application/json;odata={asked.level};charset=utf-8"


def _feed(context: Context, asked: Asked, found: Answer) -> Reply:
    if asked.level:
        return Reply(200, out.json_feed(found, context.root, asked.level), _json_kind(asked))
    return Reply(200, out.atom_feed(found, context.root, _now(context)), "application/atom+xml;type=feed;charset=utf-8")


def _entry(context: Context, asked: Asked, shape: Shape, row: Row, status: int = 200) -> Reply:
    fields = chosen(shape, asked.options.select) if asked.method == "GET" else None
    location = context.root + out.key_of(shape, row) if status == 201 else ""
    if asked.level:
        return Reply(status, out.json_entry(shape, row, context.root, asked.level, fields), _json_kind(asked), location)
    text = out.atom_entry(shape, row, context.root, _now(context), fields)
    return Reply(status, text, "application/atom+xml;type=entry;charset=utf-8", location)


def _now(context: Context) -> str:
    return context.base.now().isoformat()


def _one(context: Context, asked: Asked, first: Segment, rest: list[Segment]) -> Reply:
    entity, which = find_set(first.name)
    arguments = first.arguments or {}
    if which or entity.key != ("Ref_Key",):
        found = table(context, first.name)
        return _entry(context, asked, found.shape, _by_key(first.name, found, arguments))
    ref = ref_of(entity, arguments)
    row = find_row(context, entity, ref)
    if row is None:
        raise not_found(f"{first.name}(guid'{ref}')")
    if not rest:
        return _entry(context, asked, shape_of(entity), row)
    return _within(context, asked, entity, row, rest[0].name)


def _within(context: Context, asked: Asked, entity: Entity, row: Row, name: str) -> Reply:
    """A table part, a reference, or a property of an object."""
    if (part := entity.part(name)) is not None:
        return _feed(context, asked, read(context, Table(part_shape(entity, part), part_rows(row, name)), asked.options))
    own = entity.by_name.get(f"{name}_Key")
    if own is None or own.target not in BY_NAME:
        raise ODataError(404, "10", f"Сегмент пути '{name}' не найден")
    other = find_row(context, BY_NAME[own.target], str(row.get(own.name, EMPTY)))
    if other is None:
        raise not_found(name)
    return _entry(context, asked, shape_of(BY_NAME[own.target]), other)


def ref_of(entity: Entity, arguments: Arguments) -> str:
    """The reference in `(guid'…')` or `(Ref_Key=guid'…')`. Raises ODataError 6."""
    word = arguments.get("") or arguments.get("Ref_Key")
    if word is None or word.kind != "guid" or len(arguments) != 1:
        raise bad_address(f"Неверный ключ сущности '{entity.name}'")
    return word.value


def _by_key(name: str, found: Table, arguments: Arguments) -> Row:
    told = {key: word.value for key, word in arguments.items()}
    if set(told) != set(found.shape.key):
        raise bad_address(f"Неверный ключ сущности '{name}'")
    for row in found.rows:
        if all(str(row.get(key, "")) == value for key, value in told.items()):
            return row
    raise not_found(name)


def _function(context: Context, name: str, called: Segment, options: Options) -> Table:
    """A virtual table of a register: SliceLast, SliceFirst, Balance."""
    entity, _ = find_set(name)
    told = {key: word.value for key, word in (called.arguments or {}).items()} | dict(options.plain)
    known = {"Period", "Condition"} | ({"Dimensions"} if called.name == BALANCE else set())
    if called.name not in (*SLICES, BALANCE) or not entity.records or (called.name == BALANCE) != (entity.kind == "AccumulationRegister"):
        raise ODataError(404, "6", f"Функция '{called.name}' не найдена")
    if unknown := set(told) - known:
        raise ODataError(400, FUNCTION, f"Функция '{called.name}': неизвестный параметр '{min(unknown)}'")
    rows = _conditioned(context, entity, told)
    if called.name == BALANCE:
        shape = balance_shape(entity)
        return Table(shape, balance(entity, rows, told.get("Period", ""), told.get("Dimensions", "")))
    return Table(slice_shape(entity), latest(entity, rows, told.get("Period", ""), first=called.name == "SliceFirst"))


def _conditioned(context: Context, entity: Entity, told: Mapping[str, str]) -> list[Row]:
    if told.get("Condition"):
        context.only_goods = bound(parse(told["Condition"], "Condition"), "Номенклатура_Key")
    whole = Table(record_shape(entity), records(context, entity))
    return filtered(context, whole, told.get("Condition", ""), "Condition") if told.get("Condition") else whole.rows


def _changed(context: Context, asked: Asked, first: str) -> Reply:
    if first in ("SelectChanges", "NotifyChangesReceived"):
        return _exchange(context, asked, first)
    if not asked.path:
        raise bad_address("Метод не поддерживается")
    entity, which = find_set(asked.path[0].name)
    if which or entity.is_register:
        raise ODataError(405, "6", f"Метод {asked.method} не поддерживается для '{asked.path[0].name}'")
    arguments = asked.path[0].arguments
    if asked.method == "POST" and arguments is None and len(asked.path) == 1:
        ref = write.create(context.base, context.db, entity, write.read_body(asked.body), loading=asked.loading)
        return _written(context, asked, entity, ref, 201)
    if arguments is None:
        raise ODataError(405, "6", f"Метод {asked.method} не поддерживается для '{asked.path[0].name}'")
    return _one_changed(context, asked, entity, ref_of(entity, arguments))


def _one_changed(context: Context, asked: Asked, entity: Entity, ref: str) -> Reply:
    if asked.method == "POST" and len(asked.path) == 2:
        write.act_on(context.base, context.db, entity, ref, asked.path[1].name)
        return Reply(200, "", "text/plain;charset=utf-8")
    if asked.method == "DELETE" and len(asked.path) == 1:
        write.remove(context.base, context.db, entity, ref)
        return Reply(204, "", "text/plain;charset=utf-8")
    if asked.method in ("PATCH", "PUT") and len(asked.path) == 1:
        write.change(context.base, context.db, entity, ref, write.read_body(asked.body), whole=asked.method == "PUT")
        return _written(context, asked, entity, ref, 200)
    raise ODataError(405, "6", f"Метод {asked.method} не поддерживается")


def _written(context: Context, asked: Asked, entity: Entity, ref: str, status: int) -> Reply:
    fresh = Context(context.base, context.db, context.root)
    row = find_row(fresh, entity, ref)
    if row is None:
        raise no_type(entity.name)
    return _entry(fresh, asked, shape_of(entity), row, status)


def _exchange(context: Context, asked: Asked, name: str) -> Reply:
    if asked.method != "POST":
        raise ODataError(405, "6", f"Метод {asked.method} не поддерживается для '{name}'")
    told = {key: word.value for key, word in (asked.path[0].arguments or {}).items()} | dict(asked.options.plain)
    node = changes.node_of(context.db, told.get("DataExchangePoint", ""))
    number = changes.message_no(told.get("MessageNo", ""))
    if name == "NotifyChangesReceived":
        changes.forget(context.db, node, number)
        return Reply(200, "", "text/plain;charset=utf-8")
    return Reply(200, changes.select_changes(context, node, number), "application/atom+xml;type=feed;charset=utf-8")
