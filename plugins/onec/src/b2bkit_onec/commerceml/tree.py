"""A CommerceML file as a stream of small trees: one for each item, so that memory does not grow with the file.

expat calls back for every tag. Names are compared without namespace and prefix. A DOCTYPE ends the reading at once, so no
entity is ever declared or expanded and nothing outside the file is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol
from xml.parsers import expat

from b2bkit_onec.commerceml.broken import BadItem, BrokenFile
from b2bkit_onec.commerceml.diagnosis import explain, refuse_encoding

CHUNK = 1 << 16
MAX_DEPTH = 100
MAX_NODES = 400_000
MAX_TEXT = 1_000_000
MAX_ITEM_TEXT = 32_000_000
MAX_TOKEN = 4 << 20

NO_ATTRIBUTES: Mapping[str, str] = {}


class Node:
    """One element: `kids` by local name in the order of the file, `text` stripped, `line` where it starts."""

    __slots__ = ("attributes", "kids", "line", "tag", "text")

    def __init__(self, tag: str, attributes: Mapping[str, str], line: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.kids: dict[str, list[Node]] | None = None
        self.text = ""
        self.line = line

    def all(self, tag: str) -> list[Node]:
        """Children of that name."""
        return self.kids.get(tag, []) if self.kids else []

    def first(self, tag: str) -> Node | None:
        """First child of that name."""
        found = self.kids.get(tag) if self.kids else None
        return found[0] if found else None

    def within(self, outer: str, inner: str) -> Sequence[Node]:
        """`<outer><inner/>...</outer>`: every inner of every outer."""
        groups = self.kids.get(outer) if self.kids else None
        if not groups:
            return ()
        return groups[0].all(inner) if len(groups) == 1 else [node for group in groups for node in group.all(inner)]

    def value(self, tag: str) -> str:
        """Text of the first child of that name, "" without one. Raises BadItem when the text was too long to keep."""
        kids = self.kids
        if kids is None or tag not in kids:
            return ""
        node = kids[tag][0]
        return node.text if len(node.text) <= MAX_TEXT else node.checked_text()

    def checked_text(self) -> str:
        """The text. Raises BadItem when it was too long to keep."""
        if len(self.text) > MAX_TEXT:
            raise BadItem("too-long-text", self.line, element=self.tag, limit=MAX_TEXT)
        return self.text

    def attribute_or_child(self, name: str) -> str:
        """Статус, ПометкаУдаления and the like are written either way."""
        given = self.attributes.get(name)
        return given.strip() if given is not None else self.value(name)


class Opened:
    """An element that holds items opens: КоммерческаяИнформация or a section."""

    __slots__ = ("attributes", "line", "path")

    def __init__(self, path: tuple[str, ...], attributes: Mapping[str, str], line: int) -> None:
        self.path, self.attributes, self.line = path, attributes, line


class Closed:
    """The section closes."""

    __slots__ = ("path",)

    def __init__(self, path: tuple[str, ...]) -> None:
        self.path = path


class Built:
    """An item is complete; `path` are the local names of the elements around it, `digest` is that of its text or "" (see `cut`)."""

    __slots__ = ("digest", "node", "path")

    def __init__(self, path: tuple[str, ...], node: Node, digest: str = "") -> None:
        self.path, self.node, self.digest = path, node, digest


class KnownItem(Protocol):
    """The same, of which the tree is made when it is asked for (see `cut`)."""

    path: tuple[str, ...]
    digest: str

    def node(self) -> Node:
        """The tree, until that of the next item is asked for. Only the item itself and its prices tell their lines."""
        ...

    def again(self) -> Node:
        """The tree with all lines, made anew."""
        ...


class Known:
    """An item whose text the reader was told beforehand, and what he was told of it: it is not read."""

    __slots__ = ("told",)

    def __init__(self, told: bytes) -> None:
        self.told = told


Event = Opened | Closed | Built | Known


class Builder:
    """expat's callbacks. `is_item(path, name)` says which elements are given whole."""

    def __init__(self, file: str, parser: expat.XMLParserType, is_item: Callable[[tuple[str, ...], str], bool]) -> None:
        self.file, self.parser, self.is_item = file, parser, is_item
        self.events: list[Event | KnownItem] = []
        self.path: tuple[str, ...] = ()
        self.stack: list[Node] = []
        self.pieces: list[str] = []
        self.kept = 0
        self.nodes = 0
        self.characters = 0
        self.locals: dict[str, str] = {}
        self.digest = ""  # of the text that is fed now, when it is one item
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.doctype
        parser.EntityDeclHandler = self.doctype

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.locals.get(name)
        if local is None:
            local = self.locals[name] = name.rpartition(":")[2]
        if attributes:
            attributes = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        stack = self.stack
        if len(stack) + len(self.path) >= MAX_DEPTH:
            raise self.broken("too-deep", limit=MAX_DEPTH)
        if not stack and not self.is_item(self.path, local):
            self.path = (*self.path, local)
            self.events.append(Opened(self.path, attributes, self.parser.CurrentLineNumber))
            return
        node = Node(local, attributes or NO_ATTRIBUTES, self.parser.CurrentLineNumber)
        self.nodes += 1
        if attributes:
            self._count(sum(map(len, attributes.values())))
        if self.nodes > MAX_NODES:
            raise self.broken("too-many-nodes", element=stack[0].tag, limit=MAX_NODES)
        if stack:
            above = stack[-1]
            if self.pieces:
                self._keep(above)
            kids = above.kids
            if kids is None:
                above.kids = {local: [node]}
            elif local in kids:
                kids[local].append(node)
            else:
                kids[local] = [node]
        stack.append(node)

    def end(self, _name: str) -> None:
        if not self.stack:
            self.events.append(Closed(self.path))
            self.path = self.path[:-1]
            return
        node = self.stack.pop()
        if self.pieces:
            self._keep(node)
        if node.text:
            node.text = node.text.strip()
        if not self.stack:
            self.events.append(Built(self.path, node, self.digest))
            self.digest, self.nodes, self.characters = "", 0, 0

    def _count(self, characters: int) -> None:
        self.characters += characters
        if self.characters > MAX_ITEM_TEXT:
            raise self.broken("too-big-item", limit=MAX_ITEM_TEXT)

    def _keep(self, node: Node) -> None:
        node.text += self.pieces[0] if len(self.pieces) == 1 else "".join(self.pieces)
        self.pieces.clear()
        self.kept = 0

    def text(self, data: str) -> None:
        if self.stack and self.kept <= MAX_TEXT:
            length = len(data)
            if self.pieces or not data.isspace() or self.stack[-1].text:  # blanks before a text do not count, and most are such
                self.pieces.append(data)
            self.kept += length
            self.characters += length
            if self.characters > MAX_ITEM_TEXT:
                raise self.broken("too-big-item", limit=MAX_ITEM_TEXT)

    def doctype(self, *_given: object) -> None:
        raise self.broken("dtd")

    def broken(self, code: str, **values: str | int) -> BrokenFile:
        return BrokenFile(self.file, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1, code, **values)


