"""Registers, papers, tasks, changes and sessions of the box's OData interface."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal

from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import AGREEMENT, COUNTERPARTY, ORDER, PARTNER
from plugins.onec.tests.simulate.conftest import order_of, shipped
from plugins.onec.tests.simulate.odata_client import ATOM, ROOT, Client


def test_prices_of_some_products_come_in_one_request_with_a_condition(client: Client, base: Infobase, good_id: str) -> None:
    with base.read() as db:
        kind = str(db.execute("SELECT id FROM price_type WHERE name = 'Опт'").fetchone()["id"])
        price = Decimal(
            db.execute("SELECT value FROM price WHERE good_id = ? AND type_id = ? AND min_quantity = '0'", (good_id, kind)).fetchone()[0]
        )
    where = f"Номенклатура_Key eq guid'{good_id}' and ВидЦены_Key eq guid'{kind}'"
    for name in ("InformationRegister_ЦеныНоменклатуры25/SliceLast", "InformationRegister_ЦеныНоменклатуры25_RecordType/SliceLast"):
        (row,) = client.values(f"/{name}(Period=datetime'2026-12-01T00:00:00',Condition='{where}')")
        assert Decimal(str(row["Цена"])) == price
    assert (
        client.values(f"/InformationRegister_ЦеныНоменклатуры25/SliceLast(Period=datetime'2001-01-01T00:00:00',Condition='{where}')") == []
    )


def test_balances_are_told_by_dimensions_and_condition(client: Client, base: Infobase, good_id: str) -> None:
    order_of(base, good_id, quantity="4")
    act(base, "P-77", "post")
    with base.read() as db:
        there = sum(Decimal(row[0]) for row in db.execute("SELECT quantity FROM stock WHERE good_id = ?", (good_id,)))
    where = f"Номенклатура_Key eq guid'{good_id}'"
    (row,) = client.values(f"/AccumulationRegister_ТоварыНаСкладах/Balance(Dimensions='Номенклатура',Condition='{where}')")
    assert (row["Номенклатура_Key"], Decimal(str(row["ВНаличииBalance"]))) == (good_id, there)
    (free,) = client.values(f"/AccumulationRegister_ЗапасыИПотребности/Balance(Dimensions='Номенклатура',Condition='{where}')")
    assert Decimal(str(free["РезервироватьНаСкладеBalance"])) == 4
    assert len(client.values(f"/AccumulationRegister_ТоварыНаСкладах/Balance(Condition='{where}')")) >= 1


def test_debt_advance_and_schedule_follow_shipments_and_payments(client: Client, base: Infobase, good_id: str) -> None:
    (ref,) = shipped(base, good_id, "P-1")
    told = client.ask("GET", f"/{ORDER}(guid'{ref}')").json
    where = f"ОбъектРасчетов_Key eq guid'{told['ОбъектРасчетов_Key']}'"
    (owed,) = client.values(f"/AccumulationRegister_РасчетыСКлиентами/Balance(Condition='{where}')")
    (term,) = client.values(f"/AccumulationRegister_РасчетыСКлиентамиПоСрокам/Balance(Condition='{where}')")
    (due,) = client.values(f"/AccumulationRegister_РасчетыСКлиентамиПланОплат/Balance(Condition='{where}')")
    assert (owed["СуммаBalance"], term["ДолгBalance"], due["КОплатеBalance"]) == (50, 50, 50)
    assert term["РасчетныйДокумент_Type"] == "StandardODATA.Document_РеализацияТоваровУслуг"
    assert term["ДатаПлановогоПогашения"] == due["ДатаПлановогоПогашения"]
    assert str(due["ДатаПлановогоПогашения"]) > "2026-11-20"
    key = client.ask("GET", f"/Catalog_КлючиАналитикиУчетаПоПартнерам(guid'{owed['АналитикаУчетаПоПартнерам_Key']}')").json
    assert (key["Договор"], key["Контрагент"]) == (told["Договор_Key"], told["Контрагент_Key"])
    act(base, "P-1", "pay")
    for register in ("РасчетыСКлиентами", "РасчетыСКлиентамиПоСрокам", "РасчетыСКлиентамиПланОплат"):
        assert client.values(f"/AccumulationRegister_{register}/Balance(Condition='{where}')") == []


def test_recorder_registers_have_their_traps(client: Client, base: Infobase, good_id: str) -> None:
    shipped(base, good_id, "P-1", "P-2")
    row = client.values("/AccumulationRegister_РасчетыСКлиентами")[0]
    ref, kind = row["Recorder"], row["Recorder_Type"]
    assert client.values("/AccumulationRegister_РасчетыСКлиентами", f"$filter=Recorder eq '{ref}'") == []
    assert client.code("/AccumulationRegister_РасчетыСКлиентами", f"$filter=Recorder eq guid'{ref}'") == (500, "-1")
    cast = f"$filter=Recorder eq cast(guid'{ref}','{str(kind).removeprefix('StandardODATA.')}')"
    assert [one["Recorder"] for one in client.values("/AccumulationRegister_РасчетыСКлиентами", cast)] == [ref]
    direct = client.ask("GET", f"/AccumulationRegister_РасчетыСКлиентами(Recorder='{ref}',Recorder_Type='{kind}')").json
    assert direct["RecordSet"][0]["Сумма"] == row["RecordSet"][0]["Сумма"]  # type: ignore[index]
    asked = [one["Recorder"] for one in client.values("/AccumulationRegister_РасчетыСКлиентами", "$orderby=Recorder desc")]
    assert asked == [one["Recorder"] for one in client.values("/AccumulationRegister_РасчетыСКлиентами")]
    assert len(client.values("/AccumulationRegister_РасчетыСКлиентами", "$top=1")) == 1
    window = "$filter=RecordSet/any(r: r/Period ge datetime'2026-11-20T00:00:00' and r/Period lt datetime'2026-11-21T00:00:00')"
    assert len(client.values("/AccumulationRegister_РасчетыСКлиентами", window)) == 2


def test_papers_name_their_order_and_the_reconciliation_its_moves(client: Client, base: Infobase, good_id: str) -> None:
    (ref,) = shipped(base, good_id, "P-1")
    (paper,) = client.values("/Document_РеализацияТоваровУслуг", f"$filter=ЗаказКлиента eq cast(guid'{ref}','{ORDER}')")
    assert (paper["СуммаДокумента"], paper["Posted"], len(paper["Товары"])) == (50, True, 1)  # type: ignore[arg-type]
    taxes = client.values("/Document_СчетФактураВыданный_ДокументыОснования")
    (base_of,) = [one for one in taxes if one["ДокументОснование"] == paper["Ref_Key"]]
    tax = client.ask("GET", f"/Document_СчетФактураВыданный(guid'{base_of['Ref_Key']}')").json
    assert Decimal(str(tax["СуммаНДС"])) == Decimal("8.33")
    body = {"Контрагент": paper["Контрагент_Key"], "Контрагент_Type": f"StandardODATA.{COUNTERPARTY}",
            "НачалоПериода": "2026-11-01T00:00:00", "КонецПериода": "2026-11-30T00:00:00"}  # fmt: skip
    made = client.ask("POST", "/Document_СверкаВзаиморасчетов2_5_11", body=body).json
    assert made["Статус"] == "Создана"
    assert [row["СуммаДебет"] for row in made["ДетальныеЗаписи"]] == [50]
    assert made["ОстатокНаКонецПериода"] == made["ОстатокНаНачалоПериода"] + 50


def test_errand_that_is_started_makes_a_task_that_is_done_once(client: Client) -> None:
    body = {"Наименование": "Запрос клиента", "Содержание": "Пришлите паспорт качества", "СрокИсполнения": "2026-11-25T00:00:00"}
    errand = client.ask("POST", "/BusinessProcess_Задание", body=body).json["Ref_Key"]
    assert client.ask("POST", f"/BusinessProcess_Задание(guid'{errand}')/Start", "").status_code == 200
    (task,) = client.values("/Task_ЗадачаИсполнителя", "$filter=Executed eq false")
    assert (task["БизнесПроцесс"], task["Описание"]) == (errand, "Пришлите паспорт качества")
    client.ask("POST", f"/Task_ЗадачаИсполнителя(guid'{task['Ref_Key']}')/ExecuteTask", "")
    assert client.code(f"/Task_ЗадачаИсполнителя(guid'{task['Ref_Key']}')/ExecuteTask", method="POST") == (500, "-1")


def _changed(client: Client, node: str, number: int) -> list[str]:
    point = f"DataExchangePoint='{ROOT}/ExchangePlan_Полный(guid'{node}')'&MessageNo={number}"
    result = client.ask("POST", "/SelectChanges", point)
    assert result.status_code == 200, result.text
    return [str(one.text).rpartition("/")[2] for one in ET.fromstring(result.content).iterfind("a:entry/a:id", ATOM)]


def test_changes_are_a_set_and_what_changes_after_the_selection_stays(client: Client, base: Infobase, good_id: str) -> None:
    with base.write() as db:
        db.execute("DELETE FROM registration")
    node = next(str(row["Ref_Key"]) for row in client.values("/ExchangePlan_Полный") if row["Code"] == "B2B")
    assert _changed(client, node, 1) == []
    ref = order_of(base, good_id)
    act(base, "P-77", "post")
    act(base, "P-77", "release")
    name = f"{ORDER}(guid'{ref}')"
    assert _changed(client, node, 2) == [name], "one row however often it changed"
    other = order_of(base, good_id, number="P-78")
    assert _changed(client, node, 2) == [name, f"{ORDER}(guid'{other}')"], "the same message again, with what is new"
    act(base, "P-78", "post")
    point = f"DataExchangePoint='{ROOT}/ExchangePlan_Полный(guid'{node}')'&MessageNo=2"
    assert client.ask("POST", "/NotifyChangesReceived", point).status_code == 200
    assert _changed(client, node, 3) == [f"{ORDER}(guid'{other}')"], "changed after the selection"
    told = next(row for row in client.values("/ExchangePlan_Полный") if row["Ref_Key"] == node)
    assert (told["SentNo"], told["ReceivedNo"]) == ("3", "2")


def test_shipment_is_told_with_its_record_sets(client: Client, base: Infobase, good_id: str) -> None:
    with base.write() as db:
        db.execute("DELETE FROM registration")
    node = next(str(row["Ref_Key"]) for row in client.values("/ExchangePlan_Полный") if row["Code"] == "B2B")
    shipped(base, good_id, "P-1")
    kinds = {one.partition("(")[0] for one in _changed(client, node, 1)}
    assert {ORDER, "Document_РеализацияТоваровУслуг", "Document_СчетФактураВыданный", "AccumulationRegister_РасчетыСКлиентами"} <= kinds


def test_more_sessions_than_licences_are_refused_and_a_kept_one_is_used_again(client: Client, base: Infobase) -> None:
    base.keep_setting("licences", "1")
    started = client.ask("GET", "/Catalog_Валюты", IBSession="start")
    cookie = started.cookies["ibsession"].value
    assert started.status_code == 200
    assert client.ask("GET", "/Catalog_Валюты").status_code == 503
    assert client.ask("GET", "/Catalog_Валюты", Cookie=f"ibsession={cookie}").status_code == 200
    assert client.ask("GET", "/Catalog_Валюты", Cookie=f"ibsession={cookie}", IBSession="finish").status_code == 200
    assert client.ask("GET", "/Catalog_Валюты").status_code == 200


def test_control_sign_in_one_attribute_makes_the_whole_answer_an_error(client: Client, base: Infobase) -> None:
    with base.write() as db:
        ref, _ = next(iter(objects.every(db, PARTNER)))
        objects.change(db, PARTNER, ref, Комментарий="сбой \x07")
    assert client.ask("GET", f"/{PARTNER}").status_code == 400
    assert client.ask("GET", f"/{PARTNER}", "").status_code == 400
    assert client.ask("GET", f"/{AGREEMENT}").status_code == 200
