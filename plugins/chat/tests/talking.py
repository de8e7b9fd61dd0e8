"""A trade whose portal has a chat, an ERP that takes tasks, and what its people say."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from falcon.testing import Result
from PIL import Image
from sqlalchemy import select

from b2bkit import ErpGateway, ErpTask, Plugin, TaskReceipt, TryLater, hookimpl
from b2bkit.core.access.change import bump
from b2bkit.core.access.models import Substitution
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.notify.models import Notification
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST
from b2bkit_chat.models import Talk
from b2bkit_chat.service import read, write
from tests.core.ordering.shop import Asked, Shop

PDF = b"%PDF-1.7 only for this test"


class TakesTasks(Asked):
    """An ERP whose managers get tasks; `away`: it does not answer."""

    name = "tasked.line"

    def __init__(self) -> None:
        self.tasks: dict[UUID, ErpTask] = {}
        self.away = False

    def capabilities(self) -> frozenset[str]:
        return frozenset({"tasks.out"})

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


def say(shop: Shop, text: str = "Есть ПС 525?", user: User | None = None, **values: Any) -> UUID:
    """A client's person writes, the buyer unless told otherwise. Returns the talk's id."""
    with shop.work(user) as work:
        write.say(work, text=text, **values)
        seen = read.own(work)
        assert seen is not None
        return seen.talk.id


def answer(shop: Shop, talk_id: UUID, text: str = "Есть, 4 тонны.", **values: Any) -> None:
    """The manager answers."""
    with shop.work(shop.manager) as work:
        write.answer(work, talk_id=talk_id, text=text, **values)


def talk_of(shop: Shop, talk_id: UUID) -> Talk:
    """The row as it stands."""
    with shop.portal.work(write=False) as work:
        found = work.session.get_one(Talk, talk_id)
        work.session.expunge_all()
        return found


def said(shop: Shop, talk_id: UUID) -> list[tuple[str, str, bool]]:
    """(side, text, whether it was read) of each message."""
    with shop.portal.work(write=False) as work:
        shown = read.window(work, read.one(work, talk_id).talk)
        return [(one.side, one.text, one.read_at is not None) for one in shown.said]


def told(shop: Shop, kind: str) -> list[tuple[UUID, str, str]]:
    """(whom, title, text) of notices of a kind."""
    with shop.portal.work(write=False) as work:
        rows = select(Notification.user_id, Notification.title, Notification.text).where(Notification.kind == kind)
        return [tuple(row) for row in work.session.execute(rows.order_by(Notification.created_at, Notification.id))]


def run(shop: Shop, job: str = "chat.tell_unread") -> None:
    """The job, and what it sets going."""
    with shop.portal.work() as work:
        shop.portal.app.kit.jobs[job].run(work)
    shop.portal.run_jobs()


def stand_in(shop: Shop, name: str = "Анна Ковалевич") -> User:
    """Somebody stands in for the manager, from yesterday to tomorrow."""
    with shop.portal.work() as work:
        other = make.staff(work, name=name)
        today = work.now.date()
        days = {"first_day": today - timedelta(days=1), "last_day": today + timedelta(days=1)}
        row = Substitution(away_id=shop.manager.id, substitute_id=other.id, made_at=work.now, **days)
        work.session.add(row)
        bump(work)
        return other


def without_manager(shop: Shop) -> None:
    """The client has no manager."""
    with shop.portal.work() as work:
        work.session.get_one(Company, shop.company.id).manager_id = None


def picture() -> bytes:
    """A PNG of 600 x 300 pixels."""
    out = io.BytesIO()
    Image.new("RGB", (600, 300), (90, 60, 160)).save(out, "PNG")
    return out.getvalue()


def send_form(
    client: Client, path: str, fields: Sequence[tuple[str, str]] = (), files: Sequence[tuple[str, bytes]] = (), key: str = "", *,
    htmx: bool = False,
) -> Result:  # fmt: skip
    """A form with files, as a browser or htmx sends it."""
    given = [("_csrf", client.csrf), ("_key", key or secrets.token_urlsafe(16)), *fields]
    parts = [(f'Content-Disposition: form-data; name="{name}"', value.encode()) for name, value in given]
    head = 'Content-Disposition: form-data; name="files"; filename="{}"\r\nContent-Type: application/octet-stream'
    parts += [(head.format(name), data) for name, data in files]
    body = b"".join(b"--X\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + b"--X--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=X", "Accept": "text/html", "Origin": f"http://{HOST}"}
    return client.request("POST", path, body=body, headers={**headers, **({"HX-Request": "true"} if htmx else {})})
