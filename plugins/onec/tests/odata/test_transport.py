"""Calls of 1C: signed in, few at a time, tried again only where it is safe, and never taking a wrong answer for an empty one."""

from __future__ import annotations

import gzip
import json
import threading
import time
from decimal import Decimal

import pytest

from b2bkit_onec.archive.message import Message
from b2bkit_onec.line import Barred, Line, LineOpen, OneCBroken, OneCRefused, OneCSilent
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said, basic, refused, rows, said

SET = "Catalog_Номенклатура"


def test_a_russian_name_and_a_space_go_into_the_address_as_percents(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = []
    line.base.get(SET, filter="Артикул eq 'о''кей + 1' and DeletionMark eq false", select=["Ref_Key", "Артикул"], top=3)
    (asked,) = onec.asked
    assert asked.raw.isascii()
    assert "+" not in asked.raw
    assert "%20" in asked.raw
    assert asked.path.endswith(SET)
    assert asked.query["$filter"] == "Артикул eq 'о''кей + 1' and DeletionMark eq false"
    assert asked.query["$format"] == "json"


def test_login_and_password_are_in_utf8(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = []
    line.base.get(SET)
    assert basic(onec.asked[0].headers["authorization"]) == "портал:пароль:1"


def test_a_session_is_begun_once_and_kept(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = []

    def begin(asked: Asked) -> Said:
        answer = onec.serve(asked)
        answer.headers["Set-Cookie"] = ["vrs=1; path=/", "ibsession=abc-1; Path=/ut; HttpOnly"][1]
        return answer

    onec.next = [begin]
    for _number in range(3):
        line.base.get(SET)
    assert [one.headers.get("ibsession") for one in onec.asked] == ["start", None, None]
    assert [one.headers.get("cookie") for one in onec.asked] == [None, "ibsession=abc-1", "ibsession=abc-1"]


def test_a_session_that_1c_has_ended_is_begun_anew(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = [{"Ref_Key": "1"}]
    begun = Said(200, rows().body, {"Content-Type": "application/json", "Set-Cookie": "ibsession=old"})
    onec.next = [begun, Said(404, b"<html>no session</html>", {"Content-Type": "text/html"})]
    line.base.get(SET)
    assert line.base.get(SET) == [{"Ref_Key": "1"}]
    assert onec.asked[1].headers.get("cookie") == "ibsession=old"
    assert onec.asked[2].headers.get("ibsession") == "start"


def test_a_publication_that_refuses_sessions_is_asked_without(onec: FakeOneC, line: Line) -> None:
    onec.sets[SET] = []
    onec.next = [Said(400, b"Bad request")]
    line.base.get(SET)
    line.base.get(SET)
    assert [one.headers.get("ibsession") for one in onec.asked] == ["start", None, None]


def test_no_more_than_the_agreed_calls_run_at_a_time(onec: FakeOneC, make_line: MakeLine) -> None:
    line = make_line(parallel=2)
    gate = threading.Event()

    def wait(asked: Asked) -> Said:
        gate.wait(5)
        return rows()

    onec.answer = wait
    threads = [threading.Thread(target=lambda: line.base.get(SET)) for _number in range(5)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while onec.busy < 2 and time.monotonic() < until:
        threading.Event().wait(0.01)
    threading.Event().wait(0.2)
    assert onec.busy == 2
    gate.set()
    for thread in threads:
        thread.join(5)
    assert (onec.most_busy, len(onec.asked)) == (2, 5)


def test_reading_is_tried_again_after_silence_as_long_as_1c_asks(onec: FakeOneC, line: Line) -> None:
    slept: list[float] = []
    line.base.transport._sleep = slept.append
    onec.sets[SET] = []
    onec.next = [Said(503, b"", {"Retry-After": "7"}), Said(502, b"")]
    assert line.base.get(SET) == []
    assert slept == [7.0, 2.0]


def test_a_pause_longer_than_half_a_minute_is_left_to_the_schedule(onec: FakeOneC, line: Line) -> None:
    onec.next = [Said(503, b"", {"Retry-After": "600"})]
    with pytest.raises(OneCSilent) as told:
        line.base.get(SET)
    assert told.value.after == 600
    assert len(onec.asked) == 1


def test_writing_is_never_tried_again(onec: FakeOneC, line: Line) -> None:
    onec.next = [Said(hang_up=True)]
    with pytest.raises(OneCSilent):
        line.base.create(SET, {"Ref_Key": "x"})
    assert len(onec.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 501])
def test_a_refusal_is_told_with_1cs_words_and_never_repeated(onec: FakeOneC, line: Line, status: int) -> None:
    onec.answer = lambda asked: refused(status, "6", "Так нельзя")
    with pytest.raises(OneCRefused) as told:
        line.base.get(SET)
    assert (told.value.status, told.value.code) == (status, "6")
    assert "Так нельзя" in told.value.words
    assert told.value.cure
    assert len(onec.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Said(200, "<html><title>Вход</title></html>".encode(), {"Content-Type": "text/html"}),
        Said(200, b"<!DOCTYPE html><html></html>", {"Content-Type": "application/json"}),
        Said(200, b'{"value": [', {"Content-Type": "application/json"}),
        Said(200, b"", {"Content-Type": "application/json"}),
        Said(200, b'{"d": []}', {"Content-Type": "application/json"}),
        Said(200, b'{"value": [1]}', {"Content-Type": "application/json"}),
        Said(200, b'{"value": [{"a": NaN}]}', {"Content-Type": "application/json"}),
        Said(200, b'{"value": []}', {"Content-Type": "application/json"}, cut=3),
        Said(200, b"no gzip", {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
        Said(302, b"", {"Location": "http://elsewhere.example/"}),
        Said(500, b"<html><title>Server error</title></html>", {"Content-Type": "text/html"}),
    ],
    ids=["page", "page as json", "half", "empty", "other form", "no rows", "nan", "cut", "bad gzip", "redirect", "500 page"],
)
def test_what_is_no_answer_is_never_an_empty_one(onec: FakeOneC, line: Line, answer: Said) -> None:
    onec.next = [answer]
    with pytest.raises(OneCBroken):
        line.base.get(SET)
    assert len(onec.asked) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"odata.error": {"code": "-1", "message": {"lang": "ru", "value": "Не заполнен Склад"}}}, "Не заполнен Склад"),
        ({"exception": {"descr": "Внешняя", "inner": {"descr": "Внутренняя"}}}, "Внешняя Внутренняя"),
        ({"odata.error": {"code": "5", "message": {"value": "0J3QtSDQt9Cw0L/QvtC70L3QtdC9INCh0LrQu9Cw0LQ="}}}, "Не заполнен Склад"),
    ],
)
def test_words_of_1c_are_found_in_every_form_that_it_uses(onec: FakeOneC, line: Line, body: dict[str, object], words: str) -> None:
    onec.next = [said(body, 500)]
    with pytest.raises(OneCRefused, match=words):
        line.base.get(SET)


def test_words_in_xml_are_found(onec: FakeOneC, line: Line) -> None:
    xml = '<m:error xmlns:m="x"><m:code>9</m:code><m:message xml:lang="ru">Не &lt;найден&gt;</m:message></m:error>'
    onec.next = [Said(404, xml.encode(), {"Content-Type": "application/xml"})]
    assert line.base.one(SET, "8d1d7287-6240-11f1-9296-08002761f3c5") is None
    onec.next = [Said(400, xml.encode(), {"Content-Type": "application/xml"})]
    with pytest.raises(OneCRefused, match="Не <найден>"):
        line.base.get(SET)


@pytest.mark.parametrize("words", ["Не найдена лицензия", "Конфликт блокировок при выполнении транзакции"])
def test_what_1c_can_do_later_is_silence_and_no_refusal(onec: FakeOneC, line: Line, words: str) -> None:
    onec.answer = lambda asked: refused(500, "-1", words)
    with pytest.raises(OneCSilent, match=words):
        line.base.create(SET, {})


def test_a_call_ends_in_time_however_slowly_bytes_drip(onec: FakeOneC, make_line: MakeLine) -> None:
    line = make_line(timeout_seconds=1)
    onec.answer = lambda asked: Said(200, b'{"value": []}' + b" " * 500, {"Content-Type": "application/json"}, drip=0.05)
    began = time.monotonic()
    with pytest.raises(OneCSilent):
        line.base.table("R", "Balance", {}, tries=1)
    assert time.monotonic() - began < 2


def test_a_call_ends_in_time_when_nothing_comes_at_all(onec: FakeOneC, make_line: MakeLine) -> None:
    line, gate = make_line(timeout_seconds=1), threading.Event()

    def hang(asked: Asked) -> Said:
        gate.wait(20)
        return rows()

    onec.answer = hang
    began = time.monotonic()
    with pytest.raises(OneCSilent, match="in time"):
        line.base.table("R", "Balance", {}, tries=1)
    assert time.monotonic() - began < 3
    gate.set()


def test_an_answer_that_is_too_large_is_refused_packed_or_not(onec: FakeOneC, make_line: MakeLine) -> None:
    line = make_line(line={"max_mb": 1})
    packed = gzip.compress(b" " * 3_000_000)
    assert len(packed) < 10_000
    onec.next = [
        Said(200, b" " * 1_100_000, {"Content-Type": "application/json"}),
        Said(200, packed, {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
    ]
    for _number in range(2):
        with pytest.raises(OneCBroken, match="1 MB"):
            line.base.get(SET)


def test_a_packed_answer_is_read(onec: FakeOneC, line: Line) -> None:
    body = json.dumps({"value": [{"Цена": 1.10}]}).encode()
    onec.next = [Said(200, gzip.compress(body), {"Content-Type": "application/json", "Content-Encoding": "gzip"})]
    (row,) = line.base.get(SET)
    assert row["Цена"] == Decimal("1.10")
    assert isinstance(row["Цена"], Decimal)


def test_a_host_that_is_not_allowed_is_not_called(onec: FakeOneC, make_line: MakeLine) -> None:
    line = make_line()
    line.base.url = onec.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(Barred, match=r"127\.0\.0\.2"):
        line.base.get(SET)
    assert onec.asked == []


def test_silence_opens_the_breaker_and_the_ping_closes_it(onec: FakeOneC, make_line: MakeLine) -> None:
    line = make_line()
    onec.sets["Catalog_Валюты"] = onec.sets[SET] = []
    onec.next = [Said(hang_up=True)] * 3
    with pytest.raises(OneCSilent):
        line.base.get(SET)
    with pytest.raises(LineOpen):
        line.base.get(SET)
    assert len(onec.asked) == 3
    assert line.ping().state == "up"
    assert line.base.get(SET) == []


def test_the_ping_tells_that_1c_is_there_when_it_refuses(onec: FakeOneC, line: Line) -> None:
    seen = line.ping()
    assert (seen.state, "404" in seen.words) == ("up", True)


def test_without_a_server_the_ping_says_down(make_line: MakeLine) -> None:
    line = make_line("http://127.0.0.1:9/ut")
    seen = line.ping()
    assert seen.state == "down"
    assert seen.words
    assert seen.cure


def test_the_archive_gets_question_and_answer_without_secrets(onec: FakeOneC, line: Line, messages: list[Message]) -> None:
    onec.sets[SET] = []
    line.base.for_run("stock").get(SET)
    question, answer = messages
    assert (question.direction, answer.direction, question.pair) == ("out", "in", answer.pair)
    assert (question.name, question.flow, answer.status, answer.outcome) == (f"GET {SET}", "stock", "200", "ok")
    assert json.loads(answer.body) == {"odata.metadata": "x", "value": []}
    assert not {name.lower() for name in question.headers} & {"authorization", "cookie"}


def test_the_archive_gets_silence_too(onec: FakeOneC, line: Line, messages: list[Message]) -> None:
    onec.next = [Said(hang_up=True)]
    with pytest.raises(OneCSilent):
        line.base.create(SET, {})
    assert messages[-1].outcome == "silent"
    assert messages[-1].pair == messages[0].pair
