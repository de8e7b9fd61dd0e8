"""What is written is valid by 1C's own schema and comes back unchanged through the reader."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from b2bkit_onec.commerceml import writer
from b2bkit_onec.commerceml.contracts import Contract, Packaging, contract_requisites, contracts_of, quantity_requisites
from b2bkit_onec.commerceml.outgoing import CannotWrite, OutgoingLine, OutgoingOrder, OutgoingParty, check
from b2bkit_onec.commerceml.reader import read_stream
from b2bkit_onec.commerceml.records import (
    Characteristic,
    Contact,
    Counterparty,
    Document,
    Exchange,
    Group,
    Image,
    Item,
    Offer,
    Person,
    Price,
    PriceType,
    Producer,
    Product,
    PropertyDef,
    PropertyValue,
    Refused,
    Requisite,
    Section,
    StockRow,
    Warehouse,
)

FORMED = dt.datetime(2026, 11, 21, 10, 0, 0, tzinfo=dt.UTC)
NAMESPACE = "urn:1C.ru:commerceml_2"
D = Decimal

ORDER = OutgoingOrder(
    id="0190a1b2-0000-7000-8000-000000000001",
    number="П-000123",
    placed_at=dt.datetime(2026, 11, 21, 9, 5, 7, 123, tzinfo=dt.UTC),
    currency="RUB",
    total=D("1250.50"),
    party=OutgoingParty(
        id="44984ace-f2cd-50ce-a513-e09696183908",
        name="Ветерок",
        official_name='ООО "Ветерок" & сыновья',
        inn="7710047278",
        kpp="771001001",
        legal_address="117452, Москва",
        delivery_address="Тверь, склад 2",
        email="buyer@example.org",
        phone="+7 900 000-00-00",
        contact_name="Смирнов Олег",
    ),
    lines=(
        OutgoingLine(
            product_id="cbcf493f-55bc-11d9-848a-00112f43529a#14ed8b06-55bd-11d9-848a-00112f43529a",
            name="Труба <ПНД> 25",
            quantity=D("2.500"),
            price=D("480.2"),
            total=D("1200.50"),
            unit_code="778",
            unit_name="упак",
            factor=D("25"),
            article="TR-25",
            vat_rate=D("20"),
            vat_total=D("200.08"),
            discount=D("10"),
            characteristics=(Characteristic("Цвет", "Чёрный"),),
        ),
        OutgoingLine("ORDER_DELIVERY", "Доставка", D(1), D("50.0049"), D("50"), service=True),
    ),
    comment="Позвонить\r\nза час \x01до приезда",
    payment_due=dt.date(2026, 12, 5),
    ship_on=dt.date(2026, 11, 25),
    warehouse_id="6f87e83f-722c-11df-b336-0011955cba6b",
)


def schema(data: Path, name: str = "dobromyslov-commerceml-2.08.xsd") -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(data / "xsd" / name))


def assert_valid(body: bytes, by: etree.XMLSchema) -> None:
    """Validate, after putting the schema's namespace where the file has none."""
    text = body.decode(re.search(rb'encoding="([^"]+)"', body)[1].decode())  # type: ignore[index]
    text = text.split("?>", 1)[1]
    if "xmlns=" not in text:
        text = text.replace("<КоммерческаяИнформация", f'<КоммерческаяИнформация xmlns="{NAMESPACE}"', 1)
    by.assertValid(etree.fromstring(text))


def back(body: bytes | Iterable[bytes]) -> list[Item]:
    whole = body if isinstance(body, bytes) else b"".join(body)
    items = list(read_stream(io.BytesIO(whole), "own.xml"))
    assert not [one for one in items if isinstance(one, Refused)]
    return [one for one in items if not isinstance(one, (Exchange, Section))]


def test_orders_are_valid_by_the_schema_of_2_08(data: Path) -> None:
    assert_valid(writer.orders_xml([ORDER, replace(ORDER, number="П-000124")], formed_at=FORMED), schema(data))


def test_orders_are_valid_by_the_schema_of_2_10(data: Path) -> None:
    assert_valid(writer.orders_xml([ORDER], formed_at=FORMED), schema(data, "dobromyslov-commerceml-2.10.xsd"))


