"""Files made to harm, and files broken on the way: one clear error each, nothing expanded, nothing opened."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from b2bkit_onec.commerceml import tree
from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.reader import read, read_stream

Xml = Callable[..., Path]

ROOT = '<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="2026-11-21T10:00:00">'
END = "</КоммерческаяИнформация>"
GOOD = f"{ROOT}<Каталог><Ид>к</Ид><Товары><Товар><Ид>1</Ид><Наименование>Труба</Наименование></Товар></Товары></Каталог>{END}"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "lol">' + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) + "]>"
)

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty-file"),
    "only a BOM": (b"\xef\xbb\xbf\r\n", "empty-file"),
    "billion laughs": ((DECLARATION + LAUGHS + ROOT + "&j;" + END).encode(), "dtd"),
    "quadratic blowup": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY a "' + "a" * 100_000 + '">]>' + ROOT + "&a;" * 10_000 + END).encode(),
        "dtd",
    ),
    "external entity": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ROOT + "&x;" + END).encode(),
        "dtd",
    ),
    "external DTD": ((DECLARATION + '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">' + GOOD).encode(), "dtd"),
    "parameter entity": (
        (DECLARATION + '<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>' + GOOD).encode(),
        "dtd",
    ),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>' + GOOD.encode(), "encoding-not-taken"),
    "UTF-16": (('<?xml version="1.0" encoding="UTF-16"?>' + GOOD).encode("utf-16"), "encoding-not-taken"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), "encoding-not-taken"),
    "UTF-32": (GOOD.encode("utf-32"), "encoding-not-taken"),
    "a codec of Python's": (b'<?xml version="1.0" encoding="rot13"?>' + GOOD.encode(), "encoding-not-taken"),
    "cp1251 undeclared": (GOOD.encode("cp1251"), "declared-utf8-is-cp1251"),
    "cp1251 declared UTF-8": ((DECLARATION + GOOD).encode("cp1251"), "declared-utf8-is-cp1251"),
    "UTF-8 declared cp1251": (('<?xml version="1.0" encoding="windows-1251"?>' + GOOD).encode(), "declared-cp1251-is-utf8"),
    "cut off in an element": ((DECLARATION + GOOD).encode()[:-60], "truncated"),
    "cut off in a tag": ((DECLARATION + GOOD).encode()[:-3], "truncated"),
    "two declarations": ((DECLARATION + DECLARATION + GOOD).encode(), "two-declarations"),
    "two files in one": ((DECLARATION + GOOD + DECLARATION + GOOD).encode(), "two-declarations"),
    "joined with undefined": (("undefinedundefined" + DECLARATION + GOOD).encode(), "junk-before-declaration"),
    "a blank line first": (("\r\n" + DECLARATION + GOOD).encode(), "blank-before-declaration"),
    "text after the end": ((GOOD + "хвост").encode(), "after-end"),
    "an entity of HTML": (GOOD.replace("Труба", "Труба&nbsp;ПНД").encode(), "entity"),
    "tags crossed": (GOOD.replace("</Ид><Наим", "</Наим><Наим").encode(), "tag-mismatch"),
    "NUL in a text": (GOOD.replace("Труба", "Тру\0ба").encode(), "not-well-formed"),
    "a control character": (GOOD.replace("Труба", "Тру&#1;ба").encode(), "not-well-formed"),
    "one attribute twice": (GOOD.replace("<Каталог>", '<Каталог Ид="1" Ид="2">').encode(), "not-well-formed"),
    "a lone ampersand": (GOOD.replace("Труба", "Труба & Ко").encode(), "not-well-formed"),
    "HTML": (b"<html><body>502 Bad Gateway</body></html>", "not-commerceml"),
    "JSON": (b'{"error": 1}', "not-xml"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(40)), "not-xml"),
    "too deep": ((ROOT + "<a>" * 1_000_000).encode(), "too-deep"),
    "too deep inside an item": ((ROOT + "<Документ>" + "<a>" * 1_000_000).encode(), "too-deep"),
}


@pytest.mark.parametrize("what", sorted(BROKEN))
def test_a_broken_or_hostile_file_gives_one_error_that_says_what_to_do(what: str, xml: Xml) -> None:
    body, code = BROKEN[what]
    with pytest.raises(BrokenFile) as caught:
        list(read(xml(body)))
    assert caught.value.code == code
    assert caught.value.line >= 1
    assert caught.value.column >= 1
    assert "import.xml" in str(caught.value)
    assert "{" not in caught.value.reason.replace('"{', "").replace("{“", "") or what == "JSON"
    assert caught.value.cure


def test_the_place_of_the_error_is_the_line_and_column_in_the_file(xml: Xml) -> None:
    with pytest.raises(BrokenFile) as caught:
        list(read(xml(f"{DECLARATION}\n{ROOT}\n  <Каталог>\n    <a></b>")))
    assert (caught.value.line, caught.value.column) == (4, 10)


class Endless(io.RawIOBase):
    """A stream of one piece, again and again, that counts what was taken."""

    def __init__(self, start: bytes, piece: bytes) -> None:
        self.start, self.piece, self.taken = start, piece, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        given, self.start = (self.start, b"") if self.start else (self.piece, b"")
        self.taken += len(given)
        return given


PIECE = b"x" * 65536


@pytest.mark.parametrize(
    ("start", "piece", "code", "most"),
    [
        (f'{ROOT}<Каталог Ид="', PIECE, "too-long-token", 8 << 20),
        (f"{ROOT}<Каталог><Товары><", PIECE, "too-long-token", 8 << 20),
        (f"{ROOT}<Документ>", b"<a/>" * 16384, "too-many-nodes", 4 << 20),
        (f"{ROOT}<Документ>", b"<a>" + PIECE + b"</a>", "too-big-item", 40 << 20),
    ],
)
def test_reading_stops_soon_when_one_element_never_ends(start: str, piece: bytes, code: str, most: int) -> None:
    stream = Endless(start.encode(), piece)
    with pytest.raises(BrokenFile) as caught:
        list(read_stream(stream, "x.xml"))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert stream.taken < most


def test_text_outside_items_is_not_kept() -> None:
    stream = Endless(f"{ROOT}<Каталог>".encode(), PIECE)

    def some() -> Iterator[object]:
        try:
            yield from read_stream(stream, "x.xml")  # type: ignore[arg-type]
        except BrokenFile:
            return

    original = stream.read
    stream.read = lambda size=-1: original(size) if stream.taken < 50 << 20 else b""  # type: ignore[method-assign]
    assert len(list(some())) == 1
    assert tree.MAX_TEXT < 50 << 20
