"""The OData interface of the 1C in the box: what a client of a real 1C meets."""

from __future__ import annotations

import base64
import json
import re
import uuid
import xml.etree.ElementTree as ET
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import falcon.testing
import pytest

from b2bkit_onec.commerceml.records import Counterparty, Document, DocumentLine
from b2bkit_onec.simulate import objects
from b2bkit_onec.simulate.actions import act
from b2bkit_onec.simulate.app import create_app
from b2bkit_onec.simulate.documents import documents_by_portal_number, take_batch
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import AGREEMENT, CONTRACT, COUNTERPARTY, EMPTY, NO_DATE, ORDER, PARTNER
from b2bkit_onec.simulate.odata.door import Access
from plugins.onec.tests.simulate.conftest import DAY, order_of, shipped

ROOT = "/odata/standard.odata"
LOGIN, PASSWORD = "Портал", "па:роль"
Result = falcon.testing.Result
ATOM = {"a": "http://www.w3.org/2005/Atom", "d": "http://schemas.microsoft.com/ado/2007/08/dataservices"}
EDM = "{http://schemas.microsoft.com/ado/2009/11/edm}"
REF = "0192f0c4-7c1e-7f00-8000-0000000000aa"


class Client:
    """Speaks to the interface as a client with login and JSON does."""

    def __init__(self, app: falcon.App[falcon.Request, falcon.Response]) -> None:
        self.http = falcon.testing.TestClient(app)
        self.login = f"{LOGIN}:{PASSWORD}"

    def ask(self, method: str, path: str, query: str = "$format=json", body: object = None, **headers: str) -> Result:
        basic = base64.b64encode(self.login.encode()).decode()
        told = {
            "Host": "127.0.0.1:8001",
            "Authorization": f"Basic {basic}",
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        sent: dict[str, object] = (
            {} if body is None else {"body": json.dumps(body, ensure_ascii=False).encode(), "content_type": "application/json"}
        )
        return self.http.simulate_request(
            method, f"{ROOT}{quote(path, safe='/()=,$')}", query_string=quote(query, safe="$&=+"), headers=told, **sent
        )

    def values(self, path: str, query: str = "") -> list[dict[str, object]]:
        result = self.ask("GET", path, f"$format=json&{query}")
        assert result.status_code == 200, result.text
        found: list[dict[str, object]] = result.json["value"]
        return found

    def code(self, path: str, query: str = "", method: str = "GET", body: object = None) -> tuple[int, str]:
        """Status and number of a refusal."""
        result = self.ask(method, path, f"$format=json&{query}", body)
        return result.status_code, result.json["odata.error"]["code"]


@pytest.fixture
def client(base: Infobase, exchanger: Exchanger) -> Client:
    return Client(create_app(base, exchanger, Schedule(exchanger, 3600), Access(LOGIN, PASSWORD)))


def _order(base: Infobase, good: str, **changed: object) -> dict[str, object]:
    """A body as the portal sends it."""
    with base.read() as db:
        contract, terms = next(one for one in objects.every(db, CONTRACT) if objects.flag(one[1], "УстановленСрокОплаты"))
    line = {"LineNumber": "1", "Номенклатура_Key": good, "КоличествоУпаковок": 10, "Количество": 10, "Цена": 5.1, "Сумма": 51}
    return {
        "Ref_Key": REF, "Date": "2026-11-20T14:00:00", "Контрагент_Key": terms["Контрагент_Key"], "Партнер_Key": terms["Партнер_Key"],
        "Договор_Key": contract, "Валюта_Key": terms["ВалютаВзаиморасчетов_Key"], "НомерПоДаннымКлиента": "P-55",
        "ДатаПоДаннымКлиента": "2026-11-20T00:00:00", "Комментарий": "до обеда", "Товары": [line], **changed,
    }  # fmt: skip


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
        for skip in range(0, 70, 7)
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
    body = _order(base, good_id, Неведомое="x", НомерПоДаннымКлиента="P-55" + "x" * 40, МаксимальныйКодСтроки="много")
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
    assert client.ask("POST", f"/{ORDER}", body=_order(base, good_id)).status_code == 201
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
    assert client.code(f"/{ORDER}", method="POST", body=_order(base, good_id, Ref_Key=other)) == (400, "15")
    assert documents_by_portal_number(base) == {"P-55": 1, "P-56": 1}


def test_dangling_references_are_taken_and_wrong_ones_are_not(client: Client, base: Infobase, good_id: str) -> None:
    nowhere = str(uuid.uuid4())
    line = {"LineNumber": 1, "Номенклатура_Key": nowhere, "Количество": 1, "Цена": 1, "Сумма": 1}
    told = client.ask("POST", f"/{ORDER}", body=_order(base, good_id, Товары=[line])).json
    assert told["Товары"][0]["Номенклатура_Key"] == nowhere
    assert client.code(f"/{ORDER}", method="POST", body=_order(base, good_id, Ref_Key="abc")) == (400, "6")
    assert client.code(f"/{ORDER}", method="POST", body=_order(base, good_id, Ref_Key=nowhere, Date="вчера")) == (400, "6")
    assert client.code(f"/{ORDER}", method="POST", body=[]) == (400, "2")


def test_table_part_is_replaced_whole_and_its_lines_are_counted_without_gaps(client: Client, base: Infobase, good_id: str) -> None:
    client.ask("POST", f"/{ORDER}", body=_order(base, good_id))
    line = {"Номенклатура_Key": good_id, "Количество": 3, "Цена": 2, "Сумма": 6}
    assert client.code(f"/{ORDER}(guid'{REF}')", method="PATCH", body={"Товары": [line]}) == (500, "-1")
    assert client.code(f"/{ORDER}(guid'{REF}')", method="PATCH", body={"Товары": [{**line, "LineNumber": 2}]}) == (400, "6")
    told = client.ask("PATCH", f"/{ORDER}(guid'{REF}')", body={"Товары": [{**line, "LineNumber": 1}, {**line, "LineNumber": 2}]}).json
    assert (told["СуммаДокумента"], len(told["Товары"]), told["Комментарий"]) == (12, 2, "до обеда")


def test_patch_changes_a_part_put_empties_the_rest_and_the_version_grows_each_time(client: Client, base: Infobase, good_id: str) -> None:
    first = client.ask("POST", f"/{ORDER}", body=_order(base, good_id, ДополнительнаяИнформация="звонить")).json
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
    client.ask("POST", f"/{ORDER}", body=_order(base, good_id))
    assert client.ask("POST", f"/{ORDER}(guid'{REF}')/Post", "PostingModeOperational=false").status_code == 200
    told = client.ask("GET", f"/{ORDER}(guid'{REF}')").json
    assert (told["Posted"], told["Статус"]) == (True, "КОбеспечению")
    client.ask("POST", f"/{ORDER}(guid'{REF}')/Unpost", "")
    assert client.ask("PATCH", f"/{ORDER}(guid'{REF}')", body={"DeletionMark": True}).json["DeletionMark"] is True
    assert client.code(f"/{ORDER}(guid'{REF}')/Post", method="POST") == (500, "-1")
    assert client.ask("DELETE", f"/{ORDER}(guid'{REF}')").status_code == 204
    assert client.code(f"/{ORDER}(guid'{REF}')") == (404, "9")


def test_posting_above_the_limit_fails_in_1cs_own_code(client: Client, base: Infobase, good_id: str) -> None:
    body = _order(base, good_id)
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
