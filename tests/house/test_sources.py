"""Rules of the house that a reader of the sources would check by eye."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, shown

FILE_LINES = 500
FUNCTION_LINES = 60
PLUGIN_LINES = 120
THIS = Path(__file__)
# put together here, so that this file does not break its own rule
LEFT_OVERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" * 3)) + r")\b")
MACHINE_PATHS = re.compile(r"(?<![\w.~}\-/])/(" + "|".join(("work", "root")) + r")/[\w.]")
REGISTRIES = re.compile(
    "|".join(
        re.escape(name) for name in ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com", "deb.debian" + ".org")
    )
)
MADE_OUTSIDE_MIGRATIONS = re.compile(r"\.create_" + r"all\(")


def python_sources() -> Iterator[Path]:
    """Python written by hand; what a migration does is as long as the change."""
    return (path for path in files(".py") if "migrations" not in path.parts)


def lines_with(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    """`path:line: text` of every line in which the pattern is found."""
    found = []
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if pattern.search(text):
            rows = enumerate(text.splitlines(), start=1)
            found += [f"{shown(path, number)}: {row.strip()[:120]}" for number, row in rows if pattern.search(row)]
    return found


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_file_is_longer_than_a_person_keeps_in_mind() -> None:
    long = [f"{shown(path)}: {count} lines" for path in python_sources() if (count := len(path.read_text().splitlines())) > FILE_LINES]
    assert long == []


def test_a_plugin_module_is_a_table_of_contents() -> None:
    plugins = [path for path in files(".py") if path.name == "plugin.py" and "testing" not in path.parts and "extend" not in path.parts]
    long = [f"{shown(path)}: {count} lines" for path in plugins if (count := len(path.read_text().splitlines())) > PLUGIN_LINES]
    assert long == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in python_sources():
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (count := body_lines(node)) > FUNCTION_LINES:
                long.append(f"{shown(path, node.lineno)}: {node.name} has {count} lines")
    assert long == []


def test_every_module_says_what_it_is_for() -> None:
    sources = (path for path in python_sources() if "src" in path.parts)
    silent = [shown(path) for path in sources if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


@pytest.mark.parametrize(
    ("pattern", "suffixes"),
    [
        pytest.param(LEFT_OVERS, (".py", ".md", ".html", ".js", ".css", ".toml"), id="no left-overs"),
        pytest.param(MADE_OUTSIDE_MIGRATIONS, (".py",), id="tables are made by migrations only"),
        pytest.param(MACHINE_PATHS, (), id="no path of one machine"),
        pytest.param(REGISTRIES, (), id="no package registry by name"),
    ],
)
def test_nothing_forbidden_is_written(pattern: re.Pattern[str], suffixes: tuple[str, ...]) -> None:
    assert lines_with(pattern, (path for path in files(*suffixes) if path != THIS)) == []


MAIL = ("letter.html", "digest.html")  # mail programs read inline styles only
INLINE = re.compile(
    r"<style\b|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\sstyle\s*=|\son\w+\s*=\s*[\"']|javascript:|\|\s*safe\b",
    re.IGNORECASE,
)


def test_no_template_holds_script_or_style_or_unescaped_text() -> None:
    templates = (path for path in files(".html", ".jinja", ".j2") if "templates" in path.parts and path.name not in MAIL)
    assert lines_with(INLINE, templates) == []


LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def written_elsewhere(target: Path) -> bool:
    """Pages of the reference are written by the build; mkdocs checks links to them."""
    return (ROOT / "docs" / "reference") in target.parents


def test_every_relative_link_leads_somewhere() -> None:
    broken = []
    for page in files(".md"):
        for match in LINK.finditer(FENCED.sub("", page.read_text("utf-8"))):
            link = (match[1] or match[2]).partition("#")[0]
            target = (page.parent / link).resolve()
            if link and ":" not in link and not target.exists() and not written_elsewhere(target):
                broken.append(f"{shown(page)}: {link}")
    assert broken == []
