"""Writes the pages that the documentation is built from: docs/ as it is, and the reference, read from the code, into build/docs.

The text of the reference is the code's own: docstrings of hooks and of what they return, descriptions of settings.
What is missing here is missing there.
"""

import dataclasses
import importlib.metadata
import inspect
import json
import re
import shutil
import types
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
import pydantic
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from b2bkit.core import config
from b2bkit.core.extend import spec, things

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "docs"
LEGEND = re.compile(r"^(\w+) {2,}(\S.*)$")


def cell(text: str) -> str:
    """Text inside a table: one line, its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Code inside a table or a sentence."""
    return f"`{cell(text)}`" if text else ""


def split(docstring: str | None) -> tuple[str, dict[str, str]]:
    """A docstring's prose, and the legend of `name  meaning` lines in it."""
    text: list[str] = []
    legend: dict[str, str] = {}
    last = ""
    for line in inspect.cleandoc(docstring or "").splitlines():
        entry = LEGEND.match(line)
        if entry:
            last = entry[1]
            legend[last] = entry[2]
        elif last and line.startswith(" "):
            legend[last] += " " + line.strip()
        else:
            last = ""
            text.append(line)
    return "\n".join(text).strip(), legend


def prose(docstring: str | None) -> str:
    """A docstring as Markdown, its legend as a list."""
    text, legend = split(docstring)
    return "\n".join([text, "", *(f"- {code(name)}: {meaning}" for name, meaning in legend.items())]).strip()


def own(owner: type) -> str | None:
    """A class's own docstring; the one that `dataclass` makes up says nothing."""
    text = vars(owner).get("__doc__")
    return None if text is None or text.startswith(f"{owner.__name__}(") else text


# --- hooks ----------------------------------------------------------------------------------------------------------------------


def hooks() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every hook, in the order of the specification."""
    for name, member in vars(spec.Specs).items():
        if name.startswith("register_") and callable(member):
            yield name, member


def returned_by(hook: Callable[..., object]) -> str:
    """`Route` for `Iterable[Route]`: annotations are strings, some of their names exist for type checkers only."""
    annotation = str(hook.__annotations__["return"])
    return annotation.removeprefix("Iterable[").removesuffix("]")


def hook_pages() -> Iterator[tuple[str, str]]:
    """The page of hooks and the page of what they return."""
    lines = ["# Hooks", "", prose(spec.__doc__), ""]
    for name, hook in hooks():
        thing = returned_by(hook)
        known = hasattr(things, thing)
        link = f"[`{thing}`](things.md#{thing.lower()})" if known else code(thing)
        lines += [f"## {name}", "", f"Returns {link} objects.", "", prose(hook.__doc__), ""]
    yield "hooks.md", "\n".join(lines)
    lines = ["# What hooks return", "", prose(things.__doc__), ""]
    for owner in public_classes(things):
        lines += [f"## {owner.__name__}", "", *description(owner), ""]
    yield "things.md", "\n".join(lines)


def public_classes(module: types.ModuleType) -> Iterator[type]:
    """The classes that a module or its own modules define and that it shows."""
    for name, member in vars(module).items():
        if inspect.isclass(member) and f"{member.__module__}.".startswith(f"{module.__name__}.") and not name.startswith("_"):
            yield member


def description(owner: type) -> list[str]:
    """What a class says of itself, then its members (enum), fields (dataclass) or methods (protocol)."""
    if issubclass(owner, Enum):
        rows = [f"| {code(each.name)} | {code(str(each.value))} |" for each in owner]
        return [prose(own(owner)), "", "| member | value |", "|---|---|", *rows]
    if dataclasses.is_dataclass(owner):
        text, legend = split(own(owner))
        rows = [dataclass_row(each, legend.get(each.name, "")) for each in dataclasses.fields(owner)]
        return [text, "", "| field | type | default | meaning |", "|---|---|---|---|", *rows]
    methods = [member for name, member in vars(owner).items() if inspect.isfunction(member) and shown(name)]
    parts = [part for method in methods for part in (f"`{method.__name__}{signature(method)}`", "", prose(method.__doc__), "")]
    return [prose(own(owner)), "", *parts]


def dataclass_row(each: "dataclasses.Field[Any]", meaning: str) -> str:
    """One row of the table of fields."""
    return f"| {code(each.name)} | {code(str(each.type))} | {default_of(each)} | {cell(meaning)} |"


def shown(name: str) -> bool:
    """Public, or the call of a callable protocol."""
    return name == "__call__" or not name.startswith("_")


def signature(method: Callable[..., object]) -> str:
    """The signature with its annotations as they are written."""
    return str(inspect.signature(method)).replace("'", "")


def default_of(each: "dataclasses.Field[Any]") -> str:
    """A field's default as it is written, empty when there is none."""
    if each.default is not dataclasses.MISSING:
        return code(each.default.__name__ if callable(each.default) else repr(each.default))
    return code("empty") if each.default_factory is not dataclasses.MISSING else ""


