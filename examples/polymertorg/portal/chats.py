"""A year of what clients and their managers wrote to each other, straight into its tables; two clients wait for an answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from PIL import Image
from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.app import App
from b2bkit.core.db.types import new_id
from b2bkit.core.files import attachments
from b2bkit.core.files import service as files
from b2bkit_chat.models import ChatFile, ChatMessage, Presence, Talk

BUYER, MANAGER = "buyer@ekopaket.example", "s.dubovik@polymertorg.example"
SHOWN: Final = 14  # clients with a talk
Exchange = tuple[str, ...]  # the client begins, then by turns

# what was asked and answered in a year, the oldest first
YEAR: Final[Sequence[Exchange]] = (
    ("Добрый день! Теперь пишем сюда вместо почты?", "Добрый день! Да, здесь я вижу быстрее, и ничего не теряется."),
    ("ПВД 15803-020 на складе в Минске есть?", "Есть 18 тонн. Цена вашего договора в каталоге."),
    ("Машина завтра приедет к 11?", "Водитель выехал, будет между 10 и 12. Номер машины в накладной.", "Спасибо, встретим."),
    ("Нужен паспорт качества на партию 2041.", "Лежит на странице товара, в файлах."),
    (
        "Два мешка порваны при разгрузке, что делать?", "Сфотографируйте и пришлите сюда, заменим.", "Фото прикладываю.",
        "Вижу. Замену положим в следующую машину.",
    ),
    ("Можно отгрузить ПП 21030 до пятницы?", "Да, если заказ поставите сегодня до 16:00.", "Поставили.", "Вижу, резерв есть."),
    ("Когда ждать ПЭНД 273-83?", "Вагон приходит 8-го. Включите на товаре «Сообщить о поступлении».", "Включили, спасибо."),
    ("Есть чем заменить УПМ 0508?", "Ближе всего УПС 825: ударная вязкость выше, текучесть почти та же.", "Попробуем мешок."),
    (
        "Лимит по договору поднять получится?", "Отправила заявку финансовому отделу, ответят за два дня.", "Ждём.",
        "Одобрили: с понедельника лимит выше на 20 %.",
    ),
    ("Бухгалтерия просит сверку за квартал.", "Создайте обращение «Акт сверки»: придёт с подписью."),
    ("На самовывоз нужен пропуск?", "Нужен: пришлите номер машины и фамилию водителя.", "АВ 4512-7, Кравчук.", "Пропуск заказан."),
    ("Цена на ПВД с понедельника изменится?", "Да, плюс 2 %. Заказ до пятницы пройдёт по старой."),
)  # fmt: skip
OTHERS: Final[Sequence[Exchange]] = (
    ("Здравствуйте, счёт получили.", "Хорошо, отгрузка после оплаты."),
    ("Строку 3 уже отгрузили?", "Да, сегодня утром.", "Спасибо."),
    ("Почему заказ не проходит?", "Просрочка 1 480 BYN: оплатите, и пройдёт сразу.", "Оплатили."),
    ("Когда откроется самовывоз в Гомеле?", "С первого числа, по будням с 8 до 17."),
    ("Нужен образец вторичного гранулата.", "Мешок отложен, можно забрать."),
    ("Доставка в субботу возможна?", "Только по предоплате и от 10 тонн.", "Понятно, возьмём в понедельник."),
)
NAMES: Final = ("Павел Гринюк", "Анна Кузьмич", "Максим Дорошко", "Елена Гайдук", "Степан Боровик", "Нина Рогач", "Игорь Ярош")
WAITING: Final = ("6 тонн, подтверждаю. Оформите под приход на тот же договор.", "Подскажите, какой ПП лучше для тонкой плёнки?")


def tell(app: App, pictures: Path) -> None:
    """Called once, when clients and accounts are there. `pictures`: where there are some to send."""
    with app.work(write=False) as work:
        config, known = work.config, work.session.scalars(select(Talk.id).limit(1)).first()
    if known is not None:
        return
    photo = _photo(pictures)
    drawn = files.recode(config, [photo]) if photo is not None else []
    with app.work() as work:
        chance = random.Random(2026)
        manager = work.session.scalars(select(User).where(User.email == MANAGER)).one()
        _employ(work, manager)
        talks: list[dict[str, Any]] = []
        messages: list[dict[str, Any]] = []
        for number, (company, person) in enumerate(_people(work)):
            said = YEAR if person.email == BUYER else chance.sample(OTHERS, k=chance.randrange(1, 4))
            waits = WAITING[number % 2] if number < 2 else ""
            talk, its = _talk(work, chance, company, person, manager, said, waits)
            talks.append(talk)
            messages += its
        work.session.insert_rows(Talk, talks)
        work.session.insert_rows(ChatMessage, messages)
        if photo is not None and drawn and drawn[0].name:
            _send(work, messages, photo, drawn[0])
        work.session.insert_rows(Presence, [{"user_id": manager.id, "seen_at": work.now - timedelta(minutes=25)}])


def _photo(pictures: Path) -> Path | None:
    """One of the drawings as a camera would have sent it."""
    drawing = next(iter(sorted(pictures.glob(f"*-{files.LARGE}.webp"))), None)
    if drawing is None:
        return None
    photo = pictures / "photo.jpg"
    Image.open(drawing).convert("RGB").save(photo, "JPEG", quality=80)
    return photo


def _employ(work: Work, manager: User) -> None:
    """Some of the manager's clients have nobody in the portal yet: one person each, who never signed in by a password."""
    known = select(Membership.company_id)
    companies = select(Company.id).where(Company.manager_id == manager.id, Company.id.not_in(known)).order_by(Company.name)
    people, places = [], []
    for number, company_id in enumerate(work.session.scalars(companies.limit(len(NAMES)))):
        user_id = new_id()
        email = f"zakupki{number + 1}@client.example"
        people.append({"id": user_id, "email": email, "name": NAMES[number], "created_at": work.now - timedelta(days=350)})
        places.append({
            "id": new_id(), "company_id": company_id, "user_id": user_id, "role": "buyer", "since": work.now - timedelta(days=350),
        })  # fmt: skip
    if people:
        work.session.insert_rows(User, people)
        work.session.insert_rows(Membership, places)


