"""Whether every text has its Russian: `python -m b2bkit.testing.translations [FOLDER ...]`.

An owner is a folder with Python, templates and `locale/ru/*.po`: the core, each bundled plugin, each separate plugin, each
example. Its texts are those marked by `_`, `N_`, `gettext`, `ngettext`, `_n` and `pgettext` in `*.py` and in everything under
`templates/`. The owner's own files together must translate each of them, whole, and nothing besides; what two owners say, they say alike.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from jinja2 import TemplateSyntaxError

LANGUAGE = "ru"
KEYWORDS = {**DEFAULT_KEYWORDS, "_n": (1, 2)}
JINJA = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
APART = {"tests", "migrations", "locale", "static", "node_modules", "build", "__pycache__"}
STRAY = re.compile(r"(?<!%)(?:%%)*%(?![%(])")  # a percent sign that is no placeholder; templates fill every text
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdifr]|\{\w*\}")

Identity = str | tuple[str, ...]


class Key(NamedTuple):
    """What gettext looks a text up by; a plural counts as its singular."""

    context: str | None
    text: str


@dataclass(frozen=True)
class Place:
    """Where a text stands, and the text: a string, or singular and plural."""

    path: Path
    line: int
    id: Identity

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def owners(root: Path) -> list[Path]:
    """The folders of a checkout that have texts of their own."""
    patterns = ("src/b2bkit/core", "src/b2bkit/plugins/*", "plugins/*/src/*", "examples/*")
    found = [path for pattern in patterns for path in root.glob(pattern)]
    return sorted(path for path in found if path.is_dir() and not path.name.startswith(("_", ".")))


def sources(owner: Path) -> Iterator[Path]:
    """The owner's files that may hold texts."""
    for path in sorted(owner.rglob("*")):
        inner = path.relative_to(owner)
        if path.is_file() and not APART & set(inner.parts[:-1]) and (path.suffix == ".py" or "templates" in inner.parts):
            yield path


def texts_of(path: Path) -> Iterator[tuple[Key, Place]]:
    """The marked texts of one file. Raises TemplateSyntaxError for a template that does not parse."""
    with path.open("rb") as source:
        if path.suffix == ".py":
            found = extract("python", source, keywords=KEYWORDS)
        else:
            found = extract("jinja2", source, keywords=KEYWORDS, options=JINJA)
        for line, identity, _comments, context in found:
            texts = (identity,) if isinstance(identity, str) else tuple(identity)
            if texts and texts[0]:
                yield Key(context, texts[0]), Place(path, line, texts[0] if len(texts) == 1 else texts)


def translations_of(owner: Path) -> Iterator[tuple[Path, Catalog, Message]]:
    """Every entry of the owner's files; the header is none."""
    for path in sorted((owner / "locale" / LANGUAGE).glob("*.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale=LANGUAGE, abort_invalid=True)
        for message in catalog:
            if message.id:
                yield path, catalog, message


def marks(text: str) -> list[str]:
    """The placeholders of a text, sorted."""
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def forms_of(message: Message) -> tuple[str, ...]:
    """The translation, or its plural forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def faults_of(catalog: Catalog, message: Message) -> Iterator[str]:
    """What is wrong with one translation by itself."""
    if message.fuzzy:
        yield "is marked fuzzy"
    forms = forms_of(message)
    if not forms or not all(forms):
        yield "is not translated" if not any(forms) else "lacks a plural form"
        return
    if message.pluralizable and len(forms) != catalog.num_plurals:
        yield f"has {len(forms)} plural forms, Russian has {catalog.num_plurals}"
    expected = marks(message.id if isinstance(message.id, str) else message.id[-1])
    for form in forms:
        if marks(form) != expected:
            yield f"has the placeholders {marks(form)} where the English text has {expected}"


def key_of(message: Message) -> Key:
    """The key of a catalogue's entry."""
    return Key(message.context, message.id if isinstance(message.id, str) else message.id[0])


def collect(owner: Path, problems: list[str]) -> dict[Key, Place]:
    """The owner's texts by key, each with the first place; a plural form beats a plain text of the same words."""
    found: dict[Key, Place] = {}
    for path in sources(owner):
        try:
            for key, place in texts_of(path):
                known = found.get(key)
                if known is None or (isinstance(known.id, str) and not isinstance(place.id, str)):
                    found[key] = place
        except TemplateSyntaxError as error:
            problems.append(f"{path}:{error.lineno}: {error.message}")
    return found


def check(owner: Path) -> list[str]:
    """Every problem of one owner as `file:line: "text" what is wrong`; an empty list when all is translated."""
    problems: list[str] = []
    texts = collect(owner, problems)
    known: dict[Key, Message] = {}
    for path, catalog, message in translations_of(owner):
        key, where = key_of(message), f'{path}:{message.lineno}: "{key_of(message).text}"'
        problems += [f"{where} {fault}" for fault in faults_of(catalog, message)]
        if key not in texts:
            problems.append(f"{where} is used nowhere")
        elif key in known and known[key].string != message.string:
            problems.append(f"{where} is translated otherwise in another file, too")
        elif not isinstance(texts[key].id, str) and not message.pluralizable:
            problems.append(f"{where} has no plural forms, {texts[key]} asks for them")
        elif texts[key].path.suffix != ".py" and any(STRAY.search(form) for form in forms_of(message)):
            problems.append(f"{where} has a percent sign, which a template takes for a placeholder: write %% or the word")
        known.setdefault(key, message)
    problems += [f'{place}: "{key.text}" has no Russian' for key, place in texts.items() if key not in known]
    return problems


def among(folders: Iterable[Path]) -> list[str]:
    """Texts that two owners translate otherwise: a portal has one word for each text, that of the owner who comes last.

    An example's own words are left out: a deployment may say it its own way.
    """
    problems: list[str] = []
    known: dict[Key, tuple[Path, Message]] = {}
    for owner in folders:
        for path, _catalog, message in translations_of(owner) if owner.parent.name != "examples" else ():
            key = key_of(message)
            first, said = known.setdefault(key, (path, message))
            if said.string != message.string:
                cure = "say the same, or word the English text otherwise"
                problems.append(f'{path}:{message.lineno}: "{key.text}" is translated otherwise in {first}: {cure}')
    return problems


def main(arguments: list[str]) -> int:
    """Checks the named folders, or every owner of the checkout in the current folder; 1 when there is a problem."""
    folders = [Path(argument) for argument in arguments] or owners(Path())
    problems = [problem for folder in folders for problem in check(folder)] + among(folders)
    for problem in problems:
        print(problem)  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
