"""News: written with versions and a preview, read by whom they concern, an offer straight to the cart."""

from __future__ import annotations

import secrets
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from b2bkit import Conflict, Forbidden, NotFound, Refused, Work
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.models import CartLine
from b2bkit.core.work import Actor
from b2bkit.plugins.news.models import NewsRead, Post, Version
from b2bkit.plugins.news.service import audience, read, text, write
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import HOST, MakePortal
from tests.core.ordering.shop import Shop
from tests.core.test_statements import counted


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    return Shop(make_portal(plugins={"news": {}}))


@pytest.fixture
def editor(shop: Shop) -> User:
    with shop.portal.work() as work:
        return make.staff(work, role="editor", name="Ева Редактор")


def as_editor(shop: Shop, editor: User) -> Actor:
    return Actor(kind="staff", user_id=editor.id, role="editor", name=editor.name, levels=shop.portal.app.kit.roles["editor"].levels)


def post(shop: Shop, title: str = "Склад переехал", *, kind: str = "news", publish: bool = True, **words: object) -> UUID:
    """A post of the administrator, published unless told otherwise."""
    with shop.portal.work() as work:
        made = write.begin(work, kind=kind, title=title)
        write.save(work, post_id=made, draft=write.Draft(title=title, **{"html": "<p>Новый адрес</p>", **words}), seen=1)  # type: ignore[arg-type]
        if publish:
            write.publish(work, post_id=made, terms=write.Terms())
        return made


def titles(shop: Shop, user: User | None = None, **asked: object) -> list[str]:
    with shop.work(user, write=False) as work:
        return [one.title for one in read.teasers(work, **asked)[0]]  # type: ignore[arg-type]


def test_clients_read_what_is_published_and_in_its_time_and_nothing_else(shop: Shop) -> None:
    draft = post(shop, "Черновик", publish=False)
    post(shop, "Сейчас")
    later, over = post(shop, "Завтра", publish=False), post(shop, "Вчера", publish=False)
    with shop.portal.work() as work:
        day = timedelta(days=1)
        write.publish(work, post_id=later, terms=write.Terms(since=work.now + day))
        write.publish(work, post_id=over, terms=write.Terms(until=work.now + day / 2))
    assert titles(shop) == ["Вчера", "Сейчас"]
    shop.portal.pass_time(days=2)
    assert titles(shop) == ["Завтра", "Сейчас"]
    client = shop.sign_in()
    absent = client.get(f"/news/{UUID(int=7)}")
    for hidden in (draft, over):
        answer = client.get(f"/news/{hidden}")
        assert (answer.status_code, len(answer.content)) == (404, len(absent.content))


def test_what_is_written_on_changes_nothing_for_readers_until_it_is_published(shop: Shop) -> None:
    made = post(shop, "Цены с декабря")
    with shop.portal.work() as work:
        write.save(work, post_id=made, draft=write.Draft(title="Цены с января", html="<p>Иначе</p>"), seen=2)
    assert titles(shop) == ["Цены с декабря"]
    with shop.portal.work() as work:
        write.publish(work, post_id=made, terms=write.Terms())
    assert titles(shop) == ["Цены с января"]
    with shop.portal.work() as work:
        write.take_back(work, post_id=made, number=2)
        write.publish(work, post_id=made, terms=write.Terms())
        assert work.session.scalars(select(Version.number).where(Version.post_id == made).order_by(Version.number)).all() == [1, 2, 3, 4]
    assert titles(shop) == ["Цены с декабря"]


def test_two_who_write_at_once_lose_nothing(shop: Shop) -> None:
    made = post(shop)
    with shop.portal.work() as work:
        write.save(work, post_id=made, draft=write.Draft(title="Первый", html="<p>1</p>"), seen=2)
    with shop.portal.work() as work, pytest.raises(Conflict):
        write.save(work, post_id=made, draft=write.Draft(title="Второй", html="<p>2</p>"), seen=2)
    admin = shop.portal.app
    with shop.portal.work() as work:
        person = make.staff(work, role="admin")
    client = shop.portal.sign_in(person)
    client.get("/admin")
    refused = client.post(f"/admin/news/{made}", {"seen": "2", "title": "Второй", "html": "<p>Мой текст</p>"})
    assert refused.status_code == 409
    assert "Мой текст" in refused.text
    assert admin.kit.roles["editor"].side == "staff"


