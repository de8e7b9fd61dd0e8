"""Originals: asked for by a client, a task in 1C, on their way, handed over; and whether an order's set of papers is whole."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import Conflict, NotFound, Refused
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.models import Order
from b2bkit.plugins.documents.models import OriginalsPaper
from b2bkit.plugins.documents.service import find, originals
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop
from tests.plugins.documents.archive import POLICY, PrintingErp, Prints, paper


@pytest.fixture
def line() -> Prints:
    PrintingErp.line = Prints()
    return PrintingErp.line


@pytest.fixture
def shop(make_portal: MakePortal, line: Prints) -> Shop:
    return Shop(make_portal(classes=(PrintingErp,), extra=POLICY))


def ask(shop: Shop, *papers: UUID, way: str = "delivery", note: str = "") -> UUID:
    with shop.work() as work:
        return originals.ask(work, papers=papers, way=way, note=note)


def row(shop: Shop, user: object = None) -> find.Row:
    with shop.work(user, write=False) as work:
        [found] = find.requests(work).items
        return found


def told(shop: Shop, kind: str) -> list[tuple[UUID, str]]:
    with shop.portal.work(write=False) as work:
        rows = select(Notification.user_id, Notification.text).where(Notification.kind == kind)
        return [tuple(one) for one in work.session.execute(rows)]


def codes(shop: Shop, *papers: UUID, **values: str) -> set[str]:
    with pytest.raises(Refused) as refused:
        ask(shop, *papers, **values)
    return {one.code for one in refused.value.problems}


def test_one_request_is_one_task_whose_end_in_1c_puts_the_papers_on_their_way(shop: Shop, line: Prints) -> None:
    first, second = paper(shop), paper(shop, "ТТН-18")
    request_id = ask(shop, first, second, note="Для бухгалтерии")
    shop.portal.run_jobs()
    [task] = line.tasks.values()
    assert task.kind == "documents.originals"
    assert "ТТН-17" in task.text
    assert "Для бухгалтерии" in task.text
    assert [who for who, _text in told(shop, "documents.originals_asked")] == [shop.manager.id]
    for _twice in range(2):
        with shop.portal.work() as work:
            tasks.answered(work, task_id=task.id, state="done", text="Едут с водителем", author="Светлана", at=work.now)
        shop.portal.run_jobs()
    seen = row(shop)
    assert (seen.id, seen.state, seen.answer, len(seen.papers)) == (request_id, "on_way", "Едут с водителем", 2)
    assert seen.sent_at is not None
    [(who, text)] = told(shop, "documents.originals_moved")
    assert who == shop.buyer.id
    assert "Едут с водителем" in text
    assert "Original: on the way" in shop.sign_in().get(f"/papers/{first}").text


def test_staff_move_a_request_and_the_buyer_sees_each_step(shop: Shop, line: Prints) -> None:
    request_id = ask(shop, paper(shop))
    shop.portal.run_jobs()
    client = shop.sign_in(shop.manager)
    assert "ТТН-17" in client.get("/admin/originals?state=asked").text
    assert shop.company.name in client.get("/admin").text
    path = f"/admin/originals/{request_id}/state"
    refused = client.post(path, {"to": "declined", "answer": ""})
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert client.post(path, {"to": "on_way", "answer": "РП123"}).status_code == 303
    assert "РП123" in shop.sign_in().get("/originals?state=open").text
    assert client.post(path, {"to": "handed", "answer": ""}).status_code == 303
    assert row(shop).state == "handed"
    assert row(shop).answer == "РП123"
    with shop.work(shop.manager) as work, pytest.raises(Conflict):
        originals.move(work, request_id=request_id, to="on_way")
    shop.portal.run_jobs()
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(GivenTask.state)).one() == "void"
        moved = select(AuditEntry.details).where(AuditEntry.action == "documents.originals_moved").order_by(AuditEntry.at, AuditEntry.id)
        assert [one["to"] for one in work.session.scalars(moved)] == ["on_way", "handed"]


def test_only_papers_on_offer_are_asked_for_and_none_twice(shop: Shop) -> None:
    waybill, invoice, foreign = paper(shop), paper(shop, "СЧ-1", kind="invoice"), paper(shop, "ТТН-9", mine=False)
    assert codes(shop) == {"papers_none"}
    assert codes(shop, invoice) == {"papers_unknown"}
    assert codes(shop, foreign) == {"papers_unknown"}
    assert codes(shop, waybill, way="pigeon", note="x" * 1001) == {"way", "note_long"}
    request_id = ask(shop, waybill)
    assert codes(shop, waybill) == {"papers_asked"}
    with shop.work() as work:
        assert find.on_offer(work) == []
        originals.withdraw(work, request_id=request_id)
    ask(shop, waybill)


def test_a_client_withdraws_what_is_not_sent_and_says_what_came(shop: Shop) -> None:
    request_id = ask(shop, paper(shop))
    with shop.work(shop.manager) as work:
        originals.move(work, request_id=request_id, to="on_way")
    with shop.work() as work, pytest.raises(Conflict):
        originals.withdraw(work, request_id=request_id)
    client = shop.sign_in()
    client.get("/originals")
    assert client.post(f"/originals/{request_id}/received").status_code == 303
    assert client.post(f"/originals/{request_id}/received").status_code == 303
    assert row(shop).state == "handed"


def test_nobody_sees_or_moves_requests_of_another_company(shop: Shop) -> None:
    request_id = ask(shop, paper(shop))
    stranger = shop.sign_in(shop.stranger)
    assert "ТТН-17" not in stranger.get("/originals").text
    for path in (f"/originals/{request_id}/withdraw", f"/originals/{request_id}/received", f"/admin/originals/{request_id}/state"):
        assert stranger.post(path, {"to": "handed"} if "admin" in path else {}).status_code in (403, 404)
        assert stranger.send("POST", f"/api/v1{path}").status_code == 404
    with shop.work(shop.stranger) as work, pytest.raises(NotFound):
        originals.received(work, request_id=request_id)
    assert row(shop).state == "asked"
    assert shop.sign_in().post(f"/admin/originals/{request_id}/state", {"to": "handed"}).status_code in (403, 404)


def test_a_form_that_is_refused_loses_nothing_and_sent_twice_is_one_request(shop: Shop) -> None:
    first, second = paper(shop), paper(shop, "ТТН-18")
    client = shop.sign_in()
    page = client.get(f"/originals/new?paper={first}").text
    assert page.count("checked") == 1
    refused = client.post("/originals/new", {"note": "К пятнице <b>", "way": "post"})
    assert refused.status_code == 422
    assert "К пятнице &lt;b&gt;" in refused.text
    form = {"papers": [str(first), str(second)], "way": "post", "_key": "0123456789abcdef0123"}
    assert [client.post("/originals/new", form).status_code for _ in range(2)] == [303, 303]
    assert len(row(shop).papers) == 2


def test_an_orders_page_says_whether_its_set_is_whole(shop: Shop) -> None:
    placed = shop.order()
    client = shop.sign_in()
    with shop.portal.work() as work:
        work.session.get_one(Order, placed.id).status = "shipped"
    assert "Not there yet: Shipment, Tax invoice" in client.get(f"/orders/{placed.id}").text
    paper(shop, order_id=placed.id)
    assert "Not there yet: Tax invoice" in client.get(f"/orders/{placed.id}").text
    paper(shop, "СФ-1", kind="tax_invoice", order_id=placed.id)
    page = client.get(f"/orders/{placed.id}").text
    assert "All papers of the shipment are here" in page
    assert f"/originals/new?order={placed.id}" in page


def test_an_old_order_of_which_no_paper_was_told_is_left_alone(shop: Shop) -> None:
    placed = shop.order()
    with shop.portal.work() as work:
        work.session.get_one(Order, placed.id).status = "closed"
    assert "Not there yet" in shop.sign_in().get(f"/orders/{placed.id}").text
    shop.portal.pass_time(days=61)
    assert "Not there yet" not in shop.sign_in().get(f"/orders/{placed.id}").text


def test_who_is_kept_to_some_papers_sees_no_request_that_names_another(shop: Shop) -> None:
    waybill, act = paper(shop), paper(shop, "АКТ-1", kind="act")
    both, only = ask(shop, waybill, act), ask(shop, paper(shop, "АКТ-2", kind="act"))
    for dimension, value in (("paper", "act"), ("contract", str(shop.contract.id)), ("contract", str(UUID(int=7)))):
        actor = replace(shop.actor(), limits={("settlements.papers", dimension): frozenset({value})})
        with shop.portal.app.work(actor, write=False) as work:
            seen = {one.id for one in find.requests(work).items}
            named = work.session.scalars(select(OriginalsPaper.paper_id)).all()
        expected = {"act": {only}, str(shop.contract.id): {both, only}}.get(value, set())
        assert seen == expected, value
        assert (waybill in named) == (both in expected)


def test_the_json_interface_asks_lists_and_receives(shop: Shop) -> None:
    paper_id, client = paper(shop), shop.sign_in()
    client.get("/")
    made = client.send("POST", "/api/v1/originals", {"papers": [str(paper_id)], "way": "pickup"})
    assert made.status_code == 201, made.text
    [one] = client.send("GET", "/api/v1/originals?state=open").json["items"]
    assert (one["id"], one["way"], one["papers"][0]["number"]) == (made.json["id"], "pickup", "ТТН-17")
    assert client.send("POST", f"/api/v1/originals/{made.json['id']}/received").status_code == 204
    assert client.send("POST", "/api/v1/originals", {"papers": [], "way": "fax"}).status_code == 422
