"""What a demo's own Python file puts into the portal beside the ERP's data: pictures, papers, kinds of clients.

The file has `prepare(folder)`, called while the first data come, and `fill(app, folder)`, called once when data and accounts are there.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Final

import click

from b2bkit.core.app import App

MARK: Final = "filled"


class Filling:
    """`data` is the demo's folder: `filling/` in it is the file's own, and a mark there says that it was filled."""

    def __init__(self, file: Path, data: Path) -> None:
        self.file = file
        self.folder = data / "filling"
        self.done = (self.folder / MARK).exists()
        self._module: ModuleType | None = None

    def prepare(self) -> None:
        """What takes a while and needs nothing of the portal."""
        if not self.done:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._loaded().prepare(self.folder)

    def fill(self, app: App) -> None:
        """Fills the portal, the first time only."""
        if not self.done:
            self._loaded().fill(app, self.folder)
            (self.folder / MARK).touch()
            self.done = True

    def _loaded(self) -> ModuleType:
        if self._module is None:
            spec = importlib.util.spec_from_file_location("b2bkit_demo_fill", self.file)
            if spec is None or spec.loader is None or not self.file.is_file():
                raise click.ClickException(f"demo.toml: fills: there is no Python file {self.file}")
            self._module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self._module)
        return self._module
