"""What the trader sells beside granules, read from `more.toml`: fixed goods, so that the figures of all others stay as they are."""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from examples.polymertorg.generator.families import COUNTRIES, Family
from examples.polymertorg.generator.identity import guid
from examples.polymertorg.generator.products import CENT, PRICE_TYPES, WAREHOUSES, Good, Pack, PackProfile, group_id

MORE_GROUPS = (("Жидкости и добавки наливом",), ("Плёнки, трубы, листы",))
LOTS = ((Decimal(5), Decimal("0.975")), (Decimal(20), Decimal("0.95")))  # from so many least amounts on


class Told(BaseModel):
    """A good of `more.toml`; amounts are texts, so that nothing becomes a binary fraction."""

    model_config = ConfigDict(extra="forbid")

    article: str
    name: str
    full_name: str
    path: tuple[str, str, str]
    polymer: str
    producer: str
    way: str
    standard: str
    density: str
    unit: str
    packs: tuple[tuple[str, Decimal], ...]
    minimum: Decimal
    price: Decimal
    stock: tuple[Decimal, Decimal, Decimal]


def more_goods() -> list[Good]:
    """The goods of `more.toml` in its order. What may be ordered goes by the least amount: a drum, a roll, a whole tank."""
    return [_good(one) for one in TOLD]


def more_paths() -> list[tuple[str, str, str]]:
    """Their places in the catalogue, each once."""
    return list(dict.fromkeys(one.path for one in TOLD))


def _good(one: Told) -> Good:
    return Good(
        id=guid("good", one.name),
        article=one.article,
        name=one.name,
        group_id=group_id(one.path),
        family=Family(
            code=one.article.partition("-")[0],
            polymer=one.polymer,
            path=one.path,
            name=one.name,
            grades=(),
            variants=(),
            producers=(),
            ways=(one.way,),
            standard=one.standard,
            density=(0, 0),
            price=(0, 0),
            packs="",
            share=0,
        ),
        producer=one.producer,
        country=COUNTRIES[one.producer],
        mfi="",
        density=one.density,
        way=one.way,
        profile=PackProfile(tuple(Pack(*pack) for pack in one.packs), one.minimum, one.minimum),
        prices=_prices(one),
        stock={name: held for (name, _), held in zip(WAREHOUSES, one.stock, strict=True)},
        unit=one.unit,
        full=one.full_name,
    )


def _prices(one: Told) -> dict[str, tuple[tuple[Decimal, Decimal], ...]]:
    made = {}
    for name, factor in PRICE_TYPES:
        base = (one.price * Decimal(factor)).quantize(CENT, ROUND_HALF_UP)
        steps = ((one.minimum * lots, (base * off).quantize(CENT, ROUND_HALF_UP)) for lots, off in LOTS)
        made[name] = ((Decimal(0), base), *steps)
    return made


TOLD = [Told.model_validate(one) for one in tomllib.loads(Path(__file__).with_name("more.toml").read_text("utf-8"))["good"]]
