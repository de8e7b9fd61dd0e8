"""Every real file of 1C is counted to the last digit, twice: by an independent oracle and by ElementTree's XPath."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import Refused
from b2bkit_onec.commerceml.tally import Tally
from b2bkit_onec.read_command import read as read_command

FOLDER = Path(os.environ.get("B2BKIT_ONEC_DATA") or Path(__file__).parents[4].parent / "shared" / "data" / "onec")
ORACLE = FOLDER / "EXPECTED.json"
EXPECTED: dict[str, dict[str, int | str]] = json.loads(ORACLE.read_text("utf-8")) if ORACLE.is_file() else {}
absent = pytest.mark.skipif(not EXPECTED, reason=f"1C's files are not in {FOLDER}; set B2BKIT_ONEC_DATA to their folder")


def tally(path: Path) -> Tally:
    counted = Tally()
    for item in read(path):
        counted.add(item)
    return counted


@absent
def test_the_oracle_speaks_of_at_least_118_files() -> None:
    assert len(EXPECTED) >= 118


@absent
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_counts_and_sums_of_a_real_file_match_the_oracle_to_the_last_digit(name: str) -> None:
    assert tally(FOLDER / name).report() == EXPECTED[name]


CATALOGUES = [
    "1coutlet/2018-02-23/import0_1.xml",
    "bogutski/import-20170914.xml",
    "devsandk/import.xml",
    "dialdev/2016-12-09/import.xml",
    "dobromyslov/import0_1_with_nested_groups.xml",
    "imega/import.xml",
    "irpsv-cs-cart/import.xml",
    "kickgoods/import.xml",
    "rbdi-epc/import.xml",
    "turumburum/import-3.1.xml",
    "vilmed/import.xml",
    "freesport/goods.xml",
]
OFFERS = [
    "1coutlet/2018-02-23/offers0_1.xml",
    "bogutski/offers-20170914.xml",
    "devsandk/offers.xml",
    "dialdev/state-2/offers.xml",
    "irpsv-cs-cart/offers.xml",
    "kcms/2015-05-17/offers.xml",
    "kickgoods/offers.xml",
    "rbdi-epc/offers.xml",
    "freesport/prices.xml",
    "freesport/rests.xml",
]


def _number(element: ET.Element | None) -> Decimal:
    return Decimal(element.text.strip()) if element is not None and element.text and element.text.strip() else Decimal(0)


@absent
@pytest.mark.parametrize("name", CATALOGUES)
def test_goods_and_groups_match_a_second_count_by_xpath(name: str) -> None:
    root = ET.parse(FOLDER / name).getroot()
    got = tally(FOLDER / name).report()
    goods = root.findall(".//{*}Каталог/{*}Товары/{*}Товар")
    assert got.get("goods", 0) == len(goods)
    assert got.get("goods_unique_ids", 0) == len({(good.findtext("{*}Ид") or "").strip() for good in goods})
    assert got.get("images", 0) == sum(1 for good in goods for one in good.findall("{*}Картинка") if (one.text or "").strip())
    assert got.get("groups", 0) == len(root.findall("{*}Классификатор//{*}Группа"))
    assert got.get("group_roots", 0) == len(root.findall("{*}Классификатор/{*}Группы/{*}Группа"))
    assert got.get("properties", 0) == len(root.findall("{*}Классификатор//{*}Свойство"))


@absent
@pytest.mark.parametrize("name", OFFERS)
def test_offers_prices_and_stock_match_a_second_count_by_xpath(name: str) -> None:
    root = ET.parse(FOLDER / name).getroot()
    got = tally(FOLDER / name).report()
    offers = root.findall(".//{*}Предложения/{*}Предложение")
    prices = root.findall(".//{*}Предложение/{*}Цены/{*}Цена")
    assert got.get("offers", 0) == len(offers)
    assert got.get("prices", 0) == len(prices)
    assert Decimal(got.get("price_sum", "0")) == sum((_number(one.find("{*}ЦенаЗаЕдиницу")) for one in prices), Decimal(0))
    assert Decimal(got.get("qty_sum", "0")) == sum((_number(one.find("{*}Количество")) for one in offers), Decimal(0))
    by_attribute = [one.get("КоличествоНаСкладе", "0") for one in root.findall(".//{*}Предложение/{*}Склад")]
    by_element = root.findall(".//{*}Предложение/{*}Остатки/{*}Остаток/{*}Склад/{*}Количество")
    assert got.get("stock_rows", 0) == len(by_attribute) + len(by_element)
    total = sum(map(Decimal, by_attribute), Decimal(0)) + sum(map(_number, by_element), Decimal(0))
    assert Decimal(got.get("stock_sum", "0")) == total


@absent
@pytest.mark.parametrize(
    ("name", "line", "code"),
    [
        ("devsandk-utf8-declared-cp1251.xml", 2, "declared-cp1251-is-utf8"),
        ("kovtunivan-double-xml-declaration.xml", 1, "two-declarations"),
    ],
)
def test_a_broken_real_file_gives_one_error_with_place_cause_and_cure(name: str, line: int, code: str) -> None:
    with pytest.raises(BrokenFile) as caught:
        list(read(FOLDER / "BAD" / name))
    assert (caught.value.file, caught.value.line, caught.value.code) == (name, line, code)
    assert caught.value.reason
    assert caught.value.cure


@absent
def test_an_empty_price_is_named_with_its_offer_and_the_other_prices_are_kept() -> None:
    refused = [one for one in read(FOLDER / "dialdev/2016-12-09/offers.xml") if isinstance(one, Refused)]
    assert len(refused) == 8
    assert {(one.element, one.code, one.whole) for one in refused} == {("Цена", "no-value", False)}
    assert all(one.item_id for one in refused)


@absent
def test_the_command_counts_files_archives_and_folders_and_tells_broken_ones() -> None:
    done = CliRunner().invoke(read_command, [str(FOLDER / "sukhikh18"), str(FOLDER / "BAD")])
    told = json.loads(done.output)
    assert done.exit_code == 1
    assert set(told["files"]) == {"import0_1.xml", "import0_1.zip/import0_1.xml", "offers0_1.xml"}
    assert told["files"]["import0_1.xml"] == EXPECTED["sukhikh18/import0_1.xml"]
    assert told["total"]["goods"] == 10
    assert told["total"]["goods_unique_ids"] == 5
    assert [one["code"] for one in told["broken"]] == ["declared-cp1251-is-utf8", "two-declarations"]


@absent
def test_the_command_of_one_good_file_prints_its_counts_and_succeeds() -> None:
    done = CliRunner().invoke(read_command, [str(FOLDER / "akuraga" / "to.cp1251.xml")])
    assert done.exit_code == 0
    assert json.loads(done.output)["files"] == {"to.cp1251.xml": EXPECTED["akuraga/to.cp1251.xml"]}
