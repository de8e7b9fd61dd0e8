"""What a polymer trader sells: families of grades with the ranges in which their figures lie, read from `families.toml`.

Grade names follow public patterns (GOST 16337 and 16338 for polyethylene, TU for polypropylene, trade codes for the rest).
In GOST 16337 the last three digits are ten times the melt flow index; in PP codes the last three are the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

PE, PP, PVC, PS = "Полиэтилен", "Полипропилен", "Поливинилхлорид", "Полистирол и стирольные пластики"
PET, ENG, TPE = "Полиэтилентерефталат", "Инженерные пластики", "Термоэластопласты"
MB, REC, SPECIAL = "Концентраты и добавки", "Вторичное сырьё", "Контрактные марки"


@dataclass(frozen=True, slots=True)
class Family:
    """Grades that share a place in the catalogue.

    `path`: three levels of groups. `price`: retail BYN per kg with VAT, from and to. `density`: kg/m3, from and to.
    `mfi`: melt flow index, g/10 min, from and to, when the grade's name does not state it; None when it is not measured.
    `packs` names a profile of `products.PACKS`. `share`: how many of three thousand products it has, more or less.
    """

    code: str
    polymer: str
    path: tuple[str, ...]
    name: str
    grades: tuple[str, ...]
    variants: tuple[str, ...]
    producers: tuple[str, ...]
    ways: tuple[str, ...]
    standard: str
    density: tuple[int, int]
    price: tuple[float, float]
    packs: str
    share: int
    mfi: tuple[float, float] | None = None


def _families() -> tuple[Mapping[str, str], tuple[Family, ...]]:
    told = tomllib.loads(Path(__file__).with_name("families.toml").read_text(encoding="utf-8"))
    return told["countries"], TypeAdapter(tuple[Family, ...]).validate_python(told["family"])


COUNTRIES, FAMILIES = _families()


def is_foreign(producer: str) -> bool:
    """Producers of the far abroad spell their names in Latin letters, and cost a little more."""
    return producer.isascii()
