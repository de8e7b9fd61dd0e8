"""Turns the tree of a filter into a question to a row, with the comparisons that 1C allows and those that it does not."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from b2bkit_onec.simulate.objects import Cell
from b2bkit_onec.simulate.odata import model
from b2bkit_onec.simulate.odata.errors import bad_option, handler_failed
from b2bkit_onec.simulate.odata.expression import COMPARISONS, Call, Literal, Node, Path, Quantified
from b2bkit_onec.simulate.odata.model import Property

Row = Mapping[str, Cell]
Read = Callable[[Row], Cell]
KINDS = {
    model.STRING: "string", model.DOUBLE: "number", model.INT64: "number", model.INT16: "number", model.BOOLEAN: "bool",
    model.DATE: "date", model.GUID: "guid",
}  # fmt: skip
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
ARITHMETIC: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv, "mod": operator.mod,
}  # fmt: skip
PARTS_OF_DATE = frozenset(("year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek"))


@dataclass(frozen=True, slots=True)
class Value:
    """How to read a value from a row, and its kind: string, number, bool, date, guid, composite, typed or null."""

    kind: str
    read: Read


class Scope(Protocol):
    """What names mean where the filter is asked."""

    def property(self, name: str) -> Property | None:
        """The property of that name."""

    def navigate(self, name: str) -> tuple[Scope, Callable[[Row], Row]] | None:
        """What a reference leads to: its scope, and how to come from the row to the other one."""

    def rows(self, name: str) -> tuple[Scope, str] | None:
        """The scope of a table part's rows and where they lie in the row."""


def question(node: Node, scope: Scope, option: str = "$filter") -> Callable[[Row], bool]:
    """A filter's tree as a question. Raises ODataError."""
    value = _value(node, scope, option)
    if value.kind != "bool":
        raise bad_option(option, "выражение должно иметь тип Булево")
    return lambda row: value.read(row) is True


def _value(node: Node, scope: Scope, option: str) -> Value:
    if isinstance(node, Literal):
        return _literal(node)
    if isinstance(node, Path):
        return _path(node, scope, option)
    if isinstance(node, Quantified):
        return _quantified(node, scope, option)
    if node.name == "isof":
        return _isof(node, scope, option)
    if node.name == "cast":
        return _cast(node, option)
    return _call(node.name, [_value(one, scope, option) for one in node.arguments], option)


def _literal(node: Literal) -> Value:
    found: Cell = node.value
    if node.kind == "number":
        found = Decimal(node.value)
    elif node.kind == "bool":
        found = node.value == "true"
    elif node.kind == "null":
        found = None
    return Value(node.kind, lambda row: found)


def _path(path: Path, scope: Scope, option: str) -> Value:
    *through, last = path.steps
    ways: list[Callable[[Row], Row]] = []
    for step in through:
        led = scope.navigate(step)
        if led is None:
            raise bad_option(option, f"Сегмент пути '{step}' не найден")
        scope = led[0]
        ways.append(led[1])
    own = scope.property(last)
    if own is None:
        raise bad_option(option, f"Сегмент пути '{last}' не найден")
    name, default = own.name, own.default

    def read(row: Row) -> Cell:
        for way in ways:
            row = way(row)
        return row.get(name, default)

    if own.composite:
        return Value("composite", lambda row: [read(row), _through(ways, row).get(f"{name}_Type", model.UNDEFINED)])
    return Value(KINDS[own.type], read)


def _through(ways: list[Callable[[Row], Row]], row: Row) -> Row:
    for way in ways:
        row = way(row)
    return row


