"""Every sentence about a file is there in Russian too, with the same places to fill in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import b2bkit_onec
from b2bkit.core.i18n import speaking, translator
from b2bkit_onec.commerceml.broken import BrokenFile

PACKAGE = Path(b2bkit_onec.__file__).parent
LOCALE = PACKAGE / "locale"


def sentences() -> set[str]:
    found: set[str] = set()
    for path in [*PACKAGE.glob("commerceml/*.py"), *PACKAGE.glob("upload/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def test_every_sentence_has_a_russian_one_with_the_same_places() -> None:
    russian = translator("ru", LOCALE)
    given = sentences()
    assert len(given) > 100
    for sentence in given:
        said = russian.gettext(sentence)
        assert said != sentence
        assert sorted(re.findall(r"\{\w+\}", said)) == sorted(re.findall(r"\{\w+\}", sentence))


def test_an_error_speaks_the_language_of_the_person() -> None:
    with speaking("ru", translator("ru", LOCALE)):
        told = BrokenFile("import.xml", 2, 3, "truncated", element="Товар")
    assert str(told).startswith("import.xml:2:3: Файл обрывается: <Товар> не закрыт.")
    assert "is not closed" in BrokenFile("import.xml", 2, 3, "truncated", element="Товар").reason
