"""What a plugin is: an instance that holds validated settings, and the marker for its hooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pluggy
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from b2bkit.core.extend.things import OpenWork

PROJECT = "b2bkit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class PluginSettings(BaseModel):
    """Base of a plugin's settings: the table `[plugins.<name>]`. Frozen; an unknown key stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class NoSettings(PluginSettings):
    """A plugin without settings."""


class Plugin:
    """Base of every plugin: subclass, name it, implement hooks with `@hookimpl`.

    name       lower-case identifier; prefix of its tables, routes, permissions and of everything it registers
    version    its own version, as in its package
    requires   names of plugins that must be chosen too
    core       range of b2bkit versions that it works with, e.g. ">=0.1,<0.2"
    Settings   its settings model
    events     classes of the facts that it publishes, so that stored facts can be read back
    """

    name: ClassVar[str]
    label: ClassVar[str] = ""
    version: ClassVar[str] = "0.0.0"
    requires: ClassVar[tuple[str, ...]] = ()
    core: ClassVar[str] = ""
    Settings: ClassVar[type[PluginSettings]] = NoSettings
    events: ClassVar[tuple[type, ...]] = ()

    def __init__(self, settings: PluginSettings) -> None:
        self.settings = settings

    def open(self, open_work: OpenWork) -> None:
        """The portal begins in this process: keep `open_work` if you work outside requests and tasks. Called once, before the first."""

    def close(self) -> None:
        """The portal ends: let go of connections and threads that you opened. Called once, after the last request and task."""

    @classmethod
    def folder(cls) -> Path:
        """The plugin's package folder; `migrations/ templates/ static/ locale/` inside are found by convention."""
        import sys

        module = sys.modules[cls.__module__]
        if module.__file__ is None:
            raise RuntimeError(f"plugin {cls.name}: module {cls.__module__} has no file")
        return Path(module.__file__).parent
