"""The list of orders: found by what a person remembers of them, kept as files, put away and brought back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from sqlalchemy import event, update
from sqlalchemy.engine import Engine

from b2bkit.core.catalog.models import Product
from b2bkit.core.errors import Conflict, NotFound
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service import finding, shelf
from b2bkit.core.ordering.service.finding import Wanted
from b2bkit.core.ordering.service.orders import list_orders
from b2bkit.core.ordering.service.place import place_order
from b2bkit.core.sheets import read_book
from tests.core.ordering.shop import Shop


@pytest.fixture
def past(shop: Shop) -> dict[str, str]:
    """Three orders of different days, people and sums: their numbers by what they are."""
    with shop.portal.work() as work:
        work.session.get_one(Product, shop.product.id).article = "LDI-1693/А"
        work.session.get_one(Product, shop.second.id).article = "ПП.21-030"
    numbers = {"small": shop.order("1").number, "colleague": shop.order("4", user=shop.colleague).number}
    shown = shop.fill("40", "2")
    with shop.work() as work:
        numbers["large"] = place_order(work, shop.draft(shown)).number
    with shop.portal.work() as work:
        day = datetime(2026, 3, 10, 21, 30, tzinfo=UTC)  # the 11th in Minsk
        work.session.execute(update(Order).where(Order.number == numbers["small"]).values(placed_at=day, status="closed"))
    return numbers


def found(shop: Shop, **wanted: object) -> set[str]:
    with shop.work() as work:
        return {row.number for row in list_orders(work, Wanted(**wanted)).items}  # type: ignore[arg-type]


def page(shop: Shop, **query: object) -> str:
    answer = shop.sign_in().get(f"/orders?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"since": "2026-03-11", "until": "2026-03-11"}, {"small"}),
        ({"until": "2026-03-10"}, set()),
        ({"article": "ПП.21"}, {"large"}),
        ({"article": "пп.21"}, {"large"}),
        ({"article": "ldi-1693/а"}, {"small", "colleague", "large"}),
        ({"article": "%"}, set()),
        ({"least": "3 000"}, {"large"}),
        ({"most": "200,5"}, {"small"}),
        ({"group": "closed"}, {"small"}),
    ],
)
def test_orders_are_found_by_day_article_sum_and_state(shop: Shop, past: dict[str, str], query: dict[str, str], names: set[str]) -> None:
    text = page(shop, **query)
    assert {name for name, number in past.items() if f">{number}</a>" in text} == names


def test_orders_are_found_by_person_and_legal_entity(shop: Shop, past: dict[str, str]) -> None:
    assert found(shop, person=shop.colleague.id) == {past["colleague"]}
    assert found(shop, legal_entity=shop.entity.id) == set(past.values())
    assert found(shop, legal_entity=shop.other_entity.id) == found(shop, person=uuid4()) == set()


def test_each_filter_is_a_chip_that_takes_away_itself_alone(shop: Shop, past: dict[str, str]) -> None:
    text = page(shop, article="LDI", least="10", person=str(shop.buyer.id), group="all")
    chips = re.findall(r'<a class="chip chip-line tone-brand" href="([^"]*)"', text)
    assert len(chips) == 3
    assert sum("article=LDI" in one for one in chips) == 2
    assert "article LDI" in text


def test_what_cannot_be_read_is_said_beside_its_field_and_kept(shop: Shop, past: dict[str, str]) -> None:
    text = page(shop, since="yesterday", least="many", article="ПП")
    assert "Enter a date" in text
    assert 'value="many"' in text
    assert f">{past['large']}</a>" in text
    assert f">{past['colleague']}</a>" not in text


def test_an_article_that_many_orders_hold_is_found_too(shop: Shop, past: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", 1)
    assert found(shop, article="LDI-1693") == set(past.values())
    assert found(shop, article="ПП") == {past["large"]}


def test_nobody_finds_another_companys_orders_by_article(shop: Shop, past: dict[str, str]) -> None:
    with shop.work(shop.stranger) as work:
        assert not list_orders(work, Wanted(article="LDI")).items


@pytest.mark.parametrize("query", ["", "?article=LDI&since=2026-01-01&least=1"])
def test_the_list_takes_the_same_number_of_statements_for_one_order_and_for_many(shop: Shop, query: str) -> None:
    client = shop.sign_in()
    shop.order("1")

    def taken() -> int:
        client.get("/orders" + query)
        statements: list[str] = []

        def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
            statements.append(sql)

        event.listen(Engine, "before_cursor_execute", note)
        client.get("/orders" + query)
        event.remove(Engine, "before_cursor_execute", note)
        return len(statements)

    before = taken()
    for _number in range(3):
        shop.order("1")
    assert taken() == before <= 9


def test_the_list_as_a_file_holds_what_the_filter_shows(shop: Shop, past: dict[str, str]) -> None:
    answer = shop.sign_in().get(f"/orders/file?{urlencode({'article': 'ПП'})}")
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    rows = read_book(answer.content).sheets[0].rows
    assert [row[0] for row in rows[2:]] == [past["large"]]
    assert Decimal(rows[2][-1]) > 3000


def test_an_order_as_a_file_holds_its_lines_and_sums(shop: Shop) -> None:
    placed = shop.order("4")
    rows = read_book(shop.sign_in().get(f"/orders/{placed.id}/file").content).sheets[0].rows
    head = next(number for number, row in enumerate(rows) if row and row[0] == "Article")
    line, total = rows[head + 1], rows[head + 2]
    assert (line[1], line[2], line[3], line[4]) == ("ПЭВД 15803-020", "4", "bag", "100")
    assert (total[0], total[-1]) == ("Total", line[-1])
    assert shop.sign_in(shop.stranger).get(f"/orders/{placed.id}/file").status_code == 404


def test_a_closed_order_goes_to_the_archive_and_comes_back(shop: Shop, past: dict[str, str]) -> None:
    client = shop.sign_in()
    with shop.work() as work:
        [closed] = list_orders(work, Wanted(group="closed")).items
    client.get(f"/orders/{closed.id}")
    assert client.post(f"/orders/{closed.id}/archive", {"archived": "true"}).status_code == 303
    assert past["small"] not in found(shop)
    assert found(shop, archived=True) == {past["small"]}
    assert past["small"] in shop.sign_in(shop.manager).get("/orders").text
    client.post(f"/orders/{closed.id}/archive", {"archived": "false"})
    assert past["small"] in found(shop)


def test_an_order_on_its_way_is_not_archived_and_a_foreign_one_is_absent(shop: Shop) -> None:
    placed = shop.order("1")
    with pytest.raises(Conflict), shop.work() as work:
        shelf.archive(work, order_id=placed.id, archived=True)
    with pytest.raises(NotFound), shop.work(shop.stranger) as work:
        shelf.archive(work, order_id=placed.id, archived=True)
    client = shop.sign_in()
    client.get(f"/orders/{placed.id}")
    refused = client.post(f"/orders/{placed.id}/archive", {"archived": "true"})
    assert (refused.status_code, "still on its way" in refused.text) == (409, True)


def test_bounds_beyond_all_sums_and_days_are_bounds_like_others(shop: Shop) -> None:
    placed = shop.order("1")
    huge = Decimal("1.29E+308")
    assert found(shop, most=huge, least=-huge, since=date.min, until=date.max) == {placed.number}
    assert found(shop, least=huge) == found(shop, since=date.max) == set()


def test_days_reach_to_the_end_of_the_last_one(shop: Shop) -> None:
    placed = shop.order("1")
    with shop.work() as work:
        today = work.now.astimezone(work.config.portal.zone).date()
    assert found(shop, since=today, until=today) == {placed.number}
    assert found(shop, until=today - timedelta(days=1)) == set()
