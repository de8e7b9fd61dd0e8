"""What exporters really write, one habit at a time; a broken item is named and its neighbours go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import (
    Characteristic,
    Counterparty,
    Document,
    Exchange,
    Group,
    Image,
    Item,
    Offer,
    Price,
    PriceType,
    Product,
    PropertyDef,
    PropertyValue,
    Refused,
    Section,
    StockRow,
    UnitDef,
    Warehouse,
)

Xml = Callable[..., Path]
T = TypeVar("T")
D = Decimal


def items(xml: Xml, body: str, attributes: str = 'ВерсияСхемы="2.08" ДатаФормирования="2026-11-21T10:00:00"') -> list[Item]:
    return list(read(xml(f"<КоммерческаяИнформация {attributes}>\n{body}\n</КоммерческаяИнформация>")))


def only(given: list[Item], kind: type[T]) -> list[T]:
    return [one for one in given if isinstance(one, kind)]


def goods(xml: Xml, body: str) -> list[Item]:
    return items(xml, f"<Каталог><Ид>к</Ид><Товары>\n{body}\n</Товары></Каталог>")


def offers(xml: Xml, body: str) -> list[Item]:
    return items(xml, f"<ПакетПредложений><Ид>п#</Ид><Предложения>\n{body}\n</Предложения></ПакетПредложений>")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2007-10-30", "2007-10-30T00:00:00"),
        ("2014-06-01T0:36:33", "2014-06-01T00:36:33"),
        ("2024-01-08T15:44:45.076+03:00", "2024-01-08T15:44:45.076000+03:00"),
        ("2022-10-31UTC02:25:50", "2022-10-31T02:25:50+00:00"),
        ("2022-10-31T02:25:50Z", "2022-10-31T02:25:50+00:00"),
        ("31.10.2022 2:25:50", "2022-10-31T02:25:50"),
        ("0001-01-01T00:00:00", None),
        ("вчера", None),
        ("2022-13-45", None),
    ],
)
def test_the_header_tells_when_the_file_was_formed(text: str, meant: str | None, xml: Xml) -> None:
    (header,) = items(xml, "", f'ВерсияСхемы="2.07" ДатаФормирования="{text}"')
    assert isinstance(header, Exchange)
    formed_at = header.formed_at.isoformat() if header.formed_at else None
    assert (header.version, formed_at, header.formed_at_text) == ("2.07", meant, text)


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("space", ["", ' xmlns="urn:1C.ru:commerceml_210"', ' xmlns="urn:1C.ru:commerceml_3"'])
def test_namespace_mark_and_line_ends_make_no_difference(prefix: str, newline: str, space: str, xml: Xml) -> None:
    body = f"""{prefix}<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация{space} ВерсияСхемы="2.08"><Каталог><Товары><Товар>
<Ид>1</Ид><Наименование>Труба</Наименование></Товар></Товары></Каталог></КоммерческаяИнформация>""".replace("\n", newline)
    assert [one.name for one in only(list(read(xml(body))), Product)] == ["Труба"]


def test_prefixed_elements_are_read_too(xml: Xml) -> None:
    body = (
        '<c:КоммерческаяИнформация xmlns:c="urn:1C.ru:commerceml_2"><c:Контрагенты><c:Контрагент><c:Ид>1</c:Ид>'
        "<c:Наименование>А</c:Наименование></c:Контрагент></c:Контрагенты></c:КоммерческаяИнформация>"
    )
    assert [one.name for one in only(list(read(xml(body))), Counterparty)] == ["А"]


@pytest.mark.parametrize("encoding", ["windows-1251", "Windows-1251", "cp1251", "utf-8"])
def test_both_encodings_of_1c_are_read(encoding: str, xml: Xml) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><КоммерческаяИнформация><Контрагенты><Контрагент><Ид>1</Ид>'
    body += "<Наименование>Ёлка № 5 «И»</Наименование></Контрагент></Контрагенты></КоммерческаяИнформация>"
    assert [one.name for one in only(list(read(xml(body, encoding=encoding))), Counterparty)] == ["Ёлка № 5 «И»"]


def test_a_product_is_read_whole(xml: Xml) -> None:
    (found,) = only(
        goods(
            xml,
            """<Товар Статус="Изменен"><Ид> t1#x1 </Ид><Штрихкод>4600000000001</Штрихкод><Артикул>  L319   </Артикул>
