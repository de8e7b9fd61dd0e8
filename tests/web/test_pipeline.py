"""One request: who may come in, what a write needs, in which form failures are answered."""

from __future__ import annotations

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from b2bkit.core.web.masking import is_token, masked
from tests.web.conftest import MakeRoom
from tests.web.room import BUYER_TOKEN, Room

NOTE = "/notes/00000000-0000-0000-0000-000000000007"
ABSENT = "/notes/00000000-0000-0000-0000-000000000008"


def test_a_page_is_served_to_those_with_the_permission(room: Room) -> None:
    answer = room.buyer().get("/?q=<script>")
    assert answer.status_code == 200
    assert "&lt;script&gt;" in answer.text
    assert "<script>" not in answer.text


def test_a_person_without_a_session_is_led_to_sign_in_and_back(room: Room) -> None:
    answer = room.stranger().get("/notes/00000000-0000-0000-0000-000000000007?q=a%20b")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fnotes%2F00000000-0000-0000-0000-000000000007%3Fq%3Da%2520b"


def test_a_fragment_without_a_session_sends_the_whole_browser_to_sign_in(room: Room) -> None:
    answer = room.stranger().get("/", htmx=True)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/sign-in")


def test_a_program_without_a_session_gets_a_problem(room: Room) -> None:
    answer = room.stranger().get("/api/v1/notes", accept="application/json")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "not_signed_in"


def test_a_session_that_ended_is_no_session(room: Room) -> None:
    client = room.buyer()
    room.end()
    assert client.get("/").status_code == 303


def test_reading_is_allowed_and_writing_refused_by_permission(room: Room) -> None:
    viewer = room.viewer()
    assert viewer.get("/notes").status_code == 200
    answer = viewer.post("/notes", {"name": "mine"})
    assert answer.status_code == 403
    assert 'data-problem="forbidden"' in answer.text
    assert room.kept() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_verb_that_the_resource_lacks_is_405_with_what_is_allowed(room: Room, method: str) -> None:
    answer = room.buyer().send(method, "/api/v1/notes")
    assert answer.status_code == 405
    assert answer.json["code"] == "method_not_allowed"
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_head_answers_like_get_without_a_body(room: Room) -> None:
    client = room.buyer()
    answer = client.request("HEAD", "/api/v1/notes")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(client.get("/api/v1/notes").content)


def test_options_names_the_verbs(room: Room) -> None:
    assert "POST" in room.stranger().request("OPTIONS", "/notes").headers["allow"]


def test_foreign_absent_and_unknown_look_the_same_byte_for_byte(room: Room) -> None:
    client = room.buyer()

    def seen(path: str, **headers: str) -> tuple[int, bytes]:
        answer = client.request("GET", path, headers={"X-Request-ID": "same-request-id", **headers})
        return answer.status_code, re.sub(rb"[\w-]{55,}", b"TOKEN", answer.content)

    absent = seen(ABSENT, Accept="text/html")
    assert absent[0] == 404
    assert seen("/no/such/page", Accept="text/html") == absent
    assert seen(ABSENT.upper().replace("NOTES", "notes"), Accept="text/html") == absent
    assert seen("/notes/7", Accept="text/html") == absent
    assert seen("/api/v1/nothing") == seen("/api/v1/none")


def test_ids_have_one_spelling(room: Room) -> None:
    client = room.buyer()
    assert client.get(NOTE).status_code == 200
    canonical = "0000000a-0000-0000-0000-00000000000b"
    assert client.get(f"/notes/{canonical}").status_code == 404
    for spelling in (
        canonical.upper(),
        canonical.replace("-", ""),
        "{" + canonical + "}",
        f"urn:uuid:{canonical}",
        f"+{canonical}",
        f" {canonical}",
        f"{canonical}%0a",
        "٠" * 8 + canonical[8:],
    ):
        answer = client.get(f"/notes/{spelling}")
        assert answer.status_code == 404, spelling
    wrapped = NOTE.replace("00000000-0000-0000-0000-000000000007", "00000000000000000000000000000007")
    assert client.get(wrapped).status_code == 404


def test_every_answer_carries_the_headers_that_protect_it(make_room: MakeRoom) -> None:
    room = make_room(cookie_secure=True)
    for path in ("/", "/sign-in", "/no/such", "/healthz", "/static/none.css", "/api/v1/notes"):
        answer = room.stranger().get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["strict-transport-security"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]


