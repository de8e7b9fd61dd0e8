"""What Polymertorg tells its clients: news of a year, an offer from stock, how to use the portal, and a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import User
from b2bkit.core.app import App
from b2bkit.core.catalog.models import Product
from b2bkit.core.work import SYSTEM
from b2bkit.plugins.news.models import Post
from b2bkit.plugins.news.service import goods, write

WRITER: Final = "admin@polymertorg.example"


class Told(NamedTuple):
    """A post: how many days ago it appeared; `regions`: where its clients are."""

    days: int
    kind: str
    title: str
    lead: str
    html: str
    steps: Sequence[tuple[str, str]] = ()
    pinned: bool = False
    regions: tuple[str, ...] = ()


TOLD: Final = (
    Told(
        330, "news", "Каталог и заказы теперь в портале", "Цены вашего договора, остатки и документы в одном месте.",
        "<p>Заказ, оформленный в портале, сразу виден менеджеру в 1С. Старый способ, письмом, тоже работает.</p>",
    ),
    Told(
        210, "news", "Открыли склад в Гродно", "Самовывоз по будням с 8 до 17.",
        "<p>На складе постоянно есть <b>плёночный ПВД</b> и <b>литьевой ПП</b>. Адрес: Гродно, Карского, 31.</p>",
        regions=("Гродненская область",),
    ),
    Told(
        95, "news", "Паспорта качества у каждой марки", "Скачивайте со страницы товара, не дожидаясь письма.",
        "<p>Файлы лежат на странице товара под описанием. Нет нужного? Напишите в обращениях, добавим.</p>",
    ),
    Told(
        12, "news", "График отгрузок на декабрь", "24 и 25 декабря склад работает до 14:00, 26-го закрыт.",
        "<h2>Что учесть</h2><ul><li>заказы на 28 декабря принимаем до 23-го</li><li>самовывоз 31 декабря до 12:00</li></ul>"
        "<p>Если машина нужна в праздники, предупредите менеджера за три дня.</p>",
        pinned=True,
    ),
)  # fmt: skip
OFFER: Final = Told(
    4, "offer", "ПВД, ПНД и ПП со склада: соберите машину", "Три ходовые марки в одной поставке, доставка по Минску за наш счёт.",
    "<p>Количество подобрано под одну машину 20 тонн. Цены вашего договора, с учётом объёма.</p>",
)  # fmt: skip
TUTORIALS: Final = (
    Told(
        300, "tutorial", "Как сделать первый заказ", "Пять минут, без звонков.", "",
        steps=(
            ("Найдите марку", "<p>Наберите артикул или часть названия в строке поиска наверху.</p>"),
            ("Укажите количество", "<p>Портал подскажет кратность мешка и паллеты. Цена от объёма пересчитается сама.</p>"),
            ("Проверьте корзину", "<p>Если цена или остаток изменились, строка выделена цветом.</p>"),
            ("Оформите", "<p>Выберите адрес и день. Заказ придёт в 1С, статус виден на его странице.</p>"),
        ),
    ),
    Told(
        280, "tutorial", "Как попросить акт сверки", "Через обращение: без писем и звонков.", "",
        steps=(
            ("Откройте «Обращения»", "<p>Нажмите «Новое обращение» и выберите «Акт сверки».</p>"),
            ("Назовите период", "<p>Юридическое лицо уже подставлено, договор можно не указывать.</p>"),
            ("Ждите ответа", "<p>Ответ придёт в обращение и на почту, обычно за один рабочий день.</p>"),
        ),
    ),
)  # fmt: skip


OFFERED: Final = ("LDF-1007", "HDM-1007", "PPH-1007")


def publish(app: App) -> None:
    """Called once, when products and accounts are there."""
    with app.work() as work:
        if work.session.scalars(select(Post.id).limit(1)).first() is not None:
            return
        person = work.session.scalars(select(User).where(User.email == WRITER)).one()
        writer = replace(SYSTEM, user_id=person.id, name=person.name)
        there = select(Product.article).where(Product.article.in_(OFFERED), Product.active.is_(True)).order_by(Product.article)
        articles = list(work.session.scalars(there))
    with app.work(writer) as work:
        for told in (*TOLD, *TUTORIALS):
            _write(work, told)
        _write(work, OFFER, "\n".join(f"{article}; 1000" for article in articles))
        draft = write.begin(work, kind="news", title="Новая марка: ПЭНД 276-73 для канистр")
        words = write.Draft(title="Новая марка: ПЭНД 276-73 для канистр", html="<p>Ждём паспорт от завода, допишем показатели.</p>")
        write.save(work, post_id=draft, draft=words, seen=1)


def _write(work: Work, told: Told, lines: str = "") -> None:
    made = write.begin(work, kind=told.kind, title=told.title)
    words = write.Draft(
        title=told.title, lead=told.lead, html=told.html, steps=told.steps, goods=goods.parsed(work, lines),
        audience={"regions": told.regions},
    )  # fmt: skip
    write.save(work, post_id=made, draft=words, seen=1)
    position = work.session.get_one(Post, made).position
    since = work.now - timedelta(days=told.days)
    write.publish(work, post_id=made, terms=write.Terms(since=since, pinned=told.pinned, position=position))
