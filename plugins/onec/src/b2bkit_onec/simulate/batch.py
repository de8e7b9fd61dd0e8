"""The site's answer to `mode=query`, read as strictly as 1C:Trade Management reads it: one bad document refuses them all."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

from b2bkit_onec.commerceml.broken import BadItem, BrokenFile
from b2bkit_onec.commerceml.context import Context
from b2bkit_onec.commerceml.documents import document
from b2bkit_onec.commerceml.records import Document
from b2bkit_onec.commerceml.tree import Built, Node, Opened, events

NAME = "query.xml"
ROOT = "КоммерческаяИнформация"
ORDER_OF_GOODS = "Заказ товара"
ROLES = frozenset(("Продавец", "Покупатель", "Плательщик", "Получатель", "Комиссионер", "Комитент", "Лизингодатель", "Лизингополучатель"))
NEEDED = ("Ид", "Номер", "Дата", "ХозОперация", "Роль", "Валюта", "Курс", "Сумма")
LONGEST = {"Ид": 40, "Номер": 11, "Комментарий": 3000}
MONEY = re.compile(r"-?\d{1,16}(\.\d{1,2})?")
UNPACKED_LIMIT = 64 << 20


class BadBatch(Exception):
    """The batch is not taken: 1C stops here, creates nothing and does not send `mode=success`."""


def read_batch(body: bytes) -> list[Document]:
    """Orders of the site; without documents an empty list. Raises BadBatch for the first thing that 1C would not take."""
    if body[:2] == b"PK":
        body = _unpacked(body)
    if body[:5] != b"<?xml":
        raise BadBatch(f"the answer must start with <?xml in byte 0 or be a zip; it starts with {body[:24]!r}")
    found: list[Document] = []
    context = Context(NAME)
    try:
        for event in events(io.BytesIO(body), NAME, lambda path, name: name == "Документ" and len(path) >= 1):
            if isinstance(event, Opened) and event.path[0] != ROOT:
                raise BadBatch(f"the root element must be {ROOT}, not {event.path[0]}")
            if isinstance(event, Built):
                found.append(_strict(event.node, context))
    except BrokenFile as broken:
        raise BadBatch(str(broken)) from broken
    return found


def _unpacked(body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.infolist()
            if len(names) != 1 or not names[0].filename.endswith(".xml"):
                raise BadBatch("the zip must hold exactly one .xml")
            if names[0].file_size > UNPACKED_LIMIT:
                raise BadBatch(f"the .xml in the zip is larger than {UNPACKED_LIMIT} bytes")
            return archive.read(names[0])
    except zipfile.BadZipFile as bad:
        raise BadBatch(f"the zip cannot be read: {bad}") from bad


def _strict(node: Node, context: Context) -> Document:
    label = node.value("Номер") or f"at line {node.line}"
    for tag in NEEDED:
        if not node.value(tag):
            raise BadBatch(f"document {label}: {tag} is missing or empty")
    for tag, limit in LONGEST.items():
        if len(node.value(tag)) > limit:
            raise BadBatch(f"document {label}: {tag} is longer than {limit} characters")
    if node.value("ХозОперация") != ORDER_OF_GOODS:
        raise BadBatch(f"document {label}: ХозОперация must be «{ORDER_OF_GOODS}», not «{node.value('ХозОперация')}»")
    if node.value("Роль") not in ROLES:
        raise BadBatch(f"document {label}: Роль is «{node.value('Роль')}», which 1C does not know")
    if len(node.value("Валюта")) != 3:
        raise BadBatch(f"document {label}: Валюта must have 3 characters, not «{node.value('Валюта')}»")
    _strict_money(node, label)
    if not list(node.within("Контрагенты", "Контрагент")):
        raise BadBatch(f"document {label}: Контрагенты is missing or empty")
    try:
        read = document(node, context)
    except BadItem as problem:
        raise BadBatch(f"document {label}: {problem.code} at line {problem.line or node.line}") from problem
    if context.left_out:
        raise BadBatch(f"document {label}: {context.left_out[0].reason}")
    _strict_lines(read, label)
    return read


def _strict_money(node: Node, label: str) -> None:
    if not MONEY.fullmatch(node.value("Сумма")):
        raise BadBatch(f"document {label}: Сумма must be a number with at most 2 decimals, not «{node.value('Сумма')}»")
    for tax in node.within("Налоги", "Налог"):
        if not tax.value("Сумма"):
            raise BadBatch(f"document {label}: Налог without Сумма")


def _strict_lines(read: Document, label: str) -> None:
    if not read.lines:
        raise BadBatch(f"document {label}: Товары is missing or empty")
    for position, line in enumerate(read.lines, 1):
        where = f"document {label}, line {position}"
        if not line.id:
            raise BadBatch(f"{where}: Товар without Ид")
        if line.quantity <= 0:
            raise BadBatch(f"{where}: Количество must be above zero, not {line.quantity}")
        if line.price is None or line.total is None or line.price < 0:
            raise BadBatch(f"{where}: ЦенаЗаЕдиницу and Сумма are needed")
    added = sum((line.total for line in read.lines if line.total is not None), Decimal(0))
    if added != read.total:
        raise BadBatch(f"document {label}: the lines add up to {added}, Сумма says {read.total}")
