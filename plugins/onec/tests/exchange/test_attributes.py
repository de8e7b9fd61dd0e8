"""Свойства and ЗначенияСвойств: typed by their kind, reference books by id, renamed with what has them, written only where they changed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.catalog.models import Attribute, AttributeValue, Product
from b2bkit.testing.portal import Portal
from b2bkit_onec.apply.attributes import kind_of
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Property
from plugins.onec.tests.exchange.applying import apply, changes, one, rows

POLYMER = records.PropertyDef("p1", "Полимер", {"v1": "ПЭВД", "v2": "ПП"}, "Справочник")
FLOW = records.PropertyDef("p2", "ПТР, г/10 мин", value_type="Число")
FOOD = records.PropertyDef("p3", "Пищевой", {"v3": "Да", "v4": "Нет"}, "Справочник")
WAYS = records.PropertyDef("p4", "Переработка", {"v5": "Плёнка", "v6": "Литьё"}, "Справочник")
FILM = records.Product("film", "film", "", "Плёнка", unit_name="кг")
GIVEN = (("p1", "v1"), ("p2", "0,3"), ("p3", "v3"), ("p4", "v5", "v6"))


def film(*given: tuple[str, ...], **more: Any) -> records.Product:
    return replace(FILM, properties=tuple(records.PropertyValue(ref, tuple(values)) for ref, *values in given), **more)


def typed(portal: Portal, product: str = "Плёнка") -> list[tuple[str, str, Decimal | None]]:
    names = {row["id"]: row["name"] for row in rows(portal, Attribute)}
    id_ = one(portal, Product, name=product)["id"]
    return sorted(
        (names[row["attribute_id"]], row["text"], row["number"]) for row in rows(portal, AttributeValue) if row["product_id"] == id_
    )


@pytest.fixture
def taken(portal: Portal) -> Portal:
    apply(portal, POLYMER, FLOW, FOOD, WAYS, film(*GIVEN))
    return portal


def test_properties_become_attributes_of_their_kind(taken: Portal) -> None:
    found = [
        (row["name"], row["kind"], row["unit"], row["in_filter"]) for row in sorted(rows(taken, Attribute), key=lambda row: row["position"])
    ]
    assert found == [
        ("Полимер", "choice", "", True), ("ПТР, г/10 мин", "number", "г/10 мин", True), ("Пищевой", "flag", "", True),
        ("Переработка", "choice", "", True),
    ]  # fmt: skip


def test_values_of_a_reference_book_are_named_by_their_ids_and_numbers_are_exact(taken: Portal) -> None:
    assert typed(taken) == [
        ("ПТР, г/10 мин", "0,3", Decimal("0.3")),
        ("Переработка", "Литьё", None),
        ("Переработка", "Плёнка", None),
        ("Пищевой", "Да", Decimal(1)),
        ("Полимер", "ПЭВД", None),
    ]
    assert one(taken, Product)["attributes"]["Переработка"] == ["Плёнка", "Литьё"]


def test_the_same_file_again_changes_nothing_and_another_value_only_itself(taken: Portal) -> None:
    before = rows(taken, AttributeValue)
    assert changes(apply(taken, POLYMER, FLOW, FOOD, WAYS, film(*GIVEN))) == {}
    assert rows(taken, AttributeValue) == before
    assert changes(apply(taken, film(("p1", "v2"), *GIVEN[1:]))) == {"products": (0, 1)}
    assert [row for row in rows(taken, AttributeValue) if row not in before] == [{**before[0], **_changed(taken, before)}]


def _changed(portal: Portal, before: list[Any]) -> dict[str, Any]:
    (row,) = [row for row in rows(portal, AttributeValue) if row not in before]
    assert row["text"] == "ПП"
    return dict(row)


def test_a_word_of_a_reference_book_that_changes_reaches_products_that_no_file_names(taken: Portal) -> None:
    intake = apply(taken, replace(POLYMER, values={"v1": "ПВД", "v2": "ПП"}))
    assert changes(intake) == {"properties": (0, 1)}
    assert ("Полимер", "ПВД", None) in typed(taken)
    assert one(taken, Product)["attributes"]["Полимер"] == "ПВД"


def test_a_property_with_another_name_is_the_same_attribute(taken: Portal) -> None:
    before = {row["id"] for row in rows(taken, Attribute)}
    apply(taken, replace(WAYS, name="Способ"))
    assert {row["id"] for row in rows(taken, Attribute)} == before
    assert one(taken, Product)["attributes"]["Способ"] == ["Плёнка", "Литьё"]
    assert changes(apply(taken, film(*GIVEN))) == {}


def test_two_properties_of_one_name_share_an_attribute_and_renaming_one_leaves_the_other(taken: Portal) -> None:
    apply(taken, records.PropertyDef("p9", "Полимер", {"v9": "ПВХ"}, "Справочник"))
    apply(taken, replace(POLYMER, name="Смола"))
    assert one(taken, Product)["attributes"]["Полимер"] == "ПЭВД", "until its product is told again"
    apply(taken, film(*GIVEN))
    assert "Полимер" not in one(taken, Product)["attributes"]
    assert {row["ref"]: row["name"] for row in rows(taken, Property)}["p9"] == "Полимер"


def test_variants_have_the_values_of_their_base_product_and_their_own(taken: Portal) -> None:
    colour = (records.Characteristic("Цвет", "Белый"),)
    apply(taken, records.Offer("film#1", "film", "1", name="Плёнка (Белый)", characteristics=colour))
    assert {("Цвет", "Белый", None), ("Полимер", "ПЭВД", None)} <= set(typed(taken, "Плёнка (Белый)"))
    apply(taken, film(("p1", "v2")))
    assert typed(taken, "Плёнка (Белый)") == [("Полимер", "ПП", None), ("Цвет", "Белый", None)]


def test_the_kind_follows_the_declaration() -> None:
    assert kind_of(replace(FLOW, value_type="Строка"), {}) == "text"
    assert kind_of(replace(FLOW, value_type="Булево"), {}) == "flag"
    assert kind_of(replace(FLOW, value_type="Время"), {}) == "text"
    assert kind_of(replace(FLOW, value_type=""), {"a": "Белый", "b": "Да"}) == "choice"
