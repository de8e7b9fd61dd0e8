"""Pages of money, documents, tasks, messages and faults."""

from __future__ import annotations

import re
from urllib.parse import quote

import falcon.testing
import pytest

from b2bkit_onec.simulate import faults, objects, settlements
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT, RECONCILIATION, TASK
from b2bkit_onec.simulate.tasks import make_task
from plugins.onec.tests.simulate.conftest import order_of, shipped
from plugins.onec.tests.simulate.test_app import Browser


@pytest.fixture
def browser(base: Infobase, exchanger: Exchanger) -> Browser:
    return Browser(falcon.testing.TestClient(create_app(base, exchanger, Schedule(exchanger, 3600))))


@pytest.fixture
def contract(base: Infobase, good_id: str) -> str:
    """A contract with a debt of 50 for one order."""
    (ref,) = shipped(base, good_id, "P-1")
    with base.read() as db:
        return str(db.execute("SELECT contract_id FROM document WHERE id = ?", (ref,)).fetchone()["contract_id"])


def _debt(base: Infobase, contract: str) -> settlements.Standing:
    with base.read() as db:
        return settlements.standing(db, contract, base.now().date())


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_page_opens_in_both_languages_without_inline_script_or_style(
    browser: Browser, base: Infobase, contract: str, lang: str
) -> None:
    with base.write() as db:
        make_task(base, db, "Перезвонить", "По заказу <b>P-1</b>")
        db.execute("INSERT INTO message VALUES (1, '2026-11-20T14:30:00', 'odata', 'GET', '/x', '{}', 500, '<script>', 3, 'error')")
    faults.arm(base, "odata", "slow", requests=2)
    pages = ("/contracts", "/contracts?show=debt", f"/contracts/{contract}", "/papers", "/papers?kind=shipment&q=УТ", "/tasks", "/messages")
    for path in (*pages, "/messages?show=bad&q=x", "/faults", "/papers?q=нет", "/contracts?q=нет"):
        result = browser.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
        assert result.status_code == 200, path
        assert f'<html lang="{lang}">' in result.text
        assert ("Сбои" if lang == "ru" else "Faults") in result.text
        assert not re.search(r"<script|<style|<b>|\sstyle=|\son\w+=|javascript:", result.text), path


def test_limit_is_written_with_a_comma_and_a_wrong_one_stays_in_its_field(browser: Browser, base: Infobase, contract: str) -> None:
    card = f"/contracts/{contract}"
    assert browser.post(card, page=card, action="limit", limited="on", limit="12 500,50").status_code == 303
    stands = _debt(base, contract)
    assert (str(stands.limit), stands.stops_overdue) == ("12500.5", False)
    wrong = browser.post(card, page=card, action="limit", limited="on", limit="много")
    assert wrong.status_code == 422
    assert 'value="много"' in wrong.text
    assert 'role="alert"' in wrong.text
    assert browser.post(card, page=card, action="limit", limit="").status_code == 303
    assert _debt(base, contract).limit is None


def test_payment_lowers_the_debt_and_nothing_is_no_payment(browser: Browser, base: Infobase, contract: str) -> None:
    card = f"/contracts/{contract}"
    before = _debt(base, contract).debt
    result = browser.post(card, page=card, action="pay", amount="20,00")
    assert 'role="status"' in browser.get(result.headers["location"]).text
    assert before - _debt(base, contract).debt == 20
    for wrong in ("", "0", "-5"):
        assert browser.post(card, page=card, action="pay", amount=wrong).status_code == 422


def test_act_is_made_for_a_period(browser: Browser, base: Infobase, contract: str) -> None:
    card = f"/contracts/{contract}"
    assert browser.post(card, page=card, action="act", start="2026-11-30", end="2026-11-01").status_code == 422
    assert browser.post(card, page=card, action="act", start="", end="2026-11-01").status_code == 422
    assert browser.post(card, page=card, action="act", start="2026-11-01", end="2026-11-20").status_code == 303
    with base.read() as db:
        assert db.execute("SELECT count(*) FROM paper WHERE kind = ?", (RECONCILIATION,)).fetchone()[0] == 1
    assert "Акт сверки" in browser.get(f"{card}?lang=ru").text


def test_unknown_contract_and_unknown_action_are_refused(browser: Browser, contract: str) -> None:
    assert browser.get("/contracts/nothing").status_code == 404
    assert browser.post("/contracts/nothing", action="limit", limit="1").status_code == 404
    assert browser.post(f"/contracts/{contract}", action="steal").status_code == 400
    assert browser.post(f"/contracts/{contract}", token="forged", action="pay", amount="1").status_code == 403


def test_order_card_leads_to_its_contract_and_names_its_documents(browser: Browser, base: Infobase, good_id: str) -> None:
    order_of(base, good_id)
    act(base, "P-77", "post")
    with base.read() as db:
        number = str(db.execute("SELECT number_1c FROM document WHERE portal_number = 'P-77'").fetchone()["number_1c"])
    card = f"/orders/{quote(number)}"
    assert browser.post(card, page=card, action="invoice").status_code == 303
    told = browser.get(f"{card}?lang=ru").text
    assert "Счёт на оплату УТ-" in told
    assert '<a href="/contracts/' in told


