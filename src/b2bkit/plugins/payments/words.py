"""Names of months and days as they stand by themselves; core's stand within a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from b2bkit.core.i18n import N_, _, language
from b2bkit.core.languages import facts

MONTHS: Final = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"), N_("July"), N_("August"), N_("September"),
    N_("October"), N_("November"), N_("December"),
)  # fmt: skip
DAYS: Final = (N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su"))


def month_words(first: date) -> Mapping[str, object]:
    """For templates: the month with its year, and the days of the week as (short, whole)."""
    whole = facts(language()).weekdays
    return {
        "label": f"{_(MONTHS[first.month - 1])} {first.year}",
        "weekdays": [(_(short), long) for short, long in zip(DAYS, whole, strict=True)],
    }
