"""Every order reaches the ERP exactly once, whatever breaks in between."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from b2bkit.core.accounts.models import LegalEntity
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import Handover
from b2bkit.core.errors import Conflict, Forbidden
from b2bkit.core.ordering.models import Order, OrderEvent
from b2bkit.core.outbox.models import StoredFact
from tests.core.ordering.shop import Shop


def states(shop: Shop) -> list[tuple[str, str]]:
    with shop.portal.work() as work:
        rows = (
            work.session.query(Order.erp_state, Handover.state)
            .join(Handover, Handover.order_id == Order.id)
            .order_by(Order.placed_at, Order.id)
        )
        return [(order, handover) for order, handover in rows]


def facts(shop: Shop, name: str) -> int:
    with shop.portal.work() as work:
        return work.session.query(StoredFact).filter_by(type=name).count()


def test_an_order_is_owed_once_however_often_its_fact_is_delivered(shop: Shop) -> None:
    placed = shop.order()
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        from b2bkit.core.erp.service.handover import hand_over
        from b2bkit.core.ordering.events import OrderPlaced

        hand_over(work, OrderPlaced(placed.id, shop.company.id, placed.number))
    shop.portal.run_jobs()
    assert states(shop) == [("waiting", "waiting")]


def test_an_offered_order_carries_all_that_1c_needs(shop: Shop) -> None:
    placed = shop.order("80")
    with shop.portal.work() as work:
        erp.remember(work, system="asked.line", entity="product", pairs={"guid-1": shop.product.id})
        erp.remember(work, system="asked.line", entity="legal_entity", pairs={"guid-2": shop.entity.id})
        [order] = erp.offer_batch(work, "b1")
        tax_id = work.session.get_one(LegalEntity, shop.entity.id).tax_id
    assert (order.id, order.number, order.currency) == (placed.id, "П-10001", "BYN")
    assert (order.party.ref, order.party.tax_id, order.contract_number) == ("guid-2", tax_id, shop.contract.number)
    [line] = order.lines
    assert (line.product_ref, line.unit, line.base_unit) == ("guid-1", "мешок", "кг")
    assert line.factor * line.quantity == line.base_quantity
    assert (order.net, order.vat, order.total) == (line.net, line.vat, line.total)


def test_confirming_confirms_what_was_offered_in_that_batch_and_nothing_else(shop: Shop) -> None:
    shop.order()
    with shop.portal.work() as work:
        assert len(erp.offer_batch(work, "b1")) == 1
    shop.order()
    with shop.portal.work() as work:
        assert erp.confirm_batch(work, "b2") == 0
        assert erp.confirm_batch(work, "b1") == 1
        assert erp.confirm_batch(work, "b1") == 0
    assert states(shop) == [("taken", "taken"), ("waiting", "waiting")]
    assert facts(shop, "ordering.OrderTaken") == 1


def test_pages_of_a_batch_follow_each_other_and_end(shop: Shop) -> None:
    for _ in range(3):
        shop.order()
    with shop.portal.work() as work:
        assert [len(erp.offer_batch(work, "b1", limit=2)) for _ in range(3)] == [2, 1, 0]
        assert [order.number for order in erp.offered_in(work, "b1")] == ["П-10001", "П-10002", "П-10003"]


def test_a_broken_exchange_puts_its_orders_back(shop: Shop) -> None:
    shop.order()
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
        assert erp.release_batch(work, "b1") == 1
    assert states(shop) == [("waiting", "waiting")]
    with shop.portal.work() as work:
        assert len(erp.offer_batch(work, "b2")) == 1
        assert erp.confirm_batch(work, "b1") == 0


def test_an_offer_that_nobody_confirmed_or_released_is_made_again_after_half_an_hour(shop: Shop) -> None:
    shop.order()
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
        assert erp.offer_batch(work, "b2") == []
    shop.portal.pass_time(minutes=31)
    with shop.portal.work() as work:
        assert len(erp.offer_batch(work, "b2")) == 1


def test_a_refused_order_waits_for_a_person_who_sends_it_again(shop: Shop) -> None:
    placed = shop.order()
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
        erp.refuse(work, placed.id, "Договор закрыт")
    assert states(shop) == [("refused", "refused")]
    with shop.portal.work() as work:
        assert erp.offer_batch(work, "b2") == []
    with pytest.raises(Forbidden), shop.work() as work:
        erp.resend(work, placed.id)
    with shop.work(shop.manager) as work:
        erp.resend(work, placed.id)
    shop.portal.run_jobs()
    assert states(shop) == [("waiting", "waiting")]
    with shop.portal.work() as work:
        assert len(erp.offer_batch(work, "b3")) == 1


def test_what_the_erp_has_is_not_sent_twice(shop: Shop) -> None:
    placed = shop.order()
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
        erp.confirm_batch(work, "b1")
    with pytest.raises(Conflict), shop.work(shop.manager) as work:
        erp.resend(work, placed.id)
    with shop.portal.work() as work:
        erp.refuse(work, placed.id, "too late")
    assert states(shop) == [("taken", "taken")]


def test_two_exchanges_at_once_share_no_order(shop: Shop) -> None:
    for _ in range(4):
        shop.order()
    barrier, offered = threading.Barrier(2), []

    def ask(batch: str) -> None:
        barrier.wait()
        with shop.portal.work() as work:
            offered.extend(order.number for order in erp.offer_batch(work, batch))

    threads = [threading.Thread(target=ask, args=(batch,)) for batch in ("b1", "b2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(offered) == ["П-10001", "П-10002", "П-10003", "П-10004"]


def test_the_timeline_tells_when_1c_took_and_posted_it(shop: Shop) -> None:
    placed = shop.order()
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
        erp.confirm_batch(work, "b1")
        news = erp.OrderNews(
            system="asked.line", ref="guid", number=placed.number, erp_number="УТ-004871", at=work.now + timedelta(minutes=1), posted=True
        )
        assert erp.apply_order_status(work, news).outcome == "changed"
        assert [row.kind for row in work.session.query(OrderEvent).order_by(OrderEvent.id)] == ["placed", "taken", "posted", "confirmed"]
