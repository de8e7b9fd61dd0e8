"""What the ERP says of orders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import speaking
from b2bkit.core.ordering.models import Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service import orders
from b2bkit.core.ordering.service.journey import origin, steps
from b2bkit.core.outbox.models import StoredFact
from tests.core.ordering.shop import Shop

D = Decimal


def say(shop: Shop, **news: Any) -> erp.Applied:
    with shop.portal.work() as work:
        return erp.apply_order_status(work, erp.OrderNews(**{"system": "asked.line", "ref": "guid-1", "at": work.now, **news}))


def told(shop: Shop) -> tuple[str, str, bool, str]:
    with shop.portal.work() as work:
        order = work.session.query(Order).one()
        return order.status, order.erp_state, order.paid, order.erp_number


def test_an_order_goes_its_way_by_what_1c_says(shop: Shop) -> None:
    number = shop.order().number
    seen = []
    for flags in ({}, {"posted": True}, {"posted": True, "paid": True}, {"posted": True, "paid": True, "shipped": True}):
        say(shop, number=number, erp_number="УТ-1", **flags)
        seen.append(told(shop))
    assert seen == [
        ("placed", "taken", False, "УТ-1"),
        ("confirmed", "posted", False, "УТ-1"),
        ("confirmed", "posted", True, "УТ-1"),
        ("closed", "posted", True, "УТ-1"),
    ]


def test_saying_it_twice_changes_nothing_more(shop: Shop) -> None:
    number = shop.order().number
    outcomes = [say(shop, number=number, erp_number="УТ-1", posted=True, version="2").outcome for _ in range(2)]
    assert outcomes == ["changed", "unchanged"]
    with shop.portal.work() as work:
        assert work.session.query(StoredFact).filter_by(type="ordering.OrderStatusChanged").count() == 1


def test_older_news_than_known_is_ignored(shop: Shop) -> None:
    number = shop.order().number
    say(shop, number=number, posted=True, shipped=True, version="2026-11-24T12:00")
    assert say(shop, number=number, posted=False, version="2026-11-24T11:00").outcome == "older"
    assert told(shop)[0] == "shipped"


def test_an_unposted_and_a_cancelled_order_go_back_and_forth(shop: Shop) -> None:
    number = shop.order().number
    say(shop, number=number, posted=True)
    say(shop, number=number, posted=False)
    assert told(shop)[:2] == ("placed", "taken")
    say(shop, number=number, posted=False, cancelled=True)
    assert told(shop)[0] == "cancelled"
    say(shop, number=number, posted=True, cancelled=False)
    assert told(shop)[:2] == ("confirmed", "posted")


def test_an_impossible_step_is_kept_out_and_told_to_the_gateway(shop: Shop) -> None:
    number = shop.order().number
    say(shop, number=number, status="closed")
    applied = say(shop, number=number, status="placed")
    assert applied.outcome == "kept"
    assert applied.reason
    assert told(shop)[0] == "closed"


def test_news_of_an_order_whose_confirmation_was_lost_takes_it(shop: Shop) -> None:
    number = shop.order().number
    with shop.portal.work() as work:
        erp.offer_batch(work, "b1")
    say(shop, number=number, erp_number="УТ-1")
    with shop.portal.work() as work:
        assert erp.release_batch(work, "b1") == 0
        assert erp.offer_batch(work, "b2") == []


def test_an_order_of_1c_becomes_history_of_its_counterparty(shop: Shop) -> None:
    line = erp.NewsLine("guid-p", "ПЭВД", "кг", D(100), D("4.50"), D("450.00"), D("90.00"), D("540.00"))
    news: dict[str, Any] = {"erp_number": "УТ-000001", "posted": True, "shipped": True, "currency": "BYN", "lines": (line,)}
    with shop.portal.work() as work:
        erp.remember(work, system="asked.line", entity="product", pairs={"guid-p": shop.product.id})
        placed_at = work.now - timedelta(days=400)
    applied = say(shop, tax_id=shop.entity.tax_id, placed_at=placed_at, **news)
    assert applied.outcome == "history"
    assert say(shop, tax_id=shop.entity.tax_id, **news).outcome == "unchanged"
    assert say(shop, ref="guid-2", tax_id=shop.entity.tax_id, **news).outcome == "history"  # numbers begin anew each year
    with shop.work() as work:
        rows = orders.list_orders(work).items
        assert {(row.number, row.status, row.total, row.source, row.erp_state) for row in rows} == {
            ("УТ-000001", "shipped", D("540.00"), "erp", "none")
        }
        assert work.session.query(OrderLine).first().product_id == shop.product.id  # type: ignore[union-attr]
    with shop.work(shop.stranger) as work:
        assert orders.list_orders(work).items == ()


def test_an_order_of_nobody_known_is_left_alone(shop: Shop) -> None:
    assert say(shop, tax_id="000000000").outcome == "unknown"
    with shop.portal.work() as work:
        from b2bkit.testing import factories as make

        make.legal_entity(work, company=shop.other, tax_id=shop.entity.tax_id)
    assert say(shop, tax_id=shop.entity.tax_id).outcome == "unknown"  # two with one tax id: no guessing
    with shop.portal.work() as work:
        assert work.session.query(Order).count() == 0


def way_of(shop: Shop, **user: Any) -> tuple[str, list[tuple[str, str]]]:
    """The line under the title, and titles and words of the timeline, as the page of the only order shows them in English."""
    with shop.work(**user) as work, speaking("en", work.translations("en")):
        order = work.session.query(Order).one()
        times = orders.times_of(work, [order.id])[order.id]
        shown = orders.show(work, order.id)
        return origin(work, order, shown.placed_by), [(step.title, step.text) for step in steps(work, order, times, None)]


def test_history_is_dated_as_1c_dates_it_without_a_time_that_nobody_told(shop: Shop) -> None:
    with shop.portal.work() as work:
        placed = datetime(work.now.year - 1, 8, 6, tzinfo=work.config.portal.zone)
    year = placed.year
    days = {"placed_at": placed, "placed_on_day": True, "shipped_on": date(year, 8, 9), "paid_on": date(year, 9, 1)}
    say(shop, erp_number="УТ-1", tax_id=shop.entity.tax_id, posted=True, shipped=True, paid=True, **days)
    said, way = way_of(shop)
    assert said == f"from 1C, of 6\xa0August {year}"
    assert way == [("Ordered", f"6\xa0August {year}"), ("Posted in 1C", ""), ("Shipment", f"9\xa0August {year}")]


def test_history_without_days_shows_none_instead_of_the_day_of_the_import(shop: Shop) -> None:
    with shop.portal.work() as work:
        placed_at = work.now - timedelta(days=400)
    say(shop, tax_id=shop.entity.tax_id, posted=True, shipped=True, paid=True, placed_at=placed_at)
    with shop.portal.work() as work:
        assert [(event.kind, event.at) for event in work.session.query(OrderEvent)] == [("placed", placed_at)]
    assert way_of(shop)[1][2] == ("Shipment", "")


def test_a_shipment_of_an_order_of_the_portal_is_of_the_day_that_1c_names(shop: Shop) -> None:
    number = shop.order().number
    shop.portal.pass_time(days=5)
    with shop.portal.work() as work:
        shipped_on = work.now.astimezone(work.config.portal.zone).date() - timedelta(days=2)
    say(shop, number=number, posted=True, shipped=True, shipped_on=shipped_on)
    shipment = way_of(shop)[1][-1]
    assert shipment == ("Shipment", f"{shipped_on.day}\xa0{shipped_on:%B}")


def test_who_placed_an_order_is_said_with_its_day_when_that_is_not_today(shop: Shop) -> None:
    shop.order()
    with shop.portal.work() as work:
        local = work.now.astimezone(work.config.portal.zone)
    assert way_of(shop)[0] == f"placed by {shop.buyer.name} today at {local:%H:%M}"
    shop.portal.pass_time(days=1)
    assert way_of(shop)[0] == f"placed by {shop.buyer.name} on {local.day}\xa0{local:%B} at {local:%H:%M}"
