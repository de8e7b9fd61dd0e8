"""The throw-away servers: they come, they suffer what a test does to them, and nothing of them stays."""

import os
import select
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from b2bkit.testing.services import PostgresServer, kept_postgres, kept_redis, postgres_server, redis_server
from b2bkit.testing.services.mail import Mailbox

OWNER_OF_A_SERVER = """
import signal, sys
from b2bkit.testing.services import redis_server, postgres_server
with {context} as server:
    print(server.pid, server.run_folder, flush=True)
    signal.pause()
"""


def tables(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return [str(row[0]) for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def create_table(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE seed (id integer)")


@pytest.mark.postgres
def test_a_fresh_database_is_a_copy_of_its_template_and_goes_away(postgres: PostgresServer) -> None:
    template = postgres.template("seeded", create_table)
    assert postgres.template("seeded", create_table) == template
    with postgres.fresh_database(template) as url, postgres.fresh_database() as empty:
        assert tables(url) == ["seed"]
        assert tables(empty) == []
        name = url.rpartition("/")[2]
        assert postgres.has_database(name)
    assert not postgres.has_database(name)


@pytest.mark.postgres
def test_row_security_holds_for_the_role_that_tests_use(postgres: PostgresServer) -> None:
    with postgres.fresh_database() as url, psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, False)


@pytest.mark.postgres
def test_a_killed_durable_postgres_keeps_what_was_committed() -> None:
    with postgres_server(durable=True) as server:
        url = server.create_database("shop")
        create_table(url)
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            tables(url)
        server.start()
        assert tables(url) == ["seed"]


@pytest.mark.postgres
def test_a_kept_postgres_has_its_data_and_password_at_the_next_start(tmp_path: Path) -> None:
    with kept_postgres(tmp_path / "demo") as url:
        create_table(url)
    with kept_postgres(tmp_path / "demo") as url:
        assert tables(url) == ["seed"]
    shutil.rmtree((tmp_path / "demo").resolve())  # root's test folder is closed to the server's user, so it is in /var/tmp


def test_a_kept_redis_has_its_data_at_the_next_start(tmp_path: Path) -> None:
    with kept_redis(tmp_path / "demo") as url, redis.Redis.from_url(url) as client:
        client.set("job", 1)
    with kept_redis(tmp_path / "demo") as url, redis.Redis.from_url(url) as client:
        assert client.get("job") == b"1"


def test_redis_with_append_only_survives_kill_and_without_it_forgets() -> None:
    for append_only, expected in ((True, b"1"), (False, None)):
        with redis_server(append_only=append_only) as server:
            server.client().set("job", 1)
            server.kill()
            server.start()
            assert server.client().get("job") == expected


def test_a_paused_redis_hangs_until_it_is_resumed() -> None:
    with redis_server() as server:
        server.pause()
        assert not server.answers()
        server.resume()
        assert server.answers()


def test_the_mailbox_hands_over_a_mail_when_it_arrives(mailbox: Mailbox) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port) as client:
        client.sendmail("portal@example.test", ["buyer@example.test"], "Subject: Order 1\n\nTaken by 1C")
    mail = mailbox.wait_for(lambda message: message["Subject"] == "Order 1")
    assert mail["X-Envelope-To"] == "buyer@example.test"
    with pytest.raises(TimeoutError, match="Order 1"):
        mailbox.wait_for(lambda message: message["Subject"] == "Order 2", seconds=0.05)


@pytest.mark.parametrize("context", ["redis_server()", pytest.param("postgres_server()", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_nothing_is_left_when_the_owner_of_a_server_is_killed(context: str, how: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER_OF_A_SERVER.format(context=context)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    gone = os.pidfd_open(int(pid))
    owner.send_signal(how)
    owner.wait(20)
    wait_for_end(gone)
    wait_until_deleted(Path(folder))
    owner.stdout.close()


def wait_for_end(process: int) -> None:
    """Waits until the process of that descriptor has ended."""
    try:
        assert select.select([process], [], [], 20)[0], "the server lives on"
    finally:
        os.close(process)


def wait_until_deleted(folder: Path) -> None:
    """The guard deletes the folder after the server's end; there is no event for that, so look often."""
    deadline = time.monotonic() + 20
    while folder.exists():
        assert time.monotonic() < deadline, f"{folder} is still there: {list(folder.iterdir())}"
        time.sleep(0.02)
