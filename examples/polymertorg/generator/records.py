"""The generated data as CommerceML records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from b2bkit_onec.commerceml.contracts import Contract, Packaging, contract_requisites, quantity_requisites
from b2bkit_onec.commerceml.records import (
    Address,
    Characteristic,
    Contact,
    Counterparty,
    Document,
    DocumentLine,
    Group,
    Offer,
    Person,
    Price,
    PriceType,
    Producer,
    Product,
    PropertyDef,
    PropertyValue,
    Requisite,
    StockRow,
    Tax,
    Warehouse,
)
from b2bkit_onec.commerceml.writer import Owner, Package, state_requisites
from examples.polymertorg.generator.companies import Agreement, Company, group_paths
from examples.polymertorg.generator.identity import guid
from examples.polymertorg.generator.orders import VAT_RATE, Order, OrderLine
from examples.polymertorg.generator.own_prices import PRICE_TYPE_NAMES
from examples.polymertorg.generator.products import CENT, WAREHOUSES, Good, group_id
from examples.polymertorg.generator.wording import full_name

CURRENCY = "BYN"
UNITS = {
    "кг": ("166", "KGM"),
    "т": ("168", "TNE"),
    "м": ("006", "MTR"),
    "шт": ("796", "PCE"),
    "рулон": ("736", "NPL"),
    "лист": ("625", "LEF"),
}  # base unit -> its codes, of ОКЕИ and the international one
REFERENCE, NUMBER = "Справочник", "Число"
PROPERTIES = (  # who makes it is no property: Товар has Изготовитель for that
    ("Полимер", REFERENCE),
    ("ПТР, г/10 мин", NUMBER),
    ("Плотность, кг/м³", NUMBER),
    ("Переработка", REFERENCE),
    ("ГОСТ, ТУ", REFERENCE),
    ("Страна", REFERENCE),
)
PACKAGE = Package(
    classifier_id=guid("classifier", "Полимерторг"),
    catalog_id=guid("catalog", "Полимерторг"),
    name="Каталог полимеров",
    owner=Owner(id=guid("owner", "Полимерторг"), name="ООО «Полимерторг»"),
)


def groups() -> list[Group]:
    """The tree of groups, three levels, parents first."""
    return [Group(id=group_id(path), name=path[-1], parent_id=group_id(path[:-1]) if len(path) > 1 else "") for path in group_paths()]


def property_id(name: str) -> str:
    """Id of the property with that name."""
    return guid("property", name)


def property_defs(goods: Sequence[Good]) -> list[PropertyDef]:
    """The properties; a reference lists every value that occurs."""
    made = []
    for name, kind in PROPERTIES:
        values = sorted({facts[name] for facts in map(_facts, goods)}) if kind == REFERENCE else []
        made.append(
            PropertyDef(id=property_id(name), name=name, values={guid(f"value:{name}", text): text for text in values}, value_type=kind)
        )
    return made


def product(good: Good) -> Product:
    """Товар."""
    rows = ((name, kind, _facts(good)[name]) for name, kind in PROPERTIES)
    return Product(
        id=good.id,
        base_id=good.id.partition("#")[0],
        variant_id=good.id.partition("#")[2],
        name=good.name,
        full_name=good.full or full_name(good.family.polymer, good.way, good.name),
        article=good.article,
        characteristics=(Characteristic("Исполнение", good.variant),) if good.variant else (),
        unit_code=UNITS[good.unit][0],
        unit_name=good.unit,
        vat_rate=VAT_RATE,
        group_ids=(good.group_id,),
        description=_description(good),
        country=good.country,
        producer=Producer(guid("producer", good.producer), good.producer),
        properties=tuple(
            PropertyValue(property_id(name), (guid(f"value:{name}", text) if kind == REFERENCE else text,))
            for name, kind, text in rows
            if text
        ),
        requisites=(
            Requisite("ВидНоменклатуры", "Полимерное сырьё" if not good.full else "Изделия и жидкости"),
            Requisite("ТипНоменклатуры", "Товар"),
            *quantity_requisites(
                good.profile.minimum, good.profile.multiple, [Packaging(pack.name, pack.holds) for pack in good.profile.packs]
            ),
        ),
    )


def _facts(good: Good) -> dict[str, str]:
    names = [name for name, _ in PROPERTIES]
    return dict(
        zip(
            names,
            (good.family.polymer, good.mfi, good.density, good.way, good.family.standard, good.country),
            strict=True,
        )
    )


def _description(good: Good) -> str:
    flow = f"ПТР {good.mfi} г/10 мин, " if good.mfi else ""
    packs = ", ".join(pack.name for pack in good.profile.packs)
    return f"{good.family.polymer}, переработка: {good.way.lower()}. {flow}плотность {good.density} кг/м³. Упаковка: {packs}."


def price_type_id(name: str) -> str:
    """Id of the price type (1C: ВидыЦен)."""
    return guid("price type", name)


def price_types() -> list[PriceType]:
    """The price lists, in roubles of Belarus, VAT included."""
    return [PriceType(id=price_type_id(name), name=name, currency=CURRENCY, vat_included=True) for name in PRICE_TYPE_NAMES]


def warehouses() -> list[Warehouse]:
    """The three warehouses with their addresses."""
    return [Warehouse(id=guid("warehouse", name), name=name, address=address) for name, address in WAREHOUSES]


def offer(good: Good) -> Offer:
    """Предложение: the plain price of each type first, then those from a quantity on."""
    prices = tuple(
        Price(price_type_id(name), value, CURRENCY, UNITS[good.unit][1], min_quantity=start or None)
        for name, steps in good.prices.items()
        for start, value in steps
    )
    stocks = tuple(StockRow(guid("warehouse", name), quantity) for name, quantity in good.stock.items())
    return Offer(
        id=good.id,
        base_id=good.id.partition("#")[0],
        variant_id=good.id.partition("#")[2],
        name=good.name,
        article=good.article,
        unit_code=UNITS[good.unit][0],
        unit_name=good.unit,
        quantity=sum(good.stock.values(), Decimal(0)),
        prices=prices,
        stocks=stocks,
    )


def counterparty(company: Company, day: dt.date) -> Counterparty:
    """Контрагент with its contracts and manager as requisites."""
    people = tuple(
        Person(
            one.id,
            one.name,
            "Контактное лицо",
            (Contact("Почта", one.email, one.position), Contact("Телефон рабочий", one.phone)),
        )
        for one in company.people
    )
    trader = company.form == "ИП"
    return Counterparty(
        id=company.id,
        name=company.name if not trader else company.official_name,
        official_name="" if trader else company.official_name,
        full_name=f"ИП {company.people[0].name}" if trader else "",
        role="Покупатель",
        unp=company.unp,
        addresses=(Address("ЮридическийАдрес", company.legal_address), Address("Адрес", company.delivery_address)),
        contacts=(Contact("Почта", company.email), Contact("Телефон рабочий", company.phone)),
        people=people,
        requisites=contract_requisites(
            [contract(one, day) for one in company.agreements],
            company.manager.email,
            company.manager.name,
            company.manager.phone,
            partner=(guid("partner", company.partner), company.partner) if company.partner else ("", ""),
        ),
    )


def contract(agreement: Agreement, day: dt.date) -> Contract:
    """Договор: its price type, days to pay and the groups that it opens."""
    return Contract(
        id=agreement.id,
        number=agreement.number,
        date=day - dt.timedelta(days=agreement.days_ago),
        price_type_id=price_type_id(agreement.price_type),
        currency=CURRENCY,
        deferral_days=agreement.delay_days,
        group_ids=agreement.group_ids,
    )


def documents(orders: Sequence[Order], day: dt.date) -> Iterator[Document]:
    """Orders of the history as 1C tells the site of them; their number on the site is that of 1C."""
    parties = {}
    for order in orders:
        if order.company.id not in parties:
            parties[order.company.id] = _party(order.company)
        yield _document(order, parties[order.company.id])


def _party(company: Company) -> Counterparty:
    whole = counterparty(company, dt.date.min + dt.timedelta(days=2000))
    return Counterparty(id=whole.id, name=whole.name, official_name=whole.official_name, full_name=whole.full_name, role="Покупатель")


def _document(order: Order, party: Counterparty) -> Document:
    lines = tuple(_line(one) for one in order.lines)
    vat = sum((line.taxes[0].total or Decimal(0) for line in lines), Decimal(0))
    return Document(
        id=order.id,
        number=order.number,
        date=order.at.date(),
        time=order.at.time(),
        operation="Заказ товара",
        role="Продавец",
        currency=CURRENCY,
        total=order.total,
        counterparties=(party,),
        lines=lines,
        taxes=(Tax("НДС", total=vat, included=True),),
        warehouses=(Warehouse(guid("warehouse", order.warehouse), order.warehouse),),
        comment=order.comment,
        payment_due=order.due_on,
        requisites=_states(order),
    )


def _states(order: Order) -> tuple[Requisite, ...]:
    at_noon = dt.time(12)
    told = state_requisites(
        number_1c=order.number,
        date_1c=order.at,
        posted=order.posted,
        cancelled=order.cancelled,
        paid=order.paid_on is not None,
        shipped=order.shipped_on is not None,
        deleted=False,
        status=order.status,
        payment=(order.number, dt.datetime.combine(order.paid_on, at_noon)) if order.paid_on else None,
        shipment=(order.number, dt.datetime.combine(order.shipped_on, at_noon)) if order.shipped_on else None,
    )
    return (*told, Requisite("Договор", order.agreement.number), Requisite("ИдДоговора", order.agreement.id))


def _line(one: OrderLine) -> DocumentLine:
    vat = (one.total * VAT_RATE / (100 + VAT_RATE)).quantize(CENT, ROUND_HALF_UP)
    return DocumentLine(
        id=one.good.id,
        base_id=one.good.id.partition("#")[0],
        variant_id=one.good.id.partition("#")[2],
        name=one.good.name,
        quantity=one.quantity,
        price=one.price,
        total=one.total,
        article=one.good.article,
        unit_code=UNITS[one.good.unit][0],
        unit_name=one.good.unit,
        taxes=(Tax("НДС", VAT_RATE, total=vat, included=True),),
        requisites=(Requisite("ВидНоменклатуры", "Товар"), Requisite("ТипНоменклатуры", "Товар")),
    )
