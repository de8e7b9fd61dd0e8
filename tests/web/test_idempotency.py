"""Same key, same answer; other body, refusal; a failure stores nothing."""

from __future__ import annotations

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b2bkit.core.web import idempotency
from b2bkit.core.web.masking import masked
from b2bkit.core.web.models import IdempotentAnswer
from tests.web.room import NOW, Room

KEY = "key-of-this-form-0001"


def rows(room: Room) -> int:
    with room.work(write=False) as work:
        return work.session.execute(select(func.count()).select_from(IdempotentAnswer)).scalar_one()


def test_the_same_key_gets_the_same_answer_and_nothing_is_done_twice(room: Room) -> None:
    client = room.buyer()
    first = client.post("/notes", {"name": "once"}, key=KEY)
    again = client.post("/notes", {"name": "once"}, key=KEY)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert room.kept() == ["once"]
    assert room.notes.calls == 1


def test_the_api_answers_again_with_the_same_body_and_type(room: Room) -> None:
    client = room.buyer()
    first = client.send("POST", "/api/v1/notes", {"name": "once", "lines": [{"quantity": "0.1"}]}, key=KEY)
    again = client.send("POST", "/api/v1/notes", {"name": "once", "lines": [{"quantity": "0.1"}]}, key=KEY)
    assert (first.status_code, first.json) == (201, {"name": "once", "total": "0.1"})
    assert (again.status_code, again.content, again.headers["content-type"]) == (201, first.content, first.headers["content-type"])
    assert room.kept() == ["once"]


def test_a_key_used_for_something_else_is_refused(room: Room) -> None:
    client = room.buyer()
    client.post("/notes", {"name": "once"}, key=KEY)
    other = client.post("/notes", {"name": "twice"}, key=KEY)
    assert other.status_code == 422
    assert 'data-problem="key_reused"' in other.text
    assert room.kept() == ["once"]


def test_keys_of_others_and_of_other_routes_do_not_meet(room: Room) -> None:
    room.sessions.known["second-token-0123456789"] = type(room.sessions.known["buyer-token-0123456789"])(
        __import__("tests.web.room", fromlist=["actor"]).actor("shop.read", "shop.write"), "csrf-of-the-second-0001", "en"
    )
    client, second = room.buyer(), room._client("second-token-0123456789")
    assert client.post("/notes", {"name": "mine"}, key=KEY).status_code == 303
    assert second.post("/notes", {"name": "hers"}, key=KEY).status_code == 303
    assert client.send("POST", "/api/v1/notes", {"name": "third"}, key=KEY).status_code == 201
    assert room.kept() == ["hers", "mine", "third"]


def test_a_write_without_a_key_is_refused(room: Room) -> None:
    client = room.buyer()
    headers = {"Content-Type": "application/json", "X-CSRF-Token": client.csrf}
    answer = client.request("POST", "/api/v1/notes", body=b'{"name": "mine"}', headers=headers)
    assert (answer.status_code, answer.json["code"]) == (400, "key_missing")
    for wrong in ("short", "x" * 201, "with spaces in the key", "quote'quote'quote'"):
        answer = client.request("POST", "/api/v1/notes", body=b'{"name": "mine"}', headers={**headers, "Idempotency-Key": wrong})
        assert (answer.status_code, answer.json["code"]) == (400, "key_malformed")
    assert room.kept() == []


@pytest.mark.parametrize("name", ["refuse", "show again", "break", "count it"])
def test_what_failed_can_be_tried_again_with_the_same_key(room: Room, name: str) -> None:
    client = room.buyer()
    assert client.post("/notes", {"name": name}, key=KEY).status_code >= 400
    assert rows(room) == 0
    assert client.post("/notes", {"name": "better"}, key=KEY).status_code == 303
    assert "better" in room.kept()


def test_two_at_once_are_done_once_and_both_get_the_answer(room: Room) -> None:
    room.notes.hold = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(room.buyer().post, "/notes", {"name": "at once"}, key=KEY)
        assert room.notes.entered.wait(10)
        second = pool.submit(room.buyer().post, "/notes", {"name": "at once"}, key=KEY)
        assert not second.done()
        room.notes.hold.set()
        answers = [first.result(), second.result()]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[1].headers.get("idempotent-replayed") == "true"
    assert room.notes.calls == 1
    assert room.kept() == ["at once"]


def test_the_second_does_the_work_when_the_first_failed(room: Room) -> None:
    client = room.buyer()
    assert client.post("/notes", {"name": "break"}, key=KEY).status_code == 500
    assert client.post("/notes", {"name": "break"}, key=KEY).status_code == 500
    assert room.notes.calls == 2


def test_an_answer_too_large_to_keep_is_not_done_again(room: Room) -> None:
    client = room.buyer()
    assert len(client.post("/notes", {"name": "huge"}, key=KEY).content) == 300_000
    again = client.post("/notes", {"name": "huge"}, key=KEY)
    assert again.status_code == 409
    assert room.notes.calls == 1


def test_a_new_token_of_the_session_does_not_make_it_another_request(room: Room) -> None:
    client = room.buyer()
    client.post("/notes", {"name": "once"}, key=KEY)
    room.sessions.known["buyer-token-0123456789"] = type(room.sessions.known["buyer-token-0123456789"])(
        room.buyer_actor, "new-csrf-00000001", "en"
    )
    client.csrf = masked("new-csrf-00000001")
    assert client.post("/notes", {"name": "once"}, key=KEY).headers["idempotent-replayed"] == "true"


def test_cookies_are_not_part_of_what_is_stored(room: Room) -> None:
    client = room.buyer()
    client.post("/notes", {"name": "once"}, key=KEY)
    with room.work(write=False) as work:
        headers = work.session.execute(select(IdempotentAnswer.headers)).scalar_one()
    assert "cookie" not in headers.lower()


def test_old_keys_are_forgotten_after_thirty_days(room: Room) -> None:
    client = room.buyer()
    for _ in range(3):
        client.post("/notes", {"name": "once"}, key=secrets.token_urlsafe(16))
    with room.work() as work:
        work.session.execute(
            IdempotentAnswer.__table__.update().values(created_at=NOW - timedelta(days=31)).where(IdempotentAnswer.status == 303)  # type: ignore[attr-defined]
        )
    client.post("/notes", {"name": "late"}, key=KEY)
    with room.work() as work:
        idempotency.forget_old_keys(work)
    assert rows(room) == 1
