"""Which products are variants of the same goods: what the catalogue shows side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

from b2bkit.core.catalog.beside import keep_families
from b2bkit_onec.apply.intake import Intake

_FAMILY: Final = UUID("0d6a1f52-7f0b-5c7e-9a54-1f0c9c1f2b7e")


def keep(intake: Intake, base_of: Mapping[UUID, str]) -> None:
    """Product -> the reference of the goods that it is a variant of (1C: Номенклатура): the same goods, the same family."""
    if base_of:
        keep_families(intake.work.session, {id_: uuid5(_FAMILY, ref) for id_, ref in base_of.items()})
