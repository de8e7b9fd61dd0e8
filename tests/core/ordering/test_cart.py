"""The cart: rules, differences, two tabs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b2bkit.core.errors import Conflict, Forbidden, NotFound, Refused
from b2bkit.core.ordering.models import CartLine
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.marks import cart_badge, cart_mark
from tests.core.ordering.shop import Shop

D = Decimal


def test_a_product_put_in_twice_is_one_line_with_the_sum(shop: Shop) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="мешок", quantity=D(40))
        shown = filling.add_line(work, product_id=shop.product.id, unit="мешок", quantity=D(40))
    assert [(line.quantity, line.base_quantity, line.other_units) for line in shown.lines] == [(D(80), D(2000), "2,000\xa0kg")]
    assert (shown.sums.net, shown.sums.vat, shown.sums.total) == (D("9240.00"), D("1848.00"), D("11088.00"))


def test_what_is_put_in_after_a_wrong_quantity_takes_its_place(shop: Shop) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(13))
        shown = filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(25))
    assert [(line.quantity, line.problem) for line in shown.lines] == [(D(25), None)]


def test_another_unit_is_another_line(shop: Shop) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="мешок", quantity=D(1))
        shown = filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(50))
    assert [(line.unit, line.base_quantity) for line in shown.lines] == [("мешок", D(25)), ("кг", D(50))]


def test_a_wrong_quantity_is_kept_and_comes_with_what_would_do(shop: Shop) -> None:
    with shop.work() as work:
        shown = filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D("55.5"))
    [line] = shown.lines
    assert line.quantity == D("55.5")
    assert line.problem is not None
    assert [cure.value for cure in line.problem.cures] == ["50", "75"]
    assert not line.counts
    assert shown.sums.total == 0


@pytest.mark.parametrize("quantity", ["0", "-5", "1000000001", "0.0001", "NaN", "Infinity"])
def test_what_cannot_be_a_quantity_is_refused_and_nothing_changes(shop: Shop, quantity: str) -> None:
    with pytest.raises(Refused) as refused, shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(quantity))
    assert [problem.field for problem in refused.value.problems] == ["quantity"]
    with shop.work() as work:
        assert cart.view(work).lines == ()


def test_an_unknown_unit_is_refused_with_those_that_there_are(shop: Shop) -> None:
    with pytest.raises(Refused) as refused, shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="вагон", quantity=D(1))
    assert refused.value.problems[0].field == "unit"
    assert [cure.value for cure in refused.value.problems[0].cures] == ["мешок", "кг"]


def test_a_product_outside_the_contract_is_as_absent_as_one_that_never_was(shop: Shop) -> None:
    answers = []
    for product_id in (shop.hidden.id, shop.company.id):
        with pytest.raises(NotFound) as absent, shop.work() as work:
            filling.add_line(work, product_id=product_id, unit="мешок", quantity=D(1))
        answers.append(str(absent.value))
    assert answers[0] == answers[1]


def test_a_cart_is_its_persons_own(shop: Shop) -> None:
    shown = shop.fill("4")
    for other in (shop.colleague, shop.stranger):
        with shop.work(other) as work:
            assert cart.view(work).lines == ()
            assert work.session.query(CartLine).all() == []
            with pytest.raises(NotFound):
                filling.change_line(work, line_id=shown.lines[0].line_id, quantity=D(1))
    with pytest.raises(Forbidden), shop.work(shop.viewer) as work:
        cart.view(work)


def test_a_price_that_changed_waits_to_be_accepted(shop: Shop) -> None:
    shop.fill("40", "40")
    shop.set_price(shop.product, "4.80")
    shop.set_price(shop.second, "4.00")
    with shop.work() as work:
        shown = cart.view(work)
        assert [(line.change, line.price_change, line.difference) for line in shown.lines] == [
            ("dearer", D("3.9"), D("180.00")),
            ("cheaper", D("-4.3"), D("-180.00")),
        ]
        assert cart_badge(work).tone == "diff"  # type: ignore[union-attr]
        shown = filling.accept(work, version=shown.version, seen_total=shown.sums.total)
        assert shown.changed == []
        assert cart_mark(work).differ == 0


def test_one_line_can_be_accepted_alone(shop: Shop) -> None:
    shop.fill("40", "40")
    shop.set_price(shop.product, "4.80")
    shop.set_price(shop.second, "4.00")
    with shop.work() as work:
        shown = cart.view(work)
        shown = filling.accept(work, version=shown.version, seen_total=shown.sums.total, line_id=shown.lines[1].line_id)
    assert [line.change for line in shown.lines] == ["dearer", None]


def test_accepting_what_changed_once_more_is_a_conflict_that_names_it(shop: Shop) -> None:
    shop.fill("40")
    shop.set_price(shop.product, "4.80")
    with shop.work() as work:
        seen = cart.view(work)
    shop.set_price(shop.product, "5.00")
    with pytest.raises(Conflict) as conflict, shop.work() as work:
        filling.accept(work, version=seen.version, seen_total=seen.sums.total)
    assert [problem.code for problem in conflict.value.problems] == ["ordering.changed_again", "ordering.dearer"]


def test_accepting_never_accepts_a_wrong_quantity(shop: Shop) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(55))
    shop.set_price(shop.product, "5.00")
    with shop.work() as work:
        shown = cart.view(work)
        shown = filling.accept(work, version=shown.version, seen_total=shown.sums.total)
    assert [(line.change, line.problem is not None) for line in shown.lines] == [(None, True)]


def test_a_volume_step_is_no_change_of_price(shop: Shop) -> None:
    with shop.portal.work() as work:
        from b2bkit.testing import factories as make

        make.price(work, product=shop.product, prices=shop.prices, value="4.00", min_quantity="1000")
    shown = shop.fill("4")
    with shop.work() as work:
        shown = filling.change_line(work, line_id=shown.lines[0].line_id, quantity=D(40))  # type: ignore[arg-type]
        assert (shown.lines[0].price, shown.lines[0].change) == (D("4.00"), None)
        assert cart_mark(work).differ == 0


def test_a_product_that_left_the_catalogue_is_gone_and_leaves_when_accepted(shop: Shop) -> None:
    shop.fill("4", "4")
    with shop.portal.work() as work:
        work.session.get_one(type(shop.product), shop.product.id).active = False
    with shop.work() as work:
        shown = cart.view(work)
        assert [line.change for line in shown.lines] == ["gone", None]
        assert shown.sums.lines == 1
        shown = filling.accept(work, version=shown.version, seen_total=shown.sums.total)
        assert [line.name for line in shown.lines] == ["ПП 21030"]


def test_less_in_stock_than_wanted_is_said_with_what_is_there(shop: Shop) -> None:
    with shop.portal.work() as work:
        scarce = shop.goods(work, name="ПВХ С-7059М", stock="1810")
    with shop.work() as work:
        shown = filling.add_line(work, product_id=scarce.id, unit="мешок", quantity=D(120))
    [line] = shown.lines
    assert (line.short, line.available, line.said_in_stock) == (True, D(72), "72\xa0bags")
    assert line.counts


def test_two_tabs_notice_each_other(shop: Shop) -> None:
    seen = shop.fill("4")
    line_id = seen.lines[0].line_id
    assert line_id is not None
    with shop.work() as work:
        filling.change_line(work, line_id=line_id, quantity=D(8), version=seen.version)
    with pytest.raises(Conflict), shop.work() as work:
        filling.change_line(work, line_id=line_id, quantity=D(6), version=seen.version)
    with pytest.raises(Conflict), shop.work() as work:
        filling.remove_line(work, line_id=line_id, version=seen.version)
    with shop.work() as work:
        assert [line.quantity for line in cart.view(work).lines] == [D(8)]


def test_a_line_that_another_tab_removed_is_a_conflict_and_not_an_absence(shop: Shop) -> None:
    seen = shop.fill("4")
    line_id = seen.lines[0].line_id
    assert line_id is not None
    with shop.work() as work:
        filling.remove_line(work, line_id=line_id, version=seen.version)
    with pytest.raises(Conflict), shop.work() as work:
        filling.change_line(work, line_id=line_id, quantity=D(6), version=seen.version)


def test_a_changed_unit_joins_the_line_that_has_it(shop: Shop) -> None:
    with shop.work() as work:
        filling.add_line(work, product_id=shop.product.id, unit="мешок", quantity=D(2))
        shown = filling.add_line(work, product_id=shop.product.id, unit="кг", quantity=D(50))
        shown = filling.change_line(work, line_id=shown.lines[1].line_id, quantity=D(3), unit="мешок")  # type: ignore[arg-type]
    assert [(line.unit, line.quantity) for line in shown.lines] == [("мешок", D(5))]


def test_clearing_leaves_nothing(shop: Shop) -> None:
    shop.fill("4", "4")
    with shop.work() as work:
        assert filling.clear(work).lines == []
        assert cart_badge(work) is None
