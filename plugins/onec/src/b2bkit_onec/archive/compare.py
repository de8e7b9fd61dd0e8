"""Two messages leaf by leaf, and one message made readable. Understands JSON and XML; anything else is compared line by line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

MOST_SHOWN: Final = 500
LONGEST: Final = 500
DEEPEST: Final = 60
# what names an element of a list better than its place does
_KEYS: Final = ("LineNumber", "Ref_Key", "Ид", "Code", "id", "ref")


class Figure(str):
    """A number of JSON, letter by letter as it came."""

    __slots__ = ()


class Leaf(NamedTuple):
    """One value that differs. `before` None: it is new; `after` None: it is gone."""

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> Literal["new", "gone", "changed"]:
        return "new" if self.before is None else "gone" if self.after is None else "changed"


def compare(before: bytes, after: bytes) -> list[Leaf]:
    """What differs, in the order in which it stands in the newer message, then what is gone; at most 501, so that more is seen."""
    old, new = dict(_unique(leaves(before))), dict(_unique(leaves(after)))
    found = [Leaf(path, old.get(path), value) for path, value in new.items() if old.get(path) != value]
    found += [Leaf(path, value, None) for path, value in old.items() if path not in new]
    return found[: MOST_SHOWN + 1]


def leaves(body: bytes) -> Iterator[tuple[str, str]]:
    """Path and value of everything that has a value. Elements of lists are named by their key where they have one."""
    data = _json(body)
    if data is not _NONE:
        yield from _of_json(data, "")
        return
    root = _xml(body)
    if root is not None:
        yield from _of_xml(root, _local(root))
        return
    for number, line in enumerate(text(body).splitlines(), 1):
        yield str(number), line[:LONGEST]


def readable(body: bytes) -> tuple[str, Literal["json", "xml", "text", "binary"]]:
    """The body with indents, and what it is."""
    data = _json(body)
    if data is not _NONE:
        return "".join(_written(data, "\n")), "json"
    root = _xml(body)
    if root is not None:
        return "\n".join(_printed(root, 0)), "xml"
    if b"\x00" in body[:1000] or body[:2] == b"PK":
        return "", "binary"
    return text(body), "text"


def text(body: bytes) -> str:
    """The body's letters: UTF-8, or the Windows code page that 1C's older configurations write."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1251", "replace")


_NONE: Final = object()


def _json(body: bytes) -> object:
    begin = body[:20].lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if begin not in (b"{", b"["):
        return _NONE
    try:
        found: object = json.loads(body.decode("utf-8-sig"), parse_float=Figure, parse_int=Figure, parse_constant=Figure)
    except (ValueError, RecursionError):
        return _NONE
    return _NONE if _deep(found) else found


def _deep(value: object) -> bool:
    """Whether it is nested deeper than anything of 1C."""
    level: list[object] = [value]
    for _depth in range(DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())]
        if not level:
            return False
    return True


def _xml(body: bytes) -> Element | None:
    """The root; None for what is no XML, has a DTD (which nothing of 1C has), or is nested deeper than anything of 1C."""
    if not body[:20].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return None
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ValueError("too deep")
        builder.start(name, dict(attributes))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_: object) -> None:
        raise ValueError("DTD")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
        return builder.close()
    except (expat.ExpatError, ValueError, LookupError, AssertionError):
        return None


def _written(value: object, pad: str) -> Iterator[str]:
    """JSON with indents; `pad` begins a line."""
    inner = pad + "  "
    if isinstance(value, Figure):
        yield str(value)
    elif isinstance(value, dict) and value:
        for place, (name, one) in enumerate(value.items()):
            yield ("{" if place == 0 else ",") + inner + json.dumps(name, ensure_ascii=False) + ": "
            yield from _written(one, inner)
        yield pad + "}"
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield ("[" if place == 0 else ",") + inner
            yield from _written(one, inner)
        yield pad + "]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _of_json(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _of_json(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            named = next((f"{key}={inner[key]}" for key in _KEYS if isinstance(inner, dict) and inner.get(key)), str(place))
            yield from _of_json(inner, f"{path}[{named}]")
    else:
        yield path, _plain(value)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower()[:LONGEST] if isinstance(value, bool) else str(value)[:LONGEST]


def _of_xml(element: Element, path: str) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        yield f"{path}@{_bare(str(name))}", str(value)[:LONGEST]
    inner = list(element)
    if not inner:
        if element.text and element.text.strip():
            yield path, element.text.strip()[:LONGEST]
        return
    often: dict[str, int] = {}
    for one in inner:
        often[_local(one)] = often.get(_local(one), 0) + 1
    place: dict[str, int] = {}
    for one in inner:
        name = _local(one)
        place[name] = place.get(name, 0) + 1
        many = often[name] > 1
        yield from _of_xml(one, f"{path}/{name}" + (f"[{_key(one) or place[name]}]" if many else ""))


def _key(element: Element) -> str:
    for one in element:
        if _local(one) in ("Ид", "id", "Ref_Key", "Наименование") and one.text:
            return one.text.strip()[:60]
    return ""


def _local(element: Element) -> str:
    return _bare(str(element.tag))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _unique(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Two leaves of one path (two lines of one product) stay two."""
    seen: dict[str, int] = {}
    for path, value in found:
        seen[path] = seen.get(path, 0) + 1
        yield (path if seen[path] == 1 else f"{path} ({seen[path]})"), value


def _printed(element: Element, depth: int) -> Iterator[str]:
    pad = "  " * depth
    name = _local(element)
    attributes = "".join(f" {_bare(str(key))}={quoteattr(str(value))}" for key, value in element.attrib.items())
    inner = list(element)
    words = escape((element.text or "").strip())
    if not inner:
        yield f"{pad}<{name}{attributes}>{words}</{name}>" if words else f"{pad}<{name}{attributes}/>"
        return
    yield f"{pad}<{name}{attributes}>{words}"
    for one in inner:
        yield from _printed(one, depth + 1)
    yield f"{pad}</{name}>"
