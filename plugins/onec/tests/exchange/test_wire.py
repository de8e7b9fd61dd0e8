"""What the child says of a file is what the portal hears; whatever else comes on that line is no record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b2bkit_onec.commerceml import records
from b2bkit_onec.wire import KINDS, BadWire, Line, decode, encode, read

st.register_type_strategy(str, st.text(st.characters(exclude_categories=("Cs",)), max_size=8))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
PRODUCT = encode(records.Product("1", "1", "", name="Труба"))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_record_comes_back_as_it_was(kind: type[Any], data: st.DataObject) -> None:
    item = data.draw(st.from_type(kind))
    again = decode(encode(item))
    assert again == item
    assert type(again) is kind


def test_goods_and_offers_are_read_when_they_are_asked_for() -> None:
    for item in (records.Product("1", "1", "", name="Труба"), records.Offer("1", "1", "", name="Труба")):
        line = read(encode(item))
        assert isinstance(line, Line)
        assert (line.kind, line.item()) == (type(item), item)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[",
        b"{}",
        b"[]",
        b'["Product"]',
        b'["Product",{}]',
        b'["Order",{}]',
        b'["Group",{"id":"1","name":7}]',
        b'["Group",{"id":"1","name":"a","deleted":"no"}]',
        b'["Group",{"id":"1"}]',
        b'["Group",["1","a"]]',
        PRODUCT[:-1],
        PRODUCT + b"]",
        PRODUCT + PRODUCT,
        PRODUCT.replace(b'"quantity"', b'"_"').replace(b"1", b"\xff"),
    ],
    ids=str,
)
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(BadWire):
        decode(line)
