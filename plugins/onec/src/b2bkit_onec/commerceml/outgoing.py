"""An order as the portal gives it to 1C, and what 1C demands of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.commerceml.records import (
    Address,
    Characteristic,
    Contact,
    Counterparty,
    Discount,
    Document,
    DocumentLine,
    Person,
    Requisite,
    Tax,
    Warehouse,
)
from b2bkit_onec.commerceml.values import split_id

OPERATION = "Заказ товара"
MAX_NUMBER = 11
MAX_ID = 40
MAX_PRODUCT_ID = 80
MAX_TOTAL = Decimal(10) ** 16

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class OutgoingParty:
    """The buyer. `id`: 1C's id when known, else the portal's (at most 40). A company has `official_name`, a person has not."""

    id: str
    name: str
    official_name: str = ""
    inn: str = ""
    kpp: str = ""
    legal_address: str = ""
    delivery_address: str = ""
    email: str = ""
    phone: str = ""
    contact_id: str = ""
    contact_name: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingLine:
    """`product_id`: 1C's id, with `#variant`. `quantity` and `price` are in a unit of `factor` base units; `total` has VAT in it
    when `vat_included`; `vat_rate` None: without VAT. `discount` is in `total` already.
    """

    product_id: str
    name: str
    quantity: Decimal
    price: Decimal
    total: Decimal
    unit_code: str = "796"
    unit_name: str = "шт"
    factor: Decimal = Decimal(1)
    article: str = ""
    vat_rate: Decimal | None = None
    vat_total: Decimal = Decimal(0)
    vat_included: bool = True
    discount: Decimal = Decimal(0)
    characteristics: tuple[Characteristic, ...] = ()
    requisites: tuple[Requisite, ...] = ()
    service: bool = False


@dataclass(frozen=True, slots=True)
class OutgoingOrder:
    """`number`: at most 11 characters and unique, the key by which 1C finds the order again together with `date`.

    `placed_at` is in the time of the 1C base. `total` is the sum of the lines. `warehouse_id`: where the goods are picked up.
    """

    id: str
    number: str
    placed_at: dt.datetime
    currency: str
    total: Decimal
    party: OutgoingParty
    lines: tuple[OutgoingLine, ...]
    rate: Decimal = Decimal(1)
    comment: str = ""
    payment_due: dt.date | None = None
    ship_on: dt.date | None = None
    cancelled: bool = False
    warehouse_id: str = ""
    requisites: tuple[Requisite, ...] = ()


class CannotWrite(Exception):
    """1C would refuse the order, and with it the whole answer. `field` names the culprit."""

    def __init__(self, order_id: str, field: str, reason: str, cure: str) -> None:
        self.order_id, self.field, self.reason, self.cure = order_id, field, reason, cure
        super().__init__(f"{order_id}: {field}: {reason} {cure}")


def check(order: OutgoingOrder) -> None:
    """Raises CannotWrite at the first thing of the order that 1C's exchange with a site does not take."""
    from b2bkit.core.i18n import _

    def demand(good: bool, field: str, reason: str, cure: str) -> None:
        if not good:
            raise CannotWrite(order.id, field, reason, cure)

    number, party = order.number, order.party
    demand(
        0 < len(number) <= MAX_NUMBER and number == number.strip(),
        "number",
        _("1C compares the first {limit} characters of an order's number.").format(limit=MAX_NUMBER),
        _("Give the order a number of 1 to {limit} characters.").format(limit=MAX_NUMBER),
    )
    demand(0 < len(order.id) <= MAX_ID, "id", _("The id is empty or longer than 40 characters."), _("Give a UUID."))
    demand(
        bool(_CURRENCY.fullmatch(order.currency)),
        "currency",
        _("1C takes an order with a three-letter currency only."),
        _("Set the currency of the order, for example RUB."),
    )
    demand(
        _is_sum(order.total),
        "total",
        _("A sum has at most 16 digits and two after the point."),
        _("Round the order's total to hundredths."),
    )
    demand(_above_zero(order.rate), "rate", _("The exchange rate is not above zero."), _("Set the rate, 1 for the base currency."))
    demand(bool(order.lines), "lines", _("The order has no lines."), _("Leave an empty order out."))
    demand(
        bool(party.name) and 0 < len(party.id) <= MAX_ID,
        "party",
        _("The buyer has no name, or an id that is empty or longer than 40 characters."),
        _("Bind the company to a counterparty of 1C or give it an id."),
    )
    _check_lines(order)


