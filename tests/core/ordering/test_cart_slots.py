"""What plugins put beside the lines of the cart, and on its page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, cast

import pytest

from b2bkit.core.extend.plugin import Plugin, hookimpl
from b2bkit.core.extend.things import SIGNED_IN, Widget
from b2bkit.core.ordering.service.lines import Line
from b2bkit.core.work import Work
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop


class Beside(Plugin):
    """Counts how often it is asked, and marks the lines of one unit."""

    name = "beside"
    asked: ClassVar[list[int]] = []

    @hookimpl
    def register_widgets(self) -> Iterable[Widget]:
        common = {"template": "beside/beside.html", "permission": SIGNED_IN}
        yield Widget(name="beside.line", slot="cart.lines", order=10, load=self._lines, **common)  # type: ignore[arg-type]
        yield Widget(name="beside.bad", slot="cart.lines", order=20, load=self._bad, **common)  # type: ignore[arg-type]

    def _lines(self, work: Work, subject: object) -> Mapping[str, object]:
        lines = cast("Sequence[Line]", subject)
        self.asked.append(len(lines))
        return {line.line_id: {"words": f"beside {line.name}"} for line in lines if line.name.startswith("ПЭВД")}  # type: ignore[misc]

    def _bad(self, work: Work, subject: object) -> Mapping[str, object]:
        raise ValueError("on purpose")


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    Beside.asked.clear()
    return Shop(make_portal(classes=(Beside,)))


def test_a_widget_beside_lines_is_asked_once_for_all_and_one_that_fails_stands_nowhere(shop: Shop) -> None:
    shown = shop.fill("4", "2")
    client = shop.sign_in()
    page = client.get("/cart").text
    assert page.count("beside ПЭВД 15803-020") == 1
    assert "beside ПП" not in page
    assert Beside.asked == [2]
    line = shown.lines[0].line_id
    state = {name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1) for name in ("version", "seen_total", "news")}  # type: ignore[union-attr]
    changed = client.post(f"/cart/lines/{line}", {"quantity": "8", "unit": "мешок", **state}, htmx=True)
    assert changed.status_code == 200
    assert changed.text.count("beside ПЭВД 15803-020") == 1
    assert Beside.asked == [2, 1]  # of the line that changed alone
