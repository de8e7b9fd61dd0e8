"""T1 for routes that other systems call: no session of the portal opens them, not the admin's either, and only their own account does.

A route with `machine=True` authenticates by itself, so the guard cannot say what is right: here each states its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import pytest
from falcon.testing import Result

from b2bkit.core.extend.things import PUBLIC
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal
from tests.web.exchange import LOGIN, PASSWORD, basic, from_elsewhere, portal_with_onec
from tests.web.test_matrix import NO_SESSION, methods_of, routes_of
from tests.web.world import World, whole_state

KINDS = ("catalog", "sale", "", "forum")
MODES = ("checkauth", "init", "file", "import", "query", "success", "complete", "", "dance")
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ACCOUNTS: Mapping[str, dict[str, str]] = {
    "no password": {},
    "wrong password": basic(LOGIN, "wrong-password"),
    "wrong name": basic("admin", PASSWORD),
    "no password in it": basic(LOGIN, ""),
    "right password in another scheme": {"Authorization": basic(LOGIN, PASSWORD)["Authorization"].replace("Basic", "Bearer")},
    "no base64": {"Authorization": "Basic !"},
}


class Asked(NamedTuple):
    """One question: verb, kind, mode."""

    method: str
    kind: str
    mode: str

    @property
    def query(self) -> str:
        return f"type={self.kind}&mode={self.mode}&filename=import.xml"


def ask(client: Client, path: str, asked: Asked, headers: Mapping[str, str]) -> Result:
    body = b"<x/>" if asked.method == "POST" else b""
    sent = {**headers, **from_elsewhere(), "X-Request-ID": "matrix-request", "Accept": "text/html"}
    return client.request(asked.method, path, query=asked.query, headers=sent, body=body)


def refused_by_onec(asked: Asked, answer: Result) -> str | None:
    """What 1C's exchange says to who is not 1C: 401 to `checkauth`, else 200 with `failure` and what to do, as 1C expects refusals."""
    knocks = asked.mode == "checkauth" and asked.kind != "forum"
    if answer.status_code != (401 if knocks else 200):
        return f"{answer.status_code}"
    if knocks and answer.headers.get("www-authenticate") != 'Basic realm="1C", charset="UTF-8"':
        return "nothing says how to sign in"
    first, _end, words = answer.text.partition("\n")
    if first != "failure" or not words.strip():
        return answer.text[:80]
    if answer.cookies or not answer.headers["content-type"].startswith("text/plain"):
        return f"cookies {list(answer.cookies)}, {answer.headers['content-type']}"
    return None


def says_ok(_asked: Asked, answer: Result) -> str | None:
    """For whoever looks whether the process lives."""
    return None if (answer.status_code, answer.content) == (200, b"ok\n") else answer.text[:80]


def says_ready_without_sentences(_asked: Asked, answer: Result) -> str | None:
    """Names and states of checks; what they say in words is for the operator."""
    told = {name for check in answer.json["checks"] for name in check} | answer.json.keys()
    return None if answer.status_code == 200 and told == {"ready", "checks", "name", "ok", "required"} else answer.text[:80]


def says_nothing_is_here(_asked: Asked, answer: Result) -> str | None:
    """Figures are there for the operator; for others the address does not exist."""
    return None if answer.status_code == 404 else f"{answer.status_code}"


def knows_no_such_token(asked: Asked, answer: Result) -> str | None:
    """Leaving by one click: a link is only looked at, a post needs a token of the portal's own."""
    return None if answer.status_code == (404 if asked.method == "POST" else 303) else f"{answer.status_code}"


ONCE = (Asked("GET", "catalog", "query"),)
# what each machine route answers to those who have no account of it, and what it is asked; one that is missing here fails the test
REFUSED: Mapping[str, tuple[Sequence[Asked], Callable[[Asked, Result], str | None]]] = {
    "onec.exchange": ([Asked(method, kind, mode) for method in ("GET", "POST") for kind in KINDS for mode in MODES], refused_by_onec),
    "notify.leave": ([Asked(method, "", "") for method in ("GET", "POST")], knows_no_such_token),
    "web.alive": (ONCE, says_ok),
    "web.ready": (ONCE, says_ready_without_sentences),
    "web.metrics": (ONCE, says_nothing_is_here),
}


@pytest.fixture
def world(make_portal: MakePortal) -> World:
    """Two clients, everybody, and 1C's exchange behind a proxy that names the address of a request."""
    return World(portal_with_onec(make_portal, "[web]\ntrusted_proxies = 1"))


