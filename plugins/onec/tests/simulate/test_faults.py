"""Faults that can be switched on: what a client sees, and what was done in 1C all the same."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import quote, urlsplit

import pytest

from b2bkit_onec.simulate import faults, objects
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.faults import ALWAYS, ODATA, SERVICE, SITE, UnknownFault, arm, disarm
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT, ORDER
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.served import Machines, boxed
from b2bkit_onec.simulate.serving import Served
from plugins.onec.tests.simulate.conftest import order_of
from plugins.onec.tests.simulate.fake_portal import FakePortal

BASIC = "Basic " + base64.b64encode(b"portal:secret").decode()
REF = "0192f0c4-7c1e-7f00-8000-0000000000{:02x}"


class Wire:
    """One connection to the box, kept as long as it holds."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=20)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, http.client.HTTPMessage, bytes]:
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Authorization": BASIC, "Content-Type": "application/json"}
        try:
            self.connection.request(method, quote(path, safe="/?&=()$',:"), sent, headers)
            answer = self.connection.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        return self.ask("GET", f"/odata/standard.odata{path}?$format=json")

    def place(self, contract: str, good: str, number: int = 1) -> tuple[int, dict[str, object]]:
        line = {"LineNumber": 1, "Номенклатура_Key": good, "Количество": 1, "Цена": 5, "Сумма": 5}
        order = {"Ref_Key": REF.format(number), "Договор_Key": contract, "НомерПоДаннымКлиента": f"P-{number}", "Товары": [line]}
        status, _, told = self.ask("POST", f"/odata/standard.odata/{ORDER}?$format=json", order)
        return status, json.loads(told)


@pytest.fixture
def wire(base: Infobase, exchanger: Exchanger) -> Iterator[Wire]:
    machines = Machines(odata=Access("portal", "secret"))
    with Served(boxed(base, exchanger, Schedule(exchanger, 3600), machines)) as served:
        made = Wire(served.url)
        yield made
        made.connection.close()


@pytest.fixture
def contract(base: Infobase) -> str:
    with base.read() as db:
        return next(ref for ref, _ in objects.every(db, CONTRACT))


def _orders(base: Infobase) -> int:
    return sum(documents_by_portal_number(base).values())


def test_connection_is_kept_and_every_message_is_kept_without_the_password(wire: Wire, base: Infobase) -> None:
    for _ in range(2):
        assert wire.get("/Catalog_Валюты")[0] == 200
        assert wire.connection.sock is not None
    with base.read() as db:
        rows = db.execute("SELECT * FROM message").fetchall()
    assert [(row["method"], row["status"], row["protocol"]) for row in rows] == [("GET", 200, "odata")] * 2
    assert "/Catalog_Валюты" in rows[0]["address"]
    assert "BYN" in rows[0]["answer"]
    assert "secret" not in "".join(str(tuple(row)) for row in rows)


@pytest.mark.parametrize(("name", "seconds"), [("down", "0"), ("hang", "0.05")])
def test_line_that_breaks_does_no_work(wire: Wire, base: Infobase, contract: str, good_id: str, name: str, seconds: str) -> None:
    arm(base, ODATA, name, seconds=Decimal(seconds))
    with pytest.raises((OSError, http.client.HTTPException)):
        wire.place(contract, good_id)
    assert _orders(base) == 0
    assert wire.place(contract, good_id)[0] == 201, "one request only was to fail"


def test_lost_answer_leaves_the_order_there_and_the_resend_finds_it(wire: Wire, base: Infobase, contract: str, good_id: str) -> None:
    arm(base, ODATA, "lost", method="writes")
    assert wire.get("/Catalog_Валюты")[0] == 200, "reading is not concerned"
    with pytest.raises((OSError, http.client.HTTPException)):
        wire.place(contract, good_id)
    assert _orders(base) == 1
    status, told = wire.place(contract, good_id)
    assert (status, told["odata.error"]["code"]) == (400, "15")  # type: ignore[index]
    assert wire.get(f"/{ORDER}(guid'{REF.format(1)}')")[0] == 200


