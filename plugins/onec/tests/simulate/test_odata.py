"""The OData interface of the 1C in the box: what a client of a real 1C meets."""

from __future__ import annotations

import base64
import re
import uuid
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path

import falcon.testing
import pytest

from b2bkit_onec.commerceml.records import Counterparty, Document, DocumentLine
from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.documents import documents_by_portal_number, take_batch
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY, EMPTY, NO_DATE, ORDER
from plugins.onec.tests.simulate.conftest import DAY, order_of
from plugins.onec.tests.simulate.odata_client import ATOM, EDM, REF, ROOT, Client, order_body


def test_metadata_names_every_set_and_each_type_that_it_mentions(client: Client) -> None:
    result = client.ask("GET", "/$metadata", "")
    assert result.headers["content-type"] == "application/xml;charset=utf-8"
    tree = ET.fromstring(result.content)
    sets = {one.get("Name"): one.get("EntityType") for one in tree.iter(f"{EDM}EntitySet")}
    types = {f"StandardODATA.{one.get('Name')}" for tag in ("EntityType", "ComplexType") for one in tree.iter(f"{EDM}{tag}")}
    assert {"Document_ЗаказКлиента", "Document_ЗаказКлиента_Товары", "InformationRegister_ЦеныНоменклатуры25_RecordType"} <= set(sets)
    assert set(sets.values()) <= types
    used = {one.get("Type", "") for one in tree.iter(f"{EDM}Property")}
    assert {re.sub(r"Collection\((.*)\)", r"\1", one) for one in used if "StandardODATA" in one} <= types


def test_shapes_of_the_order_and_its_lines_are_those_of_a_real_base(client: Client) -> None:
    """Every property that the box publishes stands in the real base's $metadata with the same type."""
    real = Path(__file__).resolve().parents[4] / "../shared/data/onec/odata-onecdc-trade-demo/msg001_metadata.xml"
    if not real.exists():
        pytest.skip("1C's real files are not here: set them beside the repository as shared/data/onec")
    ours, theirs = ET.fromstring(client.ask("GET", "/$metadata", "").content), ET.parse(real).getroot()
    for name in (
        "Document_ЗаказКлиента",
        "Catalog_Контрагенты",
        "AccumulationRegister_ТоварыНаСкладах_Balance",
        "Document_РеализацияТоваровУслуг",
    ):
        mine, known = _properties(ours, name), _properties(theirs, name)
        assert mine.items() <= known.items(), set(mine.items()) - set(known.items())


def _properties(tree: ET.Element, name: str) -> dict[str | None, str | None]:
    kinds = [one for tag in ("EntityType", "ComplexType") for one in tree.iter(f"{EDM}{tag}") if one.get("Name") == name]
    skipped = ("Комментарий",) if not kinds else ()
    return {one.get("Name"): one.get("Type") for one in kinds[0].iter(f"{EDM}Property") if one.get("Name") not in skipped}


def test_without_login_wrong_login_and_unpublished(client: Client, base: Infobase, exchanger: Exchanger) -> None:
    client.login = "Портал:чужой"
    result = client.ask("GET", "/Catalog_Валюты")
    assert (result.status_code, result.json["odata.error"]["code"]) == (401, "20")
    assert "Basic" in result.headers["www-authenticate"]
    base.keep_setting("odata_login_page", "on")
    page = client.ask("GET", "/Catalog_Валюты")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    closed = Client(create_app(base, exchanger, Schedule(exchanger, 3600)))
    assert closed.ask("GET", "/Catalog_Валюты").status_code == 404


