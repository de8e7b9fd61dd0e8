"""A base of Trade Management 11.5 in a few objects: its $metadata and a client with an order, terms, debts and papers."""

from __future__ import annotations

from typing import Any

from plugins.onec.tests.odata.fake import FakeOneC

PARTNER, PARTY, CONTRACT, AGREEMENT = (f"{n}0000000-1111-4000-8000-000000000001" for n in "1234")
ORGANIZATION, STORE, PRICE_TYPE, RUB = (f"{n}0000000-1111-4000-8000-000000000001" for n in "5678")
GOOD, VARIANT, PACK, VAT20 = (f"{n}0000000-1111-4000-8000-000000000001" for n in "9abc")
ORDER, KEY, DEAL = (f"{n}0000000-1111-4000-8000-000000000001" for n in "def")
SCHEDULE = "00000000-1111-4000-8000-000000000002"
NONE = "00000000-0000-0000-0000-000000000000"
NEVER = "0001-01-01T00:00:00"

_DOC = "Ref_Key DataVersion Number Date DeletionMark:Boolean Posted:Boolean Партнер_Key Контрагент_Key Организация_Key Договор_Key "
_DOC += "Соглашение_Key Валюта_Key СуммаДокумента:Double Статус"
_LINES = "LineNumber Номенклатура_Key Характеристика_Key Упаковка_Key КоличествоУпаковок:Double Количество:Double ВидЦены_Key Цена:Double "
_LINES += (
    "Сумма:Double СтавкаНДС_Key СуммаНДС:Double СуммаСНДС:Double КодСтроки Отменено:Boolean Склад_Key ВариантОбеспечения ПричинаОтмены_Key"
)
_CATALOG = "Ref_Key DataVersion DeletionMark:Boolean Description"
SETS = {
    "Catalog_Контрагенты": f"{_CATALOG} Партнер_Key НаименованиеПолное ИНН КПП КодПоОКПО КонтактнаяИнформация[Тип Представление АдресЭП]",
    "Catalog_Партнеры": f"{_CATALOG} ОсновнойМенеджер_Key Клиент:Boolean",
    "Catalog_ДоговорыКонтрагентов": f"{_CATALOG} Контрагент_Key Партнер_Key Организация_Key Номер Дата ДатаОкончанияДействия "
    "ВалютаВзаиморасчетов_Key Статус ТипДоговора ОграничиватьСуммуЗадолженности:Boolean ДопустимаяСуммаЗадолженности:Double "
    "ЗапрещаетсяПросроченнаяЗадолженность:Boolean УстановленСрокОплаты:Boolean СрокОплаты:Double",
    "Catalog_СоглашенияСКлиентами": f"{_CATALOG} Партнер_Key Контрагент_Key Организация_Key Номер Дата ДатаОкончанияДействия Валюта_Key "
    "ВидЦен_Key ГрафикОплаты_Key Склад_Key Типовое:Boolean Статус ЦенаВключаетНДС:Boolean",
    "Catalog_ГрафикиОплаты": f"{_CATALOG} Этапы[ВариантОплаты ПроцентПлатежа:Double Сдвиг]",
    "Catalog_КонтактныеЛицаПартнеров": f"{_CATALOG} Owner_Key ДолжностьПоВизитке КонтактнаяИнформация[Тип Представление АдресЭП] "
    "ДатаПрекращенияСвязи",
    "Catalog_Валюты": "Ref_Key Code Description DeletionMark:Boolean",
    "Catalog_СтавкиНДС": "Ref_Key Description Ставка:Double DeletionMark:Boolean",
    "Catalog_Номенклатура": "Ref_Key Description Артикул ЕдиницаИзмерения_Key ТипНоменклатуры",
    "Catalog_УпаковкиЕдиницыИзмерения": "Ref_Key Description Числитель:Double Знаменатель:Double",
    "Catalog_Склады": f"{_CATALOG} IsFolder:Boolean",
    "Catalog_ВидыЦен": f"{_CATALOG} ВалютаЦены_Key ЦенаВключаетНДС:Boolean Статус",
    "Catalog_КлючиАналитикиУчетаПоПартнерам": "Ref_Key Партнер_Key Контрагент Контрагент_Type Договор Договор_Type",
    "Catalog_ОбъектыРасчетов": "Ref_Key Description Объект Объект_Type",
    "Document_ЗаказКлиента": f"{_DOC} Склад_Key ЦенаВключаетНДС:Boolean НомерПоДаннымКлиента ДатаПоДаннымКлиента Комментарий АдресДоставки "
    f"ДатаОтгрузки Согласован:Boolean НалогообложениеНДС ХозяйственнаяОперация СпособДоставки МаксимальныйКодСтроки Товары[{_LINES}]",
    "Document_СчетНаОплатуКлиенту": f"{_DOC} ДокументОснование ДокументОснование_Type ЭтапыГрафикаОплаты[ДатаПлатежа СуммаПлатежа:Double]",
    "Document_РеализацияТоваровУслуг": f"{_DOC} ЗаказКлиента ЗаказКлиента_Type ЦенаВключаетНДС:Boolean "
    f"Товары[{_LINES} ЗаказКлиента ЗаказКлиента_Type]",
    "Document_СверкаВзаиморасчетов2_5_11": f"{_DOC} НачалоПериода КонецПериода",
    "InformationRegister_СостоянияЗаказовКлиентов": "Заказ Заказ_Type Состояние ПроцентОплаты:Double ПроцентОтгрузки:Double",
    "InformationRegister_ЦеныНоменклатуры25": "Recorder Recorder_Type",
    "InformationRegister_ЦеныНоменклатуры25_RecordType": "Номенклатура_Key ХарактеристикаЦО_Key ВидЦены_Key Цена:Double "
    "Упаковка_Key Валюта_Key",
    "AccumulationRegister_ЗапасыИПотребности": "Recorder Recorder_Type",
    "AccumulationRegister_РасчетыСКлиентами": "Recorder Recorder_Type",
    "AccumulationRegister_РасчетыСКлиентамиПоСрокам": "Recorder Recorder_Type",
    "AccumulationRegister_РасчетыСКлиентамиПланОплат": "Recorder Recorder_Type",
}
FUNCTIONS = {
    ("InformationRegister_ЦеныНоменклатуры25_RecordType", "SliceLast"): ("InformationRegister_ЦеныНоменклатуры25_RecordType", ""),
    ("AccumulationRegister_ЗапасыИПотребности", "Balance"): (
        "AccumulationRegister_ЗапасыИПотребности_Balance",
        "Номенклатура_Key Характеристика_Key Склад_Key ВНаличииBalance:Double РезервироватьНаСкладеBalance:Double",
    ),
    ("AccumulationRegister_РасчетыСКлиентами", "Balance"): (
        "AccumulationRegister_РасчетыСКлиентами_Balance",
        "АналитикаУчетаПоПартнерам_Key ОбъектРасчетов_Key Валюта_Key СуммаBalance:Double",
    ),
    ("AccumulationRegister_РасчетыСКлиентамиПоСрокам", "Balance"): (
        "AccumulationRegister_РасчетыСКлиентамиПоСрокам_Balance",
        "АналитикаУчетаПоПартнерам_Key ОбъектРасчетов_Key Валюта_Key ДатаПлановогоПогашения ДолгBalance:Double ПредоплатаBalance:Double",
    ),
    ("AccumulationRegister_РасчетыСКлиентамиПланОплат", "Balance"): (
        "AccumulationRegister_РасчетыСКлиентамиПланОплат_Balance",
        "АналитикаУчетаПоПартнерам_Key ОбъектРасчетов_Key Валюта_Key ДатаПлановогоПогашения КОплатеBalance:Double",
    ),
}  # fmt: skip


