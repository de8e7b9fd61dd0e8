"""What a subject's reader works with: the file's name and a place for what it had to leave out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from b2bkit_onec.commerceml import values
from b2bkit_onec.commerceml.broken import BadItem, sentences
from b2bkit_onec.commerceml.records import Refused, Requisite
from b2bkit_onec.commerceml.tree import Node

MAX_ID = 255
MAX_PARTS = 20_000

T = TypeVar("T")


class Context:
    """`left_out` collects the Refused of the current item's parts; the reader gives them after the item. `digest` is that of its text."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.left_out: list[Refused] = []
        self.digest = ""

    def refused(self, node: Node, problem: BadItem, item_id: str, *, whole: bool) -> Refused:
        reason, cure = sentences(problem.code, **problem.values)
        return Refused(self.file, problem.line or node.line, node.tag, item_id[:MAX_ID], problem.code, reason, cure, whole)

    def leave_out(self, node: Node, problem: BadItem, item_id: str) -> None:
        self.left_out.append(self.refused(node, problem, item_id, whole=False))

    def parts(self, nodes: list[Node], read: Callable[[Node], T], item_id: str) -> tuple[T, ...]:
        """`read` of every node; one that raises BadItem is left out and its neighbours stay."""
        if len(nodes) > MAX_PARTS:
            raise BadItem("too-many-parts", nodes[0].line, element=nodes[0].tag, limit=MAX_PARTS)
        found = []
        for node in nodes:
            try:
                found.append(read(node))
            except BadItem as problem:
                self.leave_out(node, problem, item_id)
        return tuple(found)

    def optional_number(self, node: Node, tag: str, item_id: str) -> Decimal | None:
        """The child's number; None without one, and also, with a note, when it is no number."""
        text = node.value(tag)
        if not text:
            return None
        try:
            return number(text, node.first(tag) or node)
        except BadItem as problem:
            self.leave_out(node, problem, item_id)
            return None

    def optional_date(self, node: Node, tag: str, item_id: str) -> dt.date | None:
        """The child's date; None without one, for 1C's empty date, and, with a note, when it is no date."""
        text = node.value(tag)
        try:
            return values.date(text) if text else None
        except ValueError:
            self.leave_out(node, BadItem("bad-date", node.line, element=tag, text=text), item_id)
            return None


def number(text: str, node: Node) -> Decimal:
    """Raises BadItem "bad-number"."""
    try:
        return values.number(text)
    except values.BadNumber:
        raise BadItem("bad-number", node.line, element=node.tag, text=text) from None


def needed_number(node: Node, tag: str) -> Decimal:
    """The number of a child that must be there. Raises BadItem."""
    child = node.first(tag)
    if child is None or not child.text:
        raise BadItem("no-value", node.line, element=tag)
    return number(child.checked_text(), child)


def identifier(node: Node, tag: str = "Ид") -> str:
    """The stripped id. Raises BadItem when it is missing or longer than 255."""
    found = node.value(tag)
    if not found:
        raise BadItem("no-id", node.line)
    if len(found) > MAX_ID:
        raise BadItem("too-long-id", node.line, limit=MAX_ID)
    return found


def is_deleted(node: Node) -> bool:
    """Статус="Удален" (2.x) or ПометкаУдаления = true (3.x), attribute or element."""
    status = node.attribute_or_child("Статус").lower().replace("ё", "е")
    return status == "удален" or values.switch(node.attribute_or_child("ПометкаУдаления")) is True


def requisites(node: Node, outer: str = "ЗначенияРеквизитов") -> tuple[Requisite, ...]:
    """ЗначенияРеквизитов: a requisite with several Значение gives several records, one without Значение gives ""."""
    found: list[Requisite] = []
    for entry in node.within(outer, "ЗначениеРеквизита"):
        name = entry.value("Наименование")
        given = entry.all("Значение")
        found.extend(Requisite(name, one.checked_text()) for one in given) if given else found.append(Requisite(name, ""))
    return tuple(found)
