"""How amounts are said with their units. Units come from the ERP in Russian as free text; common ones are known with their forms."""

from __future__ import annotations

from decimal import Decimal

from b2bkit.core.i18n import language
from b2bkit.core.web.formatting import qty

# one, two to four, five and more
_FORMS = {
    forms[0]: forms
    for forms in (
        ("мешок", "мешка", "мешков"),
        ("поддон", "поддона", "поддонов"),
        ("паллета", "паллеты", "паллет"),
        ("паллет", "паллета", "паллет"),
        ("палета", "палеты", "палет"),
        ("биг-бэг", "биг-бэга", "биг-бэгов"),
        ("коробка", "коробки", "коробок"),
        ("короб", "короба", "коробов"),
        ("ящик", "ящика", "ящиков"),
        ("упаковка", "упаковки", "упаковок"),
        ("пачка", "пачки", "пачек"),
        ("бочка", "бочки", "бочек"),
        ("канистра", "канистры", "канистр"),
        ("ведро", "ведра", "вёдер"),
        ("банка", "банки", "банок"),
        ("бутылка", "бутылки", "бутылок"),
        ("рулон", "рулона", "рулонов"),
        ("бухта", "бухты", "бухт"),
        ("лист", "листа", "листов"),
        ("пара", "пары", "пар"),
        ("комплект", "комплекта", "комплектов"),
        ("набор", "набора", "наборов"),
        ("штука", "штуки", "штук"),
        ("контейнер", "контейнера", "контейнеров"),
        ("еврокуб", "еврокуба", "еврокубов"),
        ("машина", "машины", "машин"),
        ("вагон", "вагона", "вагонов"),
    )
}


def unit_for(amount: Decimal, unit: str) -> str:
    """The unit's name in the form that `amount` asks for; an unknown or abbreviated one (кг, шт) as it is."""
    forms = _FORMS.get(unit.lower())
    if forms is None:
        return unit
    if amount != amount.to_integral_value():
        return forms[1]
    last, last_two = int(amount) % 10, int(amount) % 100
    if last == 1 and last_two != 11:
        return unit
    return forms[1] if last in (2, 3, 4) and last_two not in (12, 13, 14) else forms[2]


def counted(amount: Decimal, unit: str) -> str:
    """`40 мешков`, `2 000 кг`: the amount as people of the current language write it, with its unit."""
    return qty(amount, unit_for(amount, unit), lang=language())