def edmx(sets: dict[str, str] | None = None) -> bytes:
    """$metadata of the base, or of some of its objects."""
    chosen = SETS if sets is None else sets
    types, named, functions = [], [], []
    for name, given in chosen.items():
        types += _types(name, given)
        named.append(f'<EntitySet Name="{name}" EntityType="StandardODATA.{name}"/>')
    for (path, function), (gives, fields) in FUNCTIONS.items():
        if path in chosen:
            types += _types(gives, fields) if fields else []
            functions.append(
                f'<FunctionImport Name="{function}" ReturnType="Collection(StandardODATA.{gives})">'
                f'<Parameter Name="bindingParameter" Type="StandardODATA.{path}"/></FunctionImport>'
            )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><edmx:Edmx xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" Version="1.0">'
        '<edmx:DataServices><Schema xmlns="http://schemas.microsoft.com/ado/2009/11/edm" Namespace="StandardODATA">'
        f"{''.join(types)}<EntityContainer>{''.join(named)}{''.join(functions)}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"
    ).encode()


def _types(name: str, given: str) -> list[str]:
    inner: list[str] = []
    fields = []
    flat = given
    while "[" in flat:
        head, _open, rest = flat.partition("[")
        part, _close, tail = rest.partition("]")
        table = head.split()[-1]
        inner += _types(f"{name}_{table}_RowType", part)
        fields.append(f'<Property Name="{table}" Type="Collection(StandardODATA.{name}_{table}_RowType)"/>')
        flat = head.rsplit(table, 1)[0] + tail
    for one in flat.split():
        field, _colon, kind = one.partition(":")
        kind = kind or ("Guid" if field.endswith("_Key") else "String")
        fields.append(f'<Property Name="{field}" Type="Edm.{kind}"/>')
    return [f'<EntityType Name="{name}">{"".join(fields)}</EntityType>', *inner]


def row(**fields: Any) -> dict[str, Any]:
    return {"DataVersion": "AAAAAQ==", "DeletionMark": False, **fields}