def test_release_above_the_limit_says_why(browser: Browser, base: Infobase, good_id: str) -> None:
    order_of(base, good_id)
    act(base, "P-77", "post")
    with base.write() as db:
        ref = str(db.execute("SELECT contract_id FROM document WHERE portal_number = 'P-77'").fetchone()["contract_id"])
        objects.change(db, CONTRACT, ref, ОграничиватьСуммуЗадолженности=True, ДопустимаяСуммаЗадолженности="10")
    result = browser.post("/orders/P-77", page="/orders/P-77?lang=ru", action="release")
    assert result.status_code == 409
    assert "Долг составил бы 50, договор допускает 10." in result.text


def test_task_is_finished_with_its_result(browser: Browser, base: Infobase) -> None:
    with base.write() as db:
        ref = make_task(base, db, "Перезвонить", "")
    assert browser.post("/tasks", page="/faults", task=ref, result=" ").status_code == 422
    assert browser.post("/tasks", page="/faults", task="nothing", result="x").status_code == 404
    assert browser.post("/tasks", page="/faults", task=ref, result="Отправлен паспорт").status_code == 303
    with base.read() as db:
        assert (objects.get(db, TASK, ref) or {})["Executed"] is True
    assert "Отправлен паспорт" in browser.get("/tasks").text


def test_faults_are_switched_on_and_off_by_buttons(browser: Browser, base: Infobase) -> None:
    assert (
        browser.post("/faults", page="/faults", action="arm", fault="odata:slow", requests="3", seconds="0,5", method="writes").status_code
        == 303
    )
    assert (
        browser.post("/faults", page="/faults", action="arm", fault="site:unconfirmed", always="on", requests="", method="any").status_code
        == 303
    )
    with base.read() as db:
        armed = faults.armed(db)
    assert [(one.name, one.requests, str(one.seconds), one.method) for one in armed] == [
        ("slow", 3, "0.5", "writes"), ("unconfirmed", -1, "0", "any"),
    ]  # fmt: skip
    told = browser.get("/faults?lang=ru").text
    assert "ещё 3 раза" in told
    assert "пока не выключат" in told
    assert browser.post("/faults", page="/faults", action="disarm", fault=str(armed[0].id)).status_code == 303
    browser.post("/faults", page="/faults", action="disarm_all")
    with base.read() as db:
        assert faults.armed(db) == []
    for wrong in ({"fault": "odata:dies"}, {"fault": "odata:slow", "requests": "x"}, {"fault": "odata:slow", "seconds": "9999"}):
        assert browser.post("/faults", page="/faults", action="arm", **wrong).status_code == 422


def test_licences_and_login_page_are_set(browser: Browser, base: Infobase) -> None:
    assert browser.post("/faults", page="/faults", action="licences", licences="2", login_page="on").status_code == 303
    assert (base.setting("licences"), base.setting("odata_login_page")) == ("2", "on")
    for wrong in ("0", "x", "101", "", "٣"):
        assert browser.post("/faults", page="/faults", action="licences", licences=wrong).status_code == 422


def test_control_does_what_the_pages_do(browser: Browser, base: Infobase, contract: str) -> None:
    assert browser.control("/contracts", {"contract": contract, "limited": True, "limit": "70", "stops_overdue": False}).status_code == 200
    told = {one["contract"]: one for one in browser.get("/control/contracts").json["contracts"]}[contract]
    assert (told["limit"], told["debt"]) == ("70.00", "50.00")
    assert len(browser.control("/payments", {"contract": contract, "amount": "50"}).json["payments"]) == 1
    assert browser.control("/payments", {"contract": "none", "amount": "50"}).status_code == 404
    with base.read() as db:
        party = objects.text(objects.get(db, CONTRACT, contract) or {}, "Контрагент_Key")
    assert browser.control("/reconciliations", {"counterparty": party, "start": "2026-11-01", "end": "2026-11-20"}).status_code == 200
    task = browser.control("/tasks", {"name": "Дело", "words": "Сделать"}).json["task"]
    assert browser.control(f"/tasks/{task}/done", {"result": "готово"}).status_code == 200
    assert browser.get("/control/tasks").json["tasks"][0]["РезультатВыполнения"] == "готово"
    fault = {"protocol": "odata", "name": "error", "requests": 2, "seconds": "0", "method": "any"}
    assert browser.control("/faults", fault).status_code == 200
    assert browser.control("/faults", {**fault, "name": "nothing"}).status_code == 400
    assert [one["name"] for one in browser.get("/control/faults").json["armed"]] == ["error"]
    assert browser.client.simulate_delete("/control/faults", headers={"Host": "127.0.0.1"}).status_code == 200
    assert browser.get("/control/faults").json["armed"] == []
