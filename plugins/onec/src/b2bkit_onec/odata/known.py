"""What a base publishes, kept on disk between processes: $metadata takes 1C half a minute, and a web process must not wait for it."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Final

from b2bkit_onec.odata.metadata import Function, Schema
from b2bkit_onec.odata.names import wanted

FRESH_SECONDS: Final = 6 * 3600.0
DOUBTED_SECONDS: Final = 600.0
FORM: Final = 1  # of the file; one of another form is read anew


class KnownSchema:
    """The file of one base below the portal's data folder. It holds names only, of the objects that the portal may use."""

    def __init__(self, folder: Path, url: str, login: str) -> None:
        name = hashlib.sha256(f"{url}\n{login}".encode()).hexdigest()[:16]
        self.path = folder / "onec" / f"published-{name}.json"

    def stamp(self) -> int:
        """Changes whenever the file does; 0 without one."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0

    def is_fresh(self, seconds: float = FRESH_SECONDS) -> bool:
        """Whether the file is there and younger than this; six hours by default."""
        stamp = self.stamp()
        return stamp != 0 and time.time() - stamp / 1e9 < seconds

    def load(self) -> Schema | None:
        """The schema as it was read last; None without a good file."""
        try:
            told = json.loads(self.path.read_bytes())
            if told["form"] != FORM:
                return None
            functions = {(path, name): Function(name, path, gives, tuple(given)) for path, name, gives, given in told["functions"]}
            return Schema(told["sets"], told["types"], functions)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, schema: Schema, overrides: dict[str, str]) -> None:
        """Writes it beside and puts it in place, so that nobody reads half of it. A disk that is full costs only the next reading."""
        sets = {name: kind for name, kind in schema.sets.items() if wanted(name, overrides)}
        types = {name: fields for name, fields in schema.types.items() if wanted(name, overrides)}
        functions = [(one.path, one.name, one.gives, one.parameters) for one in schema.functions.values() if wanted(one.path, overrides)]
        text = json.dumps({"form": FORM, "sets": sets, "types": types, "functions": functions}, ensure_ascii=False)
        beside = self.path.with_suffix(f".{os.getpid()}.tmp")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, "utf-8")
            beside.replace(self.path)
        except OSError:
            beside.unlink(missing_ok=True)

    def forget(self) -> None:
        """The next one who needs names reads $metadata."""
        self.path.unlink(missing_ok=True)
