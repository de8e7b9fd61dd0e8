"""The portal's own name and its clients' addresses come from the configuration, not from what a request says."""

from __future__ import annotations

import pytest

from tests.web.conftest import MakeRoom
from tests.web.room import Room


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "127.0.0.1@evil.example",
        "127.0.0.1:8000/evil",
        "evil.example#127.0.0.1",
        "127.0.0.1:99999999",
        "",
        " ",
        "127.0.0.1,evil.example",
        "[::1]",
        "127.0.0.1\tevil",
        "localhost",
    ],
)
@pytest.mark.parametrize("path", ["/", "/sign-in", "/machine", "/api/v1/notes", "/static/theme/theme.css", "/nothing"])
def test_a_request_to_another_host_is_refused_before_routing(room: Room, host: str, path: str) -> None:
    answer = room.buyer().request("GET", path, headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "evil" not in answer.text


def test_the_hosts_of_the_configuration_are_answered(make_room: MakeRoom) -> None:
    room = make_room(allowed_hosts=("portal.example",))
    assert room.buyer().request("GET", "/", headers={"Host": "PORTAL.example:8443"}).status_code == 200
    assert room.buyer().request("GET", "/", headers={"Host": "portal.example."}).status_code == 200


def test_probes_answer_by_address(room: Room) -> None:
    for path in ("/healthz", "/readyz"):
        assert room.stranger().request("GET", path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_forwarded_hosts_change_nothing(room: Room) -> None:
    plain = room.stranger().get("/")
    told = room.stranger().request(
        "GET",
        "/",
        headers={
            "Accept": "text/html",
            "X-Forwarded-Host": "evil.example",
            "Forwarded": "host=evil.example",
            "X-Forwarded-Proto": "gopher",
        },
    )
    assert told.headers["location"] == plain.headers["location"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, "not an address", "127.0.0.1"),
        (1, "6.6.6.6, <script>", "127.0.0.1"),
        (1, "[2001:db8::1]", "2001:db8::1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_clients_address_is_believed_as_far_as_our_proxies_reach(
    make_room: MakeRoom, proxies: int, forwarded: str, address: str
) -> None:
    room = make_room(trusted_proxies=proxies)
    answer = room.stranger().request("GET", "/machine", headers={"X-Forwarded-For": forwarded})
    assert answer.text == f"anonymous {address}"
