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
from b2bkit.testing.portal import HOST
from tests.web.world import World

EXAMPLES = 15
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


@pytest.fixture
def world(portal: Any) -> World:
    """Two clients, everybody."""
    return World(portal)