def test_the_schema_check_of_these_tests_notices_a_wrong_order_of_elements(data: Path) -> None:
    body = writer.orders_xml([ORDER], formed_at=FORMED).decode()
    swapped = re.sub("(<Валюта>.*?</Валюта>)(<Курс>.*?</Курс>)", r"\2\1", body).encode()
    with pytest.raises(etree.DocumentInvalid):
        assert_valid(swapped, schema(data))


@pytest.mark.parametrize("orders", [[], [ORDER]])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_the_answer_starts_with_the_declaration_and_has_no_namespace(orders: list[OutgoingOrder], encoding: str) -> None:
    body = writer.orders_xml(orders, formed_at=FORMED, encoding=encoding)
    assert body.startswith(b"<?xml ")
    assert b"xmlns" not in body
    assert len(back(body)) == len(orders)


def test_an_order_comes_back_as_it_was_given() -> None:
    (found,) = back(writer.orders_xml([ORDER], formed_at=FORMED, encoding="windows-1251"))
    assert isinstance(found, Document)
    assert (found.id, found.number, found.operation, found.role) == (ORDER.id, ORDER.number, "Заказ товара", "Продавец")
    assert (found.date, found.time) == (dt.date(2026, 11, 21), dt.time(9, 5, 7))
    assert (found.currency, found.total, found.rate) == ("RUB", D("1250.50"), D(1))
    assert found.comment == "Позвонить\r\nза час до приезда"
    assert found.payment_due == dt.date(2026, 12, 5)
    assert found.requisite("дата отгрузки") == "2026-11-25"
    assert found.requisite("Отменен") == "false"
    assert [one.id for one in found.warehouses] == [ORDER.warehouse_id]
    (party,) = found.counterparties
    assert (party.official_name, party.inn, party.kpp, party.role) == (
        'ООО "Ветерок" & сыновья',
        "7710047278",
        "771001001",
        "Покупатель",
    )
    assert {(one.kind, one.text) for one in party.addresses} == {
        ("ЮридическийАдрес", "117452, Москва"),
        ("Адрес", "Тверь, склад 2"),
    }
    assert party.people[0].name == "Смирнов Олег"
    assert [one.value for one in party.contacts] == ["buyer@example.org", "+7 900 000-00-00"]
    pipe, delivery = found.lines
    assert (pipe.base_id, pipe.variant_id) == tuple(ORDER.lines[0].product_id.split("#"))
    assert (pipe.name, pipe.quantity, pipe.price, pipe.total, pipe.factor) == (
        "Труба <ПНД> 25",
        D("2.5"),
        D("480.20"),
        D("1200.50"),
        D(25),
    )
    assert (pipe.unit_code, pipe.unit_name) == ("778", "упак")
    assert (pipe.taxes[0].rate, pipe.taxes[0].total, pipe.taxes[0].included) == (D(20), D("200.08"), True)
    assert (pipe.discounts[0].total, pipe.discounts[0].included) == (D(10), True)
    assert pipe.characteristics == (Characteristic("Цвет", "Чёрный"),)
    assert not pipe.is_service
    assert delivery.is_service
    assert delivery.taxes == ()
    assert (delivery.price, delivery.requisites[-1]) == (D("50.00"), Requisite("ЦенаТочная", "50.0049"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "123456789012"}, "number"),
        ({"number": ""}, "number"),
        ({"currency": "руб"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"total": D("1.001")}, "total"),
        ({"total": D(-1)}, "total"),
        ({"total": D(10) ** 16}, "total"),
        ({"lines": ()}, "lines"),
        ({"id": "x" * 41}, "id"),
        ({"rate": D(0)}, "rate"),
        ({"party": OutgoingParty("1", "")}, "party"),
        ({"lines": (replace(ORDER.lines[0], quantity=D(0)),)}, "lines[1]"),
        ({"lines": (replace(ORDER.lines[0], product_id="x" * 81),)}, "lines[1]"),
        ({"lines": (replace(ORDER.lines[0], total=D("NaN")),)}, "lines[1]"),
    ],
)
def test_an_order_that_1c_would_refuse_is_named_instead_of_spoiling_the_answer(change: dict[str, object], field: str) -> None:
    wrong = replace(ORDER, **change)  # type: ignore[arg-type]
    with pytest.raises(CannotWrite) as caught:
        check(wrong)
    assert caught.value.field == field
    assert caught.value.cure
    with pytest.raises(CannotWrite):
        writer.orders_xml([ORDER, wrong], formed_at=FORMED)