def everybody(world: World) -> dict[str, Client]:
    """A browser of each role, of nobody, and of those who were sent away."""
    clients = {name: world.sign_in(name) for name in world.people}
    world.exclude()
    return {**clients, "anonymous": world.portal.browser()}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_session_and_no_wrong_password_opens_a_machine_route_and_all_hear_the_same(world: World) -> None:
    clients = everybody(world)
    for kind in ("catalog", "sale"):  # 1C is at it: there is something to get into
        begun = ask(world.portal.browser(), "/1c_exchange", Asked("GET", kind, "checkauth"), basic(LOGIN, PASSWORD))
        assert begun.text.startswith("success")
    before, wrong, cells = whole_state(world), [], 0
    assert set(clients) >= {*NO_SESSION, *world.portal.app.kit.roles}
    machines = [route for route in routes_of(world.portal) if route.machine]
    assert {route.name for route in machines} == REFUSED.keys()
    for route in machines:
        assert route.permission is PUBLIC
        questions, wrong_in = REFUSED[route.name]
        assert {asked.method for asked in questions} == set(methods_of(route))
        for asked in questions:
            for account, headers in ACCOUNTS.items():
                answers = {who: ask(client, route.path, asked, headers) for who, client in clients.items()}
                cells += len(answers)
                found = {who: said for who, answer in answers.items() if (said := wrong_in(asked, answer))}
                wrong += [f"{who}, {account}: {asked}: {said}" for who, said in found.items()]
                if len({(answer.status_code, answer.content) for answer in answers.values()}) != 1:
                    wrong.append(f"{account}: {asked}: not one answer for everybody")
    assert not wrong, f"{len(wrong)} of {cells} cells:\n" + "\n".join(wrong[:40])
    assert whole_state(world) == before
    print(f"{cells} cells over {len(machines)} machine routes")


def test_verbs_that_a_machine_route_lacks_are_refused_whoever_asks(world: World) -> None:
    for route in [route for route in routes_of(world.portal) if route.machine]:
        for method in set(VERBS) - {*methods_of(route), "HEAD"}:
            answer = ask(world.portal.browser(), route.path, Asked(method, "catalog", "query"), basic(LOGIN, PASSWORD))
            assert answer.status_code == 405, method
            assert set(answer.headers["allow"].replace(" ", "").split(",")) >= set(methods_of(route))


def test_the_account_of_1c_opens_its_exchange_and_nothing_else(world: World) -> None:
    browser, account = world.portal.browser(), basic(LOGIN, PASSWORD)
    assert ask(browser, "/1c_exchange", Asked("GET", "catalog", "init"), account).text.startswith("failure\n"), "not begun"
    for kind, said in {"catalog": "success", "sale": "success", "": "success", "forum": "failure"}.items():
        answer = ask(world.portal.browser(), "/1c_exchange", Asked("GET", kind, "checkauth"), account)
        assert (answer.status_code, answer.text.partition("\n")[0]) == (200, said), kind
    answer = ask(browser, "/1c_exchange", Asked("GET", "sale", "checkauth"), account)
    assert list(answer.cookies) == ["b2bkit_exchange"]
    assert not answer.cookies["b2bkit_exchange"].secure, "the portal of this test is reached without TLS"
    expected = {"init": "zip=yes", "file": "success", "import": "progress", "query": "<?xml", "success": "success", "complete": "success",
                "": "failure", "dance": "failure"}  # fmt: skip
    for mode, said in expected.items():
        answer = ask(browser, "/1c_exchange", Asked("POST" if mode == "file" else "GET", "sale", mode), {})
        assert answer.status_code == 200, mode
        assert answer.text.startswith(said), mode
    for path in ("/", "/catalog", "/admin", "/api/v1/orders"):
        opened = browser.request("GET", path, headers={**account, "Accept": "text/html"})
        assert opened.status_code in (303, 401), path


def test_the_cookie_of_an_exchange_of_goods_opens_no_exchange_of_orders(world: World) -> None:
    browser = world.portal.browser()
    assert ask(browser, "/1c_exchange", Asked("GET", "catalog", "checkauth"), basic(LOGIN, PASSWORD)).status_code == 200
    assert ask(browser, "/1c_exchange", Asked("GET", "catalog", "init"), {}).text.startswith("zip=")
    assert ask(browser, "/1c_exchange", Asked("GET", "sale", "query"), {}).text.startswith("failure\n")