def _is_sum(value: Decimal) -> bool:
    """decimal(18,2), not negative."""
    return value.is_finite() and 0 <= value < MAX_TOTAL and value.as_tuple().exponent in (0, -1, -2)


def _above_zero(value: Decimal) -> bool:
    return value.is_finite() and value > 0


def _check_lines(order: OutgoingOrder) -> None:
    from b2bkit.core.i18n import _

    for position, line in enumerate(order.lines, 1):
        named = 0 < len(line.product_id) <= MAX_PRODUCT_ID and bool(line.name)
        counted = _above_zero(line.quantity) and _above_zero(line.factor)
        priced = line.price.is_finite() and 0 <= line.price < MAX_TOTAL and _is_sum(line.total) and _is_sum(line.vat_total)
        if not (named and counted and priced and _is_sum(line.discount)):
            raise CannotWrite(
                order.id,
                f"lines[{position}]",
                _("The line lacks a name or a product id of at most 80 characters, or its quantity, price or sum is not taken."),
                _("Correct the line; sums have at most two digits after the point."),
            )


def as_document(order: OutgoingOrder) -> Document:
    """The order as a Документ that the portal, being the seller, hands over."""
    asked = [Requisite("Отменен", "true" if order.cancelled else "false")]
    if order.ship_on:
        asked.append(Requisite("Дата отгрузки", order.ship_on.isoformat()))
    return Document(
        id=order.id,
        number=order.number,
        date=order.placed_at.date(),
        time=order.placed_at.time().replace(microsecond=0),
        operation=OPERATION,
        role="Продавец",
        currency=order.currency,
        rate=order.rate,
        total=order.total,
        counterparties=(_party(order.party),),
        lines=tuple(_line(one) for one in order.lines),
        taxes=_order_taxes(order),
        requisites=(*asked, *order.requisites),
        warehouses=(Warehouse(order.warehouse_id, ""),) if order.warehouse_id else (),
        comment=order.comment,
        payment_due=order.payment_due,
    )


def _party(party: OutgoingParty) -> Counterparty:
    contacts = [Contact("Почта", party.email)] if party.email else []
    contacts += [Contact("Телефон рабочий", party.phone)] if party.phone else []
    addresses = [Address("ЮридическийАдрес", party.legal_address)] if party.legal_address else []
    addresses += [Address("Адрес", party.delivery_address)] if party.delivery_address else []
    people = (Person(party.contact_id, party.contact_name, "Контактное лицо", tuple(contacts)),) if party.contact_name else ()
    return Counterparty(
        id=party.id,
        name=party.name,
        official_name=party.official_name,
        role="Покупатель",
        inn=party.inn,
        kpp=party.kpp,
        addresses=tuple(addresses),
        contacts=tuple(contacts),
        people=people,
    )


def _line(one: OutgoingLine) -> DocumentLine:
    base, variant = split_id(one.product_id)
    kind = "Услуга" if one.service else "Товар"
    return DocumentLine(
        id=one.product_id,
        base_id=base,
        variant_id=variant,
        name=one.name,
        quantity=one.quantity,
        price=one.price,
        total=one.total,
        article=one.article,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        factor=one.factor,
        taxes=(Tax("НДС", one.vat_rate, total=one.vat_total, included=one.vat_included),) if one.vat_rate is not None else (),
        discounts=(Discount("Скидка", one.discount, included=True),) if one.discount else (),
        characteristics=one.characteristics,
        requisites=(Requisite("ВидНоменклатуры", kind), Requisite("ТипНоменклатуры", kind), *one.requisites),
        is_service=one.service,
    )


def _order_taxes(order: OutgoingOrder) -> tuple[Tax, ...]:
    """One НДС for the whole order, when a line has any."""
    taxed = [one for one in order.lines if one.vat_rate is not None]
    if not taxed:
        return ()
    return (Tax("НДС", total=sum((one.vat_total for one in taxed), Decimal(0)), included=all(one.vat_included for one in taxed)),)
