"""Up to five products side by side, with what differs marked."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from b2bkit.core.catalog.attributes import Declared, declare
from b2bkit.core.catalog.compare import compare
from b2bkit.core.catalog.models import Product
from b2bkit.core.errors import Refused
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import STAFF, Desk, buyer, counted_statements, make


def grades(desk: Desk, count: int) -> list[Product]:
    with desk.work() as work:
        declare(work.session, [Declared("ПТР, г/10 мин", "number", 0), Declared("Способы", "choice", 1), Declared("Полимер", "choice", 2)])
        found = []
        for number in range(count):
            ways = ["Литьё", "Плёнка"] if number % 2 else ["Плёнка", "Литьё"]
            given = {"ПТР, г/10 мин": f"0,{number + 1}", "Способы": ways, "Полимер": "ПЭВД"}
            found.append(make.product(work, name=f"Марка {number}", article=f"M-{number}", attributes=given))
        return found


def test_values_stand_side_by_side_and_only_what_differs_is_marked(desk: Desk) -> None:
    first, second = grades(desk, 2)
    with desk.reading(STAFF) as work:
        found = compare(work, [second.id, first.id, second.id])
    lines = {line.label: (line.values, line.differs) for line in found.lines}
    assert [good.id for good in found.goods] == [second.id, first.id]
    assert lines["ПТР"] == (("0.2\u00a0г/10 мин", "0.1\u00a0г/10 мин"), True)
    assert lines["Полимер"] == (("ПЭВД", "ПЭВД"), False)
    assert lines["Способы"][1] is False, "the same values in another order are the same"
    assert "Producer" not in lines, "nobody has one"


def test_what_is_not_visible_is_not_there_and_more_than_five_are_refused(desk: Desk) -> None:
    many = grades(desk, 6)
    with desk.work() as work:
        group = make.category(work)
        open_one = make.product(work, category=group)
        contract = make.contract(work, company=make.company(work), categories=(group,))
    with desk.reading(buyer(contract)) as work:
        assert [good.id for good in compare(work, [many[0].id, open_one.id, uuid4()]).goods] == [open_one.id]
        with pytest.raises(Refused) as refused:
            compare(work, [one.id for one in many])
    assert [problem.code for problem in refused.value.problems] == ["catalog.too_many_to_compare"]


def test_five_take_no_more_statements_than_two(desk: Desk) -> None:
    ids: list[UUID] = [one.id for one in grades(desk, 5)]
    taken = []
    for count in (2, 5):
        with desk.reading(STAFF) as work, counted_statements() as found:
            compare(work, ids[:count])
        taken.append(len(found))
    assert taken[0] == taken[1] <= 4


def test_the_page_and_the_json_show_the_same(portal: Portal) -> None:
    with portal.work() as work:
        one, other = make.product(work, name="Марка 1", unit="кг"), make.product(work, name="Марка 2", unit="л")
        staff = make.staff(work, role="admin", lang="en")
    browser = portal.sign_in(staff)
    page = browser.get(f"/catalog/compare?id={one.id}&id={other.id}").text
    assert "differs" in page
    assert f'href="/catalog/compare?id={other.id}"' in page, "the first can be taken away"
    told = browser.get(f"/api/v1/products/compare?id={one.id}&id={other.id}").json
    assert (told["ids"], {line["label"] for line in told["lines"]}) == ([str(one.id), str(other.id)], {"Least order", "Packages"})
    assert "Choose two to five products" in browser.get("/catalog/compare").text
