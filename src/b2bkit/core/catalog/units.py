"""How amounts are said with their units. The ERP names units in Russian as free text, often with a code of the classifier ОКЕИ;
those of the classifier and common packages are known and said in the person's language, all others stay as the ERP wrote them.

A measure is a number with its symbol (`2 000 kg`), a known package a number with its noun (`2 bags`, in the form that the number
asks for), and any other name stands behind a times sign, which asks for no form: `2 × мешок 25 кг`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from b2bkit.core.i18n import N_, _, language, ngettext
from b2bkit.core.web.formatting import NBSP, num, qty

_ERP_LANGUAGE: Final = "ru"


class Measure(NamedTuple):
    """A unit of the classifier ОКЕИ: its code and its international symbol, translated where it is shown."""

    code: str
    symbol: str


# the ways in which 1C's exports write a unit -> the unit; dots and capitals do not matter
_MEASURES: Final = {
    spelt: Measure(code, symbol)
    for code, symbol, spellings in (
        ("003", N_("mm"), "мм|миллиметр"),
        ("004", N_("cm"), "см|сантиметр"),
        ("006", N_("m"), "м|метр"),
        ("008", N_("km"), "км|километр|тысяча метров"),
        ("018", N_("running m"), "пог м|погм|п м|пм|погонный метр"),
        ("055", N_("m²"), "м2|м²|квм|кв м|квадратный метр"),
        ("111", N_("ml"), "мл|см3|миллилитр"),
        ("112", N_("l"), "л|л дм3|литр"),
        ("113", N_("m³"), "м3|м³|кубм|куб м|кубический метр"),
        ("163", N_("g"), "г|гр|грамм"),
        ("166", N_("kg"), "кг|килограмм"),
        ("168", N_("t"), "т|тн|тонна"),
    )
    for spelt in spellings.split("|")
}

Noun = Callable[[int], str]
# lemma and forms, as they stand in the names of packages; after the bar abbreviations, which Russian does not decline
_NAMED: Final[tuple[tuple[str, Noun], ...]] = (
    ("штука штуки штук | шт", lambda n: ngettext("pc", "pcs", n)),
    ("мешок мешка мешков | меш", lambda n: ngettext("bag", "bags", n)),
    ("поддон поддона поддонов | подд", lambda n: ngettext("pallet", "pallets", n)),
    ("паллета паллеты паллет палета палеты палет | пал", lambda n: ngettext("pallet load", "pallet loads", n)),
    ("биг-бэг биг-бэга биг-бэгов | мкр", lambda n: ngettext("big bag", "big bags", n)),
    ("коробка коробки коробок короб короба коробов | кор", lambda n: ngettext("carton", "cartons", n)),
    ("ящик ящика ящиков | ящ", lambda n: ngettext("crate", "crates", n)),
    ("упаковка упаковки упаковок | упак уп", lambda n: ngettext("pack", "packs", n)),
    ("пачка пачки пачек | пач", lambda n: ngettext("packet", "packets", n)),
    ("бочка бочки бочек | боч", lambda n: ngettext("drum", "drums", n)),
    ("канистра канистры канистр | кан", lambda n: ngettext("canister", "canisters", n)),
    ("ведро ведра вёдер ведер | вед", lambda n: ngettext("pail", "pails", n)),
    ("банка банки банок | бан", lambda n: ngettext("can", "cans", n)),
    ("бутылка бутылки бутылок | бут", lambda n: ngettext("bottle", "bottles", n)),
    ("рулон рулона рулонов | рул", lambda n: ngettext("roll", "rolls", n)),
    ("бухта бухты бухт | бух", lambda n: ngettext("coil", "coils", n)),
    ("лист листа листов | л-т", lambda n: ngettext("sheet", "sheets", n)),
    ("пара пары пар | пр", lambda n: ngettext("pair", "pairs", n)),
    ("комплект комплекта комплектов | компл", lambda n: ngettext("set", "sets", n)),
    ("набор набора наборов | наб", lambda n: ngettext("kit", "kits", n)),
    ("контейнер контейнера контейнеров | конт", lambda n: ngettext("container", "containers", n)),
    ("еврокуб еврокуба еврокубов | ibc", lambda n: ngettext("IBC", "IBCs", n)),
    ("машина машины машин | маш", lambda n: ngettext("truckload", "truckloads", n)),
    ("вагон вагона вагонов | ваг", lambda n: ngettext("wagon", "wagons", n)),
    ("автоцистерна автоцистерны автоцистерн | а/ц", lambda n: ngettext("tank truck", "tank trucks", n)),
    ("вагон-цистерна вагона-цистерны вагонов-цистерн | в/ц", lambda n: ngettext("rail tank", "rail tanks", n)),
    ("цистерна цистерны цистерн | цист", lambda n: ngettext("tank", "tanks", n)),
)
_VESSELS: Final = {word for words, _noun in _NAMED[-3:] for word in words.replace("|", "").split()}
_NOUNS: Final = {word: noun for words, noun in _NAMED for word in words.replace("|", "").split()}
_SHORT: Final = {word for words, _noun in _NAMED for word in words.partition("|")[2].split()}
# units of ОКЕИ in which things are counted -> their codes
_COUNTED: Final = {
    spelt: code
    for code, spellings in (
        ("625", "лист"),
        ("715", "пара"),
        ("736", "рулон|рул"),
        ("778", "упак|уп|упаковка"),
        ("796", "шт|штука"),
        ("839", "компл|комплект"),
    )
    for spelt in spellings.split("|")
}
# the first spelling of each code, which is the short name that the classifier has
_BY_CODE: Final = {code: spelling for spelling, code in reversed(_COUNTED.items())} | {
    measure.code: spelling for spelling, measure in reversed(_MEASURES.items())
}
_FILLED = re.compile(r"(?P<pack>\D+?)\s+(?:по\s+)?(?P<number>\d[\d\s\u00a0]*(?:[.,]\d+)?)\s*(?P<unit>[^\d\s]\D*|м[23])")


def _key(unit: str) -> str:
    return unit.replace(".", "").strip().casefold()


def okei(unit: str) -> str:
    """The code that ОКЕИ has for a unit named like this; "" for what it has none for."""
    found = _MEASURES.get(_key(unit))
    return found.code if found is not None else _COUNTED.get(_key(unit), "")


def by_code(code: str) -> str:
    """The unit's short Russian name in ОКЕИ; "" for a code that is not known here."""
    return _BY_CODE.get(code.strip().zfill(3), "") if code.strip() else ""