<Наименование>Труба</Наименование><БазоваяЕдиница Код="006 " НаименованиеПолное="Метр">м<Пересчет><Единица>006</Единица>
<Коэффициент>1</Коэффициент></Пересчет></БазоваяЕдиница><Группы><Ид>g1</Ид><Ид>g2</Ид><Ид>g1</Ид></Группы>
<Описание>Строка 1\nСтрока 2</Описание><Картинка>import_files\\6e\\a.jpg</Картинка><Картинка/><Страна>КИТАЙ</Страна>
<Изготовитель><Ид>m1</Ид><Наименование>Завод</Наименование></Изготовитель>
<ЗначенияСвойств><ЗначенияСвойства><Ид>p1</Ид><Значение>v1</Значение><Значение/></ЗначенияСвойства>
<ЗначенияСвойства><Ид>p2</Ид><Значение/></ЗначенияСвойства></ЗначенияСвойств>
<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога></СтавкиНалогов>
<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Цвет</Наименование><Значение>Белый</Значение></ХарактеристикаТовара>
</ХарактеристикиТовара><ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Полное наименование</Наименование>
<Значение>Труба ПНД</Значение></ЗначениеРеквизита><ЗначениеРеквизита><Наименование>ОписаниеФайла</Наименование>
<Значение>import_files/6e/a.jpg#спереди</Значение></ЗначениеРеквизита></ЗначенияРеквизитов><Вес>1,5</Вес>
<НомерВерсии>AAAAAQAAAAk=</НомерВерсии></Товар>""",
        ),
        Product,
    )
    assert (found.id, found.base_id, found.variant_id) == ("t1#x1", "t1", "x1")
    assert (found.article, found.barcode, found.unit_code, found.unit_name) == ("L319", "4600000000001", "006", "м")
    assert (found.group_ids, found.description) == (("g1", "g2"), "Строка 1\nСтрока 2")
    assert found.images == (Image("import_files/6e/a.jpg", "спереди"),)
    assert (found.full_name, found.country, found.weight, found.version) == ("Труба ПНД", "КИТАЙ", D("1.5"), "AAAAAQAAAAk=")
    assert found.producer is not None
    assert (found.producer.id, found.producer.name) == ("m1", "Завод")
    assert found.properties == (PropertyValue("p1", ("v1",)),)
    assert found.characteristics == (Characteristic("Цвет", "Белый"),)
    assert (found.vat_rate, found.vat_text, found.deleted, found.line) == (D(20), "20", False, 3)


@pytest.mark.parametrize(
    ("rate", "meant"),
    [("20", D(20)), ("20%", D(20)), ("20/120", D(20)), ("Без НДС", None), ("Без налога", None), ("", None)],
)
def test_vat_is_a_rate_or_a_text(rate: str, meant: Decimal | None, xml: Xml) -> None:
    tax = f"<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>{rate}</Ставка></СтавкаНалога></СтавкиНалогов>"
    (found,) = only(goods(xml, f"<Товар><Ид>1</Ид><Наименование>Т</Наименование>{tax}</Товар>"), Product)
    assert (found.vat_rate, found.vat_text) == (meant, rate)


@pytest.mark.parametrize(
    ("mark", "deleted"),
    [
        ('<Товар Статус="Удален">', True),
        ('<Товар Статус="Удалён">', True),
        ("<Товар><Статус>Удален</Статус>", True),
        ("<Товар><ПометкаУдаления>true</ПометкаУдаления>", True),
        ('<Товар ПометкаУдаления="true">', True),
        ("<Товар><ПометкаУдаления>false</ПометкаУдаления>", False),
        ('<Товар Статус="Новый">', False),
        ("<Товар>", False),
    ],
)
def test_deletion_is_told_by_attribute_or_element_in_two_words(mark: str, deleted: bool, xml: Xml) -> None:
    (found,) = only(goods(xml, f"{mark}<Ид>1</Ид><Наименование>Т</Наименование></Товар>"), Product)
    assert found.deleted is deleted


@pytest.mark.parametrize(
    ("attribute", "element", "meant"),
    [
        (' СодержитТолькоИзменения="false"', "", False),
        (' СодержитТолькоИзменения="true"', "", True),
        ("", "<СодержитТолькоИзменения>true</СодержитТолькоИзменения>", True),
        ("", "", None),
    ],
)
def test_whether_only_changes_come_is_told_before_the_first_item(attribute: str, element: str, meant: bool | None, xml: Xml) -> None:
    body = f"<Каталог{attribute}>{element}<Товары><Товар><Ид>1</Ид><Наименование>Т</Наименование></Товар></Товары></Каталог>"
    _, section, product = items(xml, body)
    assert isinstance(section, Section)
    assert section.changes_only is meant
    assert isinstance(product, Product)


def test_a_section_that_tells_more_after_its_items_is_told_again(xml: Xml) -> None:
    late = "<СодержитТолькоИзменения>true</СодержитТолькоИзменения>"
    body = f"<Каталог><Товары><Товар><Ид>1</Ид><Наименование>Т</Наименование></Товар></Товары>{late}</Каталог>"
    assert [one.changes_only for one in only(items(xml, body), Section)] == [None, True]


def test_groups_come_parents_first_and_a_broken_one_hands_its_children_up(xml: Xml) -> None:
    body = """<Классификатор><Группы><Группа><Группы><Группа><Ид>b</Ид><Наименование>Б</Наименование></Группа>
