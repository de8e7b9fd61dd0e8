"""Addresses from route names, and the one check on addresses that come from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, urlencode
from uuid import UUID

from b2bkit.core.extend.things import Route

_FIELD = re.compile(r"\{([a-zA-Z_][a-zA-Z0-9_]*)(?::[^}]*)?\}")
_TELLING = frozenset({str, UUID, type(None)})  # values that are equal only when they look the same
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


class Urls:
    """Builds local paths: `path("ordering.order", order_id=...)`; other parameters become the query, None is left out."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._paths: dict[str, tuple[str, ...]] = {}  # text, field, text ... text
        self._remembered = lru_cache(maxsize=8192)(self._built)
        for route in routes:
            self._paths[route.name] = tuple(_FIELD.split(route.path))

    def __contains__(self, name: str) -> bool:
        return name in self._paths

    def path(self, name: str, /, **params: object) -> str:
        """The path of a route with its parameters; raises LookupError for an unknown route or a missing parameter."""
        given = tuple(params.items())
        for _name, value in given:
            if type(value) not in _TELLING:  # 1 and True are equal, but not the same in an address
                return self._built(name, given)
        return self._remembered(name, given)

    def _built(self, name: str, given: tuple[tuple[str, object], ...]) -> str:
        params = dict(given)
        try:
            pieces = self._paths[name]
        except KeyError:
            raise LookupError(f"there is no route named {name!r}") from None
        if len(pieces) == 1:
            return _with_query(pieces[0], params) if params else pieces[0]
        values = {field: params.pop(field, None) for field in pieces[1::2]}
        missing = [field for field, value in values.items() if value is None]
        if missing:
            raise LookupError(f"route {name!r} needs {', '.join(missing)}")
        path = "".join([_quoted(values[piece]) if number % 2 else piece for number, piece in enumerate(pieces)])
        return _with_query(path, params) if params else path


def _quoted(value: object) -> str:
    return str(value) if type(value) is UUID else quote(str(value), safe="")


def _with_query(path: str, params: dict[str, object]) -> str:
    query = [(key, value) for key, value in params.items() if value is not None]
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def local_path(given: str | None) -> str | None:
    """`given` when it is a path of this portal; None for other sites, schemes, `//host`, backslashes, control characters."""
    if not given or len(given) > 2000 or not given.startswith("/") or given.startswith("//") or _CONTROL.search(given):
        return None
    return given