def spelt(unit: str, code: str) -> str:
    """A name that is known here: the unit's own, for people of the ERP read it there, else that of its code; else what was given."""
    key = _key(unit)
    return unit if key in _MEASURES or key in _NOUNS else by_code(code) or unit


def _contents(unit: str) -> tuple[Noun, Decimal, str] | None:
    """`мешок 25 кг` -> bag, 25, кг; None for a name that is not built like this from known words."""
    found = _FILLED.fullmatch(unit.strip())
    if found is None:
        return None
    noun, inner = _NOUNS.get(_key(found["pack"])), found["unit"]
    if noun is None or not (_key(inner) in _MEASURES or _key(inner) in _NOUNS):
        return None
    return noun, Decimal(re.sub(r"\s", "", found["number"]).replace(",", ".")), inner


@lru_cache(maxsize=4096)
def _label(unit: str, lang: str) -> str:
    key = _key(unit)
    if (measure := _MEASURES.get(key)) is not None:
        return _(measure.symbol)
    if (noun := _NOUNS.get(key)) is not None:
        return unit if lang == _ERP_LANGUAGE else noun(1)
    if (filled := _contents(unit)) is not None:
        noun, number, inner = filled
        return _("%(pack)s of %(content)s") % {"pack": noun(1), "content": counted(number, inner)}
    return unit


def unit_label(unit: str) -> str:
    """The unit by itself, in the current language: `кг`, `kg`; a package with what it holds: `bag of 25 kg`."""
    return _label(unit, language())


def counted(amount: Decimal, unit: str) -> str:
    """`40 мешков`, `2 000 кг`, `2 × мешок 25 кг`: the amount with its unit as people of the current language write it."""
    lang, key = language(), _key(unit)
    if key in _MEASURES or (key in _SHORT and lang == _ERP_LANGUAGE):
        return qty(amount, _label(unit, lang), lang=lang)
    if (noun := _NOUNS.get(key)) is not None:
        # a fraction takes the form of two: 1,5 мешка, 1.5 bags
        return qty(amount, noun(int(amount) if amount == amount.to_integral_value() else 2), lang=lang)
    return f"{num(amount, lang=lang)}{NBSP}×{NBSP}{_label(unit, lang)}"


def is_vessel(unit: str) -> bool:
    """Whether a unit is a tank on wheels, by itself or with what it holds (`автоцистерна 25 т`): bulk goods go by whole ones."""
    filled = _FILLED.fullmatch(unit.strip())
    return _key(filled["pack"] if filled is not None else unit) in _VESSELS


def names_contents(unit: str, factor: Decimal, base_unit: str) -> bool:
    """Whether the name of a package says by itself how many base units it holds: `мешок 25 кг`, of which one is 25 кг."""
    filled = _contents(unit)
    return filled is not None and filled[1] == factor and _key(filled[2]) == _key(base_unit)