Cut = Callable[[Builder, bytes], "Cuts"]


class Cuts(Protocol):
    """Takes items out of the stream before expat sees them (see `cut`)."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """What is left of a chunk for expat; after each piece that was fed the builder's events are complete so far."""
        ...


class _Whole:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk


def events(
    stream: BinaryIO, file: str, is_item: Callable[[tuple[str, ...], str], bool], cut: Cut | None = None
) -> Iterator[Event | KnownItem]:
    """Read `stream` to its end. Raises BrokenFile, after the events of what came before the broken place."""
    head = stream.read(CHUNK)
    refuse_encoding(head, file)
    builder = Builder(file, expat.ParserCreate(), is_item)
    cuts: Cuts = cut(builder, head) if cut else _Whole()
    fed, chunk = 0, head
    while True:
        for piece in cuts.pieces(chunk):
            yield from _parsed(builder, piece, head, first=not fed)
            fed += len(piece)
            if fed - max(builder.parser.CurrentByteIndex, 0) > MAX_TOKEN:
                raise builder.broken("too-long-token", limit=MAX_TOKEN)
        if not chunk:
            yield from _parsed(builder, b"", head, last=True)
            return
        chunk = stream.read(CHUNK)


def _parsed(builder: Builder, piece: bytes, head: bytes, *, first: bool = False, last: bool = False) -> Iterator[Event | KnownItem]:
    try:
        builder.parser.Parse(piece, last)
    except expat.ExpatError as error:
        yield from builder.events
        open_tag = builder.stack[-1].tag if builder.stack else builder.path[-1] if builder.path else ""
        raise explain(error, builder.file, head, head if first else piece, open_tag) from None
    yield from builder.events
    builder.events.clear()


def built(item: bytes, line: int, path: tuple[str, ...]) -> Node:
    """The tree of one item in UTF-8 that begins at this line of its file. Raises BrokenFile or ExpatError for what is none."""
    builder = Builder("", expat.ParserCreate(), lambda _path, _name: True)
    builder.path = path
    builder.parser.Parse(item, True)
    (event,) = builder.events
    assert isinstance(event, Built)
    level = [event.node]
    while level:
        for node in level:
            node.line += line - 1
        level = [kid for node in level for kids in (node.kids or {}).values() for kid in kids]
    return event.node
