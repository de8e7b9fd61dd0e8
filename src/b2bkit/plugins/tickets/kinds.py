"""Categories of tickets: the ready ones and those of the deployment, with their words in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast
from zoneinfo import ZoneInfo

from b2bkit import NotFound, Work
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.working_hours import WorkingHours
from b2bkit.plugins.tickets.settings import CategorySettings, FieldSettings, TicketsSettings, Words

PAPERS: Final = "settlements.papers"


def _field(label: str, type_: str, **values: Any) -> FieldSettings:
    return FieldSettings.model_validate({"label": label, "type": type_, **values})


READY: Final[Mapping[str, CategorySettings]] = {
    "reconciliation": CategorySettings(
        label=N_("Reconciliation act"),
        hint=N_("What was shipped and paid in a period, signed by both sides."),
        icon="scale",
        deadline="1d",
        fields={
            "entity": _field(N_("Legal entity"), "entity", required=True),
            "contract": _field(N_("Contract"), "contract", hint=N_("Leave it empty for all contracts.")),
            "period": _field(N_("Period"), "period", required=True),
        },
    ),
    "details": CategorySettings(
        label=N_("Change of details"),
        hint=N_("A new bank account, address, name or director of your company."),
        icon="edit",
        deadline="3d",
        fields={
            "entity": _field(N_("Legal entity"), "entity", required=True),
            "what": _field(
                N_("What changes"),
                "choice",
                required=True,
                several=True,
                choices={
                    "bank": N_("Bank account"),
                    "address": N_("Address"),
                    "name": N_("Name of the company"),
                    "director": N_("Director"),
                    "other": N_("Something else"),
                },
            ),
            "since": _field(N_("Since which day"), "date"),
            "proof": _field(N_("Papers that confirm it"), "files", hint=N_("A letter with the new details, an extract from the register.")),
        },
    ),
    "originals": CategorySettings(
        label=N_("Originals of documents"),
        hint=N_("Paper copies with seal and signature."),
        icon="file-certificate",
        deadline="2d",
        fields={
            "papers": _field(N_("Which documents"), "paper", required=True, several=True),
            "way": _field(
                N_("How to hand them over"),
                "choice",
                required=True,
                choices={"post": N_("By post"), "goods": N_("With the next delivery"), "pickup": N_("We fetch them ourselves")},
            ),
            "address": _field(N_("Postal address"), "long", hint=N_("If they go by post to another address than the company's.")),
        },
    ),
    "other": CategorySettings(
        label=N_("Another question"),
        hint=N_("Whatever fits nowhere else."),
        icon="message-question",
        deadline="1d",
        fields={"order": _field(N_("Order"), "order", hint=N_("If it is about one."))},
    ),
}


def said(words: Words) -> str:
    """The words in the person's language; the first ones where that language has none."""
    if isinstance(words, str):
        return _(words) if words else ""
    return words.get(language()) or next(iter(words.values()), "")


@dataclass(frozen=True)
class Category:
    """A category as services see it."""

    key: str
    settings: CategorySettings

    @property
    def label(self) -> str:
        """Its name in the person's language."""
        return said(self.settings.label)

    @property
    def hint(self) -> str:
        """When to choose it, in the person's language."""
        return said(self.settings.hint)

    @property
    def task(self) -> str:
        """The kind of its task in the ERP."""
        return self.settings.task or f"tickets.{self.key}"[:50]


class Book:
    """All categories of this portal, in order, and its working hours."""

    def __init__(self, settings: TicketsSettings) -> None:
        self.settings = settings
        ready: dict[str, CategorySettings] = {key: READY[key] for key in settings.ready}
        self.categories = {key: Category(key, one) for key, one in (ready | settings.categories).items()}

    def category(self, key: str) -> Category:
        """One category. NotFound for a key that there is not."""
        if key not in self.categories:
            raise NotFound("category")
        return self.categories[key]

    def label(self, key: str) -> str:
        """Its name; the key of one that was taken out of the configuration."""
        return self.categories[key].label if key in self.categories else key

    def task_kinds(self) -> frozenset[str]:
        """Kinds of tasks in the ERP that are tickets."""
        return frozenset(one.task for one in self.categories.values())

    def hours(self, zone: ZoneInfo) -> WorkingHours:
        """The working hours in the portal's zone."""
        return WorkingHours.of(self.settings, zone)


class _HasBook(Protocol):
    book: Book


def book_of(work: Work) -> Book:
    """The categories of the portal that this work belongs to."""
    return cast("_HasBook", work.kit.plugins["tickets"]).book


def open_to(work: Work, category: Category) -> bool:
    """Whether the actor may open such a ticket: one that asks for papers is for those who see papers."""
    needs = any(field.type == "paper" and field.required for field in category.settings.fields.values())
    return not needs or (work.may(PAPERS) and "settlements.papers_page" in work.kit.routes)
