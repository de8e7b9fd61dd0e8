"""A throw-away Redis server."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from b2bkit.testing.services.server import GuardedServer, find_program


class RedisServer(GuardedServer):
    """Redis on a free port of 127.0.0.1 behind a random password. `append_only`: every write is on disk before it is answered
    (`appendfsync always`); without it a restart finds nothing, as Redis does with its package's settings after kill -9."""

    name = "redis"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path | None = None, *, append_only: bool = False) -> None:
        super().__init__(folder)
        self.append_only = append_only
        self.folder.mkdir(parents=True, exist_ok=True)
        self.password = secrets.token_hex(16)

    @property
    def url(self) -> str:
        """`redis://:password@127.0.0.1:port/0`."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The settings go through a private file, so that the password is in no process list."""
        settings = self.run_folder / "redis.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.folder}",
            'save ""',
            f"appendonly {'yes' if self.append_only else 'no'}",
            "appendfsync always",
        ]
        settings.touch(mode=0o600)
        settings.write_text("\n".join(lines) + "\n")
        return [str(find_program("redis-server")), str(settings)]

    def answers(self) -> bool:
        """PING gets its PONG."""
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A new client that gives up after two seconds and does not retry."""
        return redis.Redis(
            host="127.0.0.1",
            port=self.port,
            password=self.password,
            socket_timeout=2,
            socket_connect_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )

    def flush(self) -> None:
        """FLUSHALL: everything is gone at once, the server stays."""
        with self.client() as client:
            client.flushall()


@contextmanager
def redis_server(folder: Path | None = None, *, append_only: bool = False) -> Iterator[RedisServer]:
    """A running Redis for the length of the block. A given folder is kept and used again."""
    server = RedisServer(folder, append_only=append_only)
    try:
        server.start()
        yield server
    finally:
        server.close()


@contextmanager
def kept_redis(folder: Path) -> Iterator[str]:
    """The URL of a Redis whose data stay in `folder` from one start to the next."""
    with redis_server(folder, append_only=True) as server:
        yield server.url
