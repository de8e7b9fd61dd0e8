"""`${B2BKIT_NAME}` in the values of `b2bkit.toml`: what differs from place to place, an address or a port, comes from the environment.

`${B2BKIT_NAME:-value}` has a value for where the variable is absent or empty; `$${` stands for the text `${` itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from b2bkit.core.errors import ConfigProblem

_PLACE: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_NAMED: Final = re.compile(r"(B2BKIT_[A-Z0-9_]+)(?::-(.*))?", re.DOTALL)
_SECRET: Final = re.compile(r"_(PASSWORD|KEY|TOKEN|SECRET)$|^B2BKIT_(DATABASE|REDIS)_URL$")


class Unfilled(str):
    """A value that could not be filled in: a problem was told of it already, so nobody needs to tell what else is wrong with it."""

    __slots__ = ()


def filled(file: str, raw: Mapping[str, Any], environment: Mapping[str, str], problems: list[ConfigProblem]) -> dict[str, Any]:
    """The tables with every placeholder replaced; appends what is wrong to `problems`, named by its key."""
    return {key: _value(file, key, value, environment, problems) for key, value in raw.items()}


def _value(file: str, key: str, value: Any, environment: Mapping[str, str], problems: list[ConfigProblem]) -> Any:
    if isinstance(value, dict):
        return {name: _value(file, f"{key}.{name}", one, environment, problems) for name, one in value.items()}
    if isinstance(value, list):
        return [_value(file, f"{key}.{place}", one, environment, problems) for place, one in enumerate(value)]
    return _text(file, key, value, environment, problems) if isinstance(value, str) and "${" in value else value


def _text(file: str, key: str, text: str, environment: Mapping[str, str], problems: list[ConfigProblem]) -> str:
    before = len(problems)

    def fill(match: re.Match[str]) -> str:
        if match[1] is None:
            return "${"
        found, problem = _filling(match[1], environment)
        if problem is not None:
            problems.append(ConfigProblem(file, key, *problem))
        return found

    done = _PLACE.sub(fill, text)
    return done if len(problems) == before else Unfilled(text)


def _filling(inside: str, environment: Mapping[str, str]) -> tuple[str, tuple[str, str] | None]:
    """What stands for a placeholder, or what is wrong with it and the cure."""
    named = _NAMED.fullmatch(inside)
    if named is None:
        what = f"${{{inside}}} names no variable that the portal reads"
        return "", (what, "write ${B2BKIT_NAME} or ${B2BKIT_NAME:-value}; $${ stands for the text ${ itself")
    name, otherwise = named[1], named[2]
    if _SECRET.search(name):
        return "", (f"would show the secret {name}", "remove it: the portal reads its secrets from the environment by itself")
    value = environment.get(name, "") or otherwise
    if value is None:
        return "", (f"needs {name}, which the environment does not set", f"set {name}, or give a usual value: ${{{name}:-value}}")
    return value, None
