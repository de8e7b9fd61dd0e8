"""Reading a set: which rows, in which order, how many, and which of their properties."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from b2bkit_onec.simulate.names import EMPTY
from b2bkit_onec.simulate.objects import Cell
from b2bkit_onec.simulate.odata import model
from b2bkit_onec.simulate.odata.context import Context, Row
from b2bkit_onec.simulate.odata.errors import bad_option, handler_failed
from b2bkit_onec.simulate.odata.expression import parse
from b2bkit_onec.simulate.odata.options import Options
from b2bkit_onec.simulate.odata.predicate import question
from b2bkit_onec.simulate.odata.published import BY_NAME
from b2bkit_onec.simulate.odata.tables import (
    PRESENTATION,
    RowScope,
    Shape,
    Table,
    find_row,
    presentation,
    shape_of,
    shown_reference,
)  # fmt: skip

TOO_MANY = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows to be written. `fields` None: all. `total`: how many there are without $top and $skip, when asked for."""

    shape: Shape
    rows: list[Row]
    fields: frozenset[str] | None = None
    total: int | None = None
    expanded: dict[int, dict[str, tuple[Shape, Row]]] = field(default_factory=dict)


def read(context: Context, table: Table, options: Options) -> Answer:
    """Applies query options to a set. Raises ODataError."""
    rows = filtered(context, table, options.filter)
    fields = chosen(table.shape, options.select)
    if table.by_recorder:
        total, rows = _paged_by_recorder(rows, options)
    else:
        rows = _ordered(context, table.shape, rows, options.order)
        total, rows = len(rows), _paged(rows, options)
    rows = _presented(context, table.shape, rows, options.select)
    expanded = _expanded(context, table.shape, rows, fields, options.expand) if options.expand else {}
    return Answer(table.shape, rows, fields, total if options.count else None, expanded)


def filtered(context: Context, table: Table, text: str, option: str = "$filter") -> list[Row]:
    """The rows that fit a condition."""
    if table.by_recorder and len(table.rows) > TOO_MANY and "Period" not in text:
        raise handler_failed("Недостаточно памяти для получения результата запроса к базе данных")
    if not text.strip():
        return table.rows
    asked = question(parse(text, option), RowScope(context, table.shape), option)
    return [row for row in table.rows if asked(row)]


def chosen(shape: Shape, select: tuple[str, ...]) -> frozenset[str] | None:
    """Names of $select; None for all. Raises ODataError 14 for what is not there."""
    if not select or "*" in select:
        return None
    known = {one.name for one in shape.properties} | {one.name for one in shape.parts}
    known |= {one.name.removesuffix("_Key") for one in shape.navigations}
    for name in select:
        base = name.removesuffix(PRESENTATION)
        if base not in known and f"{base}_Key" not in known:
            raise bad_option("$select", f"Сегмент пути '{name}' не найден")
    return frozenset(select)


def _ordered(context: Context, shape: Shape, rows: list[Row], order: tuple[tuple[str, bool], ...]) -> list[Row]:
    for name, down in reversed(order):
        own = shape.named(name)
        if own is None:
            raise bad_option("$orderby", f"Сегмент пути '{name}' не найден")
        if name == "Ref_Key":  # 1C sorts references by what they show
            rows = sorted(rows, key=lambda row: presentation(context, shape, row).casefold(), reverse=down)
        elif own.type == model.GUID and own.target in BY_NAME:
            shown = {str(row.get(name, EMPTY)): "" for row in rows}
            for ref in shown:
                found = find_row(context, BY_NAME[own.target], ref)
                shown[ref] = presentation(context, shape_of(BY_NAME[own.target]), found).casefold() if found else ""
            rows = sorted(rows, key=lambda row, name=name, shown=shown: shown[str(row.get(name, EMPTY))], reverse=down)  # type: ignore[misc]
        else:
            default = own.default
            rows = sorted(rows, key=lambda row, name=name, default=default: _rank(row.get(name, default)), reverse=down)  # type: ignore[misc]
    return rows


def _rank(value: Cell) -> tuple[Decimal, str]:
    if isinstance(value, bool | int | Decimal):
        return Decimal(value), ""
    return Decimal(0), str(value).casefold()


def _paged(rows: list[Row], options: Options) -> list[Row]:
    end = None if options.top is None else options.skip + options.top
    return rows[options.skip : end]


def _paged_by_recorder(rows: list[Row], options: Options) -> tuple[int, list[Row]]:
    """$top and $skip count record sets."""
    recorders = list(dict.fromkeys(str(row["Recorder"]) for row in rows))
    end = None if options.top is None else options.skip + options.top
    wanted = set(recorders[options.skip : end])
    return len(recorders), [row for row in rows if str(row["Recorder"]) in wanted]


def _presented(context: Context, shape: Shape, rows: list[Row], select: Iterable[str]) -> list[Row]:
    shown = [name for name in select if name.endswith(PRESENTATION)]
    if not shown:
        return rows
    made = []
    for row in rows:
        told: Row = dict(row)
        for name in shown:
            base = name.removesuffix(PRESENTATION)
            own = shape.named(f"{base}_Key") or shape.named(base)
            told[name] = (
                presentation(context, shape, row)
                if base == "Ref" or base == "Ref_Key"
                else shown_reference(context, own, row)
                if own
                else ""
            )
        made.append(told)
    return made


def _expanded(
    context: Context, shape: Shape, rows: list[Row], fields: frozenset[str] | None, expand: tuple[str, ...]
) -> dict[int, dict[str, tuple[Shape, Row]]]:
    """$expand: only what $select names, too."""
    found: dict[int, dict[str, tuple[Shape, Row]]] = {}
    for name in expand:
        own = shape.named(f"{name}_Key")
        if own is None or own.target not in BY_NAME:
            raise bad_option("$expand", f"Сегмент пути '{name}' не найден")
        if fields is not None and name not in fields:
            raise bad_option("$expand", f"Свойство '{name}' должно присутствовать в опции $select")
        entity = BY_NAME[own.target]
        for at, row in enumerate(rows):
            other = find_row(context, entity, str(row.get(own.name, EMPTY)))
            if other is not None:
                found.setdefault(at, {})[name] = (shape_of(entity), other)
    return found
