"""Templates are compiled once a test run, in place of once for every portal that a test opens: that was most of a page test's time.

What a template becomes depends on its text, its language's catalogue, addresses of files and pages, and the macros it imports. All that it
asked of them while it was compiled is noted, and asked again before the same code serves another portal.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from gettext import NullTranslations
from types import CodeType
from typing import Any, NamedTuple

import pytest

from b2bkit.core.web import folding
from b2bkit.core.web.environment import PageEnvironment
from b2bkit.core.web.folding import Macros
from b2bkit.core.web.render import Renderer

KEPT = 12


class Ask(NamedTuple):
    """What was asked while a template was compiled, and what was answered: a value, or the class of the exception."""

    what: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    answer: object


class Noted(NamedTuple):
    """A compiled template and what it rests on."""

    code: CodeType
    asks: tuple[Ask, ...]


Notes = dict[str, Ask]
_known: defaultdict[tuple[object, ...], list[Noted]] = defaultdict(list)


class RememberingEnvironment(PageEnvironment):
    """Takes a template's code from another environment of this process that would have compiled it to the same."""

    def __init__(self, translations: NullTranslations, constants: Mapping[str, Callable[..., Any]], **options: Any) -> None:
        self._thread = threading.local()
        self._of_macros: dict[str, Notes] = {}
        super().__init__(translations, {name: self._watched(name, one) for name, one in constants.items()}, **options)
        self._asked: dict[str, Callable[..., Any]] = {
            "text": self.translate, "texts": self._translate_many, "source": self._source, **constants,
        }  # fmt: skip
        self.translate = self._watched("text", self.translate)
        self._translate_many = self._watched("texts", self._translate_many)

    def compile(self, source: Any, name: str | None = None, filename: str | None = None, raw: Any = False, defer_init: bool = False) -> Any:
        """As Jinja's; a tree, or code that is wanted as text, is compiled always."""
        if not isinstance(source, str) or raw:
            return super().compile(source, name, filename, raw, defer_init)
        same = (source, name, filename, defer_init, folding.Folding, folding.FOLDED, tuple(sorted(self.constants)))
        found = next((noted for noted in _known[same] if self._holds(noted)), None)
        if found is None:
            with self._noting() as notes:
                code: CodeType = super().compile(source, name, filename, raw, defer_init)
            found = Noted(code, tuple(notes.values()))
            _known[same] = [found, *_known[same][: KEPT - 1]]
        self._note(found.asks)
        return found.code

    def constant_macros(self, template: str) -> Macros:
        """As the environment's; whoever asks for macros rests on their template too."""
        if template not in self._macros:
            with self._noting() as notes:
                notes["source"] = Ask("source", (template,), {}, self._source(template))
                macros = super().constant_macros(template)
            self._of_macros[template] = notes
            return macros
        self._note(self._of_macros.get(template, {}).values())
        return self._macros[template]

    def _source(self, template: str) -> str:
        assert self.loader is not None
        return self.loader.get_source(self, template)[0]

    def _holds(self, noted: Noted) -> bool:
        return all(_answer(self._asked[ask.what], ask.args, ask.kwargs) == ask.answer for ask in noted.asks)

    def _watched(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            if getattr(self._thread, "notes", None):
                self._note([Ask(what, args, kwargs, _answer(function, args, kwargs))])
            return function(*args, **kwargs)

        return watched

    def _note(self, asks: Any) -> None:
        for notes in getattr(self._thread, "notes", ()):
            notes.update((repr(ask[:3]), ask) for ask in asks)

    @contextmanager
    def _noting(self) -> Iterator[Notes]:
        """Everything that this thread asks meanwhile, also for those who wait for it."""
        if not hasattr(self._thread, "notes"):
            self._thread.notes = []
        mine: Notes = {}
        self._thread.notes.append(mine)
        try:
            yield mine
        finally:
            self._thread.notes.pop()
            self._note(mine.values())


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> object:
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return type(error)


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """For the whole run. A test of compiling itself sets `Renderer.environment` to `PageEnvironment`."""
    Renderer.environment = RememberingEnvironment
    yield
    Renderer.environment = PageEnvironment
