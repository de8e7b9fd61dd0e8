"""Orders to 1C exactly once, and their states back."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.models import Handover
from b2bkit.core.ordering.models import Order, OrderLine
from b2bkit.testing import factories
from b2bkit.testing.portal import Portal
from b2bkit_onec.commerceml.reader import read_stream
from b2bkit_onec.commerceml.records import Counterparty, Document, DocumentLine, Tax
from b2bkit_onec.commerceml.writer import documents_xml, state_requisites
from b2bkit_onec.simulate.batch import read_batch
from plugins.onec.tests.exchange.onec import OneC, upload

NOW = dt.datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 (1C's naive time)


class Buyer(NamedTuple):
    company: Any
    entity: Any
    contract: Any
    product: Any


@pytest.fixture
def buyer(portal: Portal) -> Buyer:
    """A client whose counterparty and product 1C knows."""
    with portal.work() as work:
        company = factories.company(work)
        entity = factories.legal_entity(work, company=company)
        contract = factories.contract(work, company=company, entity=entity)
        product = factories.product(work)
        for kind, row, ref in (("legal_entity", entity, "party-1"), ("product", product, "guid-1"), ("contract", contract, "contract-1")):
            erp.remember(work, system="onec", entity=kind, pairs={ref: row.id})
    return Buyer(company, entity, contract, product)


def place(portal: Portal, buyer: Buyer, number: str, *, product: Any = None) -> UUID:
    """An order of 75 kg, owed to 1C."""
    product = product or buyer.product
    with portal.work() as work:
        order_id, company_id = new_id(), buyer.company.id
        sums = {"net": Decimal("346.50"), "vat": Decimal("69.30"), "total": Decimal("415.80")}
        row = {
            "id": order_id, "company_id": company_id, "number": number, "legal_entity_id": buyer.entity.id,
            "contract_id": buyer.contract.id, "placed_at": work.now, "status": "placed", "currency": "BYN", "erp_state": "waiting", **sums,
        }  # fmt: skip
        work.session.insert_rows(Order, [row])
        line = {
            "company_id": company_id, "order_id": order_id, "position": 1, "product_id": product.id, "name": "ПЭВД 15803-020",
            "unit": "мешок", "factor": Decimal(25),
            "quantity": Decimal(3), "base_unit": "кг", "base_quantity": Decimal(75), "price": Decimal("4.62"),
            "vat_rate": Decimal(20), **sums,
        }  # fmt: skip
        work.session.insert_rows(OrderLine, [line])
        moment = {"created_at": work.now, "changed_at": work.now}
        work.session.insert_rows(Handover, [{"company_id": company_id, "order_id": order_id, "state": "waiting", **moment}])
    return order_id


def states(portal: Portal) -> dict[str, str]:
    with portal.work(write=False) as work:
        return {number: state for number, state in work.session.execute(select(Order.number, Order.erp_state))}  # noqa: C416


def query(onec: OneC) -> list[str]:
    """Numbers of the orders in the answer, read as strictly as 1C reads it."""
    return [order.number for order in read_batch(onec.ask("query", "sale").content)]


def test_an_order_is_offered_in_the_words_of_1c(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    order_id = place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    answer = onec.ask("query", "sale")
    assert answer.content.startswith(b"<?xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    (order,) = read_batch(answer.content)
    (line,) = order.lines
    assert (order.id, order.number, order.operation, order.currency) == (str(order_id), "П-000001", "Заказ товара", "BYN")
    assert (order.date, order.time) == (dt.date(2026, 11, 24), dt.time(12, 0)), "in the zone of the base"
    assert order.counterparties[0].id == "party-1"
    assert (line.id, line.quantity, line.unit_name, line.unit_code, line.factor) == ("guid-1", Decimal(75), "кг", "166", Decimal(1))
    assert (line.price, line.total, order.total) == (Decimal("4.62"), Decimal("346.50"), Decimal("346.50")), "VAT is not in it"
    assert (line.taxes[0].included, line.taxes[0].total) == (False, Decimal("69.30"))
    assert order.requisite("ДоговорИд") == "contract-1"


def test_no_orders_is_a_valid_file_without_documents(onec: OneC) -> None:
    onec.sign_in("sale")
    assert query(onec) == []


def test_nothing_is_confirmed_before_success_and_then_exactly_what_was_offered(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    assert query(onec) == ["П-000001"]
    place(portal, buyer, "П-000002")
    assert states(portal) == {"П-000001": "offered", "П-000002": "waiting"}
    assert query(onec) == ["П-000001"], "asked again, the same orders"
    assert onec.ask("success", "sale").text == "success"
    assert states(portal) == {"П-000001": "taken", "П-000002": "waiting"}
    onec.sign_in("sale")
    assert query(onec) == ["П-000002"]


def test_a_connection_lost_before_success_offers_the_order_again_and_once(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    assert query(onec) == ["П-000001"]
    lost, lost_cookie = OneC(portal), onec.cookie
    onec.sign_in("sale")
    assert states(portal) == {"П-000001": "waiting"}
    lost.cookie = lost_cookie
    assert lost.ask("success", "sale").text.startswith("failure"), "the old exchange confirms nothing any more"
    assert states(portal) == {"П-000001": "waiting"}
    assert query(onec) == ["П-000001"]
    onec.ask("success", "sale")
    onec.ask("success", "sale")
    onec.sign_in("sale")
    assert query(onec) == []


def test_bitrix_asks_until_a_reply_is_empty_and_confirms_all(make_portal: Any, buyer: Buyer, portal: Portal, onec: OneC) -> None:
    for number in range(3):
        place(portal, buyer, f"П-00000{number}")
    onec.sign_in("sale")
    onec.ask("init", "sale", version="3.1")
    given: list[str] = []
    while batch := query(onec):
        given += batch
    assert given == ["П-000000", "П-000001", "П-000002"]
    onec.ask("success", "sale")
    assert set(states(portal).values()) == {"taken"}


def test_an_order_that_1c_would_not_take_is_refused_and_the_others_go_out(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    with portal.work() as work:
        unknown = factories.product(work)
    place(portal, buyer, "П-000001", product=unknown)
    place(portal, buyer, "П-000002")
    onec.sign_in("sale")
    assert query(onec) == ["П-000002"]
    onec.ask("success", "sale")
    assert states(portal) == {"П-000001": "refused", "П-000002": "taken"}


def news(number: str, document_id: str, formed: dt.datetime = NOW, **told: Any) -> bytes:
    line = DocumentLine("guid-1", "guid-1", "", "ПЭВД", Decimal(75), Decimal("4.62"), Decimal("346.50"), unit_name="кг",
                        taxes=(Tax("НДС", Decimal(20), total=Decimal("57.75"), included=True),))  # fmt: skip
    document = Document(
        document_id, number, NOW.date(), NOW.time(), "Заказ товара", "Продавец", "BYN", total=Decimal("346.50"),
        counterparties=(Counterparty("party-1", "Клиент", official_name="Клиент", role="Покупатель"),), lines=(line, line),
        requisites=state_requisites(**told),
    )  # fmt: skip
    return b"\xef\xbb\xbf" + b"".join(documents_xml([document], formed_at=formed))


def order(portal: Portal, number: str) -> Order:
    with portal.work(write=False) as work:
        found = work.session.scalars(select(Order).where((Order.number == number) | (Order.erp_number == number))).one()
        assert isinstance(found, Order)
        return found


def test_states_come_back_step_by_step(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    order_id = place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    query(onec)
    onec.ask("success", "sale")
    steps: list[tuple[dict[str, Any], tuple[str, str, bool]]] = [
        ({"posted": True, "cancelled": False, "status": "К обеспечению"}, ("posted", "confirmed", False)),
        ({"posted": True, "cancelled": False, "status": "К отгрузке"}, ("posted", "ready", False)),
        ({"posted": True, "paid": True, "status": "К отгрузке"}, ("posted", "ready", True)),
        ({"posted": True, "paid": True, "shipped": True, "status": "Закрыт"}, ("posted", "closed", True)),
    ]
    for minute, (told, wanted) in enumerate(steps):
        body = news("П-000001", str(order_id), NOW + dt.timedelta(minutes=minute), number_1c="УТ-000007", **told)
        (said,) = onec.give({f"orders-{minute}_1.xml": body}, "sale")
        assert said.startswith("success"), said
        found = order(portal, "П-000001")
        assert (found.erp_state, found.status, found.paid) == wanted
        assert found.erp_number == "УТ-000007"


def test_an_older_file_changes_nothing_that_a_newer_one_said(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    order_id = place(portal, buyer, "П-000001")
    onec.give({"orders-2_1.xml": news("П-000001", str(order_id), posted=True, cancelled=False, status="К отгрузке")}, "sale")
    older = news("П-000001", str(order_id), NOW - dt.timedelta(minutes=5), posted=True, cancelled=True)
    onec.give({"orders-1_1.xml": older}, "sale")
    assert order(portal, "П-000001").status == "ready"


def test_what_1c_tells_of_counts_as_taken_though_success_was_lost(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    order_id = place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    query(onec)
    onec.give({"orders-1_1.xml": news("П-000001", str(order_id), posted=False, cancelled=False, status="Не согласован")}, "sale")
    onec.sign_in("sale")
    assert query(onec) == []
    assert states(portal) == {"П-000001": "taken"}


def test_an_order_that_only_1c_knows_becomes_history_of_its_client_once(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    body = news("ТД00-000031", "1c-guid-31", number_1c="УТ-000031", posted=True, cancelled=False, shipped=True, paid=True, status="Закрыт")
    for number in (1, 2):
        (said,) = onec.give({f"orders-{number}_1.xml": body}, "sale")
        assert said.startswith("success")
    found = order(portal, "УТ-000031")
    assert (found.source, found.status, found.company_id) == ("erp", "closed", buyer.company.id)
    assert (found.total, found.vat) == (Decimal("693.00"), Decimal("115.50")), "two equal lines are one"
    assert upload(portal, "orders-2_1.xml").counts["orders"]["new"] == 0


def test_an_order_of_a_stranger_is_refused_with_its_line(portal: Portal, onec: OneC) -> None:
    (said,) = onec.give({"orders-1_1.xml": news("X-1", "guid-x", posted=True)}, "sale")
    assert said.startswith("success")
    (refused,) = upload(portal, "orders-1_1.xml").refused
    assert (refused["code"], refused["id"], refused["line"] > 0) == ("unknown-order", "X-1", True)


def test_files_of_old_exchanges_that_never_ask_for_import_are_adopted(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    order_id = place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    assert onec.send("orders.xml", news("П-000001", str(order_id), posted=True, status="К отгрузке"), "sale") == "success"
    portal.pass_time(minutes=3)
    with portal.work() as work:
        work.enqueue("onec.adopt")
    portal.run_jobs()
    assert order(portal, "П-000001").status == "ready"


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    small = "bitrix" in request.node.name
    return {"encoding": "windows-1251" if "1251" in request.node.name else "utf-8", "batch": 2 if small else 200}


def test_orders_in_windows_1251_say_so(portal: Portal, onec: OneC, buyer: Buyer) -> None:
    place(portal, buyer, "П-000001")
    onec.sign_in("sale")
    answer = onec.ask("query", "sale")
    assert answer.headers["content-type"] == "text/xml; charset=windows-1251"
    (found,) = [one for one in read_stream(io.BytesIO(answer.content), "query.xml") if isinstance(one, Document)]
    assert found.number == "П-000001"
