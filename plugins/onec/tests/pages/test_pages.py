"""Pages of the exchange: who sees what, what is shown, what the buttons do."""

from __future__ import annotations

import re
from urllib.parse import quote

from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.erp.models import Handover
from b2bkit_onec.models import Flow, Kept, Run, Upload
from plugins.onec.tests.pages.conftest import Stage, goods

PAGES = ("/admin/exchange/flows", "/admin/exchange/flows/catalog", "/admin/exchange/owed", "/admin/exchange/messages")


def text_of(html: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_only_staff_see_the_exchange(stage: Stage) -> None:
    client, nobody = stage.portal.sign_in(stage.buyer), stage.portal.browser()
    for page in (*PAGES, f"/admin/exchange/messages/{stage.message}"):
        assert nobody.get(page).status_code == 303
        assert client.get(page).status_code in (403, 404)
        for person in (stage.manager, stage.admin):
            assert stage.portal.sign_in(person).get(page).status_code == 200, page


def test_the_exchange_is_one_entry_of_the_menu_whose_pages_are_its_tabs(stage: Stage) -> None:
    admin = stage.portal.sign_in(stage.admin)
    tabs = ["/admin/exchange", "/admin/exchange/flows", "/admin/exchange/owed", "/admin/exchange/messages"]
    for here in tabs:
        page = admin.get(here).text
        menu = re.findall(r'<a class="nav-item" href="([^"]*exchange[^"]*)"( aria-current="page")?', page)
        assert menu == [("/admin/exchange", ' aria-current="page"')]
        (inside,) = re.findall(r'<nav class="tabs.*?</nav>', page, re.S)
        assert re.findall(r'href="([^"]+)"', inside) == tabs
        assert re.findall(r'href="([^"]+)" aria-current="page"', inside) == [here]
    admin.post("/admin/exchange/flows/catalog", {"action": "pause"})
    assert (
        "flow stands still" in re.findall(r'<a class="nav-item" href="/admin/exchange".*?</a>', admin.get("/admin/exchange").text, re.S)[0]
    )


def test_a_manager_reads_and_only_an_admin_pauses_and_runs(stage: Stage) -> None:
    manager, admin = stage.portal.sign_in(stage.manager), stage.portal.sign_in(stage.admin)
    assert manager.post("/admin/exchange/flows/catalog", {"action": "pause"}).status_code == 403
    assert "Pause" not in manager.get("/admin/exchange/flows").text
    assert admin.post("/admin/exchange/flows/catalog", {"action": "pause"}).status_code == 303
    with stage.portal.work(write=False) as work:
        assert work.session.get_one(Flow, "catalog").paused
        assert work.session.query(AuditEntry).filter_by(action="onec.paused", entity_id="catalog").one().actor == "Анна Круглова"


def test_a_manager_sees_orders_and_messages_of_own_clients_only(stage: Stage) -> None:
    manager, admin = stage.portal.sign_in(stage.manager), stage.portal.sign_in(stage.admin)
    for page in ("/admin/exchange/owed", "/admin/exchange/messages"):
        assert "П-10461" in manager.get(page).text
        assert "П-10477" not in manager.get(page).text
        assert "П-10477" in admin.get(page).text
    foreign, absent = (
        manager.get(f"/admin/exchange/messages/{stage.foreign_message}"),
        manager.get(f"/admin/exchange/messages/{stage.foreign}"),
    )
    assert foreign.status_code == absent.status_code == 404
    assert manager.post(f"/admin/exchange/messages/{stage.foreign_message}/again", {}).status_code == 404
    assert manager.post("/admin/exchange/owed", {"order_id": str(stage.foreign)}).status_code == 404
    assert admin.get(f"/admin/exchange/messages/{stage.foreign_message}").status_code == 200


def test_a_file_of_1c_shows_as_a_run_with_its_figures_and_as_a_message(stage: Stage) -> None:
    stage.onec.give({"import.xml": goods()})
    stage.portal.pass_time(minutes=7)
    admin = stage.portal.sign_in(stage.admin)
    table = text_of(admin.get("/admin/exchange/flows").text)
    assert "Catalogue" in table
    assert "products 2" in table
    page = text_of(admin.get("/admin/exchange/flows/catalog").text)
    assert "products 2 (new 2)" in page
    messages = admin.get("/admin/exchange/messages?flow=catalog").text
    assert "import.xml" in messages
    assert "Стрейч-плёнка" in _open(stage, admin, "import.xml")


def test_what_was_not_taken_is_shown_with_reason_and_cure(stage: Stage) -> None:
    offers = goods().decode().replace("<Ид>g-1</Ид></Группы></Товар>", "<Ид>nowhere</Ид></Группы></Товар>").encode()
    stage.onec.give({"import.xml": offers})
    with stage.portal.work(write=False) as work:
        run = work.session.query(Run).filter_by(flow="catalog").one()
        assert run.refused_count
    page = text_of(stage.portal.sign_in(stage.admin).get("/admin/exchange/flows/catalog").text)
    assert "Export the catalogue with its groups." in page


def test_a_paused_flow_takes_no_file_and_1c_is_told_to_bring_it_again(stage: Stage) -> None:
    admin = stage.portal.sign_in(stage.admin)
    admin.post("/admin/exchange/flows/catalog", {"action": "pause"})
    stage.onec.begin()
    said = stage.onec.send("import.xml", goods())
    assert said.startswith("failure\n")
    assert "Catalogue" in said
    assert stage.onec.send("contragents.xml", goods()) == "success"
    assert admin.post("/admin/exchange/flows/catalog", {"action": "resume"}).status_code == 303
    assert stage.onec.give({"import.xml": goods()})[0].startswith("success")


def test_who_paused_resumed_ran_and_applied_again_is_told_in_words(stage: Stage) -> None:
    stage.onec.give({"import.xml": goods()})
    admin = stage.portal.sign_in(stage.admin)
    for action in ("pause", "resume"):
        assert admin.post("/admin/exchange/flows/catalog", {"action": action}).status_code == 303
    page = text_of(admin.get("/admin/exchange/flows/catalog").text)
    assert "paused the flow Анна Круглова" in page
    assert "let the flow go on Анна Круглова" in page
    with stage.portal.work(write=False) as work:
        message = work.session.query(Kept).filter_by(name="import.xml").one().id
    assert admin.post(f"/admin/exchange/messages/{message}/again", {}).status_code == 303
    assert "applied the file again Анна Круглова" in text_of(admin.get(f"/admin/exchange/messages/{message}").text)


def test_paused_orders_are_not_given_to_1c_and_wait(stage: Stage) -> None:
    admin = stage.portal.sign_in(stage.admin)
    admin.post("/admin/exchange/flows/orders", {"action": "pause"})
    stage.onec.begin("sale")
    assert b"10461" not in stage.onec.ask("query", "sale").content
    with stage.portal.work(write=False) as work:
        assert {row.state for row in work.session.query(Handover)} == {"waiting"}


def test_a_flow_that_1c_drives_cannot_be_run_from_here(stage: Stage) -> None:
    answer = stage.portal.sign_in(stage.admin).post("/admin/exchange/flows/stock", {"action": "run"})
    assert answer.status_code == 409
    assert "1C itself begins this flow" in answer.text


def test_an_unknown_flow_is_no_page(stage: Stage) -> None:
    admin = stage.portal.sign_in(stage.admin)
    assert admin.get("/admin/exchange/flows/nothing").status_code == 404
    assert admin.post("/admin/exchange/flows/nothing", {"action": "pause"}).status_code == 404


def test_a_message_is_compared_with_the_one_before_leaf_by_leaf(stage: Stage) -> None:
    stage.onec.give({"import.xml": goods("Плёнка 20 мкм")})
    stage.portal.pass_time(hours=1)
    stage.onec.give({"import.xml": goods("Плёнка 23 мкм")})
    page = text_of(_open(stage, stage.portal.sign_in(stage.admin), "import.xml"))
    assert "Товар[p-2]/Наименование" in page
    assert re.search(r"Плёнка 20 мкм\s+Плёнка 23 мкм", page)


def test_a_file_is_applied_again_through_the_same_way(stage: Stage) -> None:
    stage.onec.give({"import.xml": goods()})
    admin, manager = stage.portal.sign_in(stage.admin), stage.portal.sign_in(stage.manager)
    with stage.portal.work(write=False) as work:
        kept = work.session.query(Kept.id).filter_by(name="import.xml").one()[0]
    assert manager.post(f"/admin/exchange/messages/{kept}/again", {}).status_code == 404
    assert admin.post(f"/admin/exchange/messages/{kept}/again", {}).status_code == 303
    for _step in range(30):
        stage.portal.run_jobs()
        stage.portal.pass_time(seconds=1)
        with stage.portal.work(write=False) as work:
            states = [one.state for one in work.session.query(Upload).filter_by(name="import.xml")]
        if states == ["done", "done"]:
            break
    assert states == ["done", "done"]
    with stage.portal.work(write=False) as work:
        assert work.session.query(Run).filter_by(flow="catalog").count() == 2


def test_an_order_is_sent_again_from_the_queue_and_from_its_message(stage: Stage) -> None:
    with stage.portal.work() as work:
        row = work.session.query(Handover).filter_by(order_id=stage.mine).one()
        row.state, row.reason = "refused", "Нет договора."
    manager = stage.portal.sign_in(stage.manager)
    page = text_of(manager.get("/admin/exchange/owed").text)
    assert "Нет договора." in page
    assert manager.post("/admin/exchange/owed", {"order_id": str(stage.mine)}).status_code == 303
    assert manager.post(f"/admin/exchange/messages/{stage.message}/again", {}).status_code == 303
    with stage.portal.work() as work:
        row = work.session.query(Handover).filter_by(order_id=stage.mine).one()
        assert row.state == "waiting"
        row.state = "taken"
    answer = manager.post("/admin/exchange/owed", {"order_id": str(stage.mine)})
    assert answer.status_code == 409
    assert "1C has this order already" in answer.text


def test_messages_are_found_by_words_outcome_and_day(stage: Stage) -> None:
    admin = stage.portal.sign_in(stage.admin)
    for query in ("q=п-10461", "q=заказклиента+10461", f"q={stage.mine}", "flow=orders&direction=out", "since=2026-11-24&until=2026-11-24"):
        assert "П-10461" in admin.get(f"/admin/exchange/messages?{quote(query, safe='=&+%')}").text, query
    for query in ("q=п-10461+нет-такого", "outcome=failed", "since=2026-11-25", "q=%25", "direction=in"):
        assert "П-10461" not in admin.get(f"/admin/exchange/messages?{quote(query, safe='=&+%')}").text, query
    assert admin.get("/admin/exchange/messages?other=1").status_code == 400


def test_pages_speak_russian(stage: Stage) -> None:
    stage.onec.give({"import.xml": goods()})
    admin = stage.portal.sign_in(stage.admin)
    admin.cookies["b2bkit-lang"] = "ru"
    page = text_of(admin.get("/admin/exchange/flows").text)
    assert "Потоки 1С" in page
    assert "Каталог" in page


def _open(stage: Stage, browser, name: str) -> str:  # type: ignore[no-untyped-def]
    with stage.portal.work(write=False) as work:
        kept = work.session.query(Kept).filter_by(name=name).order_by(Kept.id.desc()).first()
        assert kept is not None
    return str(browser.get(f"/admin/exchange/messages/{kept.id}").text)
