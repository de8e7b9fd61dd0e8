"""`b2bkit serve` as a process: it lets many open pages in, and ends although they are open."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import create_app, owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import free_port

MANY = 300


def ask(port: int, path: str, until: bytes, cookie: str = "") -> socket.socket:
    """A connection that stays open after its answer was seen."""
    one = socket.create_connection(("127.0.0.1", port), timeout=30)
    one.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    data = b""
    while until not in data:
        part = one.recv(4096)
        assert part, data[:300]
        data += part
    return one


def test_hundreds_of_open_connections_keep_nobody_out_and_open_pages_do_not_hold_the_server(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "B2BKIT_SECRET_KEY": "a secret that is long enough for a test", "B2BKIT_PORT": str(port)}
    write_config(tmp_path, {})
    (tmp_path / "var").mkdir()
    deployment = read_deployment(tmp_path, environment)
    database = Database(deployment.config.database_url)
    migrate.upgrade(database, owners(deployment.kit))
    database.dispose()
    app = create_app(deployment)
    with app.work() as work:
        token = open_session(work, user_id=factories.member(work, company=factories.company(work)).id)
    app.close()
    command = [sys.executable, "-m", "b2bkit", "serve", "--config", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            while not _answers(port):
                assert server.poll() is None
                time.sleep(0.05)  # another process: there is no event to wait for
            opened = [ask(port, "/healthz", b"HTTP/1.1 200") for _number in range(MANY)]
            opened += [ask(port, "/events", b"event: hello", f"b2bkit={token}") for _page in range(5)]
            ask(port, "/healthz", b"HTTP/1.1 200").close()
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()
    for one in opened:
        one.close()


def _answers(port: int) -> bool:
    try:
        ask(port, "/healthz", b"HTTP/1.1 200").close()
    except OSError:
        return False
    return True


ENDLESS = """
import asyncio, sys, time
from types import SimpleNamespace
from b2bkit.core.commands import serve

async def endless(scope, receive, send):
    if scope["type"] != "lifespan":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                pass

serve.ANSWERS_END_WITHIN = 0.5
def close():
    time.sleep(float(sys.argv[2]))
    print("closed", flush=True)

app = SimpleNamespace(asgi=endless, parts=SimpleNamespace(live=None), close=close)
asyncio.run(serve.serve_one(app, "127.0.0.1", int(sys.argv[1])))
"""


@pytest.mark.parametrize(
    ("closing", "code", "says", "complains"),
    [("0", 0, b"closed\n", b"answers that did not end"), ("600", 1, b"", b"before everything was closed")],
    ids=["an answer", "what is closed"],
)
def test_what_never_ends_does_not_hold_the_server(closing: str, code: int, says: bytes, complains: bytes) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", ENDLESS, str(port), closing], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            while True:
                try:
                    opened = ask(port, "/", b"begun")
                    break
                except ConnectionRefusedError:
                    assert server.poll() is None
                    time.sleep(0.05)  # another process: there is no event to wait for
            server.send_signal(signal.SIGTERM)
            said, complained = server.communicate(timeout=30)
            opened.close()
        finally:
            server.kill()
    assert (server.returncode, said) == (code, says)
    assert complains in complained
