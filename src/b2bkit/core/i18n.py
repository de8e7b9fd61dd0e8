"""Texts in the person's language: English message ids in the source, one .po file per area and language.

`_()` reads the language of the current `Work` or request from a context variable; catalogues are read once at start.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from b2bkit.core.made_once import made_once

SOURCE_LANGUAGE = "en"
CORE_LOCALE = Path(__file__).parent / "locale"

_current: ContextVar[gettext.NullTranslations] = ContextVar("b2bkit_translations", default=gettext.NullTranslations())
_language: ContextVar[str] = ContextVar("b2bkit_language", default=SOURCE_LANGUAGE)


@cache
def _catalogue(path: Path, modified: float, lang: str) -> gettext.GNUTranslations:
    compiled = made_once(path, f"{lang}.mo", lambda source: _compiled(source, lang))
    return gettext.GNUTranslations(io.BytesIO(compiled))


def _compiled(source: bytes, lang: str) -> bytes:
    """What `msgfmt` makes of a .po file. Raises babel's PoFileError."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=lang, abort_invalid=True))
    return compiled.getvalue()


def translator(lang: str, *locale_dirs: Path) -> gettext.NullTranslations:
    """Everything under `<dir>/<lang>/*.po` of the given folders, later folders winning; English needs no file."""
    merged: gettext.NullTranslations = gettext.NullTranslations()
    if lang == SOURCE_LANGUAGE:
        return merged
    for folder in locale_dirs:
        for path in sorted((folder / lang).glob("*.po")):
            found = _catalogue(path, path.stat().st_mtime, lang)
            if isinstance(merged, gettext.GNUTranslations):
                merged._catalog.update(found._catalog)  # type: ignore[attr-defined]
            else:
                merged = gettext.GNUTranslations()
                merged.plural = found.plural  # type: ignore[attr-defined]
                merged._catalog = dict(found._catalog)  # type: ignore[attr-defined]
    return merged


@contextmanager
def speaking(lang: str, translations: gettext.NullTranslations) -> Iterator[None]:
    """Within the block `_()` answers in `lang`."""
    language, catalogue = _language.set(lang), _current.set(translations)
    try:
        yield
    finally:
        _current.reset(catalogue)
        _language.reset(language)


def language() -> str:
    """The language of the current work: "en", "ru", ..."""
    return _language.get()


def _(message: str) -> str:
    """The text in the current language."""
    return _current.get().gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text in the current language and the right plural form for `count`."""
    return _current.get().ngettext(singular, plural, count)


def N_(message: str) -> str:  # noqa: N802  (the field's standard name)
    """Marks a text for translation where it is declared; translated by `_()` where it is shown."""
    return message


def known_languages(locale_dirs: Iterable[Path]) -> set[str]:
    """Languages for which at least one of the folders has texts, English included."""
    return {SOURCE_LANGUAGE} | {path.name for folder in locale_dirs if folder.is_dir() for path in folder.iterdir() if path.is_dir()}
