"""The grammar of $filter and of Condition: text in, a tree of nodes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from b2bkit_onec.simulate.odata.errors import bad_option
from b2bkit_onec.simulate.odata.words import DEPTH, Word, split_words

COMPARISONS = frozenset(("eq", "ne", "gt", "ge", "lt", "le"))
SUMS, PRODUCTS = frozenset(("add", "sub")), frozenset(("mul", "div", "mod"))
TEXTS = ("startswith", "endswith", "substringof", "like", "concat", "substring")
DATES = ("year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek")
FUNCTIONS = frozenset((*TEXTS, *DATES, "cast", "isof"))
QUANTIFIERS = frozenset(("any", "all"))


@dataclass(frozen=True, slots=True)
class Literal:
    """`kind`: guid, date, string, number, bool or null."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Path:
    """A property, through others: `Контрагент/ИНН`."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments, or an operator with its operands."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quantified:
    """`Товары/any(d: …)`."""

    name: str
    path: Path
    variable: str
    body: Node


Node: TypeAlias = "Literal | Path | Call | Quantified"


def parse(text: str, option: str = "$filter") -> Node:
    """The tree of an expression. Raises ODataError 14 for what 1C does not take, HTTP 500 for stray signs."""
    reader = _Reader(split_words(text), option)
    node = reader.either(0)
    if reader.word is not None:
        raise bad_option(option, f"лишнее '{reader.word.value}' в позиции {reader.word.at + 1}")
    return node


def bound(node: Node, name: str) -> frozenset[str] | None:
    """The only references that a property may have where the expression holds; None when it does not say."""
    if not isinstance(node, Call):
        return None
    if node.name in ("and", "or"):
        left, right = (bound(one, name) for one in node.arguments)
        if node.name == "or":
            return None if left is None or right is None else left | right
        return right if left is None else left if right is None else left & right
    path, value = (*node.arguments, None, None)[:2]
    if node.name == "eq" and path == Path((name,)) and isinstance(value, Literal) and value.kind == "guid":
        return frozenset((value.value,))
    return None


class _Reader:
    def __init__(self, words: list[Word], option: str) -> None:
        self.words, self.option, self.at = words, option, 0

    @property
    def word(self) -> Word | None:
        return self.words[self.at] if self.at < len(self.words) else None

    def take(self, *values: str) -> str:
        """The next word when it is one of these names or marks, "" otherwise."""
        word = self.word
        if word is not None and word.kind in ("name", "mark") and word.value in values:
            self.at += 1
            return word.value
        return ""

    def need(self, value: str) -> None:
        if not self.take(value):
            there = self.word.value if self.word else "конец"
            raise bad_option(self.option, f"ожидается '{value}', а не '{there}'")

    def either(self, depth: int) -> Node:
        if depth > DEPTH:
            raise bad_option(self.option, "слишком много вложенных скобок")
        node = self.both(depth)
        while self.take("or"):
            node = Call("or", (node, self.both(depth)))
        return node

    def both(self, depth: int) -> Node:
        node = self.compared(depth)
        while self.take("and"):
            node = Call("and", (node, self.compared(depth)))
        return node

    def compared(self, depth: int) -> Node:
        if self.take("not"):
            return Call("not", (self.compared(depth),))
        left = self.added(depth)
        operator = self.take(*COMPARISONS)
        return Call(operator, (left, self.added(depth))) if operator else left

    def added(self, depth: int) -> Node:
        node = self.multiplied(depth)
        while operator := self.take(*SUMS):
            node = Call(operator, (node, self.multiplied(depth)))
        return node

    def multiplied(self, depth: int) -> Node:
        node = self.single(depth)
        while operator := self.take(*PRODUCTS):
            node = Call(operator, (node, self.single(depth)))
        return node

    def single(self, depth: int) -> Node:
        if self.take("-"):
            return Call("neg", (self.single(depth + 1),))
        if self.take("("):
            node = self.either(depth + 1)
            self.need(")")
            return node
        word = self.word
        if word is None or word.kind == "mark":
            raise bad_option(self.option, f"ожидается значение, а не '{word.value if word else 'конец'}'")
        self.at += 1
        if word.kind != "name":
            return Literal(word.kind, word.value)
        if word.value in ("true", "false"):
            return Literal("bool", word.value)
        return Literal("null", "") if word.value == "null" else self.named(word, depth)

    def named(self, word: Word, depth: int) -> Node:
        if self.take("("):
            return self.called(word, depth)
        steps = [word.value]
        while self.take("/"):
            step = self.word
            if step is None or step.kind != "name":
                raise bad_option(self.option, "ожидается имя после '/'")
            self.at += 1
            if step.value in QUANTIFIERS and self.take("("):
                return self.quantified(step.value, Path(tuple(steps)), depth)
            steps.append(step.value)
        return Path(tuple(steps))

    def called(self, word: Word, depth: int) -> Node:
        if word.value not in FUNCTIONS:
            raise bad_option(self.option, f"функция '{word.value}' не поддерживается")
        arguments = [self.either(depth + 1)]
        while self.take(","):
            arguments.append(self.either(depth + 1))
        self.need(")")
        return Call(word.value, tuple(arguments))

    def quantified(self, name: str, path: Path, depth: int) -> Node:
        variable = self.word
        if variable is None or variable.kind != "name":
            raise bad_option(self.option, f"{name}: ожидается имя переменной")
        self.at += 1
        self.need(":")
        body = self.either(depth + 1)
        self.need(")")
        return Quantified(name, path, variable.value, body)
