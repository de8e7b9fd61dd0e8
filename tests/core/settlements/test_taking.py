"""What an ERP tells of money and papers, and who sees it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.accounts.models import Contract
from b2bkit.core.erp import service as erp
from b2bkit.core.settlements import service
from b2bkit.core.settlements.models import ContactPerson, Due, Paper, PaperLine, Settlement, Terms
from b2bkit.core.settlements.news import (
    ContactNews,
    ContractNews,
    DueNews,
    PaperLineNews,
    PaperNews,
    SettlementNews,
    Taken,
    Told,
)
from b2bkit.core.work import Work
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import AskedErp, Shop

D = Decimal
SYSTEM = "asked.line"
PARTY, OTHER, CONTRACT, PARTNER = "party-1", "party-2", "contract-1", "partner-1"


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    """A trade whose ERP knows both companies, and one contract of the first."""
    shop = Shop(make_portal(classes=(AskedErp,)))
    with shop.portal.work() as work:
        erp.remember(work, system=SYSTEM, entity="legal_entity", pairs={PARTY: shop.entity.id, OTHER: shop.other_entity.id})
        erp.remember(work, system=SYSTEM, entity="contract", pairs={CONTRACT: shop.contract.id})
        erp.remember(work, system=SYSTEM, entity="company", pairs={PARTNER: shop.company.id})
    return shop


def now(work: Work, *, hours: int = 0, whole: bool = True) -> Told:
    return Told(as_of=work.now + timedelta(hours=hours), whole=whole)


def settle(shop: Shop, *news: SettlementNews, hours: int = 0, whole: bool = True) -> Taken:
    with shop.portal.work() as work:
        return service.take_settlements(work, news, system=SYSTEM, told=now(work, hours=hours, whole=whole))


def debt(party: str = PARTY, amount: str = "100.00", **values: Any) -> SettlementNews:
    return SettlementNews(
        party_ref=party, debt=D(amount), **{"currency": "BYN", "contract_ref": CONTRACT if party == PARTY else "", **values}
    )


def sums(shop: Shop) -> Sequence[tuple[Decimal, Decimal, Decimal]]:
    with shop.portal.work() as work:
        return [(row.debt, row.overdue, row.prepaid) for row in work.session.query(Settlement).order_by(Settlement.debt)]


def test_a_debt_is_kept_with_its_age_and_an_equal_one_only_gets_younger(shop: Shop) -> None:
    first = settle(shop, debt(overdue=D("20.50")))
    again = settle(shop, debt(overdue=D("20.50")), hours=1)
    assert (first.new, again.new, again.changed) == (1, 0, 0)
    assert sums(shop) == [(D("100.00"), D("20.50"), D("0.00"))]
    with shop.portal.work() as work:
        assert work.session.query(Settlement).one().as_of == work.now + timedelta(hours=1)


def test_news_older_than_what_is_known_changes_nothing(shop: Shop) -> None:
    settle(shop, debt(amount="100.00"))
    settle(shop, debt(amount="900.00"), hours=-1)
    settle(shop, hours=-1)
    assert sums(shop) == [(D("100.00"), D(0), D(0))]


def test_what_a_whole_set_leaves_out_is_settled_and_what_a_part_leaves_out_stays(shop: Shop) -> None:
    settle(shop, debt(), debt(OTHER, "7.00"))
    part = settle(shop, debt(amount="50.00"), hours=1, whole=False)
    assert (part.changed, part.ended, len(sums(shop))) == (1, 0, 2)
    whole = settle(shop, debt(amount="50.00"), hours=2)
    assert (whole.ended, sums(shop)) == (1, [(D("50.00"), D(0), D(0))])


def test_sums_under_contracts_that_the_portal_does_not_know_add_up(shop: Shop) -> None:
    settle(shop, debt(contract_ref="unknown-1", amount="10.00"), debt(contract_ref="unknown-2", amount="5.00"))
    assert sums(shop) == [(D("15.00"), D(0), D(0))]


def test_an_unknown_counterparty_is_refused_once_with_a_cure_and_harms_no_other(shop: Shop) -> None:
    taken = settle(shop, debt("nobody"), debt("nobody", currency="USD"), debt())
    assert [ref for ref, _reason, _cure in taken.refused] == ["nobody"]
    assert all(taken.refused[0])
    assert len(sums(shop)) == 1


def test_a_contract_of_another_client_is_never_put_on_a_debt(shop: Shop) -> None:
    settle(shop, debt(OTHER, contract_ref=CONTRACT))
    with shop.portal.work() as work:
        assert work.session.query(Settlement).one().contract_id is None


def test_expected_payments_find_their_order_and_go_when_they_are_paid(shop: Shop) -> None:
    order = shop.order()
    due = DueNews(
        party_ref=PARTY,
        contract_ref=CONTRACT,
        deal_ref=str(order.id),
        deal="УТ-1",
        due_on=date(2026, 12, 1),
        amount=D("30.00"),
        currency="BYN",
    )
    with shop.portal.work() as work:
        assert service.take_dues(work, [due], system=SYSTEM, told=now(work)).new == 1
        assert work.session.query(Due.order_id, Due.amount).one() == (order.id, D("30.00"))
        assert service.take_dues(work, [], system=SYSTEM, told=now(work, hours=1)).ended == 1


def take(work: Work, *news: PaperNews, hours: int = 0) -> Taken:
    return service.take_papers(work, news, system=SYSTEM, told=now(work, hours=hours))


def paper(**values: Any) -> PaperNews:
    line = PaperLineNews(name="Полиэтилен", unit="кг", quantity=D("25"), price=D("4.20"), total=D("105.00"))
    told: dict[str, Any] = {
        "ref": "paper-1", "kind": "shipment", "number": "УТ-12", "on": date(2026, 11, 20), "party_ref": PARTY, "total": D("105.00"),
        "version": "AAAAAQ==", "lines": (line,),
    }  # fmt: skip
    return PaperNews(**{**told, **values})


def test_a_paper_shows_while_it_is_posted_and_comes_back_when_it_is_posted_again(shop: Shop) -> None:
    seen = []
    for hour, posted in enumerate((True, False, True)):
        with shop.portal.work() as work:
            take(work, paper(posted=posted, version=f"v{hour}"), hours=hour)
            seen.append(len(service.papers(work)))
    assert seen == [1, 0, 1]


def test_lines_of_a_changed_paper_are_replaced_and_of_an_equal_one_left(shop: Shop) -> None:
    with shop.portal.work() as work:
        take(work, paper())
        before = work.session.query(PaperLine.id).one()
        take(work, paper(), hours=1)
        assert work.session.query(PaperLine.id).one() == before
        line = PaperLineNews(name="Полипропилен", quantity=D("1"), price=D("2"), total=D("2.00"))
        assert take(work, paper(lines=(line, line), version="v2"), hours=2).changed == 1
        assert work.session.query(PaperLine.name).all() == [("Полипропилен",)] * 2


def test_a_paper_does_not_move_to_another_client(shop: Shop) -> None:
    with shop.portal.work() as work:
        take(work, paper())
        assert [ref for ref, _reason, _cure in take(work, paper(party_ref=OTHER), hours=1).refused] == ["paper-1"]
        assert work.session.query(Paper.company_id).one() == (shop.company.id,)


def test_contracts_bring_terms_and_close_when_their_time_is_over(shop: Shop) -> None:
    with shop.portal.work() as work:
        news = [
            ContractNews(ref=CONTRACT, party_ref=PARTY, number="45-Д", delay_days=30, limit=D("50000"), stops_overdue=True),
            ContractNews(ref="contract-2", party_ref=PARTY, number="46-Д", currency="BYN", valid_until=date(2020, 1, 1)),
            ContractNews(ref="agreement", kind="agreement", partner_ref=PARTNER, number="Оптовое"),
        ]
        taken = service.take_contracts(work, news, system=SYSTEM, told=now(work))
        assert (taken.new, [ref for ref, _reason, _cure in taken.refused]) == (1, ["agreement"])
        known = work.session.get(Contract, shop.contract.id)
        work.session.refresh(known)
        assert known is not None
        assert (known.number, known.payment_delay_days, known.active) == ("45-Д", 30, True)
        assert work.session.query(Terms.credit_limit, Terms.stops_overdue).filter_by(contract_id=known.id).one() == (D("50000.00"), True)
        assert work.session.query(Contract.active).filter_by(number="46-Д").one() == (False,)
        again = service.take_contracts(work, news, system=SYSTEM, told=now(work, hours=1))
        assert (again.new, again.changed) == (0, 0)


def test_a_contract_does_not_move_to_another_counterparty(shop: Shop) -> None:
    with shop.portal.work() as work:
        taken = service.take_contracts(work, [ContractNews(ref=CONTRACT, party_ref=OTHER, number="1")], system=SYSTEM, told=now(work))
        assert [ref for ref, _reason, _cure in taken.refused] == [CONTRACT]


def test_contact_persons_come_change_and_leave(shop: Shop) -> None:
    with shop.portal.work() as work:
        news = [
            ContactNews(ref="c1", partner_ref=PARTNER, name="Ирина Лапко", phone="+375 29 111"),
            ContactNews(ref="c2", partner_ref="?", name="Никто"),
        ]
        taken = service.take_contacts(work, news, system=SYSTEM)
        assert (taken.new, len(taken.refused)) == (1, 1)
        service.take_contacts(work, [ContactNews(ref="c1", partner_ref=PARTNER, name="Ирина Лапко", active=False)], system=SYSTEM)
        assert work.session.query(ContactPerson.active, ContactPerson.company_id).one() == (False, shop.company.id)


def test_a_client_sees_the_money_and_papers_of_its_own_company_only(shop: Shop) -> None:
    settle(shop, debt(amount="100.00"), debt(OTHER, "999.00"))
    with shop.portal.work() as work:
        take(work, paper(), paper(ref="paper-2", party_ref=OTHER, number="УТ-13"))
    with shop.work(write=False) as work:
        assert [row.debt for row in service.money(work)] == [D("100.00")]
        assert [row.number for row in service.papers(work)] == ["УТ-12"]
