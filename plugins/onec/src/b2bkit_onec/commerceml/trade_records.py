"""Records of the trade side: counterparties and documents. See `records` for the conventions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from b2bkit_onec.commerceml.catalogue_records import NOTHING, Characteristic, Requisite, Warehouse


@dataclass(frozen=True, slots=True)
class Address:
    """An address: `kind` is the element's name (Адрес, АдресРегистрации, ЮридическийАдрес, ФактическийАдрес ...)."""

    kind: str
    text: str
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Contact:
    """Контакт: `kind` as in the file, e.g. Почта, Электронная почта, Телефон рабочий."""

    kind: str
    value: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Представитель: a person who acts for the counterparty; `relation` is Отношение, e.g. Контактное лицо."""

    id: str
    name: str
    relation: str = ""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class BankAccount:
    """РасчетныйСчет."""

    number: str
    bank_name: str = ""
    bic: str = ""
    correspondent: str = ""


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Контрагент (1C: Контрагенты). `official_name` is given for a company, `full_name` for a person or sole trader.

    `inn`, `kpp`, `okpo`, `unp` (Belarus), `bin` (Kazakhstan, also ИИН): digits as the file gives them, unchecked.
    `role` is Роль (Покупатель, Продавец ...).
    """

    id: str
    name: str
    official_name: str = ""
    full_name: str = ""
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""
    role: str = ""
    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    unp: str = ""
    bin: str = ""
    ogrn: str = ""
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    people: tuple[Person, ...] = ()
    accounts: tuple[BankAccount, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    comment: str = ""
    deleted: bool = False
    version: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Tax:
    """Налог or СтавкаНалога: `rate` in per cent, None for "Без НДС" (kept in `rate_text`); `total` in the document's currency."""

    name: str
    rate: Decimal | None = None
    rate_text: str = ""
    total: Decimal | None = None
    included: bool | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """Скидка: `included` tells that the sum of the line has it already (УчтеноВСумме)."""

    name: str
    total: Decimal | None = None
    percent: Decimal | None = None
    included: bool | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """Товар of a document. `price` is for one `unit_name`, which holds `factor` base units; `total` is the line's sum.

    `is_service`: requisite ТипНоменклатуры (or ВидНоменклатуры) is Услуга.
    """

    id: str
    base_id: str
    variant_id: str
    name: str
    quantity: Decimal
    price: Decimal | None = None
    total: Decimal | None = None
    article: str = ""
    unit_code: str = ""
    unit_name: str = ""
    factor: Decimal = Decimal(1)
    reserved: Decimal | None = None
    taxes: tuple[Tax, ...] = ()
    discounts: tuple[Discount, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    is_service: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """Документ (an order and what 1C tells of it). `number` is the site's number and the key; `id` may be "" in real files.

    `total` is None for documents without Сумма. `operation` is ХозОперация, `role` is that of the writer (Продавец, Покупатель).
    `number_1c`, `date_1c` come from elements Номер1С, Дата1С or requisites "Номер по 1С", "Дата по 1С".
    """

    id: str
    number: str
    date: dt.date | None = None
    time: dt.time | None = None
    operation: str = ""
    role: str = ""
    currency: str = ""
    currency_text: str = ""
    rate: Decimal = Decimal(1)
    total: Decimal | None = None
    counterparties: tuple[Counterparty, ...] = ()
    lines: tuple[DocumentLine, ...] = ()
    taxes: tuple[Tax, ...] = ()
    discounts: tuple[Discount, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    warehouses: tuple[Warehouse, ...] = ()
    comment: str = ""
    payment_due: dt.date | None = None
    number_1c: str = ""
    date_1c: str = ""
    deleted: bool = False
    version: str = ""
    line: int = 0

    def requisite(self, *names: str) -> str:
        """The first non-empty value among requisites so named, compared without case and spaces; "" when there is none."""
        wanted = [_squeezed(name) for name in names]
        for name in wanted:
            for requisite in self.requisites:
                if _squeezed(requisite.name) == name and requisite.value:
                    return requisite.value
        return ""


def _squeezed(name: str) -> str:
    return "".join(name.split()).casefold()
