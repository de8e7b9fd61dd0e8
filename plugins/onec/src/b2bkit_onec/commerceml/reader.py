"""`read`: a CommerceML file, of whatever version and exporter, as a stream of records in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from b2bkit_onec.commerceml import classifier, documents, goods, parties, values
from b2bkit_onec.commerceml.broken import BadItem, BrokenFile
from b2bkit_onec.commerceml.context import Context
from b2bkit_onec.commerceml.cut import CutItem, Cutter
from b2bkit_onec.commerceml.diagnosis import looks_mislabelled
from b2bkit_onec.commerceml.records import Exchange, Item, Section
from b2bkit_onec.commerceml.tree import Built, Cut, Known, Node, Opened, events

ROOT = "КоммерческаяИнформация"
CHANGES = "ИзмененияПакетаПредложений"
SECTIONS = frozenset(("Классификатор", "Каталог", "ПакетПредложений", CHANGES, "Контрагенты"))

_SECTION_FACTS = frozenset(("Ид", "ИдКлассификатора", "ИдКаталога", "Наименование", "СодержитТолькоИзменения"))
_OWN_NODES = frozenset(("Владелец", "Описание"))
_ITEMS = frozenset(
    (
        ("Группы", "Группа"),
        ("Свойства", "Свойство"),
        ("Свойства", "СвойствоНоменклатуры"),
        ("ЕдиницыИзмерения", "ЕдиницаИзмерения"),
        ("ТипыЦен", "ТипЦены"),
        ("Склады", "Склад"),
        ("Товары", "Товар"),
        ("Предложения", "Предложение"),
        ("Контрагенты", "Контрагент"),
        (ROOT, "Документ"),
        ("Контейнер", "Документ"),
        ("Документы", "Документ"),
    )
)

_SUBJECTS: dict[str, Callable[[Node, Context], Item]] = {
    "Свойство": classifier.property_def,
    "СвойствоНоменклатуры": classifier.property_def,
    "ЕдиницаИзмерения": classifier.unit_def,
    "ТипЦены": classifier.price_type,
    "Склад": classifier.warehouse,
    "Товар": goods.product,
    "Контрагент": parties.counterparty,
    "Документ": documents.document,
}


def read(path: Path, name: str = "") -> Iterator[Item]:
    """Records of the file at `path`; `name` is what errors call it (its file name when empty).

    Constant memory: one item at a time. An item that cannot be taken is a Refused, its neighbours go on. Items are given as
    they come, so duplicates are given twice: the later one holds. Raises BrokenFile when the file cannot be read on; what
    came before the broken place was given by then, so apply nothing before the end is reached.
    """
    with path.open("rb") as stream:
        yield from read_stream(stream, name or path.name)


def read_unknown(path: Path, name: str, known: Mapping[str, bytes]) -> Iterator[Item | Known]:
    """The same, but for goods and offers with a text of a digest that is known: in their place comes what was told of it."""
    with path.open("rb") as stream:
        yield from _told(stream, name, partial(Cutter, known=known))


def read_stream(stream: BinaryIO, name: str, cut: Cut | None = Cutter) -> Iterator[Item]:
    """As `read`, for an open binary stream. `cut` makes it faster and changes nothing else."""
    return cast(Iterator[Item], _told(stream, name, cut))  # without known texts there are none in it


def _told(stream: BinaryIO, name: str, cut: Cut | None) -> Iterator[Item | Known]:
    context = Context(name)
    sections: list[_OpenSection] = []
    for event in events(stream, name, _is_item, cut):
        if isinstance(event, CutItem):
            for section in sections:
                yield from section.fresh()
            yield from _cut_out(event, context)
        elif isinstance(event, Known):
            for section in sections:
                yield from section.fresh()
            yield event
        elif isinstance(event, Built):
            if event.path and event.path[-1] in SECTIONS and event.node.tag in _SECTION_FACTS | _OWN_NODES:
                sections[-1].tell(event.node)
                continue
            for section in sections:
                yield from section.fresh()
            yield from _item(event, context)
        elif isinstance(event, Opened):
            if len(event.path) == 1:
                yield _header(event, name, stream)
            elif event.path[-1] in SECTIONS:
                sections.append(_OpenSection(event))
        elif event.path[-1] in SECTIONS:
            yield from sections.pop().fresh()


def _is_item(path: tuple[str, ...], name: str) -> bool:
    if not path:
        return False
    above = path[-1]
    if above in SECTIONS and (name in _SECTION_FACTS or name in _OWN_NODES):
        return True
    if (above, name) not in _ITEMS:
        return False
    return above not in ("Группы", "Свойства", "Склады", "ТипыЦен", "ЕдиницыИзмерения") or path[-2] in SECTIONS


class _OpenSection:
    """Facts of a section arrive as children; it is told before its first item, and again when more is learnt later."""

    def __init__(self, event: Opened) -> None:
        self.element, self.line = event.path[-1], event.line
        self.facts = {name: value.strip() for name, value in event.attributes.items()}
        self.told: Section | None = None
        self.changed = True

    def tell(self, node: Node) -> None:
        if node.tag in _SECTION_FACTS and node.text:
            self.facts[node.tag] = node.text[:1000]
            self.changed = True

    def fresh(self) -> tuple[Section, ...]:
        if not self.changed:
            return ()
        self.changed = False
        now = Section(
            element=self.element,
            id=self.facts.get("Ид", ""),
            classifier_id=self.facts.get("ИдКлассификатора", ""),
            catalog_id=self.facts.get("ИдКаталога", ""),
            name=self.facts.get("Наименование", ""),
            changes_only=values.switch(self.facts.get("СодержитТолькоИзменения", "")),
            line=self.line,
        )
        if now == self.told:
            return ()
        self.told = now
        return (now,)


def _header(event: Opened, name: str, stream: BinaryIO) -> Exchange:
    root = event.path[0]
    if root != ROOT:
        if stream.seekable():
            stream.seek(0)
            if looks_mislabelled(root, stream.read(4096)):
                raise BrokenFile(name, event.line, 1, "declared-cp1251-is-utf8")
        raise BrokenFile(name, event.line, 1, "not-commerceml", element=root)
    text = event.attributes.get("ДатаФормирования", "").strip()
    try:
        formed_at = values.moment(text) if text else None
    except ValueError:
        formed_at = None
    return Exchange(event.attributes.get("ВерсияСхемы", "").strip(), formed_at, text, event.line)


def _item(event: Built, context: Context) -> Iterator[Item]:
    node, context.digest = event.node, event.digest
    context.left_out.clear()
    if node.tag == "Группа":
        yield from classifier.groups(node, context)
        return
    try:
        yield _subject(node, event.path, context)
    except BadItem as problem:
        yield context.refused(node, problem, node.kids["Ид"][0].text if node.kids and "Ид" in node.kids else "", whole=True)
    yield from context.left_out


def _cut_out(event: CutItem, context: Context) -> Iterator[Item]:
    """The same; who finds fault with the item needs all its lines."""
    context.left_out.clear()
    context.digest = event.digest
    try:
        found = _subject(event.node(), event.path, context)
    except BadItem:
        yield from _item(Built(event.path, event.again(), event.digest), context)
        return
    if context.left_out:
        yield from _item(Built(event.path, event.again(), event.digest), context)
    else:
        yield found


def _subject(node: Node, path: tuple[str, ...], context: Context) -> Item:
    if node.tag == "Предложение":
        return goods.offer(node, context, changes=CHANGES in path)
    return _SUBJECTS[node.tag](node, context)
