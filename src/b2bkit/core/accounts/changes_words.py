"""A wish for other data in words: fields with their labels, old and new values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.i18n import N_, _

LABELS: Final[Mapping[str, str]] = {
    "name": N_("Name"),
    "full_name": N_("Full name"),
    "tax_id": N_("Tax number"),
    "tax_code": N_("KPP"),
    "address": N_("Registered address"),
    "position": N_("Position"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "active": N_("Works there"),
}
SHORT_NAME: Final = N_("Short name")


class Line(NamedTuple):
    """One field of a request, in words."""

    label: str
    old: str
    new: str


def in_words(request: ChangeRequest) -> list[Line]:
    """Old and new values with the labels of their fields."""
    labels = {**LABELS, "name": SHORT_NAME} if request.entity == "legal_entity" else LABELS
    told = [(labels[one["field"]], one["old"], one["new"]) for one in request.changes if one.get("field") in labels]
    return [Line(_(label), _shown(old), _shown(new)) for label, old, new in told]


def _shown(value: object) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)
