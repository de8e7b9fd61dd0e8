"""1C's side of the exchange: what it sends, what it takes, and what it makes of a portal that fails."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from b2bkit_onec.commerceml.records import Counterparty, Document, Offer, Product, Section
from b2bkit_onec.simulate import stock
from b2bkit_onec.simulate.actions import NotNow, act
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import FolderTaken, Infobase
from b2bkit_onec.simulate.load import NothingToLoad, load
from b2bkit_onec.simulate.site import Address
from examples.polymertorg.generator.more import more_goods
from plugins.onec.tests.simulate.fake_portal import LOGIN, FakePortal


def test_first_exchange_sends_catalogue_counterparties_and_history(exchanger: Exchanger, portal: FakePortal) -> None:
    outcome = exchanger.exchange()
    assert outcome.problems == []
    told = [item for items in portal.imported.values() for item in items]
    assert sum(isinstance(item, Product) for item in told) == 60 + len(more_goods())
    assert sum(isinstance(item, Offer) for item in told) == 60 + len(more_goods())
    assert sum(isinstance(item, Counterparty) for item in told) == 41
    assert sum(isinstance(item, Document) for item in told) == 12
    again = exchanger.exchange()
    assert (again.files, again.offers, again.states) == (0, 0, 0)


def test_each_portion_has_a_session_of_its_own(exchanger: Exchanger, portal: FakePortal) -> None:
    exchanger.exchange()
    modes = [mode for _, mode, _ in portal.seen]
    starts = [position for position, mode in enumerate(modes) if mode == "checkauth"]
    sessions = [modes[start:end] for start, end in zip(starts, [*starts[1:], len(modes)], strict=True)]
    assert [session[:2] for session in sessions] == [["checkauth", "init"]] * 3 + [["checkauth", "query"]]
    assert sessions[0].count("import") == 2  # import0_1.xml and offers0_1.xml
    assert sessions[-1] == ["checkauth", "query", "success"]


def test_files_larger_than_the_limit_go_in_pieces(exchanger: Exchanger, portal: FakePortal) -> None:
    portal.file_limit = 20_000
    assert exchanger.exchange().good
    pieces = [name for _, mode, name in portal.seen if mode == "file" and name == "import0_1.xml"]
    assert len(pieces) > 2
    assert portal.largest_body == 20_000


def test_zip_is_sent_when_the_portal_wants_it(exchanger: Exchanger, portal: FakePortal) -> None:
    portal.zipped = True
    assert exchanger.exchange().good
    names = [name for _, mode, name in portal.seen if mode == "file"]
    assert all(name.startswith("v8_") and name.endswith(".zip") for name in names)
    assert set(portal.imported) >= {"import0_1.xml", "offers0_1.xml", "contragents.xml"}


def test_wrong_password_is_told_and_nothing_is_lost(exchanger: Exchanger, portal: FakePortal, base: Infobase) -> None:
    wrong = Exchanger(base, Address(portal.url, LOGIN, "wrong"), timeout=10)
    outcome = wrong.exchange()
    assert "wrong login or password" in outcome.problems[0]
    assert portal.count("file") == 0
    assert exchanger.exchange().good
    assert "import0_1.xml" in portal.imported


@pytest.mark.parametrize(
    "answer", [b"zip=no\nfile_limit=1000\n", b"zip=no\nfile_limit=1000\nversion=2.08", b"zip=no", b"zip=no\nzip=no\nfile_limit=1"]
)
def test_init_must_have_exactly_two_lines(exchanger: Exchanger, portal: FakePortal, answer: bytes) -> None:
    portal.say("init", answer)
    outcome = exchanger.exchange()
    assert "Параметры обмена не получены" in outcome.problems[0]
    assert portal.count("file") == 0


def test_cookie_with_carriage_return_is_refused(exchanger: Exchanger, portal: FakePortal) -> None:
    portal.say("checkauth", b"success\r\nname\r\nvalue\r\n")
    assert "CR" in exchanger.exchange().problems[0]


def test_failure_on_file_ends_the_session_and_the_portion_comes_again(exchanger: Exchanger, portal: FakePortal) -> None:
    portal.say("file", b"failure\ndisk full")
    outcome = exchanger.exchange()
    assert "disk full" in outcome.problems[0]
    assert outcome.files == 0
    assert exchanger.exchange().good
    assert len(portal.imported) == 4


def test_import_is_asked_again_while_in_progress(exchanger: Exchanger, portal: FakePortal) -> None:
    portal.say("import", b"progress\n10 %", b"progress", b"Progress\n90 %")
    assert exchanger.exchange().good
    asked = [name for _, mode, name in portal.seen if mode == "import" and name == "import0_1.xml"]
    assert len(asked) == 4


def test_order_becomes_one_document_and_its_number_goes_back(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    portal.order("P-1001", good_id)
    assert exchanger.exchange().orders == ["P-1001"]
    assert exchanger.exchange().orders == []
    assert documents_by_portal_number(base) == {"P-1001": 1}
    assert portal.acknowledged == {"P-1001"}
    assert portal.statuses["P-1001"].number_1c == "УТ-004871"
    assert portal.statuses["P-1001"].requisite("Статус заказа") == "Не согласован"


def test_connection_reset_before_success_offers_the_order_again_and_makes_it_once(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    portal.order("P-1001", good_id)
    portal.say("success", None)
    outcome = exchanger.exchange()
    assert "does not answer" in outcome.problems[0]
    assert portal.acknowledged == set()
    portal.order("P-1002", good_id)
    assert exchanger.exchange().orders == ["P-1002"]
    assert documents_by_portal_number(base) == {"P-1001": 1, "P-1002": 1}
    assert portal.acknowledged == {"P-1001", "P-1002"}


def test_same_number_of_another_day_is_another_document(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    order = portal.order("P-1001", good_id)
    exchanger.exchange()
    portal.acknowledged.clear()
    portal.orders = [replace(order, id="another", placed_at=order.placed_at + dt.timedelta(days=1))]
    exchanger.exchange()
    assert documents_by_portal_number(base) == {"P-1001": 2}  # so a portal that is careless with dates is caught


@pytest.mark.parametrize(
    ("wrong", "right", "reason"),
    [
        (b"<?xml", b"\xef\xbb\xbf<?xml", "byte 0"),
        ("Заказ товара".encode(), "Отпуск товара".encode(), "ХозОперация"),
        (b">BYN<", b">BY<", "Валюта"),
        ("<Номер>P-1002".encode(), "<Номер>P-1002-2026-11-20".encode(), "Номер is longer than 11"),
        ("<Курс>1</Курс>".encode(), b"", "Курс is missing"),
        ("<Количество>50".encode(), "<Количество>-50".encode(), "Количество must be above zero"),
        ("<Сумма>256.00".encode(), "<Сумма>256.004".encode(), "at most 2 decimals"),
    ],
)
def test_one_bad_document_stops_the_whole_batch(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str, wrong: bytes, right: bytes, reason: str
) -> None:
    exchanger.exchange()
    portal.order("P-1001", good_id)
    portal.order("P-1002", good_id, quantity="50")
    served = portal._worked
    spoil = True

    def spoiled(cookie: str, kind: str, mode: str, name: str, body: bytes) -> bytes:
        answer = served(cookie, kind, mode, name, body)
        if mode != "query" or not spoil:
            return answer
        assert wrong in answer
        return answer.replace(wrong, right)

    portal._worked = spoiled  # type: ignore[method-assign]
    outcome = exchanger.exchange()
    assert reason in outcome.problems[0]
    assert documents_by_portal_number(base) == {}
    assert portal.acknowledged == set()
    spoil = False
    assert sorted(exchanger.exchange().orders) == ["P-1001", "P-1002"]


def test_cancelled_by_the_client_is_taken_once_and_not_after_shipment(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    kept, dropped = portal.order("P-1", good_id), portal.order("P-2", good_id)
    exchanger.exchange()
    for action in ("post", "release", "ship"):
        act(base, "P-1", action)
    portal.acknowledged.clear()
    portal.orders = [replace(kept, cancelled=True), replace(dropped, cancelled=True)]
    assert exchanger.exchange().orders == []
    assert portal.statuses["P-1"].requisite("Отменен") == "false"
    assert portal.statuses["P-2"].requisite("Отменен") == "true"


def test_states_travel_to_the_portal_as_the_manager_sets_them(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    portal.order("P-1001", good_id)
    exchanger.exchange()
    for action in ("post", "release", "pay", "ship", "close"):
        act(base, "P-1001", action)
        assert exchanger.exchange().states == 1
    told = portal.statuses["P-1001"]
    facts = {name: told.requisite(name) for name in ("Проведен", "Оплачен", "Отгружен", "Отменен", "Статус заказа")}
    assert facts == {"Проведен": "true", "Оплачен": "true", "Отгружен": "true", "Отменен": "false", "Статус заказа": "Закрыт"}
    assert told.requisite("Дата отгрузки по 1С").startswith("2026-11-20")
    assert told.total == Decimal("128.00")


def test_changed_price_and_stock_go_as_changes_only(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    exchanger.exchange()
    stock.set_price(base, "LDF-1007", "Опт", Decimal("6.66"))
    stock.set_stock(base, good_id, "Брест", Decimal("12.5"))
    assert exchanger.exchange().offers == 1
    sections = [item.element for item in portal.imported["offers0_1.xml"] if isinstance(item, Section)]
    assert sections[-1] == "ИзмененияПакетаПредложений"
    (offer,) = (item for item in portal.imported["offers0_1.xml"] if isinstance(item, Offer))
    assert (offer.id, offer.changes_only_fields) == (good_id, True)
    assert len(offer.prices) == 12  # four types, each with two steps by volume
    assert sorted({price.min_quantity for price in offer.prices if price.min_quantity}) == [1000, 5000]
    assert sum(price.value == Decimal("6.66") for price in offer.prices) == 1
    assert Decimal("12.5") in {row.quantity for row in offer.stocks}
    assert exchanger.exchange().offers == 0


def test_stock_alone_does_not_resend_prices(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    exchanger.exchange()
    stock.set_stock(base, good_id, "Минск", Decimal(0))
    exchanger.exchange()
    (offer,) = (item for item in portal.imported["offers0_1.xml"] if isinstance(item, Offer))
    assert offer.prices == ()
    assert len(offer.stocks) == 3


def test_change_that_failed_to_go_out_goes_out_next_time(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    exchanger.exchange()
    stock.set_stock(base, good_id, "Минск", Decimal(75))
    portal.say("import", b"failure\nbusy")
    assert exchanger.exchange().offers == 0
    assert exchanger.exchange().offers == 1


def test_change_made_while_the_exchange_runs_goes_out_next_time(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    exchanger.exchange()
    stock.set_stock(base, good_id, "Минск", Decimal(75))
    served = portal._worked

    def meanwhile(cookie: str, kind: str, mode: str, name: str, body: bytes) -> bytes:
        if mode == "import":
            stock.set_stock(base, good_id, "Минск", Decimal(50))
        return served(cookie, kind, mode, name, body)

    portal._worked = meanwhile  # type: ignore[method-assign]
    assert exchanger.exchange().offers == 1
    portal._worked = served  # type: ignore[method-assign]
    assert exchanger.exchange().offers == 1
    (offer,) = (item for item in portal.imported["offers0_1.xml"] if isinstance(item, Offer))
    assert Decimal(50) in {row.quantity for row in offer.stocks}


def test_shipping_takes_from_stock_and_refuses_what_is_not_there(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    portal.order("P-1", good_id, quantity="25")
    portal.order("P-2", good_id, quantity="1000000")
    exchanger.exchange()
    for number in ("P-1", "P-2"):
        act(base, number, "post")
        act(base, number, "release")
    act(base, "P-1", "ship")
    with pytest.raises(NotNow, match="Not enough"):
        act(base, "P-2", "ship")
    with base.read() as db:
        left = sum(Decimal(row["quantity"]) for row in db.execute("SELECT quantity FROM stock WHERE good_id = ?", (good_id,)))
    assert left == 20 * 1000 - 25 or left == 20 * 1375 - 25


def test_actions_are_refused_out_of_order(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    portal.order("P-1", good_id)
    exchanger.exchange()
    for action in ("release", "ship", "pay", "close"):
        with pytest.raises(NotNow):
            act(base, "P-1", action)
    act(base, "P-1", "cancel")
    with pytest.raises(NotNow):
        act(base, "P-1", "post")
    with pytest.raises(LookupError):
        act(base, "P-404", "post")


def test_switched_off_does_not_exchange_and_catches_up_when_on(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    base.keep_setting("power", "off")
    portal.order("P-1", good_id)
    assert exchanger.exchange().problems == ["1C is switched off"]
    assert portal.seen == []
    base.keep_setting("power", "on")
    assert exchanger.exchange().orders == ["P-1"]


def test_switched_off_in_the_middle_stops_before_the_next_request(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    portal.order("P-1", good_id)
    served = portal._worked

    def switch(cookie: str, kind: str, mode: str, name: str, body: bytes) -> bytes:
        if mode == "query":
            base.keep_setting("power", "off")
        return served(cookie, kind, mode, name, body)

    portal._worked = switch  # type: ignore[method-assign]
    exchanger.exchange()
    assert portal.seen[-1][1] == "query"
    base.keep_setting("power", "on")
    portal._worked = served  # type: ignore[method-assign]
    exchanger.exchange()
    assert documents_by_portal_number(base) == {"P-1": 1}


def test_portal_away_is_told_with_the_reason(exchanger: Exchanger, portal: FakePortal, base: Infobase) -> None:
    portal.close()
    outcome = exchanger.exchange()
    assert all("does not answer" in problem for problem in outcome.problems)
    with base.read() as db:
        row = db.execute("SELECT * FROM journal ORDER BY id DESC LIMIT 1").fetchone()
    assert (row["http_status"], row["good"]) == (0, 0)


def test_every_request_is_in_the_journal_without_password_and_cookie(exchanger: Exchanger, portal: FakePortal, base: Infobase) -> None:
    exchanger.exchange()
    with base.read() as db:
        rows = db.execute("SELECT * FROM journal ORDER BY id").fetchall()
    assert [(row["exchange"], row["request"].partition("mode=")[2].partition("&")[0].split()[0]) for row in rows] == [
        (kind, mode) for kind, mode, _ in portal.seen
    ]
    assert not any(cookie in row["answer"] for row in rows for cookie in portal.cookies)
    assert not any("pass:word" in "".join(map(str, tuple(row))) for row in rows)


def test_schedule_exchanges_at_once_and_when_asked(exchanger: Exchanger, portal: FakePortal, good_id: str) -> None:
    schedule = Schedule(exchanger, seconds=3600)
    schedule.start()
    portal.order("P-1", good_id)
    schedule.ask()
    schedule.stop()
    assert portal.count("query") >= 1


def test_a_folder_belongs_to_one_simulator(base: Infobase) -> None:
    with pytest.raises(FolderTaken):
        Infobase(base.folder)


def test_data_are_kept_over_a_restart(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    portal.order("P-1", good_id)
    exchanger.exchange()
    base.close()
    again = Infobase(base.folder)
    assert documents_by_portal_number(again) == {"P-1": 1}
    again.close()


def test_files_without_goods_are_refused_and_leave_nothing(empty_base: Infobase, files: list[Path]) -> None:
    with pytest.raises(NothingToLoad):
        load(empty_base, [path for path in files if path.name.startswith("orders")])
    with empty_base.read() as db:
        assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 0
