"""The document of the JSON API against the portal itself: generated calls find no failure and no answer that is not described."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST, MakePortal
from tests.web.exchange import LOGIN, PASSWORD, basic, from_elsewhere, portal_with_onec
from tests.web.world import World

EXAMPLES = 15
HEALTH = list(HealthCheck)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OURS = {"host", "cookie", "content-length", "x-csrf-token", "idempotency-key", "user-agent", "accept-encoding", "connection"}


def send(client: Client, case: schemathesis.Case, *, honest: bool) -> schemathesis.Response:
    """A generated call through the application; `honest` puts in the session's token and a key, which no generator can know."""
    given = case.as_transport_kwargs(base_url=f"http://{HOST}")
    known = {name: given[name] for name in ("method", "url", "params", "data", "json", "files", "headers") if given.get(name) is not None}
    prepared = requests.Request(**known).prepare()
    headers = {name: _text(value) for name, value in prepared.headers.items() if not honest or name.lower() not in OURS}
    headers.pop("Cookie", None)
    if honest:
        headers |= {"X-CSRF-Token": client.csrf, "Idempotency-Key": secrets.token_urlsafe(16)}
    body = prepared.body or b""
    path, _mark, query = prepared.path_url.partition("?")
    answer = client.request(str(prepared.method), path, headers=headers, query=query, body=body.encode() if isinstance(body, str) else body)
    told = {name: [value] for name, value in answer.headers.items()}
    return schemathesis.Response(answer.status_code, told, answer.content, prepared, 0.01, True)


def _text(value: str | bytes) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return text.encode("latin-1", "replace").decode("latin-1")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["buyer", "anonymous"])
def test_generated_calls_get_described_answers(world: World, who: str) -> None:
    document = world.portal.app.asgi.site.openapi.document  # type: ignore[attr-defined]
    schema = schemathesis.openapi.from_dict(document)
    calls: list[int] = []
    for found in schema.get_all_operations():
        operation: Any = found.ok()
        _try(world, who, operation, calls)
    assert len(calls) >= len(document["paths"])
    if who == "buyer":
        assert any(status < 300 for status in calls)


def _try(world: World, who: str, operation: Any, calls: list[int]) -> None:
    client = world.portal.browser() if who == "anonymous" else world.sign_in(who)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate, Phase.explicit],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def call(case: schemathesis.Case) -> None:
        for honest in (True, False):
            response = send(client, case, honest=honest)
            calls.append(response.status_code)
            case.validate_response(response, checks=CHECKS)

    call()


ANSWER = {"text/plain": {"schema": {"type": "string", "pattern": r"^(success|failure\n.|progress\n|zip=(yes|no)\nfile_limit=[0-9]+)"}}}
WORDS = ["checkauth", "init", "file", "import", "query", "success", "complete"]


def described_exchange(*, polite: bool) -> dict[str, Any]:
    """1C's exchange, which is no part of the JSON API, described for the generator: its address, what it takes, what it may answer.

    polite   every parameter is a word that the exchange knows; else any text, or none
    """
    words = {"type": ["catalog", "sale"], "mode": WORDS, "filename": ["import.xml", "v8.zip", "../import.xml"], "version": ["3.1", ""]}
    text: dict[str, Any] = {"type": "string", "maxLength": 300}
    parameters = [
        {"name": name, "in": "query", "required": polite, "schema": {"enum": known} if polite else text} for name, known in words.items()
    ]
    failure = {"text/plain": {"schema": {"type": "string", "pattern": r"^failure\n."}}}
    problem = {"application/problem+json": {"schema": {"type": "object", "required": ["code", "title", "status"]}}}
    answers = {
        "200": {"description": "As 1C expects", "content": {**ANSWER, "text/xml": {"schema": {}}}},
        "401": {
            "description": "Wrong account",
            "content": failure,
            "headers": {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
        },
        **{status: {"description": "A problem", "content": problem} for status in ("400", "413", "503")},
    }
    file = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "maxLength": 2000}}}}
    verbs = {"get": {"parameters": parameters, "responses": answers}}
    verbs["post"] = {**verbs["get"], "requestBody": file}
    return {"openapi": "3.1.0", "info": {"title": "1C", "version": "1"}, "paths": {"/1c_exchange": verbs}}


def _operations(document: dict[str, Any]) -> list[Any]:
    return list(schemathesis.openapi.from_dict(document).get_all_operations())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("account", [{}, basic(LOGIN, "wrong-password"), basic(LOGIN, PASSWORD)], ids=["nobody", "wrong password", "1C"])
def test_generated_calls_of_the_exchange_with_1c_get_the_answers_that_1c_expects(make_portal: MakePortal, account: dict[str, str]) -> None:
    portal = portal_with_onec(make_portal, "[web]\ntrusted_proxies = 1")
    client, first_words = portal.browser(), set()
    if account.get("Authorization") == basic(LOGIN, PASSWORD)["Authorization"]:
        for kind in ("catalog", "sale"):
            assert client.request("GET", "/1c_exchange", query=f"type={kind}&mode=checkauth", headers=account).status_code == 200
    described = [(kind, one) for kind in (True, False) for one in _operations(described_exchange(polite=kind))]
    for polite, found in described:
        operation: Any = found.ok()

        @settings(
            max_examples=40 if polite else EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            client.cookies.clear()
            case.headers = {**account, **from_elsewhere()}
            response = send(client, case, honest=False)
            first_words.add(response.content.partition(b"\n")[0][:7])
            case.validate_response(response, checks=CHECKS)

        call()
    assert (b"success" in first_words) == (account == basic(LOGIN, PASSWORD))
    assert first_words >= {b"failure"}


@pytest.fixture
def world(make_portal: MakePortal) -> World:
    """Two clients, everybody, in a portal with a plugin."""
    return World(portal_with_onec(make_portal))
