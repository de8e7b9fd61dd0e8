"""A trade whose portal takes tickets, and an ERP that takes tasks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from falcon.testing import Result

from b2bkit import ErpGateway, ErpTask, Plugin, TaskReceipt, TryLater, hookimpl
from b2bkit.plugins.tickets.service import find, write
from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST
from tests.core.ordering.shop import Asked, Shop

PDF = b"%PDF-1.7 only for this test"
SETTINGS: dict[str, Any] = {}


class TakesTasks(Asked):
    """An ERP whose managers get tasks; `away`: it does not answer."""

    name = "tasked.line"

    def __init__(self) -> None:
        self.tasks: dict[UUID, ErpTask] = {}
        self.away = False

    def capabilities(self) -> frozenset[str]:
        return frozenset({"tasks.out", "papers.in", "settlements.in"})

    def put_task(self, open_work: object, task: ErpTask) -> TaskReceipt:
        if self.away:
            raise TryLater("1C is away", 60)
        self.tasks[task.id] = task
        return TaskReceipt("open", number="000000017")


class TaskedErp(Plugin):
    """The line to 1C of these tests."""

    name = "tasked"
    line = TakesTasks()

    @hookimpl
    def register_erp_gateway(self) -> Iterable[ErpGateway]:
        yield self.line


def ask(
    shop: Shop, text: str = "Когда будет счёт?", *, category: str = "other", typed: Any = None, user: Any = None, files: Any = ()
) -> UUID:
    """A ticket of a person: the buyer unless told otherwise."""
    with shop.work(user) as work:
        return write.open_ticket(work, category=category, text=text, typed=typed or {}, files=files)


def seen(shop: Shop, ticket_id: UUID, user: Any = None) -> find.View:
    """The ticket as this person's page shows it."""
    with shop.work(user, write=False) as work:
        view = find.one(work, ticket_id)
        work.session.expunge_all()
        return view


Pairs = Sequence[tuple[str, str]]


def send_form(client: Client, path: str, fields: Pairs = (), files: Sequence[tuple[str, bytes]] = (), key: str = "") -> Result:
    """A form with files, as a browser sends it."""
    given = [("_csrf", client.csrf), ("_key", key or secrets.token_urlsafe(16)), *fields]
    parts = [(f'Content-Disposition: form-data; name="{name}"', value.encode()) for name, value in given]
    head = 'Content-Disposition: form-data; name="files"; filename="{}"\r\nContent-Type: application/pdf'
    parts += [(head.format(name), data) for name, data in files]
    body = b"".join(b"--X\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + b"--X--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=X", "Accept": "text/html", "Origin": f"http://{HOST}"}
    return client.request("POST", path, body=body, headers=headers)
