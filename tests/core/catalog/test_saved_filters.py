"""Filters kept under a name: opened as they were, one's own or the company's, without what the catalogue has no more."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select

from b2bkit.core.accounts.models import Company, User
from b2bkit.core.catalog.models import Attribute, Category, SavedFilter
from b2bkit.core.catalog.saved import service
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements, make
from tests.core.catalog.test_ranges import Room, shown


class House(Room):
    """The room with a colleague, one who may not share, and a stranger."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        with portal.work() as work:
            home = work.session.get_one(Company, self.contract.company_id)
            self.group = work.session.scalars(select(Category.id)).one()
            self.colleague = make.member(work, company=home, role="buyer", lang="en")
            self.viewer = make.member(work, company=home, role="viewer", lang="en")
            other = make.company(work)
            self.abroad = make.contract(work, company=other, categories=())
            self.stranger = make.member(work, company=other, lang="en")

    def as_(self, user: User) -> Client:
        contract = self.abroad if user is self.stranger else self.contract
        return self.portal.sign_in(user, contract_id=contract.id)

    def save(self, user: User | None = None, *, name: str = "Тонкая", shared: bool = False, **more: str) -> UUID:
        browser = self.as_(user or self.buyer)
        form = {"name": name, "r": f"{self.thick}:..60", "f": f"{self.colour}:белый", "view": "table", **more}
        answer = browser.post("/catalog/filters", {**form, **({"shared": "true"} if shared else {})})
        assert answer.status_code == 303, answer.text
        return UUID(answer.headers["location"].rpartition("=")[2])


@pytest.fixture
def house(portal: Portal) -> House:
    return House(portal)


def test_a_filter_opens_as_it_was_saved_and_stands_above_the_list(house: House) -> None:
    saved, browser = house.save(sort="article"), house.browser()
    page = browser.get(f"/catalog?saved={saved}").text
    assert shown(page) == ["Плёнка 01", "Плёнка 03"]
    assert "table-cards" in page
    assert re.search(r'value="article" selected', page)
    strip = browser.get(
        f"/catalog/filters/strip?{urlencode({'r': f'{house.thick}:..60', 'f': f'{house.colour}:белый', 'sort': 'article'})}"
    ).text
    assert re.search(rf'saved={saved}" aria-current="true"', strip)
    assert "Save this filter" not in strip, "it is saved already"
    assert "Save this filter" in browser.get("/catalog/filters/strip?q=a").text


def test_it_is_renamed_and_deleted(house: House) -> None:
    saved, browser = house.save(), house.browser()
    assert browser.post(f"/catalog/filters/{saved}", {"name": "  Самая   тонкая "}).status_code == 303
    assert "Самая тонкая" in browser.get("/catalog/filters").text
    assert browser.post(f"/catalog/filters/{saved}/delete", {}).status_code == 303
    assert "No filter is saved yet" in browser.get("/catalog/filters").text
    assert browser.get(f"/catalog?saved={saved}").status_code == 404


def test_a_bad_name_is_said_at_its_field_and_nothing_typed_is_lost(house: House) -> None:
    house.save()
    browser = house.browser()
    for name, told in (("", "Give it a name"), ("Тонкая", "You have a filter of this name"), ("x" * 101, "At most 100")):
        answer = browser.post("/catalog/filters", {"name": name, "q": "пвд", "r": f"{house.thick}:..60"})
        assert answer.status_code == 422
        assert told in answer.text
        assert f'value="{house.thick}:..60"' in answer.text, "the list goes into the next attempt"
        assert 'value="пвд"' in answer.text
    assert browser.post("/catalog/filters", {"name": "Пусто"}).status_code == 422


