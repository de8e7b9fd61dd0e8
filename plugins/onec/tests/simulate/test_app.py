"""The simulator's pages and its control interface."""

from __future__ import annotations

import re
from decimal import Decimal
from urllib.parse import quote, urlencode

import falcon.testing
import pytest

from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from examples.polymertorg.generator.more import more_goods
from plugins.onec.tests.simulate.fake_portal import FakePortal

HOST = "127.0.0.1:8001"
ORIGIN = f"http://{HOST}"
Result = falcon.testing.Result


class Browser:
    """Keeps cookies and sends forms with the token of the page, as a browser does."""

    def __init__(self, client: falcon.testing.TestClient) -> None:
        self.client = client
        self.cookies: dict[str, str] = {}

    def get(self, path: str, host: str = HOST) -> Result:
        result = self.client.simulate_get(path, headers={"Host": host}, cookies=self.cookies)
        self.cookies |= {name: cookie.value for name, cookie in result.cookies.items()}
        return result

    def post(self, path: str, *, origin: str | None = ORIGIN, page: str = "/exchange", token: str | None = None, **fields: str) -> Result:
        token = self.token(page) if token is None else token
        headers = {"Host": HOST, "Content-Type": "application/x-www-form-urlencoded"} | ({"Origin": origin} if origin else {})
        return self.client.simulate_post(path, body=urlencode({"token": token, **fields}), headers=headers, cookies=self.cookies)

    def token(self, page: str) -> str:
        """The token of the page's first form."""
        found = re.search(r'name="token" value="(\w+)"', self.get(page).text)
        assert found is not None
        return found.group(1)

    def control(self, path: str, body: object = None, origin: str | None = None) -> Result:
        headers = {"Host": HOST} | ({"Origin": origin} if origin else {})
        return self.client.simulate_post(f"/control{path}", json=body if body is not None else {}, headers=headers)


@pytest.fixture
def browser(base: Infobase, exchanger: Exchanger) -> Browser:
    return Browser(falcon.testing.TestClient(create_app(base, exchanger, Schedule(exchanger, 3600))))


@pytest.fixture
def ordered(exchanger: Exchanger, portal: FakePortal, good_id: str) -> str:
    """The number in 1C of an order that came from the portal."""
    portal.order("P-1001", good_id)
    assert exchanger.exchange().good
    return "УТ-004871"


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_page_opens_in_both_languages_without_inline_script_or_style(browser: Browser, ordered: str, lang: str) -> None:
    for path in ("/orders", f"/orders/{quote(ordered)}", "/goods?q=ПЭВД", "/goods?good=LDF-1007", "/exchange", "/exchange?all=1"):
        result = browser.get(path + ("&" if "?" in path else "?") + f"lang={lang}")
        assert result.status_code == 200, path
        assert f'<html lang="{lang}">' in result.text
        assert ("Заказы" if lang == "ru" else "Orders") in result.text
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", result.text)
        assert "default-src 'none'" in result.headers["content-security-policy"]


def test_language_is_remembered(browser: Browser) -> None:
    browser.get("/orders?lang=en")
    assert '<html lang="en">' in browser.get("/orders").text


def test_orders_are_found_by_portal_number_and_filtered(browser: Browser, ordered: str) -> None:
    assert ordered in browser.get("/orders?q=P-1001").text
    only = browser.get("/orders?from=portal").text
    assert ordered in only
    assert "УТ-004870" not in only
    assert "УТ-004870" in browser.get("/orders").text
    assert ordered not in browser.get("/orders?q=%25%25").text


def test_manager_leads_an_order_through_its_states_by_buttons(
    browser: Browser, ordered: str, exchanger: Exchanger, portal: FakePortal
) -> None:
    card = f"/orders/{quote(ordered)}"
    for action in ("post", "release", "pay", "ship", "close"):
        result = browser.post(card, page=card, action=action)
        assert result.status_code == 303, action
        assert 'role="status"' in browser.get(result.headers["location"]).text
    exchanger.exchange()
    assert portal.statuses["P-1001"].requisite("Статус заказа") == "Закрыт"


def test_action_out_of_order_says_why(browser: Browser, ordered: str) -> None:
    card = f"/orders/{quote(ordered)}"
    result = browser.post(card, page=card + "?lang=ru", action="ship")
    assert result.status_code == 409
    assert "Сначала передайте заказ к отгрузке." in result.text


def test_price_is_written_with_a_comma_and_goes_to_the_portal(
    browser: Browser, exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    exchanger.exchange()
    with base.read() as db:
        wholesale = str(db.execute("SELECT id FROM price_type WHERE name = 'Опт'").fetchone()["id"])
    result = browser.post(f"/goods/{good_id}/price", page=f"/goods?good={good_id}", type=wholesale, value="6,66", **{"from": "1000"})
    assert result.status_code == 303
    assert browser.client.simulate_post("/control/exchange", headers={"Host": HOST}).json["offers"] == 1
    (offer,) = (item for item in portal.imported["offers0_1.xml"] if type(item).__name__ == "Offer")
    assert [price.min_quantity for price in offer.prices if price.value == Decimal("6.66")] == [1000]  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["-5", "abc", "1.005", "", "1e3000", "NaN", "99999999999"])
