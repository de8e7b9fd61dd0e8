"""Each kind of data of Trade Management 11.5 -> the portal's news."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeVar

import pytest

from b2bkit.core.settlements.news import ContactNews, ContractNews, DueNews, PaperLineNews, SettlementNews
from b2bkit_onec.commerceml.records import Counterparty, Offer, PriceType, StockRow
from b2bkit_onec.line import Line
from b2bkit_onec.odata.kinds import contacts, contracts, order_status, papers, parties, prices, schedule, settlements, stock
from b2bkit_onec.odata.names import Absent
from b2bkit_onec.odata.source import Reading, Source
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import Asked, FakeOneC, Said

T = TypeVar("T")


@pytest.fixture
def onec(onec: FakeOneC) -> FakeOneC:
    ut.fill(onec)

    def serve(asked: Asked) -> Said:
        if asked.path.endswith("/$metadata"):
            return Said(200, ut.edmx(), {"Content-Type": "application/xml"})
        return onec.serve(asked)

    onec.answer = serve
    return onec


def source(line: Line, flow: str) -> Source:
    return Source(line, line.names(), flow)


def news(reading: Reading[T]) -> list[T]:
    found = [one for batch in reading for one in batch.news]
    return found


def test_a_contract_brings_its_terms_and_the_limit(onec: FakeOneC, line: Line) -> None:
    found = news(contracts.read(source(line, "contracts")))
    assert found[0] == ContractNews(
        ref=ut.CONTRACT, party_ref=ut.PARTY, partner_ref=ut.PARTNER, number="5", name="Договор 5", signed_on=dt.date(2025, 2, 1),
        currency="RUB", delay_days=21, limit=Decimal("500000.5"), stops_overdue=True, version="AAAAAQ==",
    )  # fmt: skip


def test_an_individual_agreement_brings_its_price_type_and_schedule(onec: FakeOneC, line: Line) -> None:
    onec.sets["Catalog_СоглашенияСКлиентами"].append(ut.agreement(Ref_Key=ut.GOOD, Типовое=True))
    found = news(contracts.read(source(line, "contracts")))
    assert found[1:] == [
        ContractNews(
            ref=ut.AGREEMENT, kind="agreement", partner_ref=ut.PARTNER, number="А-1", name="Индивидуальное", signed_on=dt.date(2025, 2, 1),
            valid_until=dt.date(2026, 12, 31), currency="RUB", price_type_ref=ut.PRICE_TYPE, delay_days=14, prepayment=Decimal(30),
            version="AAAAAQ==",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "active"),
    [({"Статус": "Закрыт"}, False), ({"DeletionMark": True}, False), ({"Статус": "НеСогласован"}, False), ({}, True)],
)
def test_a_contract_that_is_not_in_force_is_told_so(onec: FakeOneC, line: Line, changed: dict[str, object], active: bool) -> None:
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [ut.contract() | changed]
    assert news(contracts.read(source(line, "contracts")))[0].active is active


def test_a_contract_without_a_limit_has_none(onec: FakeOneC, line: Line) -> None:
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [ut.contract() | {"ОграничиватьСуммуЗадолженности": False, "УстановленСрокОплаты": False}]
    (found, _agreement) = news(contracts.read(source(line, "contracts")))
    assert (found.limit, found.delay_days) == (None, None)


def test_suppliers_contracts_are_left_out(onec: FakeOneC, line: Line) -> None:
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [ut.contract() | {"ТипДоговора": "СПоставщиком"}]
    assert [one.kind for one in news(contracts.read(source(line, "contracts")))] == ["agreement"]


def test_a_value_that_is_none_refuses_its_row_alone(onec: FakeOneC, line: Line) -> None:
    onec.sets["Catalog_ДоговорыКонтрагентов"].append(ut.contract() | {"Ref_Key": ut.GOOD, "Дата": "вчера"})
    batches = list(contracts.read(source(line, "contracts")))
    assert [one.ref for batch in batches for one in batch.refused] == [ut.GOOD]
    assert len([one for batch in batches for one in batch.news]) == 2


def test_the_second_reading_brings_only_what_changed_and_names_what_is_gone(onec: FakeOneC, line: Line) -> None:
    first = contracts.read(source(line, "contracts"))
    assert len(news(first)) == 2
    again = contracts.read(source(line, "contracts"), first.cursor)
    assert (news(again), again.cursor) == ([], first.cursor)
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [ut.contract() | {"DataVersion": "AAAAAg==", "Номер": "5/1"}]
    onec.sets["Catalog_СоглашенияСКлиентами"] = []
    third = list(contracts.read(source(line, "contracts"), first.cursor))
    assert [one.number for batch in third for one in batch.news] == ["5/1"]
    assert [ref for batch in third for ref in batch.gone] == [ut.AGREEMENT]


def test_a_damaged_cursor_reads_everything_again(onec: FakeOneC, line: Line) -> None:
    assert len(news(contracts.read(source(line, "contracts"), "no cursor"))) == 2


def test_contacts_bring_phone_and_mail(onec: FakeOneC, line: Line) -> None:
    ways = [
        {"LineNumber": "1", "Тип": "Телефон", "Представление": "+7 (495) 1", "АдресЭП": ""},
        {"LineNumber": "2", "Тип": "АдресЭлектроннойПочты", "Представление": "Анна <a@b.example>", "АдресЭП": "a@b.example"},
    ]
    onec.sets["Catalog_КонтактныеЛицаПартнеров"] = [
        ut.row(Ref_Key=ut.GOOD, Description="Анна", Owner_Key=ut.PARTNER, ДолжностьПоВизитке="закупщик", КонтактнаяИнформация=ways)
    ]
    assert news(contacts.read(source(line, "contacts"))) == [
        ContactNews(
            ref=ut.GOOD,
            partner_ref=ut.PARTNER,
            name="Анна",
            position="закупщик",
            phone="+7 (495) 1",
            email="a@b.example",
            version="AAAAAQ==",
        )
    ]


def test_counterparties_come_as_from_a_file(onec: FakeOneC, line: Line) -> None:
    ways = [{"LineNumber": "1", "Тип": "Адрес", "Представление": "Москва, 1"}, {"LineNumber": "2", "Тип": "Телефон", "Представление": "1"}]
    onec.sets["Catalog_Контрагенты"] = [
        ut.row(Ref_Key=ut.PARTY, Description="Альфа", НаименованиеПолное="ООО Альфа", ИНН="7701", КПП="770101", КонтактнаяИнформация=ways)
    ]
    (found,) = news(parties.read(source(line, "parties")))
    assert isinstance(found, Counterparty)
    assert (found.id, found.name, found.official_name, found.inn) == (ut.PARTY, "Альфа", "ООО Альфа", "7701")
    assert [(one.kind, one.text) for one in found.addresses] == [("ЮридическийАдрес", "Москва, 1")]


def test_stock_is_what_is_on_hand_less_reserves_by_warehouse(onec: FakeOneC, line: Line) -> None:
    onec.tables["AccumulationRegister_ЗапасыИПотребности/Balance"] = [
        {"Номенклатура_Key": ut.GOOD, "Характеристика_Key": ut.VARIANT, "ВНаличииBalance": 10.5, "РезервироватьНаСкладеBalance": 3},
        {"Номенклатура_Key": ut.GOOD, "Характеристика_Key": ut.NONE, "ВНаличииBalance": 1, "РезервироватьНаСкладеBalance": 2},
    ]
    reading = stock.read(source(line, "stock"))
    with_variant, bare = news(reading)
    assert isinstance(with_variant, Offer)
    assert (with_variant.id, with_variant.stocks) == (f"{ut.GOOD}#{ut.VARIANT}", (StockRow(ut.STORE, Decimal("7.5")),))
    assert (bare.id, bare.stocks) == (ut.GOOD, (StockRow(ut.STORE, Decimal(-1)),))
    assert reading.whole
    asked = [one.path for one in onec.asked if "Balance" in one.path]
    assert len(asked) == 1
    assert f"Склад_Key eq guid''{ut.STORE}''" in asked[0]
    assert "Dimensions='Номенклатура,Характеристика'" in asked[0]


def test_prices_come_by_price_type_with_the_pack_they_are_for(onec: FakeOneC, line: Line) -> None:
    onec.tables["InformationRegister_ЦеныНоменклатуры25_RecordType/SliceLast"] = [
        {"Номенклатура_Key": ut.GOOD, "ХарактеристикаЦО_Key": ut.NONE, "ВидЦены_Key": ut.PRICE_TYPE, "Цена": 99.95,
         "Упаковка_Key": ut.PACK, "Валюта_Key": ut.RUB},
    ]  # fmt: skip
    kind, offer = news(prices.read(source(line, "prices")))
    assert isinstance(kind, PriceType)
    assert (kind.id, kind.name, kind.currency, kind.vat_included) == (ut.PRICE_TYPE, "Оптовая", "RUB", True)
    assert isinstance(offer, Offer)
    (price,) = offer.prices
    assert (price.type_id, price.value, price.currency, price.factor) == (ut.PRICE_TYPE, Decimal("99.95"), "RUB", Decimal("2.5"))


def settled(**fields: object) -> dict[str, object]:
    return {"АналитикаУчетаПоПартнерам_Key": ut.KEY, "ОбъектРасчетов_Key": ut.DEAL, "Валюта_Key": ut.RUB, **fields}


def test_settlements_add_debts_and_prepayments_apart_and_tell_what_is_overdue(onec: FakeOneC, line: Line) -> None:
    onec.tables["AccumulationRegister_РасчетыСКлиентами/Balance"] = [
        settled(СуммаBalance=1000.10), settled(СуммаBalance=500), settled(СуммаBalance=-200),
    ]  # fmt: skip
    onec.tables["AccumulationRegister_РасчетыСКлиентамиПоСрокам/Balance"] = [
        settled(ДатаПлановогоПогашения="2026-11-19T00:00:00", ДолгBalance=400, ПредоплатаBalance=0),
        settled(ДатаПлановогоПогашения="2026-11-20T00:00:00", ДолгBalance=600, ПредоплатаBalance=0),
    ]
    reading = settlements.read(source(line, "settlements"))
    assert news(reading) == [
        SettlementNews(
            party_ref=ut.PARTY,
            contract_ref=ut.CONTRACT,
            currency="RUB",
            debt=Decimal("1500.10"),
            overdue=Decimal(400),
            prepaid=Decimal(200),
        )
    ]
    assert reading.whole


def test_settlements_of_unknown_keys_are_refused_and_end_nobodys_debt(onec: FakeOneC, line: Line) -> None:
    onec.sets["Catalog_КлючиАналитикиУчетаПоПартнерам"] = []
    onec.tables["AccumulationRegister_РасчетыСКлиентами/Balance"] = [settled(СуммаBalance=1)]
    onec.tables["AccumulationRegister_РасчетыСКлиентамиПоСрокам/Balance"] = []
    reading = settlements.read(source(line, "settlements"))
    batches = list(reading)
    assert not reading.whole
    assert [one.ref for batch in batches for one in batch.refused] == [ut.KEY]
    assert [one for batch in batches for one in batch.news] == []


def test_the_schedule_names_each_payment_and_what_it_is_for(onec: FakeOneC, line: Line) -> None:
    onec.tables["AccumulationRegister_РасчетыСКлиентамиПланОплат/Balance"] = [
        settled(ДатаПлановогоПогашения="2026-12-01T00:00:00", КОплатеBalance=300),
        settled(ДатаПлановогоПогашения="2026-12-01T00:00:00", КОплатеBalance=50),
        settled(ДатаПлановогоПогашения="2026-12-15T00:00:00", КОплатеBalance=-5),
    ]
    assert news(schedule.read(source(line, "schedule"))) == [
        DueNews(
            party_ref=ut.PARTY, contract_ref=ut.CONTRACT, deal_ref=ut.ORDER, deal="Заказ клиента ТД00-000001", due_on=dt.date(2026, 12, 1),
            amount=Decimal(350), currency="RUB",
        )
    ]  # fmt: skip


def test_papers_bring_lines_with_names_and_the_order_they_belong_to(onec: FakeOneC, line: Line) -> None:
    shipment = ut.order(
        Ref_Key=ut.DEAL, Number="ТДЦБ-000009", ЗаказКлиента=ut.ORDER, ЗаказКлиента_Type="StandardODATA.Document_ЗаказКлиента"
    )
    onec.sets["Document_РеализацияТоваровУслуг"] = [shipment]
    onec.sets["Document_СчетНаОплатуКлиенту"] = [
        ut.order(
            ДокументОснование=ut.ORDER, ДокументОснование_Type="StandardODATA.Document_ЗаказКлиента", Товары=[],
            ЭтапыГрафикаОплаты=[{"LineNumber": "1", "ДатаПлатежа": "2026-11-25T00:00:00"}, {"LineNumber": "2", "ДатаПлатежа": ut.NEVER}],
        )
    ]  # fmt: skip
    onec.sets["Document_СверкаВзаиморасчетов2_5_11"] = [
        ut.order(НачалоПериода="2026-07-01T00:00:00", КонецПериода="2026-09-30T23:59:59", Posted=False, Товары=[])
    ]
    invoice, shipped, act = news(papers.read(source(line, "papers")))
    assert (invoice.kind, invoice.due_on, invoice.order_ref) == ("invoice", dt.date(2026, 11, 25), ut.ORDER)
    assert (shipped.kind, shipped.number, shipped.on, shipped.order_ref) == ("shipment", "ТДЦБ-000009", dt.date(2026, 11, 19), ut.ORDER)
    assert (shipped.total, shipped.vat, shipped.currency) == (Decimal(1200), Decimal(200), "RUB")
    assert shipped.lines == [
        PaperLineNews(
            product_ref=f"{ut.GOOD}#{ut.VARIANT}", name="Краска белая", unit="кг", quantity=Decimal(2), price=Decimal(600),
            total=Decimal(1200), vat=Decimal(200), vat_rate=Decimal(20),
        )
    ]  # fmt: skip
    assert (act.kind, act.period, act.posted) == ("reconciliation", (dt.date(2026, 7, 1), dt.date(2026, 9, 30)), False)


def test_documents_are_read_in_a_window_and_leaving_it_is_no_end(onec: FakeOneC, line: Line) -> None:
    onec.sets["Document_РеализацияТоваровУслуг"] = [ut.order(Ref_Key=ut.DEAL)]
    first = papers.read(source(line, "papers"))
    assert len(news(first)) == 1
    onec.sets["Document_РеализацияТоваровУслуг"] = []
    assert [batch.gone for batch in papers.read(source(line, "papers"), first.cursor)] == []
    filters = {one.query.get("$filter") for one in onec.asked if "Реализация" in one.path}
    assert filters == {"Date ge datetime'2026-07-23T00:00:00'"}


def test_an_order_tells_its_number_state_and_lines(onec: FakeOneC, line: Line) -> None:
    onec.sets["Document_ЗаказКлиента"] = [ut.order()]
    (told,) = news(order_status.read(source(line, "order_status")))
    assert (told.ref, told.number, told.erp_number, told.status, told.posted) == (ut.ORDER, "П-000007", "ТД00-000001", "confirmed", True)
    assert (told.party_ref, told.contract_ref, told.currency) == (ut.PARTY, ut.CONTRACT, "RUB")
    assert told.placed_at == dt.datetime(2026, 11, 19, 12, 30, tzinfo=dt.UTC)
    (first,) = told.lines
    assert (first.product_ref, first.name, first.net, first.vat, first.total) == (
        f"{ut.GOOD}#{ut.VARIANT}", "Краска белая", Decimal(1000), Decimal(200), Decimal(1200),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "changed", "status", "cancelled"),
    [
        ({"Состояние": "ГотовКОтгрузке", "ПроцентОплаты": 100, "ПроцентОтгрузки": 0}, {}, "ready", False),
        ({"Состояние": "ОжидаетсяОплатаПослеОтгрузки", "ПроцентОплаты": 30, "ПроцентОтгрузки": 100}, {}, "shipped", False),
        (None, {"Статус": "Закрыт", "Posted": False}, "closed", False),
        (None, {"Posted": False}, None, False),
        (None, {"DeletionMark": True}, None, True),
    ],
)
def test_states_of_an_order(
    onec: FakeOneC, line: Line, state: dict[str, object] | None, changed: dict[str, object], status: str | None, cancelled: bool
) -> None:
    onec.sets["Document_ЗаказКлиента"] = [ut.order(**changed)]
    if state is not None:
        onec.sets["InformationRegister_СостоянияЗаказовКлиентов"] = [
            {"Заказ": ut.ORDER, "Заказ_Type": "StandardODATA.Document_ЗаказКлиента", **state}
        ]
    (told,) = news(order_status.read(source(line, "order_status")))
    assert (told.status, told.cancelled) == (status, cancelled)
    if state is not None:
        assert told.paid == (state["ПроцентОплаты"] == 100)
        assert told.shipped == (state["ПроцентОтгрузки"] == 100)


def test_a_computed_state_that_changes_alone_brings_the_order_again(onec: FakeOneC, line: Line) -> None:
    onec.sets["Document_ЗаказКлиента"] = [ut.order()]
    first = order_status.read(source(line, "order_status"))
    assert len(news(first)) == 1
    assert news(order_status.read(source(line, "order_status"), first.cursor)) == []
    onec.sets["InformationRegister_СостоянияЗаказовКлиентов"] = [{"Заказ": ut.ORDER, "Состояние": "ГотовКОтгрузке"}]
    assert [one.status for one in news(order_status.read(source(line, "order_status"), first.cursor))] == ["ready"]


def test_an_order_whose_lines_are_all_cancelled_is_cancelled(onec: FakeOneC, line: Line) -> None:
    cancelled = ut.order()
    cancelled["Товары"] = [{**cancelled["Товары"][0], "Отменено": True}]
    onec.sets["Document_ЗаказКлиента"] = [cancelled]
    (told,) = news(order_status.read(source(line, "order_status")))
    assert (told.cancelled, told.status, list(told.lines)) == (True, None, [])


@pytest.mark.parametrize("kind", [settlements, stock, prices, contracts, contacts, parties, schedule, papers, order_status])
def test_a_base_that_lacks_the_objects_says_which(onec: FakeOneC, make_line: MakeLine, kind: object) -> None:
    onec.answer = lambda asked: Said(200, ut.edmx({"Catalog_Банки": "Ref_Key"}), {"Content-Type": "application/xml"})
    flow = kind.__name__.rpartition(".")[2]  # type: ignore[attr-defined]

    def run() -> Iterator[object]:
        yield from kind.read(source(make_line(), flow))  # type: ignore[attr-defined]

    with pytest.raises(Absent, match=flow):
        list(run())


def test_what_was_missing_is_looked_for_again_after_ten_minutes(onec: FakeOneC, line: Line) -> None:
    published = {name: given for name, given in ut.SETS.items() if name != "Catalog_ДоговорыКонтрагентов"}
    onec.answer = lambda asked: Said(200, ut.edmx(published), {"Content-Type": "application/xml"})
    assert line.known is not None
    for minutes, asked in ((0, 1), (5, 1), (11, 1), (0, 2)):
        if line.known.stamp():
            at = line.known.stamp() / 1e9 - minutes * 60
            os.utime(line.known.path, (at, at))
        with pytest.raises(Absent):
            contracts.read(source(line, "contracts"))
        assert len(onec.asked) == asked
