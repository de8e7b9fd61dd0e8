"""How an order may be paid: by status and contract, in parts that add up to the cent, told to whoever opens the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select, update

from b2bkit import Forbidden, NotFound
from b2bkit.core.accounts.models import Contract
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Due, Terms
from b2bkit.plugins.payments.models import PaymentsPart
from b2bkit.plugins.payments.plugin import PaymentsPlugin
from b2bkit.plugins.payments.service import calendar, ways
from b2bkit.plugins.payments.settings import PaymentsSettings
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import Portal
from tests.core.ordering.shop import Shop
from tests.core.ordering.test_checkout_steps import fields
from tests.core.settlements.test_pages import TellingErp
from tests.plugins.payments.test_payments import NOON, due
from tests.plugins.shared import DIALECTS, portal_with

D = Decimal
WAYS: dict[str, Any] = {
    "before": {"label": "Предоплата", "parts": [{"percent": 100}]},
    "later": {"label": "Отсрочка", "parts": [{"percent": 100, "days": "contract"}]},
    "thirds": {
        "label": {"ru": "Рассрочка", "en": "Instalments"},
        "parts": [{"percent": "33.33"}, {"percent": "33.33", "days": 30}, {"percent": "33.34", "days": 60}],
    },
}  # fmt: skip
STATUSES: dict[str, Any] = {
    "new": {"label": "Новый", "ways": ["before"]},
    "known": {"label": "Постоянный", "ways": ["before", "later"]},
    "key": {"label": "Ключевой", "ways": ["thirds", "later", "before"]},
}


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"payments": {}}, (TellingErp, Paying)) as found:
        yield found


class Paying(PaymentsPlugin):
    """The plugin with ways to pay: nested tables are more than the settings of these tests can say."""

    def __init__(self, _settings: object) -> None:
        super().__init__(PaymentsSettings(ways=WAYS, statuses=STATUSES, usual="new"))

    @classmethod
    def folder(cls) -> Path:
        return PaymentsPlugin.folder()


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    return Shop(portal)


def give(shop: Shop, status: str) -> None:
    with shop.work(shop.manager) as work:
        ways.give_status(work, company_id=shop.company.id, status=status)


def offered(shop: Shop, total: str = "100.00") -> list[str]:
    with shop.work() as work:
        return [way.key for way in ways.ways_for(work, shop.company.id, shop.contract.id, D(total))]


def placed(shop: Shop, client: Client, **typed: str) -> Order:
    assert client.post("/checkout", fields(client, **typed)).status_code == 303
    with shop.portal.work() as work:
        return work.session.scalars(select(Order).where(Order.company_id == shop.company.id).order_by(Order.id.desc())).first()  # type: ignore[return-value]


# the settings


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ways": {"half": {"label": "x", "parts": [{"percent": 50}]}}}, "100 percent"),
        ({"ways": {"x": {"label": "x", "parts": [{"percent": 50, "days": 9}, {"percent": 50, "days": 9}]}}}, "different days"),
        ({"statuses": {"new": {"label": "x", "ways": ["none"]}}}, "no way 'none'"),
        ({"usual": ""}, "usual"),
        ({"ways": {"Big": {"label": "x", "parts": [{"percent": 100}]}}}, "no key"),
    ],
)
def test_settings_that_do_not_fit_are_refused_with_their_place(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PaymentsSettings(**{"ways": WAYS, "statuses": STATUSES, "usual": "new", **changed})


# sums


@pytest.mark.parametrize("total", ["0.01", "0.02", "0.05", "100.00", "99999.99", "1234.57"])
@pytest.mark.parametrize("percents", [("100",), ("33.33", "33.33", "33.34"), ("25", "25", "25", "25"), ("10",) * 10])
def test_parts_add_up_to_the_cent_and_none_is_below_zero(total: str, percents: tuple[str, ...]) -> None:
    amounts = ways.split(D(total), [D(one) for one in percents])
    assert sum(amounts) == D(total)
    assert min(amounts) >= 0
    assert all(amount == amount.quantize(D("0.01")) for amount in amounts)


# what is offered


def test_status_and_contract_together_say_which_ways_there_are(shop: Shop) -> None:
    assert offered(shop) == ["before"]
    give(shop, "known")
    assert offered(shop) == ["before"]
    with shop.portal.work() as work:
        work.session.execute(update(Contract).where(Contract.id == shop.contract.id).values(payment_delay_days=14))
    assert offered(shop) == ["before", "later"]
    give(shop, "key")
    assert offered(shop) == ["thirds", "later", "before"]
    with shop.portal.work() as work:
        row = {"company_id": shop.company.id, "contract_id": shop.contract.id, "prepayment": D(30), "as_of": work.now}
        work.session.insert_rows(Terms, [row])
    assert offered(shop) == ["thirds", "before"]
    with shop.portal.work() as work:
        work.session.execute(update(Terms).where(Terms.contract_id == shop.contract.id).values(prepayment=D(50)))
    assert offered(shop) == ["before"]


def test_staff_give_a_status_to_clients_that_they_see_and_it_is_in_the_trail(shop: Shop) -> None:
    client = shop.sign_in(shop.manager)
    path = f"/admin/clients/{shop.company.id}"
    assert "Ways to pay" in client.get(path).text
    for _time in range(2):
        assert client.post(f"{path}/payment-status", {"status": "key"}).status_code == 303
    assert client.post(f"{path}/payment-status", {"status": "none"}).status_code == 422
    with shop.portal.work(write=False) as work:
        found = work.session.scalars(select(AuditEntry).where(AuditEntry.entity_id == str(shop.company.id))).all()
        assert [one.details for one in found if one.action == "payments.status_given"] == [{"before": "", "after": "key"}]
    with shop.portal.work() as work:
        stranger = make.staff(work)
    assert shop.portal.sign_in(stranger).post(f"{path}/payment-status", {"status": "new"}).status_code == 404
    assert shop.sign_in().post(f"{path}/payment-status", {"status": "key"}).status_code in (403, 404)
    with shop.work() as work, pytest.raises(Forbidden):
        ways.give_status(work, company_id=shop.company.id, status="key")
    with shop.work(shop.manager) as work, pytest.raises(NotFound):
        ways.give_status(work, company_id=shop.contract.id, status="key")


# the order


def test_the_buyer_chooses_and_the_parts_stand_with_the_order_in_the_calendar_and_in_its_comment(shop: Shop) -> None:
    give(shop, "key")
    shop.fill("4")
    client = shop.sign_in()
    page = client.get("/checkout").text
    assert "Instalments" in page
    assert client.post("/checkout", fields(client, payment_way="later")).status_code == 422
    order = placed(shop, client, payment_way="thirds", comment="к воротам")
    with shop.work() as work:
        parts = ways.parts_of(work, order.id)
    assert [part.due_on for part in parts] == [date(2026, 11, 24), date(2026, 12, 24), date(2027, 1, 23)]
    assert sum(part.amount for part in parts) == order.total
    assert order.comment.startswith("к воротам\nPayment: Instalments (")
    assert "Instalments" in client.get(f"/orders/{order.id}").text
    with shop.work(shop.colleague) as work:
        december = calendar.month(work, text="2026-12")
        assert [(one.due_on, one.amount, one.order_id) for one in december.dues] == [(parts[1].due_on, parts[1].amount, order.id)]
    with shop.work(shop.stranger) as work:
        assert ways.parts_of(work, order.id) == []


def test_what_1c_tells_of_an_order_takes_the_place_of_its_parts(shop: Shop) -> None:
    shop.fill("4")
    order = placed(shop, shop.sign_in())
    with shop.work(shop.colleague) as work:
        assert [one.amount for one in calendar.month(work).dues] == [order.total]
    due(shop, 5, "7.00", order_id=order.id)
    with shop.work(shop.colleague) as work:
        assert [one.amount for one in calendar.month(work).dues] == [D("7.00")]
    with shop.portal.work() as work:
        work.session.query(Due).filter_by(order_id=order.id).delete()
        work.session.execute(update(Order).where(Order.id == order.id).values(paid=True))
    with shop.work(shop.colleague) as work:
        assert calendar.month(work).dues == []


def test_a_part_whose_day_has_passed_is_not_called_overdue_by_the_portal(shop: Shop) -> None:
    shop.fill("4")
    placed(shop, shop.sign_in())
    shop.portal.pass_time(days=3)
    with shop.work(shop.colleague) as work:
        seen = calendar.month(work)
        assert (seen.dues, seen.late) == ([], [])


def test_a_program_says_the_way_by_name_and_gets_the_first_one_otherwise(shop: Shop) -> None:
    give(shop, "key")
    client = shop.sign_in()
    for told, expected in (({"payment_way": "before"}, "before"), ({}, "thirds")):
        shop.fill("4")
        answer = client.send("POST", "/api/v1/orders", {"steps": told})
        assert answer.status_code == 201, answer.text
        with shop.portal.work(write=False) as work:
            newest = work.session.scalars(select(PaymentsPart).order_by(PaymentsPart.id.desc()).limit(1)).one()
            assert newest.way == expected


def test_without_ways_in_the_settings_the_checkout_asks_nothing(shop: Shop) -> None:
    plain = PaymentsPlugin(PaymentsSettings())
    assert list(plain.register_checkout_steps()) == []
    assert not [route for route in plain.register_routes() if re.search("status", route.name)]
