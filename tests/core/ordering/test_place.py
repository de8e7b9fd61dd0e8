"""Placing an order."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event

from b2bkit.core.accounts.models import Company, Contract
from b2bkit.core.errors import Conflict, Forbidden, NotFound, Refused
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service import Draft, Wanted, cart, filling, place_order
from b2bkit.core.outbox.models import StoredFact
from b2bkit.core.pricing.models import Price
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop

D = Decimal


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def orders(shop: Shop) -> list[Order]:
    with shop.portal.work() as work:
        return work.session.query(Order).order_by(Order.placed_at, Order.id).all()


def test_an_order_keeps_prices_sums_and_their_reason_and_empties_the_cart(shop: Shop) -> None:
    shown = shop.fill("80", "40")
    with shop.work() as work:
        placed = place_order(work, shop.draft(shown, address_id=shop.address.id, comment="к воротам 2"))
        assert cart.view(work).lines == []
    shop.set_price(shop.product, "9.99")
    with shop.portal.work() as work:
        order = work.session.get_one(Order, placed.id)
        lines = work.session.query(OrderLine).order_by(OrderLine.position).all()
        happened = [row.kind for row in work.session.query(OrderEvent).all()]
        facts = [(row.type, row.key) for row in work.session.query(StoredFact).all()]
    assert (order.number, order.status, order.erp_state, order.address) == ("П-10001", "placed", "none", "Минск, Промышленная, 8")
    assert (order.net, order.vat, order.total) == (D("13420.00"), D("2684.00"), D("16104.00"))
    assert [(line.quantity, line.base_quantity, line.price, line.total) for line in lines] == [
        (D(80), D(2000), D("4.62"), D("11088.00")),
        (D(40), D(1000), D("4.18"), D("5016.00")),
    ]
    assert [step["step"] for step in lines[0].explanation] == ["pricing.price_type", "pricing.volume", "pricing.rounding"]
    assert happened == ["placed"]
    assert facts == [("ordering.OrderPlaced", f"order:{placed.id}")]


def test_numbers_grow_and_begin_with_the_deployments_prefix(make_portal: MakePortal) -> None:
    shop = Shop(make_portal(extra='order_prefix = "Z"'))
    assert [shop.order().number, shop.order().number] == ["Z10001", "Z10002"]


def test_every_problem_of_every_check_is_shown_at_once(shop: Shop) -> None:
    with shop.portal.work() as work:
        unpriced = shop.goods(work, name="Без цены")
        work.session.execute(Price.__table__.delete().where(Price.__table__.c.product_id == unpriced.id))
    wanted = (
        Wanted(shop.product.id, "кг", D(55)),
        Wanted(shop.hidden.id, "мешок", D(1)),
        Wanted(unpriced.id, "мешок", D(1)),
        Wanted(shop.second.id, "вагон", D(1)),
    )
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, Draft(contract_id=shop.contract.id, wanted=wanted))
    assert sorted(codes(refused)) == ["ordering.not_available", "pricing.no_price", "quantity.not_multiple", "quantity.unknown_unit"]
    assert orders(shop) == []


def test_an_invisible_product_answers_like_one_that_never_was(shop: Shop) -> None:
    answers = []
    for product_id in (shop.hidden.id, shop.company.id):
        with pytest.raises(Refused) as refused, shop.work() as work:
            place_order(work, Draft(contract_id=shop.contract.id, wanted=(Wanted(product_id, "мешок", D(1)),)))
        answers.append(refused.value.problems)
    assert answers[0] == answers[1]


def test_an_empty_cart_is_no_order(shop: Shop) -> None:
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, Draft(contract_id=shop.contract.id, cart_version=0))
    assert codes(refused) == ["ordering.empty"]


def test_a_contract_or_address_of_another_company_is_absent(shop: Shop) -> None:
    shown = shop.fill("4")
    for change in ({"contract_id": shop.other_contract.id}, {"address_id": shop.other_address.id}, {"contract_id": shop.product.id}):
        with pytest.raises(NotFound), shop.work() as work:
            place_order(work, replace(shop.draft(shown), **change))  # type: ignore[arg-type]
    assert orders(shop) == []


def test_a_tab_of_another_contract_is_told_so(shop: Shop) -> None:
    from b2bkit.testing import factories as make

    shown = shop.fill("4")
    with shop.portal.work() as work:
        second = make.contract(work, company=shop.company, entity=shop.entity, prices=shop.prices, categories=(shop.group,))
    with pytest.raises(Conflict) as conflict, shop.work() as work:
        place_order(work, replace(shop.draft(shown), contract_id=second.id))
    assert codes(conflict) == ["ordering.contract_switched"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entity", "change", "code"), [(Contract, {"active": False}, "contract_closed"), (Company, {"suspended": True}, "suspended")]
)
def test_a_closed_contract_or_a_suspended_company_orders_nothing(shop: Shop, entity: type, change: dict[str, bool], code: str) -> None:
    shown = shop.fill("4")
    with shop.portal.work() as work:
        row = work.session.get_one(entity, shop.contract.id if entity is Contract else shop.company.id)
        for name, value in change.items():
            setattr(row, name, value)
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, shop.draft(shown))
    assert codes(refused) == [f"ordering.{code}"]


def test_a_viewer_places_nothing(shop: Shop) -> None:
    with pytest.raises(Forbidden), shop.work(shop.viewer) as work:
        place_order(work, Draft(contract_id=shop.contract.id))


def test_a_price_that_changed_is_a_conflict_that_shows_old_and_new(shop: Shop) -> None:
    shown = shop.fill("40")
    shop.set_price(shop.product, "4.80")
    with pytest.raises(Conflict) as conflict, shop.work() as work:
        place_order(work, shop.draft(shown))
    assert codes(conflict) == ["ordering.dearer", "ordering.total_changed"]  # type: ignore[arg-type]
    assert "4.62" in conflict.value.problems[0].message
    assert "4.80" in conflict.value.problems[0].message
    assert orders(shop) == []
    with shop.work() as work:
        assert len(cart.view(work).lines) == 1


def test_a_day_that_has_passed_is_refused_in_the_zone_of_business(shop: Shop) -> None:
    shown = shop.fill("4")
    today = shop.portal.now.date()
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, shop.draft(shown, wanted_on=today - timedelta(days=1)))
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [("ordering.wanted_on", "wanted_on")]
    with shop.work() as work:
        place_order(work, shop.draft(shown, wanted_on=today))


def test_the_same_product_twice_in_one_unit_is_refused(shop: Shop) -> None:
    wanted = Wanted(shop.product.id, "мешок", D(4))
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, Draft(contract_id=shop.contract.id, wanted=(wanted, wanted)))
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [("ordering.duplicate_line", "lines.1.product_id")]


def test_two_tabs_with_one_cart_make_one_order(shop: Shop) -> None:
    shown = shop.fill("4")
    barrier, outcomes = threading.Barrier(2), []

    def place() -> None:
        barrier.wait()
        try:
            with shop.work() as work:
                outcomes.append(place_order(work, shop.draft(shown)).number)
        except Conflict as conflict:
            outcomes.append(conflict.problems[0].code)

    threads = [threading.Thread(target=place) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ordering.cart_changed", "П-10001"]
    assert len(orders(shop)) == 1


def test_a_change_in_another_tab_stops_the_order(shop: Shop) -> None:
    shown = shop.fill("4")
    with shop.work() as work:
        filling.change_line(work, line_id=shown.lines[0].line_id, quantity=D(400))  # type: ignore[arg-type]
    with pytest.raises(Conflict), shop.work() as work:
        place_order(work, shop.draft(shown))
    assert orders(shop) == []


def test_a_check_that_breaks_refuses_the_order_and_names_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(work: object, draft: object) -> list[object]:
        raise ZeroDivisionError

    from b2bkit.core.extend.things import OrderCheck

    kit = shop.portal.app.kit
    checks = (*kit.order_checks, OrderCheck(name="credit.limit", order=500, check=broken))  # type: ignore[arg-type]
    monkeypatch.setattr(shop.portal.app, "kit", replace(kit, order_checks=checks))
    shown = shop.fill("4")
    with pytest.raises(Refused) as refused, shop.work() as work:
        place_order(work, shop.draft(shown))
    assert codes(refused) == ["ordering.check_failed"]
    assert "credit.limit" in refused.value.problems[0].message


def test_an_order_of_five_lines_costs_at_most_forty_statements(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    with shop.portal.work() as work:
        goods = [shop.goods(work) for _ in range(5)]
    with shop.work() as work:
        for product in goods:
            shown = filling.add_line(work, product_id=product.id, unit="мешок", quantity=D(4))
    counted: list[str] = []

    def count(connection: object, cursor: object, statement: str, *others: object) -> None:
        counted.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        with shop.work() as work:
            place_order(work, shop.draft(shown))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    print(f"statements of an order of five lines: {len(counted)}")
    assert 10 < len(counted) <= 36  # four more belong to the request: session and idempotency key
