"""Addresses from route names, and the one check on addresses that come from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, urlencode

from b2bkit.core.extend.things import Route

_FIELD = re.compile(r"\{([a-zA-Z_][a-zA-Z0-9_]*)(?::[^}]*)?\}")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")


class Urls:
    """Builds local paths: `path("ordering.order", order_id=...)`; other parameters become the query, None is left out."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._paths: dict[str, tuple[str, tuple[str, ...]]] = {}
        for route in routes:
            fields = tuple(match.group(1) for match in _FIELD.finditer(route.path))
            self._paths[route.name] = (_FIELD.sub(r"{\1}", route.path), fields)

    def __contains__(self, name: str) -> bool:
        return name in self._paths

    def path(self, name: str, /, **params: object) -> str:
        """The path of a route with its parameters; raises LookupError for an unknown route or a missing parameter."""
        try:
            template, fields = self._paths[name]
        except KeyError:
            raise LookupError(f"there is no route named {name!r}") from None
        if not params and not fields:
            return template
        missing = [field for field in fields if params.get(field) is None]
        if missing:
            raise LookupError(f"route {name!r} needs {', '.join(missing)}")
        if fields:
            template = template.format(**{field: quote(str(params.pop(field)), safe="") for field in fields})
        query = [(key, value) for key, value in params.items() if value is not None]
        return f"{template}?{urlencode(query, doseq=True)}" if query else template


def local_path(given: str | None) -> str | None:
    """`given` when it is a path of this portal; None for other sites, schemes, `//host`, backslashes, control characters."""
    if not given or len(given) > 2000 or not given.startswith("/") or given.startswith("//") or _CONTROL.search(given):
        return None
    return given
