"""The sprite cut to the icons in use: names are found in templates and Python, an unknown one is an error that says where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_SYMBOL = re.compile(r'<symbol id="tabler-([a-z0-9-]+)".*?</symbol>', re.DOTALL)
_NAME = "[A-Za-z0-9_-]+"
_NAMED = re.compile(
    rf"""\bicon(?:_name)?(?:\s*:\s*str)?\s*(?:=|\()\s*(?P<quote>["'])(?P<name>{_NAME})(?P=quote)|"icon"\s*:\s*"(?P<key>{_NAME})\""""
)
_EXPRESSION = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_LITERAL = re.compile(r"""["']([a-z][a-z0-9-]*)["']""")
_TABLES = frozenset({"plugin.py", "pages.py", "admin.py", "view.py", "shell.py"})  # modules that hand names of icons to templates
_EMPTY_PATH = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


class UnknownIcon(ValueError):
    """A template or a module names icons that Tabler does not have; the message has each file, name and the nearest names."""


def symbols(sprite: str) -> dict[str, str]:
    """Icon name -> its <symbol> with the plain name as id."""
    return {found[1]: found[0].replace(f'id="tabler-{found[1]}"', f'id="{found[1]}"', 1) for found in _SYMBOL.finditer(sprite)}


def used_in(path: Path, text: str, known: set[str]) -> tuple[set[str], set[str]]:
    """(names that the text calls icons, known names that it merely quotes: `ui.button(_("Add"), "plus")`).

    Python quotes many words: one with a hyphen counts, a plain one only in modules that hand icons to templates.
    """
    named = {found["name"] or found["key"] for found in _NAMED.finditer(text)}
    if path.suffix == ".html":
        quoted = {name for expression in _EXPRESSION.findall(text) for name in _LITERAL.findall(expression)}
    else:
        quoted = {name for name in _LITERAL.findall(text) if "-" in name or path.name in _TABLES}
    return named, quoted & known


def find_used(files: Mapping[Path, str], known: Iterable[str]) -> set[str]:
    """Every icon in use in the files; raises UnknownIcon with all unknown names at once."""
    known = set(known)
    used: set[str] = set()
    problems = []
    for path, text in files.items():
        named, quoted = used_in(path, text, known)
        used |= quoted | (named & known)
        for name in sorted(named - known):
            near = difflib.get_close_matches(name, known, 3) or ["see the names of @tabler/icons-sprite"]
            problems.append(f"{path}: there is no icon {name!r}; near: {', '.join(near)}")
    if problems:
        raise UnknownIcon("\n".join(problems))
    return used


def cut(sprite: str, names: Iterable[str]) -> str:
    """A sprite with the named icons alone, in order of name."""
    drawn = symbols(sprite)
    inside = "".join(drawn[name].replace(_EMPTY_PATH, "") for name in sorted(set(names)))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>\n'
