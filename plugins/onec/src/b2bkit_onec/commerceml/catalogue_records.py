"""Records of the catalogue side: what a file, its classifier, goods and offers say. See `records` for the conventions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Exchange:
    """Header of a file (КоммерческаяИнформация), given first and once per file.

    `formed_at` is naive when the file names no zone; None when absent or unreadable (`formed_at_text` keeps it).
    """

    version: str
    formed_at: dt.datetime | None = None
    formed_at_text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file opens: `element` is Классификатор, Каталог, ПакетПредложений, ИзмененияПакетаПредложений or Контрагенты.

    Given when the section's first item, or its end, is reached. `changes_only` is СодержитТолькоИзменения (attribute or child
    element), None when not said. False means "a full export starts", never "what is absent here is gone".
    """

    element: str
    id: str = ""
    classifier_id: str = ""
    catalog_id: str = ""
    name: str = ""
    changes_only: bool | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Группа of the classifier; `parent_id` is "" for a root. Parents come before their children."""

    id: str
    name: str
    parent_id: str = ""
    deleted: bool = False
    version: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PropertyDef:
    """Свойство of the classifier. `values`: id of a value (ИдЗначения) -> its text, empty when values are free text.

    `value_type` is Справочник, Строка, Число or Время; `on_offers` is True when it describes offers, not goods.
    `old_form`: written as СвойствоНоменклатуры, as before schema 2.04.
    """

    id: str
    name: str
    values: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    value_type: str = ""
    on_offers: bool = False
    old_form: bool = False
    deleted: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class UnitDef:
    """ЕдиницаИзмерения of the classifier. `code` is that of the all-Russian classifier (ОКЕИ).

    Real exports hold a unit of which id and code are blank: then both are "" and only the name tells it.
    """

    id: str
    code: str
    name: str
    full_name: str = ""
    international: str = ""
    deleted: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class PriceType:
    """ТипЦены (1C: ВидыЦен). `currency` is an ISO code or "", `currency_text` what the file says.

    `vat_included` is Налог/УчтеноВСумме, None when not said.
    """

    id: str
    name: str
    currency: str = ""
    vat_included: bool | None = None
    currency_text: str = ""
    deleted: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Склад, declared in the classifier (3.x) or the offers package (2.x)."""

    id: str
    name: str
    address: str = ""
    deleted: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Requisite:
    """ЗначениеРеквизита: a named value; several values of one name are several requisites in the order of the file."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """ЗначенияСвойства: values as the file gives them, ids of PropertyDef.values or free text."""

    property_id: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Characteristic:
    """ХарактеристикаТовара: what makes this variant, e.g. Цвет = Белый."""

    name: str
    value: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """Картинка: a path relative to the exchange folder (forward slashes) and what ОписаниеФайла says of it."""

    path: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Producer:
    """Изготовитель."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Price:
    """Цена: `value` for one `unit`, which holds `factor` base units (Коэффициент; 1 when not said).

    `currency` is an ISO code, "" when the file gives none (then that of the price type holds); `currency_text` is the original.
    `min_quantity`: from this quantity on (МинКоличество or КоличествоОт, in `unit`); None for the plain price.
    """

    type_id: str
    value: Decimal
    currency: str = ""
    unit: str = ""
    factor: Decimal = Decimal(1)
    min_quantity: Decimal | None = None
    currency_text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class StockRow:
    """Quantity at a warehouse, in base units; `warehouse_id` None when the file gives one figure without a warehouse.

    `bare`: the figure is the text of Остаток itself, as one exporter writes it.
    """

    warehouse_id: str | None
    quantity: Decimal
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """Товар of the catalogue (1C: Номенклатура). `id` as in the file, `base_id` before `#`, `variant_id` after it or "".

    `vat_rate` is the per cent; None with `vat_text` "" when not said, None with a text for "Без НДС" and the like.
    `deleted`: Статус = Удален or ПометкаУдаления = true, as attribute or element. `prices` is filled by exporters that put
    prices on goods. `version` is НомерВерсии (base64, equal to DataVersion of OData). `digest` is that of its text, see `cut`.
    """

    id: str
    base_id: str
    variant_id: str
    name: str
    article: str = ""
    code: str = ""
    barcode: str = ""
    full_name: str = ""
    description: str = ""
    unit_code: str = ""
    unit_name: str = ""
    vat_rate: Decimal | None = None
    vat_text: str = ""
    group_ids: tuple[str, ...] = ()
    category_ids: tuple[str, ...] = ()
    properties: tuple[PropertyValue, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    images: tuple[Image, ...] = ()
    producer: Producer | None = None
    country: str = ""
    weight: Decimal | None = None
    prices: tuple[Price, ...] = ()
    deleted: bool = False
    version: str = ""
    line: int = 0
    digest: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """Предложение: prices and stock of a product or one variant of it (1C: ХарактеристикаНоменклатуры).

    `id` is always `base_id` or `base_id#variant_id`, also when the file gives ИдХарактеристики apart.
    `quantity` is the total that the file states (Количество), None when not said; it need not equal the sum of `stocks`.
    `changes_only_fields` is True in ИзмененияПакетаПредложений: only prices and stock that changed are given. `digest` as of goods.
    """

    id: str
    base_id: str
    variant_id: str
    name: str = ""
    article: str = ""
    barcode: str = ""
    unit_code: str = ""
    unit_name: str = ""
    quantity: Decimal | None = None
    prices: tuple[Price, ...] = ()
    stocks: tuple[StockRow, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()
    properties: tuple[PropertyValue, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    group_ids: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    deleted: bool = False
    version: str = ""
    changes_only_fields: bool = False
    line: int = 0
    digest: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Same:
    """Goods or offers that follow each other and say, letter by letter, what the portal knows already (see `apply/known`).

    Of each: the kind of its record, its id, how many prices it tells (of goods: packagings), how many stock rows.
    """

    told: tuple[tuple[int, str, int, int], ...]
