"""The hand-over against a model: orders, exchanges, crashes, refusals and resends in any order."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b2bkit.core.erp import service as erp
from b2bkit.core.errors import Conflict
from tests.core.ordering.shop import Shop

STEPS = st.lists(
    st.one_of(
        st.just(("place",)),
        st.tuples(st.sampled_from(["offer", "confirm", "release"]), st.sampled_from(["a", "b"])),
        st.tuples(st.sampled_from(["refuse", "resend"]), st.integers(0, 3)),
        st.just(("crash",)),
        st.just(("later",)),
    ),
    min_size=8,
    max_size=16,
)


class Model:
    """What must be true: each order is waiting, offered in one batch, taken or refused."""

    def __init__(self) -> None:
        self.state: dict[UUID, str] = {}
        self.offered_at: dict[UUID, int] = {}
        self.now = 0

    def offerable(self, batch: str) -> set[UUID]:
        return {
            id_
            for id_, state in self.state.items()
            if state == "waiting" or (state.startswith("in:") and state != f"in:{batch}" and self.now > self.offered_at[id_])
        }

    def within(self, batch: str) -> set[UUID]:
        return {id_ for id_, state in self.state.items() if state == f"in:{batch}"}


class _Crash(Exception):
    """The process dies before the commit."""


def _step(shop: Shop, model: Model, confirmed: Counter[UUID], step: tuple[object, ...]) -> None:
    kind, batch = step[0], str(step[1]) if len(step) > 1 else ""
    if kind == "place":
        model.state[shop.order("1").id] = "waiting"
    elif kind == "offer":
        expected = model.offerable(batch)
        with shop.portal.work() as work:
            found = {order.id for order in erp.offer_batch(work, batch)}
        assert found == expected
        model.state |= dict.fromkeys(found, f"in:{batch}")
        model.offered_at |= dict.fromkeys(found, model.now)
    elif kind == "confirm":
        expected = model.within(batch)
        with shop.portal.work() as work:
            confirmed.update(order.id for order in erp.offered_in(work, batch))
            assert erp.confirm_batch(work, batch) == len(expected)
        model.state |= dict.fromkeys(expected, "taken")
    elif kind == "release":
        expected = model.within(batch)
        with shop.portal.work() as work:
            assert erp.release_batch(work, batch) == len(expected)
        model.state |= dict.fromkeys(expected, "waiting")
    elif kind == "crash":
        with pytest.raises(_Crash):
            _exchange_that_dies(shop)
    elif kind == "later":
        shop.portal.pass_time(minutes=31)
        model.now += 1
    elif model.state:
        _decide(shop, model, str(kind), list(model.state)[int(str(step[1])) % len(model.state)])


def _exchange_that_dies(shop: Shop) -> None:
    with shop.portal.work() as work:
        erp.offer_batch(work, "a")
        erp.confirm_batch(work, "a")
        raise _Crash


def _decide(shop: Shop, model: Model, kind: str, order_id: UUID) -> None:
    if kind == "refuse":
        with shop.portal.work() as work:
            erp.refuse(work, order_id, "no")
        if model.state[order_id] != "taken":
            model.state[order_id] = "refused"
    elif model.state[order_id] == "taken":
        with pytest.raises(Conflict), shop.work(shop.manager) as work:
            erp.resend(work, order_id)
    else:
        with shop.work(shop.manager) as work:
            erp.resend(work, order_id)
        model.state[order_id] = "waiting"


@pytest.mark.slow
@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_each_order_is_confirmed_once_and_only_where_it_was_offered(shop: Shop, steps: list[tuple[object, ...]]) -> None:
    with shop.portal.work() as work:  # what an example before this one left does not disturb
        for batch in ("a", "b"):
            erp.confirm_batch(work, batch)
        erp.offer_batch(work, "rest", limit=1000)
        erp.confirm_batch(work, "rest")
    model, confirmed = Model(), Counter[UUID]()
    for step in [("place",), ("offer", "a"), ("place",), *steps]:
        _step(shop, model, confirmed, step)
    shop.portal.pass_time(minutes=31)
    with shop.portal.work() as work:
        found = erp.offer_batch(work, "last", limit=1000)
        confirmed.update(order.id for order in found)
        erp.confirm_batch(work, "last")
    refused = {id_ for id_, state in model.state.items() if state == "refused"}
    assert confirmed == Counter(set(model.state) - refused)