<Группа><Наименование>без ид</Наименование><Группы><Группа><Ид>c</Ид><Наименование>В</Наименование></Группа>
</Группы></Группа></Группы><Ид>a</Ид><Наименование>А</Наименование></Группа></Группы></Классификатор>"""
    found = items(xml, body)
    assert [(one.id, one.parent_id) for one in only(found, Group)] == [("a", ""), ("b", "a"), ("c", "a")]
    assert [(one.element, one.code, one.line) for one in only(found, Refused)] == [("Группа", "no-id", 3)]


def test_the_declarations_of_a_classifier_are_read(xml: Xml) -> None:
    body = """<Классификатор><Свойства><Свойство><Ид>p1</Ид><Наименование>Цвет</Наименование><ТипЗначений>Справочник</ТипЗначений>
<ВариантыЗначений><Справочник><ИдЗначения>v1</ИдЗначения><Значение>Белый</Значение></Справочник></ВариантыЗначений>
<ДляПредложений>true</ДляПредложений></Свойство></Свойства>
<ТипыЦен><ТипЦены><Ид>r</Ид><Наименование>Розница</Наименование><Валюта>руб.</Валюта>
<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме></Налог></ТипЦены></ТипыЦен>
<Склады><Склад><Ид>w</Ид><Наименование>Основной</Наименование><Адрес><Представление>Тверь</Представление></Адрес></Склад></Склады>
<ЕдиницыИзмерения><ЕдиницаИзмерения><Ид>796 </Ид><НаименованиеКраткое>шт </НаименованиеКраткое><Код>796 </Код>
</ЕдиницаИзмерения></ЕдиницыИзмерения></Классификатор>"""
    found = items(xml, body)
    (prop,) = only(found, PropertyDef)
    assert (prop.id, dict(prop.values), prop.on_offers) == ("p1", {"v1": "Белый"}, True)
    (kind,) = only(found, PriceType)
    assert (kind.id, kind.currency, kind.currency_text, kind.vat_included) == ("r", "RUB", "руб.", True)
    assert [(one.id, one.name, one.address) for one in only(found, Warehouse)] == [("w", "Основной", "Тверь")]
    assert [(one.id, one.code, one.name) for one in only(found, UnitDef)] == [("796", "796", "шт")]


def price(value: str, rest: str = "") -> str:
    return f"<Цена><ИдТипаЦены>r</ИдТипаЦены><ЦенаЗаЕдиницу>{value}</ЦенаЗаЕдиницу>{rest}</Цена>"


def offer(inside: str, own_id: str = "1") -> str:
    return f"<Предложение><Ид>{own_id}</Ид>{inside}</Предложение>"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("910", "910"),
        ("0.00", "0.00"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234\u00a0567,8", "1234567.8"),
        ("1\u202f234.5", "1234.5"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234", "1.234"),
        ("1,234,567", "1234567"),
        ("+5", "5"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_numbers_are_read_exactly_as_people_write_them(text: str, meant: str, xml: Xml) -> None:
    (found,) = only(offers(xml, offer(f"<Цены>{price(text)}</Цены>")), Offer)
    assert str(found.prices[0].value) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "bad-number"),
        ("Infinity", "bad-number"),
        ("1e400", "bad-number"),
        ("9" * 400, "bad-number"),
        ("12345678901234567", "bad-number"),
        ("9" * 100_000, "bad-number"),
        ("0.1234567890123", "bad-number"),
        ("0x10", "bad-number"),
        ("١٢", "bad-number"),
        ("по запросу", "bad-number"),
        ("--5", "bad-number"),
        ("-1", "negative-price"),
        ("", "no-value"),
    ],
)
def test_a_price_that_cannot_be_is_left_out_and_the_offer_and_its_other_prices_stay(text: str, code: str, xml: Xml) -> None:
    found = offers(xml, offer(f"<Цены>\n{price(text)}{price('7')}</Цены><Количество>-2,5</Количество>"))
    (kept,) = only(found, Offer)
    assert [one.value for one in kept.prices] == [D(7)]
    assert kept.quantity == D("-2.5")
    (refused,) = only(found, Refused)
    assert (refused.element, refused.item_id, refused.code, refused.whole) == ("Цена", "1", code, False)
    assert refused.file == "import.xml"
    assert refused.line == 4
    assert len(refused.reason) < 300


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("руб", "RUB"), ("руб.", "RUB"), ("RUB", "RUB"), ("RUR", "RUB"), ("643", "RUB"), ("грн", "UAH"), ("UAH", "UAH"),
        ("KZT", "KZT"), ("BYR", "BYR"), ("BYN", "BYN"), ("usd", "USD"), ("EUR", "EUR"), ("€", "EUR"),
    ],
)  # fmt: skip
def test_currencies_become_iso_codes_and_the_original_is_kept(text: str, meant: str, xml: Xml) -> None:
    (found,) = only(offers(xml, offer(f"<Цены>{price('1', f'<Валюта>{text}</Валюта>')}</Цены>")), Offer)
    assert (found.prices[0].currency, found.prices[0].currency_text) == (meant, text)


def test_a_price_in_an_unknown_currency_is_left_out_rather_than_taken_for_another(xml: Xml) -> None:
    found = offers(xml, offer(f"<Цены>{price('1', '<Валюта>у.е.</Валюта>')}</Цены>"))
    assert only(found, Offer)[0].prices == ()
    assert [one.code for one in only(found, Refused)] == ["unknown-currency"]


def test_volume_prices_units_and_factors_are_read(xml: Xml) -> None:
    rows = (
        price("10", "<Единица>упак</Единица><Коэффициент>0,250571</Коэффициент><МинКоличество>100</МинКоличество>")
        + price("9", "<КоличествоОт>500</КоличествоОт>")
        + price("8", "<КоличествоОт/><Единица><Код>796</Код><НаименованиеКраткое>шт</НаименованиеКраткое></Единица>")
        + price("7", "<Коэффициент>0</Коэффициент>")
    )
    found = offers(xml, offer(f"<Цены>{rows}</Цены>"))
    (kept,) = only(found, Offer)
    assert [(one.value, one.unit, one.factor, one.min_quantity) for one in kept.prices] == [
        (D(10), "упак", D("0.250571"), D(100)),
        (D(9), "", D(1), D(500)),
        (D(8), "шт", D(1), None),
    ]
    assert [one.code for one in only(found, Refused)] == ["bad-factor"]


@pytest.mark.parametrize(
    ("stock", "meant"),
    [
        ('<Склад ИдСклада="w1" КоличествоНаСкладе="-1.5"/>', StockRow("w1", D("-1.5"))),
        ('<Склады ИдСклада="w1" КоличествоНаСкладе="7"/>', StockRow("w1", D(7))),
        ("<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>3</Количество></Склад></Остаток></Остатки>", StockRow("w1", D(3))),
        ("<Остатки><Остаток><Количество>3</Количество></Остаток></Остатки>", StockRow(None, D(3))),
        ("<Остатки><Остаток>78</Остаток></Остатки>", StockRow(None, D(78), bare=True)),
    ],
)
def test_stock_is_read_in_each_of_its_five_spellings(stock: str, meant: StockRow, xml: Xml) -> None:
    (found,) = only(offers(xml, offer(stock)), Offer)
    assert found.stocks == (meant,)


def test_changes_of_a_package_name_the_variant_apart(xml: Xml) -> None:
    body = """<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><Ид>к#</Ид><ИдКаталога>к</ИдКаталога><Предложения>
