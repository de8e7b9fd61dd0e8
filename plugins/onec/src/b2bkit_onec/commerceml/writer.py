"""Whole files: the portal's orders for `mode=query`, and, as 1C writes them, catalogue, offers, counterparties, documents.

The portal's orders carry no namespace, yet keep to the 2.08 schema: 1C then reads them untyped, and typed reading would do too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from b2bkit_onec.commerceml import write_documents, write_goods
from b2bkit_onec.commerceml.outgoing import OutgoingOrder, as_document, check
from b2bkit_onec.commerceml.records import (
    Counterparty,
    Document,
    Group,
    Offer,
    PriceType,
    Product,
    PropertyDef,
    Requisite,
    Warehouse,
)
from b2bkit_onec.commerceml.xml_out import COMMENT, ID, box, escaped, switch, tag, text

NAMESPACE = "urn:1C.ru:commerceml_2"
VERSION = "2.08"
BLOCK = 1 << 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Owner:
    """Владелец: whose catalogue it is."""

    id: str
    name: str
    inn: str = ""
    kpp: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """Ids and names of classifier, catalogue and offers package; 1C gives the package the id `<catalog_id>#`."""

    classifier_id: str
    catalog_id: str
    name: str
    owner: Owner
    changes_only: bool = False


def orders_xml(orders: Sequence[OutgoingOrder], *, formed_at: dt.datetime, encoding: str = "utf-8") -> bytes:
    """The answer to `mode=query`: starts with `<?xml` in byte 0, no BOM, no namespace; valid also without orders.

    `encoding`: utf-8 or windows-1251. Raises CannotWrite for an order that 1C would not take, since one such order makes
    1C drop the whole answer: call `outgoing.check` on each and leave those out that raise.
    """
    for order in orders:
        check(order)
    body = "".join(write_documents.document(as_document(order)) + "\n" for order in orders)
    return b"".join(_file((body,), formed_at, namespace="", encoding=encoding))


def catalogue_xml(
    package: Package,
    *,
    formed_at: dt.datetime,
    groups: Iterable[Group] = (),
    properties: Iterable[PropertyDef] = (),
    products: Iterable[Product] = (),
) -> Iterator[bytes]:
    """import.xml: Классификатор with groups and properties, Каталог with products. Groups are held in memory, products not."""
    return _file(_catalogue(package, groups, properties, products), formed_at)


def offers_xml(
    package: Package,
    *,
    formed_at: dt.datetime,
    price_types: Iterable[PriceType],
    warehouses: Iterable[Warehouse] = (),
    offers: Iterable[Offer] = (),
) -> Iterator[bytes]:
    """offers.xml: ПакетПредложений with price types, warehouses, and offers with prices, volume prices and stock."""
    return _file(_offers(package, price_types, warehouses, offers), formed_at)


def offer_changes_xml(package: Package, *, formed_at: dt.datetime, offers: Iterable[Offer]) -> Iterator[bytes]:
    """ИзмененияПакетаПредложений, as УТ and ERP write changes of prices and stock."""
    return _file(_offer_changes(package, offers), formed_at)


def contragents_xml(counterparties: Iterable[Counterparty], *, formed_at: dt.datetime, changes_only: bool = False) -> Iterator[bytes]:
    """contragents.xml: the list of Контрагенты with requisites (so with contracts); the 2.08 schema has no such file."""
    return _file(
        _listed("Контрагенты", counterparties, write_documents.counterparty, changes_only),
        formed_at,
        version="3.1",
        namespace="urn:1C.ru:commerceml_3",
    )


def documents_xml(documents: Iterable[Document], *, formed_at: dt.datetime) -> Iterator[bytes]:
    """orders-<uuid>.xml: documents from 1C back to the site, each with the requisites of `state_requisites`."""
    return _file((write_documents.document(one) + "\n" for one in documents), formed_at)


def state_requisites(
    *,
    number_1c: str = "",
    date_1c: dt.datetime | dt.date | None = None,
    posted: bool | None = None,
    cancelled: bool | None = None,
    paid: bool | None = None,
    shipped: bool | None = None,
    deleted: bool | None = None,
    status: str = "",
    payment: tuple[str, dt.datetime] | None = None,
    shipment: tuple[str, dt.datetime] | None = None,
) -> tuple[Requisite, ...]:
    """What 1C tells of an order. `payment`, `shipment`: (number, moment) of the latest paper."""
    told: list[tuple[str, str]] = [("Номер по 1С", number_1c), ("Дата по 1С", date_1c.isoformat() if date_1c else "")]
    switches = {"ПометкаУдаления": deleted, "Проведен": posted, "Отменен": cancelled, "Оплачен": paid, "Отгружен": shipped}
    told += [(name, "" if value is None else "true" if value else "false") for name, value in switches.items()]
    for name, paper in (("оплаты", payment), ("отгрузки", shipment)):
        told += [(f"Номер {name} по 1С", paper[0]), (f"Дата {name} по 1С", paper[1].isoformat())] if paper else []
    told.append(("Статус заказа", status))
    return tuple(Requisite(name, value) for name, value in told if value)


def _file(
    body: Iterable[str], formed_at: dt.datetime, *, namespace: str = NAMESPACE, version: str = VERSION, encoding: str = "utf-8"
) -> Iterator[bytes]:
    """Declaration, root and body, in blocks of about 64 KB."""
    declared = "UTF-8" if encoding.lower() in ("utf-8", "utf8") else encoding
    space = f' xmlns="{namespace}"' if namespace else ""
    moment = formed_at.replace(tzinfo=None, microsecond=0).isoformat()
    attributes = f'{space} ВерсияСхемы="{version}" ДатаФормирования="{moment}"'
    pending = [f'<?xml version="1.0" encoding="{declared}"?>\n<КоммерческаяИнформация{attributes}>']
    size = 0
    for piece in body:
        pending.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield "".join(pending).encode(encoding, "xmlcharrefreplace")
            pending, size = [], 0
    pending.append("</КоммерческаяИнформация>\n")
    yield "".join(pending).encode(encoding, "xmlcharrefreplace")


def _owner(owner: Owner) -> str:
    return tag(
        "Владелец",
        text("Ид", owner.id, ID),
        text("Наименование", owner.name),
        tag("ОфициальноеНаименование", escaped(owner.name)),
        text("ИНН", owner.inn),
        text("КПП", owner.kpp),
    )


def _catalogue(package: Package, groups: Iterable[Group], properties: Iterable[PropertyDef], products: Iterable[Product]) -> Iterator[str]:
    yield "<Классификатор>" + text("Ид", package.classifier_id, ID) + text("Наименование", package.name) + _owner(package.owner)
    yield _group_tree(groups)
    yield from _boxed("Свойства", properties, write_goods.property_def)
    yield "</Классификатор>"
    yield _open("Каталог", package.changes_only)
    yield text("Ид", package.catalog_id, ID) + text("ИдКлассификатора", package.classifier_id, ID)
    yield text("Наименование", package.name) + _owner(package.owner)
    yield from _boxed("Товары", products, write_goods.product)
    yield "</Каталог>"


def _offers(package: Package, price_types: Iterable[PriceType], warehouses: Iterable[Warehouse], offers: Iterable[Offer]) -> Iterator[str]:
    yield _open("ПакетПредложений", package.changes_only)
    yield text("Ид", package.catalog_id + "#", ID) + text("Наименование", package.name)
    yield text("ИдКаталога", package.catalog_id, ID) + text("ИдКлассификатора", package.classifier_id, ID) + _owner(package.owner)
    yield from _boxed("ТипыЦен", price_types, write_goods.price_type)
    yield from _boxed("Склады", warehouses, write_goods.warehouse)
    yield from _boxed("Предложения", offers, write_goods.offer)
    yield "</ПакетПредложений>"


def _offer_changes(package: Package, offers: Iterable[Offer]) -> Iterator[str]:
    yield _open("ИзмененияПакетаПредложений", True)
    yield text("Ид", package.catalog_id + "#", ID) + text("ИдКаталога", package.catalog_id, ID)
    yield from _boxed("Предложения", offers, write_goods.offer_change)
    yield "</ИзмененияПакетаПредложений>"


def _listed(name: str, given: Iterable[T], write: Callable[[T], str], changes_only: bool) -> Iterator[str]:
    yield _open(name, changes_only)
    for one in given:
        yield write(one) + "\n"
    yield f"</{name}>"


def _open(name: str, changes_only: bool) -> str:
    return f'<{name} СодержитТолькоИзменения="{"true" if changes_only else "false"}">'


def _boxed(name: str, given: Iterable[T], write: Callable[[T], str]) -> Iterator[str]:
    """`<name>` around the items, one a line so that errors name a useful line; nothing at all without write_goods."""
    opened = False
    for one in given:
        if not opened:
            yield f"<{name}>"
            opened = True
        yield write(one) + "\n"
    if opened:
        yield f"</{name}>"


def _group_tree(groups: Iterable[Group]) -> str:
    """Nested Группы from the flat list. A group whose parent is not in the list becomes a root; a loop is cut at its first."""
    given = {one.id: one for one in groups}
    below: dict[str, list[Group]] = {}
    for one in given.values():
        below.setdefault(one.parent_id if one.parent_id in given and not _loops(one, given) else "", []).append(one)

    def written(one: Group) -> str:
        inside = box("Группы", *(written(child) for child in below.get(one.id, ())))
        mark = switch("ПометкаУдаления", True) if one.deleted else ""
        return tag("Группа", text("Ид", one.id, ID), tag("Наименование", escaped(one.name[:COMMENT])), mark, inside)

    return box("Группы", *(written(one) for one in below.get("", ())))


def _loops(start: Group, given: dict[str, Group]) -> bool:
    seen = {start.id}
    one = given.get(start.parent_id)
    while one is not None:
        if one.id in seen:
            return True
        seen.add(one.id)
        one = given.get(one.parent_id)
    return False
