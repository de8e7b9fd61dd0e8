"""Drafts and templates: a cart put aside comes back whole, at the prices of the day, and only to those who may see it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Refused
from b2bkit.core.ordering.service import cart, filling, saved
from tests.core.ordering.shop import Shop

D = Decimal


def put_aside(shop: Shop, kind: saved.Kind = "template", *, shared: bool = False, name: str = "Каждую неделю") -> UUID:
    shop.fill("4", "2")
    with shop.work() as work:
        return saved.save(work, name=name, kind=kind, shared=shared)


def held(shop: Shop) -> list[tuple[UUID, str, Decimal]]:
    with shop.work() as work:
        return [(line.product_id, line.unit, line.quantity) for line in cart.view(work).lines]


def test_a_template_leaves_the_cart_and_is_ordered_from_at_the_prices_of_the_day(shop: Shop) -> None:
    template = put_aside(shop)
    assert len(held(shop)) == 2
    with shop.work() as work:
        filling.clear(work)
    shop.set_price(shop.product, "5.00")
    with shop.work() as work:
        assert saved.put_in(work, template) == 0
        lines = cart.view(work).lines
        assert [(line.quantity, line.price, line.change) for line in lines] == [(D(4), D("5.0000"), None), (D(2), D("4.1800"), None)]
        assert [row.name for row in saved.list_saved(work)] == ["Каждую неделю"]


def test_a_draft_takes_its_lines_out_of_the_cart_and_gives_them_back_once(shop: Shop) -> None:
    draft = put_aside(shop, "draft")
    assert held(shop) == []
    with shop.work() as work:
        saved.put_in(work, draft)
    assert held(shop) == [(shop.product.id, "мешок", D(4)), (shop.second.id, "мешок", D(2))]
    with pytest.raises(NotFound), shop.work() as work:
        saved.put_in(work, draft)


def test_what_is_not_sold_any_more_is_left_out_and_the_draft_stays(shop: Shop) -> None:
    draft = put_aside(shop, "draft")
    with shop.portal.work() as work:
        work.session.merge(shop.second).category_id = shop.closed_group.id
    with shop.work() as work:
        assert saved.put_in(work, draft) == 1
        [_first, (_id, gone)] = saved.show(work, draft).lines
        assert (gone.name, gone.visible) == ("", False)


@pytest.mark.parametrize("shared", [True, False])
def test_a_colleague_sees_what_is_shared_and_a_stranger_nothing(shop: Shop, shared: bool) -> None:
    template = put_aside(shop, shared=shared)
    with shop.work(shop.colleague) as work:
        assert len(saved.list_saved(work)) == int(shared)
    with shop.work(shop.stranger) as work:
        assert saved.list_saved(work) == []
    pages = {user.name: shop.sign_in(user).get(f"/cart/saved/{template}").status_code for user in (shop.colleague, shop.stranger)}
    assert pages == {shop.colleague.name: 200 if shared else 404, shop.stranger.name: 404}
    for user in (shop.stranger, *(() if shared else (shop.colleague,))):
        for act in (saved.put_in, saved.remove):
            with pytest.raises(NotFound), shop.work(user) as work:
                act(work, template)


def test_it_is_renamed_changed_and_deleted_on_its_page(shop: Shop) -> None:
    template = put_aside(shop)
    client = shop.sign_in()
    page = client.get(f"/cart/saved/{template}").text
    with shop.work() as work:
        first, second = (id_ for id_, _line in saved.show(work, template).lines)
    assert f'id="q-{first}"' in page
    fields = {"name": "  Раз в  месяц ", "version": "0", "line": [first, second], "quantity": ["8", ""]}
    assert client.post(f"/cart/saved/{template}", fields).status_code == 303
    with shop.work() as work:
        view = saved.show(work, template)
        assert (view.saved.name, view.saved.version) == ("Раз в месяц", 1)
        assert [line.quantity for _id, line in view.lines] == [D(8)]
    assert client.post(f"/cart/saved/{template}/delete").status_code == 303
    assert client.get(f"/cart/saved/{template}").status_code == 404


def test_what_was_typed_wrong_is_kept_beside_its_reason_and_nothing_is_changed(shop: Shop) -> None:
    template = put_aside(shop)
    client = shop.sign_in()
    client.get(f"/cart/saved/{template}")
    with shop.work() as work:
        first, second = (id_ for id_, _line in saved.show(work, template).lines)
    page = client.post(f"/cart/saved/{template}", {"name": "Иначе", "line": [first, second], "quantity": ["много", "-1"]})
    assert page.status_code == 422
    assert 'value="много"' in page.text
    assert 'value="Иначе"' in page.text
    assert "above zero" in page.text
    with shop.work() as work:
        assert saved.show(work, template).saved.name == "Каждую неделю"


def test_two_tabs_do_not_pass_each_other(shop: Shop) -> None:
    template = put_aside(shop, shared=True)
    with shop.work(shop.colleague) as work:
        saved.change(work, template, name="Коллеги", shared=False, quantities={}, version=0)
    with shop.work() as work:
        assert saved.show(work, template).saved.shared  # only who made it takes it back
    with pytest.raises(Conflict), shop.work() as work:
        saved.change(work, template, name="Моя", shared=True, quantities={}, version=0)


def test_nothing_is_saved_from_an_empty_cart_or_without_a_name(shop: Shop) -> None:
    with pytest.raises(Refused, match="nothing_to_save"), shop.work() as work:
        saved.save(work, name="x", kind="draft", shared=False)
    client = shop.sign_in()
    shop.fill("4")
    client.get("/cart")
    page = client.post("/cart/saved", {"name": "  ", "kind": "draft"})
    assert (page.status_code, "Give it a name" in page.text) == (422, True)
    assert len(held(shop)) == 1


def test_the_same_as_json(shop: Shop) -> None:
    template = put_aside(shop)
    client = shop.sign_in()
    [listed] = client.send("GET", "/api/v1/saved-carts").json["items"]
    assert (listed["id"], listed["kind"], listed["lines"], listed["mine"]) == (str(template), "template", 2, True)
    answer = client.send("POST", f"/api/v1/saved-carts/{template}/order", {}, key=new_id().hex)
    assert answer.json == {"left_out": 0}
    assert [quantity for _id, _unit, quantity in held(shop)] == [D(8), D(4)]
