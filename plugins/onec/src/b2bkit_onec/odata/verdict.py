"""What an answer of 1C's OData means: JSON, a refusal with its words, or no answer at all."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

from b2bkit.core.i18n import _
from b2bkit_onec.line.call import Answer
from b2bkit_onec.line.errors import OneCBroken, OneCRefused, OneCSilent

LONGEST_WORDS: Final = 1000
# said by 1C when it could do it at another time: no licence, a lock, exclusive mode, sessions forbidden for maintenance
_LATER: Final = re.compile(
    r"лиценз|конфликт блокиров|превышено время ожидания|монопольн|начало сеанса.{0,60}запрещен|количество сеансов|сеанс.{0,40}завершен",
    re.IGNORECASE,
)
_CODE, _TEXT = (re.compile(rf"<(?:\w+:)?{tag}\b[^>]*>(.*?)</(?:\w+:)?{tag}>", re.DOTALL) for tag in ("code", "message"))
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\r\n]{16,}={0,2}")


class Said(NamedTuple):
    """An error of 1C: its code ("" when it is not an OData error) and its words."""

    code: str
    words: str


def structured(answer: Answer) -> bool:
    """Whether 1C's OData itself speaks, and not the web server or a proxy before it."""
    return said(answer).code != ""


def said(answer: Answer) -> Said:
    """The error in an answer of any of the forms that 1C uses: JSON, XML, a chain of exceptions, plain text, any of them in base64."""
    text = _text(answer.body[:100_000]).strip()
    if text.startswith("{"):
        found = _from_json(text)
        if found is not None:
            return found
    if "<" in text[:5]:
        return _from_xml(text)
    return Said("", _decoded(text)[:LONGEST_WORDS])


def _from_json(text: str) -> Said | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    error = told.get("odata.error") or told.get("error")
    if isinstance(error, dict):
        message = error.get("message")
        value = message.get("value") if isinstance(message, dict) else message
        return Said(str(error.get("code", "")) or "-1", _decoded(str(value or ""))[:LONGEST_WORDS])
    words = _descriptions(told, 0)
    return Said("-1", _decoded(" ".join(words))[:LONGEST_WORDS]) if words else None


def _descriptions(told: object, depth: int) -> list[str]:
    """Descriptions of a chain of exceptions, the outermost first."""
    if depth > 10 or not isinstance(told, dict):
        return []
    own = [told["descr"]] if isinstance(told.get("descr"), str) else []
    return own + [words for inner in told.values() for words in _descriptions(inner, depth + 1)]


def _from_xml(text: str) -> Said:
    code, words = _CODE.search(text), _TEXT.search(text)
    if words is not None and "error" in text[:2000]:
        return Said(_bare(code.group(1)) if code else "-1", _decoded(_bare(words.group(1)))[:LONGEST_WORDS])
    title = _TITLE.search(text)
    return Said("", _bare(title.group(1) if title else text)[:LONGEST_WORDS])


def _bare(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]{0,500}>", " ", text)).split())


def _decoded(text: str) -> str:
    """1C writes words with characters that XML forbids in base64."""
    if len(text) % 4 == 0 and _BASE64.fullmatch(text):
        try:
            plain = base64.b64decode(text, validate=False).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return text
        return "".join(char if char.isprintable() else " " for char in plain)
    return text


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1251", "replace")


def judge(answer: Answer) -> None:
    """Returns for success; raises OneCSilent, OneCBroken or OneCRefused for everything else."""
    status = answer.status
    if 200 <= status < 300:
        return
    told = said(answer)
    if status in (406, 429, 502, 503, 504):
        raise OneCSilent(_("1C's side answers {status}: {words}").format(status=status, words=told.words[:200]), after=_after(answer))
    if status not in (401, 403) and told.code in ("", "-1") and _LATER.search(told.words):
        raise OneCSilent(_("1C cannot do it now: {words}").format(words=told.words[:300]))
    if 300 <= status < 400:
        raise OneCBroken(_("1C's side sends the portal to another address, which it does not follow."), _("Give the final address in url."))
    if status >= 500 and not told.code and status != 501:
        raise OneCBroken(_("1C's side answers {status} without a reason: {words}").format(status=status, words=told.words[:200]))
    raise OneCRefused(status, told.code, _("1C refuses ({status}): {words}").format(status=status, words=told.words or "-"))


def _after(answer: Answer) -> float | None:
    told = answer.headers.get("retry-after", "").strip()
    return float(told) if told.isdecimal() else None


def parsed(answer: Answer) -> dict[str, Any]:
    """The JSON object of a good answer; numbers with a point are Decimals. Raises OneCBroken for a page of a proxy, a cut body, no JSON."""
    kind = answer.headers.get("content-type", "").lower()
    text = _text(answer.body) if answer.body else ""
    if "html" in kind or text.lstrip()[:9].lower() in ("<!doctype", "<html>") or text.lstrip()[:5].lower() == "<html":
        raise OneCBroken(_("A web page came instead of 1C's answer: {words}").format(words=_from_xml(text).words[:200]))
    try:
        told = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise OneCBroken(_("1C's answer is no JSON: it was cut off, or something else answered.")) from error
    if not isinstance(told, dict):
        raise OneCBroken(_("1C's answer has another form than OData's."))
    if "odata.error" in told:
        code, words = said(answer)
        raise OneCRefused(answer.status, code, _("1C refuses ({status}): {words}").format(status=answer.status, words=words))
    return told


def _no_number(text: str) -> Decimal:
    raise ValueError(f"{text} is no number")
