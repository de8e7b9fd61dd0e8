"""Files as 1C:Trade Management writes them: a catalogue, an offers package with three price types and three warehouses, and a package
of changes that holds stock only. Written as a stream: they may be larger than the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

GROUPS, TYPES, WAREHOUSES = 200, 3, 3
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_HEAD += '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07" ДатаФормирования="{at}">\n'
_TAIL = "</КоммерческаяИнформация>\n"


def product_ref(number: int) -> str:
    """Ид of a product."""
    return f"{number:08x}-9a5e-11ee-80e5-00155d010203"


def group_ref(number: int) -> str:
    """Ид of a group."""
    return f"{number:08x}-9a5e-11ee-80e5-00155d0102aa"


def type_ref(number: int) -> str:
    """Ид of a price type."""
    return f"{number:08x}-9a5e-11ee-80e5-00155d0102bb"


def warehouse_ref(number: int) -> str:
    """Ид of a warehouse."""
    return f"{number:08x}-9a5e-11ee-80e5-00155d0102cc"


def write_catalogue(path: Path, products: int) -> Path:
    """import0_1.xml."""
    groups = "".join(f"<Группа><Ид>{group_ref(one)}</Ид><Наименование>Группа {one}</Наименование></Группа>\n" for one in range(GROUPS))
    properties = "".join(
        f"<Свойство><Ид>prop-{one}</Ид><Наименование>{name}</Наименование></Свойство>\n" for one, name in enumerate(("ПТР", "Плотность"))
    )
    head = f"<Классификатор><Ид>cl</Ид><Наименование>Каталог</Наименование><Группы>{groups}</Группы><Свойства>{properties}</Свойства>"
    head += '</Классификатор>\n<Каталог СодержитТолькоИзменения="false"><Ид>cat</Ид><ИдКлассификатора>cl</ИдКлассификатора><Товары>\n'
    return _write(path, head, (_product(number) for number in range(products)), "</Товары></Каталог>\n")


def write_offers(path: Path, products: int) -> Path:
    """offers0_1.xml."""
    types = "".join(
        f"<ТипЦены><Ид>{type_ref(one)}</Ид><Наименование>Вид цен {one}</Наименование><Валюта>BYN</Валюта></ТипЦены>\n"
        for one in range(TYPES)
    )
    places = "".join(f"<Склад><Ид>{warehouse_ref(one)}</Ид><Наименование>Склад {one}</Наименование></Склад>\n" for one in range(WAREHOUSES))
    head = '<ПакетПредложений СодержитТолькоИзменения="false"><Ид>cat#</Ид><ИдКаталога>cat</ИдКаталога>'
    head += f"<ТипыЦен>{types}</ТипыЦен><Склады>{places}</Склады><Предложения>\n"
    return _write(path, head, (_offer(number) for number in range(products)), "</Предложения></ПакетПредложений>\n")


def write_stock(path: Path, products: int, salt: int) -> Path:
    """offers0_2.xml: "Обновление пакета" with stock only; `salt` makes other figures."""
    head = "<ИзмененияПакетаПредложений><Ид>cat#</Ид><ИдКаталога>cat</ИдКаталога><Предложения>\n"
    return _write(path, head, (_stock(number, salt) for number in range(products)), "</Предложения></ИзмененияПакетаПредложений>\n")


def _write(path: Path, head: str, items: Iterator[str], tail: str) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_HEAD.format(at="2026-11-22T10:00:00") + head)
        stream.writelines(items)
        stream.write(tail + _TAIL)
    return path


def _product(number: int) -> str:
    return f"""\t\t\t<Товар>