@pytest.mark.parametrize(
    ("name", "status", "word"),
    [("error", 500, "Ошибка"), ("unauthorised", 401, "401"), ("forbidden", 403, "403"), ("login_page", 200, "<form")],
)
def test_refusals_of_a_web_server_are_pages_and_do_no_work(
    wire: Wire, base: Infobase, contract: str, good_id: str, name: str, status: int, word: str
) -> None:
    arm(base, ODATA, name, requests=2)
    for _ in range(2):
        got, headers, body = wire.ask("POST", f"/odata/standard.odata/{ORDER}?$format=json", {"Договор_Key": contract})
        assert (got, headers.get_content_type()) == (status, "text/html")
        assert word in body.decode()
    assert _orders(base) == 0
    assert wire.place(contract, good_id)[0] == 201


def test_half_a_body_is_seen_as_one_that_broke_off(wire: Wire, base: Infobase) -> None:
    arm(base, ODATA, "half")
    with pytest.raises(http.client.IncompleteRead):
        wire.get("/Catalog_Валюты")
    assert wire.get("/Catalog_Валюты")[0] == 200


def test_wrong_encoding_mark_and_size(wire: Wire, base: Infobase) -> None:
    whole = wire.get("/Catalog_Склады")[2]
    for name in ("cp1251", "bom", "bigger"):
        arm(base, ODATA, name)
    with pytest.raises(UnicodeDecodeError):
        wire.get("/Catalog_Склады")[2].decode("utf-8")
    assert wire.get("/Catalog_Склады")[2] == b"\xef\xbb\xbf" + whole
    bigger = wire.get("/Catalog_Склады")[2]
    assert (len(bigger), json.loads(bigger)) == (len(whole) * 10, json.loads(whole))


def test_work_done_twice_makes_one_document_and_answers_that_it_is_there(wire: Wire, base: Infobase, contract: str, good_id: str) -> None:
    arm(base, ODATA, "repeated")
    assert wire.place(contract, good_id)[0] == 400
    assert _orders(base) == 1


def test_confirmation_of_another_order(wire: Wire, base: Infobase, contract: str, good_id: str) -> None:
    arm(base, ODATA, "foreign")
    told = wire.place(contract, good_id, 1)[1]
    assert told["Ref_Key"] != REF.format(1), "no order before: an unknown one"
    wire.place(contract, good_id, 2)
    arm(base, ODATA, "foreign")
    assert wire.place(contract, good_id, 3)[1]["Ref_Key"] == REF.format(2)
    assert _orders(base) == 3


def test_older_version_after_a_newer_one(wire: Wire, base: Infobase, good_id: str) -> None:
    path = f"/{ORDER}(guid'{order_of(base, good_id)}')"
    first = json.loads(wire.get(path)[2])
    act(base, "P-77", "post")
    assert json.loads(wire.get(path)[2])["Posted"] is True
    arm(base, ODATA, "older")
    assert json.loads(wire.get(path)[2]) == first
    assert json.loads(wire.get(path)[2])["Posted"] is True


def test_clock_an_hour_off_for_one_request_alone(wire: Wire, base: Infobase, contract: str, good_id: str) -> None:
    arm(base, ODATA, "clock")
    assert wire.place(contract, good_id, 1)[1]["Date"] == "2026-11-20T15:30:00"
    assert wire.place(contract, good_id, 2)[1]["Date"] == "2026-11-20T14:30:00"


def test_limit_is_lowered_while_the_order_is_written(wire: Wire, base: Infobase, contract: str, good_id: str) -> None:
    arm(base, ODATA, "limit")
    assert wire.place(contract, good_id)[0] == 201
    told = json.loads(wire.get(f"/{CONTRACT}(guid'{contract}')")[2])
    assert (told["ОграничиватьСуммуЗадолженности"], told["ДопустимаяСуммаЗадолженности"]) == (True, 0.01)
    assert wire.ask("POST", f"/odata/standard.odata/{ORDER}(guid'{REF.format(1)}')/Post")[0] == 500


def test_faults_happen_in_the_order_in_which_they_were_switched_on(wire: Wire, base: Infobase) -> None:
    for name in ("pass", "error", "pass", "forbidden"):
        arm(base, ODATA, name)
    arm(base, SERVICE, "error", requests=ALWAYS)
    assert [wire.get("/Catalog_Валюты")[0] for _ in range(5)] == [200, 500, 200, 403, 200]
    with base.read() as db:
        assert [(one.protocol, one.requests) for one in faults.armed(db)] == [(SERVICE, ALWAYS)]
    arm(base, ODATA, "error", requests=ALWAYS)
    assert {wire.get("/Catalog_Валюты")[0] for _ in range(4)} == {500}
    disarm(base, ODATA)
    assert wire.get("/Catalog_Валюты")[0] == 200


