"""Reading what was sent: bounded in size and time before it is parsed, strict when it is."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Final
from urllib.parse import unquote_to_bytes

import falcon
import falcon.asgi
import orjson
from falcon.media.multipart import MultipartForm, MultipartParseError, MultipartParseOptions

from b2bkit.core.errors import Problem
from b2bkit.core.i18n import _
from b2bkit.core.web.errors import BadRequest
from b2bkit.core.web.state import Form, Upload

JSON_DEPTH: Final = 32
FIELDS: Final = 2_000
NUMBER_DIGITS: Final = 30
SECONDS_PER_BYTE: Final = 1 / 65_536


class _Unreadable(ValueError):
    """What is wrong with a JSON document."""


def _refusal(code: str, message: str, status: int = 400) -> BadRequest:
    return BadRequest(Problem(code, message), status)


def _too_large(limit: int) -> BadRequest:
    most = f"{limit // 1_000_000} MB" if limit >= 1_000_000 else f"{max(1, limit // 1000)} kB"
    said = _("This takes at most {most} at once, and more was sent. Go back, choose a smaller file or send less.")
    return _refusal("too_large", said.format(most=most), 413)


async def read_bytes(req: falcon.asgi.Request, limit: int, seconds: float) -> bytes:
    """The whole body, at most `limit` bytes. BadRequest 413 beyond it, 408 when it comes too slowly."""
    announced = req.content_length
    if announced == 0:
        return b""
    if announced is not None and announced > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(seconds + (announced or limit) * SECONDS_PER_BYTE):
            async for chunk in req.stream:
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise _refusal("too_slow", _("The data came too slowly. Nothing was done: try again."), 408) from None
    if announced is not None and size < announced:
        raise _refusal("cut_off", _("The data ended too early."))
    return b"".join(chunks)


def media_type(req: falcon.Request) -> str:
    """The content type without parameters, in lower case."""
    return (req.content_type or "").partition(";")[0].strip().lower()


def parse_json(body: bytes) -> object:
    """The JSON value of a body: UTF-8, no duplicate keys, NaN, NUL, lone surrogates; depth at most 32; numbers int or Decimal."""
    try:
        rough = orjson.loads(body)
        _check_depth(body, rough)
        value = json.loads(body, object_pairs_hook=_unique, parse_int=_integer, parse_float=_decimal, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, _Unreadable) else _("The body is not valid JSON.")
        raise _refusal("bad_json", what) from None
    if b"\\u0000" in body:
        _refuse_nul(value)
    return value


def _check_depth(body: bytes, value: object) -> None:
    if body.count(b"[") + body.count(b"{") <= JSON_DEPTH:
        return
    level: list[object] = [value]
    for _depth in range(JSON_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _Unreadable(_("The JSON is nested too deeply."))


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unreadable(_("The JSON has the same key twice in one object."))
    return found


def _integer(text: str) -> int:
    if len(text) > NUMBER_DIGITS:
        raise _Unreadable(_("The JSON holds a number that is too long."))
    return int(text)


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if len(text) > NUMBER_DIGITS or not isinstance(exponent, int) or abs(exponent) > NUMBER_DIGITS:
        raise _Unreadable(_("The JSON holds a number that is too long."))
    return number


def _constant(text: str) -> object:
    raise _Unreadable(_("The body is not valid JSON."))


def _refuse_nul(value: object) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str) and "\x00" in item:
            raise _refusal("bad_text", _("A text holds a character that cannot be kept (NUL)."))


def clean_text(raw: bytes) -> str:
    """Text of a form or an address: UTF-8 without NUL; BadRequest otherwise."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal("bad_text", _("A text is not UTF-8.")) from None
    if "\x00" in text:
        raise _refusal("bad_text", _("A text holds a character that cannot be kept (NUL)."))
    return text


def parse_pairs(encoded: bytes) -> list[tuple[str, str]]:
    """`application/x-www-form-urlencoded`, of a body or a query: pairs in order, blank values kept, at most 2,000 fields."""
    if not encoded:
        return []
    if encoded.count(b"&") >= FIELDS:
        raise _refusal("too_many_fields", _("The form has too many fields."), 413)
    pairs = []
    for piece in encoded.split(b"&"):
        if piece:
            name, _equals, value = piece.replace(b"+", b" ").partition(b"=")
            pairs.append((clean_text(unquote_to_bytes(name)), clean_text(unquote_to_bytes(value))))
    return pairs


def _file_name(given: str) -> str:
    """A file's name as it was sent, without what is not for reading: controls, marks that turn the direction of text, half characters.
    A long one keeps its end, which says of what kind the file is.
    """
    return "".join(sign for sign in given if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))[-255:]


_MULTIPART = MultipartParseOptions()
_MULTIPART.max_body_part_count = FIELDS
_MULTIPART.max_secure_filename_length = 100


def _multipart(body: bytes, content_type: str, limit: int) -> Form:
    _type, options = falcon.parse_header(content_type)
    boundary = options.get("boundary", "")
    if not 1 <= len(boundary) <= 70 or not boundary.isascii():
        raise _refusal("bad_form", _("The form's boundary is missing."))
    _MULTIPART.max_body_part_buffer_size = max(_MULTIPART.max_body_part_buffer_size, limit)
    pairs: list[tuple[str, str]] = []
    files: list[tuple[str, Upload]] = []
    try:
        for part in MultipartForm(BytesIO(body), boundary.encode("ascii"), len(body), _MULTIPART):
            name, data = part.name, part.get_data()
            if not name:
                raise _refusal("bad_form", _("A part of the form has no name."))
            if part.filename is not None:
                files.append((name, Upload(_file_name(part.filename), part.content_type, data)))
            else:
                pairs.append((name, clean_text(data)))
    except (MultipartParseError, ValueError, LookupError):
        raise _refusal("bad_form", _("The form cannot be read.")) from None
    return Form(pairs, files)


def parse_form(req: falcon.Request, body: bytes, limit: int) -> Form:
    """A form body, urlencoded or multipart; BadRequest 415 for anything else unless the body is empty."""
    kind = media_type(req)
    if kind == "application/x-www-form-urlencoded":
        return Form(parse_pairs(body))
    if kind == "multipart/form-data":
        return _multipart(body, req.content_type or "", limit)
    if not body:
        return Form(())
    raise _refusal("wrong_type", _("A form is expected here."), 415)
