"""Упаковки and характеристики: made, changed, taken away, told again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.catalog.models import Packaging, Product, ProductVariant, Stock
from b2bkit.core.pricing.models import Price
from b2bkit.testing.portal import Portal
from b2bkit_onec.commerceml import contracts, records
from b2bkit_onec.models import Variant
from plugins.onec.tests.exchange.applying import apply, changes, one, refused, rows

BAG, PALLET = contracts.Packaging("мешок", Decimal(25)), contracts.Packaging("поддон", Decimal(1500))
GROUP = records.Group("films", "Плёнки", "")
FILM = records.Product(
    "film", "film", "", "Плёнка", article="PL-1", unit_name="кг", vat_rate=Decimal(20), group_ids=("films",),
    properties=(), producer=records.Producer("p", "Завод"),
)  # fmt: skip


def film(*packs: contracts.Packaging, **more: Any) -> records.Product:
    return replace(FILM, requisites=contracts.quantity_requisites(Decimal(50), Decimal(25), packs), **more)


def shade(number: str, color: str, **more: Any) -> records.Offer:
    """An offer of one colour."""
    told: dict[str, Any] = {
        "name": f"Плёнка ({color})",
        "article": f"PL-1-{number}",
        "characteristics": (records.Characteristic("Цвет", color),),
        "prices": (records.Price("opt", Decimal("4.62"), "BYN"),),
        "quantity": Decimal(500),
    }
    return records.Offer(f"film#{number}", "film", number, **{**told, **more})


def packs(portal: Portal, product: str = "Плёнка") -> list[tuple[str, Decimal]]:
    """(name, factor) of a product, in their order."""
    id_ = one(portal, Product, name=product)["id"]
    found = [row for row in rows(portal, Packaging) if row["product_id"] == id_]
    return [(row["name"], row["factor"]) for row in sorted(found, key=lambda row: row["position"])]


def state(portal: Portal) -> dict[str, Any]:
    return {entity.__name__: rows(portal, entity) for entity in (Product, Packaging, Variant, Price, Stock)}


# --- packagings


def test_packagings_come_with_their_product_in_the_order_of_the_file(portal: Portal) -> None:
    intake = apply(portal, GROUP, film(PALLET, BAG))
    assert packs(portal) == [("поддон", Decimal(1500)), ("мешок", Decimal(25))]
    assert changes(intake)["packagings"] == (2, 0)
    product = one(portal, Product)
    assert (product["minimum"], product["multiple"]) == (Decimal(50), Decimal(25))


def test_packagings_told_again_change_nothing(portal: Portal) -> None:
    apply(portal, GROUP, film(BAG, PALLET))
    before = state(portal)
    portal.pass_time(days=1)
    assert changes(apply(portal, GROUP, film(BAG, PALLET))) == {}
    assert state(portal) == before


def test_a_packaging_that_holds_another_quantity_now_is_the_same_row(portal: Portal) -> None:
    apply(portal, film(BAG, PALLET))
    before = one(portal, Packaging, name="мешок")["id"]
    intake = apply(portal, film(replace(BAG, factor=Decimal("22.6796185")), PALLET))
    bag = one(portal, Packaging, name="мешок")
    assert (bag["id"], bag["factor"]) == (before, Decimal("22.679619")), "six decimals, as 1C rounds"
    assert changes(intake)["packagings"] == (0, 1)


def test_a_packaging_that_1c_names_no_more_is_gone(portal: Portal) -> None:
    apply(portal, film(BAG, PALLET))
    apply(portal, film(PALLET))
    assert packs(portal) == [("поддон", Decimal(1500))]
    apply(portal, film())
    assert packs(portal) == []


@pytest.mark.parametrize("factor", ["0", "-25", "много", "0.0000001", "1000000000000000000"])
def test_a_packaging_that_holds_nothing_sensible_is_left_out_and_its_neighbour_is_taken(portal: Portal, factor: str) -> None:
    odd = records.Requisite(contracts.PACKAGING + "мешок", factor)
    apply(portal, replace(FILM, requisites=(odd, *contracts.quantity_requisites(packagings=[PALLET]))))
    assert packs(portal) == [("поддон", Decimal(1500))]


def test_a_product_that_is_marked_as_deleted_by_its_number_alone_keeps_its_packagings(portal: Portal) -> None:
    apply(portal, film(BAG))
    apply(portal, records.Product("film", "film", "", "", deleted=True))
    assert not one(portal, Product)["active"]
    assert packs(portal) == [("мешок", Decimal(25))]


# --- variants


def test_a_variant_is_a_product_with_what_it_has_of_its_own_and_the_rest_of_its_base(portal: Portal) -> None:
    apply(portal, GROUP, film(BAG))
    intake = apply(portal, shade("red", "красная"), shade("blue", "синяя", barcode="4810000000017"))
    assert refused(intake) == []
    red, blue, base = (one(portal, Product, name=name) for name in ("Плёнка (красная)", "Плёнка (синяя)", "Плёнка"))
    assert (base["active"], red["active"], blue["active"]) == (False, True, True), "the base is not ordered itself"
    assert (red["article"], red["attributes"], blue["barcode"]) == ("PL-1-red", {"Цвет": "красная"}, "4810000000017")
    for column in ("unit", "vat_rate", "category_id", "producer", "minimum", "multiple"):
        assert red[column] == base[column], column
    assert packs(portal, "Плёнка (красная)") == [("мешок", Decimal(25))]
    assert one(portal, Price, product_id=red["id"])["value"] == Decimal("4.62")
    assert one(portal, Stock, product_id=red["id"])["quantity"] == Decimal(500)
    assert "pl 1 red" in red["search_text"]


def test_variants_of_the_same_goods_are_one_family(portal: Portal) -> None:
    apply(portal, GROUP, film(BAG))
    for shades in (shade("red", "красная"), shade("blue", "синяя")):
        apply(portal, shades)
    families = {
        one(portal, ProductVariant, product_id=one(portal, Product, name=name)["id"])["family_id"]
        for name in ("Плёнка (красная)", "Плёнка (синяя)")
    }
    assert len(families) == 1


def test_variants_told_again_change_nothing(portal: Portal) -> None:
    files: list[tuple[records.Item, ...]] = [(GROUP, film(BAG)), (shade("red", "красная"), shade("blue", "синяя"))]
    for items in files:
        apply(portal, *items)
    before = state(portal)
    portal.pass_time(days=1)
    assert [changes(apply(portal, *items)) for items in files] == [{}, {}]
    assert state(portal) == before


def test_variants_follow_their_base_and_keep_what_is_their_own(portal: Portal) -> None:
    apply(portal, GROUP, film(BAG))
    apply(portal, shade("red", "красная", article=""))
    apply(portal, GROUP, film(PALLET, name="Плёнка стрейч", article="PL-9", vat_rate=Decimal(10), producer=None))
    red = one(portal, Product, name="Плёнка (красная)")
    assert (red["article"], red["vat_rate"], red["producer"], red["active"]) == ("PL-9", Decimal(10), "", True)
    assert packs(portal, "Плёнка (красная)") == [("поддон", Decimal(1500))]
    assert not one(portal, Product, name="Плёнка стрейч")["active"]


def test_a_variant_that_only_its_values_name_is_called_by_them_behind_its_base(portal: Portal) -> None:
    apply(portal, film())
    apply(portal, shade("red", "красная", name=""))
    assert {row["name"] for row in rows(portal, Product)} == {"Плёнка", "Плёнка (красная)"}
    apply(portal, film(name="Стрейч"))
    assert {row["name"] for row in rows(portal, Product)} == {"Стрейч", "Стрейч (красная)"}


def test_prices_and_stock_that_changed_leave_the_variant_as_it_was(portal: Portal) -> None:
    apply(portal, film())
    apply(portal, shade("red", "красная"))
    before = one(portal, Product, name="Плёнка (красная)")
    changed = records.Offer(
        "film#red", "film", "red", prices=(records.Price("opt", Decimal("5.00"), "BYN"),), quantity=Decimal(40), changes_only_fields=True
    )
    intake = apply(portal, changed)
    assert one(portal, Product, name="Плёнка (красная)") == before
    assert changes(intake) == {"prices": (0, 1), "stock": (0, 1)}


def test_a_variant_that_is_marked_as_deleted_is_put_away_without_prices_and_comes_back(portal: Portal) -> None:
    apply(portal, film())
    apply(portal, shade("red", "красная"), shade("blue", "синяя"))
    before = one(portal, Product, name="Плёнка (красная)")["id"]
    apply(portal, shade("red", "красная", deleted=True))
    red = one(portal, Product, name="Плёнка (красная)")
    assert not red["active"]
    assert [row for row in rows(portal, Price) if row["product_id"] == red["id"]] == []
    assert one(portal, Product, name="Плёнка (синяя)")["active"]
    apply(portal, shade("red", "красная"))
    back = one(portal, Product, name="Плёнка (красная)")
    assert (back["id"], back["active"]) == (before, True)
    assert one(portal, Price, product_id=before)["value"] == Decimal("4.62")


def test_variants_of_a_base_that_is_marked_as_deleted_go_with_it_and_come_back_but_those_deleted_themselves(portal: Portal) -> None:
    apply(portal, film())
    apply(portal, shade("red", "красная"), shade("blue", "синяя", deleted=True))
    apply(portal, film(deleted=True))
    assert [row["active"] for row in rows(portal, Product)] == [False, False, False]
    apply(portal, film())
    active = {row["name"]: row["active"] for row in rows(portal, Product)}
    assert active == {"Плёнка": False, "Плёнка (красная)": True, "Плёнка (синяя)": False}


def test_a_base_that_is_marked_as_deleted_by_its_number_alone_takes_its_variants_along(portal: Portal) -> None:
    apply(portal, film())
    apply(portal, shade("red", "красная"))
    apply(portal, records.Product("film", "film", "", "", deleted=True))
    assert not one(portal, Product, name="Плёнка (красная)")["active"]


def test_a_variant_of_an_unknown_product_is_refused_with_its_line(portal: Portal) -> None:
    intake = apply(portal, shade("red", "красная", line=12))
    assert refused(intake) == [("unknown-product", "film#red", 12)]
    assert rows(portal, Product) == rows(portal, Variant) == []


def test_a_variant_that_the_catalogue_names_whole_takes_nothing_from_its_base(portal: Portal) -> None:
    whole = records.Product("film#red", "film", "red", "Плёнка красная", article="R", unit_name="т")
    apply(portal, film(BAG), whole)
    apply(portal, shade("red", "красная"))
    red = one(portal, Product, article="R")
    assert (red["name"], red["unit"], red["vat_rate"]) == ("Плёнка красная", "т", None)
    assert packs(portal, "Плёнка красная") == []
    assert not one(portal, Product, name="Плёнка")["active"]
    apply(portal, film(PALLET, vat_rate=Decimal(10)))
    assert one(portal, Product, article="R") == red