def _people(work: Work) -> list[tuple[Company, User]]:
    """The demo's buyer first, then one person of each of some other clients."""
    rows = select(Company, User).join(Membership, Membership.company_id == Company.id).join(User, User.id == Membership.user_id)
    found: dict[UUID, tuple[Company, User]] = {}
    for company, person in work.session.execute(rows.where(User.blocked.is_(False)).order_by(User.email != BUYER, Company.name, User.id)):
        found.setdefault(company.id, (company, person))
    return list(found.values())[:SHOWN]


def _at_work(work: Work, chance: random.Random, days: float) -> datetime:
    day = (work.now - timedelta(days=days)).astimezone(work.config.portal.zone)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day.replace(hour=chance.randrange(9, 17), minute=chance.randrange(60), second=0, microsecond=0)


def _said(work: Work, chance: random.Random, said: Sequence[Exchange], waits: str) -> Iterator[tuple[str, str, datetime]]:
    """(side, text, when), over a year up to some days ago; what waits was written an hour ago."""
    step, late = 330 / len(said), chance.randrange(20)
    for number, exchange in enumerate(said):
        at = _at_work(work, chance, 340 - number * step - late)
        for place, text in enumerate(exchange):
            yield ("staff" if place % 2 else "client"), text, at
            at += timedelta(minutes=chance.randrange(3, 40))
    if waits:
        yield "client", waits, work.now - timedelta(minutes=chance.randrange(20, 70))


def _talk(
    work: Work, chance: random.Random, company: Company, person: User, manager: User, said: Sequence[Exchange], waits: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    talk_id, rows = new_id(), list[dict[str, Any]]()
    for seq, (side, text, at) in enumerate(_said(work, chance, said, waits), start=1):
        writer = manager if side == "staff" else person
        unread = waits and text == waits
        rows.append({
            "id": new_id(), "company_id": company.id, "talk_id": talk_id, "seq": seq, "at": at, "side": side, "user_id": writer.id,
            "author": writer.name, "text": text, "answers": None, "files": 0, "task_id": None, "found_by": text.casefold(),
            "read_at": None if unread else at + timedelta(minutes=chance.randrange(1, 15)),
        })  # fmt: skip
    last, count = rows[-1], len(rows)
    read = max([row["seq"] for row in rows if row["read_at"]], default=0)
    talk = {
        "id": talk_id, "company_id": company.id, "user_id": person.id, "begun_at": rows[0]["at"], "newest": count, "last_at": last["at"],
        "last_side": last["side"], "last_text": last["text"][:200], "answered_by": manager.id, "round_id": new_id(),
        "found_by": f"{company.name} {person.name}".casefold()[:600], "client_unread": 0, "client_since": None, "client_told": False,
        "client_read": count, "client_read_at": last["at"], "staff_unread": int(bool(waits)), "staff_since": last["at"] if waits else None,
        "staff_told": True, "staff_read": read, "staff_read_at": rows[max(read - 1, 0)]["read_at"],
    }  # fmt: skip
    return talk, rows


def _send(work: Work, messages: Sequence[dict[str, Any]], photo: Path, drawn: files.Recoded) -> None:
    """The picture of what was broken."""
    message = next(one for one in messages if one["text"] == "Фото прикладываю.")
    stored = attachments.store(work, filename="мешки.jpg", data=photo.read_bytes())
    row = {"id": new_id(), "company_id": message["company_id"], "message_id": message["id"], **stored._asdict()}
    work.session.insert_rows(ChatFile, [{**row, "picture": drawn.name, "width": drawn.width, "height": drawn.height}])
    work.session.get_one(ChatMessage, message["id"]).files = 1
