"""Identifiers that stay the same from run to run: GUIDs from names, Belarusian taxpayer numbers with their check digit."""

from __future__ import annotations

import random
import uuid

NAMESPACE = uuid.UUID("5d2f9a3e-7c1b-4f60-9d34-5f0f4f0f7a11")
UNP_WEIGHTS = (29, 23, 19, 17, 13, 7, 5, 3)
UNP_REGIONS = {"Минск": 1, "Брест": 2, "Витебск": 3, "Гомель": 4, "Гродно": 5, "Минская область": 6, "Могилёв": 7}


def guid(kind: str, name: str) -> str:
    """The GUID of one thing; `kind` keeps equal names of different things apart."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


def unp_check_digit(first_eight: str) -> int | None:
    """The ninth digit of a taxpayer number (УНП) of a company, None when the eight digits allow no number.

    Source: order of the Ministry of Taxes of Belarus on assigning УНП; weights 29 to 3, modulo 11, 10 is never assigned.
    """
    rest = sum(weight * int(digit) for weight, digit in zip(UNP_WEIGHTS, first_eight, strict=True)) % 11
    return rest if rest < 10 else None


def unp_is_valid(number: str) -> bool:
    """Nine digits whose last one is the check digit."""
    return len(number) == 9 and number.isdigit() and unp_check_digit(number[:8]) == int(number[8])


def random_unp(rng: random.Random, region: str) -> str:
    """A valid УНП of the region in which the company is registered."""
    while True:
        first_eight = f"{UNP_REGIONS[region]}9{rng.randrange(10**6):06d}"
        digit = unp_check_digit(first_eight)
        if digit is not None:
            return f"{first_eight}{digit}"
