"""From names in `b2bkit.toml` to a kit: only chosen entry points are imported, every problem is reported at once.

pluggy is silent where it matters: a `register_*` method without `@hookimpl` is ignored, a misspelt hook passes until asked, an
exception does
not name its plugin, results come newest first. Here each is an error with a name, and order is a number.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any, get_args

import pluggy
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import SecretStr, ValidationError

from b2bkit.core.config import ENVIRONMENT, Parsed, did_you_mean, explain
from b2bkit.core.errors import ConfigProblem
from b2bkit.core.extend.plugin import PROJECT, Plugin
from b2bkit.core.extend.spec import Specs

GROUP = "b2bkit.plugins"


@dataclass(frozen=True)
class Source:
    """Where a plugin's class comes from; `load` imports it."""

    name: str
    where: str
    load: Callable[[], type[Plugin]]


def known_plugins() -> dict[str, Source]:
    """Every plugin that could be chosen: bundled ones and installed entry points. Imports none of them."""
    found: dict[str, Source] = {}
    import b2bkit.plugins as bundled

    for module in pkgutil.iter_modules(bundled.__path__):
        found[module.name] = Source(module.name, "bundled", _bundled(module.name))
    for entry in importlib.metadata.entry_points(group=GROUP):
        distribution = entry.dist.name if entry.dist else "installed"
        found[entry.name] = Source(entry.name, distribution, entry.load)
    return found


def _bundled(name: str) -> Callable[[], type[Plugin]]:
    def load() -> type[Plugin]:
        module = importlib.import_module(f"b2bkit.plugins.{name}.plugin")
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Plugin) and value.__module__ == module.__name__
        ]
        return classes[0]

    return load


def source_of(cls: type[Plugin]) -> Source:
    """A plugin class given directly (tests, an app made in code)."""
    return Source(cls.name, cls.__module__, lambda: cls)


def choose(parsed: Parsed, known: Mapping[str, Source], problems: list[ConfigProblem]) -> list[Plugin]:
    """Instances of the plugins that `[plugins.*]` names, in `requires` order; appends what is wrong to `problems`."""
    tables = parsed.raw.get("plugins", {})
    if not isinstance(tables, dict):
        return []
    file = str(parsed.file)
    classes: dict[str, type[Plugin]] = {}
    for name in tables:
        if name not in known:
            problems.append(ConfigProblem(file, f"plugins.{name}", "unknown plugin", did_you_mean(name, known)))
        elif (cls := _load_class(file, known[name], problems)) is not None:
            classes[name] = cls
    for name, cls in classes.items():
        _check_needs(file, name, cls, tables, problems)
    instances = {name: _instance(parsed, name, cls, tables[name], problems) for name, cls in classes.items()}
    ordered = _order(file, classes, problems)
    return [instance for name in ordered if (instance := instances[name]) is not None]


def _load_class(file: str, source: Source, problems: list[ConfigProblem]) -> type[Plugin] | None:
    key = f"plugins.{source.name}"
    try:
        cls: Any = source.load()
    except Exception as error:
        problems.append(
            ConfigProblem(
                file, key, f"cannot be imported from {source.where}: {error!r}", "mend or reinstall the plugin, or remove its table"
            )
        )
        return None
    if not (isinstance(cls, type) and issubclass(cls, Plugin)):
        problems.append(
            ConfigProblem(file, key, f"its entry point gives {cls!r}, not a subclass of b2bkit.Plugin", "mend the plugin's entry point")
        )
        return None
    if cls.name != source.name:
        problems.append(ConfigProblem(file, key, f"its class calls itself {cls.name!r}", "entry point and Plugin.name must be the same"))
        return None
    return cls


def _check_needs(file: str, name: str, cls: type[Plugin], chosen: Iterable[str], problems: list[ConfigProblem]) -> None:
    from b2bkit import __version__

    for needed in cls.requires:
        if needed not in chosen:
            problems.append(
                ConfigProblem(file, f"plugins.{name}", f"requires {needed}, which is not chosen", f"add a table [plugins.{needed}]")
            )
    if not cls.core:
        return
    try:
        fits = SpecifierSet(cls.core).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        problems.append(
            ConfigProblem(
                file, f"plugins.{name}", f"its range of b2bkit versions {cls.core!r} cannot be read", 'mend Plugin.core, e.g. ">=0.1,<0.2"'
            )
        )
        return
    if not fits:
        problems.append(
            ConfigProblem(
                file,
                f"plugins.{name}",
                f"version {cls.version} works with b2bkit {cls.core}, this is {__version__}",
                "install a version of the plugin that fits",
            )
        )