def test_json_has_int64_as_strings_numbers_as_numbers_empties_and_links(client: Client, base: Infobase, good_id: str) -> None:
    ref = order_of(base, good_id)
    result = client.ask("GET", f"/{ORDER}(guid'{ref}')")
    told = result.json
    assert told["odata.metadata"].endswith("/odata/standard.odata/$metadata#Document_ЗаказКлиента/@Element")
    assert (told["МаксимальныйКодСтроки"], told["ДатаОтгрузки"], told["Менеджер_Key"]) == ("0", NO_DATE, EMPTY)
    assert told["ДокументОснование_Type"] == "StandardODATA.Undefined"
    assert told["СуммаДокумента"] == 50
    (line,) = told["Товары"]
    assert (line["LineNumber"], line["Количество"], line["Ref_Key"]) == ("1", 10, ref)
    assert told["Контрагент@navigationLinkUrl"] == f"{ORDER}(guid'{ref}')/Контрагент"
    assert not [
        name for name in client.ask("GET", f"/{ORDER}(guid'{ref}')", "$format=application/json;odata=nometadata").json if "odata" in name
    ]
    full = client.ask("GET", f"/{ORDER}(guid'{ref}')", "$format=application/json;odata=fullmetadata").json
    assert (full["odata.type"], full["Date@odata.type"]) == (f"StandardODATA.{ORDER}", "Edm.DateTime")
    assert client.ask("GET", f"/{ORDER}(guid'{ref}')", "", Accept="application/json").json["Ref_Key"] == ref


def test_atom_is_the_default_and_empty_parts_and_values_are_written_as_1c_does(client: Client, base: Infobase, good_id: str) -> None:
    ref = order_of(base, good_id)
    result = client.ask("GET", f"/{ORDER}", f"$filter=Ref_Key eq guid'{ref}'&$inlinecount=allpages")
    assert result.headers["content-type"] == "application/atom+xml;type=feed;charset=utf-8"
    tree = ET.fromstring(result.content)
    assert [one.text for one in tree.iterfind(".//a:entry//d:НомерПоДаннымКлиента", ATOM)] == ["P-77"]
    assert tree.find(".//d:Комментарий", ATOM) is not None
    assert [len(one) for one in tree.iterfind(".//d:ДополнительныеРеквизиты", ATOM)] == [0]
    assert [one.text for one in tree.iterfind(".//d:Товары/d:element/d:LineNumber", ATOM)] == ["1"]


@pytest.mark.parametrize(
    ("filter_", "fits"),
    [
        ("Статус eq 'НеСогласован'", True),
        ("not (Статус eq 'НеСогласован')", False),
        ("СуммаДокумента ge 50 and СуммаДокумента lt 50.01", True),
        ("СуммаДокумента add 1 eq 51 or false", True),
        ("СуммаДокумента mul 2 gt 100", False),
        ("Date ge datetime'2026-11-20T00:00:00' and year(Date) eq 2026 and day(Date) eq 20", True),
        ("startswith(НомерПоДаннымКлиента,'P-7') and endswith(НомерПоДаннымКлиента,'7')", True),
        ("substringof('p-7',НомерПоДаннымКлиента)", True),
        ("like(НомерПоДаннымКлиента,'%-7_')", True),
        ("concat(НомерПоДаннымКлиента,'!') eq 'P-77!'", True),
        ("substring(НомерПоДаннымКлиента,3) eq '77'", True),
        ("Менеджер_Key eq guid'00000000-0000-0000-0000-000000000000'", True),
        ("Товары/any(d: d/Количество gt 9)", True),
        ("Товары/all(d: d/Количество gt 10)", False),
        ("Договор/ОграничиватьСуммуЗадолженности eq true", True),
        ("Posted eq false", True),
        ("НомерПоДаннымКлиента eq 'it''s'", False),
    ],
)
def test_filters_that_1c_has(client: Client, base: Infobase, good_id: str, filter_: str, fits: bool) -> None:
    ref = order_of(base, good_id)
    found = client.values(f"/{ORDER}", f"$filter=Ref_Key eq guid'{ref}' and ({filter_})&$select=Ref_Key")
    assert found == ([{"Ref_Key": ref}] if fits else [])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("$filter=length(Комментарий) eq 1", 400, "14"),
        ("$filter=tolower(Комментарий) eq 'a'", 400, "14"),
        ("$filter=Нет eq 1", 400, "14"),
        ("$filter=Статус", 400, "14"),
        ("$filter=Статус eq 'a' b", 400, "14"),
        ("$filter=(Статус eq 'a'", 400, "14"),
        ("$filter=" + "(" * 70 + "Posted" + ")" * 70, 400, "14"),
        ("$filter=Статус+eq+'a'", 500, "-1"),
        ("$filter=Ref_Key gt guid'00000000-0000-0000-0000-000000000000'", 500, "-1"),
        ("$filter=Статус eq guid'00000000-0000-0000-0000-000000000000'", 500, "-1"),
        ("$filter=СуммаДокумента div 0 eq 1", 500, "-1"),
        ("$filter=Ref_Key eq guid'xyz'", 400, "1"),
        ("$select=Нет", 400, "14"),
        ("$orderby=Нет", 400, "14"),
        ("$orderby=Date down", 400, "14"),
        ("$top=-1", 400, "14"),
        ("$inlinecount=some", 400, "14"),
        ("$search=x", 400, "14"),
        ("$expand=Контрагент&$select=Ref_Key", 400, "14"),
    ],
)
def test_what_1c_lacks_is_refused_with_its_number(client: Client, query: str, status: int, code: str) -> None:
    assert client.code(f"/{ORDER}", query) == (status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/Catalog_Нет", 404, "8"),
        ("/Catalog_Валюты(guid'00000000-0000-0000-0000-000000000001')", 404, "9"),
        ("/Catalog_Валюты('abc')", 400, "6"),
        ("/Catalog_Валюты/SliceLast()", 404, "6"),
        ("/AccumulationRegister_ТоварыНаСкладах/Balance(Where='x')", 400, "21"),
        ("/AccumulationRegister_ТоварыНаСкладах/Balance(Dimensions='Нет')", 400, "14"),
    ],
)
def test_wrong_addresses_are_refused_with_their_number(client: Client, path: str, status: int, code: str) -> None:
    assert client.code(path) == (status, code)