def fill(onec: FakeOneC) -> None:
    """One client with everything."""
    onec.sets = {name: [] for name in SETS}
    onec.sets["Catalog_Валюты"] = [row(Ref_Key=RUB, Code="643", Description="RUB")]
    onec.sets["Catalog_СтавкиНДС"] = [
        row(Ref_Key=VAT20, Description="20%", Ставка=20),
        row(Ref_Key=PACK, Description="Без НДС", Ставка=0),
    ]
    onec.sets["Catalog_Номенклатура"] = [row(Ref_Key=GOOD, Description="Краска белая", Артикул="К-1", ЕдиницаИзмерения_Key=PACK)]
    onec.sets["Catalog_УпаковкиЕдиницыИзмерения"] = [row(Ref_Key=PACK, Description="кг", Числитель=5, Знаменатель=2)]
    onec.sets["Catalog_Склады"] = [
        row(Ref_Key=STORE, Description="Основной", IsFolder=False),
        row(Ref_Key=PARTY, Description="Склады", IsFolder=True),
    ]
    onec.sets["Catalog_ВидыЦен"] = [
        row(Ref_Key=PRICE_TYPE, Description="Оптовая", ВалютаЦены_Key=RUB, ЦенаВключаетНДС=True, Статус="Действует")
    ]
    onec.sets["Catalog_ДоговорыКонтрагентов"] = [contract()]
    onec.sets["Catalog_СоглашенияСКлиентами"] = [agreement()]
    onec.sets["Catalog_ГрафикиОплаты"] = [
        row(
            Ref_Key=SCHEDULE,
            Description="30/70",
            Этапы=[
                {"LineNumber": "2", "ВариантОплаты": "КредитПослеОтгрузки", "ПроцентПлатежа": 70, "Сдвиг": "14"},
                {"LineNumber": "1", "ВариантОплаты": "ПредоплатаДоОтгрузки", "ПроцентПлатежа": 30, "Сдвиг": "0"},
            ],
        )
    ]
    onec.sets["Catalog_КлючиАналитикиУчетаПоПартнерам"] = [
        {
            "Ref_Key": KEY, "Партнер_Key": PARTNER, "Контрагент": PARTY, "Контрагент_Type": "StandardODATA.Catalog_Контрагенты",
            "Договор": CONTRACT, "Договор_Type": "StandardODATA.Catalog_ДоговорыКонтрагентов",
        }
    ]  # fmt: skip
    onec.sets["Catalog_ОбъектыРасчетов"] = [
        row(Ref_Key=DEAL, Description="Заказ клиента ТД00-000001", Объект=ORDER, Объект_Type="StandardODATA.Document_ЗаказКлиента")
    ]


def contract(**changed: Any) -> dict[str, Any]:
    return row(
        Ref_Key=CONTRACT, Description="Договор 5", Контрагент_Key=PARTY, Партнер_Key=PARTNER, Организация_Key=ORGANIZATION, Номер="5",
        Дата="2025-02-01T00:00:00", ДатаОкончанияДействия=NEVER, ВалютаВзаиморасчетов_Key=RUB, Статус="Действует",
        ТипДоговора="СПокупателем", ОграничиватьСуммуЗадолженности=True, ДопустимаяСуммаЗадолженности=500000.5,
        ЗапрещаетсяПросроченнаяЗадолженность=True,
        УстановленСрокОплаты=True, СрокОплаты=21, **changed,
    )  # fmt: skip


def agreement(**changed: Any) -> dict[str, Any]:
    given = row(
        Ref_Key=AGREEMENT, Description="Индивидуальное", Партнер_Key=PARTNER, Контрагент_Key=NONE, Организация_Key=ORGANIZATION,
        Номер="А-1", Дата="2025-02-01T00:00:00", ДатаОкончанияДействия="2026-12-31T00:00:00", Валюта_Key=RUB, ВидЦен_Key=PRICE_TYPE,
        ГрафикОплаты_Key=SCHEDULE, Склад_Key=STORE, Типовое=False, Статус="Действует", ЦенаВключаетНДС=True,
    )  # fmt: skip
    return given | changed


def order(**changed: Any) -> dict[str, Any]:
    line = {
        "LineNumber": "1", "Номенклатура_Key": GOOD, "Характеристика_Key": VARIANT, "Количество": 2, "Цена": 600, "Сумма": 1200,
        "СтавкаНДС_Key": VAT20, "СуммаНДС": 200, "СуммаСНДС": 1200, "Отменено": False,
    }  # fmt: skip
    given = row(
        Ref_Key=ORDER, Number="ТД00-000001", Date="2026-11-19T15:30:00", Posted=True, Партнер_Key=PARTNER, Контрагент_Key=PARTY,
        Договор_Key=CONTRACT, Соглашение_Key=AGREEMENT, Валюта_Key=RUB, СуммаДокумента=1200, Статус="КОбеспечению", ЦенаВключаетНДС=True,
        НомерПоДаннымКлиента="П-000007", Комментарий="", АдресДоставки="Москва", Товары=[line],
    )  # fmt: skip
    return given | changed