@pytest.mark.parametrize("shared", [True, False])
def test_colleagues_see_what_is_shared_and_strangers_nothing(house: House, shared: bool) -> None:
    saved = house.save(shared=shared)
    assert house.as_(house.colleague).get(f"/catalog?saved={saved}").status_code == (200 if shared else 404)
    viewer = house.as_(house.viewer)
    assert ("Тонкая" in viewer.get("/catalog/filters").text) is shared
    assert viewer.post(f"/catalog/filters/{saved}/delete", {}).status_code == (403 if shared else 404), "he may not share, so not delete"
    assert viewer.post(f"/catalog/filters/{saved}", {"name": "Моя"}).status_code == (403 if shared else 404)
    stranger = house.as_(house.stranger)
    for path in ("/catalog?saved={}", "/catalog/filters/{}", "/api/v1/saved-filters/{}"):
        foreign, absent = stranger.get(path.format(saved)), stranger.get(path.format(uuid4()))
        assert foreign.status_code == absent.status_code == 404
    if shared:
        assert house.as_(house.colleague).post(f"/catalog/filters/{saved}/delete", {}).status_code == 303


def test_who_may_not_share_keeps_filters_for_himself(house: House) -> None:
    viewer = house.as_(house.viewer)
    answer = viewer.post("/catalog/filters", {"name": "Всем", "q": "x", "shared": "true"})
    assert answer.status_code == 422
    assert "You may not share filters" in answer.text
    assert viewer.post("/catalog/filters", {"name": "Мне", "q": "x"}).status_code == 303


def test_what_the_catalogue_has_no_more_is_left_out_and_told(house: House) -> None:
    saved = house.save(shared=True, category=str(house.group))
    with house.portal.work() as work:
        work.session.execute(delete(Attribute).where(Attribute.name == "Толщина, мкм"))
    page = house.browser().get(f"/catalog?saved={saved}").text
    assert "“Тонкая” is opened without what is not there any more" in page
    assert "Толщина, мкм." in page
    assert len(shown(page)) == 6, "what is left of it narrows"
    theirs = house.as_(house.colleague).get(f"/catalog?saved={saved}").text
    assert "1 filter of it is gone." in theirs
    assert "Толщина" not in theirs.split("<table", 1)[0].split("is opened without", 1)[1].split("</div>", 1)[0]
    with house.portal.work() as work:
        work.session.get_one(Category, house.group).active = False
    assert "The group is gone." in house.browser().get(f"/catalog?saved={saved}").text
    answer = house.browser().get(f"/api/v1/saved-filters/{saved}").json
    assert (answer["missing"], answer["narrowing"]["r"]) == (1, [])


def test_a_person_keeps_fifty(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    house.save(name="1")
    house.save(name="2")
    answer = house.browser().post("/catalog/filters", {"name": "3", "q": "x"})
    assert answer.status_code == 422
    assert "2 filters are kept" in answer.text
    house.save(house.colleague, name="3")
    with house.portal.work() as work:
        assert work.session.scalar(select(func.count(SavedFilter.id))) == 3


def test_opening_takes_two_statements_more_and_the_row_above_the_list_one(house: House) -> None:
    saved, browser = house.save(), house.browser()
    address = urlencode({"r": f"{house.thick}:..60", "f": f"{house.colour}:белый"})
    taken = []
    for path in (f"/catalog?{address}", f"/catalog?saved={saved}", "/catalog/filters/strip?q=a"):
        browser.get(path)
        with counted_statements() as found:
            browser.get(path)
        taken.append(len(found))
    for number in range(5):
        house.save(name=str(number), shared=True)
    with counted_statements() as found:
        browser.get("/catalog/filters/strip?q=a")
    assert taken[1] == taken[0] + 2
    assert len(found) == taken[2]


def test_programs_keep_read_rename_and_delete_filters(house: House) -> None:
    browser, path = house.browser(), "/api/v1/saved-filters"
    made = browser.send("POST", path, {"name": "Белая", "narrowing": {"f": [f"{house.colour}:белый"], "sort": "article"}})
    assert made.status_code == 201, made.text
    one = f"{path}/{made.json['id']}"
    assert browser.send("PUT", one, {"name": "Белая плёнка", "shared": True}).json["shared"] is True
    (item,) = house.as_(house.colleague).get(path).json["items"]
    assert (item["name"], item["mine"], item["narrowing"]["f"]) == ("Белая плёнка", False, [f"{house.colour}:белый"])
    wrong = browser.send("POST", path, {"name": "x", "narrowing": {"f": ["no.such:1"]}})
    assert (wrong.status_code, wrong.json["problems"][0]["field"]) == (422, "f")
    assert browser.send("DELETE", one).status_code == 204
    assert browser.get(one).status_code == 404
