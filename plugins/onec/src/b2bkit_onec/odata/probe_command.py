"""`b2bkit onec probe`: connects with a 1C and says which flows can work, what to paste into b2bkit.toml, and what 1C's user lacks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from b2bkit.core.config import parse
from b2bkit.core.errors import ConfigError, ConfigProblem
from b2bkit.core.extend.load import choose, source_of
from b2bkit_onec.line import LineError, open_line
from b2bkit_onec.odata import probe as looking
from b2bkit_onec.odata.client import ODataClient
from b2bkit_onec.odata.metadata import Schema, read_schema
from b2bkit_onec.odata.names import Missing, Names, wanted
from b2bkit_onec.settings import OneCSettings

VARIABLE: Final = "B2BKIT_ONEC_ODATA_PASSWORD"
ALL_WELL, LACKING, NO_ANSWER = 0, 1, 2


@click.command("probe")
@click.option(
    "-c",
    "--config",
    default=Path("."),
    type=click.Path(path_type=Path),
    show_default=True,
    help="b2bkit.toml or its folder: settings are read there.",
)
@click.option("--url", default="", help="Another 1C than that of b2bkit.toml: address up to the base's name.")
@click.option("--login", default="portal", show_default=True, help=f"User of 1C, with --url. The password is {VARIABLE}.")
@click.option(
    "--metadata", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A saved $metadata; nobody is called."
)
@click.pass_context
def probe(context: click.Context, config: Path, url: str, login: str, file: Path | None) -> None:
    """Look at a 1C: which flows can work by OData, what its user lacks, and what to write into b2bkit.toml.

    Changes nothing, neither here nor in 1C. The exit code is 0 when every flow can work, 1 when something is missing or refused, 2 when 1C
    gives no answer.
    """
    if file is not None:
        with file.open("rb") as source:
            schema = _schema(iter(lambda: source.read(1 << 16), b""), {}, context)
        context.exit(_tell(schema, {}, None))
    settings, folder = _named(url, login) if url else _configured(config)
    if settings.odata is None:
        raise click.ClickException("b2bkit.toml has no table [plugins.onec.odata]; add it, or give --url")
    line = open_line(settings, folder=folder, data=None, zone=ZoneInfo("UTC"))
    try:
        context.exit(_look(line.base, dict(settings.odata.names), context))
    finally:
        line.close()


def _named(url: str, login: str) -> tuple[OneCSettings, Path]:
    if not os.environ.get(VARIABLE):
        raise click.ClickException(f"{VARIABLE} is missing; set it to the password of 1C's user")
    given = {"odata": {"url": url, "login": login, "timeout_seconds": 600}, "odata_password": os.environ[VARIABLE]}
    return OneCSettings.model_validate({"password": "not needed here", **given}), Path()


def _configured(config: Path) -> tuple[OneCSettings, Path]:
    """The plugin's table alone: a probe comes before everything else works."""
    from b2bkit_onec.plugin import OneCPlugin

    parsed = parse(config)
    tables = parsed.raw.get("plugins", {})
    if "onec" not in tables:
        raise ConfigError(parsed.problems or [ConfigProblem(str(parsed.file), "plugins.onec", "is missing", "add it, or give --url")])
    problems: list[ConfigProblem] = []
    chosen = choose(replace(parsed, raw={"plugins": {"onec": tables["onec"]}}), {"onec": source_of(OneCPlugin)}, problems)
    if problems:
        raise ConfigError(problems)
    settings = chosen[0].settings
    assert isinstance(settings, OneCSettings)
    return settings, parsed.file.parent


def _schema(chunks: Iterable[bytes], overrides: dict[str, str], context: click.Context) -> Schema:
    try:
        return read_schema(chunks, wanted=lambda name: wanted(name, overrides))
    except LineError as error:
        click.echo(f"WRONG    $metadata      {error}")
        context.exit(NO_ANSWER)


def _look(client: ODataClient, overrides: dict[str, str], context: click.Context) -> int:
    size, began = 0, time.monotonic()
    try:
        with client.metadata() as chunks:

            def counted() -> Iterator[bytes]:
                nonlocal size
                for piece in chunks:
                    size += len(piece)
                    yield piece

            schema = read_schema(counted(), wanted=lambda name: wanted(name, overrides))
    except LineError as error:
        click.echo(f"WRONG    connection     {error.words} -> {error.cure}")
        return NO_ANSWER
    click.echo(f"ok       connection     {client.url}: $metadata has {size / 1e6:.1f} MB and took {time.monotonic() - began:.1f} s")
    return _tell(schema, overrides, client)


def _tell(schema: Schema, overrides: dict[str, str], client: ODataClient | None) -> int:
    names, flows = looking.examine(schema, overrides)
    click.echo(
        f"ok       published      {len(schema.sets)} sets; looks like {looking.release(schema) or 'no configuration that is known here'}"
    )
    for flow in flows:
        if flow.missing:
            click.echo(f"MISSING  {flow.name:<14} {_lacks(flow.missing)}")
        else:
            click.echo(f"ok       {flow.name:<14}" + (f" without {_lacks(flow.poorer)}" if flow.poorer else ""))
    refused = _rights(client, names) if client is not None else 0
    _advise(names, flows)
    return LACKING if refused or any(flow.missing for flow in flows) else ALL_WELL


def _lacks(missing: Sequence[Missing]) -> str:
    return "; ".join(f"{one.name} (1C: {' or '.join(one.wanted) or '-'})" for one in missing)


def _rights(client: ODataClient, names: Names) -> int:
    """Tries every object; returns how many were refused or did not answer."""
    wrong, took = 0, 0.0
    for tried in looking.try_objects(client, names):
        took = max(took, tried.seconds)
        slow = f"  slow: {tried.seconds:.1f} s" if tried.seconds > looking.SLOW_SECONDS else ""
        if tried.status != 200:
            wrong += 1
            what = {0: "SILENT ", 401: "NO RIGHT", 403: "NO RIGHT"}.get(tried.status, "REFUSED")
            click.echo(f"{what:<8} {tried.name:<14} {tried.entity}: {tried.words}{slow}")
        elif slow:
            click.echo(f"ok       {tried.name:<14} {tried.entity}{slow}")
    click.echo(f"{'ok' if not wrong else 'WRONG':<8} rights         {len(names.objects)} objects tried, the slowest took {took:.1f} s")
    return wrong


def _advise(names: Names, flows: list[looking.Flow]) -> None:
    publish = looking.to_publish(flows)
    if publish:
        click.echo(
            "\nPublish for OData what is missing: in 1C, processing “Настройка автоматического REST-сервиса”, or once, on the server:\n"
        )
        click.echo("  Состав = ПолучитьСоставСтандартногоИнтерфейсаOData();")
        for path in publish:
            click.echo(f"  Состав.Добавить({path});")
        click.echo("  УстановитьСоставСтандартногоИнтерфейсаOData(Состав);")
    toml = looking.mapping(names, flows)
    if toml:
        click.echo(f"\nFor b2bkit.toml:\n\n{toml}")
