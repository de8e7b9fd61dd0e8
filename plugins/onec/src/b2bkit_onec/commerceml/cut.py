"""Goods and offers of a shape that was seen before, cut out of the stream and read without building a tree of each.

An exporter writes thousands of items with the same tags in the same order, only texts and values of attributes differ. The first item
of a shape goes through expat; the tree that comes of it is kept, and texts are put into it for each item that has the same tags: it is
well-formed as the first one was. An item that is in any way unusual (an error, a comment, CDATA, a reference) goes to expat, so limits
and messages are the same. expat stands at the same line and column throughout: it is given blanks in place of what was cut out.

An item whose text is known already, by its digest, is not read at all: a full exchange repeats what it said the last time.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from hashlib import blake2b
from operator import itemgetter
from xml.parsers.expat import ExpatError

from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.diagnosis import declared_encoding
from b2bkit_onec.commerceml.tree import Builder, Known, Node, built

LARGEST = 1 << 16  # bytes of an item that is worth it
MOST_NODES = 2_000  # of a shape
MOST_NODES_KEPT = 50_000  # of all shapes together, about 15 MB
MOST_SHAPES = 2_000
LARGEST_KEY = 1 << 14
_HOLDERS = {"Товары".encode(): "Товар", "Предложения".encode(): "Предложение"}
_HOLDER = re.compile(b"<(" + b"|".join(_HOLDERS) + b")>")
_ITEM = {tag: re.compile(f"\\s*(<{tag}[\\s>])".encode()) for tag in _HOLDERS.values()}
_LONGEST_TAG = 64
_TAGS = re.compile(b"<([^<>]*)>")
_NAME = r"[^\W\d][\w.-]*"
_TAG = re.compile(rf'/{_NAME}|{_NAME}(?: {_NAME}="[^"]*")* ?/?')
# what expat refuses, or takes for something else than text
_UNUSUAL = (b"&", b"]]>", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFUSED = bytes(code for code in range(32) if code not in b"\t\r\n")
NONE_KNOWN: Mapping[str, bytes] = {}
_LINED = "Цена"  # the only nodes within an item that tell their line when nothing is wrong with them


class Shape:
    """The tree of all items that have the same tags, and where in it their texts belong. Text `n` stands before tag `n / 2`."""

    def __init__(self, root: Node, tags: list[str]) -> None:
        self.root, self.count, self.nodes = root, len(tags), 0
        self.text_numbers: list[int] = []
        self.text_nodes: list[Node] = []
        self.values: list[tuple[dict[str, str], str]] = []
        self.lined: list[tuple[int, Node]] = []
        blanks: list[int] = []
        stack: list[tuple[Node, dict[str, int]]] = []
        for number, tag in enumerate(tags):
            if not tag.startswith("/"):
                blanks.append(2 * number)
                stack.append((self._opened(_next(stack, tag, root), 2 * number, tag), {}))
                if not tag.endswith("/"):
                    continue
            node, _seen = stack.pop()
            if node.kids is not None:
                blanks.append(2 * number)
                node.text = ""
            elif not tag.endswith("/"):
                self.text_numbers.append(2 * number)
                self.text_nodes.append(node)
        self.beside_elements = itemgetter(*blanks)

    def _opened(self, node: Node, number: int, tag: str) -> Node:
        self.nodes += 1
        if '"' in tag:
            node.attributes = own = dict(node.attributes)
            self.values += [(own, name) for name in own]
        if node.tag == _LINED:
            self.lined.append((number, node))
        return node

    def fits(self, data: bytes, parts: list[bytes]) -> bool:
        """Whether an item that was told by its tags has no others, and no text where an element of this shape has elements."""
        same = len(parts) == 2 * self.count + 1 and data.count(b"<") == self.count
        return same and not b"".join(self.beside_elements(parts)).strip()


def _next(stack: list[tuple[Node, dict[str, int]]], tag: str, root: Node) -> Node:
    """The node that this tag opens."""
    if not stack:
        return root
    above, seen = stack[-1]
    name = tag.rstrip("/").partition(" ")[0]
    seen[name] = seen.get(name, -1) + 1
    return above.all(name)[seen[name]]


class CutItem:
    """An item of a known shape, complete; `path` are the local names of the elements around it. Raises UnicodeDecodeError."""

    __slots__ = ("data", "digest", "line", "parts", "path", "shape", "texts", "values")

    def __init__(self, path: tuple[str, ...], data: bytes, line: int, shape: Shape, parts: list[bytes], values: list[str]) -> None:
        self.path, self.data, self.line, self.shape, self.parts, self.values = path, data, line, shape, parts, values
        self.digest = ""
        self.texts = [parts[number].decode().strip() for number in shape.text_numbers]

    def node(self) -> Node:
        """Its tree, until that of the next item is asked for. Lines are those of the item and of its prices only."""
        shape, parts = self.shape, self.parts
        for node, text in zip(shape.text_nodes, self.texts, strict=True):
            node.text = text
        for (attributes, name), value in zip(shape.values, self.values, strict=True):
            attributes[name] = value
        shape.root.line = line = self.line
        before = 0
        for number, node in shape.lined:
            line += b"".join(parts[before : number + 1 : 2]).count(b"\n")
            node.line, before = line, number + 2
        return shape.root

    def again(self) -> Node:
        """A tree of its own with every line: for who finds fault with it."""
        return built(self.data, self.line, self.path)


class Cutter:
    """Chunks of a file -> pieces for expat, which the caller feeds before it asks for the next one. What is cut out in between goes to
    the builder's events. `known`: what is told in place of items with these digests (32 hexadecimal digits)."""

    def __init__(self, builder: Builder, head: bytes, known: Mapping[str, bytes] = NONE_KNOWN) -> None:
        self.builder, self.known = builder, known
        self.places: dict[tuple[str, ...], blake2b] = {}
        self.works = declared_encoding(head) in ("utf-8", "utf8")
        self.rest, self.tag, self.line, self.after_cr = b"", "", 1, False
        self.shapes: dict[bytes, Shape | None] = {}
        self.nodes = 0

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """The last chunk is empty."""
        if not self.works:
            yield chunk
            return
        data = self.rest + chunk
        while True:
            tag = self.tag
            data = yield from (self._items if tag else self._until_items)(data, last=not chunk)
            if self.tag == tag:
                self.rest = data
                return

    def _until_items(self, data: bytes, *, last: bool) -> Generator[bytes, None, bytes]:
        """Gives what comes before items; returns what is left for another time."""
        position = 0
        for found in _HOLDER.finditer(data):
            yield self._told(data[position : found.end()])
            position, path = found.end(), self.builder.path
            tag = _HOLDERS[found[1]]
            if not self.builder.stack and path and path[-1].encode() == found[1] and self.builder.is_item(path, tag):
                self.tag = tag
                return data[position:]
        end = len(data) if last else max(position, len(data) - _LONGEST_TAG)
        if end > position:
            yield self._told(data[position:end])
        return data[end:]

    def _items(self, data: bytes, *, last: bool) -> Generator[bytes, None, bytes]:
        """Cuts items out; between them are blanks. Anything else ends the cutting, until the next list of items opens."""
        builder, opening, closing = self.builder, _ITEM[self.tag], f"</{self.tag}>".encode()
        path, position, blanks = builder.path, 0, bytearray()
        while found := opening.match(data, position):
            end = data.find(closing, found.end()) + len(closing)
            if end < found.end():
                break
            blanks += self._told(data[position : found.start(1)])
            item, position = data[found.start(1) : end], end
            digest = self._digest(path, item)
            cut = Known(self.known[digest]) if digest in self.known else self._cut(path, item)
            if cut is not None:
                if isinstance(cut, CutItem):
                    cut.digest = digest
                builder.events.append(cut)
                blanks += _in_place_of(self._told(item))
                continue
            builder.digest = digest
            yield bytes(blanks) + self._told(item)
            builder.digest = ""
            blanks.clear()
            if builder.stack or builder.path != path:
                self.tag = ""
                return data[position:]
        if blanks:
            yield bytes(blanks)
        rest = data[position:]
        known = rest.lstrip()
        if last or len(rest) > LARGEST or (len(known) > _LONGEST_TAG and not opening.match(known)):
            self.tag = ""
        return rest

    def _told(self, data: bytes) -> bytes:
        """The same; keeps the number of the line, which ends as expat has it with LF, CR LF or CR."""
        self.line += data.count(b"\n") - (self.after_cr and data.startswith(b"\n"))
        if b"\r" in data:
            self.line += data.count(b"\r") - data.count(b"\r\n")
        self.after_cr = data.endswith(b"\r") if data else self.after_cr
        return data

    def _digest(self, path: tuple[str, ...], item: bytes) -> str:
        """Of the text, as it is written, and of where it stands."""
        place = self.places.get(path)
        if place is None:
            place = self.places[path] = blake2b("\0".join(path).encode() + b"\0", digest_size=16)
        digest = place.copy()
        digest.update(item)
        return digest.hexdigest()

    def _cut(self, path: tuple[str, ...], data: bytes) -> CutItem | None:
        """The item; None for one that expat should look at."""
        if len(data) > LARGEST or any(map(data.__contains__, _UNUSUAL)) or len(data.translate(None, _REFUSED)) != len(data):
            return None
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
            if b"\r" in data:
                return None
        parts = _TAGS.split(data)
        key, values = b"\0".join(parts[1::2]), list[bytes]()
        if b'"' in key:
            pieces = key.split(b'"')
            key, values = b'"'.join(pieces[::2]), pieces[1::2]
            if b"\n" in b"".join(values) or b"\t" in b"".join(values):
                return None
        shape = self.shapes.get(key)
        if shape is None:
            if key not in self.shapes and self.nodes < MOST_NODES_KEPT:
                self._learn(path, data, parts[1::2], key)
            return None
        if not shape.fits(data, parts):
            return None
        try:
            return CutItem(path, data, self.line, shape, parts, [value.decode() for value in values])
        except UnicodeDecodeError:
            return None

    def _learn(self, path: tuple[str, ...], data: bytes, tags: list[bytes], key: bytes) -> None:
        """Remembers the shape of an item that expat takes."""
        if len(self.shapes) >= MOST_SHAPES or len(key) > LARGEST_KEY:
            return
        self.shapes[key] = None
        try:
            names = [tag.decode() for tag in tags]
            if len(names) <= MOST_NODES and all(map(_TAG.fullmatch, names)):
                shape = Shape(built(data, 1, path), names)
            else:
                return
        except (BrokenFile, ExpatError, UnicodeDecodeError):
            return
        self.nodes += shape.nodes
        self.shapes[key] = shape


def _in_place_of(item: bytes) -> bytes:
    """Blanks after which expat stands where it would stand after the item."""
    lines, last = item.count(b"\n"), item[item.rfind(b"\n") + 1 :]
    return b"\n" * lines + b" " * len(last.decode())
