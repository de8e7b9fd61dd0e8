"""What CommerceML has no element for, agreed as requisites: contracts of a counterparty, quantity rules of a product.

A counterparty's requisites: `Договор/<id>/Номер`, `/Дата`, `/ВидЦен` (id of a price type), `/Валюта`, `/ОтсрочкаДней`, `/Группы`
(ids of catalogue groups between blanks), `/Действует` (true or false, true when not said), `ОсновнойМенеджер` (e-mail)
with `ОсновнойМенеджерИмя` and `ОсновнойМенеджерТелефон`, and `Партнер` (id: counterparties of one partner are one client) with
`ПартнерИмя`.
A product's: `МинимальноеКоличество` and `Кратность` in base units, `Упаковка/<name>` = how many base units it holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.commerceml import values
from b2bkit_onec.commerceml.broken import BadItem, sentences
from b2bkit_onec.commerceml.records import Counterparty, Offer, Product, Refused, Requisite

CONTRACT = "Договор/"
PACKAGING = "Упаковка/"
MANAGER, MANAGER_NAME, MANAGER_PHONE = "ОсновнойМенеджер", "ОсновнойМенеджерИмя", "ОсновнойМенеджерТелефон"
PARTNER, PARTNER_NAME = "Партнер", "ПартнерИмя"
MINIMUM, MULTIPLE = "МинимальноеКоличество", "Кратность"


@dataclass(frozen=True, slots=True)
class Contract:
    """Договор (1C: ДоговорыКонтрагентов). `deferral_days`: days to pay after shipment, None when not said; no groups: all."""

    id: str
    number: str = ""
    date: dt.date | None = None
    price_type_id: str = ""
    currency: str = ""
    deferral_days: int | None = None
    group_ids: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Packaging:
    """Упаковка (1C: УпаковкиЕдиницыИзмерения): `factor` base units, e.g. мешок = 25 kg."""

    name: str
    factor: Decimal


def contracts_of(party: Counterparty) -> list[Contract]:
    """Contracts in the order of their first requisite; what cannot be read of one stays at its default (see refused_of)."""
    return [_contract(contract_id, given)[0] for contract_id, given in _by_contract(party).items()]


def refused_of(party: Counterparty, file: str) -> list[Refused]:
    """What of the counterparty's contracts could not be read, with reason and cure."""
    found = []
    for contract_id, given in _by_contract(party).items():
        for problem in _contract(contract_id, given)[1]:
            reason, cure = sentences(problem.code, **problem.values)
            found.append(Refused(file, party.line, "Контрагент", party.id, problem.code, reason, cure, whole=False))
    return found


def manager_of(party: Counterparty) -> str:
    """E-mail of the manager in charge, "" without one."""
    return next((one.value for one in party.requisites if one.name == MANAGER), "")


def manager_person(party: Counterparty) -> tuple[str, str]:
    """Name and phone of the manager in charge, "" for what is not said."""
    told = {one.name: " ".join(one.value.split()) for one in party.requisites}
    return told.get(MANAGER_NAME, ""), told.get(MANAGER_PHONE, "")


def partner_of(party: Counterparty) -> tuple[str, str]:
    """Партнер (1C: Партнеры) to whom the legal entity belongs, and what he is called; "" for what is not said."""
    told = {one.name: " ".join(one.value.split()) for one in party.requisites}
    return told.get(PARTNER, ""), told.get(PARTNER_NAME, "")


def contract_requisites(
    contracts: Iterable[Contract], manager: str = "", name: str = "", phone: str = "", *, partner: tuple[str, str] = ("", "")
) -> tuple[Requisite, ...]:
    """The inverse of contracts_of, manager_of, manager_person and partner_of, for the writer."""
    about = {MANAGER: manager, MANAGER_NAME: name, MANAGER_PHONE: phone, PARTNER: partner[0], PARTNER_NAME: partner[1]}
    found = [Requisite(key, value) for key, value in about.items() if value]
    for one in contracts:
        facts = {
            "Номер": one.number,
            "Дата": one.date.isoformat() if one.date else "",
            "ВидЦен": one.price_type_id,
            "Валюта": one.currency,
            "ОтсрочкаДней": "" if one.deferral_days is None else str(one.deferral_days),
            "Группы": " ".join(one.group_ids),
            "Действует": "true" if one.active else "false",
        }
        found += [Requisite(f"{CONTRACT}{one.id}/{name}", value) for name, value in facts.items() if value]
    return tuple(found)


def packagings_of(product: Product | Offer) -> list[Packaging]:
    """Packagings with a readable factor above zero, the base unit itself not among them; a name given twice holds last."""
    found: dict[str, Packaging] = {}
    for one in product.requisites:
        if not one.name.startswith(PACKAGING):
            continue
        name, factor = one.name.removeprefix(PACKAGING).strip(), _positive(one.value)
        if name and factor:
            found[name] = Packaging(name, factor)
    return list(found.values())


def minimum_of(product: Product | Offer) -> Decimal | None:
    """Smallest quantity to order, in base units; None when not said or not above zero."""
    return _named(product, MINIMUM)


def multiple_of(product: Product | Offer) -> Decimal | None:
    """Quantities must be a multiple of this, in base units; None when not said or not above zero."""
    return _named(product, MULTIPLE)


def quantity_requisites(
    minimum: Decimal | None = None, multiple: Decimal | None = None, packagings: Iterable[Packaging] = ()
) -> tuple[Requisite, ...]:
    """The inverse of minimum_of, multiple_of and packagings_of, for the writer."""
    found = []
    if minimum is not None:
        found.append(Requisite(MINIMUM, values.plain(minimum)))
    if multiple is not None:
        found.append(Requisite(MULTIPLE, values.plain(multiple)))
    return (*found, *(Requisite(PACKAGING + one.name, values.plain(one.factor)) for one in packagings))


def _named(product: Product | Offer, name: str) -> Decimal | None:
    return next((_positive(one.value) for one in product.requisites if one.name == name), None)


def _positive(text: str) -> Decimal | None:
    try:
        value = values.number(text)
    except values.BadNumber:
        return None
    return value if value > 0 else None


def _by_contract(party: Counterparty) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for one in party.requisites:
        if one.name.startswith(CONTRACT):
            contract_id, _, name = one.name.removeprefix(CONTRACT).rpartition("/")
            if contract_id.strip():
                found.setdefault(contract_id.strip(), {})[name.strip()] = one.value
    return found


def _contract(contract_id: str, given: dict[str, str]) -> tuple[Contract, list[BadItem]]:
    problems: list[BadItem] = []
    day, days = given.get("Дата", ""), given.get("ОтсрочкаДней", "")
    try:
        date = values.date(day) if day else None
    except ValueError:
        date = None
        problems.append(BadItem("bad-date", element=f"{CONTRACT}{contract_id}/Дата", text=day))
    deferral = int(days) if days.isascii() and days.isdecimal() and len(days) <= 4 else None
    if days and deferral is None:
        problems.append(BadItem("bad-number", element=f"{CONTRACT}{contract_id}/ОтсрочкаДней", text=days))
    currency = values.currency(given.get("Валюта", ""))
    if given.get("Валюта") and not currency:
        problems.append(BadItem("unknown-currency", text=given["Валюта"]))
    contract = Contract(
        id=contract_id,
        number=given.get("Номер", ""),
        date=date,
        price_type_id=given.get("ВидЦен", ""),
        currency=currency,
        deferral_days=deferral,
        group_ids=tuple(dict.fromkeys(given.get("Группы", "").split())),
        active=values.switch(given.get("Действует", "")) is not False,
    )
    return contract, problems
