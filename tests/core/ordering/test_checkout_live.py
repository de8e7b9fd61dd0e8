"""1C is asked before an order is placed: what it says otherwise is shown and accepted, silence goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from falcon.testing import Result

from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import ExternalRef, LiveAnswer
from b2bkit.core.erp.service import contact
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import ErpGateway, ErpState, LineAnswer, LineQuestion, OpenWork, Receipt
from b2bkit.core.ordering.models import CartLine, Order, OrderLine
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.work import Work
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop

D = Decimal
Say = Callable[[Sequence[LineQuestion], float], Mapping[str, LineAnswer] | None]


class Live:
    """A gateway whose ERP answers while a buyer waits, as a test says."""

    name = "live.line"

    def __init__(self) -> None:
        self.asked: list[tuple[Sequence[LineQuestion], str, str]] = []
        self.say: Say = lambda _lines, _seconds: None

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out", "lines.live"})

    def send_order(self, open_work: OpenWork, order_id: object, idempotency_key: str) -> Receipt:
        return Receipt("queued")

    def state(self, work: Work) -> ErpState:
        return contact.state(work, self.name)

    def ask_lines(
        self, open_work: OpenWork, lines: Sequence[LineQuestion], *, contract_ref: str, price_type_ref: str, seconds: float
    ) -> Mapping[str, LineAnswer] | None:
        with open_work() as work:  # on SQLite this would wait for ever inside a transaction that writes
            assert work.actor.kind == "system"
        self.asked.append((lines, contract_ref, price_type_ref))
        return self.say(lines, seconds)


GATEWAY = Live()


class LiveErp(Plugin):
    """The line to 1C of these tests."""

    name = "live"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield GATEWAY


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    """A shop whose contract, price type and goods 1C knows; two bags of the first product are in the cart."""
    GATEWAY.__init__()  # type: ignore[misc]
    shop = Shop(make_portal(classes=(LiveErp,)))
    known = [
        ("product", shop.product.id, "first"),
        ("product", shop.second.id, "second"),
        ("contract", shop.contract.id, "contract"),
        ("price_type", shop.prices.id, "opt"),
    ]
    with shop.portal.work() as work:
        rows = [{"id": new_id(), "system": Live.name, "entity": entity, "entity_id": id_, "ref": ref} for entity, id_, ref in known]
        work.session.insert_rows(ExternalRef, rows)
    return shop


@pytest.fixture
def buyer(shop: Shop) -> Client:
    shop.fill("4")
    return shop.sign_in()


def says(**answers: LineAnswer) -> None:
    """1C answers so about the goods by reference, and as the portal has it about the others."""
    usual = {"first": LineAnswer(price=D("4.62"), free=D(18400)), "second": LineAnswer(price=D("4.18"), free=D(18400))}
    GATEWAY.say = lambda _lines, _seconds: {**usual, **answers}


def send(buyer: Client, shop: Shop, **changed: str) -> Result:
    """Sends the checkout as the page shows it."""
    with shop.work() as work:
        shown = cart.view(work)
    form = {
        "contract_id": str(shop.contract.id),
        "version": str(shown.version),
        "seen_total": str(shown.sums.total),
        "news": shown.news,
        "comment": "Как всегда",
    }
    buyer.get("/cart")  # its token
    return buyer.post("/checkout", {**form, **changed})


def order_of(shop: Shop) -> tuple[Order, OrderLine]:
    with shop.portal.work() as work:
        order = work.session.query(Order).one()
        return order, work.session.query(OrderLine).filter_by(order_id=order.id, position=1).one()


def orders(shop: Shop) -> int:
    with shop.portal.work() as work:
        return work.session.query(Order).count()


def test_1c_is_asked_once_about_all_lines_and_an_order_that_it_confirms_is_placed(shop: Shop, buyer: Client) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.second.id, unit="мешок", quantity=D(2))
    says()
    answer = send(buyer, shop)
    assert answer.status_code == 303, answer.text[:2000]
    [(lines, contract, prices)] = GATEWAY.asked
    assert (contract, prices) == ("contract", "opt")
    assert {line.product_ref: line.quantity for line in lines} == {"first": D(100), "second": D(50)}
    assert order_of(shop)[0].checked_at == shop.portal.app.clock()


@pytest.mark.parametrize(
    ("price", "chip", "icon", "total"),
    [("5.00", "Dearer +8.2", "trending-up", "600.00"), ("4.00", "Cheaper -13.4", "trending-down", "480.00")],
)
def test_another_price_is_shown_in_its_line_with_words_and_icon_and_ordered_at_once_it_is_accepted(
    shop: Shop, buyer: Client, price: str, chip: str, icon: str, total: str
) -> None:
    says(first=LineAnswer(price=D(price), free=D(18400)))
    answer = send(buyer, shop)
    assert answer.status_code == 409
    assert orders(shop) == 0
    page = answer.text.replace("\u2212", "-")
    assert chip in page
    assert icon in page
    assert "Как всегда" in page
    assert "Accept and place the order" in page
    assert chip in buyer.get("/checkout").text.replace("\u2212", "-"), "also after a reload"
    accepted = send(buyer, shop, accept="true")
    assert accepted.status_code == 303, accepted.text
    order, line = order_of(shop)
    assert (line.price, order.total) == (D(price), D(total))
    assert any(step["step"] == "pricing.live" for step in line.explanation)


def test_what_differs_is_not_placed_without_being_accepted(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("5.00"), free=D(18400)))
    assert send(buyer, shop).status_code == 409
    assert send(buyer, shop).status_code == 409
    assert orders(shop) == 0


def test_a_price_that_changes_once_more_while_it_is_accepted_is_shown_again(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("5.00"), free=D(18400)))
    send(buyer, shop)
    says(first=LineAnswer(price=D("6.00"), free=D(18400)))
    answer = send(buyer, shop, accept="true")
    assert answer.status_code == 409
    assert "changed once more" in answer.text
    assert "6.00" in answer.text
    assert orders(shop) == 0
    assert send(buyer, shop, accept="true").status_code == 303
    assert order_of(shop)[1].price == D("6.00")


def test_less_stock_is_news_to_accept_even_when_the_sum_is_the_same(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("4.62"), free=D(50)))
    answer = send(buyer, shop)
    assert answer.status_code == 409
    assert "Less in stock" in answer.text
    assert "package-export" in answer.text
    assert "in stock are 2\xa0bags" in answer.text
    says(first=LineAnswer(price=D("4.62"), free=D(25)))
    assert send(buyer, shop, accept="true").status_code == 409, "less than what was accepted"
    assert send(buyer, shop, accept="true").status_code == 303
    assert order_of(shop)[1].base_quantity == D(100)


def test_a_shortage_that_was_accepted_is_not_asked_again(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("4.62"), free=D(50)))
    send(buyer, shop)
    with shop.work() as work:
        shown = cart.view(work)
        after = filling.accept(work, version=shown.version, seen_total=shown.sums.total, news=shown.news)
    assert after.changed == []
    assert send(buyer, shop).status_code == 303


def test_goods_that_1c_does_not_have_any_more_leave_the_order_when_that_is_accepted(shop: Shop, buyer: Client) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.second.id, unit="мешок", quantity=D(2))
    says(first=LineAnswer(known=False))
    answer = send(buyer, shop)
    assert answer.status_code == 422
    assert "Not available" in answer.text
    assert "package-off" in answer.text
    assert send(buyer, shop, accept="true").status_code == 303
    with shop.portal.work() as work:
        assert [line.name for line in work.session.query(OrderLine)] == ["ПП 21030"]


def test_a_price_that_1c_withdrew_cannot_be_ordered(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(withdrawn=True, free=D(18400)))
    answer = send(buyer, shop)
    assert answer.status_code == 422
    assert "Price on request" in answer.text
    assert send(buyer, shop, accept="true").status_code == 422


def test_silence_goes_on_and_the_order_says_that_prices_will_be_confirmed(shop: Shop, buyer: Client) -> None:
    answer = send(buyer, shop)
    assert answer.status_code == 303
    assert len(GATEWAY.asked) == 1
    assert order_of(shop)[0].checked_at is None
    assert "1C did not answer while the order was placed" in buyer.get(answer.headers["location"]).text


def test_an_order_that_1c_confirmed_says_nothing_of_the_kind(shop: Shop, buyer: Client) -> None:
    says()
    answer = send(buyer, shop)
    assert "1C did not answer while the order was placed" not in buyer.get(answer.headers["location"]).text


def test_an_error_of_the_gateway_is_silence(shop: Shop, buyer: Client) -> None:
    def fails(_lines: object, _seconds: float) -> None:
        raise RuntimeError("the line broke")

    GATEWAY.say = fails
    assert send(buyer, shop).status_code == 303


def test_a_slow_1c_costs_no_more_than_its_budget(shop: Shop, buyer: Client) -> None:
    never, given = threading.Event(), list[float]()

    def hangs(_lines: object, seconds: float) -> None:
        given.append(seconds)
        never.wait(seconds)

    GATEWAY.say = hangs
    assert send(buyer, shop).status_code == 303
    assert given
    assert max(given) <= 1.5


def test_what_1c_said_is_seen_in_the_cart_too_and_is_forgotten_after_a_while(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("5.00"), free=D(18400)))
    send(buyer, shop)
    assert "Dearer" in buyer.get("/cart").text
    shop.portal.pass_time(minutes=16)
    with shop.work() as work:
        assert cart.view(work).changed == []
    with shop.portal.work() as work:
        work.kit.jobs["erp.forget_answers"].run(work)
        assert work.session.query(LiveAnswer).count() == 0


def test_another_client_sees_nothing_of_what_1c_said_to_this_one(shop: Shop, buyer: Client) -> None:
    says(first=LineAnswer(price=D("5.00"), free=D(18400)))
    send(buyer, shop)
    with shop.work(shop.stranger) as work:
        assert work.session.query(LiveAnswer).count() == 0


class TestVolumePrices:
    """An answer of 1C that knows no prices by volume."""

    @pytest.fixture(autouse=True)
    def _steps(self, shop: Shop) -> None:
        with shop.portal.work() as work:
            make.price(work, product=shop.product, prices=shop.prices, value="4.00", min_quantity="100")

    def test_the_plain_price_as_it_was_confirms_the_steps_above_it(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("4.62"), free=D(18400), plain=True))
        assert send(buyer, shop).status_code == 303
        assert order_of(shop)[1].price == D("4.00")

    def test_another_plain_price_says_nothing_of_a_line_above_its_step(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("4.70"), free=D(18400), plain=True))
        assert send(buyer, shop).status_code == 303
        line = order_of(shop)[1]
        assert line.price == D("4.00")
        assert any("confirmed later" in step["text"] for step in line.explanation)

    def test_another_plain_price_is_that_of_a_line_below_the_first_step(self, shop: Shop, buyer: Client) -> None:
        with shop.work() as work:
            [line] = cart.view(work).lines
            assert line.line_id is not None
            filling.change_line(work, line_id=line.line_id, quantity=D(2))
        says(first=LineAnswer(price=D("4.70"), free=D(18400), plain=True))
        assert send(buyer, shop).status_code == 409
        assert send(buyer, shop, accept="true").status_code == 303
        assert order_of(shop)[1].price == D("4.70")

    def test_an_answer_for_the_quantity_holds_as_it_is(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("3.90"), free=D(18400)))
        assert send(buyer, shop).status_code == 409
        assert send(buyer, shop, accept="true").status_code == 303
        assert order_of(shop)[1].price == D("3.90")


@pytest.mark.parametrize("answer", [LineAnswer(price=D(9), currency="USD"), LineAnswer(price=D(9), vat_included=True)])
def test_a_price_that_cannot_be_compared_is_no_answer(shop: Shop, buyer: Client, answer: LineAnswer) -> None:
    says(first=answer)
    assert send(buyer, shop).status_code == 303
    assert order_of(shop)[1].price == D("4.62")


class TestJson:
    """The same for a buyer's system."""

    def post(self, buyer: Client, path: str, body: dict[str, Any]) -> Result:
        return buyer.send("POST", path, body, key=new_id().hex)

    def test_a_cart_that_differs_is_a_conflict_by_line_and_can_be_accepted(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("5.00"), free=D(50)))
        refused = self.post(buyer, "/api/v1/orders", {})
        assert refused.status_code == 409
        problems = refused.json["problems"]
        assert [(one["code"], one["field"]) for one in problems] == [
            ("ordering.dearer", "lines.0.quantity"),
            ("ordering.less", "lines.0.quantity"),
        ]
        shown = buyer.get("/api/v1/cart/lines").json
        [line] = shown["lines"]
        assert (line["price"], line["seen_price"], line["change"], line["less"]) == ("5.0000", "4.6200", "dearer", True)
        assert line["told_at"] is not None
        wrong = self.post(buyer, "/api/v1/cart/accept", {"version": shown["version"], "seen_total": shown["total"], "news": "other"})
        assert wrong.status_code == 409
        accepted = self.post(
            buyer, "/api/v1/cart/accept", {"version": shown["version"], "seen_total": shown["total"], "news": shown["news"]}
        )
        assert accepted.status_code == 200, accepted.text
        assert accepted.json["news"] == ""
        assert self.post(buyer, "/api/v1/orders", {}).status_code == 201
        assert order_of(shop)[1].price == D("5.00")

    def test_explicit_lines_with_their_total_are_refused_when_1c_says_another_price(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("5.00"), free=D(18400)))
        lines = [{"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4"}]
        refused = self.post(buyer, "/api/v1/orders", {"lines": lines, "total": "554.40"})
        assert refused.status_code == 409
        assert {one["code"] for one in refused.json["problems"]} == {"ordering.total_changed", "ordering.told"}
        assert self.post(buyer, "/api/v1/orders", {"lines": lines, "total": "600.00"}).status_code == 201

    def test_explicit_lines_without_a_total_go_at_the_price_that_1c_says(self, shop: Shop, buyer: Client) -> None:
        says(first=LineAnswer(price=D("5.00"), free=D(18400)))
        lines = [{"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4"}]
        assert self.post(buyer, "/api/v1/orders", {"lines": lines}).status_code == 201
        assert order_of(shop)[1].price == D("5.00")

    def test_silence_goes_on(self, shop: Shop, buyer: Client) -> None:
        assert self.post(buyer, "/api/v1/orders", {}).status_code == 201