<Предложение><Ид>t1</Ид><ИдХарактеристики>x1</ИдХарактеристики><Склады ИдСклада="w1" КоличествоНаСкладе="5"/>
<Склады ИдСклада="w2" КоличествоНаСкладе="0"/><Цены><Цена><ИдТипаЦены>r</ИдТипаЦены><ЦенаЗаЕдиницу>12.5</ЦенаЗаЕдиницу>
<Валюта>RUB</Валюта><Единица>796</Единица><Коэффициент>1</Коэффициент></Цена></Цены><Количество>5</Количество></Предложение>
<Предложение><Ид>t2</Ид><ИдХарактеристики>00000000-0000-0000-0000-000000000000</ИдХарактеристики></Предложение>
</Предложения></ИзмененияПакетаПредложений>"""
    found = items(xml, body)
    (section,) = only(found, Section)
    assert (section.element, section.catalog_id, section.changes_only) == ("ИзмененияПакетаПредложений", "к", True)
    first, second = only(found, Offer)
    assert (first.id, first.base_id, first.variant_id, first.changes_only_fields) == ("t1#x1", "t1", "x1", True)
    assert first.stocks == (StockRow("w1", D(5)), StockRow("w2", D(0)))
    assert first.prices == (Price("r", D("12.5"), "RUB", "796", D(1), None, "RUB", line=4),)
    assert (second.id, second.variant_id, second.quantity) == ("t2", "", None)


def test_empty_offers_are_named_with_their_line_and_their_neighbours_go_on(xml: Xml) -> None:
    found = offers(xml, f"{offer('')}\n<Предложение/>\n<Предложение><Ид>  </Ид></Предложение>\n{offer('', '2')}")
    assert [one.id for one in only(found, Offer)] == ["1", "2"]
    assert [(one.line, one.code, one.whole) for one in only(found, Refused)] == [(4, "no-id", True), (5, "no-id", True)]


def test_duplicates_are_given_as_they_come(xml: Xml) -> None:
    found = goods(xml, "".join(f"<Товар><Ид>1</Ид><Наименование>{name}</Наименование></Товар>" for name in ("А", "Б")))
    assert [one.name for one in only(found, Product)] == ["А", "Б"]


def test_texts_that_are_too_long_refuse_their_item_only(xml: Xml) -> None:
    good = "<Товар><Ид>2</Ид><Наименование>Т</Наименование></Товар>"
    long_text = f"<Товар><Ид>1</Ид><Наименование>Т</Наименование><Описание>{'x' * 1_000_001}</Описание></Товар>"
    long_id = f"<Товар><Ид>{'9' * 256}</Ид><Наименование>Т</Наименование></Товар>"
    found = goods(xml, long_text + long_id + good)
    assert [one.id for one in only(found, Product)] == ["2"]
    assert [one.code for one in only(found, Refused)] == ["too-long-text", "too-long-id"]


def test_a_deleted_product_needs_no_name_but_a_live_one_does(xml: Xml) -> None:
    found = goods(xml, '<Товар Статус="Удален"><Ид>1</Ид></Товар><Товар><Ид>2</Ид></Товар>')
    assert [one.id for one in only(found, Product)] == ["1"]
    assert [(one.item_id, one.code) for one in only(found, Refused)] == [("2", "no-name")]


DOCUMENT = """<Документ><Ид>{id}</Ид><Номер>{number}</Номер><Дата>2014-05-13</Дата><Время>T9:51:39</Время>
<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>грн</Валюта><Курс>1</Курс><Сумма>{total}</Сумма>
<СрокПлатежа>0001-01-01</СрокПлатежа><Товары><Товар><Ид>ORDER_DELIVERY</Ид><Наименование>Доставка</Наименование>
<Единица><Код>796</Код><НаименованиеКраткое>шт</НаименованиеКраткое></Единица><Количество>{quantity}</Количество><Цена>50</Цена>
<Сумма>50</Сумма><ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование>
<Значение>Услуга</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Товар></Товары>
<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Номер по 1С</Наименование><Значение>УТ-1</Значение></ЗначениеРеквизита>
<ЗначениеРеквизита><Наименование>ПометкаУдаления</Наименование><Значение>true</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>
</Документ>"""


@pytest.mark.parametrize("box", ["{}", "<Контейнер>{}</Контейнер>", "<Документы>{}</Документы>"])
def test_a_document_is_read_in_each_wrapping(box: str, xml: Xml) -> None:
    body = box.format(DOCUMENT.format(id="", number="36", total="50.00", quantity="1"))
    (found,) = only(items(xml, body), Document)
    assert (found.id, found.number, found.date, found.time) == ("", "36", dt.date(2014, 5, 13), dt.time(9, 51, 39))
    assert (found.currency, found.currency_text, found.total, found.payment_due) == ("UAH", "грн", D("50.00"), None)
    assert (found.number_1c, found.deleted) == ("УТ-1", True)
    (line,) = found.lines
    assert (line.id, line.is_service, line.price, line.unit_code, line.unit_name) == ("ORDER_DELIVERY", True, D(50), "796", "шт")


def test_half_an_order_is_none_and_its_neighbours_go_on(xml: Xml) -> None:
    good = DOCUMENT.format(id="g", number="1", total="50.00", quantity="1")
    wrong_sum = DOCUMENT.format(id="s", number="2", total="сто", quantity="1")
    wrong_line = DOCUMENT.format(id="l", number="3", total="50", quantity="много")
    nameless = DOCUMENT.format(id="", number="", total="50", quantity="1")
    found = items(xml, wrong_sum + wrong_line + nameless + good)
    assert [one.number for one in only(found, Document)] == ["1"]
    assert [(one.item_id, one.code) for one in only(found, Refused)] == [
        ("s", "bad-number"),
        ("l", "bad-number"),
        ("", "no-number"),
    ]


def test_an_unreadable_date_leaves_the_document_in_place_and_is_told(xml: Xml) -> None:
    body = DOCUMENT.format(id="g", number="1", total="50.00", quantity="1").replace("2014-05-13", "13 мая")
    found = items(xml, body)
    assert only(found, Document)[0].date is None
    assert [(one.code, one.whole) for one in only(found, Refused)] == [("bad-date", False)]


def test_a_counterparty_is_read_whole(xml: Xml) -> None:
    body = """<Контрагенты СодержитТолькоИзменения="false"><Контрагент><Ид>k1</Ид><НомерВерсии>AAAA</НомерВерсии>
