"""What is published: entities, their properties and table parts, in the shapes of a real $metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY, DEAL, EMPTY, KEY, NO_DATE
from b2bkit_onec.simulate.objects import Cell

STRING, DOUBLE, INT64, INT16 = "Edm.String", "Edm.Double", "Edm.Int64", "Edm.Int16"
BOOLEAN, DATE, GUID = "Edm.Boolean", "Edm.DateTime", "Edm.Guid"
DEFAULTS: Final[Mapping[str, Cell]] = {
    STRING: "", DOUBLE: Decimal(0), INT64: 0, INT16: 0, BOOLEAN: False, DATE: NO_DATE, GUID: EMPTY,
}  # fmt: skip
LETTERS = {"s": STRING, "n": DOUBLE, "i": INT64, "w": INT16, "b": BOOLEAN, "d": DATE, "g": GUID}
UNDEFINED = "StandardODATA.Undefined"


@dataclass(frozen=True, slots=True)
class Property:
    """A property. `length`: characters of a string, 0 without a limit; `target`: the entity that a reference names.

    `composite`: a value of several types, whose type is told by the property `<name>_Type`.
    """

    name: str
    type: str
    length: int = 0
    target: str = ""
    composite: bool = False
    nullable: bool = True

    @property
    def default(self) -> Cell:
        if self.composite:
            return ""
        return UNDEFINED if self.name.endswith("_Type") else DEFAULTS[self.type]


@dataclass(frozen=True, slots=True)
class Part:
    """A table part (Табличная часть); its rows have Ref_Key and LineNumber, too."""

    name: str
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A published object. `key`: names of its key's properties.

    Of a register with a recorder this is the record set, keyed by the recorder; `records` are the properties of a record,
    `dimensions` and `resources` those that make a balance or a slice.
    """

    name: str
    properties: tuple[Property, ...]
    key: tuple[str, ...] = ("Ref_Key",)
    parts: tuple[Part, ...] = ()
    records: tuple[Property, ...] = ()
    dimensions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    by_name: Mapping[str, Property] = field(default_factory=dict, compare=False)

    @property
    def kind(self) -> str:
        """Catalog, Document, Task, BusinessProcess, ExchangePlan, InformationRegister or AccumulationRegister."""
        return self.name.partition("_")[0]

    @property
    def title(self) -> str:
        """The object's name without its kind."""
        return self.name.partition("_")[2]

    @property
    def is_register(self) -> bool:
        return self.kind.endswith("Register")

    def part(self, name: str) -> Part | None:
        """The table part of that name."""
        return next((one for one in self.parts if one.name == name), None)


def properties(words: str) -> tuple[Property, ...]:
    """Properties told briefly: `Имя:s150` a string, `:n :i :w :b :d :g` a plain type, `:c` composite, `:Catalog_X` a reference."""
    found: list[Property] = []
    types: list[Property] = []
    for word in words.split():
        name, _, kind = word.partition(":")
        if kind == "c":
            found.append(Property(name, STRING, composite=True))
            types.append(Property(f"{name}_Type", STRING))
        elif kind[0] in LETTERS and (len(kind) == 1 or kind[1:].isdigit()):
            found.append(Property(name, LETTERS[kind[0]], length=int(kind[1:] or 0)))
        else:
            found.append(Property(f"{name}_Key", GUID, target=kind))
    return (*found, *types)


REF = Property("Ref_Key", GUID, nullable=False)
LINE = Property("LineNumber", INT64, nullable=False)
VERSION = Property("DataVersion", STRING)
MARK = Property("DeletionMark", BOOLEAN)
RECORDER = (Property("Recorder", STRING, composite=True, nullable=False), Property("Recorder_Type", STRING, nullable=False))
CODELESS = frozenset((COUNTERPARTY, CONTRACT, DEAL, KEY))
STANDARD = {
    "Catalog": (REF, *properties("Predefined:b PredefinedDataName:s"), VERSION, *properties("Description:s150 Code:s11"), MARK),
    "Document": (REF, VERSION, *properties("Number:s11 Date:d"), MARK, *properties("Posted:b")),
    "Task": (REF, VERSION, *properties("Number:s14 Date:d"), MARK, *properties("Description:s150 Executed:b")),
    "BusinessProcess": (REF, VERSION, *properties("Number:s11 Date:d"), MARK, *properties("Completed:b Started:b HeadTask_Key:g")),
    "ExchangePlan": (REF, *properties("Code:s36 Description:s150"), VERSION, MARK, *properties("SentNo:i ReceivedNo:i ExchangeDate:d")),
}


def thing(name: str, words: str, **parts: str) -> Entity:
    """A catalogue, document, task, business process or exchange plan with its table parts. Some catalogues have no Code."""
    made = tuple(Part(part, (REF, LINE, *properties(told))) for part, told in parts.items())
    standard = [one for one in STANDARD[name.partition("_")[0]] if one.name != "Code" or name not in CODELESS]
    own = (*standard, *properties(words))
    return Entity(name, own, parts=made, by_name={one.name: one for one in own})


def accumulation(name: str, dimensions: str, resources: str, attributes: str = "") -> Entity:
    """РегистрНакопления of balances, written by recorders."""
    axes, sums = properties(dimensions), properties(resources)
    front = (RECORDER[0], *properties("Period:d"), LINE, *properties("Active:b RecordType:s"))
    return _register(name, (*front, *axes, *sums, *properties(attributes), RECORDER[1]), axes, sums)


def information(name: str, dimensions: str, resources: str) -> Entity:
    """Периодический РегистрСведений, written by recorders."""
    axes, sums = properties(dimensions), properties(resources)
    return _register(name, (RECORDER[0], *properties("Period:d"), LINE, *properties("Active:b"), *axes, *sums, RECORDER[1]), axes, sums)


def _register(name: str, records: tuple[Property, ...], axes: tuple[Property, ...], sums: tuple[Property, ...]) -> Entity:
    return Entity(
        name,
        RECORDER,
        key=("Recorder", "Recorder_Type"),
        records=records,
        dimensions=tuple(one.name for one in axes),
        resources=tuple(one.name for one in sums),
        by_name={one.name: one for one in (*RECORDER, *records)},
    )


def independent(name: str, dimensions: str, resources: str) -> Entity:
    """Независимый РегистрСведений: its records are keyed by its dimensions and have no version."""
    axes = properties(dimensions)
    own = (*axes, *properties(resources))
    return Entity(name, own, key=tuple(one.name for one in axes), by_name={one.name: one for one in own})
