"""Контрагенты -> the counterparties that the exchange of files knows, too: one way into the portal for both."""

from __future__ import annotations

from typing import Final

from b2bkit_onec.commerceml.contracts import PARTNER
from b2bkit_onec.commerceml.records import Address, Contact, Counterparty, Requisite
from b2bkit_onec.odata import values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.versions import Kind

# Тип of КонтактнаяИнформация -> Контакт/Тип of CommerceML
WAYS: Final = {"АдресЭлектроннойПочты": "Почта", "Телефон": "Телефон рабочий"}
PERSON: Final = frozenset(("ФизическоеЛицо", "ФизЛицо"))


def build(source: Source, found: Found, rows: list[Row]) -> Batch[Counterparty]:
    """Records as `apply.parties` takes them."""
    chosen = source.line.settings.odata
    joined = chosen is not None and chosen.client == "partner"
    return each(rows, found.field("ref"), lambda row: _party(found, row, joined=joined))


def _party(found: Found, row: Row, *, joined: bool) -> Counterparty:
    name = values.text(row, found.field("name"))
    full = values.text(row, found.field("full_name")) or name
    ways = values.rows(row, found.field("contacts"))
    return Counterparty(
        id=values.ref(row, found.field("ref")),
        name=name,
        official_name=full,
        full_name=full,
        role="Покупатель",
        inn=values.text(row, found.field("inn")),
        kpp=values.text(row, found.field("kpp")),
        okpo=values.text(row, found.field("okpo")),
        addresses=tuple(_addresses(found, ways)),
        contacts=tuple(_contacts(found, ways)),
        requisites=tuple(_partner(values.ref(row, found.field("partner")))) if joined else (),
        deleted=values.flag(row, found.field("deleted")) is True,
        version=values.text(row, found.field("version")),
    )


def _partner(ref: str) -> list[Requisite]:
    """Whose legal entity it is; nothing where the configuration has no partners (БП)."""
    return [Requisite(PARTNER, ref)] if ref else []


def _addresses(found: Found, ways: list[Row]) -> list[Address]:
    """The first address as the registered one, the next for delivery: 1C tells which is which by references that it may not publish."""
    told = [values.text(way, found.field("contacts/text")) for way in ways if values.text(way, found.field("contacts/type")) == "Адрес"]
    kinds = ("ЮридическийАдрес", "ФактическийАдрес", "ПочтовыйАдрес", "АдресДоставки")
    unique = [text for text in dict.fromkeys(told) if text]
    return [Address(kind, text) for kind, text in zip(kinds, unique, strict=False)]


def _contacts(found: Found, ways: list[Row]) -> list[Contact]:
    return [
        Contact(WAYS[kind], text)
        for kind, text in ((values.text(way, found.field("contacts/type")), values.text(way, found.field("contacts/text"))) for way in ways)
        if kind in WAYS and text
    ]


KIND: Final = Kind(flow="parties", objects=("party",), build=build)


def read(source: Source, cursor: str = "") -> Reading[Counterparty]:
    """Counterparties that changed."""
    return KIND.read(source, cursor)
