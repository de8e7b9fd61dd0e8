"""Cursors: what goes in comes out, and nothing else is taken."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b2bkit.core.web.errors import BadRequest
from b2bkit.core.web.paging import Cursor, slice_of

KINDS = (str, UUID, Decimal, datetime, int)
VALUES = ("я", UUID(int=7), Decimal("1.50"), datetime(2026, 11, 24, 9, tzinfo=UTC), 3)


def test_a_cursor_comes_back_as_it_was() -> None:
    for backwards in (True, False):
        cursor = Cursor(VALUES, backwards)
        assert Cursor.decode(cursor.encode(), KINDS) == cursor
    assert Cursor.decode(None, KINDS) is None
    assert Cursor.decode(Cursor((None, UUID(int=1))).encode(), (str, UUID)) == Cursor((None, UUID(int=1)))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=100).map(lambda data: base64.urlsafe_b64encode(data).decode())))
def test_anything_else_is_a_bad_request(text: str) -> None:
    if not text:
        assert Cursor.decode(text, KINDS) is None
        return
    with pytest.raises(BadRequest) as caught:
        Cursor.decode(text, KINDS)
    assert caught.value.problems[0].code == "bad_cursor"


@pytest.mark.parametrize(
    "plain", ['[0,["a"]]', '[2,["a",["u","x"]]]', '[0,[["u","00"],"a"]]', "[0]", "{}", "[0,[[1,2,3],4]]", '[0,[["d","x"],1]]']
)
def test_a_cursor_of_another_list_is_a_bad_request(plain: str) -> None:
    with pytest.raises(BadRequest):
        Cursor.decode(base64.urlsafe_b64encode(plain.encode()).decode(), (str, UUID))


def test_pages_go_forward_and_back_without_gaps() -> None:
    rows = [(number,) for number in range(10)]

    def ask(text: str | None) -> tuple[tuple[tuple[int], ...], str | None, str | None]:
        at = Cursor.decode(text, (int,))
        if at is None:
            found = rows
        elif at.backwards:
            found = [row for row in reversed(rows) if row < at.values]
        else:
            found = [row for row in rows if row > at.values]
        return slice_of(found[:4], 3, at, lambda row: row)

    first = ask(None)
    assert (first[0], first[1]) == (((0,), (1,), (2,)), None)
    second, third = ask(first[2]), ask(ask(first[2])[2])
    assert second[0] == ((3,), (4,), (5,))
    last = ask(third[2])
    assert (last[0], last[2]) == (((9,),), None)
    assert ask(last[1])[0] == third[0]
    assert ask(second[1]) == (first[0], None, first[2])
