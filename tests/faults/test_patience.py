"""A query that takes too long is ended for those who wait for it, and for nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import BaseModel
from sqlalchemy import func, literal, select

from b2bkit import PUBLIC, Plugin, Route, Work, hookimpl
from b2bkit.core.db.patience import patience
from b2bkit.core.errors import Unavailable
from b2bkit.core.web.handling import Request, Response, read_form, redirect, work_of
from b2bkit.testing.portal import MakePortal, Portal

SHORT = "[database]\nstatement_timeout = 0.5"


def sleep(work: Work, seconds: int) -> None:
    """A query that takes that long on PostgreSQL, and a few times as long as the limit on SQLite."""
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(select(func.pg_sleep(seconds)))
        return
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < seconds * 6_000_000))
    work.session.execute(select(func.max(numbers.c.n)))


class Nothing(BaseModel):
    model_config = {"extra": "forbid"}


class Slow:
    def on_get(self, req: Request, resp: Response) -> None:
        sleep(work_of(req), 20)
        redirect(req, resp, "slow.page")

    def on_post(self, req: Request, resp: Response) -> None:
        read_form(req, Nothing)
        self.on_get(req, resp)


class SlowPlugin(Plugin):
    name = "slow"

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="slow.page", path="/slow", resource=Slow(), permission=PUBLIC)


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    return make_portal(classes=(SlowPlugin,), extra=SHORT)


def test_a_request_whose_query_takes_too_long_gets_an_answer_with_words(portal: Portal) -> None:
    browser = portal.browser()
    browser.get("/sign-in")
    answers: list[Any] = [browser.get("/slow"), browser.get("/slow", htmx=True), browser.post("/slow"), browser.send("GET", "/slow")]
    begun = time.monotonic()
    answers.append(browser.get("/slow"))
    assert time.monotonic() - begun < 8
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        assert "pg_sleep" not in answer.text
        assert "numbers" not in answer.text
    told = answers[3].json
    assert (told["status"], told["code"]) == (503, "unavailable")
    assert told["title"]
    assert told["detail"]
    assert browser.get("/sign-in").status_code == 200


def test_jobs_may_take_their_time_also_on_a_connection_that_a_request_had(portal: Portal) -> None:
    assert portal.browser().get("/slow").status_code == 503
    begun = time.monotonic()
    with portal.work() as work:
        sleep(work, 1)
    assert time.monotonic() - begun > 0.5
    with pytest.raises(Unavailable), patience(0.5), portal.work(write=False) as work:
        sleep(work, 20)