@pytest.mark.parametrize(
    ("protocol", "name", "changed"),
    [
        (ODATA, "dies", {}),
        (SITE, "error", {}),
        ("fax", "down", {}),
        (ODATA, "nothing", {}),
        (ODATA, "slow", {"seconds": Decimal(3601)}),
        (ODATA, "slow", {"requests": 0}),
        (ODATA, "slow", {"method": "some"}),
    ],
)
def test_fault_that_makes_no_sense_is_refused(base: Infobase, protocol: str, name: str, changed: dict[str, object]) -> None:
    with pytest.raises(UnknownFault):
        arm(base, protocol, name, **changed)  # type: ignore[arg-type]


def test_switched_off_answers_nobody(wire: Wire, base: Infobase) -> None:
    base.keep_setting("power", "off")
    assert wire.get("/Catalog_Валюты")[0] == 503


# The exchange with the site: here 1C is the client.


def test_success_that_never_comes_offers_the_order_again_and_makes_it_once(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    arm(base, SITE, "unconfirmed", requests=2)
    portal.order("P-1", good_id)
    assert exchanger.exchange().orders == ["P-1"]
    assert exchanger.exchange().orders == []
    assert portal.acknowledged == set()
    exchanger.exchange()
    assert (portal.acknowledged, documents_by_portal_number(base)) == ({"P-1"}, {"P-1": 1})


def test_death_between_query_and_success_makes_nothing(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    arm(base, SITE, "dies")
    portal.order("P-1", good_id)
    assert "died" in exchanger.exchange().problems[0]
    assert (portal.acknowledged, _orders(base)) == (set(), 0)
    assert exchanger.exchange().orders == ["P-1"]


def test_line_that_breaks_after_the_request_is_told_and_all_comes_again(
    exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str
) -> None:
    arm(base, SITE, "lost")
    portal.order("P-1", good_id)
    assert not exchanger.exchange().good
    assert portal.count("checkauth") > 0, "the requests were sent"
    assert exchanger.exchange().orders == ["P-1"]


def test_pieces_come_twice(exchanger: Exchanger, portal: FakePortal, base: Infobase) -> None:
    portal.file_limit = 20_000
    arm(base, SITE, "chunks")
    assert not exchanger.exchange().good, "a file of doubled pieces is no XML"
    names = [name for _, mode, name in portal.seen if mode == "file"]
    assert len(names) % 2 == 0
    assert exchanger.exchange().good


def test_two_sessions_at_once_make_one_document(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str) -> None:
    assert exchanger.exchange().good
    before = portal.count("query")
    arm(base, SITE, "parallel")
    portal.order("P-1", good_id)
    exchanger.exchange()
    assert portal.count("query") - before == 2
    assert documents_by_portal_number(base) == {"P-1": 1}


@pytest.mark.parametrize("name", ["repeated", "disorder", "foreign", "older", "cp1251", "bigger", "clock"])
def test_states_of_orders_are_spoilt(exchanger: Exchanger, portal: FakePortal, base: Infobase, good_id: str, name: str) -> None:
    for number in ("P-1", "P-2"):
        portal.order(number, good_id)
    assert exchanger.exchange().good
    for number in ("P-1", "P-2"):
        act(base, number, "post")
    portal.statuses.clear()
    files = portal.count("file")
    arm(base, SITE, name)
    assert exchanger.exchange().good
    sent = portal.count("file") - files
    told = {number: one.requisite("Проведен") for number, one in portal.statuses.items()}
    if name == "foreign":
        assert set(told) == {"П-999999"}
    else:
        assert told == dict.fromkeys(("P-1", "P-2"), "false" if name == "older" else "true")
    assert sent == {"repeated": 2, "disorder": 2, "older": 2}.get(name, 1)
    assert exchanger.exchange().good


def test_half_a_file_is_refused_by_the_site_and_comes_again(exchanger: Exchanger, portal: FakePortal, base: Infobase) -> None:
    arm(base, SITE, "half")
    assert not exchanger.exchange().good
    assert exchanger.exchange().good
