"""What the readers give: one frozen record for each thing that a CommerceML file can say.

Every string is stripped; a text that the file does not give is "" and a value that it does not give is None.
Money and quantities are Decimal and never a float. `line` is the line of the file at which the element starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from b2bkit_onec.commerceml.catalogue_records import (
    NOTHING,
    Characteristic,
    Exchange,
    Group,
    Image,
    Offer,
    Price,
    PriceType,
    Producer,
    Product,
    PropertyDef,
    PropertyValue,
    Requisite,
    Same,
    Section,
    StockRow,
    UnitDef,
    Warehouse,
)
from b2bkit_onec.commerceml.trade_records import (
    Address,
    BankAccount,
    Contact,
    Counterparty,
    Discount,
    Document,
    DocumentLine,
    Person,
    Tax,
)

__all__ = [
    "NOTHING",
    "Address",
    "BankAccount",
    "Characteristic",
    "Contact",
    "Counterparty",
    "Declared",
    "Discount",
    "Document",
    "DocumentLine",
    "Exchange",
    "Group",
    "Image",
    "Item",
    "Offer",
    "Person",
    "Price",
    "PriceType",
    "Producer",
    "Product",
    "PropertyDef",
    "PropertyValue",
    "Refused",
    "Requisite",
    "Same",
    "Section",
    "StockRow",
    "Tax",
    "UnitDef",
    "Warehouse",
]


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing of the file that was not taken, while its neighbours were.

    `code` is for machines, `reason` and `cure` are sentences for people. When `whole` is False the item itself was
    taken and only a part of it (a price, a stock row, a date) was left out.
    """

    file: str
    line: int
    element: str
    item_id: str
    code: str
    reason: str
    cure: str
    whole: bool = True


Declared: TypeAlias = Group | PropertyDef | UnitDef | PriceType | Warehouse
Item: TypeAlias = Exchange | Section | Declared | Product | Offer | Counterparty | Document | Refused | Same
