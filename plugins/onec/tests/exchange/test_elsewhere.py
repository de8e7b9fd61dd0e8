"""One source for each kind of data: a file leaves out what the settings give to another way, tells so, and takes everything else."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from b2bkit.core.accounts.models import Company, Contract, ContractCategory, LegalEntity
from b2bkit.core.catalog.models import Product, Stock, Warehouse
from b2bkit.core.erp import service as erp
from b2bkit.core.ordering.models import Order
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.settlements.news import ContractNews, Told
from b2bkit.core.settlements.service import take_contracts
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.commerceml import contracts, records
from b2bkit_onec.models import Flow, Run
from plugins.onec.tests.exchange.applying import apply, one, refused, rows
from plugins.onec.tests.exchange.onec import PASSWORD, OneC, upload

ENVIRONMENT = {"B2BKIT_ONEC_PASSWORD": PASSWORD, "B2BKIT_ONEC_ODATA_PASSWORD": "Секрет-OData-77"}
GOOD = records.Product("p-1", "p-1", "", "ПЭВД 15803-020", unit_name="кг")
OFFER = records.Offer(
    "p-1", "p-1", "", quantity=Decimal(40), prices=(records.Price("opt", Decimal("4.62"), "BYN"),),
    stocks=(records.StockRow("minsk", Decimal(40)),),
)  # fmt: skip
DECLARED = (records.PriceType("opt", "Оптовая", "BYN"), records.Warehouse("minsk", "Минск"), records.Group("films", "Плёнки", ""))
AGREED = contracts.Contract("contract-1", "Д-17", dt.date(2025, 3, 1), "opt", "BYN", 30, ("films",))
PARTY = records.Counterparty(
    "party-1", "Полимер", official_name='ООО "Полимер"', inn="7701234567", people=(records.Person("person-1", "Ольга Мороз"),),
    requisites=contracts.contract_requisites([AGREED], "olga@portal.by"), line=7,
)  # fmt: skip
ORDER = records.Document(
    "order-1", "П-000001", dt.date(2026, 11, 2), operation="Заказ товара", currency="BYN", total=Decimal(10), counterparties=(PARTY,)
)
OFFERS = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация ВерсияСхемы="2.10" ДатаФормирования="2026-11-24T10:00:00"><ПакетПредложений><Ид>c#</Ид><ИдКаталога>c</ИдКаталога>
<ТипыЦен><ТипЦены><Ид>opt</Ид><Наименование>Оптовая</Наименование><Валюта>BYN</Валюта></ТипЦены></ТипыЦен>
<Предложения><Предложение><Ид>p-1</Ид><Наименование>ПЭВД</Наименование><Цены><Цена><ИдТипаЦены>opt</ИдТипаЦены>
<ЦенаЗаЕдиницу>5.10</ЦенаЗаЕдиницу><Валюта>BYN</Валюта></Цена></Цены><Количество>40</Количество></Предложение></Предложения>
</ПакетПредложений></КоммерческаяИнформация>"""


def portal_of(make_portal: MakePortal, *, odata: bool = True, **ways: str) -> Portal:
    """A portal whose settings give these kinds these ways; contracts and papers go by OData where it is there, contacts as clients do."""
    tables = '[plugins.onec.odata]\nurl = "http://127.0.0.1:9/base"\n' if odata else ""
    tables += "".join(f'[plugins.onec.flows.{name}]\nway = "{way}"\n' for name, way in ways.items())
    return make_portal(plugins={"onec": {}}, extra='languages = ["en", "ru"]\n' + tables, environment=ENVIRONMENT)


def left(found: Any) -> dict[str, int]:
    return {kind: row["left"] for kind, row in found.counts.items() if row.get("left")}


