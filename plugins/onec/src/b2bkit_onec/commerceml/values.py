"""Text of a CommerceML file -> numbers, dates, switches, ids and currencies, as 1C and its imitators really write them."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

MAX_WHOLE_DIGITS = 16
MAX_FRACTION_DIGITS = 12
EMPTY_REFERENCE = "00000000-0000-0000-0000-000000000000"

_SPACES = dict.fromkeys(map(ord, " \t\r\n\u00a0\u2007\u2009\u202f'’"))
_PLAIN = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,12})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:\D|$)")
_DATE_RU = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\D|$)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?")
_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})$")

_CURRENCIES = {
    "RUB": "руб р рубль рублей рос.руб rub rur 643 810 ₽",
    "BYN": "933 бел.руб",
    "BYR": "974",
    "UAH": "грн гривна гривен 980 ₴",
    "KZT": "тенге тг 398 ₸",
    "USD": "долл доллар 840 $",
    "EUR": "евро 978 €",
    "CNY": "юань юаней 156 ¥",
    "AMD": "драм 051",
    "KGS": "сом 417",
    "UZS": "сум 860",
    "TRY": "949",
    "GBP": "826 £",
}
_BY_SPELLING = {spelling: code for code, spellings in _CURRENCIES.items() for spelling in spellings.split()}
_CODE = re.compile(r"[A-Za-z]{3}")

_TRUE = frozenset(("true", "1", "да", "истина", "yes", "y"))
_FALSE = frozenset(("false", "0", "нет", "ложь", "no", "n"))


class BadNumber(ValueError):
    """The text is no plain decimal number, or has more digits than money and quantities may have."""


def number(text: str) -> Decimal:
    """`text` as a Decimal with the digits as written; spaces and NBSP group thousands, comma or point is the decimal mark.

    A lone comma is a decimal mark ("1,234" is 1.234); when comma and point both occur, the last one is.
    Raises BadNumber for exponents, NaN, infinity, and over 16 digits before or 12 after the mark.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    plain = text.translate(_SPACES)
    if "," in plain:
        plain = _with_point(plain)
    if not _NUMBER.fullmatch(plain):
        raise BadNumber(text)
    whole, _, fraction = plain.lstrip("+-0").partition(".")
    if len(whole) > MAX_WHOLE_DIGITS or len(fraction.rstrip("0")) > MAX_FRACTION_DIGITS:
        raise BadNumber(text)
    return Decimal(plain)


def _with_point(plain: str) -> str:
    if plain.rfind(",") < plain.rfind("."):
        return plain.replace(",", "")
    if plain.count(",") > 1:
        return plain.replace(",", "") if "." not in plain else plain
    return plain.replace(".", "").replace(",", ".")


def currency(text: str) -> str:
    """ISO 4217 code for a spelling such as "руб.", "RUR", "643" or "грн"; "" when it is not known."""
    spelling = text.strip().rstrip(".").lower()
    known = _BY_SPELLING.get(spelling)
    if known:
        return known
    return spelling.upper() if _CODE.fullmatch(spelling) else ""


def switch(text: str) -> bool | None:
    """true/false, 1/0, да/нет, Истина/Ложь in any case; None for anything else."""
    lowered = text.strip().lower()
    if lowered in _TRUE:
        return True
    return False if lowered in _FALSE else None


def date(text: str) -> dt.date | None:
    """The day in `2007-10-30`, `2014-06-01T0:36:33` or `30.10.2007`; None for 1C's empty date 0001-01-01.

    Raises ValueError when there is no such day.
    """
    found = _DATE.match(text.strip())
    if found:
        year, month, day = (int(part) for part in found.groups())
    else:
        found = _DATE_RU.match(text.strip())
        if not found:
            raise ValueError(text)
        day, month, year = (int(part) for part in found.groups())
    return None if year == 1 else dt.date(year, month, day)


def time(text: str) -> dt.time | None:
    """The time in `15:19:27`, `9:51` or `T9:51:39.123`; None when there is none. Raises ValueError for 25:00."""
    found = _TIME.search(text)
    if not found:
        return None
    hour, minute, second, fraction = found.groups()
    return dt.time(int(hour), int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))


def moment(text: str) -> dt.datetime | None:
    """Date with time, e.g. `2024-01-08T15:44:45.076+03:00` or `2022-10-31UTC02:25:50`; naive when no zone is named."""
    day = date(text)
    if day is None:
        return None
    rest = text.strip()[8:]
    zone = _ZONE.search(rest)
    clock = time(rest[: zone.start()] if zone else rest) or dt.time()
    offset: dt.tzinfo | None = None
    if zone:
        minutes = int(zone[2]) * 60 + int(zone[3])
        offset = dt.timezone(dt.timedelta(minutes=-minutes if zone[1] == "-" else minutes))
    elif rest.endswith("Z") or "UTC" in rest:
        offset = dt.UTC
    return dt.datetime.combine(day, clock, offset)


def split_id(text: str) -> tuple[str, str]:
    """`guid#guidХарактеристики` -> (product, variant); the variant is "" without one and for 1C's empty reference."""
    base, _, variant = text.partition("#")
    variant = variant.strip()
    return base.strip(), "" if variant == EMPTY_REFERENCE else variant


def join_id(base: str, variant: str) -> str:
    """The inverse of split_id."""
    return f"{base}#{variant}" if variant else base


def plain(value: Decimal) -> str:
    """A Decimal in digits without an exponent, as written to CommerceML."""
    return format(value, "f")
