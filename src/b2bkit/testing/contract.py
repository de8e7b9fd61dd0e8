"""The contract that every plugin keeps, as a test class: `TestContract = contract_suite(MyPlugin)`.

A plugin whose settings hold a secret names it: `contract_suite(MyPlugin, environment={"B2BKIT_MINE_PASSWORD": "only-for-tests"})`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from b2bkit.core.app import CORE, owners
from b2bkit.core.db import migrate
from b2bkit.core.db.base import Base
from b2bkit.core.db.engine import Database
from b2bkit.core.extend.load import collect, hook_names
from b2bkit.core.extend.plugin import Plugin, PluginSettings
from b2bkit.testing.portal import MakePortal
from b2bkit.testing.translations import check as check_texts

LONGEST_PLUGIN_FILE = 120


def contract_suite(
    plugin: type[Plugin], settings: Mapping[str, Any] | None = None, *, environment: Mapping[str, str] | None = None
) -> type:
    """A test class for `plugin`.

    settings      what stands in its table of b2bkit.toml
    environment   secrets that it needs, as the portal's environment has them: {"B2BKIT_<PLUGIN>_<SETTING>": value}
    """
    chosen, secrets = dict(settings or {}), dict(environment or {})

    class Contract:
        """What holds for every plugin."""

        def test_a_portal_starts_with_it_and_without_it(self, make_portal: MakePortal) -> None:
            assert plugin.name in _with(make_portal, plugin, chosen, secrets).app.kit.plugins
            assert plugin.name not in make_portal().app.kit.plugins

        def test_its_tables_carry_its_name_and_come_from_its_migrations(self, make_portal: MakePortal, database: Database) -> None:
            portal = _with(make_portal, plugin, chosen, secrets)
            mine = [owner for owner in owners(portal.app.kit) if owner.name == plugin.name]
            assert migrate.pending(database, mine) == []
            for owner in mine:
                assert migrate.differences(database, owner) == []
            for table in _tables(plugin):
                assert table.startswith(plugin.name + "_"), f"{table} is outside the prefix {plugin.name}_"

        def test_a_disabled_plugin_leaves_the_core_free_to_delete(self) -> None:
            for name in _tables(plugin):
                for key in Base.metadata.tables[name].foreign_keys:
                    if key.column.table.name.startswith("core_"):
                        assert key.ondelete in ("CASCADE", "SET NULL"), f"{name}.{key.parent.name} would block rows of the core"

        def test_every_hook_is_marked_and_known(self) -> None:
            problems: list[Any] = []
            collect([plugin(_unchecked(plugin, chosen, secrets))], problems)
            assert problems == []
            assert {name for name in dir(plugin) if hasattr(getattr(plugin, name), "b2bkit_impl")} <= hook_names()

        def test_its_plugin_file_is_a_table_of_contents(self) -> None:
            assert len((plugin.folder() / "plugin.py").read_text("utf-8").splitlines()) <= LONGEST_PLUGIN_FILE

        def test_settings_are_closed_frozen_and_described(self) -> None:
            config = plugin.Settings.model_config
            assert config.get("extra") == "forbid"
            assert config.get("frozen")
            assert [name for name, info in plugin.Settings.model_fields.items() if not info.description] == []

        def test_every_text_has_its_russian(self) -> None:
            assert check_texts(plugin.folder()) == []

        def test_it_imports_the_core_and_what_it_requires_and_no_other_plugin(self) -> None:
            foreign = {module for path in plugin.folder().rglob("*.py") for module in _plugin_imports(path)} - _may_import(plugin)
            assert foreign == set()

        def test_nobody_without_a_session_gets_in(self, make_portal: MakePortal) -> None:
            portal = _with(make_portal, plugin, chosen, secrets)
            client = portal.browser()
            for route in portal.app.kit.routes.values():
                open_to_all = route.machine or route.permission == "PUBLIC" or "{" in route.path
                if route.name.startswith(plugin.name + ".") and not open_to_all:
                    assert client.get(route.path).status_code in (303, 401, 405), route.path

    Contract.__name__ = Contract.__qualname__ = f"Test{plugin.__name__}Contract"
    return Contract


def _with(make_portal: MakePortal, plugin: type[Plugin], settings: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    core = {cls.name for cls in CORE}
    missing = [name for name in plugin.requires if name not in core]
    try:
        plugins = {**{name: {} for name in missing}, plugin.name: settings}
        return make_portal(classes=(plugin,), plugins=plugins, environment=environment)
    except Exception as error:
        pytest.fail(f"no portal starts with {plugin.name}: {error}")


def _unchecked(plugin: type[Plugin], settings: Mapping[str, Any], environment: Mapping[str, str]) -> PluginSettings:
    """The settings with the secrets of the environment, as they stand."""
    names = {f"B2BKIT_{plugin.name}_{field}".upper(): field for field in plugin.Settings.model_fields}
    values: dict[str, Any] = {**settings, **{names[name]: SecretStr(value) for name, value in environment.items() if name in names}}
    return plugin.Settings.model_construct(**values)


def _tables(plugin: type[Plugin]) -> list[str]:
    package = plugin.__module__.rpartition(".")[0]
    mine = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__.startswith(package + ".")]
    return sorted(str(mapper.local_table.name) for mapper in mine if inspect.isclass(mapper.class_))  # type: ignore[attr-defined]


def _may_import(plugin: type[Plugin]) -> set[str]:
    """Packages of plugins: its own (b2bkit.plugins.<name> when bundled) and those of the plugins that it requires."""
    own = plugin.__module__.rpartition(".")[0]
    return {own, own.split(".")[0], *(place for name in plugin.requires for place in (f"b2bkit_{name}", f"b2bkit.plugins.{name}"))}


def _plugin_imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        found |= {name.split(".")[0] for name in names if name.startswith("b2bkit_")}
        found |= {".".join(name.split(".")[:3]) for name in names if name.startswith("b2bkit.plugins.")}
    return found
