"""What we call objects and fields of 1C, and what they are called in 1C: Trade Management 11.4 and 11.5 (УТ), ERP 2.5.

Of several names the first one that a base publishes is taken. A reference is written without `_Key`; balances end in Balance as in
$metadata. `field!` must be there for the flows that use the object; `table/field` is a field of a table part's rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Alias(NamedTuple):
    """An object: its names, the function by which it is read ("" for the set itself), and its fields with their names."""

    names: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    function: str = ""


class Need(NamedTuple):
    """What a flow reads or writes: it cannot work without `objects`; `useful` ones add to it."""

    objects: tuple[str, ...]
    useful: tuple[str, ...] = ()


_DOCUMENT: Final = {
    "ref!": ("Ref_Key",), "version": ("DataVersion",), "number!": ("Number",), "date!": ("Date",), "deleted!": ("DeletionMark",),
    "posted!": ("Posted",), "party!": ("Контрагент",), "contract": ("Договор",), "currency": ("Валюта",), "total": ("СуммаДокумента",),
    "status": ("Статус",),
}  # fmt: skip
_LINES: Final = {
    "lines": ("Товары",), "lines/product": ("Номенклатура",), "lines/variant": ("Характеристика",), "lines/pack": ("Упаковка",),
    "lines/packs": ("КоличествоУпаковок",), "lines/quantity": ("Количество",), "lines/price": ("Цена",), "lines/total": ("Сумма",),
    "lines/vat": ("СуммаНДС",), "lines/with_vat": ("СуммаСНДС",), "lines/vat_rate": ("СтавкаНДС", "УдалитьСтавкаНДС"),
    "lines/order": ("ЗаказКлиента",), "lines/text": ("Содержание",),
}  # fmt: skip
_CATALOG: Final = {"ref!": ("Ref_Key",), "version": ("DataVersion",), "deleted!": ("DeletionMark",), "name!": ("Description",)}

ALIASES: Final[Mapping[str, Alias]] = {
    "party": Alias(
        ("Catalog_Контрагенты",),
        _CATALOG | {
            "partner": ("Партнер",), "full_name": ("НаименованиеПолное",), "inn": ("ИНН",), "kpp": ("КПП",), "okpo": ("КодПоОКПО",),
            "contacts": ("КонтактнаяИнформация",), "contacts/type": ("Тип",), "contacts/text": ("Представление",),
            "contacts/email": ("АдресЭП",), "contacts/kind": ("Вид",),
        },
    ),
    "partner": Alias(("Catalog_Партнеры",), _CATALOG | {"manager": ("ОсновнойМенеджер",), "client": ("Клиент",)}),
    "contract": Alias(
        ("Catalog_ДоговорыКонтрагентов",),
        _CATALOG | {
            "party!": ("Контрагент",), "partner": ("Партнер",), "organization": ("Организация",), "number": ("Номер",),
            "signed_on": ("Дата",), "valid_until": ("ДатаОкончанияДействия", "СрокДействия"), "currency": ("ВалютаВзаиморасчетов",),
            "status": ("Статус",), "kind": ("ТипДоговора", "ХозяйственнаяОперация"), "limited": ("ОграничиватьСуммуЗадолженности",),
            "limit": ("ДопустимаяСуммаЗадолженности",), "stops_overdue": ("ЗапрещаетсяПросроченнаяЗадолженность",),
            "has_delay": ("УстановленСрокОплаты",), "delay": ("СрокОплаты",), "settled_by": ("ПорядокРасчетов",),
        },
    ),
    "agreement": Alias(
        ("Catalog_СоглашенияСКлиентами",),
        _CATALOG | {
            "partner!": ("Партнер",), "party": ("Контрагент",), "organization": ("Организация",), "number": ("Номер",),
            "signed_on": ("Дата",), "valid_until": ("ДатаОкончанияДействия",), "currency": ("Валюта",), "price_type": ("ВидЦен",),
            "schedule": ("ГрафикОплаты",), "warehouse": ("Склад",), "standard": ("Типовое",), "status": ("Статус",),
            "with_vat": ("ЦенаВключаетНДС",),
        },
    ),
    "payment_schedule": Alias(
        ("Catalog_ГрафикиОплаты",),
        _CATALOG | {"steps!": ("Этапы",), "steps/kind": ("ВариантОплаты",), "steps/percent": ("ПроцентПлатежа",),
            "steps/shift": ("Сдвиг",)},
    ),
    "contact": Alias(
        ("Catalog_КонтактныеЛицаПартнеров",),
        _CATALOG | {
            "partner!": ("Owner",), "position": ("ДолжностьПоВизитке",), "contacts": ("КонтактнаяИнформация",),
            "contacts/type": ("Тип",), "contacts/text": ("Представление",), "contacts/email": ("АдресЭП",),
            "left_on": ("ДатаПрекращенияСвязи",),
        },
    ),
    "currency": Alias(("Catalog_Валюты",), {"ref!": ("Ref_Key",), "code!": ("Code",), "name": ("Description",)}),
    "vat_rate": Alias(("Catalog_СтавкиНДС",), {
        "ref!": ("Ref_Key",), "rate": ("Ставка",), "name!": ("Description",), "deleted": ("DeletionMark",),
    }),
    "product": Alias(
        ("Catalog_Номенклатура",),
        {
            "ref!": ("Ref_Key",), "name!": ("Description",), "article": ("Артикул",), "unit": ("ЕдиницаИзмерения",),
            "kind": ("ТипНоменклатуры",),
        },
    ),
    "unit": Alias(("Catalog_УпаковкиЕдиницыИзмерения",), {
        "ref!": ("Ref_Key",), "name!": ("Description",), "numerator": ("Числитель",), "denominator": ("Знаменатель",),
    }),
    "warehouse": Alias(("Catalog_Склады",), _CATALOG | {"folder": ("IsFolder",)}),
    "price_type": Alias(("Catalog_ВидыЦен",), _CATALOG | {
        "currency": ("ВалютаЦены",), "with_vat": ("ЦенаВключаетНДС",), "status": ("Статус",),
    }),
    "price": Alias(
        ("InformationRegister_ЦеныНоменклатуры25", "InformationRegister_ЦеныНоменклатуры"),
        {
            "product!": ("Номенклатура",), "variant": ("Характеристика",), "variant_key": ("ХарактеристикаЦО",), "type!": ("ВидЦены",),
            "value!": ("Цена",), "pack": ("Упаковка", "УпаковкаЦО"), "currency": ("Валюта",),
        },
        "SliceLast",
    ),
    "stock": Alias(
        ("AccumulationRegister_ЗапасыИПотребности", "AccumulationRegister_СвободныеОстатки", "AccumulationRegister_ТоварыНаСкладах"),
        {
            "product!": ("Номенклатура",), "variant": ("Характеристика",), "warehouse!": ("Склад",), "on_hand!": ("ВНаличииBalance",),
            "reserved": ("РезервироватьНаСкладеBalance", "ВРезервеСоСкладаBalance", "КОтгрузкеBalance"),
            "promised": ("ВРезервеПодЗаказBalance",),
        },
        "Balance",
    ),
    "settlement": Alias(
        ("AccumulationRegister_РасчетыСКлиентами",),
        {
            "key!": ("АналитикаУчетаПоПартнерам",), "deal": ("ОбъектРасчетов", "ЗаказКлиента"), "currency!": ("Валюта",),
            "amount!": ("СуммаBalance",),
        },
        "Balance",
    ),
    "term": Alias(
        ("AccumulationRegister_РасчетыСКлиентамиПоСрокам",),
        {
            "key!": ("АналитикаУчетаПоПартнерам",), "deal": ("ОбъектРасчетов", "ЗаказКлиента"), "currency!": ("Валюта",),
            "due!": ("ДатаПлановогоПогашения",), "debt!": ("ДолгBalance",), "prepaid": ("ПредоплатаBalance",),
        },
        "Balance",
    ),
    "plan": Alias(
        ("AccumulationRegister_РасчетыСКлиентамиПланОплат",),
        {
            "key!": ("АналитикаУчетаПоПартнерам",), "deal": ("ОбъектРасчетов", "ЗаказКлиента"), "currency!": ("Валюта",),
            "due!": ("ДатаПлановогоПогашения", "ДатаПланаОплаты", "ДатаПлатежа"), "amount!": ("КОплатеBalance",),
        },
        "Balance",
    ),
    "analytics": Alias(
        ("Catalog_КлючиАналитикиУчетаПоПартнерам",),
        {"ref!": ("Ref_Key",), "partner": ("Партнер",), "party!": ("Контрагент",), "contract": ("Договор",)},
    ),
    "deal": Alias(("Catalog_ОбъектыРасчетов",), {
        "ref!": ("Ref_Key",), "name!": ("Description",), "object": ("Объект",), "contract": ("Договор",),
    }),
    "order": Alias(
        ("Document_ЗаказКлиента",),
        _DOCUMENT | _LINES | {
            "partner!": ("Партнер",), "organization!": ("Организация",), "agreement": ("Соглашение",), "warehouse": ("Склад",),
            "with_vat": ("ЦенаВключаетНДС",), "client_number": ("НомерПоДаннымКлиента",), "client_date": ("ДатаПоДаннымКлиента",),
            "comment": ("Комментарий",), "note": ("ДополнительнаяИнформация",), "address": ("АдресДоставки",), "ship_on": ("ДатаОтгрузки",),
            "agreed": ("Согласован",), "tax": ("НалогообложениеНДС",), "operation": ("ХозяйственнаяОперация",),
            "delivery": ("СпособДоставки",), "consignee": ("Грузополучатель",),
            "last_code": ("МаксимальныйКодСтроки",), "settled_by": ("ПорядокРасчетов",), "lines!": ("Товары",),
            "lines/product!": ("Номенклатура",), "lines/quantity!": ("Количество",), "lines/price!": ("Цена",), "lines/total!": ("Сумма",),
            "lines/code": ("КодСтроки",), "lines/cancelled": ("Отменено",), "lines/price_type": ("ВидЦены",), "lines/warehouse": ("Склад",),
            "lines/supply": ("ВариантОбеспечения",), "lines/reason": ("ПричинаОтмены",), "lines/ship_on": ("ДатаОтгрузки",),
        },
    ),
    "order_state": Alias(
        ("InformationRegister_СостоянияЗаказовКлиентов",),
        {"order!": ("Заказ",), "state!": ("Состояние",), "paid": ("ПроцентОплаты",), "shipped": ("ПроцентОтгрузки",)},
    ),
    "invoice": Alias(("Document_СчетНаОплатуКлиенту",), _DOCUMENT | {
        "order": ("ДокументОснование",), "steps": ("ЭтапыГрафикаОплаты",), "steps/due": ("ДатаПлатежа",),
    }),
    "shipment": Alias(("Document_РеализацияТоваровУслуг",), _DOCUMENT | _LINES | {
        "order": ("ЗаказКлиента",), "with_vat": ("ЦенаВключаетНДС",),
    }),
    "act": Alias(("Document_АктВыполненныхРабот",), _DOCUMENT | {"order": ("ЗаказКлиента",)}),
    "tax_invoice": Alias(("Document_СчетФактураВыданный",), _DOCUMENT | {
        "order": ("ДокументОснование",), "bases": ("ДокументыОснования",), "bases/document": ("ДокументОснование",),
        "total": ("СуммаДокумента", "Сумма"), "vat": ("СуммаНДС",),
    }),
    "correction": Alias(("Document_КорректировкаРеализации",), _DOCUMENT | {"order": ("РеализацияТоваровУслуг", "ДокументОснование")}),
    "reconciliation": Alias(
        ("Document_СверкаВзаиморасчетов2_5_11", "Document_СверкаВзаиморасчетов2_4", "Document_СверкаВзаиморасчетов"),
        {name: value for name, value in _DOCUMENT.items() if name != "party!"}
        | {"party": ("Контрагент",), "begin": ("НачалоПериода", "ДатаНачала"), "end": ("КонецПериода", "ДатаОкончания")},
    ),
    "task": Alias(("Task_ЗадачаИсполнителя",), {"ref!": ("Ref_Key",), "name!": ("Description",), "done": ("Выполнена", "Executed")}),
}  # fmt: skip

NEEDS: Final[Mapping[str, Need]] = {
    "prices": Need(("price", "price_type", "currency"), ("unit",)),
    "stock": Need(("stock", "warehouse")),
    "parties": Need(("party",), ("partner",)),
    "contracts": Need(("contract",), ("agreement", "payment_schedule", "currency")),
    "contacts": Need(("contact",)),
    "orders": Need(("order", "currency"), ("contract", "agreement", "party", "vat_rate")),
    "order_status": Need(("order", "currency"), ("order_state", "product", "vat_rate")),
    "settlements": Need(("settlement", "analytics", "currency"), ("term",)),
    "schedule": Need(("analytics", "currency"), ("plan", "term", "deal")),
    "papers": Need(
        (), ("invoice", "shipment", "act", "tax_invoice", "correction", "reconciliation", "currency", "product", "unit", "vat_rate")
    ),
    "live": Need((), ("price", "stock", "price_type", "currency", "unit")),
}
ANY_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "schedule": ("plan", "term"),
    "papers": ("invoice", "shipment", "act", "tax_invoice", "correction", "reconciliation"),
    "live": ("price", "stock"),
}
