"""Stars and lists: one touch, shared or private, into the cart and back, and nothing of what a person may not see."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import pytest

from b2bkit import Conflict, Forbidden, NotFound, Refused
from b2bkit.core.catalog.models import Product
from b2bkit.core.db.types import new_id
from b2bkit.core.notify.models import Notification
from b2bkit.core.ordering.service import cart, filling
from b2bkit.plugins.favorites.service import lines, lists, moving
from b2bkit.testing import factories as make
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Shop
from tests.plugins.shared import DIALECTS, portal_with

D = Decimal


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"favorites": {"most_lines": 5}}) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    return Shop(portal)


def hide(shop: Shop, product: Product, *, again: bool = False) -> None:
    """The contract opens the product no more, or again."""
    with shop.portal.work() as work:
        work.session.get_one(Product, product.id).category_id = (shop.group if again else shop.closed_group).id


def make_list(shop: Shop, *, shared: bool = False, name: str = "Каждую неделю") -> UUID:
    with shop.work() as work:
        made = lists.make(work, name=name, shared=shared)
        lines.put(work, made, [lines.Item(shop.product.id, "мешок", D(4)), lines.Item(shop.second.id)])
    return made


def shown(shop: Shop, list_id: UUID, user: object = None) -> list[tuple[str, str, str]]:
    with shop.work(user) as work:  # type: ignore[arg-type]
        return [(line.good.row.name, line.typed, line.note) for line in lines.lines_of(work, list_id)]


def held(shop: Shop) -> list[tuple[UUID, str, Decimal]]:
    with shop.work() as work:
        return [(line.product_id, line.unit, line.quantity) for line in cart.view(work).lines]


# stars


def test_one_touch_stars_a_product_and_another_takes_it_back(shop: Shop) -> None:
    client = shop.sign_in()
    page = client.get("/catalog").text
    assert f'data-mark="{shop.product.id}"' in page
    address = re.search(r'hx-get="(/favorites/marks[^"]*)"', page).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    marks = client.get(address, htmx=True).text
    assert marks.count('aria-pressed="false"') == 2
    pressed = client.post("/favorites/star", {"product_id": shop.product.id, "on": "true"}, htmx=True)
    assert 'aria-pressed="true"' in pressed.text
    again = client.post("/favorites/star", {"product_id": shop.product.id, "on": "true"}, htmx=True)
    assert 'aria-pressed="true"' in again.text
    assert client.get(address, htmx=True).text.count('aria-pressed="true"') == 1
    with shop.work() as work:
        [main] = lists.all_lists(work)
        assert (main.kind, main.title, main.lines) == ("main", "My favourites", 1)
    client.post("/favorites/star", {"product_id": shop.product.id, "on": "false"})
    with shop.work() as work:
        assert lists.all_lists(work)[0].lines == 0


def test_stars_of_a_page_take_one_statement_and_the_catalogue_none(shop: Shop) -> None:
    with shop.work() as work, counted_statements() as found:
        lines.stars(work, [shop.product.id, shop.second.id, shop.hidden.id])
    assert len(found) == 1


def test_what_is_not_visible_cannot_be_starred_and_answers_as_absent(shop: Shop) -> None:
    client = shop.sign_in()
    answers = [client.post("/favorites/star", {"product_id": id_, "on": "true"}) for id_ in (shop.hidden.id, new_id())]
    assert [one.status_code for one in answers] == [404, 404]
    assert client.get(f"/favorites/marks?id={shop.hidden.id}", htmx=True).text.strip() == ""


# lists


def test_a_list_is_its_persons_own_until_it_is_shared(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.work(shop.colleague) as work:
        assert lists.all_lists(work) == []
        with pytest.raises(NotFound):
            lists.find(work, mine)
    with shop.work() as work:
        lists.change(work, mine, name="Плёнка", shared=True)
    shop.portal.run_jobs()
    with shop.work(shop.colleague) as work:
        [row] = lists.all_lists(work)
        assert (row.title, row.person, row.lines, row.mine, row.may_change) == ("Плёнка", shop.buyer.name, 2, False, True)
    with shop.portal.work() as work:
        told = work.session.query(Notification).filter_by(kind="favorites.shared").all()
        assert {one.user_id for one in told} >= {shop.colleague.id, shop.viewer.id}
        assert shop.buyer.id not in {one.user_id for one in told}
    with shop.work(shop.stranger) as work, pytest.raises(NotFound):
        lists.find(work, mine)


def test_every_page_and_operation_of_a_foreign_list_answers_as_for_an_absent_one(shop: Shop) -> None:
    mine, absent = make_list(shop), new_id()
    for user in (shop.stranger, shop.colleague):
        client = shop.sign_in(user)
        for path in ("", "/file"):
            answers = [client.get(f"/favorites/{id_}{path}") for id_ in (mine, absent)]
            assert [one.status_code for one in answers] == [404, 404], path
        for path, fields in (("", {"do": "cart"}), ("/settings", {"name": "x"}), ("/copy", {"name": "x"}), ("/delete", {})):
            assert [client.post(f"/favorites/{id_}{path}", fields).status_code for id_ in (mine, absent)] == [404, 404], path
        added = [client.post("/favorites/add", {"list": id_, "product_id": shop.product.id}).status_code for id_ in (mine, absent)]
        assert added == [404, 404]
        assert [client.send("GET", f"/api/v1/favorite-lists/{id_}").status_code for id_ in (mine, absent)] == [404, 404]
    with shop.work() as work:
        assert lists.find(work, mine).lines == 2


def test_who_only_reads_a_shared_list_changes_nothing_of_it(shop: Shop) -> None:
    mine = make_list(shop, shared=True)
    with shop.work(shop.viewer) as work:
        assert not lists.find(work, mine).may_change
        for act in (lists.remove, lambda work, id_: lines.put(work, id_, [lines.Item(shop.second.id)])):
            with pytest.raises(Forbidden):
                act(work, mine)
    page = shop.sign_in(shop.viewer).get(f"/favorites/{mine}")
    assert page.status_code == 200
    assert 'name="quantity"' not in page.text


def test_two_people_who_edit_one_list_do_not_pass_each_other_and_lose_nothing_typed(shop: Shop) -> None:
    mine = make_list(shop, shared=True)
    first, second = shop.sign_in(), shop.sign_in(shop.colleague)
    page = first.get(f"/favorites/{mine}").text
    version = re.search(r'name="version" value="(\d+)"', page).group(1)  # type: ignore[union-attr]
    with shop.work() as work:
        one, other = (line.id for line in lines.lines_of(work, mine))
    fields = {"version": version, "line": [one, other], "unit": ["мешок", "мешок"], "note": ["", ""], "do": "save"}
    assert second.post(f"/favorites/{mine}", {**fields, "quantity": ["8", ""]}).status_code == 303
    late = first.post(f"/favorites/{mine}", {**fields, "quantity": ["12", "6"], "note": ["срочно", ""]})
    assert late.status_code == 409
    assert shop.colleague.name in late.text
    assert 'value="12"' in late.text
    assert 'value="срочно"' in late.text
    assert shown(shop, mine)[0][1] == "8"
    now = re.search(r'name="version" value="(\d+)"', late.text).group(1)  # type: ignore[union-attr]
    again = first.post(f"/favorites/{mine}", {**fields, "version": now, "quantity": ["12", "6"], "note": ["срочно", ""]})
    assert again.status_code == 303
    assert shown(shop, mine) == [("ПЭВД 15803-020", "12", "срочно"), ("ПП 21030", "6", "")]


def test_lines_are_moved_and_taken_out_and_what_was_typed_goes_with_each_button(shop: Shop) -> None:
    mine = make_list(shop)
    client = shop.sign_in()
    with shop.work() as work:
        one, other = (line.id for line in lines.lines_of(work, mine))
    fields = {"line": [one, other], "unit": ["мешок", "мешок"], "quantity": ["4", "6"], "note": ["", "к пятнице"]}
    assert client.post(f"/favorites/{mine}", {**fields, "do": f"down:{one}"}).status_code == 303
    assert shown(shop, mine) == [("ПП 21030", "6", "к пятнице"), ("ПЭВД 15803-020", "4", "")]
    assert client.post(f"/favorites/{mine}", {"do": f"drop:{one}"}).status_code == 303
    assert shown(shop, mine) == [("ПП 21030", "6", "к пятнице")]
    assert client.post(f"/favorites/{mine}", {"do": f"up:{one}"}).status_code == 404
    wrong = client.post(f"/favorites/{mine}", {**fields, "quantity": ["4", "много"], "do": "save"})
    assert wrong.status_code == 422
    assert 'value="много"' in wrong.text


def test_names_are_ones_own_and_the_two_lists_of_everybody_stay(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.work() as work:
        for name, code in (("", "name"), ("Каждую неделю", "name_taken"), ("я" * 101, "name_long")):
            with pytest.raises(Refused, match=code):
                lists.make(work, name=name)
        copied = lists.copy(work, mine, name="Другая")
        assert [line.typed for line in lines.lines_of(work, copied)] == ["4", ""]
        lines.star(work, shop.product.id, on=True)
        main = lists.own(work, "main")
        with pytest.raises(Refused, match="everybodys"):
            lists.change(work, main, name="Моё", shared=True)
        lists.remove(work, main)
        assert lists.find(work, main).lines == 0


def test_a_list_holds_no_more_than_the_settings_say(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.portal.work() as work:
        more = [shop.goods(work, name=f"Марка {number}").id for number in range(4)]
    with shop.work() as work:
        with pytest.raises(Refused, match="too_many_lines"):
            lines.put(work, mine, [lines.Item(id_) for id_ in more])
        assert lines.put(work, mine, [lines.Item(id_) for id_ in more[:3]]) == 3


# visibility


def test_what_a_person_may_not_see_is_not_in_lists_nor_counted_and_comes_back(shop: Shop) -> None:
    mine = make_list(shop)
    hide(shop, shop.product)
    with shop.work() as work:
        assert lists.find(work, mine).lines == 1
        lines.move(work, mine, lines.lines_of(work, mine)[0].id, "up")
    page = shop.sign_in().get(f"/favorites/{mine}").text
    assert "ПЭВД" not in page
    assert "1 product" in page
    assert shown(shop, mine) == [("ПП 21030", "", "")]
    hide(shop, shop.product, again=True)
    assert shown(shop, mine) == [("ПЭВД 15803-020", "4", ""), ("ПП 21030", "", "")]


def test_a_list_takes_the_same_number_of_statements_for_two_products_and_for_five(shop: Shop) -> None:
    mine = make_list(shop)
    counts = []
    for number in range(2):
        with shop.work() as work, counted_statements() as found:
            assert len(lines.lines_of(work, mine)) == lists.find(work, mine).lines == 2 + 3 * number
        counts.append(len(found))
        if number == 0:
            with shop.portal.work() as work:
                more = [shop.goods(work, name=f"Марка {number}").id for number in range(3)]
            with shop.work() as work:
                lines.put(work, mine, [lines.Item(id_) for id_ in more])
    assert counts[0] == counts[1] <= 6


# cart and orders


def test_a_list_goes_into_the_cart_by_the_rules_and_the_rest_says_why_in_its_row(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.portal.work() as work:
        unpriced = make.product(work, category=shop.group, name="Без цены")
    with shop.work() as work:
        lines.put(work, mine, [lines.Item(unpriced.id)])
        first = lines.lines_of(work, mine)[0].id
        lines.save(work, mine, [lines.Edit(first, "мешок", D("1.5"), "")])
    page = shop.sign_in().post(f"/favorites/{mine}", {"do": "cart"})
    assert page.status_code == 200
    assert "1 product is in the cart" in page.text
    assert "Only whole packs are sold" in page.text
    assert "price is on request" in page.text
    assert [product_id for product_id, _unit, _quantity in held(shop)] == [shop.second.id]


def test_chosen_lines_alone_go_into_the_cart(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.work() as work:
        first = lines.lines_of(work, mine)[0].id
    answer = shop.sign_in().post(f"/favorites/{mine}", {"do": "cart", "chosen": [first]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    assert held(shop) == [(shop.product.id, "мешок", D(4))]


def test_the_cart_a_line_and_an_order_go_into_lists_with_their_quantities(shop: Shop) -> None:
    shop.fill("4", "2")
    client = shop.sign_in()
    page = client.get("/cart").text
    assert page.count("For later") == 2
    made = client.post("/favorites/add", {"cart": "true", "name": "Из корзины"})
    assert made.status_code == 303
    list_id = UUID(re.search(r"/favorites/([0-9a-f-]{36})", made.headers["location"]).group(1))  # type: ignore[union-attr]
    assert [typed for _name, typed, _note in shown(shop, list_id)] == ["4", "2"]
    with shop.work() as work:
        line = cart.view(work).lines[0].line_id
    assert client.post("/favorites/later", {"line_id": line}).status_code == 303
    assert held(shop) == [(shop.second.id, "мешок", D(2))]
    with shop.work() as work:
        later = lists.own(work, "later")
        assert moving.into_cart(work, later).added == 1
        filling.clear(work)
    order = shop.order("6")
    with shop.work() as work:
        assert moving.from_order(work, list_id, order.id) == 0
    assert shown(shop, list_id)[0][1] == "6"
    assert "Put these goods into a list" in client.get(f"/orders/{order.id}").text
    with shop.work(shop.stranger) as work, pytest.raises(NotFound):
        moving.from_order(work, lists.make(work, name="Чужое"), order.id)
    refused = client.post("/favorites/add", {"product_id": shop.product.id, "name": "Из корзины"})
    assert refused.status_code == 422
    assert 'value="Из корзины"' in refused.text


# others


def test_the_file_holds_what_is_seen_with_prices(shop: Shop) -> None:
    mine = make_list(shop)
    hide(shop, shop.second)
    answer = shop.sign_in().get(f"/favorites/{mine}/file")
    strings = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "ПЭВД 15803-020" in strings
    assert "4.62" in strings
    assert "ПП 21030" not in strings


def test_a_program_keeps_lists_and_orders_from_them(shop: Shop) -> None:
    client = shop.sign_in()
    made = client.send("POST", "/api/v1/favorite-lists", {"name": "Робот"})
    assert made.status_code == 201
    base = f"/api/v1/favorite-lists/{made.json['id']}"
    line = {"product_id": str(shop.product.id), "unit": "мешок", "quantity": "4", "note": "ночью"}
    filled = client.send("POST", base + "/lines", line)
    assert filled.json["items"][0]["note"] == "ночью"
    assert filled.json["items"][0]["price"] == "4.6200"
    version = filled.json["version"]
    assert client.send("PUT", base, {"name": "Робот 2", "shared": True, "version": version}).json["name"] == "Робот 2"
    assert client.send("PUT", base, {"name": "Робот 3", "shared": True, "version": version}).status_code == 409
    assert client.send("POST", base + "/order", {}).json == {"added": 1, "refused": []}
    assert client.send("DELETE", f"{base}/lines/{shop.product.id}").status_code == 204
    assert client.send("DELETE", f"{base}/lines/{shop.product.id}").status_code == 404
    assert client.send("DELETE", base).status_code == 204
    assert [one["name"] for one in client.send("GET", "/api/v1/favorite-lists").json["items"]] == []


def test_staff_see_no_lists(shop: Shop) -> None:
    mine = make_list(shop, shared=True)
    assert shop.sign_in(shop.manager).get(f"/favorites/{mine}").status_code in (403, 404)


def test_a_conflict_is_told_to_programs_as_one(shop: Shop) -> None:
    mine = make_list(shop)
    with shop.work() as work:
        version = lists.find(work, mine).version
        lines.put(work, mine, [lines.Item(shop.second.id, "мешок", D(2))])
        with pytest.raises(Conflict):
            lines.put(work, mine, [lines.Item(shop.second.id, "мешок", D(3))], version=version)