PACKAGE = writer.Package("cls-1", "cat-1", "Каталог", writer.Owner("own-1", "Полимерторг", "7710047278", "771001001"))
GROUPS = [
    Group("g1", "Трубы"),
    Group("g2", "ПНД", "g1"),
    Group("g3", "Газ", "g2"),
    Group("g4", "Фитинги"),
]
PROPERTIES = [
    PropertyDef("p1", "Цвет", {"v1": "Чёрный", "v2": "Синий"}, "Справочник"),
    PropertyDef("p2", "Длина", value_type="Число"),
]
PRODUCT = Product(
    id="t1",
    base_id="t1",
    variant_id="",
    name="Труба",
    article="TR-25",
    code="00-000001",
    barcode="4600000000001",
    full_name="Труба ПНД 25 питьевая",
    description="До 10 атм\nи <b>чёрная</b>",
    unit_code="006",
    unit_name="м",
    vat_rate=D(20),
    vat_text="20",
    group_ids=("g2", "g4"),
    properties=(PropertyValue("p1", ("v1",)), PropertyValue("p2", ("100",))),
    requisites=quantity_requisites(D(10), D("0.5"), [Packaging("бухта", D(100))]),
    images=(Image("import_files/6e/1.jpg", "спереди"), Image("import_files/6e/2.jpg")),
    producer=Producer("m1", "Завод"),
    country="Россия",
    weight=D("0.25"),
    version="AAAAAQAAAAk=",
)
GONE = Product("t2", "t2", "", "Снято", unit_code="796", unit_name="шт", deleted=True)


def _plain(one: Product) -> Product:
    """Without the line, and without the requisites that the writer adds."""
    return replace(one, line=0, requisites=tuple(r for r in one.requisites if r.name.startswith(("Мин", "Крат", "Упак"))))


def test_a_catalogue_is_valid_by_the_schema_but_for_deleted_groups_and_comes_back_whole(data: Path) -> None:
    body = b"".join(writer.catalogue_xml(PACKAGE, formed_at=FORMED, groups=GROUPS, properties=PROPERTIES, products=[PRODUCT, GONE]))
    assert_valid(body, schema(data))
    items = back(body)
    assert [replace(one, line=0) for one in items if isinstance(one, Group)] == GROUPS
    assert [replace(one, line=0) for one in items if isinstance(one, PropertyDef)] == PROPERTIES
    assert [_plain(one) for one in items if isinstance(one, Product)] == [PRODUCT, GONE]


def test_sections_tell_ids_and_whether_only_changes_are_given() -> None:
    body = b"".join(writer.catalogue_xml(replace(PACKAGE, changes_only=True), formed_at=FORMED, products=[PRODUCT]))
    told = [one for one in read_stream(io.BytesIO(body), "x") if isinstance(one, Section)]
    assert [(one.element, one.id, one.changes_only) for one in told] == [
        ("Классификатор", "cls-1", None),
        ("Каталог", "cat-1", True),
    ]
    assert told[1].classifier_id == "cls-1"


TYPES = [PriceType("r", "Розница", "RUB", True, "RUB"), PriceType("o", "Опт", "USD", False, "USD"), PriceType("n", "Без валюты")]
PLACES = [Warehouse("w1", "Основной", "Тверь"), Warehouse("w2", "Второй")]
OFFER = Offer(
    id="t1#x1",
    base_id="t1",
    variant_id="x1",
    name="Труба (чёрная)",
    article="TR-25",
    barcode="4600000000001",
    unit_code="006",
    unit_name="м",
    quantity=D("-2.5"),
    prices=(
        Price("r", D("100.00"), "RUB", "006", D(1), None, "RUB"),
        Price("r", D("90.50"), "RUB", "006", D(1), D(100), "RUB"),
        Price("o", D("0.00"), "USD", "778", D(25), None, "USD"),
    ),
    stocks=(StockRow("w1", D("-3")), StockRow("w2", D("0.5"))),
    characteristics=(Characteristic("Цвет", "Чёрный", "c1"),),
)


def _unlined(one: Offer) -> Offer:
    return replace(one, line=0, prices=tuple(replace(price, line=0) for price in one.prices))


