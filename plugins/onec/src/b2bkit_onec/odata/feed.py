"""An Atom feed of SelectChanges -> rows of objects as JSON would have them, and what was deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote
from xml.parsers import expat

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import OneCBroken
from b2bkit_onec.odata.values import Row

MOST_DEPTH: Final = 40
_DATA: Final = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_META: Final = f"{_DATA}/metadata"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_OBJECT = re.compile(r"([A-Za-z]\w*)\(guid'([0-9a-fA-F-]{36})'\)")


@dataclass(slots=True)
class Feed:
    """Objects by their set, in the order of the feed, and (set, reference) of those that were deleted."""

    objects: dict[str, list[Row]] = field(default_factory=dict)
    deleted: list[tuple[str, str]] = field(default_factory=list)


class _Builder:
    """expat's callbacks; names come as `namespace name`. A property with elements inside is a table part."""

    def __init__(self) -> None:
        self.feed, self.whole = Feed(), False
        self._kind = ""
        self._path: list[str] = []
        self._values: list[Any] = []  # the innermost row or table part is last
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) > MOST_DEPTH:
            raise OneCBroken(_("The list of changes is nested too deeply."))
        space, _blank, local = name.rpartition(" ")
        if not self._path and name not in (f"{_ATOM} feed", f"{_ATOM} entry"):
            raise OneCBroken(_("What came instead of the list of changes is another document."))
        self._path.append(name)
        self._text = []
        if local == "category" and space == _ATOM:
            self._kind = attributes.get("term", "").rpartition(".")[2]
        elif local == "properties" and space == _META:
            self._values = [{}]
        elif local == "deleted-entry":
            found = _OBJECT.search(unquote(attributes.get("ref", "")))
            if found:
                self.feed.deleted.append((found.group(1), found.group(2).lower()))
        elif space == _DATA and self._values:
            opened: Any = [] if attributes.get(f"{_META} type", "").startswith("Collection(") else {}
            self._values.append(opened)

    def end(self, name: str) -> None:
        space, _blank, local = name.rpartition(" ")
        self._path.pop()
        if local == "properties" and space == _META:
            self.feed.objects.setdefault(self._kind, []).append(self._values[0])
            self._values = []
        elif space == _DATA and len(self._values) > 1:
            inner = self._values.pop()
            value = inner if inner or isinstance(inner, list) else "".join(self._text)
            outer = self._values[-1]
            if isinstance(outer, list):
                outer.append(value)
            else:
                outer[local] = value
        self._text = []
        self.whole = self.whole or not self._path

    def text(self, piece: str) -> None:
        self._text.append(piece)


def _refuse_doctype(*_given: object) -> None:
    raise OneCBroken(_("The list of changes has a DOCTYPE, which 1C never writes."))


def read_feed(body: bytes) -> Feed:
    """Raises OneCBroken for anything that is no whole feed; an empty feed holds nothing."""
    parser, builder = expat.ParserCreate(namespace_separator=" "), _Builder()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = builder.start, builder.end, builder.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise OneCBroken(
            _("The list of changes cannot be read: {why}, line {line}.").format(why=expat.ErrorString(error.code), line=error.lineno)
        ) from error
    return builder.feed


def count(feed: Feed) -> Mapping[str, int]:
    """How many objects of each set came."""
    return {name: len(rows) for name, rows in feed.objects.items()}
