"""The words of addresses and filters: names, literals, operators. `+` is no blank here, as in 1C."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.simulate.odata.errors import ODataError, handler_failed

WORD = re.compile(
    r"""(?P<space>\s+)
      | (?P<guid>guid'(?P<guid_body>[^']*)')
      | (?P<date>datetime'(?P<date_body>[^']*)')
      | (?P<string>'(?:[^']|'')*')
      | (?P<number>\d+(?:\.\d+)?[lLmMdDfF]?)
      | (?P<name>[^\W\d]\w*(?:____Presentation)?)
      | (?P<mark>[(),/:=*-])
    """,
    re.VERBOSE,
)
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DEPTH = 60


@dataclass(frozen=True, slots=True)
class Word:
    """`kind`: guid, date, string, number, name or mark; `value` without quotes."""

    kind: str
    value: str
    at: int


def split_words(text: str) -> list[Word]:
    """The words of an expression. Raises ODataError for what is none."""
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = WORD.match(text, at)
        if match is None:
            raise handler_failed(f"Синтаксическая ошибка в позиции {at + 1}: неожиданный символ '{text[at]}'")
        if match.lastgroup and match.group("space") is None:
            found.append(_word(match, at))
        at = match.end()
    return found


def _word(match: re.Match[str], at: int) -> Word:
    if match.group("guid") is not None:
        return Word("guid", guid(match.group("guid_body")), at)
    if match.group("date") is not None:
        return Word("date", moment(match.group("date_body")), at)
    if match.group("string") is not None:
        return Word("string", match.group("string")[1:-1].replace("''", "'"), at)
    if match.group("number") is not None:
        return Word("number", match.group("number").rstrip("lLmMdDfF"), at)
    kind = "name" if match.group("name") is not None else "mark"
    return Word(kind, match.group(0), at)


def guid(text: str) -> str:
    """The body of `guid'…'` in small letters. Raises ODataError."""
    if not GUID.fullmatch(text):
        raise ODataError(400, "1", f"Не удалось разобрать строку '{text}' как уникальный идентификатор")
    return text.lower()


def moment(text: str) -> str:
    """The body of `datetime'…'` as 1C's naive moment of whole seconds. Raises ODataError."""
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError as bad:
        raise ODataError(400, "1", f"Не удалось разобрать строку '{text}' как дату") from bad
    if parsed.tzinfo is not None:
        raise ODataError(400, "1", f"Не удалось разобрать строку '{text}' как дату")
    return parsed.replace(microsecond=0).isoformat()


def number(text: str) -> Decimal:
    """A number's literal."""
    return Decimal(text)
