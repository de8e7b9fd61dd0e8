"""Figures by day: reckoned from orders, again when something changes late, and seen by those alone who see the orders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from b2bkit import Forbidden, Level
from b2bkit.core.accounts.models import Membership
from b2bkit.core.db.types import new_id
from b2bkit.core.ordering.models import Cart, Order, OrderEvent, OrderLine
from b2bkit.core.ordering.service.life import change_status
from b2bkit.core.pricing.models import Price
from b2bkit.core.work import Actor
from b2bkit.plugins.analytics.models import AnalyticsDay, AnalyticsGoods, AnalyticsPeople, AnalyticsVisit
from b2bkit.plugins.analytics.service import follow, people
from b2bkit.plugins.analytics.service.periods import Period, Span, read_period
from b2bkit.plugins.analytics.service.purchases import Purchases, purchases
from b2bkit.plugins.analytics.service.sales import Sales, sales
from b2bkit.testing import factories as make
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Shop
from tests.plugins.shared import DIALECTS, portal_with

D = Decimal
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday; noon in the portal's zone
TODAY = date(2026, 11, 24)
MONTH = read_period(TODAY, "month")


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"analytics": {}, "tickets": {}}) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    portal.run_jobs()
    return Shop(portal)


def history(
    shop: Shop, total: str, *, days: int = 0, other: bool = False, name: str = "ПЭВД из 1С", product_id: UUID | None = None, **values: Any
) -> UUID:
    """An order from the ERP, so many days ago, with one line."""
    company, entity, contract = (
        (shop.other, shop.other_entity, shop.other_contract) if other else (shop.company, shop.entity, shop.contract)
    )
    order_id = new_id()
    with shop.portal.work() as work:
        row = {
            "id": order_id, "company_id": company.id, "source": "erp", "number": "УТ-1", "legal_entity_id": entity.id,
            "contract_id": contract.id, "placed_by": None, "placed_at": work.now - timedelta(days=days), "status": "closed",
            "currency": "BYN", "net": D(total), "vat": D(0), "total": D(total), "erp_state": "none", "erp_as_of": work.now, **values,
        }  # fmt: skip
        work.session.insert_rows(Order, [row])
        line = {
            "company_id": company.id, "order_id": order_id, "position": 1, "product_id": product_id, "article": "", "name": name,
            "unit": "кг", "factor": D(1), "quantity": D(10), "base_unit": "кг", "base_quantity": D(10), "price": D(total) / 10,
            "vat_included": True, "vat_rate": None, "net": D(total), "vat": D(0), "total": D(total), "explanation": [],
        }  # fmt: skip
        work.session.insert_rows(OrderLine, [line])
    return order_id


def reckoned(shop: Shop) -> None:
    """The facts are delivered, the jobs have run."""
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        follow.sweep(work)
        follow.reckon_stale(work)
        people.count_people(work)


def seen(shop: Shop, actor: Actor | None = None, period: Period = MONTH, **asked: Any) -> Purchases:
    with shop.portal.app.work(actor or shop.actor(), lang="en") as work:
        return purchases(work, period, **asked)


def sold(shop: Shop, actor: Actor | None = None, period: Period = MONTH, **asked: Any) -> Sales:
    with shop.portal.app.work(actor or shop.actor(shop.manager), lang="en") as work:
        return sales(work, period, **asked)


def rows_of(shop: Shop) -> list[tuple[Any, ...]]:
    """All that is reckoned of the two companies, without ids."""
    with shop.portal.work(write=False) as work:
        found: list[tuple[Any, ...]] = []
        for entity in (AnalyticsDay, AnalyticsGoods):
            columns = [getattr(entity, name) for name in ("day", "place", "total", "known", "listed")]
            mine = entity.company_id.in_((shop.company.id, shop.other.id))
            found += [tuple(row) for row in work.session.execute(select(*columns).where(mine).order_by(entity.day, entity.place))]
        return found


# reckoning


def test_an_order_is_in_the_figures_of_its_day_and_reckoning_again_changes_nothing(shop: Shop) -> None:
    history(shop, "100.00", days=40)
    shop.order("4")
    reckoned(shop)
    before = rows_of(shop)
    with shop.portal.work() as work:
        follow.reckon_all(work)
    assert rows_of(shop) == before
    with shop.portal.work() as work:
        follow.reckon_again(work, 60)
    assert rows_of(shop) == before
    found = seen(shop)
    with shop.portal.work(write=False) as work:
        order = work.session.scalars(select(Order).where(Order.company_id == shop.company.id, Order.source == "portal")).one()
    assert (found.now.orders, found.now.total) == (1, order.total)
    assert found.before.orders == 1


def test_a_day_is_one_of_the_portals_time_zone(shop: Shop) -> None:
    history(shop, "10.00", placed_at=datetime(2026, 10, 31, 21, 30, tzinfo=UTC))  # half past midnight in Minsk, on November 1
    history(shop, "20.00", placed_at=datetime(2026, 10, 31, 20, 30, tzinfo=UTC))
    reckoned(shop)
    assert seen(shop).now.total == D("10.00")


def test_a_late_change_of_an_old_order_reckons_its_day_again(shop: Shop) -> None:
    order_id = history(shop, "100.00", days=50, status="placed")
    reckoned(shop)
    period = read_period(TODAY, "month", "2026-10")
    assert seen(shop, period=period).now.orders == 1
    with shop.portal.work() as work:
        change_status(work, order_id=order_id, to="cancelled")
    reckoned(shop)
    found = seen(shop, period=period)
    assert (found.now.orders, found.now.cancelled, found.now.total) == (0, 1, D(0))
    assert found.goods == []


def test_history_that_1c_sends_later_is_found_by_the_sweep(shop: Shop) -> None:
    reckoned(shop)
    shop.portal.pass_time(hours=3)
    history(shop, "77.00", days=20)
    with shop.portal.work() as work:
        follow.sweep(work)
        follow.reckon_stale(work)
    assert seen(shop).now.total == D("77.00")


def test_money_of_two_currencies_is_never_added(shop: Shop) -> None:
    history(shop, "100.00")
    history(shop, "7.00", currency="RUB")
    reckoned(shop)
    found = seen(shop)
    assert (found.currencies, found.currency, found.now.total) == (["BYN", "RUB"], "BYN", D("100.00"))
    assert seen(shop, currency="RUB").now.total == D("7.00")
    assert [share.total for share in seen(shop, currency="RUB").goods] == [D("7.00")]
    assert sold(shop).all_now.orders == 2


# savings


def test_savings_are_what_the_list_price_is_above_the_price_that_was_paid(shop: Shop) -> None:
    with shop.portal.work() as work:
        row: dict[str, Any] = {"price_type_id": shop.prices.id, "product_id": shop.product.id, "min_quantity": D(100), "value": D("4.00")}
        row["as_of"] = work.now
        work.session.insert_rows(Price, [row])
    placed = shop.order("4")  # 100 kg at 4.00 instead of 4.62
    history(shop, "500.00")
    reckoned(shop)
    found = seen(shop)
    with shop.portal.work(write=False) as work:
        line = work.session.scalars(select(OrderLine).where(OrderLine.order_id == placed.id)).one()
    expected = (line.total * D("4.62") / D("4.00")).quantize(D("0.01"))
    assert (found.now.known, found.now.listed) == (line.total, expected)
    assert found.now.saved == expected - line.total > 0
    assert found.savings_since == TODAY
    assert [(share.total, share.saved) for share in found.goods] == [(D("500.00"), None), (line.total, found.now.saved)]


# who sees what


def test_goods_that_one_sees_no_more_are_named_without_a_way_to_their_page(shop: Shop) -> None:
    history(shop, "100.00", product_id=shop.hidden.id, name=shop.hidden.name)
    history(shop, "50.00", product_id=shop.product.id, name=shop.product.name)
    reckoned(shop)
    assert [(share.name, share.id) for share in seen(shop).goods] == [(shop.hidden.name, None), (shop.product.name, shop.product.id)]
    assert [share.name for share in seen(shop).groups] == [shop.closed_group.name, shop.group.name]


def test_another_company_sees_nothing_of_it(shop: Shop) -> None:
    history(shop, "100.00")
    history(shop, "5.00", other=True)
    reckoned(shop)
    assert seen(shop).now.total == D("100.00")
    assert seen(shop, shop.actor(shop.stranger)).now.total == D("5.00")
    page = shop.sign_in(shop.stranger).get(f"/analytics?entity={shop.entity.id}").text
    assert "100.00" not in page
    assert shop.entity.name not in page
    mine = shop.sign_in().get("/api/v1/analytics/purchases").json
    assert (mine["now"]["total"], len(mine["legal_entities"])) == ("100.00", 1)


def test_who_is_kept_to_one_contract_sees_its_figures_alone_even_where_only_orders_are_narrowed(shop: Shop) -> None:
    with shop.portal.work() as work:
        second = make.contract(work, company=shop.company, entity=shop.entity, prices=shop.prices, categories=(shop.group,))
    history(shop, "100.00")
    history(shop, "30.00", contract_id=second.id)
    reckoned(shop)
    for permission in ("", "ordering.view", "analytics.view"):
        narrow = replace(shop.actor(), limits=MappingProxyType({(permission, "contract"): frozenset({str(second.id)})}))
        found = seen(shop, narrow)
        assert found.now.total == D("30.00"), permission
        assert sum(share.total for share in (*found.goods, *found.entities)) == D("60.00")


def test_who_sees_his_own_orders_alone_sees_their_figures_alone(shop: Shop) -> None:
    history(shop, "100.00")
    shop.order("4")
    shop.order("4", user=shop.colleague)
    reckoned(shop)
    actor = shop.actor()
    own = replace(actor, levels={**actor.levels, "ordering.view": Level.OWN})
    assert (seen(shop, own).now.orders, seen(shop, actor).now.orders) == (1, 3)


def test_without_a_right_there_are_no_figures_and_staff_see_their_clients_alone(shop: Shop) -> None:
    history(shop, "100.00")
    reckoned(shop)
    with shop.work(shop.viewer) as work, pytest.raises(Forbidden):
        purchases(work, MONTH)
    assert shop.sign_in(shop.viewer).get("/analytics").status_code in (403, 404)
    assert shop.sign_in().get("/admin/analytics").status_code in (403, 404)
    actor = shop.actor()
    blind = replace(actor, levels={name: level for name, level in actor.levels.items() if name != "ordering.view"})
    assert seen(shop, blind).now.orders == 0
    with shop.portal.work() as work:
        another = make.staff(work)
    assert sold(shop).all_now.orders == 1
    assert sold(shop, replace(shop.actor(shop.manager), user_id=another.id)).all_now.orders == 0


# staff


def test_orders_that_nobody_had_to_touch_are_those_placed_here_and_never_refused(shop: Shop) -> None:
    history(shop, "100.00")
    shop.order("4")
    refused = shop.order("4")
    behalf = shop.order("4")
    with shop.portal.work() as work:
        event = {"company_id": shop.company.id, "order_id": refused.id, "kind": "refused", "at": work.now}
        work.session.insert_rows(OrderEvent, [event])
        work.session.execute(update(OrderEvent).where(OrderEvent.order_id == behalf.id).values(note="behalf"))
    reckoned(shop)
    found = sold(shop)
    assert (found.all_now.orders, found.all_now.by_hand, found.all_now.alone_percent) == (4, 3, D("25.0"))
    assert (found.clients, [one.name for one in found.top]) == ((1, 0), [shop.company.name])


def test_people_are_counted_by_day_from_the_first_page_to_the_order(shop: Shop) -> None:
    for user in (shop.buyer, shop.colleague, shop.viewer, shop.manager):
        shop.sign_in(user).get("/")
    shop.fill("2", user=shop.colleague)
    shop.order("4")
    for _time in range(2):
        reckoned(shop)
    assert sold(shop).funnel[0] == (3, 2, 1)
    shop.portal.pass_time(days=12)
    with shop.portal.work() as work:
        people.count_people(work)
        mine = AnalyticsVisit.company_id == shop.company.id
        assert list(work.session.scalars(select(AnalyticsVisit.id).where(mine, AnalyticsVisit.day <= TODAY))) == []
        kept = select(AnalyticsPeople.came).where(AnalyticsPeople.company_id == shop.company.id, AnalyticsPeople.day == TODAY)
        assert work.session.scalar(kept) == 3
        assert work.session.scalar(select(Cart.id).where(Cart.company_id == shop.company.id).limit(1)) is not None


def test_what_tickets_count_stands_beside_and_a_figure_that_fails_is_left_out(shop: Shop) -> None:
    assert [one.name for one in sold(shop).told] == ["tickets.first_answer", "tickets.in_time"]

    def broken(*_given: object) -> Any:
        raise RuntimeError("no figure")

    with shop.work(shop.manager) as work:
        first, second = work.kit.figures
        work.kit = replace(work.kit, figures=(replace(first, load=broken), second))
        assert [one.name for one in sales(work, MONTH).told] == ["tickets.in_time"]


# pages, files


def test_the_number_of_statements_does_not_follow_the_number_of_orders(shop: Shop) -> None:
    history(shop, "1.00")
    reckoned(shop)
    counts = []
    for _time in range(2):
        with shop.work() as work, counted_statements() as found:
            purchases(work, MONTH)
        with shop.work(shop.manager) as work, counted_statements() as staff:
            sales(work, MONTH)
        counts.append((len(found), len(staff)))
        for number in range(12):
            history(shop, "3.00", days=number, name=f"Марка {number}")
        reckoned(shop)
    assert counts[0] == counts[1]


def test_pages_speak_of_the_period_and_files_hold_text_as_text(shop: Shop) -> None:
    history(shop, "123.45", name='=HYPERLINK("http://evil.example")')
    history(shop, "50.00", days=40, name="<script>alert(1)</script>")
    reckoned(shop)
    client, staff = shop.sign_in(), shop.sign_in(shop.manager)
    page = client.get("/analytics").text
    assert "November 2026" in page
    assert "123.45" in page
    assert "+146.9" in page
    october = client.get("/analytics?at=2026-10").text
    assert "&lt;script&gt;alert(1)" in october
    assert "<script>alert(1)" not in october
    days = "kind=own&since=2026-11-01&until=2026-11-30"
    for address in ("kind=quarter", "kind=year&at=2026", days, "kind=month&at=2019-13", "currency=ABC"):
        assert client.get(f"/analytics?{address}").status_code == 200, address
        assert staff.get(f"/admin/analytics?{address}").status_code == 200, address
    assert client.get("/analytics?kind=ever").status_code == 422
    assert "No orders in this period" in client.get("/analytics?kind=month&at=2019-05").text
    for answer in (client.get("/analytics/file"), staff.get("/admin/analytics/file")):
        assert answer.status_code == 200
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert "<f>" not in sheet
            assert "<hyperlink" not in sheet
    told = staff.get("/api/v1/analytics/sales").json
    assert (told["now"]["orders"], told["now"]["by_hand"], told["total"]) == (1, 1, "123.45")


def test_first_pages_show_the_month(shop: Shop) -> None:
    assert "Purchases this month" not in shop.sign_in().get("/").text
    history(shop, "123.45")
    reckoned(shop)
    assert "Purchases this month" in shop.sign_in().get("/").text
    staff = shop.sign_in(shop.manager)
    assert "Sales this month" in staff.get("/admin").text
    card = staff.get(f"/admin/clients/{shop.company.id}").text
    assert "Orders of twelve months" in card
    assert "123.45" in card
    assert "Orders of twelve months" not in staff.get(f"/admin/clients/{shop.other.id}").text


def test_a_dismissed_person_sees_no_figures(shop: Shop) -> None:
    client = shop.sign_in()
    with shop.portal.work() as work:
        work.session.execute(update(Membership).where(Membership.user_id == shop.buyer.id).values(dismissed_at=work.now))
    assert client.get("/api/v1/analytics/purchases").status_code in (401, 404)


# periods


@pytest.mark.parametrize(
    ("kind", "key", "span", "before"),
    [
        ("month", "2026-02", ("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-01-31")),
        ("month", "", ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-24")),
        ("quarter", "2026-Q1", ("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31")),
        ("year", "2025", ("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),
        ("year", "2026-Q1", ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-11-24")),
    ],
)
def test_a_period_is_compared_with_the_one_before_as_far_as_it_has_come(kind: Any, key: str, span: Any, before: Any) -> None:
    found = read_period(TODAY, kind, key)
    assert found.span == Span(*map(date.fromisoformat, span))
    assert found.before == Span(*map(date.fromisoformat, before))


def test_days_of_ones_own_are_put_into_order_and_compared_with_as_many_before() -> None:
    found = read_period(TODAY, "own", "", date(2026, 10, 10), date(2026, 10, 1))
    assert (found.span, found.before) == (Span(date(2026, 10, 1), date(2026, 10, 10)), Span(date(2026, 9, 21), date(2026, 9, 30)))
    assert read_period(TODAY, "own", "", date(2010, 1, 1), date(2026, 1, 1)).span.first == date(2023, 12, 31)
    assert read_period(TODAY, "own").kind == "month"
