"""Forty clients with contracts, people, addresses and their managers."""

from __future__ import annotations

import random
from dataclasses import dataclass

from examples.polymertorg.generator.families import ENG, FAMILIES, MB, PE, PET, PP, PS, PVC, REC, SPECIAL, TPE
from examples.polymertorg.generator.identity import guid, random_unp
from examples.polymertorg.generator.more import MORE_GROUPS, more_paths
from examples.polymertorg.generator.people import CITY_INDEX, COMPANIES, FIRST_MEN, FIRST_WOMEN, LAST, MIDDLE, STREETS
from examples.polymertorg.generator.products import PRICE_TYPES, group_id

EMAIL_DOMAIN = "polymertorg.example"
MEDICAL = (SPECIAL, "Медицинские и пищевые марки")
CABLE = (SPECIAL, "Кабельные компаунды")
MEDICAL_COMPANY, CABLE_COMPANY = "Медпластик", "Кабельщик"
OPEN_TO_ALL = ((PE,), (PP,), (PS, "Полистирол"), (MB, "Суперконцентраты"), *MORE_GROUPS)
FURTHER = ((PVC,), (PS, "Стирольные сополимеры"), (PET,), (ENG,), (TPE,), (MB, "Добавки"), (REC,), (ENG, "Полиамиды"))
NARROW = {"Оконный двор": ((PVC,), (MB, "Суперконцентраты")), "Преформа-Бел": ((PET,),), "Пенопласт-Запад": ((PS, "Полистирол"),)}
GIVEN_NAMES = {"А": "Александр", "И": "Илья", "С": "Станислав", "М": "Михаил", "Е": "Евгений"}