def test_pages_order_count_and_presentation(client: Client, base: Infobase) -> None:
    whole = [row["Артикул"] for row in client.values("/Catalog_Номенклатура", "$orderby=Артикул&$select=Артикул")]
    paged = [
        row["Артикул"]
        for skip in range(0, 84, 7)
        for row in client.values("/Catalog_Номенклатура", f"$orderby=Артикул&$top=7&$skip={skip}")
    ]
    assert paged == whole == sorted(whole, key=str)
    counted = client.ask("GET", "/Catalog_Номенклатура", "$format=json&$inlinecount=allpages&$top=1").json
    assert (counted["odata.count"], len(counted["value"])) == (str(len(whole)), 1)
    assert client.ask("GET", "/Catalog_Номенклатура/$count", "").content == f"\ufeff{len(whole)}".encode()
    descending = client.values("/Catalog_Номенклатура", "$orderby=Артикул desc&$top=1&$select=Артикул,ЕдиницаИзмерения____Presentation")
    assert descending == [{"Артикул": whole[-1], "ЕдиницаИзмерения____Presentation": "кг"}]
    names = [row["Description"] for row in client.values("/Catalog_Номенклатура", "$orderby=Ref_Key")]
    assert names == sorted(names, key=lambda one: str(one).casefold()), "references are sorted by what they show"


def test_expand_and_navigation_lead_to_the_other_object(client: Client) -> None:
    row = client.values(f"/{CONTRACT}", "$top=1&$select=Ref_Key,Контрагент&$expand=Контрагент")[0]
    party = row["Контрагент"]
    assert isinstance(party, dict)
    led = client.ask("GET", f"/{CONTRACT}(guid'{row['Ref_Key']}')/Контрагент").json
    assert (led["Ref_Key"], led["ИНН"]) == (party["Ref_Key"], party["ИНН"])
    ways = client.values(f"/{COUNTERPARTY}(guid'{party['Ref_Key']}')/КонтактнаяИнформация")
    assert ways == client.values(
        f"/{COUNTERPARTY}_КонтактнаяИнформация", f"$filter=Ref_Key eq guid'{party['Ref_Key']}'&$orderby=LineNumber"
    )