def test_html_from_outside_acts_nowhere(shop: Shop) -> None:
    evil = (
        '<h2 onclick="x()">Заголовок</h2><script>alert(1)</script><p style="x">Текст&nbsp;с <a href="javascript:x()">ссылкой</a></p>'
        '<img src="https://spy.example/p.gif"><img src="/news/pictures/../../sign-out"><img src="/news/pictures/1" onerror="x()">'
        '<form action="/cart"><input></form><iframe src="//x"></iframe><p hx-get="/x">а</p>'
    )
    kept = text.cleaned(evil)
    for word in ("script", "onclick", "style", "javascript", "spy", "..", "onerror", "form", "iframe", "hx-get", "nbsp"):
        assert word not in kept, word
    assert "<h2>Заголовок</h2>" in kept
    assert 'src="/news/pictures/1"' in kept
    assert text.cleaned("<p><br></p>") == ""
    with shop.portal.work() as work:  # what stands in the table is cleaned on its way out, too
        made = write.begin(work, kind="news", title="Старое")
        work.session.execute(Version.__table__.update().where(Version.post_id == made).values(html="<p>да</p><script>x</script>"))
        write.publish(work, post_id=made, terms=write.Terms())
    page = shop.sign_in().get(f"/news/{made}").text
    assert "<p>да</p>" in page
    assert "<script>x" not in page


@pytest.mark.parametrize(
    ("way", "fits", "misses"),
    [
        ("profiles", "legal_entity", "distributor"),
        ("regions", "Минск", "Гомель"),
        ("contracts", "mine", "theirs"),
        ("groups", "opened", "closed"),
    ],
)
def test_a_post_is_read_by_its_audience_alone(shop: Shop, way: str, fits: str, misses: str) -> None:
    words = {"mine": shop.contract.id, "theirs": shop.other_contract.id, "opened": shop.group.id, "closed": shop.closed_group.id}
    with shop.portal.work() as work:
        work.session.get_one(Company, shop.company.id).region = "Минск"
    post(shop, "Для нас", audience={way: [str(words.get(fits, fits))]})
    hidden = post(shop, "Не для нас", audience={way: [str(words.get(misses, misses))]})
    assert titles(shop) == ["Для нас"]
    assert shop.sign_in().get(f"/news/{hidden}").status_code == 404
    assert shop.sign_in().send("GET", f"/api/v1/news/{hidden}").status_code == 404


def test_a_group_above_or_below_what_is_opened_counts(shop: Shop) -> None:
    with shop.portal.work() as work:
        below = make.category(work, name="Плёночный", parent=shop.group)
        reader = audience.reader_of(work, shop.company.id)
    assert reader is not None
    assert audience.fits({"groups": [str(below.id)]}, reader)
    assert not audience.fits({"groups": [str(below.id)], "regions": ["Гомель"]}, reader)


def test_an_offer_goes_to_the_cart_and_what_cannot_says_why(shop: Shop) -> None:
    with shop.portal.work() as work:
        goods = [
            {"product_id": str(one.id), "article": one.article, "unit": unit, "quantity": "2"}
            for one, unit in ((shop.product, "мешок"), (shop.second, "вагон"), (shop.hidden, "мешок"))
        ]
    made = post(shop, "Две марки", kind="offer", goods=goods)
    client = shop.sign_in()
    page = client.get(f"/news/{made}").text
    assert "ПЭВД 15803-020" in page
    assert "Секретная марка" not in page
    answer = client.post(f"/news/{made}/cart")
    assert answer.status_code == 200
    assert "ПП 21030" in answer.text
    with shop.portal.work(write=False) as work:
        lines = work.session.execute(select(CartLine.product_id, CartLine.quantity)).all()
    assert [(row[0], int(row[1])) for row in lines] == [(shop.product.id, 2)]


def test_reading_is_known_by_person_and_staff_see_it_of_their_clients(shop: Shop) -> None:
    made = post(shop)
    client = shop.sign_in()
    client.get(f"/news/{made}")
    for _twice in range(2):
        assert client.post(f"/news/{made}/read").status_code == 200
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(NewsRead.user_id)).all() == [shop.buyer.id]
    assert shop.buyer.name in shop.sign_in(shop.manager).get(f"/admin/news/{made}/readers").text
    with shop.work(write=False) as work:
        assert [one.read for one in read.teasers(work)[0]] == [True]


