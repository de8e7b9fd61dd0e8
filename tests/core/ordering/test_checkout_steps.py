"""The checkout is made of steps: what asks nothing is not there, plugins add theirs, a deployment reorders and drops."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from b2bkit import CheckoutStep, Plugin, Problem, Refused, Work, hookimpl
from b2bkit.core.accounts.models import Address, Contract, LegalEntity
from b2bkit.core.errors import ConfigError
from b2bkit.core.ordering.models import Cart, Order
from b2bkit.core.ordering.service import cart, filling
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import AskedErp, Shop

D = Decimal
KEPT: dict[UUID, str] = {}


class PlateForm(BaseModel):
    plate: str = Field(min_length=4, max_length=12)


def only_pick_up(work: Work, draft: Draft) -> bool:
    return draft.address_id is None


def take_plate(work: Work, draft: Draft, values: PlateForm) -> Draft:
    if "О" in values.plate:
        raise Refused(Problem("van.letter", "The letter О is not used in plates.", "plate"))
    return replace(draft, comment=f"{draft.comment} [{values.plate}]".strip())


def keep_plate(work: Work, order_id: UUID, values: PlateForm) -> None:
    KEPT[order_id] = values.plate


class Van(Plugin):
    """Asks for the vehicle that comes for the goods."""

    name = "van"

    @hookimpl
    def register_checkout_steps(self) -> Iterable[CheckoutStep]:
        yield CheckoutStep(
            name="van.plate", order=350, label="Vehicle", template="van/plate.html", form=PlateForm, applies=only_pick_up,
            load=lambda work, draft: {"hint": "plate of the lorry"}, complete=take_plate, placed=keep_plate,
        )  # fmt: skip


def fields(client: Client, **changed: str) -> dict[str, str]:
    """The checkout's form as the page gave it."""
    page = client.get("/checkout").text
    found = {name: value for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', page) if not name.startswith("_")}
    found = {name: found[name] for name in ("contract_id", "version", "seen_total", "news")}
    return {**found, **changed}


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 id="h-step-\d+">([^<]+)<', page)


@pytest.fixture
def van(make_portal: MakePortal) -> Shop:
    shop = Shop(make_portal(classes=(Van,)))
    shop.fill("4")
    return shop


def test_steps_that_have_nothing_to_ask_are_not_shown(shop: Shop) -> None:
    shop.fill("4")
    client = shop.sign_in()
    assert headings(client.get("/checkout").text) == ["Delivery", "When and what else", "Contents"]
    with shop.portal.work() as work:
        work.session.query(Address).filter_by(company_id=shop.company.id).delete()
    assert headings(client.get("/checkout").text) == ["When and what else", "Contents"]


def test_a_step_of_a_plugin_is_asked_checked_and_written_with_the_order(van: Shop) -> None:
    client = van.sign_in()
    assert "plate of the lorry" in client.get("/checkout").text
    wrong = client.post("/checkout", fields(client, plate="OX", comment="к воротам", wanted_on="вчера"))
    assert wrong.status_code == 422
    assert "At least" in wrong.text or "at least 4" in wrong.text
    assert "Enter a date" in wrong.text
    assert "к воротам" in wrong.text
    assert "The letter О" in client.post("/checkout", fields(client, plate="АО 1234")).text
    assert client.post("/checkout", fields(client, plate="AB 1234")).status_code == 303
    with van.portal.work() as work:
        order = work.session.query(Order).one()
    assert order.comment == "[AB 1234]"
    assert KEPT[order.id] == "AB 1234"


def test_a_step_that_does_not_apply_to_what_was_chosen_asks_nothing(van: Shop) -> None:
    client = van.sign_in()
    assert client.post("/checkout", fields(client, address_id=str(van.address.id))).status_code == 303


def test_machines_tell_the_fields_of_further_steps_by_name(van: Shop) -> None:
    client = van.sign_in()
    missing = client.send("POST", "/api/v1/orders", {})
    assert [one["field"] for one in missing.json["problems"]] == ["steps.plate"]
    unknown = client.send("POST", "/api/v1/orders", {"steps": {"plate": "AB 1234", "colour": "red"}})
    assert [one["field"] for one in unknown.json["problems"]] == ["steps.colour"]
    assert client.send("POST", "/api/v1/orders", {"steps": {"plate": "AB 1234"}}).status_code == 201


def test_a_deployment_reorders_and_drops_steps(make_portal: MakePortal) -> None:
    extra = '[checkout]\nhide = ["ordering.delivery"]\norder = { "ordering.contents" = 50 }\n'
    shop = Shop(make_portal(extra=extra))
    shop.fill("4")
    client = shop.sign_in()
    assert headings(client.get("/checkout").text) == ["Contents", "When and what else"]
    assert client.post("/checkout", fields(client)).status_code == 303


def test_an_unknown_step_stops_the_start_with_its_cure(make_portal: MakePortal) -> None:
    with pytest.raises(ConfigError, match=r"there is no step 'ordering\.delivry'.*ordering\.delivery"):
        make_portal(extra='[checkout]\nhide = ["ordering.delivry"]\n')


class Second(Plugin):
    """Names a field that is taken."""

    name = "second"

    @hookimpl
    def register_checkout_steps(self) -> Iterable[CheckoutStep]:
        yield CheckoutStep(name="second.step", order=1, label="Second", template="x.html", form=PlateForm)


def test_two_steps_with_a_field_of_one_name_stop_the_start(make_portal: MakePortal) -> None:
    with pytest.raises(ConfigError, match=r"van\.plate.*'plate' is already one of second\.step|second\.step.*already one of van\.plate"):
        make_portal(classes=(Van, Second))


class TestSeveralLegalEntities:
    """A company with two legal entities, each with a contract."""

    @pytest.fixture
    def two(self, make_portal: MakePortal) -> Shop:
        shop = Shop(make_portal(classes=(AskedErp,)))
        with shop.portal.work() as work:
            self.entity: LegalEntity = make.legal_entity(work, company=shop.company, name="ЗАО «Вторая Плёнка»")
            self.contract: Contract = make.contract(
                work, company=shop.company, entity=self.entity, prices=shop.prices, categories=(shop.group,), number="77/Б"
            )
        return shop

    def test_a_cart_goes_along_to_another_contract_and_what_it_does_not_sell_stays(self, two: Shop) -> None:
        with two.portal.work() as work:
            third = make.contract(work, company=two.company, entity=two.entity, prices=two.prices, categories=(two.closed_group,))
        two.fill("4", "2")
        client = two.sign_in()
        assert "77/Б" in client.get("/checkout").text
        moved = client.post("/cart/contract", {"contract": str(self.contract.id)})
        assert moved.headers["location"] == "/checkout"
        page = client.get("/checkout").text
        assert "ЗАО «Вторая Плёнка»" in page
        assert "ПП 21030" in page
        stayed = client.post("/cart/contract", {"contract": str(third.id)})
        assert stayed.headers["location"] == "/checkout?left=2"
        page = client.get("/cart").text
        assert "Your other carts" in page
        assert "77/Б" in page
        with two.portal.work() as work:
            versions = {row.contract_id: row.version for row in work.session.query(Cart)}
        assert versions[two.contract.id] > 2, "another tab with the old cart notices"

    def test_a_contract_of_somebody_else_is_as_absent_as_none(self, two: Shop) -> None:
        two.fill("4")
        client = two.sign_in()
        client.get("/cart")
        answers = [client.post("/cart/contract", {"contract": id_}) for id_ in (str(two.other_contract.id), str(two.product.id))]
        assert [answer.status_code for answer in answers] == [404, 404]

    def test_the_consignee_is_chosen_kept_and_goes_out_with_the_order(self, two: Shop) -> None:
        from b2bkit.core.erp.service.outgoing import outgoing

        two.fill("4")
        client = two.sign_in()
        assert "Consignee" in client.get("/checkout").text
        answer = client.post("/checkout", fields(client, consignee_id=str(self.entity.id)))
        assert answer.status_code == 303, answer.text
        assert "ЗАО «Вторая Плёнка»" in client.get(answer.headers["location"]).text
        with two.portal.work() as work:
            order = work.session.query(Order).one()
            assert order.consignee_id == self.entity.id
            [sent] = outgoing(work, [order.id], system="asked.line")
        assert sent.consignee is not None
        assert sent.consignee.name == "ЗАО «Вторая Плёнка»"

    def test_a_consignee_of_another_company_is_absent(self, two: Shop) -> None:
        two.fill("4")
        client = two.sign_in()
        assert client.post("/checkout", fields(client, consignee_id=str(two.other_entity.id))).status_code == 404

    def test_carts_of_two_contracts_do_not_mix(self, two: Shop) -> None:
        two.fill("4")
        with two.portal.app.work(two.actor(contract=self.contract)) as work:
            filling.add_line(work, product_id=two.second.id, unit="мешок", quantity=D(2))
            assert [line.name for line in cart.view(work).lines] == ["ПП 21030"]
        with two.work() as work:
            assert [line.name for line in cart.view(work).lines] == ["ПЭВД 15803-020"]