def test_prices_that_go_by_odata_stay_as_odata_told_them_and_stock_is_taken(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, prices="odata")
    apply(portal, *DECLARED, GOOD)
    with portal.work() as work:
        told = {"price_type_id": one(portal, PriceType)["id"], "product_id": one(portal, Product)["id"], "min_quantity": Decimal(0)}
        work.session.insert_rows(Price, [{**told, "value": Decimal("4.99"), "as_of": work.now}])
    portal.pass_time(hours=1)
    renamed = records.PriceType("opt", "Другое имя", "USD")
    intake = apply(portal, renamed, OFFER, replace(GOOD, prices=OFFER.prices))
    assert one(portal, Price)["value"] == Decimal("4.99")
    assert (one(portal, PriceType)["name"], one(portal, PriceType)["currency"]) == ("Оптовая", "BYN")
    assert one(portal, Stock)["quantity"] == Decimal(40)
    assert left(intake) == {"price_types": 1, "prices": 2}
    assert refused(intake) == []
    with portal.work(write=False) as work:
        assert {"stock", "catalog"} <= erp.freshness(work).keys()
        assert "prices" not in erp.freshness(work)


def test_stock_that_goes_by_odata_is_left_out_and_prices_are_taken(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, stock="odata")
    apply(portal, *DECLARED, GOOD)
    intake = apply(portal, records.Warehouse("minsk", "Другое имя"), records.Warehouse("gomel", "Гомель"), OFFER)
    assert rows(portal, Stock) == []
    assert sorted(row["name"] for row in rows(portal, Warehouse)) == ["Гомель", "Минск"]
    assert one(portal, Price)["value"] == Decimal("4.62")
    assert left(intake) == {"warehouses": 1, "stock": 1}


def test_an_offer_that_is_marked_as_deleted_withdraws_no_price_of_odata(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, prices="odata")
    apply(portal, *DECLARED, GOOD)
    with portal.work() as work:
        told = {"price_type_id": one(portal, PriceType)["id"], "product_id": one(portal, Product)["id"], "min_quantity": Decimal(0)}
        work.session.insert_rows(Price, [{**told, "value": Decimal("4.99"), "as_of": work.now}])
    apply(portal, replace(OFFER, prices=(), stocks=(), quantity=None, deleted=True))
    assert one(portal, Price)["value"] == Decimal("4.99")


def test_clients_and_orders_that_go_by_odata_are_left_out_of_files(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, parties="odata", order_status="odata")
    intake = apply(portal, *DECLARED, PARTY, ORDER)
    assert rows(portal, Company) == rows(portal, LegalEntity) == rows(portal, Contract) == rows(portal, Order) == []
    assert left(intake) == {"people": 1, "counterparties": 1, "orders": 1}


@pytest.mark.parametrize(("ways", "way"), [({}, "site"), ({"parties": "odata"}, "odata"), ({"contacts": "odata"}, "odata")])
def test_contact_persons_go_the_way_of_their_clients_unless_told_otherwise(make_portal: MakePortal, ways: dict[str, str], way: str) -> None:
    portal = portal_of(make_portal, **ways)
    plugin: Any = portal.app.kit.plugins["onec"]
    assert plugin.flows["contacts"].way == way
    intake = apply(portal, *DECLARED, PARTY)
    assert ("people" in left(intake)) is (way == "odata")


def test_what_is_switched_off_is_not_taken_from_files_either(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, odata=False, prices="off")
    intake = apply(portal, *DECLARED, GOOD, OFFER)
    assert (rows(portal, Price), len(rows(portal, Stock))) == ([], 1)
    assert left(intake) == {"prices": 1}


@pytest.mark.parametrize("odata", [False, True])
def test_by_files_alone_everything_of_them_is_taken(make_portal: MakePortal, odata: bool) -> None:
    portal = portal_of(make_portal, odata=odata, **({"contracts": "off", "papers": "off"} if odata else {}))
    intake = apply(portal, *DECLARED, GOOD, OFFER, PARTY, ORDER)
    assert left(intake) == {}
    assert [len(rows(portal, entity)) for entity in (Price, Stock, Company, Contract, Order)] == [1, 1, 1, 1, 1]
    apply(portal, replace(PARTY, requisites=contracts.contract_requisites([replace(AGREED, number="Д-18", deferral_days=45)])))
    assert (one(portal, Contract)["number"], one(portal, Contract)["payment_delay_days"]) == ("Д-18", 45)


