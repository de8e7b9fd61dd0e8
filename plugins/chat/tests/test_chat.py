"""The chat: what is said reaches the other side once and nobody else, is read, replied to, found; in 1C it is a task."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from b2bkit import NotFound, Refused
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import contact, tasks
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal
from b2bkit_chat.models import ChatFile, ChatMessage, Presence, Talk
from b2bkit_chat.plugin import ChatPlugin
from b2bkit_chat.service import people, read, talks, write
from plugins.chat.tests.talking import (
    PDF,
    TakesTasks,
    TaskedErp,
    answer,
    picture,
    run,
    said,
    say,
    send_form,
    stand_in,
    talk_of,
    told,
    without_manager,
)
from tests.core.ordering.shop import Shop
from tests.core.test_statements import counted

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday in Minsk
NIGHT = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


@pytest.fixture
def line() -> TakesTasks:
    TaskedErp.line = TakesTasks()
    return TaskedErp.line


@pytest.fixture
def shop(make_portal: MakePortal, line: TakesTasks) -> Shop:
    made = Shop(make_portal(classes=(ChatPlugin, TaskedErp)))
    made.portal.at(NOON)
    return made


@pytest.fixture
def alone(make_portal: MakePortal) -> Shop:
    made = Shop(make_portal(classes=(ChatPlugin,)))
    made.portal.at(NOON)
    return made


def test_what_is_said_reaches_the_other_side_and_its_pages_hear_of_it_at_once(alone: Shop) -> None:
    with alone.work() as work:
        write.say(work, text="Есть ПС 525?")
        seen = read.own(work)
        assert seen is not None
        [signal] = work.signals
    assert (signal.kind, signal.id, signal.companies, signal.staff) == ("chat", f"{seen.talk.id}/1/0/0", (), False)
    assert set(signal.users) == {alone.buyer.id, alone.manager.id}
    page = alone.sign_in(alone.manager).get(f"/admin/chat/{seen.talk.id}").text
    assert "Есть ПС 525?" in page
    answer(alone, seen.talk.id, "Есть, 4 тонны.")
    assert "Есть, 4 тонны." in alone.sign_in().get("/chat").text


def test_a_piece_has_what_is_new_since_a_number_and_nothing_twice(alone: Shop) -> None:
    talk_id = say(alone, "Первое")
    answer(alone, talk_id, "Второе")
    client = alone.sign_in()
    piece = client.get("/chat/messages?after=1", htmx=True).text
    assert "Второе" in piece
    assert "Первое" not in piece
    assert 'data-newest="2"' in piece
    assert 'data-seq="' not in client.get("/chat/messages?after=2", htmx=True).text
    desk = alone.sign_in(alone.manager)
    assert "Первое" in desk.get(f"/admin/chat/{talk_id}/messages?before=2", htmx=True).text


def test_a_long_talk_is_shown_in_parts_that_join(alone: Shop) -> None:
    talk_id = say(alone, "1")
    with alone.work() as work:
        for number in range(2, 101):
            write.say(work, text=str(number))
    with alone.work(write=False) as work:
        talk = read.one(work, talk_id).talk
        newest = read.window(work, talk)
        older = read.window(work, talk, before=newest.said[0].seq)
        around = read.window(work, talk, around=30)
        later = read.window(work, talk, after=around.said[-1].seq)
    assert [one.text for one in (*older.said, *newest.said)] == [str(number) for number in range(21, 101)]
    assert (newest.earlier, newest.later, older.earlier, older.later) == (True, False, True, True)
    assert [around.said[0].seq, around.earlier, around.later] == [20, True, True]
    assert later.said[0].seq == around.said[-1].seq + 1


def test_sent_twice_under_one_key_it_is_said_once(alone: Shop) -> None:
    client = alone.sign_in()
    client.get("/chat")
    sent = [send_form(client, "/chat/messages", [("text", "Дважды"), ("after", "0")], key="0123456789abcdef", htmx=True) for _ in range(2)]
    assert [one.status_code for one in sent] == [200, 200]
    assert sent[0].text == sent[1].text
    with alone.portal.work(write=False) as work:
        assert work.session.scalars(select(ChatMessage.text)).all() == ["Дважды"]


def test_two_first_messages_at_once_begin_one_talk(alone: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    talk_id = say(alone, "Первое")
    whole = write._held
    answers = iter([lambda *_given: None, whole])  # the other one's talk is there a moment after this one looked
    monkeypatch.setattr(write, "_held", lambda *given: next(answers)(*given))
    with alone.work() as work:
        write.say(work, text="Второе")
    assert [text for _side, text, _read in said(alone, talk_id)] == ["Первое", "Второе"]


def test_two_pages_opened_at_once_are_one_person_there(alone: Shop) -> None:
    with alone.work() as work:
        people.here(work)
        people._first(work, alone.buyer.id)
    with alone.portal.work(write=False) as work:
        assert work.session.scalars(select(Presence.user_id)).all() == [alone.buyer.id]


def test_a_browser_without_scripts_sends_and_keeps_what_was_refused(alone: Shop) -> None:
    client = alone.sign_in()
    client.get("/chat")
    assert send_form(client, "/chat/messages", [("text", "Без скриптов")]).status_code == 303
    assert "Без скриптов" in client.get("/chat").text
    wrong = send_form(client, "/chat/messages", [("text", "Смотрите файл")], [("вирус.exe", b"MZ")])
    assert wrong.status_code == 422
    assert "вирус.exe" in wrong.text
    assert "Смотрите файл" in wrong.text
    assert send_form(client, "/chat/messages", [("text", " ")]).status_code == 422
    assert send_form(client, "/chat/messages", [("text", "ы" * 8001)], htmx=True).status_code == 422


def test_read_marks_come_from_the_other_sides_eyes_alone(alone: Shop) -> None:
    talk_id = say(alone)
    desk = alone.sign_in(alone.manager)
    assert "chat/" in desk.get(f"/admin/chat/{talk_id}").text
    assert talk_of(alone, talk_id).staff_unread == 1  # reading alone writes nothing
    assert desk.post(f"/admin/chat/{talk_id}/read", {"upto": "1"}).status_code == 204
    assert (talk_of(alone, talk_id).staff_unread, said(alone, talk_id)) == (0, [("client", "Есть ПС 525?", True)])
    answer(alone, talk_id)
    client = alone.sign_in()
    page = client.get("/chat").text
    assert "unread message" in page
    assert re.search(r'class="msg me" id="m-1"[^>]*data-read', page)
    assert client.post("/chat/read", {"upto": "99"}).status_code == 204
    with alone.work(alone.manager, write=False) as work:
        assert (read.one(work, talk_id).read, read.one(work, talk_id).unread) == (2, 0)


def test_whoever_is_not_the_clients_manager_looks_without_a_trace(alone: Shop) -> None:
    talk_id = say(alone)
    with alone.portal.work() as work:
        admin = make.staff(work, role="admin", name="Админ")
    desk = alone.portal.sign_in(admin)
    assert "ПС 525" in desk.get(f"/admin/chat/{talk_id}").text
    desk.post(f"/admin/chat/{talk_id}/read", {"upto": "1"})
    assert talk_of(alone, talk_id).staff_unread == 1


def test_writing_means_that_what_was_before_is_read(alone: Shop) -> None:
    talk_id = say(alone)
    answer(alone, talk_id)
    say(alone, "Беру")
    assert [read for _side, _text, read in said(alone, talk_id)] == [True, True, False]


def test_a_reply_shows_what_it_answers_and_only_within_its_talk(alone: Shop) -> None:
    talk_id = say(alone, "Какая цена ПС 525?")
    answer(alone, talk_id, "4,62", answers=1)
    page = alone.sign_in().get("/chat").text
    assert re.search(r'class="chat-quote"[^>]*#m-1"><b>[^<]+</b> Какая цена', page)
    with alone.work(alone.stranger) as work, pytest.raises(NotFound):
        write.say(work, text="Чужое", answers=1)


def test_pictures_are_drawn_anew_and_files_come_as_they_were(alone: Shop) -> None:
    client = alone.sign_in()
    client.get("/chat")
    sent = send_form(client, "/chat/messages", [("text", "")], [("фото <b>.png", picture()), ("акт.pdf", PDF)], htmx=True)
    assert sent.status_code == 200
    assert "фото &lt;b&gt;.png" in sent.text
    assert 'width="280" height="140"' in sent.text
    with alone.portal.work(write=False) as work:
        [drawn, paper] = work.session.scalars(select(ChatFile).order_by(ChatFile.type.desc())).all()
        ids = drawn.id, paper.id
    shown = client.get(f"/chat/files/{ids[0]}/picture")
    assert (shown.status_code, shown.content[:4], shown.headers["content-type"]) == (200, b"RIFF", "image/webp")
    assert client.get(f"/chat/files/{ids[0]}").content == picture()
    given = client.get(f"/chat/files/{ids[1]}")
    assert given.content == PDF
    assert given.headers["content-disposition"].startswith("attachment")
    assert client.get(f"/chat/files/{ids[1]}/picture").status_code == 404


def test_hostile_words_stay_words(alone: Shop) -> None:
    hostile = '<script>alert(1)</script> <img src=x onerror="a()"> javascript:alert(1) https://polymer.example/a?b=1'
    talk_id = say(alone, hostile)
    answer(alone, talk_id, '"><svg/onload=a()>', answers=1)
    for page in (alone.sign_in().get("/chat").text, alone.sign_in(alone.manager).get(f"/admin/chat/{talk_id}").text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
        assert 'href="javascript:' not in page
        assert 'href="https://polymer.example/a?b=1" rel="' in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/chat/{talk}"),
        ("GET", "/admin/chat/{talk}/messages"),
        ("POST", "/admin/chat/{talk}/messages"),
        ("POST", "/admin/chat/{talk}/here"),
        ("POST", "/admin/chat/{talk}/read"),
        ("GET", "/chat/files/{file}"),
        ("GET", "/chat/files/{file}/picture"),
        ("GET", "/api/v1/chat/talks/{talk}/messages"),
        ("POST", "/api/v1/chat/talks/{talk}/messages"),
        ("POST", "/api/v1/chat/talks/{talk}/read"),
        ("GET", "/api/v1/chat/files/{file}"),
    ],
)
def test_foreign_is_as_absent(alone: Shop, method: str, path: str) -> None:
    with alone.portal.work() as work:
        other = make.staff(work, name="Другой менеджер")
    talk_id = say(alone, files=[write.Attached("акт.pdf", PDF)])
    with alone.portal.work(write=False) as work:
        file_id = work.session.scalars(select(ChatFile.id)).one()
    fields = {"messages": {"text": "я"}, "here": {"typing": "true"}, "read": {"upto": "1"}}
    for asker in (alone.portal.sign_in(other), alone.sign_in(alone.colleague), alone.sign_in(alone.stranger)):
        asker.get("/")
        staff = asker.get("/admin/chat").status_code == 200
        if not staff and path.startswith("/admin"):
            continue
        answers = []
        for talk, file in ((talk_id, file_id), (uuid4(), uuid4())):
            place = path.format(talk=talk, file=file)
            given = fields.get(place.rpartition("/")[2], {})
            if method == "GET":
                answers.append(asker.get(place, accept="application/json" if "/api/" in place else "text/html"))
            elif "/api/" in place:
                answers.append(asker.send("POST", place, {"upto": 1} if place.endswith("read") else given))
            else:
                answers.append(asker.post(place, given))
        assert [one.status_code for one in answers] in ([404, 404], [403, 403]), [one.text[:200] for one in answers]
    assert said(alone, talk_id) == [("client", "Есть ПС 525?", False)]


def test_staff_begin_talks_with_people_of_their_clients_alone(alone: Shop) -> None:
    desk = alone.sign_in(alone.manager)
    desk.get("/admin/chat")
    sent = desk.post("/admin/chat/begin", {"company_id": str(alone.company.id), "user_id": str(alone.viewer.id)})
    assert sent.status_code == 303
    again = desk.post("/admin/chat/begin", {"company_id": str(alone.company.id), "user_id": str(alone.viewer.id)})
    assert again.headers["location"] == sent.headers["location"]
    wrong = desk.post("/admin/chat/begin", {"company_id": str(alone.company.id), "user_id": str(alone.stranger.id)})
    assert wrong.status_code == 404
    answer(alone, UUID(sent.headers["location"].rpartition("/")[2]), "Здравствуйте!")
    assert "Здравствуйте!" in alone.sign_in(alone.viewer).get("/chat").text
    assert "Здравствуйте!" not in alone.sign_in().get("/chat").text


def test_a_talk_waits_while_the_client_wrote_last_and_a_read_thank_you_only_for_a_week(alone: Shop) -> None:
    def waits() -> list[UUID]:
        with alone.work(alone.manager, write=False) as work:
            return [row.id for row in talks.talks(work, talks.Wanted(which="waits")).items]

    talk_id = say(alone, "Спасибо!")
    alone.portal.pass_time(days=8)
    assert waits() == [talk_id]  # unread
    with alone.work(alone.manager) as work:
        write.read(work, talk_id=talk_id, upto=1)
    assert waits() == []
    say(alone, "А ПВД есть?")
    assert waits() == [talk_id]
    answer(alone, talk_id)
    assert waits() == []


def test_typing_is_told_to_the_other_side_and_being_there_is_written_once_a_minute(alone: Shop) -> None:
    talk_id = say(alone)
    with alone.work() as work:
        write.typing(work, talk_id=talk_id)
        assert [(one.kind, one.users) for one in work.signals] == [("chat-typing", (alone.manager.id,))]
    client = alone.sign_in()
    client.get("/chat")
    assert client.post("/chat/here", {"typing": "true"}).status_code == 204
    with counted() as statements:
        client.post("/chat/here", {"typing": "true"})
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    alone.portal.pass_time(minutes=1)
    client.post("/chat/here", {"typing": "false"})
    with alone.portal.work(write=False) as work:
        assert work.session.get_one(Presence, alone.buyer.id).seen_at == work.now
    with alone.work(alone.manager, write=False) as work:
        assert people.presence(work, read.one(work, talk_id).seen_at) == "in the chat now"
    alone.portal.pass_time(minutes=30)
    assert "last in the chat: 12:01" in alone.sign_in(alone.manager).get(f"/admin/chat/{talk_id}").text


def test_words_are_found_in_ones_own_talks_alone(alone: Shop) -> None:
    talk_id = say(alone, "Нужен сертификат на ПЭНД 273-83")
    say(alone, "Мой секрет про ПЭНД", alone.stranger)
    client = alone.sign_in()
    found = client.get("/chat?q=" + quote("пэнд СЕРТИФИКАТ"), htmx=True).text
    assert "сертификат на ПЭНД" in found
    assert "at=1#m-1" in found
    with alone.work(write=False) as work:
        assert [one.talk_id for one in talks.found(work, "ПЭНД")] == [talk_id]
        assert talks.found(work, "%") == []
    page = alone.sign_in(alone.manager).get("/admin/chat?q=" + quote("пэнд")).text
    assert "секрет" in page
    assert "сертификат" in page
    assert "Плёнка" in alone.sign_in(alone.manager).get("/admin/chat?q=" + quote("плёнка"), htmx=True).text


def test_what_waits_is_one_task_in_1c_and_its_result_the_answer_once(shop: Shop, line: TakesTasks) -> None:
    talk_id = say(shop, "Есть ПС 525?")
    say(shop, "Нужно 6 тонн")
    shop.portal.run_jobs()
    [task] = line.tasks.values()
    assert (task.kind, task.text, task.performer) == ("chat.message", "Есть ПС 525?\nНужно 6 тонн", shop.manager.email)
    for _twice in range(2):
        with shop.portal.work() as work:
            tasks.answered(work, task_id=task.id, state="done", text="Отложили 6 тонн", author="Светлана Дубовик", at=work.now)
        shop.portal.run_jobs()
    assert said(shop, talk_id)[2:] == [("erp", "Отложили 6 тонн", False)]
    assert said(shop, talk_id)[0][2]
    page = shop.sign_in().get("/chat").text
    assert ">Светлана Дубовик, from 1C<" in page
    say(shop, "Спасибо, ещё вопрос")
    shop.portal.run_jobs()
    assert [one.text for one in line.tasks.values()][1:] == ["Спасибо, ещё вопрос"]


def test_1c_away_in_the_middle_loses_nothing_and_an_answer_here_ends_the_task(shop: Shop, line: TakesTasks) -> None:
    line.away = True
    talk_id = say(shop)
    shop.portal.run_jobs()
    assert "on its way to 1C" in shop.sign_in(shop.manager).get(f"/admin/chat/{talk_id}").text
    line.away = False
    shop.portal.pass_time(hours=1)
    shop.portal.run_jobs()
    assert len(line.tasks) == 1
    answer(shop, talk_id)
    shop.portal.run_jobs()
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(GivenTask.state)).all() == ["void"]
        [entry] = work.session.scalars(select(AuditEntry).where(AuditEntry.action == "chat.answered"))
        assert entry.company_id == shop.company.id
    assert len(line.tasks) == 1


def test_with_1c_away_both_pages_say_what_goes_later(shop: Shop, line: TakesTasks) -> None:
    with shop.portal.work() as work:
        contact.heard(work, line.name)
    shop.portal.pass_time(hours=1)
    line.away = True
    talk_id = say(shop)
    shop.portal.run_jobs()
    assert "the notice in 1C goes out once the line is back" in shop.sign_in().get("/chat").text
    assert "the task in 1C waits in line" in shop.sign_in(shop.manager).get(f"/admin/chat/{talk_id}").text


def test_unread_messages_are_told_once_after_a_while_and_read_ones_not_at_all(alone: Shop) -> None:
    talk_id = say(alone)
    answer(alone, talk_id, "Отложила до пятницы")
    run(alone)
    assert told(alone, "chat.unread") == []
    alone.portal.pass_time(minutes=11)
    run(alone)
    run(alone)
    assert told(alone, "chat.unread") == [(alone.buyer.id, f"{alone.manager.name} пишет вам в чате", "Отложила до пятницы")]
    with alone.work() as work:
        write.read(work, talk_id=talk_id, upto=2)
    answer(alone, talk_id, "И ещё")
    with alone.work() as work:
        write.read(work, talk_id=talk_id, upto=3)
    alone.portal.pass_time(minutes=11)
    run(alone)
    assert len(told(alone, "chat.unread")) == 1


def test_managers_are_told_in_working_hours_and_clients_are_told_when_these_are(alone: Shop) -> None:
    alone.portal.at(NIGHT)
    assert "outside working hours" in alone.sign_in().get("/chat").text
    say(alone)
    alone.portal.pass_time(hours=2)
    run(alone)
    assert told(alone, "chat.waits") == []
    alone.portal.pass_time(hours=9)
    run(alone)
    [(who, title, text)] = told(alone, "chat.waits")
    assert (who, text) == (alone.manager.id, f"{alone.buyer.name}: Есть ПС 525?")
    assert "Плёнка" in title
    assert "outside working hours" not in alone.sign_in().get("/chat").text


def test_who_stands_in_for_the_manager_hears_reads_answers_and_is_named(alone: Shop) -> None:
    other = stand_in(alone)
    with alone.work() as work:
        write.say(work, text="Вы где?")
        assert other.id in work.signals[0].users
    page = alone.sign_in().get("/chat").text
    assert "Анна Ковалевич" in page
    assert f"instead of {alone.manager.name}" in page
    desk = alone.portal.sign_in(other)
    with alone.portal.work(write=False) as work:
        talk_id = work.session.scalars(select(Talk.id)).one()
    desk.get(f"/admin/chat/{talk_id}")
    assert desk.post(f"/admin/chat/{talk_id}/read", {"upto": "1"}).status_code == 204
    assert talk_of(alone, talk_id).staff_unread == 0
    say(alone, "Ау")
    alone.portal.pass_time(minutes=11)
    run(alone)
    assert [one[0] for one in told(alone, "chat.waits")] == [other.id]


def test_a_client_without_a_manager_is_heard_by_whoever_answers_every_client(alone: Shop) -> None:
    without_manager(alone)
    with alone.work() as work:
        write.say(work, text="Кто-нибудь?")
        assert work.signals[0].staff
    assert "Sales department" in alone.sign_in().get("/chat").text


def test_pages_ask_the_database_as_often_for_many_messages_as_for_one(alone: Shop) -> None:
    talk_id = say(alone, files=[write.Attached("акт.pdf", PDF)])
    answer(alone, talk_id, "Да", answers=1)
    pages = {alone.sign_in(): "/chat", alone.sign_in(alone.manager): f"/admin/chat/{talk_id}"}
    asked = {}
    for client, page in pages.items():
        client.get(page)
        with counted() as few:
            assert client.get(page).status_code == 200
        asked[page] = len(few)
    for number in range(30):
        say(alone, str(number), files=[write.Attached("акт.pdf", PDF)] if number % 3 == 0 else ())
    for client, page in pages.items():
        client.get(page)
        with counted() as many:
            client.get(page)
        assert len(many) == asked[page], page


def test_a_program_of_a_client_writes_and_reads(alone: Shop) -> None:
    client = alone.sign_in()
    client.get("/")
    assert client.send("POST", "/api/v1/chat/messages", {"text": "Из программы"}).status_code == 201
    [talk] = client.get("/api/v1/chat/talks", accept="application/json").json["items"]
    answer(alone, UUID(talk["id"]))
    shown = client.get(f"/api/v1/chat/talks/{talk['id']}/messages?after=1", accept="application/json").json
    assert [(one["number"], one["side"], one["text"]) for one in shown["items"]] == [(2, "staff", "Есть, 4 тонны.")]
    assert (shown["newest"], shown["unread"], shown["earlier"]) == (2, 1, True)
    assert client.send("POST", f"/api/v1/chat/talks/{talk['id']}/read", {"upto": 2}).status_code == 204
    broken = {"text": "", "files": [{"filename": "a.pdf", "content": "no base64!"}]}
    assert client.send("POST", "/api/v1/chat/messages", broken).status_code == 422
    assert client.send("POST", "/api/v1/chat/messages", {"text": "", "more": 1}).status_code == 400


def test_too_many_files_and_no_words_are_refused_together(alone: Shop) -> None:
    with alone.work() as work, pytest.raises(Refused) as refused:
        write.say(work, text="ы" * 8001, files=[write.Attached("a.pdf", PDF)] * 11)
    assert {one.code for one in refused.value.problems} == {"text_long", "files_many"}