def test_an_editor_writes_and_does_nothing_else(shop: Shop, editor: User) -> None:
    client = shop.portal.sign_in(editor)
    assert client.get("/").headers["location"] == "/admin/news"
    assert client.get("/admin/news").status_code == 200
    for path in ("/admin", "/admin/clients", "/admin/orders", "/admin/access"):
        assert client.get(path).status_code == 403, path
    made = client.post("/admin/news", {"kind": "tutorial", "title": "Как заказать"}).headers["location"]
    steps = {
        "seen": "1",
        "title": "Как заказать",
        "step_title": ["Каталог", "Корзина"],
        "step_html": ["<p>Откройте</p>", "<p>Проверьте</p>"],
    }
    assert client.post(made, {**steps, "act": "down-0"}).status_code == 303
    assert client.get(f"{made}/preview").text.index("Корзина</h2>") < client.get(f"{made}/preview").text.index("Каталог</h2>")
    assert titles(shop) == []
    assert client.post(f"{made}/publish", {"position": "1"}).status_code == 303
    assert titles(shop, kind="tutorial") == ["Как заказать"]
    with shop.portal.app.work(as_editor(shop, editor)) as work, pytest.raises(Conflict):
        write.delete(work, post_id=UUID(made.rpartition("/")[2]))
    with shop.work() as work, pytest.raises(Forbidden):
        write.begin(work, kind="news", title="Чужое")


def send_picture(client: Client, path: str, data: bytes) -> object:
    head = 'Content-Disposition: form-data; name="file"; filename="p.png"\r\nContent-Type: image/png'
    body = b"--X\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n--X--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=X", "Accept": "application/json", "Origin": f"http://{HOST}"}
    headers |= {"X-CSRF-Token": client.csrf, "Idempotency-Key": secrets.token_urlsafe(16)}
    return client.request("POST", path, body=body, headers=headers)


def test_pictures_are_made_anew_and_seen_with_their_post(shop: Shop, editor: User) -> None:
    drawn = BytesIO()
    Image.new("RGB", (600, 300), "teal").save(drawn, "PNG")
    made = post(shop, publish=False)
    client = shop.portal.sign_in(editor)
    client.get("/admin/news")
    answer = send_picture(client, f"/admin/news/{made}/pictures", drawn.getvalue())
    assert answer.status_code == 201, answer.text
    address = answer.json["address"]
    assert client.get(address).headers["content-type"] == "image/webp"
    buyer = shop.sign_in()
    assert buyer.get(address).status_code == 404
    with shop.portal.work() as work:
        write.publish(work, post_id=made, terms=write.Terms())
    assert buyer.get(address).status_code == 200
    assert send_picture(client, f"/admin/news/{made}/pictures", b"no picture").status_code == 422


def test_people_are_told_once_when_a_post_appears(shop: Shop) -> None:
    made = post(shop, "Скидка", publish=False, audience={"contracts": [str(shop.contract.id)]})
    with shop.portal.work() as work:
        write.publish(work, post_id=made, terms=write.Terms(since=work.now + timedelta(hours=1), tells=True))

    def run() -> list[UUID]:
        with shop.portal.work() as work:
            shop.portal.app.kit.jobs["news.tell"].run(work)
        shop.portal.run_jobs()
        with shop.portal.work(write=False) as work:
            return list(work.session.scalars(select(Notification.user_id).where(Notification.kind == "news.appeared")))

    assert run() == []
    shop.portal.pass_time(hours=2)
    assert set(run()) == {shop.buyer.id, shop.colleague.id, shop.viewer.id}
    assert len(run()) == 3


def test_lists_cost_the_same_with_forty_posts_and_pin_what_is_pinned(shop: Shop) -> None:
    first = post(shop, "Главное")
    with shop.portal.work() as work:
        write.publish(work, post_id=first, terms=write.Terms(pinned=True))

    def taken(work: Work) -> int:
        with counted() as found:
            read.teasers(work)
        return len(found)

    with shop.work(write=False) as work:
        before = taken(work)
    for number in range(40):
        post(shop, f"Новость {number}")
    with shop.work(write=False) as work:
        assert taken(work) == before <= 5
        page, more = read.teasers(work, size=20)
        rest, end = read.teasers(work, after=more, size=30)
    assert page[0].title == "Главное"
    assert len({one.id for one in (*page, *rest)}) == 41
    assert end is None


def test_wrong_input_names_its_field(shop: Shop) -> None:
    with shop.portal.work() as work:
        with pytest.raises(Refused) as empty:
            write.begin(work, kind="news", title="  ")
        made = write.begin(work, kind="offer", title="Пусто")
        with pytest.raises(Refused):
            write.publish(work, post_id=made, terms=write.Terms())
        with pytest.raises(NotFound):
            write.take_back(work, post_id=made, number=9)
        assert work.session.get_one(Post, made).published is None
        person = make.staff(work, role="admin")
    assert empty.value.problems[0].field == "title"
    client = shop.portal.sign_in(person)
    client.get("/admin")
    refused = client.post(f"/admin/news/{made}", {"seen": "1", "title": "Пусто", "goods": "NO-1; 5; кг\nPE; x"})
    assert refused.status_code == 422
    assert "NO-1; 5; кг" in refused.text
