"""Pages of money and papers: what is owed, in words, with its age; whose it is; how many statements it takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.db.types import new_id
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import ErpGateway
from b2bkit.core.settlements.models import Due, Paper, PaperLine, Settlement, Terms
from b2bkit.core.settlements.service import find
from b2bkit.core.settlements.service.overview import overview
from b2bkit.core.work import Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Asked, Shop
from tests.core.test_statements import counted

D = Decimal


class Tells(Asked):
    """A gateway that tells of money and papers."""

    name = "tells.line"

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out", "settlements.in", "papers.in"})


class TellingErp(Plugin):
    """The line to 1C of these tests."""

    name = "tells"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield Tells()


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    return Shop(make_portal(classes=(TellingErp,)))


def row(work: Work, entity: type, shop: Shop, **values: Any) -> None:
    whose = {"id": new_id(), "company_id": shop.company.id, "legal_entity_id": shop.entity.id, "contract_id": shop.contract.id}
    told = {"currency": "BYN", "as_of": work.now, **whose, **values}
    work.session.insert_rows(entity, [{name: value for name, value in told.items() if hasattr(entity, name)}])


def settle(shop: Shop, debt: str = "1250.40", overdue: str = "300.00", **values: Any) -> None:
    with shop.portal.work() as work:
        place = str(new_id())
        row(work, Settlement, shop, place=place, debt=D(debt), overdue=D(overdue), prepaid=D(0), **values)


def due(shop: Shop, days: int, amount: str = "100.00", **values: Any) -> None:
    with shop.portal.work() as work:
        day = work.now.astimezone(work.config.portal.zone).date() + timedelta(days=days)
        row(work, Due, shop, place=str(new_id()), order_id=None, due_on=day, amount=D(amount), deal="Реализация 17", **values)


def paper(shop: Shop, number: str, kind: str = "invoice", days: int = 0, **values: Any) -> Any:
    with shop.portal.work() as work:
        id_, on = new_id(), (work.now - timedelta(days=days)).date()
        usual = {
            "id": id_, "kind": kind, "number": number, "on": on, "order_id": None, "total": D("120.00"), "vat": D("20.00"), "due_on": None,
            "period_from": None, "period_to": None, "status": "", "version": "1", "active": True,
        }  # fmt: skip
        row(work, Paper, shop, **{**usual, **values})
        line = {"paper_id": id_, "position": 1, "product_id": shop.product.id, "name": "ПЭВД", "unit": "кг", "quantity": D(25)}
        row(work, PaperLine, shop, **line, price=D(4), total=D("120.00"), vat=D("20.00"), vat_rate=D(20))
    return id_


def terms(shop: Shop) -> None:
    with shop.portal.work() as work:
        row(
            work, Terms, shop, name="", credit_limit=D("2000.00"), stops_overdue=True, prepayment=D(30), valid_until=None
        )  # fmt: skip


def test_what_is_owed_is_told_by_contract_with_its_terms_and_overdue_in_words(shop: Shop) -> None:
    settle(shop)
    terms(shop)
    due(shop, -2)
    due(shop, 0)
    due(shop, 9)
    page = shop.sign_in(shop.colleague).get("/money").text
    owed = ("1,250.40", "300.00", "Something is overdue.", "2 days overdue", "today", "in 9 days", "749.60", "in advance", "alert-circle")
    for said in (*owed, "overdue debt stops new orders"):
        assert said in page, said
    assert "Money" in shop.sign_in(shop.colleague).get("/").text


def test_nothing_told_is_said_so_and_hides_the_section_of_the_first_page(shop: Shop) -> None:
    client = shop.sign_in(shop.colleague)
    assert "1C has told nothing of debts yet" in client.get("/money").text
    assert "h-money" not in client.get("/").text


def test_debts_of_another_company_are_not_there(shop: Shop) -> None:
    settle(shop)
    due(shop, 1)
    with shop.work(shop.stranger) as work:
        seen = overview(work)
        other = overview(work, company_id=shop.company.id)
    assert (seen.empty, other.empty) == (True, True)


def test_who_buys_but_does_not_pay_sees_papers_and_no_money(shop: Shop) -> None:
    client = shop.sign_in()
    assert (client.get("/money").status_code, client.get("/papers").status_code) == (403, 200)
    page = client.get("/orders").text
    assert 'href="/papers"' in page
    assert 'href="/money"' not in page


def test_without_an_erp_that_tells_there_is_no_page_and_no_entry(make_portal: MakePortal) -> None:
    shop = Shop(make_portal())
    client = shop.sign_in(shop.colleague)
    assert (client.get("/money").status_code, client.get("/papers").status_code) == (404, 404)
    assert 'href="/money"' not in client.get("/orders").text


def test_a_manager_sees_money_and_papers_on_the_clients_card(shop: Shop) -> None:
    settle(shop)
    due(shop, 3)
    paper(shop, "С-17")
    manager = shop.sign_in(shop.manager)
    card = manager.get(f"/admin/clients/{shop.company.id}").text
    assert "1,250.40" in card
    assert "С-17" in card
    assert manager.get("/money").status_code == 404


def test_papers_are_found_by_kind_number_and_day_and_pages_go_on_where_they_ended(shop: Shop) -> None:
    for number in range(5):
        paper(shop, f"С-{number}", days=number)
    paper(shop, "РТУ-7", kind="shipment", days=2)
    paper(shop, "gone", active=False)
    with shop.work() as work:
        today = work.now.date()
        all_of_them = find.find_papers(work, find.Wanted(), size=4)
        rest = find.find_papers(work, find.Wanted(), at=all_of_them.next, size=4)
        back = find.find_papers(work, find.Wanted(), at=rest.previous, size=4)
        shipments = find.find_papers(work, find.Wanted(kind="shipment"))
        named = find.find_papers(work, find.Wanted(text="ту-7"))
        lately = find.find_papers(work, find.Wanted(since=today - timedelta(days=1), until=today - timedelta(days=1)))
    assert len({row.id for row in (*all_of_them.items, *rest.items)}) == 6
    assert (rest.next, back.items) == (None, all_of_them.items)
    assert [row.number for row in shipments.items] == ["РТУ-7"]
    assert [row.number for row in named.items] == ["РТУ-7"]
    assert [row.number for row in lately.items] == ["С-1"]


def test_a_paper_shows_its_lines_and_a_foreign_one_is_as_absent_as_none(shop: Shop) -> None:
    id_ = paper(shop, "С-17")
    assert "ПЭВД" in shop.sign_in().get(f"/papers/{id_}").text
    stranger = shop.sign_in(shop.stranger)
    foreign, absent = (stranger.get(f"/papers/{one}") for one in (id_, new_id()))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    hidden = paper(shop, "снят", active=False)
    assert shop.sign_in().get(f"/papers/{hidden}").status_code == 404


def test_papers_stand_beside_their_order(shop: Shop) -> None:
    order = shop.order()
    id_ = paper(shop, "С-17", order_id=order.id)
    client = shop.sign_in()
    assert f"/papers/{id_}" in client.get(f"/orders/{order.id}").text
    assert f"/orders/{order.id}" in client.get("/papers").text
    assert "С-17" in client.get(f"/papers?q={order.number[2:]}").text


def test_json_tells_the_same(shop: Shop) -> None:
    settle(shop)
    terms(shop)
    due(shop, 4)
    id_ = paper(shop, "С-17")
    client = shop.sign_in(shop.colleague)
    client.get("/")
    told = client.get("/api/v1/money", accept="application/json").json
    [account] = told["accounts"]
    assert (account["debt"], account["overdue"], account["credit_limit"], account["available"]) == (
        "1250.40",
        "300.00",
        "2000.00",
        "749.60",
    )
    assert [(one["days"], one["amount"]) for one in told["dues"]] == [(4, "100.00")]
    listed = client.get("/api/v1/papers?kind=invoice&limit=1", accept="application/json").json
    assert [one["number"] for one in listed["items"]] == ["С-17"]
    whole = client.get(f"/api/v1/papers/{id_}", accept="application/json").json
    assert [line["quantity"] for line in whole["lines"]] == ["25.000"]
    assert client.get("/api/v1/papers?after=broken", accept="application/json").status_code == 400


def test_longer_lists_take_no_more_statements(shop: Shop) -> None:
    def taken(path: str) -> int:
        client = shop.sign_in(shop.colleague)
        client.get(path)
        with counted() as found:
            assert client.get(path).status_code == 200
        return len(found)

    settle(shop)
    due(shop, 1)
    paper(shop, "С-1")
    before = [taken("/papers"), taken("/money")]
    with shop.portal.work() as work:
        other = make.contract(work, company=shop.company, entity=shop.entity, prices=shop.prices)
    settle(shop, contract_id=other.id)
    for number in range(4):
        paper(shop, f"С-1{number}")
        due(shop, number)
    assert [taken("/papers"), taken("/money")] == before
