"""Writing objects: what a client sends becomes attributes of the infobase, under 1C's rules and with its tolerance."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Mapping
from decimal import Decimal

from b2bkit_onec.simulate import names, objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.objects import Cell
from b2bkit_onec.simulate.odata import papers_in
from b2bkit_onec.simulate.odata.catalogues import MAKERS
from b2bkit_onec.simulate.odata.context import Row
from b2bkit_onec.simulate.odata.errors import ACCESS, EXISTS, ODataError, bad_address, handler_failed, not_found
from b2bkit_onec.simulate.odata.methods import METHODS
from b2bkit_onec.simulate.odata.model import Entity, Part, Property
from b2bkit_onec.simulate.odata.orders_in import change_order, create_order, drop_order
from b2bkit_onec.simulate.odata.values import INT, received, stored
from b2bkit_onec.simulate.odata.words import GUID

NUMBERED = ("Document", "Task", "BusinessProcess")
BIND = "@odata.bind"


def read_body(raw: bytes) -> Row:
    """The JSON object of a request. Raises ODataError."""
    try:
        given = json.loads(raw.decode("utf-8-sig") or "null", parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as bad:
        raise ODataError(400, "2", f"Неверный формат тела запроса: {bad}") from bad
    if not isinstance(given, dict):
        raise ODataError(400, "2", "Тело запроса должно содержать объект JSON")
    return given


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def accepted(entity: Entity, given: Mapping[str, Cell]) -> Row:
    """What of a body 1C takes: unknown names, and numbers that are none, are dropped without a word; long strings are cut.

    Raises ODataError for wrong table parts (500 without LineNumber, 400 with a wrong one), dates and references.
    """
    made: Row = {}
    for name, value in given.items():
        if name.endswith(BIND):
            made |= _bound(entity, name.removesuffix(BIND), value)
        elif (part := entity.part(name)) is not None:
            made[name] = _rows(part, value)
        elif (own := entity.by_name.get(name)) is not None:
            found = received(own, value)
            if found is not None:
                made[name] = found
    return made


def _bound(entity: Entity, name: str, value: Cell) -> Row:
    """`"Контрагент@odata.bind": "Catalog_Контрагенты(guid'…')"`."""
    own, match = entity.by_name.get(f"{name}_Key"), GUID.search(str(value))
    if own is None or match is None:
        raise bad_address(f"Неверная ссылка свойства '{name}'")
    return {own.name: match.group(0).lower()}


def _rows(part: Part, value: Cell) -> list[Cell]:
    if not isinstance(value, list):
        raise bad_address(f"Табличная часть '{part.name}' должна быть массивом")
    made: list[Cell] = []
    for number, row in enumerate(value, 1):
        if not isinstance(row, dict):
            raise bad_address(f"Строка табличной части '{part.name}' должна быть объектом")
        told = row.get("LineNumber")
        if told is None:
            raise handler_failed(f"Не задан номер строки табличной части '{part.name}'")
        if not INT.fullmatch(str(told)) or int(str(told)) != number:
            raise bad_address(f"Неверный номер строки '{told}' табличной части '{part.name}'")
        made.append({"LineNumber": str(number), **_row(part.properties[2:], row)})
    return made


def _row(properties: tuple[Property, ...], row: Mapping[str, Cell]) -> Row:
    found = {one.name: received(one, row[one.name]) for one in properties if one.name in row}
    return {name: value for name, value in found.items() if value is not None}


def create(base: Infobase, db: sqlite3.Connection, entity: Entity, given: Mapping[str, Cell], *, loading: bool = False) -> str:
    """POST: writes a new object and returns its reference, the client's own when it gave one. Raises ODataError 15 when it is there."""
    row = accepted(entity, given)
    ref = str(row.pop("Ref_Key", "") or uuid.uuid4())
    ref = str(uuid.uuid4()) if ref == EMPTY else ref
    if _there(db, entity, ref):
        raise ODataError(400, EXISTS, f"Экземпляр сущности '{entity.name}(guid'{ref}')' уже существует")
    if entity.name == names.ORDER:
        create_order(base, db, ref, row, loading=loading)
    elif entity.name in names.PAPERS:
        papers_in.create(base, db, entity.name, ref, row)
    else:
        _refuse_unwritable(entity)
        code = str(row.pop("Number" if entity.kind in NUMBERED else "Code", ""))
        if entity.kind in NUMBERED:
            row.setdefault("Date", base.now().isoformat())
        objects.put(db, entity.name, ref, stored(row), code=code)
    return ref


def change(base: Infobase, db: sqlite3.Connection, entity: Entity, ref: str, given: Mapping[str, Cell], *, whole: bool = False) -> None:
    """PATCH, or PUT when `whole`: what is not told then becomes empty. Raises ODataError 9 when there is no such object."""
    if not _there(db, entity, ref):
        raise not_found(f"{entity.name}(guid'{ref}')")
    row = accepted(entity, given)
    row.pop("Ref_Key", None)
    row.pop("DataVersion", None)
    if whole:
        row = _emptied(entity) | row
    if entity.name == names.ORDER:
        change_order(base, db, ref, row)
    elif entity.name in names.PAPERS:
        papers_in.change(db, entity.name, ref, row)
    else:
        _refuse_unwritable(entity)
        body = objects.get(db, entity.name, ref) or {}
        code = str(row.pop("Number" if entity.kind in NUMBERED else "Code", "") or objects.text(body, "Code"))
        body.pop("Code", None)
        objects.put(db, entity.name, ref, body | stored(row), code=code)


def _emptied(entity: Entity) -> Row:
    kept = {"Ref_Key", "DataVersion", "Code", "Number", "Date", "Predefined", "PredefinedDataName", "Posted"}
    empty: Row = {one.name: one.default for one in entity.properties if one.name not in kept}
    return empty | {part.name: [] for part in entity.parts}


def remove(base: Infobase, db: sqlite3.Connection, entity: Entity, ref: str) -> None:
    """DELETE: the object is gone for good. Raises ODataError 9."""
    if not _there(db, entity, ref):
        raise not_found(f"{entity.name}(guid'{ref}')")
    if entity.name == names.ORDER:
        drop_order(db, ref)
    elif entity.name in names.PAPERS:
        db.execute("DELETE FROM paper WHERE id = ?", (ref,))
    else:
        _refuse_unwritable(entity)
    objects.remove(db, entity.name, ref)


def _there(db: sqlite3.Connection, entity: Entity, ref: str) -> bool:
    if entity.name == names.ORDER:
        return db.execute("SELECT 1 FROM document WHERE id = ?", (ref,)).fetchone() is not None
    if entity.name in names.PAPERS:
        return db.execute("SELECT 1 FROM paper WHERE id = ? AND kind = ?", (ref, entity.name)).fetchone() is not None
    return objects.get(db, entity.name, ref) is not None


def _refuse_unwritable(entity: Entity) -> None:
    if entity.name in MAKERS or entity.is_register:
        raise ODataError(403, ACCESS, f"Нарушение прав доступа: запись '{entity.name}'")


def act_on(base: Infobase, db: sqlite3.Connection, entity: Entity, ref: str, name: str) -> None:
    """Post, Unpost, ExecuteTask, Start. Raises ODataError."""
    if not _there(db, entity, ref):
        raise not_found(f"{entity.name}(guid'{ref}')")
    method = METHODS.get((entity.kind, name))
    if method is None:
        raise ODataError(404, "6", f"Метод '{name}' не найден")
    method(base, db, entity.name, ref)
