"""A year of originals that clients asked for: most were handed over, one is on its way, one waits as a task in 1C."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Work
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.app import App, create_app
from b2bkit.core.db.types import new_id
from b2bkit.core.settlements.models import Paper
from b2bkit.core.work import SYSTEM
from b2bkit.plugins.documents.models import OriginalsPaper, OriginalsRequest
from b2bkit.plugins.documents.service import originals
from examples.polymertorg.portal.lists import BUYER, acting
from examples.polymertorg.portal.wishes import MANAGER

PATIENCE: Final = 300.0  # seconds
KINDS: Final = ("shipment", "tax_invoice", "reconciliation")
TOLD: Final = (
    ("delivery", "", "Отдал водитель вместе с грузом."),
    ("post", "220033, г. Минск, бухгалтерия", "Заказное письмо, РП 118 204 556 BY."),
    ("pickup", "", "Лежат у секретаря на 2 этаже, до 18:00."),
    ("delivery", "Просим два экземпляра накладной", "Положили в папку с сертификатами."),
)
PAST, OTHERS, WAIT = 12, 9, 3  # of the buyer, of other clients, and how many of these wait


def ask_later(app: App) -> None:
    """1C's papers come a minute after their clients and orders: nobody waits for them, a thread of the demo does."""
    threading.Thread(target=_ask_later, args=(app.config.folder,), name="originals", daemon=True).start()


def _ask_later(folder: Path) -> None:
    app = create_app(folder)
    try:
        ask(app)
    finally:
        app.close()


def ask(app: App) -> None:
    """Once papers have come; without them nothing is asked for."""
    if not _come(app):
        return
    with app.work() as work:
        if work.session.scalars(select(OriginalsRequest.id).limit(1)).first() is not None:
            return
        buyer = work.session.scalars(select(User).where(User.email == BUYER)).one()
        home = work.session.scalars(select(Membership.company_id).where(Membership.user_id == buyer.id)).one()
        papers = _papers(work, home)
        chance = random.Random(2026)
        for number, paper in enumerate(papers[3 : 3 + PAST]):
            _past(work, chance, paper, number, buyer.name, buyer.id)
        for number, paper in enumerate(_of_others(work, home)):
            _past(work, chance, paper, number, "Бухгалтерия", None, waits=number < WAIT)
        manager = work.session.scalars(select(User).where(User.email == MANAGER)).one()
        actor = replace(SYSTEM, user_id=manager.id, name=manager.name)
        newest = [paper.id for paper in papers[:3]]
    _present(app, newest, actor)


def _come(app: App) -> bool:
    """Waits until papers are there and no more of them come."""
    until, before = time.monotonic() + PATIENCE, 0
    while time.monotonic() < until:
        with app.work(write=False) as work:
            count = work.session.scalar(select(func.count()).select_from(Paper)) or 0
        if count and count == before:
            return True
        before = count
        time.sleep(3)
    return before > 0


def _papers(work: Work, company_id: UUID) -> Sequence[Paper]:
    mine = (Paper.company_id == company_id, Paper.active.is_(True), Paper.kind.in_(KINDS))
    return work.session.scalars(select(Paper).where(*mine).order_by(Paper.on.desc(), Paper.id)).all()


def _of_others(work: Work, company_id: UUID) -> Sequence[Paper]:
    """The newest waybill of some other clients."""
    others = (Paper.company_id != company_id, Paper.active.is_(True), Paper.kind == "shipment")
    found: dict[UUID, Paper] = {}
    for paper in work.session.scalars(select(Paper).where(*others).order_by(Paper.on.desc(), Paper.id).limit(60)):
        found.setdefault(paper.company_id, paper)
    return list(found.values())[:OTHERS]


def _past(work: Work, chance: random.Random, paper: Paper, number: int, asker: str, asked_by: UUID | None, *, waits: bool = False) -> None:
    """A request that was dealt with then, or waits; straight into its tables, so that nobody gets mail about it today."""
    way, note, answer = TOLD[number % len(TOLD)]
    day = datetime(paper.on.year, paper.on.month, paper.on.day, chance.randrange(9, 17), tzinfo=work.config.portal.zone)
    asked = min(day + timedelta(days=3), work.now - timedelta(days=4))
    sent, handed = asked + timedelta(hours=chance.randrange(4, 30)), asked + timedelta(days=3)
    declined, done = number == 1 and not waits, not waits
    row: dict[str, Any] = {
        "id": new_id(), "company_id": paper.company_id, "state": "declined" if declined else "handed" if done else "asked", "way": way,
        "note": note, "answer": "Оригинал уже у вас: подписан при приёмке груза." if declined else answer if done else "",
        "asked_by": asked_by, "asker": asker, "asked_at": asked, "changed_at": sent if declined else handed if done else asked,
        "sent_at": sent if done and not declined else None, "handed_at": handed if done and not declined else None,
    }  # fmt: skip
    work.session.insert_rows(OriginalsRequest, [row])
    part = {"id": new_id(), "company_id": paper.company_id, "request_id": row["id"], "paper_id": paper.id}
    work.session.insert_rows(OriginalsPaper, [part])


def _present(app: App, papers: Sequence[UUID], manager: Any) -> None:
    """What is going on now: two papers are on their way, one waits."""
    with acting(app, BUYER) as work:
        sent = originals.ask(work, papers=papers[1:3], way="delivery", note="Вместе с поставкой в четверг.") if papers[1:3] else None
        if papers[:1]:
            originals.ask(work, papers=papers[:1], way="post", note="220033, г. Минск, ул. Судмалиса, 18, бухгалтерия")
    if sent is not None:
        with app.work(manager) as work:
            originals.move(work, request_id=sent, to="on_way", answer="Едут с машиной в четверг, водитель Савчук.")
