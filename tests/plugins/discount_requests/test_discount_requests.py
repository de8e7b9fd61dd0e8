"""A discount on the cart: asked for, answered by staff or by the ERP, used once, for what it was granted for, and explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import ErpGateway, ErpTask, OpenWork, Plugin, Refused, TaskReceipt, hookimpl
from b2bkit.core.audit.service import history
from b2bkit.core.catalog.service import ListQuery, list_products
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.models import OrderLine
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.lines import Wanted, appraise
from b2bkit.core.ordering.service.place import place_order
from b2bkit.plugins.discount_requests.models import DiscountRequest
from b2bkit.plugins.discount_requests.service import answering, asking
from b2bkit.testing import factories as make
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import NOON, Portal
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Asked, Shop
from tests.plugins.shared import DIALECTS, portal_with

D = Decimal


class TakingTasks(Asked):
    """A gateway whose ERP takes tasks for managers."""

    name = "desk.line"

    def capabilities(self) -> frozenset[str]:
        return frozenset({"orders.out", "order_status.in", "tasks.out"})

    def put_task(self, open_work: OpenWork, task: ErpTask) -> TaskReceipt:
        return TaskReceipt("open", "17")


class DeskErp(Plugin):
    """The line to an ERP of these tests."""

    name = "desk"

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield TakingTasks()


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    plugins = {"discount_requests": {"over": 50}}
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), plugins, (DeskErp,)) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    return Shop(portal)


def ask(shop: Shop, percent: str = "10") -> UUID:
    shop.fill("4", "2")
    with shop.work() as work:
        return asking.ask(work, reason="Годовой объём 60 т", percent=D(percent))


def grant(shop: Shop, wish: UUID, **values: object) -> str:
    with shop.work(shop.manager) as work:
        return answering.grant(work, wish, **values)  # type: ignore[arg-type]


def prices(shop: Shop, user: object = None) -> list[Decimal | None]:
    with shop.work(user) as work:  # type: ignore[arg-type]
        return [line.price for line in cart.view(work).lines]


def state(shop: Shop, wish: UUID) -> str:
    with shop.portal.work() as work:
        return work.session.get_one(DiscountRequest, wish).state


def told(shop: Shop, user: object) -> list[str]:
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        return sorted(work.session.scalars(select(Notification.kind).where(Notification.user_id == user.id)))  # type: ignore[attr-defined]


def test_what_is_granted_holds_in_this_cart_alone_explains_itself_and_is_used_once(shop: Shop) -> None:
    wish = ask(shop)
    assert prices(shop) == [D("4.62"), D("4.18")]
    assert grant(shop, wish) == "granted"
    assert prices(shop) == [D("4.158"), D("3.762")]
    shop.fill("4", user=shop.colleague)
    assert prices(shop, shop.colleague) == [D("4.62")]
    with shop.work() as work:
        line = cart.view(work).lines[0]
        assert line.change == "cheaper"
        assert "Discount of 10 % granted on request." in [step.text for step in line.explanation]
        [alone] = appraise(work, shop.contract.id, [Wanted(shop.product.id, "мешок", D(4))])
        assert alone.price == D("4.62")  # an order with lines of its own
        with counted_statements() as found:
            page = list_products(work, ListQuery())
        assert {step.price for good in page.goods for step in good.table.steps} == {D("4.62"), D("4.18")}
        assert len(found) == 3  # lists cost what they cost without the plugin
    with shop.work() as work:
        view = cart.view(work)
        shown = filling.accept(work, version=view.version, seen_total=view.sums.total)
        placed = place_order(work, shop.draft(shown))
    with shop.portal.work() as work:
        request = work.session.get_one(DiscountRequest, wish)
        assert (request.state, request.order_id) == ("used", placed.id)
        lines = work.session.scalars(select(OrderLine).where(OrderLine.order_id == placed.id).order_by(OrderLine.position)).all()
        assert [line.price for line in lines] == [D("4.158"), D("3.762")]
        assert any("granted on request" in step["text"] for step in lines[0].explanation)
        actions = [one.action for one in history(work, entity="discount_request", entity_id=wish)]
        assert actions == ["discount_requests.used", "discount_requests.granted", "discount_requests.asked"]
    shop.fill("4")
    assert prices(shop) == [D("4.62")]
    assert told(shop, shop.buyer) == ["discount_requests.answered"]


def test_a_cart_that_grows_too_far_or_shrinks_loses_the_price_and_says_so(shop: Shop) -> None:
    grant(shop, ask(shop))
    client = shop.sign_in()
    seen = []
    for quantity in ("6", "7", "3", "4"):
        with shop.work() as work:
            line = cart.view(work).lines[0]
            assert line.line_id is not None
            seen.append(filling.change_line(work, line_id=line.line_id, quantity=D(quantity)).lines[0].price)
        page = client.get("/cart").text
        assert ("with another amount the usual price holds" in page) == (quantity in ("7", "3"))
    assert seen == [D("4.158"), D("4.62"), D("4.62"), D("4.158")]


def test_less_than_was_wished_is_an_offer_that_the_buyer_takes_or_leaves(shop: Shop) -> None:
    wish = ask(shop)
    staff = shop.sign_in(shop.manager)
    with shop.work(shop.manager) as work:
        first, second = (line.id for line in answering.one(work, wish).wish.lines)
    fields = {"do": "grant", "line": [first, second], "until": "2026-12-10", "answer": "На первую марку."}
    wrong = staff.post(f"/admin/discount-requests/{wish}", {**fields, "price": ["5,00", "много"]})
    assert wrong.status_code == 422
    assert 'value="много"' in wrong.text
    assert staff.post(f"/admin/discount-requests/{wish}", {**fields, "price": ["4,50", ""]}).status_code == 303
    assert state(shop, wish) == "offered"
    assert prices(shop) == [D("4.62"), D("4.18")]
    client = shop.sign_in()
    assert "Take these prices" in client.get("/cart").text
    assert client.post(f"/discount-requests/{wish}/accept").status_code == 303
    assert prices(shop) == [D("4.5"), D("4.18")]
    assert client.post(f"/discount-requests/{wish}/give-up").status_code == 303
    assert prices(shop) == [D("4.62"), D("4.18")]
    with shop.work() as work, pytest.raises(Refused, match="not_offered"):
        asking.accept(work, wish)


def test_it_ends_by_its_day_and_the_asker_is_told(shop: Shop) -> None:
    wish = ask(shop)
    with shop.work(shop.manager) as work:
        last = asking.today(work) + timedelta(days=1)
    grant(shop, wish, until=last)
    shop.portal.pass_time(days=1)
    assert prices(shop)[0] == D("4.158")
    shop.portal.pass_time(days=1)
    assert prices(shop)[0] == D("4.62")  # before the job ran
    with shop.portal.work() as work:
        answering.lapse(work)
    assert state(shop, wish) == "lapsed"
    assert told(shop, shop.buyer) == ["discount_requests.answered"] * 2


@pytest.mark.parametrize(
    ("answer", "done", "becomes", "price"),
    [("Хорошо", "done", "granted", "4.158"), ("5 % и не больше", "done", "offered", "4.62"), ("Нет", "refused", "refused", "4.62")],
)
def test_1c_answers_with_its_task(shop: Shop, answer: str, done: str, becomes: str, price: str) -> None:
    wish = ask(shop)
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        task = work.session.scalars(select(GivenTask).where(GivenTask.about == wish)).one()
        assert (task.state, task.performer) == ("open", shop.manager.email)
        assert "Годовой объём" in task.text
        assert tasks.answered(work, task_id=task.id, state=done, text=answer, author="Светлана", at=work.now)  # type: ignore[arg-type]
    shop.portal.run_jobs()
    assert state(shop, wish) == becomes
    assert prices(shop)[0] == D(price)
    with shop.work(shop.manager) as work:
        assert answering.one(work, wish).request.answer == f"Светлана: {answer}"
        with pytest.raises(Refused, match="answered"):
            answering.grant(work, wish)


def test_an_answer_here_takes_the_task_in_1c_back(shop: Shop) -> None:
    wish = ask(shop)
    shop.portal.run_jobs()
    with shop.work(shop.manager) as work:
        with pytest.raises(Refused, match="why"):
            answering.refuse(work, wish, answer=" ")
        answering.refuse(work, wish, answer="Цены уже оптовые.")
    with shop.portal.work() as work:
        assert work.session.scalars(select(GivenTask.state).where(GivenTask.about == wish)).one() == "void"
    page = shop.sign_in().get("/cart").text
    assert "Цены уже оптовые." in page
    assert "Ask for a discount" in page


def test_every_mistake_of_the_asker_is_named_and_what_was_typed_is_kept(shop: Shop) -> None:
    client = shop.sign_in()
    assert "nothing with a price" in client.get("/discount-requests").text
    shown = shop.fill("4", "2")
    line = shown.lines[0].line_id
    page = client.post("/discount-requests", {"line": [line], "price": ["9,99"], "percent": "", "reason": "объём"})
    assert page.status_code == 422
    assert 'value="9,99"' in page.text
    assert "enter a price below" in page.text
    assert client.post("/discount-requests", {"percent": "100", "reason": "x"}).status_code == 422
    assert client.post("/discount-requests", {"percent": "5", "reason": " "}).status_code == 422
    assert client.post("/discount-requests", {"line": [line], "price": ["4,00"], "reason": "объём"}).status_code == 303
    again = client.post("/discount-requests", {"percent": "5", "reason": "ещё"})
    assert again.status_code == 422
    assert "already" in again.text


def test_foreign_wishes_are_not_there_and_a_colleagues_is_only_read(shop: Shop) -> None:
    wish, absent = ask(shop), new_id()
    for user in (shop.stranger, shop.colleague):
        client = shop.sign_in(user)
        for act in ("accept", "give-up"):
            assert [client.post(f"/discount-requests/{id_}/{act}").status_code for id_ in (wish, absent)] == [404, 404]
        assert [client.send("DELETE", f"/api/v1/discount-requests/{id_}").status_code for id_ in (wish, absent)] == [404, 404]
    with shop.work(shop.stranger) as work:
        assert asking.own(work) == []
    with shop.portal.work() as work:
        other = make.staff(work)
    others = shop.portal.sign_in(other)
    assert [others.get(f"/admin/discount-requests/{id_}").status_code for id_ in (wish, absent)] == [404, 404]
    assert shop.sign_in(shop.viewer).get("/discount-requests").status_code == 403


def test_programs_ask_take_and_give_up_and_lists_take_constant_statements(shop: Shop) -> None:
    shown = shop.fill("4")
    client = shop.sign_in()
    wish = {"reason": "объём", "prices": [{"line_id": str(shown.lines[0].line_id), "price": "4.20"}]}
    made = client.send("POST", "/api/v1/discount-requests", wish)
    assert made.status_code == 201
    [row] = client.send("GET", "/api/v1/discount-requests").json["items"]
    assert (row["state"], row["lines"][0]["wished"]) == ("waiting", "4.2000")
    assert client.send("POST", f"/api/v1/discount-requests/{made.json['id']}/accept", {}).status_code == 422
    assert client.send("DELETE", f"/api/v1/discount-requests/{made.json['id']}").status_code == 204
    counts = []
    for _again in range(2):
        ask(shop)
        with shop.work(shop.manager) as work, counted_statements() as found:
            assert answering.page(work, state="withdrawn").items
        counts.append(len(found))
        with shop.work() as work:
            now = asking.current(work)
            assert now is not None
            asking.give_up(work, now.request.id)
    assert counts == [1, 1]
