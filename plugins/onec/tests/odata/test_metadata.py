"""$metadata: real and cut ones, a large one in little memory, and what is none."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from b2bkit_onec.line import Line, OneCBroken
from b2bkit_onec.odata.metadata import Schema, read_schema
from b2bkit_onec.odata.names import Absent, resolve, wanted
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said

NS = "{http://schemas.microsoft.com/ado/2009/11/edm}"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0">'
    '<edmx:DataServices><Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="StandardODATA">'
)
TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"


def edmx(*sets: str, **fields: str) -> bytes:
    """$metadata with these sets; `fields` are further types: name -> "Поле:Тип Поле:Тип"."""
    types = "".join(
        f'<EntityType Name="{name}">'
        + "".join('<Property Name="{}" Type="Edm.{}"/>'.format(*one.split(":")) for one in given.split())
        + "</EntityType>"
        for name, given in fields.items()
    )
    named = "".join(f'<EntitySet Name="{name}" EntityType="StandardODATA.{name}"/>' for name in sets)
    return f"{HEAD}{types}<EntityContainer>{named}</EntityContainer>{TAIL}".encode()


@pytest.fixture(scope="module")
def real(data: Path) -> Schema:
    with (data / "odata-onecdc-trade-demo" / "msg001_metadata.xml").open("rb") as source:
        return read_schema(iter(lambda: source.read(1000), b""))


@pytest.fixture(scope="module")
def tree(data: Path) -> etree._ElementTree:
    return etree.parse(data / "odata-onecdc-trade-demo" / "msg001_metadata.xml")


def test_a_real_base_is_read_as_another_reader_reads_it(real: Schema, tree: etree._ElementTree) -> None:
    assert set(real.sets) == {one.get("Name") for one in tree.iter(f"{NS}EntitySet")}
    for one in (*tree.iter(f"{NS}EntityType"), *tree.iter(f"{NS}ComplexType")):
        assert list(real.fields(one.get("Name"))) == [inner.get("Name") for inner in one.iter(f"{NS}Property")]
    assert len(real.functions) == len(list(tree.iter(f"{NS}FunctionImport"))) == 19
    assert (len(real.sets), len(real.types)) == (38, 84)


def test_table_parts_and_functions_of_a_real_base_are_found(real: Schema) -> None:
    assert real.row("Document_ЗаказКлиента", "Товары")["Номенклатура_Key"] == "Guid"
    balance = real.function("AccumulationRegister_ТоварыНаСкладах", "Balance")
    assert balance is not None
    assert real.types[balance.gives]["ВНаличииBalance"] == "Double"
    assert set(balance.parameters) == {"Condition", "Dimensions", "Period"}


def test_a_slice_is_called_on_what_1c_binds_it_to(real: Schema) -> None:
    slice_ = real.function("InformationRegister_СуммыДокументовВВалютахУчета", "SliceLast")
    assert slice_ is not None
    assert slice_.path == "InformationRegister_СуммыДокументовВВалютахУчета_RecordType"


def test_every_cut_file_is_read(data: Path) -> None:
    found = {path.name: read_schema([path.read_bytes()]) for path in (data / "odata-hacker-cb").glob("*.xml")}
    assert len(found) == 9
    assert found["02-document-with-fi.xml"].function("Document_РТУ", "Post") is not None
    assert found["04-accumulation-register.xml"].function("AccumulationRegister_ОстаткиТоваров", "Balance") is not None
    slice_ = found["03-information-register.xml"].function("InformationRegister_ЦеныНоменклатуры", "SliceLast")
    assert slice_ is not None
    assert slice_.path == "InformationRegister_ЦеныНоменклатуры"
    assert read_schema([(data / "odata-baseven" / "metadata.xml").read_bytes()]).fields("TestEntity") == {"ID": "Int32", "Name": "String"}


def large(types: int) -> Iterator[bytes]:
    """About 16 MB as УТ writes it: some 4000 types of 45 fields, most names shared."""
    yield HEAD.encode()
    for number in range(types):
        fields = "".join(
            f'<Property Name="Реквизит{one if one < 30 else number * 100 + one}" Type="Edm.String" Nullable="true"/>\n' for one in range(45)
        )
        yield f'<EntityType Name="Catalog_Справочник{number}"><Key><PropertyRef Name="Ref_Key"/></Key>{fields}</EntityType>'.encode()
    yield b"<EntityContainer>"
    for number in range(types):
        yield f'<EntitySet Name="Catalog_Справочник{number}" EntityType="StandardODATA.Catalog_Справочник{number}"/>'.encode()
    yield f"</EntityContainer>{TAIL}".encode()


@pytest.mark.slow
def test_sixteen_megabytes_take_less_than_a_hundred_of_memory() -> None:
    sent = 0

    def counted() -> Iterator[bytes]:
        nonlocal sent
        for piece in large(4700):
            sent += len(piece)
            yield piece

    tracemalloc.start()
    schema = read_schema(counted())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 15_000_000
    assert len(schema.sets) == 4700
    assert most < 100_000_000


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html><body>Sign in</body></html>",
        HEAD.encode(),
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + HEAD.encode() + TAIL.encode(),
        HEAD.encode() + b"<a>" * 100,
        HEAD.encode() + b"\x01" + TAIL.encode(),
    ],
    ids=["nothing", "page", "half", "doctype", "deep", "control character"],
)
def test_what_is_no_metadata_is_refused(text: bytes) -> None:
    with pytest.raises(OneCBroken):
        read_schema([text])


def test_only_what_the_portal_may_use_keeps_its_fields(real: Schema) -> None:
    assert wanted("Document_ЗаказКлиента_Товары_RowType", {})
    assert wanted("AccumulationRegister_РасчетыСКлиентами_Balance", {})
    assert not wanted("Catalog_ВидыНалогов", {})
    assert wanted("Catalog_ВидыНалогов", {"contract": "Catalog_ВидыНалогов"})


def test_the_order_of_a_real_base_has_all_that_an_order_needs(real: Schema) -> None:
    order = resolve(real, {}).need("order", "orders")
    assert order.entity == "Document_ЗаказКлиента"
    assert order.select("party", "date") == ["Контрагент_Key", "Date"]
    assert order.field("lines/vat_rate") == "СтавкаНДС"
    assert "lines/cancelled" in order


def test_what_a_base_lacks_is_named_with_the_flow(real: Schema) -> None:
    names = resolve(real, {})
    with pytest.raises(Absent, match="settlements") as told:
        names.check("settlements")
    assert "AccumulationRegister_РасчетыСКлиентами/Balance" in told.value.words
    assert {one.name for one in told.value.missing} == {"settlement", "analytics", "currency"}


def test_names_of_the_settings_win_and_may_take_an_object_away(real: Schema) -> None:
    renamed = resolve(real, {"party": "Catalog_Номенклатура", "order": "", "shipment.order": "Партнер"})
    assert renamed.objects["party"].entity == "Catalog_Номенклатура"
    assert "order" in renamed.absent
    assert renamed.objects["shipment"].field("order") == "Партнер"


def test_a_field_that_must_be_there_is_named() -> None:
    schema = read_schema([edmx("Catalog_Валюты", Catalog_Валюты="Ref_Key:Guid Description:String")])
    names = resolve(schema, {})
    assert names.get("currency") is None
    assert [(one.name, one.wanted) for one in names.lacking("currency")] == [("currency.code", ("Code",))]


@pytest.mark.parametrize(
    ("published", "chosen"),
    [
        (("AccumulationRegister_СвободныеОстатки", "AccumulationRegister_ТоварыНаСкладах"), "AccumulationRegister_СвободныеОстатки"),
        (("AccumulationRegister_ЗапасыИПотребности", "AccumulationRegister_ТоварыНаСкладах"), "AccumulationRegister_ЗапасыИПотребности"),
        (("AccumulationRegister_ТоварыНаСкладах",), "AccumulationRegister_ТоварыНаСкладах"),
    ],
    ids=["11.4", "11.5 and ERP", "with goods only"],
)
def test_stock_is_found_under_the_name_of_each_release(published: tuple[str, ...], chosen: str) -> None:
    parts = "".join(
        f'<EntityType Name="{name}"/><ComplexType Name="{name}_Balance"><Property Name="Номенклатура_Key" Type="Edm.Guid"/>'
        '<Property Name="Склад_Key" Type="Edm.Guid"/><Property Name="ВНаличииBalance" Type="Edm.Double"/></ComplexType>'
        f'<EntityContainer><EntitySet Name="{name}" EntityType="StandardODATA.{name}"/><FunctionImport Name="Balance" '
        f'ReturnType="Collection(StandardODATA.{name}_Balance)"><Parameter Name="bindingParameter" Type="StandardODATA.{name}"/>'
        "</FunctionImport></EntityContainer>"
        for name in published
    )
    assert resolve(read_schema([f"{HEAD}{parts}{TAIL}".encode()]), {}).objects["stock"].entity == chosen


def test_metadata_are_asked_for_once_and_kept_for_other_processes(onec: FakeOneC, make_line: MakeLine) -> None:
    body = edmx("Catalog_Валюты", Catalog_Валюты="Ref_Key:Guid Code:String Description:String")
    onec.answer = lambda asked: Said(200, body, {"Content-Type": "application/xml"})
    first, second = make_line(), make_line()
    assert second.known_names() is None
    assert first.names().objects["currency"].entity == "Catalog_Валюты"
    assert second.names().objects["currency"].fields == {"ref": "Ref_Key", "code": "Code", "name": "Description"}
    assert second.known_names() is not None
    assert [one.path.rpartition("/")[2] for one in onec.asked] == ["$metadata"]
    second.forget_names()
    first.names()
    assert len(onec.asked) == 2


def test_metadata_that_are_refused_are_told_as_any_refusal(onec: FakeOneC, line: Line) -> None:
    def refuse(asked: Asked) -> Said:
        return Said(401, b'{"odata.error":{"code":"20","message":{"value":"\xd0\x9d\xd0\xb5\xd1\x82"}}}')

    onec.answer = refuse
    with pytest.raises(Exception, match="401"):
        line.names()