def test_an_unexpected_error_tells_only_its_number(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    answer = room.buyer().post("/notes", {"name": "break"})
    assert answer.status_code == 500
    assert "secret of the server" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret of the server" in caplog.text
    assert room.kept() == []


def test_a_request_id_from_outside_is_taken_only_when_it_is_one(room: Room) -> None:
    client = room.stranger()
    assert client.request("GET", "/healthz", headers={"X-Request-ID": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    for wrong in ("short", "x" * 65, "with space in it", 'quote"quote"'):
        assert client.request("GET", "/healthz", headers={"X-Request-ID": wrong}).headers["x-request-id"] != wrong


def test_a_refusal_names_every_problem_with_its_field(room: Room) -> None:
    answer = room.buyer().post("/notes", {"name": "refuse"}, htmx=True)
    assert answer.status_code == 422
    assert 'data-problem="refused"' in answer.text
    assert " name" in answer.text
    assert room.kept() == []


def test_a_form_shown_again_changes_nothing(room: Room) -> None:
    answer = room.buyer().post("/notes", {"name": "show again"})
    assert answer.status_code == 422
    assert 'value="show again"' in answer.text
    assert room.kept() == []


def test_a_refusal_can_be_kept_on_purpose(room: Room) -> None:
    assert room.buyer().post("/notes", {"name": "count it"}).status_code == 422
    assert room.kept() == ["count it"]


def test_a_get_cannot_write(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    answer = room.buyer().get("/writing")
    assert answer.status_code == 500
    assert "WriteInRead" in caplog.text
    assert room.kept() == []


# --- CSRF


def test_a_write_without_the_sessions_token_is_refused_and_offers_what_was_typed(room: Room) -> None:
    client = room.buyer()
    client.csrf = "of-another-session"
    answer = client.post("/notes", {"name": "typed before", "quantity": "3"})
    assert answer.status_code == 403
    assert 'name="name" value="typed before"' in answer.text
    assert is_token(client.csrf, "csrf-of-the-buyer-0001")
    assert room.kept() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_from_another_site_is_refused_even_with_the_token(room: Room, headers: dict[str, str]) -> None:
    client = room.buyer()
    body = f"_csrf={client.csrf}&_key=0123456789abcdef&name=theirs".encode()
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    answer = client.request("POST", "/notes", body=body, headers=sent)
    assert answer.status_code == 403
    assert "theirs" not in answer.text
    assert room.kept() == []


def test_signing_in_needs_the_token_of_the_page_that_was_shown(room: Room) -> None:
    client = room.stranger()
    assert client.post("/sign-in", {"name": "Ира"}).status_code == 403
    client.cookies.clear()
    client.get("/sign-in")
    assert client.post("/sign-in", {"name": "Ира"}).status_code == 303
    client.cookies["b2bkit-pre"] = "another-pre-session-0001"
    assert client.post("/sign-in", {"name": "Ира"}).status_code == 403


def test_the_token_is_written_another_way_in_each_answer_and_never_bare(room: Room) -> None:
    for client, path in ((room.buyer(), "/notes"), (room.stranger(), "/sign-in")):
        bare = "csrf-of-the-buyer-0001" if path == "/notes" else None
        found = []
        for htmx in (False, False, True):
            answer = client.get(path, htmx=htmx)
            bare = bare or client.cookies["b2bkit-pre"]
            assert bare not in answer.text
            here = set(re.findall(r'(?:name="_csrf" value|name="csrf" content)="([^"]+)"', answer.text))
            assert len(here) == 1, "one answer needs one"
            found += here
        assert len(set(found)) == 3
        assert all(is_token(one, bare or "") for one in found), "each of them is good as long as the session is"


def test_only_the_sessions_own_token_is_taken_and_only_masked(room: Room) -> None:
    client, good = room.buyer(), room.buyer().csrf
    other = good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB")
    for wrong in ("", "csrf-of-the-buyer-0001", masked("csrf-of-the-viewer-0001"), other, good + "AA", good[:-4], "тайна", "=", "!" * 40):
        client.csrf = wrong
        assert client.post("/notes", {"name": "no", "quantity": "3"}).status_code == 403, wrong
    assert room.kept() == []
    for right in (good, masked("csrf-of-the-buyer-0001")):
        client.csrf = right
        assert client.post("/notes", {"name": right[:20], "quantity": "3"}).status_code == 303
    assert len(room.kept()) == 2


def test_cookies_are_of_this_host_alone(make_room: MakeRoom) -> None:
    answer = make_room(cookie_secure=True).stranger().get("/sign-in")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-b2bkit-pre=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


# --- machines


def test_a_machine_route_needs_no_cookie_token_or_key(room: Room) -> None:
    answer = room.stranger().request("POST", "/machine", body=b"x" * 2_000_000, headers={"Content-Type": "text/xml"})
    assert answer.text == "success"
    assert room.kept() == ["2000000 bytes"]
    assert room.stranger().get("/machine").text.startswith("anonymous ")


def test_a_machine_route_does_not_look_at_sessions(room: Room) -> None:
    assert room.buyer().get("/machine").text.startswith("anonymous ")


# --- the loop and the pool


def test_an_asynchronous_resource_stands_behind_the_guard(room: Room) -> None:
    assert room.buyer().get("/events").text == "Ирина"
    assert room.stranger().get("/events").status_code == 303
    assert room.stranger().get("/events", accept="application/json").status_code == 401


def test_when_all_handlers_are_busy_others_are_told_to_come_back(make_room: MakeRoom) -> None:
    room = make_room(threads=1, queue=0)
    room.notes.hold = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(room.buyer().post, "/notes", {"name": "first"})
        try:
            assert room.notes.entered.wait(10)
            answer = room.buyer().get("/api/v1/notes")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) >= 1
            assert json.loads(answer.content)["code"] == "unavailable"
            assert room.stranger().get("/healthz").status_code == 200
        finally:
            room.notes.hold.set()
        assert first.result().status_code == 303
    assert room.buyer().get("/").status_code == 200


def test_a_session_in_use_is_noted_now_and_then(room: Room) -> None:
    client = room.buyer()
    client.get("/")
    assert room.sessions.touched == []
    room.stale()
    client.get("/")
    assert room.sessions.touched == [BUYER_TOKEN]


# --- next


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil",
        "/%0d%0aSet-Cookie:x=1",
        " /x",
        "/\tx",
        "",
        "x",
        "/a\r\nb",
        "http:/x",
        "///evil",
        "/" + "a" * 3000,
    ],
)
def test_next_leads_nowhere_else(room: Room, given: str) -> None:
    from urllib.parse import quote

    answer = room.stranger().get(f"/onwards?next={quote(given)}")
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert place == "/" or (place.startswith("/%0d%0a") and given.startswith("/%0d"))
    assert "set-cookie" not in answer.headers


def test_next_leads_to_a_page_of_this_portal(room: Room) -> None:
    assert room.stranger().get("/onwards?next=/orders?page=2").headers["location"] == "/orders?page=2"
