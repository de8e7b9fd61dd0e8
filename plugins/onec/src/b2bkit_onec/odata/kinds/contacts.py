"""КонтактныеЛицаПартнеров -> contact persons."""

from __future__ import annotations

from typing import Final

from b2bkit.core.settlements.news import ContactNews
from b2bkit_onec.odata import values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import Batch, Reading, Source, each
from b2bkit_onec.odata.values import Row
from b2bkit_onec.odata.versions import Kind

EMAIL, PHONE = "АдресЭлектроннойПочты", "Телефон"


def build(source: Source, found: Found, rows: list[Row]) -> Batch[ContactNews]:
    """News of contact persons; one without a partner belongs to nobody."""
    return each(rows, found.field("ref"), lambda row: _contact(found, row))


def _contact(found: Found, row: Row) -> ContactNews | None:
    partner = values.ref(row, found.field("partner"))
    if not partner:
        return None
    return ContactNews(
        ref=values.ref(row, found.field("ref")),
        partner_ref=partner,
        name=values.text(row, found.field("name")),
        position=values.text(row, found.field("position")),
        phone=_way(found, row, PHONE),
        email=_way(found, row, EMAIL),
        active=values.flag(row, found.field("deleted")) is not True and values.day(row, found.field("left_on")) is None,
        version=values.text(row, found.field("version")),
    )


def _way(found: Found, row: Row, kind: str) -> str:
    """The first phone or e-mail of КонтактнаяИнформация."""
    for way in values.rows(row, found.field("contacts")):
        if values.text(way, found.field("contacts/type")) == kind:
            plain = values.text(way, found.field("contacts/email")) if kind == EMAIL else ""
            told = plain or values.text(way, found.field("contacts/text"))
            if told:
                return told
    return ""


KIND: Final = Kind(flow="contacts", objects=("contact",), build=build)


def read(source: Source, cursor: str = "") -> Reading[ContactNews]:
    """Contact persons that changed."""
    return KIND.read(source, cursor)