<ПометкаУдаления>true</ПометкаУдаления><Наименование>Ветерок</Наименование>
<ОфициальноеНаименование>ООО Ветерок</ОфициальноеНаименование>
<Роль>Покупатель</Роль><ИНН>7710047278</ИНН><КПП>771001001</КПП><КодПоОКПО>17228055</КодПоОКПО><УНП>191234567</УНП>
<РасчетныеСчета><РасчетныйСчет><НомерСчета>40702810600023341231</НомерСчета><Банк><БИК>044599292</БИК><Наименование>Банк</Наименование>
</Банк></РасчетныйСчет></РасчетныеСчета><АдресРегистрации><Представление>Москва</Представление><АдресноеПоле><Тип>Город</Тип>
<Значение>Москва</Значение></АдресноеПоле></АдресРегистрации><Контакты><Контакт><Тип>Почта</Тип><Значение>a@example.org</Значение></Контакт>
</Контакты><Представители><Представитель><Контрагент><Отношение>Контактное лицо</Отношение><Ид>c1</Ид>
<Наименование>Олег</Наименование></Контрагент></Представитель><Представитель><Отношение>Директор</Отношение><Ид>c2</Ид><Наименование>Анна</Наименование></Представитель>
</Представители></Контрагент></Контрагенты>"""
    (found,) = only(items(xml, body), Counterparty)
    assert (found.id, found.official_name, found.role, found.deleted) == ("k1", "ООО Ветерок", "Покупатель", True)
    assert (found.inn, found.kpp, found.okpo, found.unp) == ("7710047278", "771001001", "17228055", "191234567")
    assert [(one.kind, one.text, dict(one.fields)) for one in found.addresses] == [("АдресРегистрации", "Москва", {"Город": "Москва"})]
    assert [(one.id, one.name, one.relation) for one in found.people] == [
        ("c1", "Олег", "Контактное лицо"),
        ("c2", "Анна", "Директор"),
    ]
    assert (found.accounts[0].number, found.accounts[0].bic) == ("40702810600023341231", "044599292")


def test_owners_and_groups_of_offers_are_not_taken_for_items(xml: Xml) -> None:
    body = """<ПакетПредложений><Владелец><Ид>o</Ид><Наименование>О</Наименование></Владелец><Предложения><Предложение><Ид>1</Ид>
<Группы><Ид>g</Ид></Группы></Предложение></Предложения></ПакетПредложений>"""
    found = items(xml, body)
    assert [type(one) for one in found] == [Exchange, Section, Offer]
    assert only(found, Section)[0].id == ""