def test_order_is_written_under_the_clients_reference_and_a_second_one_is_refused(client: Client, base: Infobase, good_id: str) -> None:
    body = order_body(base, good_id, Неведомое="x", НомерПоДаннымКлиента="P-55" + "x" * 40, МаксимальныйКодСтроки="много")
    made = client.ask("POST", f"/{ORDER}", body=body)
    assert made.status_code == 201
    told = made.json
    assert (told["Ref_Key"], told["Number"], told["Статус"], told["СуммаДокумента"]) == (REF, "УТ-004871", "НеСогласован", 51)
    assert told["НомерПоДаннымКлиента"] == ("P-55" + "x" * 40)[:30], "too long strings are cut"
    assert "Неведомое" not in told
    assert told["МаксимальныйКодСтроки"] == "0"
    assert falcon.uri.decode(made.headers["location"]).endswith(f"/{ORDER}(guid'{REF}')")
    assert client.code(f"/{ORDER}", method="POST", body=body) == (400, "15")
    with base.read() as db:
        assert db.execute("SELECT count(*) FROM document WHERE id = ?", (REF,)).fetchone()[0] == 1


def test_order_that_came_by_both_protocols_is_one_document(client: Client, base: Infobase, good_id: str) -> None:
    site = Document(
        REF, "P-55", DAY, None, "Заказ товара", "Продавец", "BYN", total=Decimal(51), counterparties=(Counterparty("x", "К"),),
        lines=(DocumentLine(good_id, good_id, "", "ПЭВД", Decimal(10), Decimal("5.1"), Decimal(51)),),
    )  # fmt: skip
    assert client.ask("POST", f"/{ORDER}", body=order_body(base, good_id)).status_code == 201
    assert take_batch(base, [site]).known == ("P-55",)
    other = "0192f0c4-7c1e-7f00-8000-0000000000bb"
    take_batch(
        base,
        [
            Document(
                other,
                "P-56",
                DAY,
                None,
                "Заказ товара",
                "Продавец",
                "BYN",
                total=Decimal(0),
                counterparties=site.counterparties,
                lines=site.lines,
            )
        ],
    )
    assert client.ask("GET", f"/{ORDER}(guid'{other}')").json["НомерПоДаннымКлиента"] == "P-56"
    assert client.code(f"/{ORDER}", method="POST", body=order_body(base, good_id, Ref_Key=other)) == (400, "15")
    assert documents_by_portal_number(base) == {"P-55": 1, "P-56": 1}


def test_dangling_references_are_taken_and_wrong_ones_are_not(client: Client, base: Infobase, good_id: str) -> None:
    nowhere = str(uuid.uuid4())
    line = {"LineNumber": 1, "Номенклатура_Key": nowhere, "Количество": 1, "Цена": 1, "Сумма": 1}
    told = client.ask("POST", f"/{ORDER}", body=order_body(base, good_id, Товары=[line])).json
    assert told["Товары"][0]["Номенклатура_Key"] == nowhere
    assert client.code(f"/{ORDER}", method="POST", body=order_body(base, good_id, Ref_Key="abc")) == (400, "6")
    assert client.code(f"/{ORDER}", method="POST", body=order_body(base, good_id, Ref_Key=nowhere, Date="вчера")) == (400, "6")
    assert client.code(f"/{ORDER}", method="POST", body=[]) == (400, "2")


def test_table_part_is_replaced_whole_and_its_lines_are_counted_without_gaps(client: Client, base: Infobase, good_id: str) -> None:
    client.ask("POST", f"/{ORDER}", body=order_body(base, good_id))
    line = {"Номенклатура_Key": good_id, "Количество": 3, "Цена": 2, "Сумма": 6}
    assert client.code(f"/{ORDER}(guid'{REF}')", method="PATCH", body={"Товары": [line]}) == (500, "-1")
    assert client.code(f"/{ORDER}(guid'{REF}')", method="PATCH", body={"Товары": [{**line, "LineNumber": 2}]}) == (400, "6")
    told = client.ask("PATCH", f"/{ORDER}(guid'{REF}')", body={"Товары": [{**line, "LineNumber": 1}, {**line, "LineNumber": 2}]}).json
    assert (told["СуммаДокумента"], len(told["Товары"]), told["Комментарий"]) == (12, 2, "до обеда")


