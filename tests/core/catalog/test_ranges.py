"""Ranges of numbers: from and up to beside the list, in its address and as JSON; what cannot be read is said where it was typed."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select

from b2bkit.core.catalog.attributes import Declared, declare, keep_values
from b2bkit.core.catalog.facets.api import FacetsOut
from b2bkit.core.catalog.facets.browse import browse, facet_counts
from b2bkit.core.catalog.facets.chosen import Chosen, Range, Section
from b2bkit.core.catalog.facets.ranges import Wrong, fold, parse_ranges, read_range, text_of
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.catalog.models import Attribute
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import Desk, counted_statements, make
from tests.core.catalog.test_facets import PRODUCER, Shop, buyer, indexed, names, of, shop

D = Decimal
__all__ = ["shop"]


def test_a_range_narrows_and_a_ticked_value_beside_it_widens(desk: Desk, shop: Shop) -> None:
    thick, mine = shop.section("Толщина, мкм"), buyer(shop.contract)
    up_to = Chosen(ranges=((thick, Range(None, D(99))),))
    both = up_to._replace(values=((thick, ("100",)),))
    for again in (False, True):
        with indexed(desk) if again else desk.reading():
            assert names(desk, mine, up_to) == ["Товар 00", "Товар 04", "Товар 06", "Товар 10"]
            assert len(names(desk, mine, both)) == 8
            assert of(desk, mine, up_to)[thick] == {"50": 4, "100": 4}, "the section itself shows what else there would be"
            assert of(desk, mine, up_to)[PRODUCER] == {"Полимир": 2, "Барьер": 2}
            assert names(desk, mine, Chosen(ranges=((thick, Range(D(500), D(2000))),))) == [], "999 is in a group that is not open"
            assert names(desk, mine, Chosen(ranges=((shop.section("Цвет"), Range(None, D(5))),))) == [], "words are no numbers"


def test_ranges_take_no_further_statement(desk: Desk, shop: Shop) -> None:
    chosen = Chosen(ranges=((shop.section("Толщина, мкм"), Range(D(1), D(99))),))
    with desk.reading(buyer(shop.contract)) as work:
        with counted_statements() as listed:
            browse(work, ListQuery(), chosen)
        with counted_statements() as counted:
            facet_counts(work, ListQuery(), chosen)
    assert (len(listed), len(counted)) == (3, 1)


def test_an_address_keeps_a_range_and_a_form_makes_the_same_of_its_fields(desk: Desk, shop: Shop) -> None:
    facets, thick = desk.kit.facets, shop.section("Толщина, мкм")
    told = parse_ranges(facets, [f"{thick.address}:1 000,50..", "catalog.producer:1..2", "catalog.attributes.no:1..2", "x", ":..", "..:"])
    assert told == (((thick, Range(D("1000.5"))),), ())
    assert text_of(*told.usable[0]) == f"{thick.address}:1000.5.."
    folded = fold([("q", "a"), (f"least.{thick.address}", " 5 "), (f"most.{thick.address}", ""), ("most.x", "7")])
    assert folded == [("q", "a"), ("r", f"{thick.address}:5.."), ("r", "x:..7")]


@pytest.mark.parametrize(
    ("typed", "field"), [("abc..", "least"), ("1..2..3", "most"), ("1e5..", "least"), ("..∞", "most"), ("9..3", "least"), ("NaN", "least")]
)
def test_what_is_no_range_is_told_with_its_field(typed: str, field: str) -> None:
    found = read_range(Section("catalog.attributes", None), typed)
    assert isinstance(found, Wrong)
    assert found.problem.field == field


class Room:
    """A portal with twelve films, 20 to 240 µm thick, and a buyer."""

    def __init__(self, portal: Portal) -> None:
        with portal.work() as work:
            declare(work.session, [Declared("Толщина, мкм", "number"), Declared("Цвет", "choice", 1)])
            group, prices = make.category(work, name="Плёнка"), make.price_type(work)
            for number in range(1, 13):
                given = {"Толщина, мкм": f"{20 * number}", "Цвет": "белый" if number % 2 else "синий"}
                film = make.product(work, category=group, name=f"Плёнка {number:02}", attributes=given)
                keep_values(work.session, {film.id: given})
                make.price(work, product=film, prices=prices, value=str(number))
            company = make.company(work)
            self.contract = make.contract(work, company=company, prices=prices, categories=(group,))
            self.buyer = make.member(work, company=company, lang="en")
            self.portal = portal
            ids = {row.name: row.id for row in work.session.scalars(select(Attribute))}
        self.thick, self.colour = f"catalog.attributes.{ids['Толщина, мкм']}", f"catalog.attributes.{ids['Цвет']}"

    def browser(self) -> Client:
        return self.portal.sign_in(self.buyer, contract_id=self.contract.id)


@pytest.fixture
def room(portal: Portal) -> Room:
    return Room(portal)


def shown(html: str) -> list[str]:
    return sorted(set(re.findall(r"Плёнка \d\d", html)))


def test_from_and_up_to_stand_beside_the_list_with_what_there_is(room: Room) -> None:
    browser = room.browser()
    panel = browser.get(f"/catalog/facets?{urlencode({'f': f'{room.colour}:синий'})}").text
    assert f'name="least.{room.thick}"' in panel
    assert 'placeholder="40"' in panel, "the ends of what is left beside the colour"
    assert 'placeholder="240"' in panel
    page = browser.get(f"/catalog?least.{room.thick}=100&most.{room.thick}=140,0").text
    assert shown(page) == ["Плёнка 05", "Плёнка 06", "Плёнка 07"]
    assert "Толщина, мкм: from 100 up to 140" in page
    assert quote(f"{room.thick}:100..140,0", safe="") in page, "pages and groups keep it"
    panel = browser.get(f"/catalog/facets?{urlencode({'r': f'{room.thick}:100..140'})}").text
    assert 'value="100"' in panel
    assert "Show 3 products" in panel


def test_what_cannot_be_read_is_said_at_its_field_and_above_the_list_and_nothing_typed_is_lost(room: Room) -> None:
    browser = room.browser()
    for typed, told in (("1OO", "is no number"), ("500", "“From” is larger than “to”")):
        address = f"least.{room.thick}={typed}&most.{room.thick}=200"
        page = browser.get(f"/catalog?{address}")
        assert page.status_code == 200
        assert len(shown(page.text)) == 12
        assert "“Толщина, мкм” does not narrow the list" in page.text
        assert told in page.text
        panel = browser.get(f"/catalog/facets?{address}").text
        field = re.search(rf'<input[^>]*name="least.{room.thick}"[^>]*>', panel)
        assert field is not None
        assert f'value="{typed}"' in field[0]
        assert 'aria-invalid="true"' in field[0]
        assert told in panel
    page = browser.get("/catalog?price_from=x&price_to=3")
    assert page.status_code == 200
    assert "“Price” does not narrow the list" in page.text
    assert shown(browser.get("/catalog?price_from=2&price_to=3").text) == ["Плёнка 02", "Плёнка 03"]


def test_programs_read_facets_with_counts_what_is_chosen_and_ends(room: Room) -> None:
    browser = room.browser()
    answer = browser.get(f"/api/v1/products/facets?{urlencode([('r', f'{room.thick}:100..'), ('f', f'{room.colour}:синий')])}")
    found = FacetsOut.model_validate_json(answer.text)
    facets = {one.address: one for one in found.facets}
    assert found.products == 4
    assert found.prices is not None
    assert found.prices.currency == room.contract.currency
    thick, colour = facets[room.thick], facets[room.colour]
    assert thick.range is not None
    assert (thick.range.lowest, thick.range.highest, thick.range.least, thick.range.most) == ("40", "240", "100", None)
    assert [(one.value, one.products, one.chosen) for one in colour.values] == [("белый", 4, False), ("синий", 4, True)]
    (blue,) = [one.f for one in colour.values if one.chosen]
    listed = browser.get(f"/api/v1/products?{urlencode([('r', f'{room.thick}:100..'), ('f', blue), ('price_to', '9')])}").json
    assert [item["name"] for item in listed["items"]] == ["Плёнка 06", "Плёнка 08"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"f": "no.such:1"}, "f"),
        ({"r": "catalog.producer:1..2"}, "r"),
        ({"r": "{thick}:a.."}, "r"),
        ({"price_from": "9", "price_to": "3"}, "price_from"),
        ({"price_to": "x"}, "price_to"),
    ],
)
def test_programs_are_told_which_parameter_is_wrong(room: Room, query: dict[str, str], field: str) -> None:
    for path in ("/api/v1/products", "/api/v1/products/facets"):
        answer = room.browser().get(f"{path}?{urlencode({key: value.format(thick=room.thick) for key, value in query.items()})}")
        assert answer.status_code == 422
        assert [problem["field"] for problem in answer.json["problems"]] == [field]
