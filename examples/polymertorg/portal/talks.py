"""A year of clients' tickets: what buyers of polymers ask about, and what came back. The newest wait, as tasks in 1C."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from b2bkit import Work
from b2bkit.core.accounts.models import Company, LegalEntity, Membership, User
from b2bkit.core.app import App
from b2bkit.core.db.types import new_id
from b2bkit.core.work import SYSTEM, Actor
from b2bkit.plugins.tickets.kinds import book_of
from b2bkit.plugins.tickets.models import Ticket, TicketMessage, TicketNumber
from b2bkit.plugins.tickets.service import write

BUYER, ACCOUNTANT, MANAGER = "buyer@ekopaket.example", "accountant@ekopaket.example", "s.dubovik@polymertorg.example"


class Talk(NamedTuple):
    """What was asked, under which category, and what came back; `further`: said after it, client first."""

    category: str
    question: str
    answer: str
    further: tuple[str, ...] = ()


TALKS: Final = (
    Talk("reconciliation", "Нужен акт сверки за {month} с вашей подписью.", "Акт готов, скан в документах, оригинал едет с машиной."),
    Talk("reconciliation", "Закрываем {month}: пришлите, пожалуйста, сверку.", "Отправили. Расхождений с нашей стороны нет."),
    Talk(
        "reconciliation", "По сверке за {month} у нас на 1 240,80 BYN меньше.", "Нашли: не разнесена доплата. Новый акт готов.",
        ("Спасибо, сошлось.", "Хорошо, закрываем."),
    ),
    Talk("originals", "Просим оригиналы накладных за {month} для проверки.", "Собрали, поедут со следующей поставкой."),
    Talk("originals", "Потеряли второй экземпляр счёта-фактуры.", "Выписали дубликат, отправили заказным письмом."),
    Talk("details", "Сменили банк, новые реквизиты в приложении.", "Внесли. Новый счёт уже в печатных формах."),
    Talk("details", "У нас новый директор, приказ приложен.", "Приказ получили, доверенности переоформили."),
    Talk("other", "Можно ли заменить ПВД 10803-020 на 15803-020 в заказе?", "Можно, цена та же. Поменяйте в корзине, заказ ещё не собран."),
    Talk(
        "other", "Мешки пришли мокрые, три штуки. Куда обращаться?", "Пришлите фото и номер накладной: заменим со следующей машиной.",
        ("Фото отправили водителю, накладная та же.", "Видим, замену поставили в рейс на четверг."),
    ),
    Talk("other", "Во сколько приедет машина завтра?", "С 9 до 12, водитель позвонит за час."),
    Talk("other", "Нужен сертификат на партию полипропилена.", "Паспорт качества на странице товара, в файлах."),
    Talk("other", "Когда будет ПЭНД 273-83? В каталоге ноль.", "Ждём вагон к концу месяца. Включите на товаре «Сообщить о поступлении»."),
    Talk("samples", "Хотим попробовать вторичный гранулят на наших экструдерах.", "Мешок 25 кг отложен на складе, можно забрать."),
)  # fmt: skip
MONTHS: Final = (
    "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
OF_ONE, OF_OTHERS = 26, 34


def tell(app: App) -> None:
    """Called once, when clients and accounts are there."""
    with app.work() as work:
        if work.session.scalars(select(Ticket.id).limit(1)).first() is not None:
            return
        people = {one.email: one for one in work.session.scalars(select(User).where(User.email.in_((BUYER, ACCOUNTANT, MANAGER))))}
        home = work.session.scalar(select(Membership.company_id).where(Membership.user_id == people[BUYER].id))
        others = [row[0] for row in work.session.execute(select(Company.id).where(Company.id != home).order_by(Company.name).limit(12))]
        chance = random.Random(2026)
        manager = people[MANAGER]
        mine = (people[BUYER], people[ACCOUNTANT])
        for number in range(OF_ONE + OF_OTHERS):
            asked_by = mine[number % 2] if number % 7 < 3 and number // 7 * 3 + number % 7 < OF_ONE else None
            company_id = home if asked_by is not None else chance.choice(others)
            days = 360 - number * 6 + chance.randrange(4)
            if company_id is not None:
                _past(work, chance, company_id, asked_by, manager, at=_at_work(work, chance, days))
        buyer = _buyer(work, people[BUYER], home)
        manager_actor = replace(SYSTEM, user_id=manager.id, name=manager.name)
    _present(app, buyer, manager_actor)


def _at_work(work: Work, chance: random.Random, days: int) -> datetime:
    zone = work.config.portal.zone
    day = (work.now - timedelta(days=max(days, 3))).astimezone(zone)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day.replace(hour=chance.randrange(9, 17), minute=chance.randrange(60), second=0, microsecond=0)


def _past(work: Work, chance: random.Random, company_id: UUID, asked_by: User | None, manager: User, *, at: datetime) -> None:
    """A ticket that was answered then; straight into its tables, so that nobody gets mail about it today."""
    talk = TALKS[chance.randrange(len(TALKS))]
    zone, book = work.config.portal.zone, book_of(work)
    question = talk.question.format(month=MONTHS[at.astimezone(zone).month - 2])
    hours = book.hours(zone)
    answered = hours.due(at, chance.choice(("1h", "1h", "1h", "2h", "2h", "3h", "6h", "12h", "30h"))) - timedelta(
        minutes=chance.randrange(55)
    )
    due = hours.due(at, book.categories[talk.category].settings.deadline)
    entity = work.session.scalars(
        select(LegalEntity).where(LegalEntity.company_id == company_id).order_by(LegalEntity.name).limit(1)
    ).first()
    number = int(work.session.execute(insert(TicketNumber).returning(TicketNumber.id)).scalar_one())
    name = f"{book.settings.prefix}{number:05}"
    who = asked_by.name if asked_by is not None else ""
    said = [("client", who, question, at), ("staff", manager.name, talk.answer, answered)]
    for position, words in enumerate(talk.further):
        side, author = ("client", who) if position % 2 == 0 else ("staff", manager.name)
        said.append((side, author, words, hours.due(answered, f"{position + 1}h")))
    fields = [] if entity is None or talk.category != "reconciliation" else [_field(entity)]
    ticket_id = new_id()
    row: dict[str, Any] = {
        "id": ticket_id, "company_id": company_id, "number": name, "category": talk.category, "subject": question, "state": "closed",
        "fields": fields, "legal_entity_id": entity.id if entity is not None else None, "contract_id": None, "order_id": None,
        "paper_id": None, "opened_by": asked_by.id if asked_by is not None else None, "assigned_to": manager.id, "round_id": new_id(),
        "opened_at": at, "changed_at": said[-1][3], "due_at": None, "first_due_at": due, "first_answer_at": answered,
        "minutes": hours.minutes(at, answered), "closed_at": said[-1][3], "answer_seen": True, "told_late": False,
        "found_by": f"{name} {book.label(talk.category)} {' '.join(one[2] for one in said)}".casefold(),
    }  # fmt: skip
    work.session.insert_rows(Ticket, [row])
    rows = [_message(company_id, ticket_id, *one) for one in said]
    work.session.insert_rows(TicketMessage, rows)


def _field(entity: LegalEntity) -> Mapping[str, Any]:
    return {"key": "entity", "type": "entity", "label": "Юридическое лицо", "value": str(entity.id), "said": entity.name}


def _message(company_id: UUID, ticket_id: UUID, side: str, author: str, text: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "company_id": company_id, "ticket_id": ticket_id, "at": at, "side": side, "act": "said", "user_id": None,
        "author": author or "Бухгалтерия", "text": text, "task_id": None,
    }  # fmt: skip


def _buyer(work: Work, person: User, company_id: UUID | None) -> Actor:
    return replace(SYSTEM, user_id=person.id, name=person.name, company_id=company_id)


def _present(app: App, buyer: Actor, manager: Actor) -> None:
    """What is going on now: one waits in 1C, one is answered and not read yet, one waits for the client."""
    with app.work(buyer) as work:
        entity = work.session.scalars(select(LegalEntity).where(LegalEntity.company_id == buyer.company_id).limit(1)).one()
        year = work.now.year
        typed = {"entity": [str(entity.id)], "period_from": [f"{year}-07-01"], "period_to": [f"{year}-09-30"]}
        write.open_ticket(work, category="reconciliation", text="За третий квартал, с печатью.", typed=typed)
        answered = write.open_ticket(work, category="other", text="Есть ли скидка на ПВД, если возьмём две машины сразу?", typed={})
        waits = write.open_ticket(work, category="samples", text="Попробуем для канистр, нужен литьевой.", typed={"weight": ["25"]})
    with app.work(manager) as work:
        write.answer(work, ticket_id=answered, text="От 40 тонн цена ниже на 3 %: она уже в таблице цен от объёма. Две машины подходят.")
        write.answer(work, ticket_id=waits, text="Литьевой или выдувной? Напишите марку, которую берёте сейчас.", then="waiting")
