"""Names of invented people and companies, read from `clients.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

_TOLD = tomllib.loads(Path(__file__).with_name("clients.toml").read_text(encoding="utf-8"))

FIRST_MEN: list[str] = _TOLD["first_names_of_men"]
FIRST_WOMEN: list[str] = _TOLD["first_names_of_women"]
MIDDLE: list[str] = _TOLD["patronymic_stems"]
LAST: list[str] = _TOLD["last_names"]
STREETS: list[str] = _TOLD["streets"]
COMPANIES: list[tuple[str, str, str]] = [(one["form"], one["name"], one["region"]) for one in _TOLD["company"]]
CITY_INDEX: dict[str, tuple[str, str]] = {region: (index, place) for region, (index, place) in _TOLD["places"].items()}
