"""What every gateway to an ERP keeps, as a test class to take over:

class TestGateway(GatewayContract):
    @pytest.fixture
    def stand(self, make_portal: MakePortal) -> Stand:
        return MyStand(make_portal(classes=(MyErp,)))
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, Protocol

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.core.db.session import PortalSession
from b2bkit.core.erp.models import Handover
from b2bkit.core.erp.service import live_lines
from b2bkit.core.extend.things import AsksLines, ErpGateway, LineQuestion
from b2bkit.core.ordering.models import Order
from b2bkit.core.ordering.service import filling
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.ordering.service.place import Placed, place_order
from b2bkit.core.work import Actor, Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

ROUNDS: Final = 12
BUDGET: Final = 0.5


class Stand(Protocol):
    """A portal, and the ERP that its gateway speaks to.

    portal      with the gateway's plugin
    exchange    lets what is owed move: runs the portal's jobs, and the ERP's side where the ERP is the one that asks; raises nothing
                when the ERP is away
    documents   how many documents the ERP has for an order, by the portal's number
    away, back  take the ERP away (it does not answer) and bring it back
    knows       makes the trade's company, contract and product known to the ERP, or names what the ERP has for them
                (`erp.remember`); nothing to do where the ERP takes orders of anybody
    """

    portal: Portal

    def exchange(self) -> None: ...

    def documents(self, number: str) -> int: ...

    def away(self) -> None: ...

    def back(self) -> None: ...

    def knows(self, trade: Trade) -> None: ...


class Trade:
    """A client with a contract and one product in the portal of a stand, known to the ERP or not: enough to order."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.company = make.company(work, name="ООО «Договор»", manager=make.staff(work))
            self.entity = make.legal_entity(work, company=self.company)
            self.prices, group = make.price_type(work), make.category(work)
            self.contract = make.contract(work, company=self.company, entity=self.entity, prices=self.prices, categories=(group,))
            self.product = make.product(work, category=group)
            make.price(work, product=self.product, prices=self.prices, value="4.20")
            make.stock(work, product=self.product, warehouse=make.warehouse(work), quantity="10000")
            self.buyer: User = make.member(work, company=self.company)

    def order(self) -> Placed:
        """An order of the buyer."""
        roles = self.portal.app.kit.roles["buyer"]
        actor = Actor(
            kind="client",
            user_id=self.buyer.id,
            company_id=self.company.id,
            contract_id=self.contract.id,
            role="buyer",
            name=self.buyer.name,
            levels=roles.levels,
        )
        with self.portal.app.work(actor) as work:
            shown = filling.add_line(work, product_id=self.product.id, unit="мешок", quantity=Decimal(1))
        with self.portal.app.work(actor) as work:
            draft = Draft(contract_id=self.contract.id, cart_version=shown.version, seen_total=shown.sums.total)
            return place_order(work, draft)

    def state(self, placed: Placed) -> tuple[str, str]:
        """State of its hand-over, and what the order itself says."""
        with self.portal.work(write=False) as work:
            row = work.session.query(Handover.state).filter_by(order_id=placed.id).one()
            return row[0], work.session.query(Order.erp_state).filter_by(id=placed.id).one()[0]


