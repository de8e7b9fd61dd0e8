"""The files of this checkout that people wrote."""

import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {"build", "dist", "node_modules", "var", "vendor", "site", "__pycache__"}


def files(*suffixes: str) -> Iterator[Path]:
    """Every file with one of the suffixes (all files without any), generated folders and hidden ones left out, `.ci` kept."""
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(name for name in below if name not in MADE and (not name.startswith(".") or name == ".ci"))
        for name in sorted(names):
            path = Path(folder, name)
            if not suffixes or path.suffix in suffixes:
                yield path


def shown(path: Path, line: int | None = None) -> str:
    """`path:line` from the checkout's root."""
    return f"{path.relative_to(ROOT)}" + (f":{line}" if line else "")
