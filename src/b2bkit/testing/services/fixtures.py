"""The servers as pytest fixtures, one of each per test process, so that parallel workers share nothing.

A test that kills or freezes a server takes one of its own: the context managers of `b2bkit.testing.services`.
"""

from collections.abc import Iterator

import pytest

from b2bkit.testing.services.mail import Mailbox, mail_catcher
from b2bkit.testing.services.postgres import PostgresServer, postgres_server
from b2bkit.testing.services.redis import RedisServer, redis_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL without fsync; tests take a database of their own with `postgres.fresh_database()`."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """One Redis for the whole session."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis(shared_redis: RedisServer) -> RedisServer:
    """That Redis, emptied before the test."""
    shared_redis.flush()
    return shared_redis


@pytest.fixture(scope="session")
def shared_mailbox() -> Iterator[Mailbox]:
    """One mailbox for the whole session."""
    with mail_catcher() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(shared_mailbox: Mailbox) -> Mailbox:
    """That mailbox, emptied before the test."""
    shared_mailbox.clear()
    return shared_mailbox
