"""The portal asks the HTTP service of the 1C in the box, over loopback."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import falcon
import pytest

from b2bkit_onec.line.errors import OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.service.client import ServiceClient
from b2bkit_onec.service.contract import LineAsked, ReconciliationAsked, TaskAsked
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT, RECONCILIATION, SHIPMENT, TASK
from b2bkit_onec.simulate.tasks import finish_task
from plugins.onec.tests.service.conftest import client_of

PERIOD = {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 11, 20)}


def first(base: Infobase, query: str, *values: object) -> sqlite3.Row:
    with base.read() as db:
        row: sqlite3.Row = db.execute(query, values).fetchone()
    return row


def test_it_says_who_it_is_and_what_it_can(client: ServiceClient) -> None:
    pong = client.ping()
    assert (pong.version, set(pong.can)) == (1, {"lines", "forms", "reconciliations", "tasks"})
    assert abs((pong.clock - dt.datetime.now(dt.UTC)).total_seconds()) < 60


@pytest.mark.parametrize(
    ("wrong", "code"), [({"key": "x" * 40}, "signature"), ({"late": 400}, "clock"), ({"late": -400}, "clock"), ({"password": "no"}, "user")]
)
def test_a_wrong_key_clock_or_password_is_refused_with_its_cure(address: str, wrong: dict[str, object], code: str) -> None:
    with pytest.raises(OneCRefused) as refused:
        client_of(address, **wrong).ping()  # type: ignore[arg-type]
    assert (refused.value.status, refused.value.code) == (401, code)
    assert refused.value.cure


def test_prices_and_free_stock_of_lines_come_in_one_answer_and_unknown_goods_are_left_out(client: ServiceClient, base: Infobase) -> None:
    contract = first(base, "SELECT id FROM object WHERE entity = ?", CONTRACT)["id"]
    with base.read() as db:
        goods = [row["id"] for row in db.execute("SELECT id FROM good ORDER BY article LIMIT 3")]
    asked = [LineAsked(product=UUID(good), quantity=Decimal("25")) for good in goods]
    told = client.lines(UUID(contract), [*asked, LineAsked(product=uuid4(), quantity=Decimal(1))], seconds=5)
    assert {str(line.product) for line in told.lines} == set(goods)
    assert all(line.price and line.free is not None and line.currency for line in told.lines)


def test_more_goods_cost_the_price_of_their_step(client: ServiceClient, base: Infobase) -> None:
    row = first(base, "SELECT good_id, type_id, min_quantity FROM price WHERE min_quantity <> '0' ORDER BY length(min_quantity) LIMIT 1")
    step = Decimal(row["min_quantity"])
    with base.read() as db:
        agreement = next(ref for ref, body in objects.every(db, "Catalog_СоглашенияСКлиентами") if body["ВидЦен_Key"] == row["type_id"])
    prices = []
    for quantity in (step - 1, step):
        told = client.lines(UUID(agreement), [LineAsked(product=UUID(row["good_id"]), quantity=quantity)], seconds=5)
        prices.append(told.lines[0].price or Decimal(0))
    assert prices[1] < prices[0]


def test_unknown_terms_are_refused(client: ServiceClient) -> None:
    with pytest.raises(OneCRefused, match="договора"):
        client.lines(uuid4(), [LineAsked(product=uuid4(), quantity=Decimal(1))], seconds=5)


def test_an_act_asked_for_twice_is_one_act_and_its_sums_follow_the_settlements(client: ServiceClient, base: Infobase) -> None:
    party = first(base, "SELECT counterparty_id FROM paper WHERE kind = ?", SHIPMENT)["counterparty_id"]
    id_, asked = uuid4(), ReconciliationAsked(party=UUID(party), currency="BYN", **PERIOD)
    told = [client.ask_reconciliation(id_, asked) for _ in range(2)]
    assert told[0] == told[1] == client.reconciliation(id_)
    assert (told[0].state, told[0].opening) == ("ready", Decimal(0))
    assert first(base, "SELECT count(*) FROM paper WHERE kind = ? AND id = ?", RECONCILIATION, str(told[0].ref))[0] == 1
    assert client.reconciliation_form(id_).startswith(b"%PDF-")
    with pytest.raises(OneCRefused) as refused:
        client.ask_reconciliation(id_, asked.model_copy(update={"currency": "USD"}))
    assert refused.value.code == "another"


def test_the_printed_form_of_a_shipment_is_a_pdf_and_of_nothing_is_refused(client: ServiceClient, base: Infobase) -> None:
    shipment = first(base, "SELECT id FROM paper WHERE kind = ?", SHIPMENT)["id"]
    assert client.form(UUID(shipment)).rstrip().endswith(b"%%EOF")
    with pytest.raises(OneCRefused) as refused:
        client.form(uuid4())
    assert refused.value.status == 404


def test_a_task_is_made_once_changed_while_open_and_its_answer_comes_once(client: ServiceClient, base: Infobase) -> None:
    id_ = uuid4()
    before = client.answers().cursor
    client.put_task(id_, TaskAsked(kind="tickets.other", title="Вопрос клиента", text="Где счёт?"))
    changed = client.put_task(id_, TaskAsked(kind="tickets.other", title="Вопрос клиента", text="Где счёт и акт?"))
    assert changed.state == "open"
    with base.read() as db:
        task = objects.get(db, TASK, str(id_)) or {}
    assert task["Описание"] == "Где счёт и акт?"
    finish_task(base, str(id_), "Отправлены почтой.")
    told = client.answers(before)
    assert [(one.task, one.state, one.text) for one in told.answers] == [(id_, "done", "Отправлены почтой.")]
    assert client.answers(told.cursor).answers == ()


class _Once:
    """Answers anything once, as it is told."""

    def __init__(self, reply: Callable[[falcon.Response], None]) -> None:
        self.reply = reply

    def __call__(self, req: falcon.Request, resp: falcon.Response, **rest: str) -> None:
        self.reply(resp)


def _html(resp: falcon.Response) -> None:
    resp.content_type, resp.text = "text/html", "<h1>Sign in</h1>"


def _other_hash(resp: falcon.Response) -> None:
    resp.content_type = "application/json"
    resp.text = '{"id": "01890000-0000-7000-8000-000000000000", "hash": "0", "state": "open"}'


def _busy(resp: falcon.Response) -> None:
    resp.status, resp.text = "503", "busy"
    resp.set_header("Retry-After", "7")


def _absent(resp: falcon.Response) -> None:
    resp.status, resp.content_type, resp.text = "404", "text/html", "<h1>404</h1>"


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (_html, OneCBroken, "contract"),
        (_other_hash, OneCBroken, "something else"),
        (_busy, OneCSilent, "503"),
        (_absent, OneCRefused, "no HTTP service"),
    ],
)
def test_an_answer_that_is_none_is_never_taken_for_one(
    serve: Callable[[Callable[..., None]], str], reply: Callable[[falcon.Response], None], error: type[Exception], words: str
) -> None:
    client = client_of(serve(_Once(reply)))
    with pytest.raises(error, match=words):
        client.put_task(uuid4(), TaskAsked(kind="tickets.other", title="Вопрос"))


def test_a_form_that_is_no_pdf_or_was_damaged_is_refused(serve: Callable[[Callable[..., None]], str]) -> None:
    def damaged(resp: falcon.Response) -> None:
        resp.data = b"%PDF-1.7 cut"
        resp.set_header("X-B2bkit-Sha256", "0" * 64)

    for reply in (_html, damaged):
        with pytest.raises(OneCBroken):
            client_of(serve(_Once(reply))).form(uuid4())
