"""What a 1C can do for the portal: read from its $metadata, tried object by object, told as a report with what to do."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from b2bkit_onec.line.errors import LineError, OneCRefused
from b2bkit_onec.odata import query
from b2bkit_onec.odata.aliases import ALIASES, NEEDS
from b2bkit_onec.odata.client import ODataClient
from b2bkit_onec.odata.metadata import Schema
from b2bkit_onec.odata.names import Found, Missing, Names, resolve

# how a set's prefix is written in 1C's language
_KINDS: Final = {
    "Catalog": "Справочники", "Document": "Документы", "InformationRegister": "РегистрыСведений",
    "AccumulationRegister": "РегистрыНакопления",    "ExchangePlan": "ПланыОбмена", "Task": "Задачи", "BusinessProcess": "БизнесПроцессы",
}  # fmt: skip
_ERP: Final = ("Catalog_РесурсныеСпецификации", "Document_ЗаказНаПроизводство2_2", "Document_ЭтапПроизводства2_2")
SLOW_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow. It can work when nothing is missing; `poorer` would add to it."""

    name: str
    missing: tuple[Missing, ...]
    poorer: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """An object that was asked for a row: seconds, and 1C's words when it refused. `status` 0: no answer at all."""

    name: str
    entity: str
    seconds: float
    status: int = 200
    words: str = ""


def examine(schema: Schema, overrides: Mapping[str, str]) -> tuple[Names, list[Flow]]:
    """Names in the base, and every flow that OData can carry."""
    names = resolve(schema, overrides)
    return names, [Flow(flow, names.missing(flow), names.poorer(flow)) for flow in NEEDS]


def release(schema: Schema) -> str:
    """The configuration as its published objects suggest; "" when they suggest none."""
    there = set(schema.sets)
    if there.intersection(_ERP):
        return "ERP 2.5"
    if {"InformationRegister_ЦеныНоменклатуры25", "AccumulationRegister_ЗапасыИПотребности", "Catalog_СтавкиНДС"} & there:
        return "Trade Management 11.5 or ERP 2.5"
    if "СтавкаНДС_Key" in schema.row("Document_ЗаказКлиента", "Товары"):
        return "Trade Management 11.5 or ERP 2.5"
    if "AccumulationRegister_СвободныеОстатки" in there or "Document_ЗаказКлиента" in there:
        return "Trade Management 11.4"
    if "Document_ЗаказПокупателя" in there:
        return "Small Business (УНФ): its objects have other names, the site exchange suits it"
    if "Document_СчетНаОплатуПокупателю" in there:
        return "Accounting (БП): it keeps no orders, the site exchange suits it for nothing but papers"
    return ""


def try_objects(client: ODataClient, names: Names, clock: Callable[[], float] = time.monotonic) -> Iterator[Tried]:
    """Asks each object that was found for one row, or its virtual table for none, as the user of 1C."""
    for found in names.objects.values():
        began = clock()
        status, words = 200, ""
        try:
            _ask(client, found)
        except OneCRefused as refused:
            status, words = refused.status, refused.words
        except LineError as error:
            status, words = 0, error.words
        yield Tried(found.name, found.entity, clock() - began, status, words)


def _ask(client: ODataClient, found: Found) -> None:
    """A condition that nothing meets keeps 1C from counting a whole register."""
    if not found.function:
        client.get(found.entity, top=1)
        return
    key = next((columns[0] for columns in found.columns.values() if columns[0].endswith("_Key")), "")
    condition = f"{key} eq guid'{query.EMPTY}'" if key else None
    client.table(found.path, found.function, {"Condition": condition}, tries=1)


def to_publish(flows: Iterable[Flow]) -> list[str]:
    """Objects that flows lack, as 1C's УстановитьСоставСтандартногоИнтерфейсаOData wants them: Метаданные.Справочники.Валюты."""
    wanted: dict[str, None] = {}
    for flow in flows:
        for one in flow.missing:
            if "." not in one.name:
                wanted.update(dict.fromkeys(_path(name) for name in one.wanted[:1]))
    return [one for one in wanted if one]


def _path(name: str) -> str:
    kind, _underscore, rest = name.partition("/")[0].partition("_")
    return f"Метаданные.{_KINDS[kind]}.{rest}" if kind in _KINDS else ""


def similar(schema: Schema, missing: Missing) -> list[str]:
    """Published objects whose names are near to those that were looked for: perhaps this base calls it so."""
    found: dict[str, None] = {}
    for name in missing.wanted:
        bare = name.partition("/")[0]
        prefix = bare.partition("_")[0]
        there = [one for one in schema.sets if one.startswith(f"{prefix}_") and one.count("_") == bare.count("_")]
        found.update(dict.fromkeys(difflib.get_close_matches(bare, there, 2, 0.75)))
    return list(found)


def mapping(names: Names, flows: Iterable[Flow]) -> str:
    """TOML to paste: the flows that can go by OData, and names where this base has other ones than the first of the table."""
    lines = ["[plugins.onec.odata.names]"]
    for name, alias in ALIASES.items():
        found = names.objects.get(name)
        if found is None:
            lines += [f'# {name} = "{near}"  # perhaps' for near in similar(names.schema, names.absent[name])[:1]]
        elif found.entity != alias.names[0]:
            lines.append(f'{name} = "{found.entity}"')
    if len(lines) == 1:
        lines = []
    for flow in flows:
        if not flow.missing and flow.name != "live":
            lines += ["", f"[plugins.onec.flows.{flow.name}]", 'way = "odata"']
    return "\n".join(lines).strip()