def test_stock_that_flows_in_and_is_less_than_what_was_seen_is_news_in_the_cart(shop: Shop, buyer: Client) -> None:
    from b2bkit.core.catalog.models import Stock

    with shop.portal.work() as work:
        work.session.query(Stock).filter_by(product_id=shop.product.id).one().quantity = D(50)
    page = buyer.get("/cart").text
    assert "1 line changed since you put it in" in page
    assert "Keep 4\xa0bags" in page
    with shop.work() as work:
        shown = cart.view(work)
        filling.accept(work, version=shown.version, seen_total=shown.sums.total, news=shown.news)
    with shop.portal.work() as work:
        assert work.session.query(CartLine).one().seen_free == D(50)
    assert "changed since you put" not in buyer.get("/cart").text


def test_a_shortage_that_was_seen_when_it_was_put_in_is_no_news(shop: Shop) -> None:
    shown = shop.fill("1000")
    assert [line.short for line in shown.lines] == [True]
    assert shown.changed == []


def test_an_open_cart_is_told_when_prices_change_and_a_change_of_vat_is_said_too(shop: Shop, buyer: Client) -> None:
    from b2bkit.core.catalog.models import Product

    with shop.work() as work:
        version = cart.view(work).version
    assert buyer.get(f"/cart/news?version={version}&news=", htmx=True).status_code == 204
    shop.set_price(shop.product, "5.00")
    assert "have changed since you opened" in buyer.get(f"/cart/news?version={version}&news=", htmx=True).text
    shop.set_price(shop.product, "4.62")
    with shop.portal.work() as work:
        product = work.session.get(Product, shop.product.id)
        assert product is not None
        product.vat_rate = D(10)
    page = buyer.get("/cart").text
    assert "VAT changed." in page
    with shop.work() as work:
        shown = cart.view(work)
        assert filling.accept(work, version=shown.version, seen_total=shown.sums.total, news=shown.news).seen_sums is None