def _instance(parsed: Parsed, name: str, cls: type[Plugin], table: Any, problems: list[ConfigProblem]) -> Plugin | None:
    file, key = str(parsed.file), f"plugins.{name}"
    if not isinstance(table, dict):
        problems.append(ConfigProblem(file, key, "must be a table", f"write [{key}]"))
        return None
    values, absent = dict(table), set()
    for field, info in cls.Settings.model_fields.items():
        if info.annotation is not SecretStr and SecretStr not in get_args(info.annotation):
            continue
        variable = f"B2BKIT_{name}_{field}".upper()
        if field in values:
            problems.append(
                ConfigProblem(
                    file,
                    f"{key}.{field}",
                    "is a secret and does not belong into a file",
                    f"remove it and set {variable} in the environment",
                )
            )
            values.pop(field)
        if variable in parsed.environment:
            values[field] = parsed.environment[variable]
        elif info.is_required():
            problems.append(ConfigProblem(ENVIRONMENT, variable, f"is missing (the secret {field} of plugin {name})", f"set {variable}"))
            absent.add(f"{key}.{field}")
    try:
        return cls(cls.Settings.model_validate(values))
    except ValidationError as error:
        problems += [problem for problem in explain(file, cls.Settings, key, error) if problem.key not in absent]
        return None


def _order(file: str, classes: Mapping[str, type[Plugin]], problems: list[ConfigProblem]) -> list[str]:
    graph = {name: sorted(needed for needed in cls.requires if needed in classes) for name, cls in sorted(classes.items())}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        problems.append(
            ConfigProblem(
                file,
                "plugins",
                f"require each other in a circle: {' -> '.join(error.args[1])}",
                "one of them must not list the other in requires",
            )
        )
        return []


def hook_names() -> frozenset[str]:
    """Names of all hooks."""
    return frozenset(name for name in vars(Specs) if name.startswith("register_"))


def collect(plugins: Sequence[Plugin], problems: list[ConfigProblem]) -> dict[str, list[tuple[str, Any]]]:
    """Calls every hook of every plugin once: hook -> [(plugin's name, thing)]. One plugin manager, thrown away afterwards."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Specs)
    for plugin in plugins:
        _register(manager, plugin, problems)
    found: dict[str, list[tuple[str, Any]]] = {}
    for hook in sorted(hook_names()):
        found[hook] = []
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            found[hook] += _call(hook, implementation, problems)
    return found


def _register(manager: pluggy.PluginManager, plugin: Plugin, problems: list[ConfigProblem]) -> None:
    key, hooks, own = f"plugins.{plugin.name}", hook_names(), type(plugin)
    for attribute in dir(own):
        marked = hasattr(getattr(own, attribute, None), f"{PROJECT}_impl")
        if attribute.startswith("register_") and not marked:
            what = f"{own.__name__}.{attribute} is not marked with @hookimpl and would be ignored"
            problems.append(ConfigProblem(own.__module__, key, what, "add @hookimpl, or rename it if it is no hook"))
        elif marked and attribute not in hooks:
            problems.append(
                ConfigProblem(own.__module__, key, f"{own.__name__}.{attribute} is no hook of b2bkit", did_you_mean(attribute, hooks))
            )
            return
    try:
        manager.register(plugin, plugin.name)
    except (pluggy.PluginValidationError, ValueError) as error:
        problems.append(ConfigProblem(own.__module__, key, f"a hook has the wrong signature: {error}", "hooks take self and nothing else"))


def _call(hook: str, implementation: Any, problems: list[ConfigProblem]) -> list[tuple[str, Any]]:
    name = implementation.plugin_name
    try:
        returned = implementation.function()
        if returned is None:
            raise TypeError("returned None instead of an iterable")
        return [(name, thing) for thing in returned]
    except Exception as error:
        problems.append(ConfigProblem(f"plugin {name}", hook, f"failed: {error!r}", "mend the plugin, or remove its table"))
        return []
