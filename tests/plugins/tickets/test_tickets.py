"""Tickets: asked by category, a task in 1C, answered from there or from the workspace, seen by whom they concern."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import NotFound, Refused
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.notify.models import Notification
from b2bkit.core.settlements.models import Paper
from b2bkit.plugins.tickets.models import Ticket
from b2bkit.plugins.tickets.plugin import TicketsPlugin
from b2bkit.plugins.tickets.service import find, write
from b2bkit.plugins.tickets.service.figures import figures
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop
from tests.core.test_statements import counted
from tests.plugins.tickets.desk import PDF, TakesTasks, TaskedErp, ask, seen, send_form

OWN = """
[plugins.tickets]
prefix = "О-"
close_after = 3

[plugins.tickets.categories.samples]
label = { ru = "Образцы", en = "Samples" }
deadline = "4h"
task = "samples.wanted"

[plugins.tickets.categories.samples.fields.weight]
label = { ru = "Вес, кг", en = "Weight, kg" }
type = "number"
required = true
maximum = 25

[plugins.tickets.categories.samples.fields.proof]
label = "Protocol"
type = "files"
required = true
"""


@pytest.fixture
def line() -> TakesTasks:
    TaskedErp.line = TakesTasks()
    return TaskedErp.line


@pytest.fixture
def shop(make_portal: MakePortal, line: TakesTasks) -> Shop:
    return Shop(make_portal(classes=(TaskedErp,), extra=OWN))


@pytest.fixture
def alone(make_portal: MakePortal) -> Shop:
    return Shop(make_portal(plugins={"tickets": {}}))


def paper(shop: Shop, company: object, number: str = "ТТН-17") -> UUID:
    with shop.portal.work() as work:
        mine = company is shop.company
        row = Paper(
            company_id=shop.company.id if mine else shop.other.id, kind="shipment", number=number, on=date(2026, 10, 5),
            legal_entity_id=(shop.entity if mine else shop.other_entity).id, contract_id=None, currency="BYN", total=10, vat=2,
            as_of=work.now,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        return row.id


def told(shop: Shop, kind: str) -> list[tuple[UUID, str, str]]:
    with shop.portal.work(write=False) as work:
        rows = select(Notification.user_id, Notification.title, Notification.text).where(Notification.kind == kind)
        return [tuple(row) for row in work.session.execute(rows.order_by(Notification.created_at, Notification.id))]


def task_of(shop: Shop, ticket_id: UUID) -> GivenTask:
    with shop.portal.work(write=False) as work:
        mine = select(GivenTask).join(Ticket, Ticket.round_id == GivenTask.about).where(Ticket.id == ticket_id)
        found = work.session.scalars(mine).one()
        work.session.expunge_all()
        return found


def problems(shop: Shop, category: str, text: str = "", **typed: list[str]) -> dict[str | None, str]:
    with pytest.raises(Refused) as refused:
        ask(shop, text, category=category, typed=typed)
    return {one.field: one.code for one in refused.value.problems}


def test_an_answer_given_in_1c_comes_back_once_to_the_cabinet_and_by_notice(shop: Shop, line: TakesTasks) -> None:
    ticket_id = ask(shop, "Когда будет счёт?")
    shop.portal.run_jobs()
    task = task_of(shop, ticket_id)
    assert line.tasks[task.id].kind == "tickets.other"
    assert "Когда будет счёт?" in line.tasks[task.id].text
    assert line.tasks[task.id].performer == shop.manager.email
    for _twice in range(2):
        with shop.portal.work() as work:
            tasks.answered(work, task_id=task.id, state="done", text="Счёт выставлен", author="Светлана Дубовик", at=work.now)
        shop.portal.run_jobs()
    view = seen(shop, ticket_id)
    assert (view.ticket.state, view.ticket.answer_seen, view.ticket.due_at) == ("answered", False, None)
    assert [(one.side, one.text) for one in view.said] == [("client", "Когда будет счёт?"), ("erp", "Счёт выставлен")]
    [(who, title, text)] = told(shop, "tickets.answered")
    assert who == shop.buyer.id
    assert view.ticket.number in title
    assert text == "Счёт выставлен"
    assert "Счёт выставлен" in shop.sign_in().get(f"/tickets/{ticket_id}").text


def test_1c_away_in_the_middle_loses_nothing_and_doubles_nothing(shop: Shop, line: TakesTasks) -> None:
    line.away = True
    ticket_id = ask(shop)
    shop.portal.run_jobs()
    assert line.tasks == {}
    assert seen(shop, ticket_id, shop.manager).erp == "on its way to 1C"
    line.away = False
    for _round in range(4):
        shop.portal.pass_time(minutes=10)
        shop.portal.run_jobs()
    assert len(line.tasks) == 1
    assert "000000017" in seen(shop, ticket_id, shop.manager).erp


def test_an_answer_in_the_workspace_ends_the_task_and_a_further_question_is_a_new_one(shop: Shop, line: TakesTasks) -> None:
    ticket_id = ask(shop)
    shop.portal.run_jobs()
    first = task_of(shop, ticket_id)
    with shop.work(shop.manager) as work:
        write.answer(work, ticket_id=ticket_id, text="Сегодня.")
    shop.portal.run_jobs()
    assert task_of(shop, ticket_id).state == "void"
    assert "Not needed" in line.tasks[first.id].title or "не нужна" in line.tasks[first.id].title.lower()
    with shop.work() as work:
        write.reply(work, ticket_id=ticket_id, text="А оригинал?")
        write.reply(work, ticket_id=ticket_id, text="И ещё сертификат.")
    shop.portal.run_jobs()
    second = task_of(shop, ticket_id)
    assert second.id != first.id
    assert "А оригинал?\nИ ещё сертификат." in line.tasks[second.id].text
    assert "Когда будет счёт?" not in line.tasks[second.id].text
    assert len(line.tasks) == 2
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "tickets.answered")).one()


def test_without_an_erp_tickets_live_in_the_portal_alone(alone: Shop) -> None:
    ticket_id = ask(alone)
    alone.portal.run_jobs()
    [(who, _title, text)] = told(alone, "tickets.opened")
    assert who == alone.manager.id
    assert "T-00001" in text
    with alone.work(alone.manager) as work:
        write.answer(work, ticket_id=ticket_id, text="Вот.", files=[write.Attached("счёт.pdf", PDF)], then="waiting")
    alone.portal.run_jobs()
    view = seen(alone, ticket_id)
    assert (view.ticket.state, view.erp) == ("waiting", "")
    client = alone.sign_in()
    path = f"/tickets/{ticket_id}/files/{view.said[-1].files[0].id}"
    assert client.get(path).content == PDF
    assert client.get(path).headers["content-disposition"].startswith("attachment")
    assert alone.sign_in(alone.stranger).get(path).status_code == 404


def test_what_a_category_asks_is_checked_at_once_and_by_name(shop: Shop) -> None:
    assert problems(shop, "reconciliation") == {"f_entity": "missing", "f_period_from": "date_parsing", "f_period_to": "date_parsing"}
    assert problems(shop, "samples", weight=["30,5"]) == {"f_weight": "too_big", "files": "files_missing"}
    assert problems(shop, "samples", weight=["1e3"])["f_weight"] == "form_number"
    backwards = {"entity": [str(shop.entity.id)], "period_from": ["2026-10-01"], "period_to": ["2026-07-01"]}
    assert problems(shop, "reconciliation", **backwards) == {"f_period_to": "period_backwards"}
    assert problems(shop, "other") == {"text": "text_missing"}
    with pytest.raises(NotFound):
        ask(shop, "x", category="absent")


def test_another_companys_things_are_no_choice(shop: Shop) -> None:
    period = {"period_from": ["2026-07-01"], "period_to": ["2026-09-30"]}
    assert problems(shop, "reconciliation", entity=[str(shop.other_entity.id)], **period) == {"f_entity": "choice"}
    assert problems(shop, "originals", papers=[str(paper(shop, shop.other))], way=["post"]) == {"f_papers": "choice"}
    mine = paper(shop, shop.company)
    ticket_id = ask(shop, "", category="originals", typed={"papers": [str(mine)], "way": ["post"]})
    view = seen(shop, ticket_id)
    assert view.ticket.paper_id == mine
    assert view.fields[0]["said"] == "Shipment ТТН-17 of 05.10.2026"


def test_who_sees_no_papers_is_not_offered_what_asks_for_them(shop: Shop) -> None:
    page = shop.sign_in(shop.viewer).get("/tickets/new")
    assert page.status_code == 200
    assert "Reconciliation act" in page.text
    assert "Originals of documents" not in page.text
    assert shop.sign_in(shop.viewer).get("/tickets/new/originals").status_code == 404


def test_a_viewer_sees_his_own_tickets_a_colleague_the_companys_a_stranger_none(shop: Shop) -> None:
    buyers, viewers = ask(shop, "Вопрос закупки"), ask(shop, "Вопрос наблюдателя", user=shop.viewer)
    pages = {user.name: shop.sign_in(user).get("/tickets").text for user in (shop.colleague, shop.viewer, shop.stranger)}
    assert ["Вопрос закупки" in text for text in pages.values()] == [True, False, False]
    assert ["Вопрос наблюдателя" in text for text in pages.values()] == [True, True, False]
    absent = shop.sign_in(shop.stranger).get(f"/tickets/{UUID(int=7)}").content
    for number in (buyers, viewers):
        foreign = shop.sign_in(shop.stranger).get(f"/tickets/{number}")
        assert foreign.status_code == 404
        assert len(foreign.content) == len(absent)
    with shop.work(shop.stranger) as work, pytest.raises(NotFound):
        write.reply(work, ticket_id=buyers, text="Чужое")


def test_a_form_that_is_refused_loses_nothing_and_sent_twice_is_one_ticket(shop: Shop) -> None:
    client = shop.sign_in()
    client.get("/tickets/new/samples")
    refused = send_form(client, "/tickets/new/samples", [("f_weight", "5"), ("text", "Нужен образец плёнки")])
    assert refused.status_code == 422
    assert "Нужен образец плёнки" in refused.text
    assert 'value="5"' in refused.text
    fields = [("f_weight", "5"), ("text", "Нужен образец плёнки")]
    answers = [send_form(client, "/tickets/new/samples", fields, [("протокол.pdf", PDF)], key="0123456789abcdef") for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    with shop.portal.work(write=False) as work:
        assert len(work.session.scalars(select(Ticket)).all()) == 1
    wrong = send_form(client, "/tickets/new/samples", fields, [("вирус.exe", b"MZ")])
    assert wrong.status_code == 422
    assert "вирус.exe" in wrong.text


def test_an_answer_is_news_until_who_asked_has_read_it(shop: Shop) -> None:
    ticket_id = ask(shop)
    with shop.work(shop.manager) as work:
        write.answer(work, ticket_id=ticket_id, text="Сегодня.")
    shop.portal.run_jobs()
    client, colleague = shop.sign_in(), shop.sign_in(shop.colleague)
    assert "answer to you" in client.get("/").text
    colleague.get(f"/tickets/{ticket_id}")
    assert colleague.post(f"/tickets/{ticket_id}/seen").status_code == 200
    assert not seen(shop, ticket_id).ticket.answer_seen
    assert f"/tickets/{ticket_id}/seen" in client.get(f"/tickets/{ticket_id}").text
    assert not seen(shop, ticket_id).ticket.answer_seen  # reading alone writes nothing
    client.post(f"/tickets/{ticket_id}/seen")
    assert seen(shop, ticket_id).ticket.answer_seen


def test_a_closed_ticket_is_taken_up_by_writing_in_it_for_thirty_days(shop: Shop) -> None:
    ticket_id = ask(shop)
    client = shop.sign_in()
    client.get("/")
    assert client.post(f"/tickets/{ticket_id}/close").status_code == 303
    shop.portal.run_jobs()
    assert seen(shop, ticket_id).ticket.state == "closed"
    assert told(shop, "tickets.closed") == []
    assert task_of(shop, ticket_id).state == "void"
    shop.portal.pass_time(days=29)
    with shop.work() as work:
        write.reply(work, ticket_id=ticket_id, text="Не решено")
    assert seen(shop, ticket_id).ticket.state == "reopened"
    with shop.work(shop.manager) as work:
        write.close(work, ticket_id=ticket_id)
    shop.portal.pass_time(days=31)
    with shop.work() as work, pytest.raises(Refused):
        write.reply(work, ticket_id=ticket_id, text="Поздно")


def test_what_was_answered_closes_by_itself_and_what_waits_for_the_client_does_not(shop: Shop) -> None:
    answered, waits = ask(shop), ask(shop)
    for ticket_id, then in ((answered, "answered"), (waits, "waiting")):
        with shop.work(shop.manager) as work:
            write.answer(work, ticket_id=ticket_id, text="Вот.", then=then)
    shop.portal.pass_time(days=4)
    with shop.portal.work() as work:
        shop.portal.app.kit.jobs["tickets.close_answered"].run(work)
    assert [seen(shop, one).ticket.state for one in (answered, waits)] == ["closed", "waiting"]


def test_staff_are_told_once_of_an_answer_that_is_overdue(shop: Shop) -> None:
    ask(shop)
    shop.portal.pass_time(days=5)
    for _run in range(2):
        with shop.portal.work() as work:
            shop.portal.app.kit.jobs["tickets.tell_overdue"].run(work)
        shop.portal.run_jobs()
    assert len(told(shop, "tickets.overdue")) == 1
    page = shop.sign_in(shop.manager).get("/admin/tickets?whose=overdue").text
    assert "Overdue" in page


def test_figures_count_working_time_and_what_came_in_time(shop: Shop) -> None:
    """Opened on a Tuesday at noon in Minsk: an hour, five hours, and one that nobody answers."""
    made = [ask(shop) for _ in range(3)]
    for ticket_id, hours in zip(made, (1, 4), strict=False):
        shop.portal.pass_time(hours=hours)
        with shop.work(shop.manager) as work:
            write.answer(work, ticket_id=ticket_id, text="Вот.")
    shop.portal.pass_time(days=6)
    with shop.work(shop.manager, write=False) as work:
        with counted() as statements:
            found = figures(work)
        assert len(statements) <= 3
    assert (found.opened, found.median, found.in_time, found.waits, found.overdue) == (3, 60, 67, 1, 1)


def test_staff_give_a_ticket_to_who_may_see_it_alone(shop: Shop) -> None:
    ticket_id = ask(shop)
    with shop.work(shop.manager) as work, pytest.raises(Refused):
        write.assign(work, ticket_id=ticket_id, user_id=shop.buyer.id)
    client = shop.sign_in(shop.manager)
    client.get("/admin")
    assert client.post(f"/admin/tickets/{ticket_id}/assign", {"user_id": str(shop.manager.id)}).status_code == 303
    assert seen(shop, ticket_id, shop.manager).assigned_to == shop.manager.name


def test_search_finds_number_category_fields_words_and_files(shop: Shop) -> None:
    ask(shop, "Просим прислать Счёт на плёнку", files=[write.Attached("Доверенность.pdf", PDF)])
    ask(shop, "Другое", user=shop.colleague)
    for text, count in (("о-00001", 1), ("СЧЁТ плёнку", 1), ("доверенность", 1), ("question", 2), ("%", 0), ("ничего", 0)):
        with shop.work(write=False) as work:
            assert len(find.tickets(work, find.Wanted(text=text)).items) == count, text


def test_pages_take_as_many_statements_with_sixty_tickets_as_with_one(shop: Shop) -> None:
    def taken(browser: object, path: str) -> int:
        browser.get(path)
        with counted() as found:
            assert browser.get(path).status_code == 200
        return len(found)

    ask(shop)
    client, staff = shop.sign_in(), shop.sign_in(shop.manager)
    paths = ((client, "/tickets"), (staff, "/admin/tickets"), (client, "/"), (staff, "/admin"))
    before = [taken(*one) for one in paths]
    for _ in range(40):
        ask(shop)
    assert [taken(*one) for one in paths] == before


def test_the_json_interface_asks_reads_writes_and_closes(shop: Shop) -> None:
    client = shop.sign_in()
    client.get("/")
    kinds = client.send("GET", "/api/v1/ticket-categories").json["items"]
    assert [one["key"] for one in kinds] == ["reconciliation", "details", "originals", "other", "samples"]
    period = {"from": "2026-07-01", "to": "2026-09-30"}
    files = [{"filename": "письмо.pdf", "content": base64.b64encode(PDF).decode()}]
    body = {"category": "reconciliation", "fields": {"entity": str(shop.entity.id), "period": period}, "files": files}
    made = client.send("POST", "/api/v1/tickets", body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/tickets/{made.json['id']}"
    whole = client.send("GET", path).json
    assert whole["fields"][1]["said"] == "01.07.2026 – 30.09.2026"
    assert client.get(f"{path}/files/{whole['messages'][0]['files'][0]['id']}", accept="*/*").content == PDF
    assert client.send("POST", f"{path}/messages", {"text": "Срочно"}).status_code == 201
    assert client.send("POST", f"{path}/close").status_code == 204
    assert client.send("GET", "/api/v1/tickets?state=closed").json["items"][0]["id"] == made.json["id"]
    wrong = client.send("POST", "/api/v1/tickets", {"category": "other", "text": "x", "fields": {"colour": "red"}})
    assert wrong.status_code == 422
    assert shop.sign_in(shop.stranger).send("GET", path).status_code == 404


def test_orders_and_the_clients_card_show_what_was_asked_about_them(shop: Shop) -> None:
    placed = shop.order()
    ticket_id = ask(shop, "Где груз?", typed={"order": [str(placed.id)]})
    page = shop.sign_in().get(f"/orders/{placed.id}").text
    assert f"/tickets/{ticket_id}" in page
    assert f"/tickets/new?order={placed.id}" in page
    assert "Где груз?" in shop.sign_in(shop.manager).get(f"/admin/clients/{shop.company.id}").text
    mine = paper(shop, shop.company)
    assert f"/tickets/new?paper={mine}" in shop.sign_in(shop.colleague).get(f"/papers/{mine}").text


def test_deadlines_count_working_hours_and_days() -> None:
    plugin = TicketsPlugin(TicketsPlugin.Settings.model_validate({"holidays": [date(2026, 12, 25)]}))
    from zoneinfo import ZoneInfo

    hours = plugin.book.hours(ZoneInfo("Europe/Minsk"))

    def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
        return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Minsk")).astimezone(UTC)

    assert hours.due(at(24, 10), "4h") == at(24, 14)
    assert hours.due(at(24, 16), "4h") == at(25, 11)
    assert hours.due(at(27, 17), "4h") == at(30, 12)  # a Friday
    assert hours.due(at(24, 8), "1d") == at(24, 18)
    assert hours.due(at(24, 10), "1d") == at(25, 18)
    assert hours.due(at(28, 12), "1d") == at(30, 18)  # a Saturday
    assert hours.due(at(24, 17, month=12), "1d") == at(28, 18, month=12)  # over a holiday and a weekend
    assert hours.minutes(at(27, 17), at(30, 10)) == 120
    assert hours.minutes(at(28, 1), at(28, 23)) == 0
    assert hours.due(at(24, 10), "9h") - at(24, 10) == timedelta(hours=24)