# --- configuration --------------------------------------------------------------------------------------------------------------


def type_name(annotation: Any) -> str:
    """A setting's type as a person who writes TOML reads it."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f'"{each}"' for each in inner)
    if origin is Annotated:
        return type_name(inner[0])
    if origin in (Union, types.UnionType):
        return " or ".join(type_name(each) for each in inner if each is not type(None))
    if origin in (list, tuple, set, frozenset):
        return f"list of {type_name(inner[0])}"
    if origin is dict:
        return f"table of {type_name(inner[1])}"
    names: dict[Any, str] = {str: "text", bool: "true or false", int: "whole number", Any: "any value"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)))


def toml(value: object) -> str:
    """A value as one writes it in TOML; the text of JSON is that, but for tables."""
    if isinstance(value, pydantic.BaseModel):
        return ""
    return json.dumps(value, ensure_ascii=False, default=list)


def setting(name: str, field: FieldInfo) -> str:
    """One row of a table of settings."""
    default = "required" if field.is_required() else ""
    if field.default is not PydanticUndefined and field.default is not None and not isinstance(field.default, SecretStr):
        default = code(toml(field.default))
    return f"| {code(name)} | {cell(type_name(field.annotation))} | {default} | {cell(field.description or '')} |"


def settings_table(model: type[pydantic.BaseModel]) -> list[str]:
    """Name, type, default and meaning of every setting of a model."""
    rows = [setting(name, field) for name, field in model.model_fields.items()]
    return ["| setting | type | default | meaning |", "|---|---|---|---|", *rows] if rows else ["It has no settings."]


def configuration_page() -> str:
    """`b2bkit.toml`, table by table."""
    lines = ["# Configuration", "", prose(config.__doc__), ""]
    plain = []
    for name, field in config.Tables.model_fields.items():
        section = field.annotation
        if inspect.isclass(section) and issubclass(section, pydantic.BaseModel):
            about = (own(section) or "").removeprefix(f"`[{name}]`: ")
            lines += [f"## [{name}]", "", prose(about[:1].upper() + about[1:]), "", *settings_table(section), ""]
        else:
            plain.append(setting(name, field))
    return "\n".join([*lines, "## Free tables", "", "| table | type | default | meaning |", "|---|---|---|---|", *plain, ""])


def plugin_pages() -> Iterator[tuple[str, str]]:
    """A page of settings for each installed plugin of this repository."""
    for entry in sorted(importlib.metadata.entry_points(group="b2bkit.plugins"), key=lambda each: each.name):
        plugin = entry.load()
        about = prose(vars(plugin).get("__doc__")) or prose(inspect.getdoc(inspect.getmodule(plugin)))
        lines = [f"# {entry.name}", "", about, "", f"Version {plugin.version}.", "", f"## [plugins.{entry.name}]", ""]
        yield (
            f"plugins/{entry.name}.md",
            "\n".join([*lines, prose(own(plugin.Settings)), "", *settings_table(plugin.Settings), ""]),
        )


# --- commands -------------------------------------------------------------------------------------------------------------------


def commands(command: click.Command, path: str) -> Iterator[str]:
    """The help of a command and of those below it."""
    context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
    yield f"\n## {path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from commands(below, f"{path} {name}")


def command_page() -> str:
    """Every command of `b2bkit`, with those of the plugins of this repository."""
    from b2bkit.core.cli import group

    return "# Commands\n\nCommands of domains and plugins stand below their names.\n" + "".join(commands(group, "b2bkit"))


def pages() -> Iterator[tuple[str, str]]:
    """Every generated page: its path below `reference/`, and its text."""
    yield from hook_pages()
    yield "configuration.md", configuration_page()
    yield from plugin_pages()
    yield "commands.md", command_page()


def write() -> None:
    """Makes build/docs anew."""
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(ROOT / "docs", TARGET)
    for path, text in pages():
        target = TARGET / "reference" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
