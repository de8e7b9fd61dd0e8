"""The first page as a desktop: the deployment says what there is, each person moves and hides, and nothing that fails takes it down."""

from __future__ import annotations

import re

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.errors import ConfigError
from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, Widget
from b2bkit.core.home import desk
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal, Portal
from tests.core.test_statements import counted

HEADS = re.compile(r'<h2 id="(h-[a-z]+)">')


class BoxesPlugin(Plugin):
    """Three sections: one that tells, one that fails, one that is slow."""

    name = "boxes"
    version = "0.1.0"

    @hookimpl
    def register_widgets(self) -> list[Widget]:
        def box(name: str, order: int, *, lazy: bool = False) -> Widget:
            return Widget(
                name=f"boxes.{name}", slot="dashboard", order=order, template="erp/widget_fresh.html", permission=SIGNED_IN, lazy=lazy,
                load=_fail if name == "broken" else lambda _work, _subject: {"rows": []}, label=name.title(),
            )  # fmt: skip

        return [box("first", 10), box("broken", 20), box("slow", 30, lazy=True)]


def _fail(_work: object, _subject: object) -> None:
    raise RuntimeError("no luck")


@pytest.fixture
def boxes(make_portal: MakePortal) -> Portal:
    return make_portal(classes=(BoxesPlugin,))


@pytest.fixture
def person(boxes: Portal) -> User:
    with boxes.work() as work:
        company = make.company(work, manager=make.staff(work))
        return make.member(work, company=company, role="owner")


def names(portal: Portal, user: User) -> list[str]:
    actor = portal.app.sessions
    assert actor is not None
    from b2bkit.core.work import Actor

    levels = portal.app.kit.roles["owner"].levels
    with portal.app.work(Actor(kind="client", user_id=user.id, role="owner", levels=levels), write=False) as work:
        return desk.shown(work)


def do(client: Client, what: str) -> int:
    client.get("/today")
    return client.post("/today", {"do": what}).status_code


def test_a_person_moves_hides_and_shows_sections_and_colleagues_keep_theirs(boxes: Portal, person: User) -> None:
    client, before = boxes.sign_in(person), names(boxes, person)
    assert do(client, "up ordering.open_orders") == 303
    moved = names(boxes, person)
    assert moved.index("ordering.open_orders") < moved.index("ordering.to_do")
    assert do(client, "hide boxes.first") == 303
    assert "boxes.first" not in names(boxes, person)
    assert "First" in client.get("/today").text, "what is hidden can be shown again"
    assert do(client, "show boxes.first") == 303
    assert sorted(names(boxes, person)) == sorted(before)
    with boxes.work() as work:
        other = make.member(work, company=make.company(work), role="owner")
    assert names(boxes, other) == before
    assert do(client, "reset") == 303
    assert names(boxes, person) == before


def test_a_section_stays_in_its_column_and_the_first_one_stays_first(boxes: Portal, person: User) -> None:
    client, before = boxes.sign_in(person), names(boxes, person)
    assert do(client, f"up {before[0]}") == 303
    assert names(boxes, person) == before
    with boxes.work() as work:
        side = {widget.name: widget.side for widget in work.kit.widgets["dashboard"]}
    for _ in range(len(before) + 1):
        do(client, "down boxes.first")
    after = [name for name in names(boxes, person) if not side[name]]
    assert after[-1] == "boxes.first"
    assert after[:-1] == [name for name in before if not side[name] and name != "boxes.first"]


def test_a_section_that_came_later_stands_behind_its_neighbour(boxes: Portal, person: User) -> None:
    widgets = boxes.app.kit.widgets["dashboard"]
    places = [one.name for one in reversed(widgets) if one.name != "boxes.broken"]
    found = [one.name for one in desk._ordered(widgets, places)]
    before = widgets[[one.name for one in widgets].index("boxes.broken") - 1].name
    assert found.index("boxes.broken") == found.index(before) + 1
    assert len(found) == len(widgets)


