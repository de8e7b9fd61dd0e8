"""Cancelling an order: at once while the ERP does not have it, by asking when it has."""

from __future__ import annotations

from uuid import UUID

import pytest

from b2bkit.core.erp.models import Handover
from b2bkit.core.erp.service import handover
from b2bkit.core.errors import Conflict, NotFound
from b2bkit.core.extend.things import Receipt
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.models import Order, OrderEvent
from b2bkit.core.ordering.service import shelf
from tests.core.ordering.shop import Shop


def state(shop: Shop, order_id: UUID) -> tuple[str, str, bool]:
    """Status, what the ERP has of it, whether cancelling was asked for."""
    with shop.portal.work() as work:
        order = work.session.get_one(Order, order_id)
        return order.status, order.erp_state, order.cancel_asked_at is not None


def cancel(shop: Shop, order_id: UUID, reason: str = "Ошибка в количестве") -> bool:
    with shop.work() as work:
        return shelf.cancel(work, order_id=order_id, reason=reason)


def offered(shop: Shop, batch: str = "first") -> list[tuple[str, bool]]:
    with shop.portal.work() as work:
        return [(one.number, one.cancelled) for one in handover.offer_batch(work, batch)]


def confirmed(shop: Shop, batch: str = "first") -> None:
    with shop.portal.work() as work:
        handover.confirm_batch(work, batch)


def test_without_an_erp_it_is_cancelled_at_once_with_who_and_why(shop: Shop) -> None:
    placed = shop.order()
    client = shop.sign_in()
    assert "Cancel the order" in client.get(f"/orders/{placed.id}").text
    page = client.post(f"/orders/{placed.id}/cancel", {"reason": "Ordered twice"}, follow=True).text
    assert f"{shop.buyer.name} · Ordered twice" in page
    assert "Cancel the order" not in page
    assert state(shop, placed.id) == ("cancelled", "none", False)


def test_an_order_that_1c_never_saw_is_not_sent_any_more(shop_with_erp: Shop) -> None:
    placed = shop_with_erp.order()
    assert cancel(shop_with_erp, placed.id)
    assert state(shop_with_erp, placed.id)[0] == "cancelled"
    shop_with_erp.portal.run_jobs()  # the delivery of the placed order comes after it was cancelled
    assert offered(shop_with_erp) == []


def test_an_order_that_1c_has_goes_to_it_once_more_as_cancelled_and_stays_until_1c_answers(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    placed = shop.order()
    assert offered(shop) == [(placed.number, False)]
    confirmed(shop)
    assert not cancel(shop, placed.id)
    assert state(shop, placed.id) == ("placed", "taken", True)
    assert offered(shop, "second") == [(placed.number, True)]
    confirmed(shop, "second")
    assert offered(shop, "third") == []
    assert state(shop, placed.id) == ("placed", "taken", True)
    assert "Cancelling was asked for" in shop.sign_in().get(f"/orders/{placed.id}").text


def test_an_order_that_1c_may_have_is_not_cancelled_behind_its_back(shop_with_erp: Shop) -> None:
    placed = shop_with_erp.order()
    offered(shop_with_erp)
    assert not cancel(shop_with_erp, placed.id)
    with shop_with_erp.portal.work() as work:
        handover.release_batch(work, "first")
    assert offered(shop_with_erp, "second") == [(placed.number, True)]


def test_an_order_cancelled_on_its_way_is_told_to_1c_afterwards(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    placed = shop.order()
    assert cancel(shop, placed.id)
    with shop.portal.work() as work:  # the answer to what was sent before comes late
        handover._record(work, placed.id, Receipt("taken", number="УТ-1"))
    assert offered(shop, "second") == [(placed.number, True)]


def test_the_manager_is_told_and_the_reason_stands_in_the_history(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    placed = shop.order()
    offered(shop)
    cancel(shop, placed.id)
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        told = work.session.query(Notification).filter_by(user_id=shop.manager.id).all()
        assert any(placed.number in one.title and "Ошибка в количестве" in one.text for one in told)
        [asked] = work.session.query(OrderEvent).filter_by(order_id=placed.id, kind="cancel_asked").all()
        assert (asked.actor, asked.note) == (shop.buyer.name, "Ошибка в количестве")


def test_twice_and_too_late_are_conflicts_and_foreign_is_absent(shop_with_erp: Shop) -> None:
    shop = shop_with_erp
    placed = shop.order()
    cancel(shop, placed.id)
    with pytest.raises(Conflict, match="cannot be cancelled"):
        cancel(shop, placed.id)
    with pytest.raises(NotFound), shop.work(shop.stranger) as work:
        shelf.cancel(work, order_id=placed.id, reason="")
    with shop.portal.work() as work:
        assert work.session.query(Handover).filter_by(order_id=placed.id).all() == []
