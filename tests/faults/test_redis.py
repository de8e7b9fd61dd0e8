"""Redis stopped, emptied, frozen, gone: nothing is lost, nothing doubled, and no request is slower for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.connection import AbstractConnection

from b2bkit.testing.databases import Databases
from b2bkit.testing.services import RedisServer, redis_server
from tests.faults.erp import erp_server
from tests.faults.stand import Stand

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.timeout(180)]
SLOW = 1.0


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis of this test's own."""
    with redis_server() as server:
        yield server


@pytest.fixture
def stand(redis: RedisServer, databases: Databases, tmp_path: Path) -> Iterator[Stand]:
    with erp_server() as (erp, address), databases.fresh_url("postgresql", ()) as url:
        stand = Stand(tmp_path, url, redis, erp, address)
        stand.press()  # compiles templates and statements, so that the first timed request is none
        stand.seconds.clear()
        try:
            yield stand
        finally:
            stand.close()


def judge(stand: Stand) -> None:
    stand.settle()
    stand.verdict()
    # every order sends wake-ups: if requests waited for Redis, most of them would. A machine that stalls once is not Redis
    slow = [seconds for seconds in stand.seconds if seconds > SLOW]
    assert len(slow) <= len(stand.seconds) // 10, f"of {len(stand.seconds)} requests {len(slow)} took long: {slow}"


def test_wake_ups_come_through_redis_and_not_from_the_poller(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("b2bkit.core.jobs.runner.POLL_SECONDS", 60.0)
    stand.start()
    time.sleep(1.0)  # the poller has had its look
    stand.press_for(1.0)
    assert stand.settle() < 10
    stand.verdict()


def test_redis_that_is_stopped_and_started_again_loses_and_doubles_nothing(stand: Stand, redis: RedisServer) -> None:
    stand.start()
    stand.press_for(1.0)
    redis.stop()
    stand.press_for(4.0)
    redis.start()
    stand.press_for(2.0)
    judge(stand)


def test_redis_that_is_emptied_in_mid_run_loses_nothing(stand: Stand, redis: RedisServer) -> None:
    stand.start()
    for _time in range(10):
        stand.press()
        redis.flush()
    judge(stand)


def test_redis_that_hangs_for_ten_seconds_holds_up_neither_requests_nor_work(stand: Stand, redis: RedisServer) -> None:
    stand.start()
    stand.press_for(1.0)
    redis.pause()
    try:
        stand.press_for(7.0)
        assert stand.settle() < 3, "the work waited for Redis"
        stand.press_for(1.0)
    finally:
        redis.resume()
    stand.press_for(1.0)
    judge(stand)


def test_redis_that_never_comes_back_leaves_a_working_portal(stand: Stand, redis: RedisServer) -> None:
    redis.kill()
    stand.start()
    stand.press_for(3.0)
    judge(stand)


def test_a_portal_ends_in_time_while_redis_hangs(stand: Stand, redis: RedisServer) -> None:
    stand.start()
    stand.press()
    stand.settle()
    redis.pause()
    try:
        stand.press()
        assert stand.close() < 20
    finally:
        redis.resume()


def test_no_thread_of_the_web_ever_speaks_to_redis_and_every_connection_gives_up(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    spoke: set[str] = set()
    patience: set[float | None] = set()
    for name in ("connect", "send_packed_command", "read_response"):
        original = getattr(AbstractConnection, name)

        def watched(self: AbstractConnection, *args: object, _original=original, **kwargs: object) -> object:  # type: ignore[no-untyped-def]
            spoke.add(threading.current_thread().name)
            patience.add(self.socket_timeout)
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(AbstractConnection, name, watched)
    stand.start()
    stand.press_for(1.0)
    stand.settle()
    assert {"b2bkit-waker", "b2bkit-bus-out", "b2bkit-bus-in"} <= spoke, "nobody spoke to Redis: the test sees nothing"
    assert not [name for name in spoke if name == "MainThread" or name.startswith(("b2bkit-web", "b2bkit-job", "b2bkit-poller"))], spoke
    assert all(seconds is not None and seconds <= 2 for seconds in patience), patience