@dataclass(frozen=True, slots=True)
class Manager:
    """A person of the seller who looks after clients (1C: Пользователи)."""

    id: str
    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class ClientPerson:
    """A contact person of a client (1C: КонтактныеЛицаПартнеров)."""

    id: str
    name: str
    position: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract (1C: ДоговорыКонтрагентов). `groups`: paths of the catalogue that it opens; `delay_days` 0 is prepayment."""

    id: str
    number: str
    days_ago: int
    price_type: str
    delay_days: int
    groups: tuple[tuple[str, ...], ...]

    @property
    def group_ids(self) -> tuple[str, ...]:
        return tuple(group_id(path) for path in self.groups)


@dataclass(frozen=True, slots=True)
class Company:
    """A client (1C: Контрагенты). `weight` says how often it orders; legal entities of one `partner` (1C: Партнеры) are one client."""

    id: str
    form: str
    name: str
    unp: str
    legal_address: str
    delivery_address: str
    email: str
    phone: str
    people: tuple[ClientPerson, ...]
    agreements: tuple[Agreement, ...]
    manager: Manager
    weight: float
    partner: str = ""

    @property
    def official_name(self) -> str:
        """«ООО «Плёнка-Сервис»», «ИП Кузьмич А. В.»."""
        return f"{self.form} {self.name}" if self.form == "ИП" else f"{self.form} «{self.name}»"


MANAGERS = (
    Manager(guid("manager", "1"), "Гриневич Ольга Петровна", f"o.grinevich@{EMAIL_DOMAIN}", "+375 17 300-10-11"),
    Manager(guid("manager", "2"), "Тарасевич Павел Николаевич", f"p.tarasevich@{EMAIL_DOMAIN}", "+375 17 300-10-12"),
    Manager(guid("manager", "3"), "Дубовик Светлана Игоревна", f"s.dubovik@{EMAIL_DOMAIN}", "+375 17 300-10-13"),
)


def make_companies(rng: random.Random) -> list[Company]:
    """Every company of `COMPANIES`; small ones order often and little, large ones have deferred payment and better prices."""
    return [_company(rng, position, *row) for position, row in enumerate(COMPANIES)]


def _company(rng: random.Random, position: int, form: str, name: str, region: str) -> Company:
    domain = f"client{position + 1:02d}.example"
    people = tuple(_person(rng, f"{name}:{number}", role, domain) for number, role in enumerate(_roles(rng, form)))
    return Company(
        id=guid("company", name),
        form=form,
        name=name,
        unp=random_unp(rng, region),
        legal_address=_address(rng, region),
        delivery_address=_address(rng, region),
        email=f"zakaz@{domain}",
        phone=_phone(rng),
        people=people,
        agreements=_agreements(rng, position, form, name),
        manager=MANAGERS[position % len(MANAGERS)],
        weight=round(rng.uniform(0.4, 2.2) * (0.7 if form == "ИП" else 1.0), 3),
    )


def _roles(rng: random.Random, form: str) -> tuple[str, ...]:
    if form == "ИП":
        return ("индивидуальный предприниматель",)
    return ("директор", "снабженец", "бухгалтер")[: rng.randint(2, 3)]


def _person(rng: random.Random, key: str, position: str, domain: str) -> ClientPerson:
    if position.startswith("индивидуальный"):  # the sole trader himself
        last, initial = key.split()[0], key.split()[1][0]
        first, middle = GIVEN_NAMES[initial], f"{rng.choice(MIDDLE)}ич"
    elif rng.random() < 0.5:
        last, first, middle = rng.choice(LAST), rng.choice(FIRST_MEN), f"{rng.choice(MIDDLE)}ич"
    else:
        last, first, middle = rng.choice(LAST), rng.choice(FIRST_WOMEN), f"{rng.choice(MIDDLE)}на"
        last = last.removesuffix("ий") + "ая" if last.endswith("ий") else last
    box = {"директор": "director", "снабженец": "zakupki", "бухгалтер": "buh"}.get(position, "ip")
    return ClientPerson(guid("person", key), f"{last} {first} {middle}", position, f"{box}@{domain}", _phone(rng))


def _phone(rng: random.Random) -> str:
    return f"+375 {rng.choice((17, 29, 33, 44))} {rng.randint(200, 799)}-{rng.randint(10, 99)}-{rng.randint(10, 99)}"


def _address(rng: random.Random, region: str) -> str:
    index, city = CITY_INDEX[region]
    return f"{index}{rng.randint(1, 140):03d}, {city}, {rng.choice(STREETS)}, {rng.randint(1, 120)}"


def _agreements(rng: random.Random, position: int, form: str, name: str) -> tuple[Agreement, ...]:
    large = position % 4 == 3 or name in {MEDICAL_COMPANY, CABLE_COMPANY}
    price_type = PRICE_TYPES[0 if form == "ИП" else rng.choice((2, 3)) if large else rng.choice((1, 1, 2))][0]
    delay = 0 if form == "ИП" else rng.choice((30, 45, 60)) if large else rng.choice((0, 7, 14, 30))
    made = [_agreement(rng, position, name, 1, price_type, delay, _open_groups(rng, name))]
    if name == MEDICAL_COMPANY:
        made.append(_agreement(rng, position, name, 2, "Опт", 30, (MEDICAL,)))
    elif name == CABLE_COMPANY:
        made.append(_agreement(rng, position, name, 2, "Опт", 45, (CABLE,)))
    elif form != "ИП" and rng.random() < 0.35:
        groups = ((REC,), (MB,)) if rng.random() < 0.5 else ((ENG,), (TPE,))
        made.append(_agreement(rng, position, name, 2, "Мелкий опт", 0, groups))
    return tuple(made)


def _open_groups(rng: random.Random, name: str) -> tuple[tuple[str, ...], ...]:
    if name in NARROW:
        return NARROW[name]
    return OPEN_TO_ALL + tuple(path for path in FURTHER if rng.random() < 0.55)


def _agreement(
    rng: random.Random, position: int, name: str, number: int, price_type: str, delay: int, groups: tuple[tuple[str, ...], ...]
) -> Agreement:
    return Agreement(
        id=guid("contract", f"{name}:{number}"),
        number=f"{100 + position * 3 + number}/{rng.choice((22, 23, 24))}-П",
        days_ago=rng.randint(760, 1100),
        price_type=price_type,
        delay_days=delay,
        groups=groups,
    )


def group_paths() -> list[tuple[str, ...]]:
    """Every group as its path, parents before children, in the order of the catalogue."""
    paths: dict[tuple[str, ...], None] = {}
    for path in (*(family.path for family in FAMILIES), *more_paths()):
        for depth in (1, 2, 3):
            paths.setdefault(path[:depth])
    return sorted(paths, key=lambda path: [list(paths).index(path[:depth]) for depth in range(1, len(path) + 1)])