def test_what_one_may_not_see_cannot_be_arranged_and_what_is_unknown_is_not_there(boxes: Portal) -> None:
    with boxes.work() as work:
        accountant = make.member(work, company=make.company(work), role="accountant")
    client = boxes.sign_in(accountant)
    assert do(client, "hide ordering.to_do") == do(client, "hide boxes.absent") == 404
    assert do(client, "burn boxes.first") == 422
    assert "ordering.to_do" not in client.get("/today").text


def test_a_section_that_fails_is_a_small_box_and_a_slow_one_fetches_itself(boxes: Portal, person: User) -> None:
    client = boxes.sign_in(person)
    page = client.get("/")
    assert page.status_code == 200
    assert "RuntimeError" not in page.text
    assert page.text.count('class="empty failed"') == 1
    assert 'hx-get="/w/boxes.slow"' in page.text
    assert client.get("/w/boxes.slow").status_code == 200


def test_a_page_without_sections_says_what_to_do(boxes: Portal, person: User) -> None:
    client = boxes.sign_in(person)
    for name in names(boxes, person):
        do(client, f"hide {name}")
    page = client.get("/").text
    assert "/today" in page
    assert 'class="empty"' in page


def test_moving_by_keyboard_gets_the_list_again_with_the_same_buttons(boxes: Portal, person: User) -> None:
    client = boxes.sign_in(person)
    client.get("/today")
    answer = client.post("/today", {"do": "down boxes.first"}, htmx=True)
    assert answer.text.lstrip().startswith("<form")
    assert 'id="down-boxes-first"' in answer.text
    assert 'role="status"' in answer.text


def test_the_deployment_orders_and_hides_sections_and_an_unknown_one_is_named(make_portal: MakePortal) -> None:
    portal = make_portal(extra='[widgets]\nhide = ["erp.fresh"]\norder = { "ordering.again" = 1 }')
    shown = [widget.name for widget in portal.app.kit.widgets["dashboard"]]
    assert "erp.fresh" not in shown
    assert shown[0] == "ordering.again"
    with pytest.raises(ConfigError, match=r"ordering\.again"):
        make_portal(extra='[widgets]\nhide = ["ordering.agian"]')


def test_the_persons_choice_costs_one_statement(boxes: Portal, person: User) -> None:
    client = boxes.sign_in(person)
    client.get("/")
    with counted() as found:
        client.get("/")
    assert len([sql for sql in found if "core_desk_choice" in sql]) == 1


def test_every_section_of_the_first_page_has_a_name_for_people(portal: Portal) -> None:
    assert [widget.name for widget in portal.app.kit.widgets["dashboard"] if not widget.label] == []


def test_staff_arrange_their_own_first_page(portal: Portal) -> None:
    with portal.work() as work:
        person, other = make.staff(work, role="admin"), make.staff(work, role="admin")
    admin = portal.sign_in(person)
    assert HEADS.findall(admin.get("/admin").text)[:2] == ["h-todo", "h-recent"]
    assert "Свежие заказы" in admin.get("/today").text or "admin.recent" in admin.get("/today").text
    assert admin.post("/today", {"do": "up admin.recent"}).status_code == 303
    admin.post("/today", {"do": "hide admin.joined"})
    assert HEADS.findall(admin.get("/admin").text) == ["h-recent", "h-todo"]
    assert "h-joined" in admin.get("/today").text or "admin.joined" in admin.get("/today").text
    assert "h-joined" in HEADS.findall(portal.sign_in(other).get("/admin").text)
    assert admin.post("/today", {"do": "hide ordering.open_orders"}).status_code == 404
    admin.post("/today", {"do": "reset"})
    assert HEADS.findall(admin.get("/admin").text)[:2] == ["h-todo", "h-recent"]


def test_the_deployment_orders_and_hides_sections_of_staff(make_portal: MakePortal) -> None:
    portal = make_portal(extra='[widgets]\nhide = ["admin.joined"]\norder = { "admin.recent" = 1 }\n')
    with portal.work() as work:
        person = make.staff(work, role="manager")
    manager = portal.sign_in(person)
    assert HEADS.findall(manager.get("/admin").text) == ["h-recent", "h-todo"]
    assert "admin.joined" not in manager.get("/today").text
