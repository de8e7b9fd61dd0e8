"""A year of originals that clients asked for: most were handed over, one is on its way, one waits as a task in 1C."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.app import App
from b2bkit.core.db.types import new_id
from b2bkit.core.settlements.models import Paper
from b2bkit.core.work import SYSTEM
from b2bkit.plugins.documents.models import OriginalsPaper, OriginalsRequest
from b2bkit.plugins.documents.service import originals
from examples.polymertorg.portal.lists import BUYER, acting
from examples.polymertorg.portal.wishes import MANAGER

PATIENCE: Final = 15.0  # seconds for 1C's papers: they come by a flow of their own, after the goods and the clients
KINDS: Final = ("shipment", "tax_invoice", "reconciliation")
TOLD: Final = (
    ("delivery", "", "Отдал водитель вместе с грузом."),
    ("post", "220033, г. Минск, бухгалтерия", "Заказное письмо, РП 118 204 556 BY."),
    ("pickup", "", "Лежат у секретаря на 2 этаже, до 18:00."),
    ("delivery", "Просим два экземпляра накладной", "Положили в папку с сертификатами."),
)
PAST: Final = 9


def ask(app: App) -> None:
    """Called once, at the end, when papers may have come; without them nothing is asked for."""
    if not _come(app):
        return
    with app.work() as work:
        if work.session.scalars(select(OriginalsRequest.id).limit(1)).first() is not None:
            return
        buyer = work.session.scalars(select(User).where(User.email == BUYER)).one()
        home = work.session.scalars(select(Membership.company_id).where(Membership.user_id == buyer.id)).one()
        papers = _papers(work, home)
        chance = random.Random(2026)
        for number, paper in enumerate(papers[4 : 4 + PAST * 2 : 2]):
            _past(work, chance, paper, buyer, number)
        manager = work.session.scalars(select(User).where(User.email == MANAGER)).one()
        actor = replace(SYSTEM, user_id=manager.id, name=manager.name)
    _present(app, [paper.id for paper in papers[:4]], actor)


def _come(app: App) -> bool:
    until = time.monotonic() + PATIENCE
    while True:
        with app.work(write=False) as work:
            if work.session.scalars(select(Paper.id).where(Paper.kind.in_(KINDS)).limit(1)).first() is not None:
                return True
        if time.monotonic() > until:
            return False
        time.sleep(0.5)


def _papers(work: Work, company_id: UUID) -> Sequence[Paper]:
    mine = (Paper.company_id == company_id, Paper.active.is_(True), Paper.kind.in_(KINDS))
    return work.session.scalars(select(Paper).where(*mine).order_by(Paper.on.desc(), Paper.id)).all()


def _past(work: Work, chance: random.Random, paper: Paper, buyer: User, number: int) -> None:
    """A request that was dealt with then; straight into its tables, so that nobody gets mail about it today."""
    way, note, answer = TOLD[number % len(TOLD)]
    day = datetime(paper.on.year, paper.on.month, paper.on.day, chance.randrange(9, 17), tzinfo=work.config.portal.zone)
    asked = min(day + timedelta(days=3), work.now - timedelta(days=4))
    sent, handed = asked + timedelta(hours=chance.randrange(4, 30)), asked + timedelta(days=3)
    declined = number == PAST // 2
    row: dict[str, Any] = {
        "id": new_id(), "company_id": paper.company_id, "state": "declined" if declined else "handed", "way": way, "note": note,
        "answer": "Оригинал уже у вас: подписан при приёмке груза." if declined else answer, "asked_by": buyer.id,
        "asker": buyer.name, "asked_at": asked, "changed_at": sent if declined else handed, "sent_at": None if declined else sent,
        "handed_at": None if declined else handed,
    }  # fmt: skip
    work.session.insert_rows(OriginalsRequest, [row])
    part = {"id": new_id(), "company_id": paper.company_id, "request_id": row["id"], "paper_id": paper.id}
    work.session.insert_rows(OriginalsPaper, [part])


def _present(app: App, papers: Sequence[UUID], manager: Any) -> None:
    """What is going on now: two papers are on their way, one waits."""
    with acting(app, BUYER) as work:
        sent = originals.ask(work, papers=papers[2:4], way="delivery", note="Вместе с поставкой в четверг.") if papers[2:4] else None
        if papers[:1]:
            originals.ask(work, papers=papers[:1], way="post", note="220033, г. Минск, ул. Судмалиса, 18, бухгалтерия")
    if sent is not None:
        with app.work(manager) as work:
            originals.move(work, request_id=sent, to="on_way", answer="Едут с машиной в четверг, водитель Савчук.")
