"""Справочник: what a site answers to `mode=info`: states of its orders, ways to pay and to deliver, for 1C's mapping tables.

Written in windows-1251, as Bitrix does; the first letter of Cтатусы is the Latin C there, and 1C looks for exactly that.
"""

from __future__ import annotations

from collections.abc import Mapping

from b2bkit_onec.commerceml.xml_out import tag, text

ENCODING = "windows-1251"


def directory_xml(
    *, statuses: Mapping[str, str], payments: Mapping[str, str] | None = None, deliveries: Mapping[str, str] | None = None
) -> bytes:
    """Each mapping is id -> name."""
    sections = {
        "Cтатусы": statuses,
        "ПлатежныеСистемы": payments or {},
        "СлужбыДоставки": deliveries or {},
    }
    body = "".join(tag(name, *map(_element, given.items())) for name, given in sections.items())
    return f'<?xml version="1.0" encoding="{ENCODING}"?>\n{tag("Справочник", body)}\n'.encode(ENCODING, "xmlcharrefreplace")


def _element(pair: tuple[str, str]) -> str:
    return tag("Элемент", text("Ид", pair[0]), text("Название", pair[1]))