class GatewayContract:
    """What holds for every gateway. Give `stand` as a fixture: a `Stand` for each test."""

    @pytest.fixture
    def trade(self, stand: Stand) -> Trade:
        made = Trade(stand.portal)
        stand.knows(made)
        return made

    def test_it_names_itself_and_what_it_can(self, stand: Stand) -> None:
        gateway = _gateway(stand)
        assert gateway.name
        words = gateway.capabilities()
        assert words, "a gateway that can nothing is none"
        assert all(word.rpartition(".")[0] for word in words), f"capabilities are named like orders.out: {sorted(words)}"
        assert ("lines.live" in words) <= isinstance(gateway, AsksLines)

    def test_its_state_is_told_from_memory(self, stand: Stand) -> None:
        """Every page shows it: with the ERP away it comes as quickly, and says so in time."""
        stand.away()
        stand.exchange()
        stand.portal.pass_time(hours=2)
        began = time.perf_counter()
        with stand.portal.work(write=False) as work:
            seen = _gateway(stand).state(work)
        assert seen.state in ("down", "unknown")
        assert time.perf_counter() - began < 1

    def test_an_order_becomes_one_document(self, stand: Stand, trade: Trade) -> None:
        placed = trade.order()
        _exchange_until(stand, lambda: trade.state(placed)[0] == "taken")
        assert stand.documents(placed.number) == 1

    def test_handing_over_again_makes_no_second_document(self, stand: Stand, trade: Trade) -> None:
        placed = trade.order()
        _exchange_until(stand, lambda: stand.documents(placed.number) == 1)
        for _again in range(2):
            _gateway(stand).send_order(stand.portal.app.work, placed.id, str(placed.id))
            stand.exchange()
        assert stand.documents(placed.number) == 1

    def test_orders_wait_while_the_erp_is_away_and_go_out_once_when_it_is_back(self, stand: Stand, trade: Trade) -> None:
        stand.away()
        placed = [trade.order() for _ in range(3)]
        for _minute in range(3):
            stand.exchange()
            stand.portal.pass_time(minutes=1)
        assert {trade.state(one)[0] for one in placed} <= {"waiting", "offered"}
        stand.back()
        _exchange_until(stand, lambda: all(trade.state(one)[0] == "taken" for one in placed))
        assert [stand.documents(one.number) for one in placed] == [1, 1, 1]

    def test_it_calls_nobody_inside_a_transaction(self, stand: Stand, trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
        """No work is open when an order is handed over, and each that the gateway opens ends before it answers."""
        open_now: list[PortalSession] = []

        def counted(*args: Any, **options: Any) -> Any:
            context = stand.portal.app.work(*args, **options)
            return _Counted(context, open_now)

        placed = trade.order()
        _gateway(stand).send_order(counted, placed.id, str(placed.id))
        assert open_now == []

    def test_live_answers_keep_their_budget(self, stand: Stand, trade: Trade) -> None:
        """With the ERP there and away: an answer or None, never an error, never later."""
        gateway = _gateway(stand)
        if not isinstance(gateway, AsksLines) or "lines.live" not in gateway.capabilities():
            return
        for change in (stand.back, stand.away):
            change()
            began = time.perf_counter()
            question = LineQuestion("00000000-0000-0000-0000-000000000001", Decimal(1))
            gateway.ask_lines(stand.portal.app.work, [question], contract_ref="", price_type_ref="", seconds=BUDGET)
            assert time.perf_counter() - began < BUDGET + 0.5
        quantities = {trade.product.id: Decimal(1)}
        assert live_lines(stand.portal.app.work, contract_id=trade.contract.id, quantities=quantities) is None


class _Counted:
    """A work that is counted while it is open."""

    def __init__(self, context: Any, open_now: list[PortalSession]) -> None:
        self.context, self.open_now = context, open_now

    def __enter__(self) -> Work:
        work: Work = self.context.__enter__()
        assert not self.open_now, "a work is opened within another"
        self.open_now.append(work.session)
        return work

    def __exit__(self, *failure: Any) -> Any:
        self.open_now.pop()
        return self.context.__exit__(*failure)


def _gateway(stand: Stand) -> ErpGateway:
    gateway = stand.portal.app.kit.erp_gateway
    assert gateway is not None, "the plugin registers no gateway with these settings"
    return gateway


def _exchange_until(stand: Stand, done: Callable[[], bool]) -> None:
    for _round in range(ROUNDS):
        if done():
            return
        stand.exchange()
        stand.portal.pass_time(minutes=1)
    assert done(), f"nothing came of {ROUNDS} exchanges"