def test_patch_changes_a_part_put_empties_the_rest_and_the_version_grows_each_time(client: Client, base: Infobase, good_id: str) -> None:
    first = client.ask("POST", f"/{ORDER}", body=order_body(base, good_id, ДополнительнаяИнформация="звонить")).json
    second = client.ask("PATCH", f"/{ORDER}(guid'{REF}')", body={}, If_Match="чужая").json
    assert second["ДополнительнаяИнформация"] == "звонить"
    assert base64.b64decode(first["DataVersion"]) < base64.b64decode(second["DataVersion"])
    assert len(base64.b64decode(second["DataVersion"])) == 8
    third = client.ask(
        "PUT", f"/{ORDER}(guid'{REF}')", body={"Контрагент@odata.bind": f"{COUNTERPARTY}(guid'{first['Контрагент_Key']}')"}
    ).json
    assert (third["ДополнительнаяИнформация"], third["Контрагент_Key"], third["Товары"]) == ("", first["Контрагент_Key"], [])
    assert client.code(f"/{ORDER}(guid'{uuid.uuid4()}')", method="PATCH", body={}) == (404, "9")


def test_post_unpost_mark_and_delete(client: Client, base: Infobase, good_id: str) -> None:
    client.ask("POST", f"/{ORDER}", body=order_body(base, good_id))
    assert client.ask("POST", f"/{ORDER}(guid'{REF}')/Post", "PostingModeOperational=false").status_code == 200
    told = client.ask("GET", f"/{ORDER}(guid'{REF}')").json
    assert (told["Posted"], told["Статус"]) == (True, "КОбеспечению")
    client.ask("POST", f"/{ORDER}(guid'{REF}')/Unpost", "")
    assert client.ask("PATCH", f"/{ORDER}(guid'{REF}')", body={"DeletionMark": True}).json["DeletionMark"] is True
    assert client.code(f"/{ORDER}(guid'{REF}')/Post", method="POST") == (500, "-1")
    assert client.ask("DELETE", f"/{ORDER}(guid'{REF}')").status_code == 204
    assert client.code(f"/{ORDER}(guid'{REF}')") == (404, "9")


def test_posting_above_the_limit_fails_in_1cs_own_code(client: Client, base: Infobase, good_id: str) -> None:
    body = order_body(base, good_id)
    client.ask("POST", f"/{ORDER}", body=body)
    client.ask("PATCH", f"/{CONTRACT}(guid'{body['Договор_Key']}')", body={"ДопустимаяСуммаЗадолженности": 50.99})
    refused = client.ask("POST", f"/{ORDER}(guid'{REF}')/Post", "$format=json")
    assert (refused.status_code, refused.json["odata.error"]["code"]) == (500, "-1")
    assert "51" in refused.json["odata.error"]["message"]["value"]
    assert client.ask("GET", f"/{ORDER}(guid'{REF}')").json["Posted"] is False


def test_what_the_user_may_not_write_is_refused(client: Client) -> None:
    assert client.code("/Catalog_Номенклатура", method="POST", body={"Description": "x"}) == (403, "20")
    assert client.code("/Document_РеализацияТоваровУслуг", method="POST", body={}) == (403, "20")
    assert client.code("/AccumulationRegister_ТоварыНаСкладах", method="POST", body={}) == (405, "6")
    text = client.http.simulate_post(
        f"{ROOT}/Catalog_Партнеры", body="<entry/>", content_type="application/atom+xml",
        headers={"Host": "127.0.0.1", "Authorization": "Basic " + base64.b64encode(client.login.encode()).decode()},
    )  # fmt: skip
    assert text.status_code == 501
