"""Real catalogues of different origin in the database, counted against an independent oracle and against XPath."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from b2bkit.core.catalog.models import Category, CategoryClosure, Product, Stock
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.erp.service import freshness
from b2bkit.core.pricing.models import Price
from b2bkit.testing.portal import Portal
from b2bkit_onec.commerceml.values import currency
from b2bkit_onec.models import Variant
from plugins.onec.tests.exchange.onec import EXPECTED, FOLDER, OneC, absent, upload

# folder of one origin -> goods, and offers where there are some
SETS = {
    "1coutlet": ("1coutlet/2018-02-23/import0_1.xml", "1coutlet/2018-02-23/offers0_1.xml"),
    "alfredotg": ("alfredotg/import.xml", "alfredotg/offer.xml"),
    "artemsway": ("artemsway/import0_1.xml", "artemsway/offers0_1.xml"),
    "bogutski": ("bogutski/import-20170914.xml", "bogutski/offers-20170914.xml"),
    "carono-yii2": ("carono-yii2/import.xml", "carono-yii2/offers.xml"),
    "denis-777": ("denis-777/import-1.xml", "denis-777/offers-1.xml"),
    "devsandk": ("devsandk/import.xml", "devsandk/offers.xml"),
    "dialdev": ("dialdev/2016-12-09/import.xml", "dialdev/2016-12-09/offers.xml"),
    "dobromyslov": ("dobromyslov/import0_1_with_nested_groups.xml", "dobromyslov/offers0_1.xml"),
    "freesport": ("freesport/goods.xml", "freesport/prices.xml"),
    "gillbeits": ("gillbeits/tests-import.xml", "gillbeits/tests-offers.xml"),
    "irpsv-cs-cart": ("irpsv-cs-cart/import.xml", "irpsv-cs-cart/offers.xml"),
    "kickgoods": ("kickgoods/import.xml", "kickgoods/offers.xml"),
    "rbdi-epc": ("rbdi-epc/import.xml", "rbdi-epc/offers.xml"),
    "sukhikh18": ("sukhikh18/import0_1.xml", "sukhikh18/offers0_1.xml"),
    "turumburum": ("turumburum/import-3.1.xml", ""),
    "vilmed": ("vilmed/import.xml", ""),
}


def sent_as(path: str) -> str:
    return path.replace("/", "_")


class Oracle:
    """What a set of files must become, by ElementTree and XPath alone."""

    def __init__(self, goods: str, offers: str) -> None:
        self.goods = [_id(one) for one in ET.parse(FOLDER / goods).getroot().findall(".//{*}Каталог/{*}Товары/{*}Товар")]
        root = ET.parse(FOLDER / offers).getroot() if offers else ET.Element("none")
        known = set(self.goods)
        declared = root.findall(".//{*}ТипыЦен/{*}ТипЦены")
        self.currencies = {(one.findtext("{*}Ид") or "").strip(): currency(one.findtext("{*}Валюта") or "") for one in declared}
        found = {_id(one): one for one in root.findall(".//{*}Предложения/{*}Предложение") if one.find("{*}Ид") is not None}
        self.taken = {id_: one for id_, one in found.items() if id_ in known or ("#" in id_ and id_.partition("#")[0] in known)}
        self.made = self.taken.keys() - known

    def prices(self) -> dict[tuple[str, str, Decimal], Decimal]:
        """(product, type, from) -> price per base unit; zeros are none, one in another currency than its type's is refused,
        an offer that is marked as deleted has none."""
        found: dict[tuple[str, str, Decimal], Decimal] = {}
        for id_, offer in self.taken.items():
            if (offer.get("Статус") or offer.findtext("{*}Статус")) == "Удален" or offer.findtext("{*}ПометкаУдаления") == "true":
                continue
            for one in offer.findall("{*}Цены/{*}Цена"):
                text, factor = one.findtext("{*}ЦенаЗаЕдиницу"), Decimal(one.findtext("{*}Коэффициент") or 1)
                value = (Decimal(text) / factor).quantize(Decimal("0.0001"), ROUND_HALF_UP) if text else Decimal(0)
                start = Decimal(one.findtext("{*}МинКоличество") or one.findtext("{*}КоличествоОт") or 0)
                kind, said = (one.findtext("{*}ИдТипаЦены") or "").strip(), currency(one.findtext("{*}Валюта") or "")
                if value and said in ("", self.currencies.get(kind, "") or said):
                    found[id_, kind, start] = value
        return found

    def stock(self) -> Decimal:
        """Everything that is free, less than nothing being nothing."""
        total = Decimal(0)
        for offer in self.taken.values():
            rows = [Decimal(one.get("КоличествоНаСкладе", "0")) for one in offer.findall("{*}Склад")]
            rows += [Decimal(one.text or 0) for one in offer.findall("{*}Остатки/{*}Остаток/{*}Склад/{*}Количество")]
            rows = rows or [Decimal(offer.findtext("{*}Количество") or 0)]
            total += sum((max(one.quantize(Decimal("0.001"), ROUND_HALF_UP), Decimal(0)) for one in rows), Decimal(0))
        return total


def _id(one: ET.Element) -> str:
    base, _hash, variant = (one.findtext("{*}Ид") or "").strip().partition("#")
    variant = (one.findtext("{*}ИдХарактеристики") or variant).strip()
    return f"{base.strip()}#{variant}" if variant and set(variant) != {"0", "-"} else base.strip()


def state(portal: Portal) -> dict[str, Any]:
    with portal.work(write=False) as work:
        tables = (Product, Category, Price, Stock, Variant)
        count = {entity.__name__: work.session.scalar(select(func.count()).select_from(entity)) for entity in tables}
        refs = set(work.session.scalars(select(ExternalRef.ref).where(ExternalRef.entity == "product")))
        return {**count, "refs": refs}


@absent
@pytest.mark.slow
@pytest.mark.parametrize("origin", sorted(SETS))
def test_a_real_catalogue_is_in_the_database_to_the_last_row(onec: OneC, portal: Portal, origin: str) -> None:
    goods, offers = SETS[origin]
    files = {sent_as(path): (FOLDER / path).read_bytes() for path in (goods, offers) if path}
    said = onec.give(files)
    assert [line.partition("\n")[0] for line in said] == ["success"] * len(files)
    oracle, found = Oracle(goods, offers), state(portal)
    assert EXPECTED[goods]["goods_unique_ids"] == len(set(oracle.goods))
    assert found["refs"] == set(oracle.goods) | oracle.made
    assert found["Product"] == EXPECTED[goods]["goods_unique_ids"] + len(oracle.made)
    assert found["Category"] == EXPECTED[goods].get("groups", 0)
    _check_prices(portal, oracle)
    with portal.work(write=False) as work:
        assert sum(work.session.scalars(select(Stock.quantity)), Decimal(0)) == oracle.stock()
        assert freshness(work)["catalog"].as_of == portal.now


def _check_prices(portal: Portal, oracle: Oracle) -> None:
    wanted = oracle.prices()
    with portal.work(write=False) as work:
        refs = {id_: ref for ref, id_ in work.session.execute(select(ExternalRef.ref, ExternalRef.entity_id))}
        rows = work.session.scalars(select(Price))
        found = {(refs[row.product_id], refs[row.price_type_id], row.min_quantity): row.value for row in rows}
    assert found == wanted


@absent
@pytest.mark.slow
@pytest.mark.parametrize("origin", ["1coutlet", "artemsway", "carono-yii2", "gillbeits"])
def test_the_same_files_once_more_change_nothing(onec: OneC, portal: Portal, origin: str) -> None:
    files = {sent_as(path): (FOLDER / path).read_bytes() for path in SETS[origin] if path}
    onec.give(files)
    before = rows(portal)
    assert before["Product"]
    portal.pass_time(minutes=10)
    assert all(said.startswith("success") for said in onec.give(files))
    assert rows(portal) == before
    for name in files:
        assert all(one["new"] == one["changed"] == 0 for one in upload(portal, name).counts.values()), name


def rows(portal: Portal) -> dict[str, list[tuple[Any, ...]]]:
    tables = (Product, Category, CategoryClosure, Price, Stock, Variant)
    with portal.work(write=False) as work:
        return {entity.__name__: sorted(map(repr, work.session.execute(select(entity.__table__)))) for entity in tables}


@absent
def test_goods_that_1c_marks_as_deleted_are_put_away_and_not_removed(onec: OneC, portal: Portal) -> None:
    path = "bogutski/import-20170914.xml"
    onec.give({"import.xml": (FOLDER / path).read_bytes()})
    with portal.work(write=False) as work:
        away = work.session.scalar(select(func.count()).select_from(Product).where(Product.active.is_(False)))
    assert away == EXPECTED[path]["goods_deleted"] == 6
