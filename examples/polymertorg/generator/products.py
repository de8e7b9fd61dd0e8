"""The catalogue: products with properties, packagings, prices by volume and stock."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from examples.polymertorg.generator.families import COUNTRIES, FAMILIES, Family, is_foreign
from examples.polymertorg.generator.identity import guid

CENT = Decimal("0.01")
USUAL = "обычное"
PRICE_TYPES = (("Розничная", "1.00"), ("Мелкий опт", "0.955"), ("Опт", "0.91"), ("Дистрибьютор", "0.865"))
VOLUME_STEPS = ((Decimal(1000), Decimal("0.97")), (Decimal(5000), Decimal("0.945")))
SMALL_LOT_STEPS = ((Decimal(500), Decimal("0.96")), (Decimal(1000), Decimal("0.93")))
WAREHOUSES = (
    ("Минск", "220075, г. Минск, ул. Промышленная, 23"),
    ("Гомель", "246027, г. Гомель, ул. Барыкина, 291"),
    ("Брест", "224025, г. Брест, ул. Катин Бор, 106"),
)


@dataclass(frozen=True, slots=True)
class Pack:
    """A packaging (1C: УпаковкиЕдиницыИзмерения): `holds` base units."""

    name: str
    holds: Decimal


@dataclass(frozen=True, slots=True)
class PackProfile:
    """How a product is packed: packagings from small to large, and the least and the step that may be ordered, in base units."""

    packs: tuple[Pack, ...]
    minimum: Decimal
    multiple: Decimal


@dataclass(frozen=True, slots=True)
class Good:
    """One product (1C: Номенклатура). `prices`: price type -> ((from amount, BYN per base unit with VAT), ...), the first from 0."""

    id: str
    article: str
    name: str
    group_id: str
    family: Family
    producer: str
    country: str
    mfi: str
    density: str
    way: str
    profile: PackProfile
    prices: dict[str, tuple[tuple[Decimal, Decimal], ...]]
    stock: dict[str, Decimal]
    variant: str = ""  # what makes it another one than its like; "": it has none
    unit: str = "кг"  # base unit, of which quantities and prices are
    full: str = ""  # its full name; "": made of what it is and what it is for


def _bag(weight: int) -> Pack:
    return Pack(f"мешок {weight} кг", Decimal(weight))


def _pallet(bags: int, weight: int) -> Pack:
    return Pack(f"поддон {bags} мешков", Decimal(bags * weight))


BAGS_40 = PackProfile((_bag(25), _pallet(40, 25)), Decimal(25), Decimal(25))
BAGS_55 = PackProfile((_bag(25), _pallet(55, 25)), Decimal(25), Decimal(25))
PALLETS_55 = PackProfile((_bag(25), _pallet(55, 25)), Decimal(1375), Decimal(1375))
PALLETS_40 = PackProfile((_bag(25), _pallet(40, 25)), Decimal(1000), Decimal(1000))
BIG_500 = PackProfile((Pack("биг-бэг 500 кг", Decimal(500)),), Decimal(500), Decimal(500))
BIG_800 = PackProfile((Pack("биг-бэг 800 кг", Decimal(800)),), Decimal(800), Decimal(800))
BIG_1000 = PackProfile((Pack("биг-бэг 1000 кг", Decimal(1000)),), Decimal(1000), Decimal(1000))
SACKS_20 = PackProfile((_bag(20), _pallet(50, 20)), Decimal(20), Decimal(20))
SACKS_MIN_100 = PackProfile((_bag(25), _pallet(40, 25)), Decimal(100), Decimal(25))

PACKS: dict[str, tuple[tuple[PackProfile, int], ...]] = {
    "bag25": ((BAGS_40, 60), (BAGS_55, 22), (SACKS_MIN_100, 10), (PALLETS_40, 8)),
    "pallet55": ((PALLETS_55, 55), (BAGS_55, 45)),
    "bigbag": ((BIG_500, 30), (BIG_800, 20), (BIG_1000, 35), (BAGS_40, 15)),
    "sack25": ((BAGS_40, 70), (SACKS_MIN_100, 30)),
    "sack20": ((SACKS_20, 100),),
}


def shares(total: int) -> dict[str, int]:
    """How many products each family gets so that they are `total` together; every family has one at least."""
    weight = sum(family.share for family in FAMILIES)
    counts = {family.code: max(1, family.share * total // weight) for family in FAMILIES}
    order = sorted(FAMILIES, key=lambda family: (-(family.share * total % weight), family.code))
    position = 0
    while sum(counts.values()) != total:
        step = 1 if sum(counts.values()) < total else -1
        code = order[position % len(order)].code
        if counts[code] + step >= 1:
            counts[code] += step
        position += 1
    return counts


def make_goods(rng: random.Random, total: int) -> list[Good]:
    """`total` products in the order of the catalogue; the first grade of each family is always there and in stock."""
    if total < len(FAMILIES):
        raise ValueError(f"products: {total} is less than the {len(FAMILIES)} families; ask for {len(FAMILIES)} or more")
    counts = shares(total)
    goods: list[Good] = []
    for family in FAMILIES:
        every = [(grade, variant, producer) for grade in family.grades for variant in family.variants for producer in family.producers]
        chosen = [every[0], *sorted(rng.sample(every[1:], counts[family.code] - 1), key=every.index)]
        alike = Counter((grade, producer) for grade, _variant, producer in chosen)
        for number, (grade, variant, producer) in enumerate(chosen, 1):
            one = _good(rng, family, grade, variant, producer, number)
            goods.append(
                replace(one, id=_variant_id(one, grade), variant=variant.strip(", ") or USUAL) if alike[grade, producer] > 1 else one
            )
    return goods


def _good(rng: random.Random, family: Family, grade: str, variant: str, producer: str, number: int) -> Good:
    article = f"{family.code}-{1000 + number * 7 % 9000:04d}"
    name = f"{_joined(family.name, grade)}{variant}, {producer}"
    profile = _weighted(rng, PACKS[family.packs])
    return Good(
        id=guid("good", name),
        article=article,
        name=name,
        group_id=group_id(family.path),
        family=family,
        producer=producer,
        country=COUNTRIES[producer],
        mfi=_mfi(rng, family, grade),
        density=str(rng.randint(*family.density)),
        way=rng.choice(family.ways),
        profile=profile,
        prices=_prices(rng, family, producer),
        stock=_stock(rng, profile) if number > 1 else _plenty(profile),
    )


def _variant_id(good: Good, grade: str) -> str:
    """Goods of one grade and producer are variants (1C: ХарактеристикиНоменклатуры) of the same product: `guid#guid`."""
    base = guid("base", f"{_joined(good.family.name, grade)}, {good.producer}")
    return f"{base}#{good.id}"


def _joined(name: str, grade: str) -> str:
    """«ПЭВД 15803-020», but «ПСВ-С 15» and not «ПСВ ПСВ-С 15»."""
    return grade if grade.startswith(name) else f"{name} {grade}"


def group_id(path: Sequence[str]) -> str:
    """Id of the group at the end of `path`."""
    return guid("group", "/".join(path))


def _weighted(rng: random.Random, choices: Sequence[tuple[PackProfile, int]]) -> PackProfile:
    return rng.choices([profile for profile, _ in choices], [weight for _, weight in choices])[0]


def _mfi(rng: random.Random, family: Family, grade: str) -> str:
    """Melt flow index as 1C writes a number: `2`, `0,3`; "" when it is not measured for this polymer."""
    stated = re.search(r"-(\d{3})$", grade) if family.code in {"LDF", "LDM", "EVA"} else None
    if stated is None and family.code in {"PPH", "PPB"}:
        stated = re.match(r"[02]\d(\d{3})$", grade)
    if stated is not None:
        value = Decimal(stated.group(1)) / 10
    elif family.mfi is not None:
        low, high = family.mfi
        value = Decimal(str(round(rng.uniform(low, high), 2 if high < 1 else 1)))
    elif family.code in {"PPB", "PPH", "LDF"}:
        value = Decimal(str(round(rng.uniform(2, 25), 1)))
    else:
        return ""
    return f"{value.normalize():f}".replace(".", ",")


def _prices(rng: random.Random, family: Family, producer: str) -> dict[str, tuple[tuple[Decimal, Decimal], ...]]:
    low, high = family.price
    premium = 1.04 if is_foreign(producer) else 1.0
    retail = Decimal(str(round(rng.uniform(low, high) * premium, 2)))
    steps = SMALL_LOT_STEPS if family.packs in {"sack25", "sack20"} else VOLUME_STEPS
    made: dict[str, tuple[tuple[Decimal, Decimal], ...]] = {}
    for name, factor in PRICE_TYPES:
        base = (retail * Decimal(factor)).quantize(CENT, ROUND_HALF_UP)
        made[name] = ((Decimal(0), base), *((start, (base * off).quantize(CENT, ROUND_HALF_UP)) for start, off in steps))
    return made


def _plenty(profile: PackProfile) -> dict[str, Decimal]:
    unit = profile.packs[-1].holds
    return {name: unit * pallets for (name, _), pallets in zip(WAREHOUSES, (12, 5, 3), strict=True)}


def _stock(rng: random.Random, profile: PackProfile) -> dict[str, Decimal]:
    """Kilograms by warehouse: an eighth has none, a sixth is nearly gone, the rest lies mostly in Minsk."""
    unit = profile.packs[0].holds
    kind = rng.random()
    if kind < 0.12:
        return {name: Decimal(0) for name, _ in WAREHOUSES}
    if kind < 0.28:
        left = {name: Decimal(0) for name, _ in WAREHOUSES}
        left[rng.choice(WAREHOUSES)[0]] = unit * rng.randint(1, 6)
        return left
    stock: dict[str, Decimal] = {}
    for name, share in (("Минск", 1.0), ("Гомель", 0.55), ("Брест", 0.4)):
        kilograms = rng.lognormvariate(8.3, 0.8) * share if rng.random() < share + 0.25 else 0
        stock[name] = unit * int(kilograms / float(unit))
    if rng.random() < 0.03 and stock["Минск"] and unit <= 25:
        stock["Минск"] += Decimal("12.5")  # an opened bag
    return stock
