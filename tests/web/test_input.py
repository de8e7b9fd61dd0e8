"""What is sent: bounded, strict, closed; every wrong field at once and in words."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.errors import Refused
from b2bkit.core.web.body import parse_json, parse_pairs
from b2bkit.core.web.errors import BadRequest
from b2bkit.core.web.forms import from_form, validated
from b2bkit.core.web.state import Form
from tests.web.conftest import MakeRoom
from tests.web.room import HOST, Note, NoteIn, Room

WRONG_JSON = [
    b"",
    b"{",
    b"nul",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": -Infinity}',
    b'{"a": 1, "a": 2}',
    b'{"a": {"b": 1, "b": 1}}',
    b"[" * 100_000,
    b"[" * 40 + b"]" * 40,
    b'{"a":' * 33 + b"1" + b"}" * 33,
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": 1e400}',
    b'{"a": 1E-400}',
    b'{"a": 0.' + b"1" * 5000 + b"}",
    b'{"a": "\\ud800"}',
    b'{"a": "\xff"}',
    b'{"a": "\\u0000"}',
    b'{"a": "\x00"}',
    b"{'a': 1}",
    b'{"a": 01}',
    b'{"a": 1,}',
    b"{} {}",
    b'\xef\xbb\xbf{"a": 1}',
    '{"a": "я"}'.encode("cp1251"),
    '{"a": 1}'.encode("utf-16"),
    b'{"a": "\n"}',
    b'{"\\u0000": 1}',
]


@pytest.mark.parametrize("body", WRONG_JSON, ids=lambda body: repr(body[:24]))
def test_json_that_is_not_strict_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_json(body)
    assert caught.value.status == 400


def test_json_keeps_numbers_exact() -> None:
    assert parse_json(b'{"a": 0.1, "b": 12345678901234567890, "c": "\\\\u0000"}') == {
        "a": Decimal("0.1"),
        "b": 12345678901234567890,
        "c": "\\u0000",
    }
    assert parse_json(b"[" * 32 + b"]" * 32)


@pytest.mark.parametrize("body", [body for body in WRONG_JSON if len(body) < 100_000], ids=lambda body: repr(body[:24]))
def test_the_api_answers_wrong_json_with_400(room: Room, body: bytes) -> None:
    client = room.buyer()
    headers = {"Content-Type": "application/json", "X-CSRF-Token": client.csrf, "Idempotency-Key": "0123456789abcdef"}
    answer = client.request("POST", "/api/v1/notes", body=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json["code"] in ("bad_json", "bad_text")
    assert room.kept() == []


def test_an_unknown_field_is_400_and_a_wrong_value_422_with_its_path(room: Room) -> None:
    client = room.buyer()
    unknown = client.send("POST", "/api/v1/notes", {"name": "mine", "company_id": "x", "price": 1})
    assert unknown.status_code == 400
    assert {problem["field"] for problem in unknown.json["problems"]} == {"company_id", "price"}
    nested = client.send("POST", "/api/v1/notes", {"name": "mine", "lines": [{"quantity": "1", "price": "2"}]})
    assert nested.status_code == 400
    wrong = client.send("POST", "/api/v1/notes", {"name": "m", "lines": [{"quantity": "0"}, {"quantity": "x"}]})
    assert wrong.status_code == 422
    assert [(problem["field"], problem["code"]) for problem in wrong.json["problems"]] == [
        ("name", "string_too_short"),
        ("lines.0.quantity", "greater_than"),
        ("lines.1.quantity", "decimal_parsing"),
    ]
    assert room.kept() == []


def test_json_is_asked_for_by_its_type(room: Room) -> None:
    client = room.buyer()
    headers = {"Content-Type": "text/plain", "X-CSRF-Token": client.csrf, "Idempotency-Key": "0123456789abcdef"}
    assert client.request("POST", "/api/v1/notes", body=b'{"name": "mine"}', headers=headers).status_code == 415


def test_a_body_that_is_no_object_is_refused() -> None:
    for value in ([], "x", 1, None, True):
        with pytest.raises(BadRequest):
            validated(NoteIn, value)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("1", "1"), ("1,5", "1.5"), ("1 234,5", "1234.5"), ("1\u00a0234\u202f567.125", "1234567.125"), ("0007", "7"), ("+3", "3")],
)
def test_numbers_are_read_as_people_type_them(typed: str, number: str) -> None:
    assert from_form(Note, Form([("name", "ab"), ("quantity", typed)])).quantity == Decimal(number)


@pytest.mark.parametrize(
    "typed", ["", " ", "1e5", "NaN", "Infinity", "-Infinity", "0x10", "٣", "1,2,3", "1.2.3", "--1", "1_000", "9" * 17, "1,1234567", "½"]
)
def test_what_is_no_number_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        from_form(Note, Form([("name", "ab"), ("quantity", typed)]))
    assert [problem.field for problem in caught.value.problems] == ["quantity"]


@pytest.mark.parametrize(
    ("typed", "code"), [("0", "greater_than"), ("-1", "greater_than"), ("\u22121", "greater_than"), ("1,0001", "decimal_max_places")]
)
def test_a_number_out_of_its_range_says_so(typed: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        from_form(Note, Form([("name", "ab"), ("quantity", typed)]))
    assert caught.value.problems[0].code == code


def test_lists_repeat_and_other_fields_do_not() -> None:
    note = from_form(Note, Form([("name", "ab"), ("tags", "x"), ("tags", "y"), ("_csrf", "t"), ("_key", "k"), ("comment", "")]))
    assert note.tags == ["x", "y"]
    assert note.comment is None
    with pytest.raises(BadRequest):
        from_form(Note, Form([("name", "ab"), ("name", "cd")]))
    with pytest.raises(BadRequest):
        from_form(Note, Form([("name", "ab"), ("company_id", "1")]))


def test_an_unknown_or_repeated_parameter_is_refused(room: Room) -> None:
    client = room.buyer()
    assert client.get("/?q=a&page=2").status_code == 200
    for query in ("sort=price", "q=a&q=b", "page=2&page=3", "q=%ff", "q=%00", "__proto__=1"):
        assert client.get(f"/?{query}").status_code == 400, query
    for query in ("page=0", "page=x", "page=1001", "page=" + "9" * 5000):
        assert client.get(f"/?{query}").status_code == 422, query


def test_forms_are_bounded() -> None:
    with pytest.raises(BadRequest):
        parse_pairs(b"&".join(b"a=1" for _ in range(3000)))
    assert parse_pairs(b"a=%D1%8F+b&c=&d") == [("a", "я b"), ("c", ""), ("d", "")]


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(b"--X\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + b"--X--\r\n"


def test_a_write_that_takes_nothing_refuses_what_is_sent_to_it(room: Room) -> None:
    client = room.buyer()
    assert client.post("/bell", {"company_id": "1"}).status_code == 400
    assert client.send("POST", "/bell", {"price": 1}).status_code == 400
    assert room.kept() == []
    assert client.post("/bell").status_code == 200
    assert client.send("POST", "/bell").status_code == 200
    assert client.send("POST", "/bell", {}).status_code == 200
    assert room.kept() == ["rung"] * 3


def test_a_file_comes_with_its_form(room: Room) -> None:
    client = room.buyer()
    body = multipart(
        ('Content-Disposition: form-data; name="_csrf"', client.csrf.encode()),
        ('Content-Disposition: form-data; name="_key"', b"0123456789abcdef"),
        ('Content-Disposition: form-data; name="name"', "лист".encode()),
        ('Content-Disposition: form-data; name="paper"; filename="../../etc/passwd"\r\nContent-Type: application/pdf', b"%PDF\x00" * 1000),
    )
    answer = client.request("POST", "/notes", body=body, headers={"Content-Type": "multipart/form-data; boundary=X"})
    assert answer.status_code == 303
    assert room.kept() == ["лист"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--X\r\n", "multipart/form-data; boundary=X"),
        (b"nothing", "multipart/form-data; boundary=X"),
        (b"--X\r\n", "multipart/form-data"),
        (multipart(("Content-Disposition: form-data", b"x")), "multipart/form-data; boundary=X"),
        (multipart(("X: " + "y" * 20_000, b"x")), "multipart/form-data; boundary=X"),
        (multipart(*[(f'Content-Disposition: form-data; name="a{n}"', b"x") for n in range(2100)]), "multipart/form-data; boundary=X"),
        (multipart(('Content-Disposition: form-data; name="name"', b"\xff\xfe")), "multipart/form-data; boundary=X"),
        (b"name=%ff", "application/x-www-form-urlencoded"),
        (b"name=a%00b", "application/x-www-form-urlencoded"),
    ],
)
def test_a_broken_form_is_400(room: Room, body: bytes, kind: str) -> None:
    client = room.buyer()
    headers = {"Content-Type": kind, "X-CSRF-Token": client.csrf, "Idempotency-Key": "0123456789abcdef"}
    assert client.request("POST", "/notes", body=body, headers=headers).status_code == 400
    assert room.kept() == []


def test_a_form_of_another_type_is_415(room: Room) -> None:
    client = room.buyer()
    headers = {"Content-Type": "application/json", "X-CSRF-Token": client.csrf, "Idempotency-Key": "0123456789abcdef"}
    assert client.request("POST", "/notes", body=b"{}", headers=headers).status_code == 415


def test_a_body_over_the_routes_limit_is_413(room: Room) -> None:
    client = room.buyer()
    headers = {"Content-Type": "application/json", "X-CSRF-Token": client.csrf, "Idempotency-Key": "0123456789abcdef"}
    answer = client.request("POST", "/api/v1/notes", body=b" " * 100_001, headers=headers)
    assert answer.status_code == 413
    assert answer.json["code"] == "too_large"


async def call(app: Any, events: list[dict[str, Any] | float], headers: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    """Speaks ASGI by hand: events to receive in order, a number being seconds to wait. Gives the status and how many events were read."""
    sent: list[dict[str, Any]] = []
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        while events and isinstance(events[0], float):
            await asyncio.sleep(events.pop(0))  # type: ignore[arg-type]
        if not events:
            await asyncio.sleep(60)
        read += 1
        return events.pop(0)  # type: ignore[return-value]

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.1"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/machine",
        "raw_path": b"/machine",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8000),
        "headers": [(b"host", HOST.encode()), *headers],
    }
    await asyncio.wait_for(app(scope, receive, send), 20)
    return sent[0]["status"], read


def chunk(data: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def test_a_body_without_a_length_is_cut_at_the_limit(room: Room) -> None:
    chunks: list[dict[str, Any] | float] = [chunk(b"x" * 1_000_000) for _ in range(100)]
    status, read = asyncio.run(call(room.app, chunks, []))
    assert status == 413
    assert read <= 7


def test_a_body_that_trickles_is_408(make_room: MakeRoom) -> None:
    room = make_room(read_seconds=0.1)
    trickle: list[dict[str, Any] | float] = [chunk(b"x"), 0.3, chunk(b"y"), 0.3, chunk(b"z", False)]
    status, _read = asyncio.run(call(room.app, trickle, [(b"content-length", b"3")]))
    assert status == 408
    assert room.kept() == []


def test_a_body_that_ends_too_early_does_nothing(room: Room) -> None:
    status, _read = asyncio.run(call(room.app, [chunk(b"x", False)], [(b"content-length", b"9")]))
    assert status == 400
    assert room.kept() == []


def test_a_client_that_goes_away_does_not_stop_what_it_began(room: Room) -> None:
    import threading

    room.notes.hold = threading.Event()
    client = room.buyer()
    body = f"_csrf={client.csrf}&_key=0123456789abcdef&name=finished".encode()
    headers = [
        (b"host", HOST.encode()),
        (b"cookie", f"b2bkit={client.cookies['b2bkit']}".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-type", b"application/x-www-form-urlencoded"),
    ]

    async def leave() -> None:
        async def receive() -> dict[str, Any]:
            return chunk(body, False)

        async def send(event: dict[str, Any]) -> None:
            raise AssertionError("nobody is there")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.1"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/notes",
            "query_string": b"",
            "root_path": "",
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000),
            "headers": headers,
        }
        task = asyncio.ensure_future(room.app(scope, receive, send))  # type: ignore[arg-type]
        while not room.notes.entered.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert room.notes.hold is not None
        room.notes.hold.set()
        while room.app.site.pool.taken:
            await asyncio.sleep(0.01)

    asyncio.run(leave())
    assert room.kept() == ["finished"]


def test_header_values_cannot_be_broken_out_of(room: Room) -> None:
    client = room.buyer()
    for name in ("Idempotency-Key", "X-Request-ID", "Accept-Language", "Referer", "HX-Current-URL", "If-None-Match"):
        for value in ("a\r\nSet-Cookie: x=1", "a\nb", "\x00", "é" * 10, "%0d%0aX: y"):
            answer = client.request("GET", "/", headers={name: value, "Accept": "text/html"})
            assert answer.status_code < 500
            assert "x=1" not in answer.headers.get("set-cookie", "")
            assert "X: y" not in str(answer.headers)
    toast = client.post("/notes", {"name": "line"}, htmx=True)
    assert toast.headers["hx-trigger"].isascii()
    assert json.loads(toast.headers["hx-trigger"])["toast"]["text"] == "Готово"
