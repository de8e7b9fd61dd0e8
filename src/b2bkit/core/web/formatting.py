"""Numbers, money, dates as people of a language read them: signs and names from CLDR, no pattern engine on the hot paths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from b2bkit.core.i18n import _, ngettext
from b2bkit.core.languages import facts

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2014"
Number = Decimal | int
DayStyle = Literal["long", "short", "full"]


class Age(NamedTuple):
    """How old a figure is: words for people, the tone of screens.md ("fresh", "late", "old", "unknown")."""

    text: str
    state: Literal["fresh", "late", "old", "unknown"]


@dataclass(frozen=True)
class _Signs:
    group: str
    point: str


@cache
def _signs(lang: str) -> _Signs:
    known = facts(lang)
    return _Signs(NBSP if known.group in (" ", NBSP, "\u202f") else known.group, known.point)


def _grouped(text: str, lang: str) -> str:
    """`-1,234.50` as Python writes it -> in the language's signs."""
    signs = _signs(lang)
    if text[0] == "-":
        text = MINUS + text[1:]
    if signs.group == "," and signs.point == ".":
        return text
    return text.replace(",", "\x00").replace(".", signs.point).replace("\x00", signs.group)


@lru_cache(maxsize=16_384, typed=True)  # catalogues show the same figures again and again
def num(value: Number | None, places: int | None = None, *, lang: str) -> str:
    """A number with grouped thousands; `places` fixes the decimals, without it only those that it has. None is a dash."""
    if value is None:
        return DASH
    if type(value) not in (Decimal, int):
        raise TypeError(f"numbers shown are Decimal or int, not {type(value).__name__}")
    if places is not None:
        return _grouped(f"{value:,.{places}f}", lang)
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return _grouped(text if text not in ("-0", "") else "0", lang)


@lru_cache(maxsize=16_384, typed=True)
def money(value: Number | None, currency: str = "", *, lang: str, places: int = 2) -> str:
    """`9 240,00 BYN`: two decimals, no-break spaces, true minus. None is a dash. Unit prices may have up to four decimals."""
    if value is None:
        return DASH
    if isinstance(value, Decimal) and places == 2 and -int(value.normalize().as_tuple().exponent) > 2:
        places = 4  # a unit price of bulk goods: rounding it for show would make the sum look wrong
    text = num(value, places, lang=lang)
    return f"{text}{NBSP}{currency}" if currency else text


def qty(value: Number | None, unit: str = "", *, lang: str) -> str:
    """`2 000 кг`: as many decimals as the quantity has, at most three."""
    text = num(value, lang=lang)
    return f"{text}{NBSP}{unit}" if unit and value is not None else text


def day(value: date | datetime | None, style: DayStyle = "long", *, lang: str, zone: ZoneInfo, today: date | None = None) -> str:
    """A date in the business zone. long: `23 ноября`, with the year if not this one; full: with the year; short: `23.11.2026`."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    if style == "short":
        return facts(lang).in_figures(value) if lang != "ru" else f"{value:%d.%m.%Y}"
    text = f"{value.day}{NBSP}{facts(lang).months[value.month - 1]}"
    return text if style == "long" and today is not None and value.year == today.year else f"{text} {value.year}"


def clock(value: datetime | None, *, zone: ZoneInfo) -> str:
    """`17:40` in the business zone."""
    return DASH if value is None else f"{value.astimezone(zone):%H:%M}"


def moment(value: datetime | None, *, lang: str, zone: ZoneInfo, now: datetime) -> str:
    """An instant in the business zone: `17:40` today, `23 ноября, 17:40` otherwise."""
    if value is None:
        return DASH
    today = now.astimezone(zone).date()
    if value.astimezone(zone).date() == today:
        return clock(value, zone=zone)
    return f"{day(value, lang=lang, zone=zone, today=today)}, {clock(value, zone=zone)}"


@lru_cache(maxsize=512)  # the rows of a page share their times
def age(value: datetime | None, period: int = 60, *, lang: str, zone: ZoneInfo, now: datetime) -> Age:
    """How old a figure is that is renewed every `period` seconds: fresh within two periods, old after a day, late between."""
    if value is None:
        return Age(_("no data yet"), "unknown")
    seconds = max(0, int((now - value).total_seconds()))
    if seconds > 86_400:
        return Age(_("as of %(moment)s") % {"moment": moment(value, lang=lang, zone=zone, now=now)}, "old")
    if seconds <= 2 * period:
        return Age(_ago(seconds), "fresh")
    text = _("as of %(moment)s, %(ago)s") % {"moment": clock(value, zone=zone), "ago": _span(seconds)}
    return Age(text, "late")


def _span(seconds: int) -> str:
    if seconds < 3600:
        minutes = seconds // 60
        return ngettext("%d min", "%d min", minutes) % minutes
    hours = seconds // 3600
    return ngettext("%d hour", "%d hours", hours) % hours


def _ago(seconds: int) -> str:
    return _("just now") if seconds < 60 else _("%(span)s ago") % {"span": _span(seconds)}
