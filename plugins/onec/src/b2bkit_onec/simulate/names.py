"""Names of УТ 11.5.20 that the box publishes, and the references that it makes up itself."""

from __future__ import annotations

import uuid
from functools import lru_cache

NAMESPACE = uuid.UUID("5a1c9d1e-7f2b-4f0c-9a51-6d1c00b0c511")
EMPTY = "00000000-0000-0000-0000-000000000000"
NO_DATE = "0001-01-01T00:00:00"

CURRENCY, ORGANISATION = "Catalog_Валюты", "Catalog_Организации"
PARTNER, COUNTERPARTY, CONTRACT = "Catalog_Партнеры", "Catalog_Контрагенты", "Catalog_ДоговорыКонтрагентов"
AGREEMENT, PERSON, USER = "Catalog_СоглашенияСКлиентами", "Catalog_КонтактныеЛицаПартнеров", "Catalog_Пользователи"
SCHEDULE, PRICE_TYPE, WAREHOUSE = "Catalog_ГрафикиОплаты", "Catalog_ВидыЦен", "Catalog_Склады"
GOOD, VARIANT, UNIT = "Catalog_Номенклатура", "Catalog_ХарактеристикиНоменклатуры", "Catalog_УпаковкиЕдиницыИзмерения"
VAT, KEY, DEAL = "Catalog_СтавкиНДС", "Catalog_КлючиАналитикиУчетаПоПартнерам", "Catalog_ОбъектыРасчетов"
ORDER, INVOICE, SHIPMENT = "Document_ЗаказКлиента", "Document_СчетНаОплатуКлиенту", "Document_РеализацияТоваровУслуг"
TAX_INVOICE, RECONCILIATION = "Document_СчетФактураВыданный", "Document_СверкаВзаиморасчетов2_5_11"
PAYMENT = "Document_ПоступлениеБезналичныхДенежныхСредств"
TASK, ERRAND = "Task_ЗадачаИсполнителя", "BusinessProcess_Задание"
PLAN = "ExchangePlan_Полный"
PRICES, OLD_PRICES = "InformationRegister_ЦеныНоменклатуры25", "InformationRegister_ЦеныНоменклатуры"
ORDER_STATES = "InformationRegister_СостоянияЗаказовКлиентов"
STOCK, FREE_STOCK = "AccumulationRegister_ТоварыНаСкладах", "AccumulationRegister_ЗапасыИПотребности"
SETTLEMENTS, BY_TERM = "AccumulationRegister_РасчетыСКлиентами", "AccumulationRegister_РасчетыСКлиентамиПоСрокам"
PLANNED = "AccumulationRegister_РасчетыСКлиентамиПланОплат"

PAPERS = (INVOICE, SHIPMENT, TAX_INVOICE, PAYMENT, RECONCILIATION)


@lru_cache(maxsize=100_000)
def made_up(kind: str, key: str) -> str:
    """The same reference for the same thing each time."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{key}"))


@lru_cache(maxsize=100_000)
def reference(kind: str, identity: str) -> str:
    """The reference of what a file calls `identity`: itself when it is a GUID, one made up of it otherwise; EMPTY for ""."""
    if not identity:
        return EMPTY
    try:
        return str(uuid.UUID(identity))
    except ValueError:
        return made_up(kind, identity)


def is_guid(text: str) -> bool:
    """Whether the text is a GUID in the usual spelling."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
