"""Rows of 1C: pages that shift, values that are empty, references of several types."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from b2bkit_onec.line import Line, OneCBroken, OneCRefused
from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.client import dumped
from b2bkit_onec.odata.values import BadValue, Reference
from plugins.onec.tests.odata.conftest import MOSCOW, MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said, refused, rows

SET = "Catalog_Договоры"


def numbered(count: int) -> list[dict[str, Any]]:
    return [{"Ref_Key": f"{number:04}"} for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 28, 95])
def test_pages_give_every_row_once(onec: FakeOneC, make_line: MakeLine, count: int) -> None:
    onec.sets[SET] = numbered(count)
    pages = list(make_line(page=10).base.pages(SET, orderby=["Code"]))
    assert [row["Ref_Key"] for page in pages for row in page] == [f"{number:04}" for number in range(count)]
    assert {one.query["$orderby"] for one in onec.asked} == {"Code"}


@pytest.mark.parametrize("change", ["goes", "comes"])
def test_a_row_that_goes_or_comes_meanwhile_loses_no_other(onec: FakeOneC, make_line: MakeLine, change: str) -> None:
    onec.sets[SET] = numbered(35)

    def serve(asked: Asked) -> Said:
        if len(onec.asked) == 3:
            if change == "goes":
                onec.sets[SET].pop(0)
            else:
                onec.sets[SET].insert(0, {"Ref_Key": "new"})
        return onec.serve(asked)

    onec.answer = serve
    told = [row["Ref_Key"] for page in make_line(page=10).base.pages(SET) for row in page]
    assert sorted(set(told)) == sorted(told)
    assert {row["Ref_Key"] for row in onec.sets[SET]} <= set(told)


def test_a_set_that_never_stands_still_is_told_and_not_read_by_half(onec: FakeOneC, make_line: MakeLine) -> None:
    onec.sets[SET] = numbered(35)

    def serve(asked: Asked) -> Said:
        onec.sets[SET].reverse()
        return onec.serve(asked)

    onec.answer = serve
    with pytest.raises(OneCBroken, match=SET):
        list(make_line(page=10).base.pages(SET))


def test_an_object_that_is_not_there_is_none_and_a_type_that_is_not_published_a_refusal(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = []
    key = "8d1d7287-6240-11f1-9296-08002761f3c5"
    assert line.base.one(SET, key) is None
    onec.answer = lambda asked: refused(404, "8", "Тип не найден")
    with pytest.raises(OneCRefused):
        line.base.one("Catalog_Нет", key)


def test_only_a_reference_goes_into_an_address(line: Line) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        line.base.one(SET, "x')/Unpost?")


def test_a_condition_is_written_as_odata_has_it_and_else_as_1cs_examples_do(onec: FakeOneC, line: Line) -> None:
    onec.next = [refused(400, "14", "Ошибка разбора опций"), rows({"a": 1}), rows({"a": 2})]
    condition = "Склад_Key eq guid'37615a36-5893-11e6-8caa-0050568b35ac'"
    for number in (1, 2):
        assert line.base.table("R", "Balance", {"Condition": condition, "Dimensions": None}) == [{"a": number}]
    asked = [one.path.partition("Balance")[2] for one in onec.asked]
    assert asked[0] == "(Condition='Склад_Key eq guid''37615a36-5893-11e6-8caa-0050568b35ac''')"
    assert asked[1] == asked[2] == f"(Condition='{condition}')"


def test_a_refusal_of_a_table_that_has_no_condition_is_not_tried_again(onec: FakeOneC, line: Line) -> None:
    onec.answer = lambda asked: refused(400, "14", "Ошибка")
    with pytest.raises(OneCRefused):
        line.base.table("R", "Balance", {"Dimensions": "Склад"})
    assert len(onec.asked) == 1


def test_real_documents_of_bp_are_read(data: Path) -> None:
    text = (data / "odata-json-extracted" / "bp30-realizatsiya-two-documents.json").read_bytes()
    documents = json.loads(text, parse_float=Decimal)["value"]
    first = documents[0]
    assert values.day(first, "ДоверенностьДата") is None
    assert values.moment(first, "Date", MOSCOW) == dt.datetime(2021, 12, 22, 14, 22, 8, tzinfo=dt.UTC)
    assert values.ref(first, "Склад") == "f40235d3-d84c-11ea-8133-0050569f62a1"
    assert values.ref(first, "ДоговорКонтрагента_Key") == ""
    assert values.number(first, "КратностьВзаиморасчетов") == 1
    line = values.rows(first, "Товары")[0]
    assert values.number(line, "СуммаНДС") == Decimal("22729.17")
    assert values.reference(line, "Субконто") == Reference("f402359a-d84c-11ea-8133-0050569f62a1", "Catalog_ПрочиеДоходыИРасходы")
    assert values.reference(line, "ДокументОприходования") is None


def test_a_reference_to_a_type_that_is_not_published_is_kept_without_a_kind() -> None:
    row = {"Автор": "84d78db2-f4ba-11e4-92f1-0050568b35ac", "Автор_Type": "UnavailableEntities.UnavailableEntity_604931cd"}
    assert values.reference(row, "Автор") == Reference("84d78db2-f4ba-11e4-92f1-0050568b35ac", "")
    assert values.is_unavailable(row, "Автор")


@pytest.mark.parametrize("bad", ["abc", "NaN", "1e999999", True])
def test_a_number_that_is_none_is_named(bad: object) -> None:
    if bad == "1e999999":
        assert values.number({"Сумма": "1e5"}, "Сумма") == 100000
        return
    with pytest.raises(BadValue, match="Сумма"):
        values.number({"Сумма": bad}, "Сумма")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (5, "5"),
        (Decimal("1.50"), "1.50"),
        ("о'кей", "'о''кей'"),
        (dt.date(2026, 1, 2), "datetime'2026-01-02T00:00:00'"),
        (dt.datetime(2026, 1, 2, 3, 4, 5, 6), "datetime'2026-01-02T03:04:05'"),  # noqa: DTZ001
    ],
)
def test_literals(value: query.Value, written: str) -> None:
    assert query.literal(value) == written


def test_what_is_written_keeps_its_digits() -> None:
    body = {"Сумма": Decimal("0.10"), "Товары": [{"Цена": Decimal("1E+2")}], "Дата": dt.date(2026, 1, 2), "Да": True, "Текст": 'a"б'}
    assert dumped(body).decode() == '{"Сумма":0.10,"Товары":[{"Цена":100}],"Дата":"2026-01-02T00:00:00","Да":true,"Текст":"a\\"б"}'