def test_wrong_price_is_refused_beside_its_field_and_kept(browser: Browser, good_id: str, base: Infobase, typed: str) -> None:
    with base.read() as db:
        wholesale = str(db.execute("SELECT id FROM price_type WHERE name = 'Опт'").fetchone()["id"])
    result = browser.post(f"/goods/{good_id}/price", page=f"/goods?good={good_id}", type=wholesale, value=typed, **{"from": "0"})
    assert result.status_code == 422
    assert 'aria-invalid="true"' in result.text
    assert 'role="alert"' in result.text
    with base.read() as db:
        assert db.execute("SELECT count(*) FROM change").fetchone()[0] == 0


def test_form_without_token_or_from_another_page_is_refused(browser: Browser, ordered: str, base: Infobase) -> None:
    card = f"/orders/{quote(ordered)}"
    assert browser.post(card, token="0" * 64, action="post").status_code == 403
    assert browser.post(card, origin="http://evil.example", action="post").status_code == 403
    assert browser.post(card, origin="http://127.0.0.1:9999", action="post").status_code == 403
    assert browser.post(card, origin=None, action="post").status_code == 403
    assert browser.post("/power", origin="http://evil.example", on="0").status_code == 403
    assert browser.control("/power", {"on": False}, origin="http://evil.example").status_code == 403
    other = Browser(browser.client)
    other.get("/orders")
    assert browser.post(card, token=other.token("/exchange"), action="post").status_code == 403
    with base.read() as db:
        assert db.execute("SELECT posted FROM document WHERE from_portal = 1").fetchone()["posted"] == 0
    assert base.is_on


def test_page_is_for_this_machine_only(browser: Browser) -> None:
    assert browser.get("/orders", host="1c.example:8001").status_code == 403
    assert browser.client.simulate_get("/orders", headers={"Host": HOST}, remote_addr="10.0.0.7").status_code == 403


def test_switched_off_answers_with_its_switch_alone(browser: Browser, base: Infobase, portal: FakePortal) -> None:
    assert browser.post("/power", on="0").status_code == 303
    for path in ("/orders", "/goods", "/exchange", "/orders/УТ-004870"):
        result = browser.get(path)
        assert result.status_code == 503
        assert 'action="/power"' in result.text
        assert "УТ-" not in result.text
    assert browser.control("/exchange").status_code == 503
    assert browser.client.simulate_get("/control/state", headers={"Host": HOST}).json["on"] is False
    assert portal.seen == []
    assert browser.post("/power", page="/", on="1").status_code == 303
    assert browser.get("/orders").status_code == 200


def test_control_does_what_the_pages_do(browser: Browser, ordered: str, exchanger: Exchanger, portal: FakePortal, good_id: str) -> None:
    state = browser.client.simulate_get("/control/state", headers={"Host": HOST}).json
    assert state["documents_by_portal_number"] == {"P-1001": 1}
    assert (state["on"], state["portions_waiting"], state["counts"]["good"]) == (True, 0, 60 + len(more_goods()))
    assert browser.control("/orders/P-1001/status", {"action": "post"}).json["status_shown"] == "К обеспечению"
    assert browser.control("/orders/P-1001/status", {"action": "ship"}).status_code == 409
    assert browser.control("/price", {"good": "LDF-1007", "type": "Опт", "value": "4.44", "from": "0"}).status_code == 200
    assert browser.control("/stock", {"good": good_id, "warehouse": "Гомель", "quantity": "0"}).status_code == 200
    portal.order("P-1002", good_id)
    done = browser.control("/exchange").json
    assert done == {"files": 0, "offers": 1, "orders": ["P-1002"], "states": 2, "problems": []}
    portal.close()
    assert browser.control("/exchange").status_code == 502


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/power", {"on": "yes"}, 400, "on: bool"),
        ("/power", {"on": True, "of": 1}, 400, "of: known are on"),
        ("/power", [1], 400, "JSON object"),
        ("/orders/P-1/status", {"action": "post"}, 404, "P-1"),
        ("/orders/P-1/status", {"action": "explode"}, 400, "one of post"),
        ("/price", {"good": "nix", "type": "Опт", "value": "1", "from": "0"}, 404, "nix"),
        ("/price", {"good": "LDF-1007", "type": "Опт", "value": "1.234", "from": "0"}, 400, "at most 2 decimals"),
        ("/price", {"good": "LDF-1007", "type": "Опт", "value": 1.5, "from": "0"}, 400, "value: str"),
        ("/price", {"good": "LDF-1007", "type": "Опт", "value": "1", "from": "77"}, 404, "77"),
        ("/stock", {"good": "LDF-1007", "warehouse": "Пинск", "quantity": "1"}, 404, "Пинск"),
        ("/stock", {"good": "LDF-1007", "warehouse": "Брест", "quantity": "-1"}, 400, "quantity"),
    ],
)
def test_control_names_the_wrong_field(browser: Browser, path: str, body: object, status: int, words: str) -> None:
    result = browser.control(path, body)
    assert result.status_code == status
    assert words in result.json["detail"]


def test_journal_hides_exchanges_without_work_until_asked(browser: Browser, exchanger: Exchanger) -> None:
    exchanger.exchange()
    before = browser.get("/exchange").text.count("<tr")
    exchanger.exchange()
    assert browser.get("/exchange").text.count("<tr") == before
    assert browser.get("/exchange?all=1").text.count("<tr") == before + 3


def test_unknown_things_are_not_found(browser: Browser) -> None:
    for path in ("/orders/nix", "/goods?good=nix", "/nowhere"):
        assert browser.get(path).status_code == 404


def test_names_from_outside_are_escaped(browser: Browser, base: Infobase) -> None:
    with base.write() as db:
        db.execute("UPDATE document SET counterparty_name = '<img src=x>' ")
    assert "<img src=x>" not in browser.get("/orders").text
