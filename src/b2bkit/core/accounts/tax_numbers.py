"""Numbers by which states know companies: INN, KPP and OGRN of Russia, UNP of Belarus, BIN and IIN of Kazakhstan. Nobody is asked: only
lengths, structure and check digits are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from b2bkit.core.errors import Problem
from b2bkit.core.i18n import N_, _

KPP: Final = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")
_KZ: Final = re.compile(r"[0-9]{12}")
_FIRST: Final = tuple(range(1, 12))
_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a company is told by: `tax_id` always, `tax_code` (KPP) and `registry` (OGRN) where the country has them."""

    tax_id: str = ""
    tax_code: str = ""
    registry: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """Which numbers a country has. `tax_code`, `registry`: labels, empty where there is none."""

    code: str
    name: str
    tax_id: str
    hint: str
    check: Callable[[str], bool]
    tax_code: str = ""
    registry: str = ""


def compact(text: str) -> str:
    """A number as it is kept: without spaces and hyphens, in capitals."""
    return re.sub(r"[\s\-‐-―\u00a0]", "", text).upper()[:20]


def inn_fits(number: str) -> bool:
    """INN: 10 digits of a company or 12 of a person, one or two check digits (order of the FNS MMV-7-6/435@)."""
    from stdnum.ru import inn

    return _fits(inn.validate, number)


def unp_fits(number: str) -> bool:
    """UNP: 9 characters, the last is a check digit."""
    from stdnum.by import unp

    return _fits(unp.validate, number)


def ogrn_fits(number: str) -> bool:
    """OGRN (13 digits) or OGRNIP (15), the last is a check digit."""
    from stdnum.ru import ogrn

    return _fits(ogrn.validate, number)


def kpp_fits(number: str) -> bool:
    """KPP: 4 digits of the tax office, 2 signs of the reason, 3 digits of the number; it has no check digit."""
    return KPP.fullmatch(number) is not None


def bin_iin_fits(number: str) -> bool:
    """BIN of a company or IIN of a person: 12 digits, a month in the third and fourth, and a check digit by two rows of weights.

    BIN: the fifth digit is 4 to 6. IIN: a day of the month, then the century and sex, 0 to 6. No number has a check digit of 10.
    """
    if not _KZ.fullmatch(number) or not 1 <= int(number[2:4]) <= 12:
        return False
    company = number[4] in "456"
    person = 1 <= int(number[4:6]) <= 31 and number[6] in "0123456"
    return (company or person) and _kz_check(number) == int(number[11])


def _kz_check(number: str) -> int:
    for weights in (_FIRST, _SECOND):
        check = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
        if check < 10:
            return check
    return -1


def _fits(validate: Callable[[str], str], number: str) -> bool:
    from stdnum.exceptions import ValidationError

    try:
        return validate(number) == number
    except ValidationError:
        return False


COUNTRIES: Final[Mapping[str, Country]] = {
    one.code: one
    for one in (
        Country("RU", N_("Russia"), N_("INN"), N_("10 digits of a company, 12 of an entrepreneur."), inn_fits, N_("KPP"), N_("OGRN")),
        Country("BY", N_("Belarus"), N_("UNP"), N_("9 digits."), unp_fits),
        Country("KZ", N_("Kazakhstan"), N_("BIN or IIN"), N_("12 digits."), bin_iin_fits),
    )
}


def problems(country: str, numbers: Numbers) -> Iterable[Problem]:
    """What is wrong with a company's numbers. A company of Russia (INN of 10 digits) has a KPP; the OGRN may be left out."""
    known = COUNTRIES.get(country)
    if known is None:
        yield Problem("country_unknown", _("Choose a country from the list."), "country")
        return
    name = _(known.tax_id)
    if not numbers.tax_id:
        yield Problem("tax_id_missing", _("Write the {name}.").format(name=name), "tax_id")
    elif not known.check(numbers.tax_id):
        wrong = _("This {name} has a mistake: its check digit does not fit. {hint}").format(name=name, hint=_(known.hint))
        yield Problem("tax_id_invalid", wrong, "tax_id")
    if known.tax_code and numbers.tax_code and not kpp_fits(numbers.tax_code):
        yield Problem("tax_code_invalid", _("A KPP has 9 signs, for example 770701001."), "tax_code")
    if known.tax_code and not numbers.tax_code and len(numbers.tax_id) == 10:
        yield Problem("tax_code_missing", _("Write the KPP: a company has one."), "tax_code")
    if known.registry and numbers.registry and not ogrn_fits(numbers.registry):
        wrong = _("This OGRN has a mistake: 13 digits, or 15 of an entrepreneur, the last is a check digit.")
        yield Problem("registry_invalid", wrong, "registry")