def test_offers_with_volume_prices_are_valid_by_the_schema_and_come_back_whole(data: Path) -> None:
    body = b"".join(writer.offers_xml(PACKAGE, formed_at=FORMED, price_types=TYPES, warehouses=PLACES, offers=[OFFER]))
    assert_valid(body, schema(data))
    items = back(body)
    assert [replace(one, line=0) for one in items if isinstance(one, PriceType)] == TYPES
    assert [replace(one, line=0) for one in items if isinstance(one, Warehouse)] == PLACES
    assert [_unlined(one) for one in items if isinstance(one, Offer)] == [OFFER]


def test_changes_of_offers_are_valid_by_the_schema_and_name_the_variant_apart(data: Path) -> None:
    body = b"".join(writer.offer_changes_xml(PACKAGE, formed_at=FORMED, offers=[OFFER]))
    assert_valid(body, schema(data))
    assert "<Ид>t1</Ид><ИдХарактеристики>x1</ИдХарактеристики><Склады " in body.decode()
    (found,) = back(body)
    assert isinstance(found, Offer)
    assert found.changes_only_fields
    assert (found.id, found.base_id, found.variant_id) == ("t1#x1", "t1", "x1")
    assert (_unlined(found).prices, found.stocks, found.quantity) == (OFFER.prices, OFFER.stocks, D("-2.5"))


def test_counterparties_come_back_with_their_contracts() -> None:
    contracts = [
        Contract("d1", "42/26", dt.date(2026, 1, 15), "r", "RUB", 30, ("g1", "g4"), True),
        Contract("d2", active=False),
    ]
    party = Counterparty(
        id="k1",
        name="Ветерок",
        official_name="ООО Ветерок",
        role="Покупатель",
        inn="7710047278",
        kpp="771001001",
        contacts=(Contact("Почта", "a@example.org"),),
        people=(Person("c1", "Смирнов Олег", "Контактное лицо", (Contact("Почта", "b@example.org"),)),),
        requisites=contract_requisites(contracts, "manager@example.org"),
    )
    person = Counterparty("k2", "Иванов", full_name="Иванов Иван", unp="191234567", deleted=True)
    found = back(writer.contragents_xml([party, person], formed_at=FORMED))
    assert [replace(one, line=0) for one in found if isinstance(one, Counterparty)] == [party, person]
    assert contracts_of(party) == contracts


def test_documents_back_to_the_site_carry_the_state_of_the_order(data: Path) -> None:
    told = writer.state_requisites(
        number_1c="ТДЦУ-000001",
        date_1c=dt.date(2026, 11, 22),
        posted=True,
        cancelled=False,
        paid=True,
        shipped=False,
        status="К отгрузке",
        payment=("ПП-7", FORMED.replace(tzinfo=None)),
    )
    (order,) = back(writer.orders_xml([ORDER], formed_at=FORMED))
    assert isinstance(order, Document)
    body = b"".join(writer.documents_xml([replace(order, requisites=told)], formed_at=FORMED))
    assert_valid(body, schema(data))
    (found,) = back(body)
    assert isinstance(found, Document)
    assert (found.number, found.number_1c, found.date_1c) == (ORDER.number, "ТДЦУ-000001", "2026-11-22")
    asked = ("Проведен", "Отменен", "Оплачен", "Отгружен", "СтатусЗаказа", "Номер оплаты по 1С")
    assert [found.requisite(name) for name in asked] == ["true", "false", "true", "false", "К отгрузке", "ПП-7"]


def test_writing_is_a_stream_whose_blocks_do_not_grow_with_the_catalogue() -> None:
    many = (replace(PRODUCT, id=f"t{number}", base_id=f"t{number}") for number in range(2000))
    blocks = list(writer.catalogue_xml(PACKAGE, formed_at=FORMED, products=many))
    assert len(blocks) > 10
    assert max(map(len, blocks)) < 4 * writer.BLOCK
    assert len(back(b"".join(blocks))) == 2000


def test_groups_in_a_loop_or_without_their_parent_are_written_and_never_hang() -> None:
    groups = [Group("a", "А", "b"), Group("b", "Б", "a"), Group("c", "В", "нет такой")]
    found = back(writer.catalogue_xml(PACKAGE, formed_at=FORMED, groups=groups))
    assert {one.id for one in found if isinstance(one, Group)} == {"a", "b", "c"}
