"""Pages of money and papers for a kind of account that sees no contracts: what is owed is there, the contract's number nowhere."""

from __future__ import annotations

import pytest

from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop
from tests.core.settlements.test_pages import TellingErp, due, paper, settle, terms

NUMBER = "Д-771/24"
WITHOUT = '[profiles.legal_entity]\nwithout_fields = ["company.contracts"]\n'


def shop_of(make_portal: MakePortal, extra: str) -> Shop:
    """A shop whose contract has a number that is nothing else's, with debts, a payment and a paper."""
    shop = Shop(make_portal(extra=extra, classes=(TellingErp,)))
    with shop.portal.work() as work:
        found = work.session.get(type(shop.contract), shop.contract.id)
        assert found is not None
        found.number = NUMBER
    settle(shop)
    terms(shop)
    due(shop, 3)
    return shop


PAGES = ("/money", "/papers", "/papers/{paper}", "/", "/catalog", "/cart", "/checkout")
DATA = ("/api/v1/money", "/api/v1/papers", "/api/v1/papers/{paper}")


@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_a_contract_is_named_on_no_page_of_an_account_that_sees_none(make_portal: MakePortal, path: str) -> None:
    shop = shop_of(make_portal, WITHOUT)
    address = path.format(paper=paper(shop, "СЧ-1"))
    owner = make_owner(shop)
    client = shop.sign_in(owner)
    answer = client.send("GET", address) if path.startswith("/api") else client.get(address)
    assert answer.status_code in (200, 303)
    assert NUMBER not in answer.text
    assert str(shop.contract.id) not in answer.text or path in ("/checkout", "/catalog", "/cart", "/")
    if path == "/money":
        assert "1,250.40" in answer.text
        assert "By contract" not in answer.text
        assert "In detail" in answer.text


@pytest.mark.parametrize("path", ["/money", "/papers/{paper}", "/catalog", "/cart", "/api/v1/money", "/api/v1/papers/{paper}"])
def test_an_account_that_sees_contracts_reads_of_them(make_portal: MakePortal, path: str) -> None:
    shop = shop_of(make_portal, "")
    address = path.format(paper=paper(shop, "СЧ-1"))
    client = shop.sign_in(make_owner(shop))
    answer = client.send("GET", address) if path.startswith("/api") else client.get(address)
    assert NUMBER in answer.text


def make_owner(shop: Shop) -> object:
    with shop.portal.work() as work:
        return make.member(work, company=shop.company, role="owner", lang="en")
