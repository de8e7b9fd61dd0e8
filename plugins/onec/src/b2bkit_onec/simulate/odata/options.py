"""The address of a request: what it names, and its query options."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

from b2bkit_onec.simulate.odata.errors import ODataError, bad_address, bad_option
from b2bkit_onec.simulate.odata.words import Word, split_words

KNOWN = frozenset(["$filter", "$select", "$orderby", "$top", "$skip", "$inlinecount", "$expand", "$format", "$metadata"])
Arguments = Mapping[str, Word]


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the path: its name and what stands in its brackets, by name; a single unnamed value has the name ""."""

    name: str
    arguments: Arguments | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Query options as told; `top` None: all. `plain`: what is no `$` option, e.g. PostingModeOperational."""

    filter: str = ""
    select: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    expand: tuple[str, ...] = ()
    format: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)


def segments(path: str) -> list[Segment]:
    """The parts of a path after the service's root, `/` within quotes and brackets left alone. Raises ODataError 6."""
    return [_segment(one) for one in _parted(path, "/") if one]


def _parted(text: str, sign: str) -> list[str]:
    found, start, depth, quoted = [], 0, 0, False
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
        elif not quoted and depth <= 0 and letter == sign:
            found.append(text[start:at])
            start = at + 1
    return [*found, text[start:]]


def _segment(text: str) -> Segment:
    name, bracket, rest = text.partition("(")
    if not bracket:
        return Segment(name)
    if not rest.endswith(")"):
        raise bad_address(f"Неверный сегмент пути '{text}'")
    told: dict[str, Word] = {}
    for one in _parted(rest[:-1], ","):
        if one.strip():
            key, word = _argument(one.strip())
            told[key] = word
    return Segment(name, told)


def _argument(text: str) -> tuple[str, Word]:
    """`guid'…'`, `Name=value`. Quotes within a Condition stand as they are: the value goes from the first to the last."""
    name, equals, value = text.partition("=")
    if equals and name.strip().replace("_", "").isalnum() and not name.startswith(("guid'", "datetime'")):
        return name.strip(), _literal(value.strip())
    return "", _literal(text)


def _literal(text: str) -> Word:
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        inner = text[1:-1]
        return Word("string", inner.replace("''", "'") if "guid''" in inner or "datetime''" in inner else inner, 0)
    try:
        words = split_words(text)
    except ODataError as bad:
        raise bad_address(f"Неверное значение '{text}'") from bad
    if len(words) != 1:
        raise bad_address(f"Неверное значение '{text}'")
    return words[0]


def options(query: str) -> Options:
    """Query options of an address; `+` stays `+`, as in 1C. Raises ODataError 14."""
    told: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name:
            told[urllib.parse.unquote(name)] = urllib.parse.unquote(value)
    if unknown := [name for name in told if name.startswith("$") and name not in KNOWN]:
        raise bad_option(unknown[0], "опция не поддерживается")
    if told.get("$inlinecount", "none") not in ("none", "allpages"):
        raise bad_option("$inlinecount", f"неизвестное значение '{told['$inlinecount']}'")
    return Options(
        filter=told.get("$filter", ""),
        select=_names(told.get("$select", "")),
        order=tuple(_ordered(one) for one in _names(told.get("$orderby", ""))),
        top=_count(told, "$top"),
        skip=_count(told, "$skip") or 0,
        count=told.get("$inlinecount") == "allpages",
        expand=_names(told.get("$expand", "")),
        format=told.get("$format", ""),
        plain={name: value for name, value in told.items() if not name.startswith("$")},
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _ordered(text: str) -> tuple[str, bool]:
    name, _, way = text.partition(" ")
    if way.strip() not in ("", "asc", "desc"):
        raise bad_option("$orderby", f"неожиданное '{way.strip()}'")
    return name, way.strip() == "desc"


def _count(told: Mapping[str, str], name: str) -> int | None:
    text = told.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise bad_option(name, f"'{text}' не является неотрицательным целым числом")
    return int(text)
