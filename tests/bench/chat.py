"""Five hundred people in the chat at once: how long a message takes from the moment it is sent until the other one has it on the page.

480 people of 480 clients and their 20 managers have the chat open, each with a live stream. A client writes once a minute, the manager
answers after two seconds. Each page does what its script does: it fetches what is new when an event comes, tells that it was read, and a
manager's page fetches its list. `python -m tests.bench.chat` measures this alone.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import User, UserSession
from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import owners, read_deployment
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.db.types import new_id
from b2bkit.core.web.masking import masked
from b2bkit.core.work import Work
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import postgres_server
from b2bkit_chat.models import Talk
from tests.bench.figure import Figure
from tests.bench.stage import Stage

CLIENTS: Final = 480
MANAGERS: Final = 20
EVERY: Final = 60.0  # seconds between two messages of a client
ANSWERS_AFTER: Final = 2.0
WARM: Final = 10.0
SECONDS: Final = 40.0
LIST_AFTER: Final = 2.0
MARKS_AFTER: Final = 0.7
_TEXT: Final = re.compile(r"m(\d+)z</p>")
_SEQ: Final = re.compile(r'data-seq="(\d+)"')
_READ: Final = re.compile(r'data-read="(\d+)"')
_UNREAD: Final = re.compile(r'data-unread="(\d+)"')


@dataclass
class Person:
    """Somebody with the chat open. talks: id -> the newest message on the page; read: id -> what the other side has read of one's own."""

    token: str
    csrf: str
    staff: bool
    talks: dict[str, int] = field(default_factory=dict)
    asking: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    read: dict[str, int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    listing: bool = False

    def place(self, talk_id: str, what: str) -> str:
        return f"/admin/chat/{talk_id}/{what}" if self.staff else f"/chat/{what}"


class Talking(Stage):
    """A portal with the chat, its clients and managers."""

    def open(self) -> list[Person]:
        """Tables, people and their sessions."""
        write_config(self.folder, {"chat": {}})
        database = Database(self.url)
        migrate.upgrade(database, owners(read_deployment(self.folder, self.environment).kit))
        database.dispose()
        app = self.app()
        with app.work() as work:
            managers = [(one := factories.staff(work), _person(work, one, staff=True)) for _number in range(MANAGERS)]
            found = [person for _user, person in managers]
            for number in range(CLIENTS):
                manager, answers = managers[number % MANAGERS]
                company = factories.company(work, manager=manager)
                user = factories.member(work, company=company)
                talk = Talk(
                    id=new_id(), company_id=company.id, user_id=user.id, begun_at=work.now, last_at=work.now, round_id=new_id(),
                    found_by=company.name.casefold(),
                )  # fmt: skip
                work.session.add(talk)
                found.append(_person(work, user, staff=False))
                found[-1].talks[str(talk.id)] = answers.talks[str(talk.id)] = 0
        app.close()
        return found


def _person(work: Work, user: User, *, staff: bool) -> Person:
    token = open_session(work, user_id=user.id)
    work.session.flush()
    row = work.session.scalars(select(UserSession).where(UserSession.user_id == UUID(str(user.id)))).one()
    return Person(token, masked(row.csrf), staff)


class Crowd:
    """All of them over raw sockets: a client that costs little."""

    def __init__(self, port: int, people: list[Person]) -> None:
        self.port, self.people = port, people
        self.sent: dict[int, tuple[float, Person]] = {}
        self.took: list[float] = []
        self.lists: list[float] = []
        self.counting = False
        self.chance = random.Random(500)
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.failed: BaseException | None = None

    async def run(self) -> None:
        """The talk, in a pace that is reached before anything is counted."""
        ready = [asyncio.Event() for _person in self.people]
        for person, event in zip(self.people, ready, strict=True):
            self._do(self._listen(person, event))
            await asyncio.sleep(0.005)
        await asyncio.gather(*(event.wait() for event in ready))
        for person in self.people:
            if not person.staff:
                self._do(self._write_by_and_by(person))
        await asyncio.sleep(WARM)
        self.counting = True
        await asyncio.sleep(SECONDS)
        self.counting = False
        await asyncio.sleep(2.0)
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for _reader, writer in self.free:
            writer.close()
        if self.failed is not None:
            raise AssertionError("a page of the chat failed") from self.failed

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            self.failed = self.failed or task.exception()

    async def _write_by_and_by(self, person: Person) -> None:
        await asyncio.sleep(self.chance.random() * EVERY)
        [talk_id] = person.talks
        while True:
            await self._say(person, talk_id)
            await asyncio.sleep(EVERY * (0.5 + self.chance.random()))

    async def _say(self, person: Person, talk_id: str) -> None:
        number = len(self.sent) + 1
        fields = {"text": f"Есть ли на складе ПВД 15803-020, шесть тонн к пятнице? m{number}z", "after": person.talks[talk_id]}
        self.sent[number] = (time.perf_counter(), person)
        self._had(person, talk_id, await self._ask(person, "POST", person.place(talk_id, "messages"), fields))

    async def _answer(self, person: Person, talk_id: str) -> None:
        await asyncio.sleep(ANSWERS_AFTER)
        await self._say(person, talk_id)

    def _had(self, person: Person, talk_id: str, piece: str) -> bool:
        """Whether the piece brought something that somebody else wrote."""
        person.talks[talk_id] = max([person.talks[talk_id], *map(int, _SEQ.findall(piece))])
        new = False
        for number in map(int, _TEXT.findall(piece)):
            at, writer = self.sent[number]
            if writer is person:
                continue
            new = True
            if self.counting:
                self.took.append(time.perf_counter() - at)
            if person.staff:
                self._do(self._answer(person, talk_id))
        read = _READ.search(piece)
        person.read[talk_id] = int(read[1]) if read is not None else 0
        unread = _UNREAD.search(piece)
        if unread is not None and int(unread[1]):
            self._do(self._mark(person, talk_id))
        return new

    async def _mark(self, person: Person, talk_id: str) -> None:
        await self._ask(person, "POST", person.place(talk_id, "read"), {"upto": person.talks[talk_id]})

    async def _fetch(self, person: Person, talk_id: str) -> None:
        if talk_id in person.asking:
            person.again.add(talk_id)
            return
        person.asking.add(talk_id)
        while True:
            person.again.discard(talk_id)
            place = f"{person.place(talk_id, 'messages')}?after={person.talks[talk_id]}"
            self._had(person, talk_id, await self._ask(person, "GET", place))
            if talk_id not in person.again:
                break
        person.asking.discard(talk_id)

    def _heard(self, person: Person, told: str) -> None:
        """As the page's script: at once what is new, in a while what was read, nothing that it knows already."""
        talk_id, newest, client, staff = told.split("/")
        if int(newest) > person.talks[talk_id]:
            self._do(self._fetch(person, talk_id))
        elif int(client if person.staff else staff) > person.read.get(talk_id, 0) and talk_id not in person.marks:
            person.marks.add(talk_id)
            self._do(self._marks(person, talk_id))

    async def _marks(self, person: Person, talk_id: str) -> None:
        await asyncio.sleep(MARKS_AFTER)
        person.marks.discard(talk_id)
        await self._fetch(person, talk_id)

    async def _list(self, person: Person) -> None:
        if person.listing:
            return
        person.listing = True
        await asyncio.sleep(LIST_AFTER)
        person.listing = False
        begun = time.perf_counter()
        await self._ask(person, "GET", "/admin/chat")
        if self.counting:
            self.lists.append(time.perf_counter() - begun)

    async def _listen(self, person: Person, ready: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: b2bkit={person.token}\r\nAccept: text/event-stream\r\n\r\n"
        writer.write(head.encode())
        kind = ""
        try:
            while line := (await reader.readline()).decode().strip("\r\n"):
                kind = ""  # the head of the answer
                assert not line.startswith("HTTP/") or " 200" in line, line
            while True:
                line = (await reader.readline()).decode()
                assert line, "a live stream ended"
                if line.startswith("event: "):
                    kind = line[7:].strip()
                    if kind == "hello":
                        ready.set()
                elif line.startswith("data: ") and kind == "chat":
                    self._heard(person, json.loads(line[6:])["id"])
                    if person.staff:
                        self._do(self._list(person))
        finally:
            writer.close()

    async def _ask(self, person: Person, method: str, path: str, fields: dict[str, object] | None = None) -> str:
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection("127.0.0.1", self.port)
        host = f"127.0.0.1:{self.port}"
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Cookie: b2bkit={person.token}; b2bkit-theme=light", "HX-Request: true"]
        body = urlencode({**fields, "_key": secrets.token_hex(16)} if "messages" in path else fields).encode() if fields else b""
        if method == "POST":
            lines += [f"Origin: http://{host}", f"X-CSRF-Token: {person.csrf}", f"Content-Length: {len(body)}"]
            lines += ["Content-Type: application/x-www-form-urlencoded", "Accept-Language: ru"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        assert head.split(" ", 2)[1] in ("200", "204"), (method, path, head[:200])
        found = re.search(r"content-length: (\d+)", head)
        answer = await reader.readexactly(int(found[1])) if found else b""
        self.free.append((reader, writer))
        return answer.decode()


def figures() -> Iterator[Figure]:
    """Delivery of a message among five hundred people."""
    with postgres_server() as server, server.fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        stage = Talking(Path(folder), url)
        people = stage.open()
        with stage.served():
            crowd = Crowd(stage.port, people)
            asyncio.run(crowd.run())
    took = sorted(crowd.took)
    assert len(took) > SECONDS * CLIENTS / EVERY, f"only {len(took)} messages arrived"
    name = f"chat, {len(people)} people: delivery of a message"
    yield Figure(f"{name}, p95", round(took[int(len(took) * 0.95)] * 1000, 1), "ms", "lower", 100)
    yield Figure(f"{name}, median", round(took[len(took) // 2] * 1000, 1), "ms", "lower", None)
    yield Figure(f"chat, {len(people)} people: messages a second", round(len(took) / SECONDS, 1), "1/s", "higher", None)


if __name__ == "__main__":
    for figure in figures():
        sys.stdout.write(figure.line)