\t\t\t\t<Ид>{product_ref(number)}</Ид>
\t\t\t\t<Артикул>PE-{number:06}</Артикул>
\t\t\t\t<Наименование>Полиэтилен ПЭВД {number:06} высший сорт</Наименование>
\t\t\t\t<БазоваяЕдиница Код="166" НаименованиеПолное="Килограмм" МеждународноеСокращение="KGM">кг</БазоваяЕдиница>
\t\t\t\t<Группы>
\t\t\t\t\t<Ид>{group_ref(number % GROUPS)}</Ид>
\t\t\t\t</Группы>
\t\t\t\t<Описание>Полиэтилен высокого давления, партия {number % 977}</Описание>
\t\t\t\t<Изготовитель><Ид>m-{number % 30}</Ид><Наименование>Завод {number % 30}</Наименование></Изготовитель>
\t\t\t\t<ЗначенияСвойств>
\t\t\t\t\t<ЗначенияСвойства><Ид>prop-0</Ид><Значение>{number % 70}</Значение></ЗначенияСвойства>
\t\t\t\t\t<ЗначенияСвойства><Ид>prop-1</Ид><Значение>0,9{number % 90:02}</Значение></ЗначенияСвойства>
\t\t\t\t</ЗначенияСвойств>
\t\t\t\t<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка></СтавкаНалога></СтавкиНалогов>
\t\t\t\t<ЗначенияРеквизитов>
\t\t\t\t\t<ЗначениеРеквизита><Наименование>ВидНоменклатуры</Наименование><Значение>Товар</Значение></ЗначениеРеквизита>
\t\t\t\t\t<ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>Товар</Значение></ЗначениеРеквизита>
\t\t\t\t\t<ЗначениеРеквизита><Наименование>Полное наименование</Наименование>
\t\t\t\t\t<Значение>Полиэтилен ПЭВД {number:06}, ГОСТ</Значение></ЗначениеРеквизита>
\t\t\t\t</ЗначенияРеквизитов>
\t\t\t</Товар>
"""


def _offer(number: int) -> str:
    prices = "".join(
        f"""\t\t\t\t\t<Цена>
\t\t\t\t\t\t<Представление>{_price(number, one)} BYN за кг</Представление>
\t\t\t\t\t\t<ИдТипаЦены>{type_ref(one)}</ИдТипаЦены>
\t\t\t\t\t\t<ЦенаЗаЕдиницу>{_price(number, one)}</ЦенаЗаЕдиницу>
\t\t\t\t\t\t<Валюта>BYN</Валюта>
\t\t\t\t\t\t<Единица>кг</Единица>
\t\t\t\t\t\t<Коэффициент>1</Коэффициент>
\t\t\t\t\t</Цена>
"""
        for one in range(TYPES)
    )
    held = "".join(
        f'\t\t\t\t<Склад ИдСклада="{warehouse_ref(one)}" КоличествоНаСкладе="{quantity(number, one, 0)}"/>\n' for one in range(WAREHOUSES)
    )
    return f"""\t\t\t<Предложение>
\t\t\t\t<Ид>{product_ref(number)}</Ид>
\t\t\t\t<Артикул>PE-{number:06}</Артикул>
\t\t\t\t<Наименование>Полиэтилен ПЭВД {number:06} высший сорт</Наименование>
\t\t\t\t<БазоваяЕдиница Код="166" НаименованиеПолное="Килограмм" МеждународноеСокращение="KGM">кг</БазоваяЕдиница>
\t\t\t\t<Цены>
{prices}\t\t\t\t</Цены>
\t\t\t\t<Количество>{sum(quantity(number, one, 0) for one in range(WAREHOUSES))}</Количество>
{held}\t\t\t</Предложение>
"""


def _stock(number: int, salt: int) -> str:
    held = "".join(
        f'\t\t\t\t<Склады ИдСклада="{warehouse_ref(one)}" КоличествоНаСкладе="{quantity(number, one, salt)}"/>\n'
        for one in range(WAREHOUSES)
    )
    total = sum(quantity(number, one, salt) for one in range(WAREHOUSES))
    about = f"<Ид>{product_ref(number)}</Ид>\n\t\t\t\t<Количество>{total}</Количество>"
    return f"\t\t\t<Предложение>\n\t\t\t\t{about}\n{held}\t\t\t</Предложение>\n"


def _price(number: int, one: int) -> str:
    return f"{1 + number % 9999}.{10 + one}"


def quantity(number: int, one: int, salt: int) -> int:
    """Free stock of a product at a warehouse."""
    return (number * 7 + one * 13 + salt * 101) % 5000
