"""Templates, languages and figures of the simulator's pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

import falcon
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from b2bkit.core.i18n import translator

HERE = Path(__file__).parent
LOCALE = HERE.parent / "locale"
LANGUAGES = ("ru", "en")


def language_of(req: falcon.Request) -> str:
    """`?lang=`, then the cookie, then what the browser prefers."""
    for chosen in (req.get_param("lang"), *(req.get_cookie_values("lang") or [])):
        if chosen in LANGUAGES:
            return chosen
    return "ru" if (req.get_header("Accept-Language") or "ru").lower().startswith("ru") else "en"


@cache
def environment(lang: str) -> Environment:
    """Jinja with the texts of the language, autoescaping on."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(translator(lang, LOCALE), newstyle=True)  # type: ignore[attr-defined]
    made.filters["money"] = lambda value: format_decimal(Decimal(value), "#,##0.00", locale=lang)
    made.filters["quantity"] = lambda value: format_decimal(Decimal(value), "#,##0.###", locale=lang)
    made.filters["typed"] = lambda text: str(text).replace(".", ",") if lang == "ru" else str(text)
    made.filters["clock"] = lambda text: _moment(text, lang, seconds=True)
    made.filters["moment"] = lambda text: _moment(text, lang)
    made.filters["day"] = lambda text: format_date(dt.date.fromisoformat(text[:10]), "dd.MM.yyyy" if lang == "ru" else "d MMM yyyy", lang)
    return made


def _moment(text: str, lang: str, *, seconds: bool = False) -> str:
    """`20.11.2026 14:30`; "" stays "" ."""
    if not text:
        return ""
    pattern = "dd.MM.yyyy HH:mm" if lang == "ru" else "d MMM yyyy, HH:mm"
    return format_datetime(dt.datetime.fromisoformat(text), pattern + (":ss" if seconds else ""), locale=lang)
