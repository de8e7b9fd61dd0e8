"""$metadata: the EDMX of what is published, in the shapes of a real one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from b2bkit_onec.simulate.odata.model import Entity, Property
from b2bkit_onec.simulate.odata.published import BY_NAME, ENTITIES

EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx"
METADATA = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"
EDM = "http://schemas.microsoft.com/ado/2009/11/edm"
PERIODS = (
    "Period SecondPeriod MinutePeriod HourPeriod DayPeriod WeekPeriod TenDaysPeriod MonthPeriod QuarterPeriod HalfYearPeriod YearPeriod"
)


@cache
def document() -> str:
    """The whole document."""
    types = [text for entity in ENTITIES for text in _types(entity)]
    associations = [_association(entity, one) for entity in ENTITIES for one in _navigations(entity)]
    container = [*_sets(), *_association_sets(), *_functions()]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edmx:Edmx xmlns:edmx="{EDMX}" Version="1.0">\n<edmx:DataServices xmlns:m="{METADATA}"'
        f' m:DataServiceVersion="3.0" m:MaxDataServiceVersion="3.0">\n<Schema xmlns="{EDM}" Namespace="StandardODATA">\n'
        + "".join((*types, *associations))
        + '<EntityContainer Name="EnterpriseV8" m:IsDefaultEntityContainer="true">\n'
        + "".join(container)
        + "</EntityContainer>\n</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n"
    )


def _property(one: Property) -> str:
    return f'<Property Name="{one.name}" Type="{one.type}" Nullable="{"true" if one.nullable else "false"}"/>\n'


def _collection(owner: str, name: str, suffix: str, *, nullable: bool = True) -> str:
    told = "true" if nullable else "false"
    return f'<Property Name="{name}" Type="Collection(StandardODATA.{owner}_{suffix})" Nullable="{told}"/>\n'


def _entity_type(name: str, key: Iterable[str], inner: str, *, open_type: bool = False) -> str:
    refs = "".join(f'<PropertyRef Name="{one}"/>\n' for one in key)
    mark = ' OpenType="true"' if open_type else ""
    return f'<EntityType Name="{name}"{mark}>\n<Key>\n{refs}</Key>\n{inner}</EntityType>\n'


def _complex(name: str, properties: Iterable[Property]) -> str:
    return f'<ComplexType Name="{name}">\n{"".join(map(_property, properties))}</ComplexType>\n'


def _navigations(entity: Entity) -> list[Property]:
    return [one for one in entity.properties if one.target in BY_NAME]


def _types(entity: Entity) -> Iterable[str]:
    if entity.records:
        yield from _register_types(entity)
        return
    parts = "".join(_collection(entity.name, part.name, f"{part.name}_RowType") for part in entity.parts)
    links = "".join(_link(entity, one) for one in _navigations(entity))
    yield _entity_type(entity.name, entity.key, "".join(map(_property, entity.properties)) + parts + links)
    for part in entity.parts:
        yield _entity_type(f"{entity.name}_{part.name}", ("Ref_Key", "LineNumber"), "".join(map(_property, part.properties)))
        yield _complex(f"{entity.name}_{part.name}_RowType", part.properties)


def _register_types(entity: Entity) -> Iterable[str]:
    records = _collection(entity.name, "RecordSet", "RowType", nullable=False)
    own = _property(entity.properties[0]) + records + _property(entity.properties[1])
    yield _entity_type(entity.name, entity.key, own, open_type=True)
    key = ("Recorder", "LineNumber", "Recorder_Type") if entity.kind == "AccumulationRegister" else _slice_key(entity)
    yield _entity_type(f"{entity.name}_RecordType", key, "".join(map(_property, entity.records)), open_type=True)
    yield _complex(f"{entity.name}_RowType", entity.records)
    if entity.kind == "AccumulationRegister":
        axes = [one for one in entity.records if one.name in entity.dimensions]
        yield _complex(f"{entity.name}_Balance", (*axes, *_sums(entity, "Balance")))
        moments = [Property(name, "Edm.DateTime") for name in PERIODS.split()]
        yield _complex(f"{entity.name}_Turnover", (*axes, *moments, *_sums(entity, "Turnover", "Receipt", "Expense")))


def _slice_key(entity: Entity) -> tuple[str, ...]:
    return ("Recorder", "Period", *(name for name in entity.dimensions if not name.endswith("_Type")), "Recorder_Type")


def _sums(entity: Entity, *suffixes: str) -> list[Property]:
    return [Property(f"{name}{suffix}", "Edm.Double") for name in entity.resources for suffix in suffixes]


def _link(entity: Entity, one: Property) -> str:
    name = one.name.removesuffix("_Key")
    return f'<NavigationProperty Name="{name}" Relationship="StandardODATA.{entity.name}_{name}" FromRole="Begin" ToRole="End"/>\n'


def _association(entity: Entity, one: Property) -> str:
    name = f"{entity.name}_{one.name.removesuffix('_Key')}"
    return (
        f'<Association Name="{name}">\n<End Role="Begin" Type="StandardODATA.{entity.name}" Multiplicity="*"/>\n'
        f'<End Role="End" Type="StandardODATA.{one.target}" Multiplicity="0..1"/>\n</Association>\n'
    )


def _names(entity: Entity) -> Iterable[str]:
    yield entity.name
    if entity.records:
        yield f"{entity.name}_RecordType"
    for part in entity.parts:
        yield f"{entity.name}_{part.name}"


def _sets() -> Iterable[str]:
    for entity in ENTITIES:
        for name in _names(entity):
            yield f'<EntitySet Name="{name}" EntityType="StandardODATA.{name}"/>\n'


def _association_sets() -> Iterable[str]:
    for entity in ENTITIES:
        for one in _navigations(entity):
            name = f"{entity.name}_{one.name.removesuffix('_Key')}"
            yield (
                f'<AssociationSet Name="{name}" Association="StandardODATA.{name}">\n<End Role="Begin" EntitySet="{entity.name}"/>\n'
                f'<End Role="End" EntitySet="{one.target}"/>\n</AssociationSet>\n'
            )


def _function(name: str, bound: str, result: str, parameters: str, *, changes: bool) -> str:
    told = f' ReturnType="Collection(StandardODATA.{result})"' if result else ""
    inner = "".join(
        f'<Parameter Name="{one}" Type="Edm.{kind}"/>\n' for one, _, kind in (word.partition(":") for word in parameters.split())
    )
    return (
        f'<FunctionImport Name="{name}" IsBindable="true" IsSideEffecting="{"true" if changes else "false"}"{told}>\n'
        f'<Parameter Name="bindingParameter" Type="StandardODATA.{bound}"/>\n{inner}</FunctionImport>\n'
    )


def _functions() -> Iterable[str]:
    for entity in ENTITIES:
        name = entity.name
        if entity.kind == "Document":
            for method in ("Post", "Unpost"):
                yield _function(method, name, "", "PostingModeOperational:Boolean", changes=True)
        elif entity.kind == "Task":
            yield _function("ExecuteTask", name, "", "", changes=True)
        elif entity.kind == "BusinessProcess":
            yield _function("Start", name, "", "", changes=True)
        elif entity.kind == "InformationRegister" and entity.records:
            for method in ("SliceLast", "SliceFirst"):
                record = f"{name}_RecordType"
                yield _function(method, record, record, "Condition:String Period:DateTime", changes=False)
        elif entity.kind == "AccumulationRegister":
            yield _function("Balance", name, f"{name}_Balance", "Condition:String Dimensions:String Period:DateTime", changes=False)
