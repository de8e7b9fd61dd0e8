"""How an app is built from routes, and what the web room serves by itself."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from b2bkit.core.errors import ConfigError
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Health, Operation, Route
from b2bkit.core.web.app import build_asgi, problems_of
from b2bkit.core.web.log import JsonLines
from b2bkit.core.web.masking import is_token
from b2bkit.core.web.statics import StaticFiles
from b2bkit.core.web.urls import Urls
from tests.web.conftest import MakeRoom
from tests.web.room import Home, Machine, NotesApi, Room


def wrong(*routes: Route) -> str:
    return "\n".join(map(str, problems_of({route.name: route for route in routes})))


def test_a_path_twice_is_an_error_that_names_both() -> None:
    first = Route(name="a.one", path="/things/{id:uuid}", resource=Home(), permission=SIGNED_IN)
    second = Route(name="b.two", path="/Things/{thing:uuid}", resource=Home(), permission=PUBLIC)
    told = wrong(first, second)
    assert "a.one" in told
    assert "b.two" in told


def test_an_api_verb_without_a_description_is_an_error() -> None:
    told = wrong(
        Route(
            name="a.api",
            path="/api/v1/x",
            resource=NotesApi(),
            permission=SIGNED_IN,
            area="api",
            operations={"GET": Operation(summary="x")},
        )
    )
    assert "POST without an Operation" in told
    surplus = {verb: Operation(summary="x") for verb in ("GET", "POST", "DELETE")}
    assert "DELETE" in wrong(
        Route(name="a.api", path="/api/v1/x", resource=NotesApi(), permission=SIGNED_IN, area="api", operations=surplus)
    )


@pytest.mark.parametrize("path", ["things", "/things/", "/static/things", "/things/{id:int}", "/things/{id}/{date:dt}", "/{rest:path}"])
def test_a_path_of_another_kind_is_an_error(path: str) -> None:
    assert "a.one" in wrong(Route(name="a.one", path=path, resource=Home(), permission=SIGNED_IN))


def test_a_machine_route_with_a_permission_and_an_empty_resource_are_errors() -> None:
    assert "machines" in wrong(Route(name="a.one", path="/x", resource=Machine(), permission=SIGNED_IN, machine=True))
    assert "without any" in wrong(Route(name="a.one", path="/x", resource=object(), permission=SIGNED_IN))


def test_all_problems_are_told_at_once(room: Room) -> None:
    bad = [Route(name=f"a.n{number}", path="same/", resource=object(), permission=SIGNED_IN) for number in range(2)]
    with pytest.raises(ConfigError) as caught:
        build_asgi(replace(room.parts, routes={route.name: route for route in bad}))
    assert len(caught.value.problems) == 5


def test_addresses_are_built_from_route_names() -> None:
    route = Route(name="a.one", path="/things/{id:uuid}/{part:name}", resource=Home(), permission=SIGNED_IN)
    urls = Urls([route])
    assert urls.path("a.one", id="1", part="a/b?", q="я&", page=None, tag=["x", "y"]) == "/things/1/a%2Fb%3F?q=%D1%8F%26&tag=x&tag=y"
    with pytest.raises(LookupError, match="part"):
        urls.path("a.one", id="1")
    with pytest.raises(LookupError, match="no route"):
        urls.path("a.two")


# --- static files


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    for name in ("build", "claims"):
        (tmp_path / name / "deep").mkdir(parents=True)
    (tmp_path / "build" / "portal.3f9a.css").write_text("body{}" * 200)
    (tmp_path / "build" / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "claims" / "deep" / "x.svg").write_text("<svg/>")
    (tmp_path / "secret.css").write_text("secret")
    return {"build": tmp_path / "build", "claims": tmp_path / "claims"}


@pytest.fixture
def static(room: Room, files: dict[str, Path]) -> Room:
    room.parts = replace(room.parts, static=files)
    room.app.close()
    room.app = build_asgi(room.parts)
    return room


def test_built_files_are_immutable_and_packed(static: Room) -> None:
    client = static.stranger()
    plain = client.request("GET", "/static/build/portal.3f9a.css")
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    packed = client.request("GET", "/static/build/portal.3f9a.css", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)
    assert client.request("GET", "/static/build/portal.3f9a.css", headers={"If-None-Match": plain.headers["etag"]}).status_code == 304
    assert client.request("HEAD", "/static/build/portal.3f9a.css").content == b""


def test_files_of_plugins_and_theme_are_served(static: Room) -> None:
    client = static.stranger()
    assert client.get("/static/claims/deep/x.svg").text == "<svg/>"
    assert client.get("/static/theme/theme.css").text == ":root{}"
    assert client.get("/static/api/docs.js").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/build/../secret.css",
        "/static/build/%2e%2e/secret.css",
        "/static/build/..%2fsecret.css",
        "/static//secret.css",
        "/static/build/",
        "/static/build/page.html",
        "/static/build/portal.3f9a.css/",
        "/static/build\\..\\secret.css",
        "/static/build/portal.3f9a.css%00",
        "/static/nothing/x.css",
    ],
)
def test_nothing_else_is_served(static: Room, path: str) -> None:
    answer = static.stranger().get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert len(StaticFiles({"build": tmp_path / "none"}, {})) == 0


# --- probes, figures, log


def test_readiness_follows_the_checks_and_tells_details_to_the_operator_alone(make_room: MakeRoom) -> None:
    room = make_room(metrics_token="token-of-the-operator")
    assert room.stranger().get("/readyz").json == {"ready": True, "checks": [{"name": "shop.stock", "ok": True, "required": True}]}
    room.health = Health(False, "the stock is away", "start it")
    answer = room.stranger().get("/readyz")
    assert answer.status_code == 503
    assert "away" not in answer.text
    told = room.stranger().request("GET", "/readyz", headers={"Authorization": "Bearer token-of-the-operator"})
    assert told.json["checks"][0]["cure"] == "start it"


def test_figures_are_for_the_operator(make_room: MakeRoom) -> None:
    room = make_room(metrics_token="token-of-the-operator")
    room.buyer().get("/")
    assert room.stranger().get("/metrics").status_code == 404
    assert room.stranger().request("GET", "/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    text = room.stranger().request("GET", "/metrics", headers={"Authorization": "Bearer token-of-the-operator"}).text
    assert 'b2bkit_requests_total{route="shop.home",method="GET",status="200"} 1' in text
    assert 'b2bkit_request_seconds_bucket{route="shop.home",le="+Inf"} 1' in text
    assert "b2bkit_web_threads 8" in text


def test_without_a_token_figures_are_for_direct_calls_on_this_machine(room: Room) -> None:
    assert room.stranger().get("/metrics").status_code == 200
    assert room.stranger().request("GET", "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_a_request_is_one_line_with_listed_keys_only(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "b2bkit.access"):
        room.buyer().post("/notes", {"name": "private words", "comment": "card 4111"})
    record = next(record for record in caplog.records if record.name == "b2bkit.access")
    line = json.loads(JsonLines().format(record))
    assert set(line) == {"time", "level", "logger", "message", "request_id", "method", "route", "status", "ms", "user", "company"}
    assert (line["route"], line["status"], line["user"]) == ("shop.notes", 303, str(room.buyer_actor.user_id))
    assert "private" not in json.dumps(line)
    assert "csrf" not in json.dumps(line)


def test_a_log_line_stays_one_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("b2bkit.test").exception("it\nfailed", extra={"password": "hidden"})
    line = JsonLines().format(caplog.records[0])
    assert "\n" not in line
    assert "hidden" not in line
    assert "two" in json.loads(line)["traceback"]


# --- OpenAPI


def test_the_document_describes_every_api_route_with_its_answers(room: Room) -> None:
    document = room.buyer().get("/api/openapi.json").json
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/api/v1/notes"]["post"]
    assert {"201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"} <= set(post["responses"])
    assert [parameter["name"] for parameter in post["parameters"]] == ["X-CSRF-Token", "Idempotency-Key"]
    assert document["components"]["schemas"]["NoteIn"]["additionalProperties"] is False
    problem = post["responses"]["422"]["content"]["application/problem+json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    assert list(document["paths"]) == ["/api/v1/notes"]


def test_document_and_viewer_are_for_people_who_are_signed_in(room: Room) -> None:
    for path in ("/api/openapi.json", "/api/docs"):
        assert room.stranger().get(path).status_code == 401
    page = room.buyer().get("/api/docs")
    assert "/static/build/swagger-ui-bundle.js" in page.text
    token = re.search(r'data-csrf="([^"]+)"', page.text)
    assert token
    assert is_token(token[1], "csrf-of-the-buyer-0001")
    assert "<script>" not in page.text


def test_reading_again_with_an_etag_is_304(room: Room) -> None:
    client = room.buyer()
    etag = client.get("/api/v1/notes").headers["etag"]
    again = client.request("GET", "/api/v1/notes", headers={"If-None-Match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    client.send("POST", "/api/v1/notes", {"name": "new"})
    assert client.request("GET", "/api/v1/notes", headers={"If-None-Match": etag}).status_code == 200
