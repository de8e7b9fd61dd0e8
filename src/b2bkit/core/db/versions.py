"""Which revision an owner's tables are at, and which ones its folder knows: asked at every start, and so without Alembic."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

PREFIX = "alembic_version_"


@dataclass(frozen=True)
class Revision:
    """A revision's name and the one that it follows, as its file says."""

    name: str
    follows: str | None


def current(connection: Connection, owner: str) -> str | None:
    """The revision that an owner's tables are at; None: not installed."""
    if not inspect(connection).has_table(PREFIX + owner):
        return None
    version = Table(PREFIX + owner, MetaData(), Column("version_num", String(32)))
    return connection.execute(select(version.c.version_num)).scalar_one_or_none()


def revisions(folder: Path) -> list[Revision]:
    """The revisions of a folder, read and not run. Raises ValueError, naming the file, for one that does not say what it follows."""
    found = []
    for path in sorted(folder.glob("*.py")):
        said = _said(path, path.stat().st_mtime_ns)
        if "revision" not in said:  # no revision: __init__.py and the like
            continue
        name, follows = said["revision"], said.get("down_revision", ...)
        if not isinstance(name, str) or not (follows is None or isinstance(follows, str)):
            raise ValueError(f"{path}: write revision and down_revision as plain text: one revision follows one other, or none")
        found.append(Revision(name, follows))
    return found


def head(known: list[Revision]) -> str | None:
    """The revision that none follows; None when there are none. Raises ValueError when there are several."""
    ends = sorted({one.name for one in known} - {one.follows for one in known})
    if len(ends) > 1:
        raise ValueError(f"more than one revision is the last: {', '.join(ends)}; let one follow the other")
    return ends[0] if ends else None


@lru_cache(maxsize=256)
def _said(path: Path, _changed: int) -> Mapping[str, object]:
    """What a file says of itself, read once until it changes."""
    return dict(_constants(path))


def _constants(path: Path) -> Iterator[tuple[str, object]]:
    for node in ast.parse(path.read_bytes(), str(path)).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Name) and target.id in ("revision", "down_revision"):
                yield target.id, value.value if isinstance(value, ast.Constant) else ...
