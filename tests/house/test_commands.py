"""What `make lint`, `make types` and `make docs` check is checked by every test run, too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BIN = Path(sys.executable).parent
TYPED = ["src", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("plugins/*/src"))), "examples", "tools"]
PLUGIN_PATHS = ":".join(["src", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("plugins/*/src")))])


def passes(*command: str, env: dict[str, str] | None = None) -> None:
    """Fails with what the command printed."""
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "."), id="style"),
        pytest.param(("ruff", "format", "--check", "."), id="format"),
        pytest.param(("lint-imports", "--no-logo"), id="direction of imports"),
        pytest.param(("python", "-m", "b2bkit.testing.translations"), id="translations"),
    ],
)
def test_lint(command: tuple[str, ...]) -> None:
    passes(*command)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_types() -> None:
    passes("mypy", *TYPED, env={"MYPYPATH": PLUGIN_PATHS})


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_documentation_builds_without_a_warning() -> None:
    passes("python", "tools/docs_reference.py")
    passes("mkdocs", "build", "--strict", "--quiet", env={"NO_MKDOCS_2_WARNING": "1"})
