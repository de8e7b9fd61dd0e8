"""More of the catalogue for a time: asked for without learning what is hidden, opened at once everywhere, closed by its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from b2bkit import NotFound, Refused
from b2bkit.core.audit.service import history
from b2bkit.core.catalog.facets.reading import read_index
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.service import ListQuery, category_tree, list_products, visible
from b2bkit.core.catalog.visibility import groups_of_contract
from b2bkit.core.db.types import new_id
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.service import cart, filling
from b2bkit.plugins.catalog_requests.models import CatalogGrant
from b2bkit.plugins.catalog_requests.opened import today
from b2bkit.plugins.catalog_requests.service import asking, deciding
from b2bkit.testing import factories as make
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import NOON, Portal
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Shop
from tests.plugins.shared import DIALECTS, portal_with


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"catalog_requests": {"days": 30}}) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    return Shop(portal)


def ask(shop: Shop, **what: object) -> UUID:
    with shop.work() as work:
        return asking.ask(work, **({"words": "Поликарбонат"} | what))  # type: ignore[arg-type]


def open_group(shop: Shop, wish: UUID, **more: object) -> int:
    with shop.work(shop.manager) as work:
        return deciding.grant(work, wish, **({"groups": [shop.closed_group.id]} | more))  # type: ignore[arg-type]


def names(shop: Shop, q: str = "", user: object = None) -> set[str]:
    """What a person finds, the same in list, tree and criterion."""
    with shop.work(user) as work:  # type: ignore[arg-type]
        found = {good.row.name for good in list_products(work, ListQuery(q=q)).goods}
        if not q:
            assert category_tree(work).total == len(found)
            assert set(work.session.scalars(select(Product.name).where(visible(work)))) == found
        return found


def kinds(shop: Shop, user: object) -> list[str]:
    """What a person was told, by name."""
    shop.portal.run_jobs()
    with shop.portal.work() as work:
        mine = select(Notification.kind).where(Notification.user_id == user.id)  # type: ignore[attr-defined]
        return sorted(work.session.scalars(mine))


def test_a_wish_says_nothing_of_what_is_hidden(shop: Shop) -> None:
    client = shop.sign_in()
    pages = []
    for article in (shop.hidden.article, "НЕТ-ТАКОГО"):
        answer = client.post("/catalog-requests", {"articles": f"{article}\n{article}"}, follow=True)
        assert answer.status_code == 200
        assert "Секретная" not in answer.text
        pages.append(answer.text.count(article))
    assert pages[0] == pages[1] == 1
    assert "Не для всех" not in client.get("/catalog-requests").text


def test_groups_can_be_asked_for_by_name_once_staff_allow_it(shop: Shop) -> None:
    with shop.work() as work, pytest.raises(Refused, match="unknown_group"):
        asking.ask(work, groups=[shop.closed_group.id])
    staff = shop.sign_in(shop.manager)
    assert staff.post("/admin/catalog-requests/groups", {"groups": [shop.closed_group.id, shop.group.id]}).status_code == 303
    with shop.work() as work:
        assert asking.askable(work) == [(shop.closed_group.id, "Не для всех")]  # the other one is open already
    wish = ask(shop, groups=[shop.closed_group.id])
    with shop.work() as work:
        assert asking.own(work)[0].groups == ("Не для всех",)
    open_group(shop, wish)
    with shop.work() as work:
        assert asking.askable(work) == []
    staff.post("/admin/catalog-requests/groups", {})
    assert "Не для всех" in shop.sign_in().get("/catalog-requests").text  # what was asked for stays


def test_what_is_granted_is_there_at_once_in_lists_search_facets_and_cart_and_for_colleagues(shop: Shop) -> None:
    wish = ask(shop, articles=shop.hidden.article)
    before = names(shop)
    assert shop.hidden.name not in before
    staff = shop.sign_in(shop.manager)
    page = staff.get(f"/admin/catalog-requests/{wish}").text
    assert "Секретная марка" in page
    days = {"valid_from": "2026-11-24", "valid_until": "2026-12-01"}
    answer = staff.post(f"/admin/catalog-requests/{wish}", {"do": "grant", "products": [shop.hidden.id], "answer": "Пробуйте", **days})
    assert answer.status_code == 303
    assert names(shop) == before | {shop.hidden.name}
    assert names(shop, "Секретная") == names(shop, user=shop.viewer) - before == {shop.hidden.name}
    with shop.work() as work:
        [opened] = [one.opened(work) for one in work.kit.catalog_filters if one.name == "catalog.contract_groups" and one.opened]
        assert opened.products == {shop.hidden.id}
        index = read_index(work)
        only_mine = index.visible([opened])
        assert len(only_mine) == len(before) + 1
        assert len(index.visible([groups_of_contract(work)])) == len(before)
        filling.add_line(work, product_id=shop.hidden.id, unit="кг", quantity=shop.hidden.minimum)
        assert cart.view(work).lines[0].visible
        with counted_statements() as found:
            list_products(work, ListQuery())
        assert len(found) == 3  # as without the plugin
    assert shop.hidden.name not in names(shop, user=shop.stranger)
    assert kinds(shop, shop.buyer) == ["catalog_requests.opened"]
    assert "catalog_requests.asked" in kinds(shop, shop.manager)
    with shop.portal.work() as work:
        told = [one.action for one in history(work, entity="catalog_request", entity_id=wish)]
        assert told == ["catalog_requests.granted", "catalog_requests.asked"]


def test_it_opens_on_its_first_day_and_closes_after_its_last_by_itself_and_the_asker_is_told_before(shop: Shop) -> None:
    wish = ask(shop)
    with shop.work(shop.manager) as work:
        start = today(work) + timedelta(days=2)
    open_group(shop, wish, valid_from=start, valid_until=start + timedelta(days=9))
    seen = []
    for days in (1, 1, 8, 1, 1):
        shop.portal.pass_time(days=days)
        seen.append(shop.hidden.name in names(shop))
        with shop.portal.work() as work:
            deciding.follow(work)
    assert seen == [False, True, True, True, False]
    assert kinds(shop, shop.buyer) == ["catalog_requests.closed", "catalog_requests.ending", "catalog_requests.opened"]
    with shop.work() as work:
        assert asking.own(work)[0].request.state == "ended"
    with shop.portal.work() as work:
        assert work.session.scalars(select(CatalogGrant).where(CatalogGrant.request_id == wish)).all() == []


def test_staff_close_early_and_say_why(shop: Shop) -> None:
    wish = ask(shop)
    assert open_group(shop, wish) == 1
    assert shop.hidden.name in names(shop)
    answer = shop.sign_in(shop.manager).post(f"/admin/catalog-requests/{wish}", {"do": "end", "answer": "Остатки проданы."})
    assert answer.status_code == 303
    assert shop.hidden.name not in names(shop)
    assert kinds(shop, shop.buyer) == ["catalog_requests.closed", "catalog_requests.opened"]
    with shop.work(shop.manager) as work, pytest.raises(Refused, match="not_open"):
        deciding.end(work, wish)


def test_a_refusal_needs_a_reason_and_the_asker_reads_it(shop: Shop) -> None:
    wish = ask(shop)
    staff = shop.sign_in(shop.manager)
    empty = staff.post(f"/admin/catalog-requests/{wish}", {"do": "refuse", "articles": "A-1", "valid_until": "2026-12-24"})
    assert empty.status_code == 422
    assert ">A-1<" in empty.text
    assert 'value="2026-12-24"' in empty.text
    staff.post(f"/admin/catalog-requests/{wish}", {"do": "refuse", "answer": "Только производителям."})
    assert "Только производителям." in shop.sign_in().get("/catalog-requests").text
    assert kinds(shop, shop.buyer) == ["catalog_requests.declined"]
    with pytest.raises(Refused, match="answered"):
        open_group(shop, wish)


def test_every_mistake_of_staff_is_named_and_nothing_is_opened(shop: Shop) -> None:
    wish = ask(shop)
    with shop.work(shop.manager) as work:
        now = today(work)
        for values, code in (
            ({}, "nothing"), ({"articles": "НЕТ-1, НЕТ-2"}, "no_article"), ({"valid_until": now - timedelta(days=1)}, "past"),
            ({"valid_from": now + timedelta(days=5), "valid_until": now + timedelta(days=1)}, "order"),
        ):  # fmt: skip
            with pytest.raises(Refused, match=code):
                deciding.grant(work, wish, **values)  # type: ignore[arg-type]
    assert shop.hidden.name not in names(shop)


def test_what_narrows_a_person_narrows_what_was_granted_too(shop: Shop) -> None:
    open_group(shop, ask(shop))
    actor = shop.actor()
    limited = replace(actor, limits={("catalog.view", "category"): frozenset({str(shop.group.id)})})
    with shop.portal.app.work(limited) as work:
        found = set(work.session.scalars(select(Product.name).where(visible(work))))
    assert found == {shop.product.name, shop.second.name}


def test_foreign_wishes_are_not_there(shop: Shop) -> None:
    wish, absent = ask(shop), new_id()
    stranger = shop.sign_in(shop.stranger)
    assert [stranger.post(f"/catalog-requests/{id_}/withdraw").status_code for id_ in (wish, absent)] == [404, 404]
    assert [stranger.send("DELETE", f"/api/v1/catalog-requests/{id_}").status_code for id_ in (wish, absent)] == [404, 404]
    with shop.work(shop.stranger) as work:
        assert asking.own(work) == []
    with shop.portal.work() as work:
        other = make.staff(work)
    others = shop.portal.sign_in(other)
    assert [others.get(f"/admin/catalog-requests/{id_}").status_code for id_ in (wish, absent)] == [404, 404]
    assert shop.sign_in(shop.viewer).get("/catalog-requests").status_code == 403
    assert shop.sign_in().get("/admin/catalog-requests").status_code == 403


def test_programs_ask_and_take_back(shop: Shop) -> None:
    client = shop.sign_in()
    assert client.send("POST", "/api/v1/catalog-requests", {}).status_code == 422
    made = client.send("POST", "/api/v1/catalog-requests", {"articles": ["A-1", "A-2"]})
    assert made.status_code == 201
    [row] = client.send("GET", "/api/v1/catalog-requests").json["items"]
    assert (row["state"], row["articles"]) == ("waiting", ["A-1", "A-2"])
    assert client.send("DELETE", f"/api/v1/catalog-requests/{made.json['id']}").status_code == 204
    assert client.send("DELETE", f"/api/v1/catalog-requests/{made.json['id']}").status_code == 422
    assert client.send("GET", "/api/v1/catalog-requests/groups").json == {"items": []}


def test_the_list_of_staff_takes_the_same_statements_for_one_wish_and_for_many(shop: Shop) -> None:
    counts = []
    for number in (1, 4):
        for _again in range(number):
            ask(shop)
        with shop.work(shop.manager) as work, counted_statements() as found:
            assert len(deciding.page(work, state="waiting").items) == {1: 1, 4: 5}[number]
        counts.append(len(found))
    assert counts == [1, 1]
    with shop.work(shop.manager) as work:
        assert deciding.badge(work) is not None
        with pytest.raises(NotFound):
            deciding.one(work, new_id())
