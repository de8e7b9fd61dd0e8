"""Throw-away servers for tests and demos: PostgreSQL, Redis and a mailbox, on 127.0.0.1, each gone when its caller is gone.

Context managers: `postgres_server`, `redis_server`, `mail_catcher`; `kept_postgres` and
`kept_redis` keep their data. `b2bkit.testing.services.fixtures` offers
them as pytest fixtures. Nothing here needs pytest; the mailbox (`b2bkit.testing.services.mail`) needs aiosmtpd and is
imported from its own module.
"""

from b2bkit.testing.services.postgres import PostgresServer, kept_postgres, postgres_server
from b2bkit.testing.services.redis import RedisServer, kept_redis, redis_server
from b2bkit.testing.services.server import MissingProgram, ServerFailed, find_program, free_port

__all__ = [
    "MissingProgram",
    "PostgresServer",
    "RedisServer",
    "ServerFailed",
    "find_program",
    "free_port",
    "kept_postgres",
    "kept_redis",
    "postgres_server",
    "redis_server",
]