def test_a_contract_keeps_the_terms_of_odata_and_takes_what_only_files_tell(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal)
    apply(portal, *DECLARED, records.PriceType("vip", "VIP", "BYN"), records.Group("pipes", "Трубы", ""), PARTY)
    with portal.work() as work:
        told = ContractNews(ref="contract-1", party_ref="party-1", number="Д-17/бис", signed_on=dt.date(2025, 4, 2), delay_days=14)
        assert take_contracts(work, [told], system="onec", told=Told(as_of=work.now, whole=False)).refused == ()
    terms = ("number", "signed_on", "payment_delay_days", "active", "currency")
    before = {name: one(portal, Contract)[name] for name in terms}
    assert (before["number"], before["payment_delay_days"]) == ("Д-17/бис", 14)
    other = replace(AGREED, price_type_id="vip", group_ids=("pipes",), deferral_days=90, active=False, currency="USD")
    second = replace(AGREED, id="contract-2", number="Д-40")
    intake = apply(portal, replace(PARTY, requisites=contracts.contract_requisites([other, second], "olga@portal.by")))
    contract = one(portal, Contract, number="Д-17/бис")
    assert {name: contract[name] for name in terms} == before
    assert contract["price_type_id"] == one(portal, PriceType, name="VIP")["id"]
    opened = [row["contract_id"] for row in rows(portal, ContractCategory)]
    assert (opened.count(contract["id"]), len(opened)) == (1, 2)
    assert (one(portal, Contract, number="Д-40")["payment_delay_days"], one(portal, Company)["name"]) == (30, "Полимер")
    assert left(intake)["contracts"] == 1


def test_1c_and_staff_are_told_what_was_left_out_and_other_flows_are_not_touched(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, prices="odata")
    apply(portal, GOOD)
    with portal.work() as work:
        work.session.add(Flow(name="prices", paused=True, failures=2, error="1C did not answer in time."))
        admin = make.staff(work, role="admin")
    OneC(portal).give({"offers.xml": OFFERS.encode()})
    assert "Left out, since the portal's settings give it to another way: prices 1." in upload(portal, "offers.xml").message
    with portal.work(write=False) as work:
        (run,) = work.session.query(Run).filter_by(way="site").all()
        assert (run.flow, run.counts["stock"]["told"], run.counts["prices"]["left"]) == ("stock", 1, 1)
        assert (work.session.get_one(Flow, "prices").failures, rows(portal, Price)) == (2, [])
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", portal.sign_in(admin).get("/admin/exchange/flows/stock").text))
    assert "They were left out, the rest was taken." in page
    assert "prices: 1 (they come by OData)" in page


def test_a_file_of_nothing_else_is_a_run_of_the_catalogue_that_tells_what_was_left_out(make_portal: MakePortal) -> None:
    portal = portal_of(make_portal, prices="odata", stock="odata")
    apply(portal, GOOD)
    OneC(portal).give({"offers.xml": OFFERS.encode()})
    with portal.work(write=False) as work:
        (run,) = work.session.query(Run).filter_by(way="site").all()
        assert (run.flow, run.outcome) == ("catalog", "good")
        assert {kind: row["left"] for kind, row in run.counts.items() if row.get("left")} == {"prices": 1, "stock": 1}
    bad = OFFERS.replace("</Предложение>", "")
    OneC(portal).give({"offers.xml": bad.encode()})
    with portal.work(write=False) as work:
        assert [run.flow for run in work.session.query(Run).filter_by(way="site", outcome="failed")] == ["catalog"]
