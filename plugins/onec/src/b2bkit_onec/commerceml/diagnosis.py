"""From expat's terse error to the cause: which mistake of an exporter or a transfer makes a file unreadable."""

from __future__ import annotations

import re
from xml.parsers.expat import ExpatError, errors

from b2bkit_onec.commerceml.broken import BrokenFile

BOM = b"\xef\xbb\xbf"
ACCEPTED = frozenset(("utf-8", "utf8", "windows-1251", "cp1251", "win-1251", "us-ascii", "ascii"))

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"'>]{0,60})["']""")
_UTF_WIDE = (
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"<\x00", "UTF-16"),
    (b"\x00<", "UTF-16"),
)
_CYRILLIC_UTF8 = re.compile(rb"(?:\xd0[\x90-\xbf\x81]|\xd1[\x80-\x8f\x91]){3}")
_CYRILLIC_1251 = re.compile(rb"[\xc0-\xff\xa8\xb8]{3}")
_ROOT_UTF8 = "КоммерческаяИнформация".encode()


def declared_encoding(head: bytes) -> str:
    """The encoding that the declaration names, in lower case; "utf-8" without one."""
    found = _DECLARED.search(head[:400])
    return found[1].decode("ascii", "replace").strip().lower() if found else "utf-8"


def refuse_encoding(head: bytes, file: str) -> None:
    """Raises BrokenFile for an empty file, one in an encoding that is not taken, and text around or in place of XML."""
    if not head.removeprefix(BOM).strip():
        raise BrokenFile(file, 1, 1, "empty-file")
    for mark, name in _UTF_WIDE:
        if head.startswith(mark):
            raise BrokenFile(file, 1, 1, "encoding-not-taken", encoding=name)
    encoding = declared_encoding(head)
    if encoding not in ACCEPTED:
        raise BrokenFile(file, 1, 1, "encoding-not-taken", encoding=encoding)
    body = head.removeprefix(BOM)
    start = body.find(b"<")
    if start == 0:
        return
    first = _text(body[:60].splitlines()[0] if body[:60].strip() else body[:60])
    if start < 0:
        raise BrokenFile(file, 1, 1, "not-xml", head=first)
    before = body[:start]
    line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
    if before.strip():
        known = b"<?xml" in body or _ROOT_UTF8 in body
        raise BrokenFile(file, 1, 1, "junk-before-declaration" if known else "not-xml", head=first)
    if body[start:].startswith(b"<?xml"):
        raise BrokenFile(file, line, column, "blank-before-declaration")


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def explain(error: ExpatError, file: str, head: bytes, chunk: bytes, open_tag: str) -> BrokenFile:
    """`head` is the beginning of the file, `chunk` the bytes in which the error lies, `open_tag` the innermost open element."""
    code, values = _cause(error, head, chunk, open_tag)
    return BrokenFile(file, error.lineno, error.offset + 1, code, **values)


def _cause(error: ExpatError, head: bytes, chunk: bytes, open_tag: str) -> tuple[str, dict[str, str]]:
    message = errors.messages.get(error.code, "")
    if message == errors.XML_ERROR_MISPLACED_XML_PI:
        return "two-declarations", {}
    if message == errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
        return ("two-declarations" if chunk.count(b"<?xml") > (chunk is head) else "after-end"), {}
    if message in (errors.XML_ERROR_NO_ELEMENTS, errors.XML_ERROR_UNCLOSED_TOKEN, errors.XML_ERROR_UNCLOSED_CDATA_SECTION) or (
        not chunk and open_tag
    ):
        return "truncated", {"element": open_tag or "?xml"}
    if message == errors.XML_ERROR_TAG_MISMATCH:
        return "tag-mismatch", {"element": open_tag}
    if message in (errors.XML_ERROR_UNDEFINED_ENTITY, errors.XML_ERROR_ENTITY_DECLARED_IN_PE):
        return "entity", {}
    if message in (errors.XML_ERROR_UNKNOWN_ENCODING, errors.XML_ERROR_INCORRECT_ENCODING):
        return "encoding-not-taken", {"encoding": declared_encoding(head)}
    return _wrong_bytes(message, head, chunk)


def _wrong_bytes(message: str, head: bytes, chunk: bytes) -> tuple[str, dict[str, str]]:
    """Bytes that the encoding does not have: most often the declaration names the wrong one of the two."""
    encoding = declared_encoding(head)
    sample = head + chunk
    if "1251" in encoding:
        if _CYRILLIC_UTF8.search(sample):
            return "declared-cp1251-is-utf8", {}
    elif not _is_utf8(chunk or head):
        return ("declared-utf8-is-cp1251" if _CYRILLIC_1251.search(sample) else "bad-bytes"), {"encoding": encoding}
    return "not-well-formed", {"cause": message or "syntax"}


def _is_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8, a character cut at either end aside."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.end >= len(data) - 3:
            return True
        start = 0
        while start < 4 and start < len(data) and data[start] & 0xC0 == 0x80:
            start += 1
        return start > 0 and _is_utf8(data[start:])
    return True


def looks_mislabelled(root: str, head: bytes) -> bool:
    """The root came out as garbage because UTF-8 was read as windows-1251 and no byte of it happened to be wrong."""
    return "1251" in declared_encoding(head) and _ROOT_UTF8 in head and root != "КоммерческаяИнформация"