def _quantified(node: Quantified, scope: Scope, option: str) -> Value:
    if len(node.path.steps) != 1 or (found := scope.rows(node.path.steps[0])) is None:
        raise bad_option(option, f"Сегмент пути '{'/'.join(node.path.steps)}' не найден")
    inner, place = found
    asked = question(node.body, _Bound(inner, node.variable), option)
    some = any if node.name == "any" else all

    def read(row: Row) -> Cell:
        rows = row.get(place)
        return some(asked(one) for one in rows if isinstance(one, dict)) if isinstance(rows, list) else node.name == "all"

    return Value("bool", read)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Names behind a variable: `d/Номенклатура_Key`."""

    inner: Scope
    variable: str

    def property(self, name: str) -> Property | None:
        return None

    def navigate(self, name: str) -> tuple[Scope, Callable[[Row], Row]] | None:
        return (self.inner, lambda row: row) if name == self.variable else None

    def rows(self, name: str) -> tuple[Scope, str] | None:
        return None


def _isof(node: Call, scope: Scope, option: str) -> Value:
    if len(node.arguments) != 2 or not isinstance(node.arguments[1], Literal):
        raise bad_option(option, "isof: ожидаются свойство и имя типа")
    told, asked = _value(node.arguments[0], scope, option), node.arguments[1].value
    name = asked if "." in asked else f"StandardODATA.{asked}"
    return Value("bool", lambda row: told.kind == "composite" and _pair(told.read(row))[1] == name)


def _cast(node: Call, option: str) -> Value:
    if len(node.arguments) != 2 or not all(isinstance(one, Literal) for one in node.arguments):
        raise bad_option(option, "cast: ожидаются ссылка и имя типа")
    ref, kind = (one.value if isinstance(one, Literal) else "" for one in node.arguments)
    name = kind if "." in kind else f"StandardODATA.{kind}"
    return Value("typed", lambda row: [ref.lower(), name])


def _pair(value: Cell) -> tuple[str, str]:
    return (str(value[0]), str(value[1])) if isinstance(value, list) else (str(value), "")


def _call(name: str, given: list[Value], option: str) -> Value:
    if name in ("and", "or", "not"):
        return _logic(name, given, option)
    if name in COMPARISONS:
        return Value("bool", _comparison(name, given[0], given[1]))
    if name in ARITHMETIC or name == "neg":
        _all_of("number", given, name, option)
        return Value("number", _counted(name, given))
    if name in PARTS_OF_DATE:
        _all_of("date", given, name, option)
        return Value("number", lambda row: _part(name, str(given[0].read(row))))
    return _texts(name, given, option)


def _all_of(kind: str, given: list[Value], name: str, option: str) -> None:
    if any(one.kind != kind for one in given):
        raise bad_option(option, f"{name}: несоответствие типов")


def _logic(name: str, given: list[Value], option: str) -> Value:
    _all_of("bool", given, name, option)
    left = given[0].read
    if name == "not":
        return Value("bool", lambda row: left(row) is not True)
    right = given[1].read
    if name == "and":
        return Value("bool", lambda row: left(row) is True and right(row) is True)
    return Value("bool", lambda row: left(row) is True or right(row) is True)


def _counted(name: str, given: list[Value]) -> Read:
    if name == "neg":
        return lambda row: -Decimal(str(given[0].read(row)))
    work = ARITHMETIC[name]

    def read(row: Row) -> Cell:
        try:
            return work(Decimal(str(given[0].read(row))), Decimal(str(given[1].read(row))))
        except ArithmeticError as bad:
            raise handler_failed("Деление на 0") from bad

    return read


def _comparison(name: str, left: Value, right: Value) -> Read:
    kinds = {left.kind, right.kind}
    if "null" in kinds:
        return lambda row: name == "ne"
    if kinds & {"composite", "typed"}:
        return _composite(name, left, right)
    if "guid" in kinds and name not in ("eq", "ne"):
        raise handler_failed("Операции сравнения на больше-меньше недопустимы для ссылок")
    if len(kinds) > 1:
        raise handler_failed("Несоответствие типов в операции сравнения")
    compare, first, second = COMPARE[name], left.read, right.read
    if kinds == {"number"}:
        return lambda row: compare(Decimal(str(first(row))), Decimal(str(second(row))))
    return lambda row: compare(first(row), second(row))


def _composite(name: str, left: Value, right: Value) -> Read:
    """A value of several types equals only what says its type; a plain string fits no row, which misleads, as in 1C."""
    kinds = {left.kind, right.kind}
    if name not in ("eq", "ne") or kinds == {"composite", "guid"}:
        raise handler_failed("Несоответствие типов в операции сравнения")
    if kinds in ({"composite", "typed"}, {"composite"}):
        compare = COMPARE[name]
        return lambda row: compare(_pair(left.read(row)), _pair(right.read(row)))
    if kinds == {"guid", "typed"}:
        compare = COMPARE[name]
        return lambda row: compare(_first(left.read(row)), _first(right.read(row)))
    return lambda row: name == "ne"


def _first(value: Cell) -> str:
    return _pair(value)[0]


def _part(name: str, text: str) -> Decimal:
    moment = dt.datetime.fromisoformat(text)
    if name == "quarter":
        return Decimal((moment.month + 2) // 3)
    return Decimal(moment.isoweekday() if name == "dayofweek" else getattr(moment, name))


def _texts(name: str, given: list[Value], option: str) -> Value:
    wanted = 3 if name == "substring" and len(given) == 3 else 2
    kinds = ["string"] * 2 if name != "substring" else ["string", "number", "number"][:wanted]
    if len(given) != wanted or [one.kind for one in given] != kinds:
        raise bad_option(option, f"{name}: несоответствие типов или числа параметров")
    reads = [one.read for one in given]
    if name in ("concat", "substring"):
        return Value("string", lambda row: _made(name, [read(row) for read in reads]))
    return Value("bool", lambda row: _fits(name, str(reads[0](row)), str(reads[1](row))))


def _made(name: str, given: list[Cell]) -> str:
    text = str(given[0])
    if name == "concat":
        return text + str(given[1])
    start = int(str(given[1])) - 1
    return text[max(start, 0) :][: int(str(given[2]))] if len(given) > 2 else text[max(start, 0) :]


def _fits(name: str, first: str, second: str) -> bool:
    """Without regard to case, as 1C's queries compare."""
    left, right = first.casefold(), second.casefold()
    if name == "startswith":
        return left.startswith(right)
    if name == "endswith":
        return left.endswith(right)
    if name == "substringof":
        return left in right
    pattern = "".join(".*" if sign == "%" else "." if sign == "_" else re.escape(sign) for sign in right)
    return re.fullmatch(pattern, left, re.DOTALL) is not None
