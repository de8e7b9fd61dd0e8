"""A client with two legal entities: one partner of 1C (Партнер), two counterparties, a contract each at least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from examples.polymertorg.generator.companies import MEDICAL, MEDICAL_COMPANY, Agreement, Company
from examples.polymertorg.generator.families import PE, PP
from examples.polymertorg.generator.identity import guid

SECOND: Final = "Медпластик-Сервис"
SECOND_UNP: Final = "192731648"


def with_second_entity(companies: Sequence[Company]) -> list[Company]:
    """The companies; the one that makes medical goods belongs to a partner, and so does its trading house, which comes last."""
    return [
        *(replace(one, partner=MEDICAL_COMPANY) if one.name == MEDICAL_COMPANY else one for one in companies),
        *(_second(one) for one in companies if one.name == MEDICAL_COMPANY),
    ]


def _second(first: Company) -> Company:
    contract = Agreement(guid("contract", f"{SECOND}:1"), "402/25-П", 210, "Мелкий опт", 14, ((PE,), (PP,), MEDICAL))
    return replace(
        first,
        id=guid("company", SECOND),
        form="ООО",
        name=SECOND,
        unp=SECOND_UNP,
        delivery_address="220075, г. Минск, ул. Промышленная, 14, склад 2",
        people=(),
        agreements=(contract,),
        partner=MEDICAL_COMPANY,
        weight=0.0,
    )
