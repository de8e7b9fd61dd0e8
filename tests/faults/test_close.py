"""A portal that is closed leaves nothing running: another one can start in the same process, and a process can end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from b2bkit.core.web.pool import HandlerPool
from b2bkit.core.web.site import Site
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit.testing.services import RedisServer

REDIS = '[jobs]\nbroker = "redis"'


def used(portal: Portal) -> set[threading.Thread]:
    """The threads that a portal at work has, after a request and with its runner."""
    before = set(threading.enumerate())
    portal.app.runner.start()
    assert portal.client.get("/sign-in").status_code == 200
    return set(threading.enumerate()) - before


def living(threads: set[threading.Thread]) -> list[str]:
    return sorted(thread.name for thread in threads if thread.is_alive())


def close(make_portal: MakePortal, **options: object) -> tuple[list[str], list[str]]:
    """Names of a portal's threads before and after it is closed."""
    everybody = set(threading.enumerate())
    portal = make_portal(**options)
    threads = used(portal) | (set(threading.enumerate()) - everybody)
    names = living(threads)
    portal.app.close()
    portal.app.close()
    return names, living(threads | (set(threading.enumerate()) - everybody))


def test_no_thread_of_a_portal_outlives_it(make_portal: MakePortal) -> None:
    had, left = close(make_portal)
    assert {name.rpartition("_")[0] or name for name in had} >= {"b2bkit-web", "b2bkit-poller", "b2bkit-leases"}
    assert left == []


@pytest.mark.postgres
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_no_thread_of_a_portal_with_redis_outlives_it(make_portal: MakePortal, redis: RedisServer) -> None:
    had, left = close(make_portal, extra=REDIS, environment={"B2BKIT_REDIS_URL": redis.url})
    assert set(had) >= {"b2bkit-bus-in", "b2bkit-bus-out", "b2bkit-waker"}
    assert left == []


def test_a_request_that_is_being_answered_is_answered_before_the_portal_is_closed(
    make_portal: MakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal, inside, closing = make_portal(), threading.Event(), threading.Event()
    portal.client.get("/sign-in")
    touch = Site.touch

    def slow(self: Site, state: object) -> None:
        inside.set()
        assert closing.wait(10)
        touch(self, state)  # type: ignore[arg-type]

    close = HandlerPool.close

    def begin_to_close(self: HandlerPool) -> None:
        closing.set()
        close(self)

    monkeypatch.setattr(Site, "touch", slow)
    monkeypatch.setattr(HandlerPool, "close", begin_to_close)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(lambda: portal.browser().get("/sign-in").status_code)
        assert inside.wait(10)
        closed = pool.submit(portal.app.close)
        assert answer.result(10) == 200
        closed.result(10)
