"""What a portal says by itself in a language: names of days and months, signs of numbers, order of a date. Source: CLDR, by Babel."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from b2bkit.core.made_once import made_once

_FIELDS = ("d", "dd", "M", "MM", "y", "yy", "yyyy")


class Facts(NamedTuple):
    """One language. `months` and `weekdays` as they stand in a date, January and Monday first; `short` orders a date in figures."""

    name: str
    group: str
    point: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short: str

    def in_figures(self, day: date) -> str:
        """`11/23/2026`."""
        year = f"{day.year:04}"
        values = (str(day.day), f"{day.day:02}", str(day.month), f"{day.month:02}", str(day.year), year[-2:], year)
        return self.short % dict(zip(_FIELDS, values, strict=True))


@cache
def facts(lang: str) -> Facts:
    """Raises babel.UnknownLocaleError for what is no language. Babel itself, and its six megabytes, are loaded the first time only."""
    made = made_once(Path(__file__), f"{lang}.json", lambda _source: _from_cldr(lang), stamp=f"Babel {version('babel')}")
    name, group, point, months, weekdays, short = json.loads(made)
    return Facts(name, group, point, tuple(months), tuple(weekdays), short)


def _from_cldr(lang: str) -> bytes:
    from babel import Locale

    locale = Locale.parse(lang)
    signs = locale.number_symbols.get("latn") or {}
    months, days = locale.months["format"]["wide"], locale.days["format"]["wide"]
    try:
        short = locale.datetime_skeletons["yMd"].format
        short % dict.fromkeys(_FIELDS, "")
    except KeyError:  # none, or with an era
        short = "%(y)s-%(MM)s-%(dd)s"
    told = (
        locale.get_display_name(lang) or lang, signs.get("group", ","), signs.get("decimal", "."),
        [months[number] for number in range(1, 13)], [days[number] for number in range(7)], short,
    )  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()
