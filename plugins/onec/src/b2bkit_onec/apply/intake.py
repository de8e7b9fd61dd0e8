"""What applying a file works with: the work, the settings, and a place for counts and for what could not be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final, TypeVar
from uuid import UUID

from b2bkit import Work
from b2bkit.core.db.rows import Change as Change
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import N_, _
from b2bkit_onec.apply.mentions import Mentions
from b2bkit_onec.commerceml.records import Refused
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings

MOST_SHOWN: Final = 1000
MOST_SEEN: Final = 20_000  # references of a kind that are kept in memory
LARGEST: Final = Decimal(10) ** 12
QUANTITY, PRICE, FACTOR, MONEY = Decimal("0.001"), Decimal("0.0001"), Decimal("0.000001"), Decimal("0.01")
ZERO = Decimal(0)
_EXACT: Final = Context(prec=60)
T = TypeVar("T")

_WORDS: Mapping[str, tuple[str, str]] = {
    "unknown-product": (
        N_("The portal does not know this product."),
        N_("Export the catalogue with all products once, then prices and stock."),
    ),
    "unknown-group": (N_("The portal does not know the group {text}."), N_("Export the catalogue with its groups.")),
    "unknown-property": (N_("The portal does not know the property {text}."), N_("Export the catalogue with its properties.")),
    "unknown-price-type": (
        N_("The portal does not know the price type {text}."),
        N_("Choose this price type in 1C's exchange and export prices."),
    ),
    "other-currency": (
        N_("The price is in {text}, but its price type is in {wanted}."),
        N_("Give the price type in 1C one currency."),
    ),
    "too-large": (N_("The figure {text} is too large to be true."), N_("Correct it in 1C.")),
    "too-long-ref": (N_("The Ид is longer than {limit} characters."), N_("Give a shorter Ид; 1C writes one of 36 or 73 characters.")),
    "group-ring": (N_("The groups contain each other."), N_("Mend the tree of groups in 1C.")),
    "manager-is-client": (
        N_("{text} belongs to a client's person and cannot be a manager."),
        N_("Give the manager an e-mail address of his own."),
    ),
    "bad-email": (N_("“{text}” is no e-mail address."), N_("Correct it in 1C.")),
    "not-an-order": (N_("The document is “{text}”, not an order."), N_("Only orders are exchanged; leave other documents out.")),
    "unknown-order": (
        N_("The portal knows neither the order {text} nor its counterparty."),
        N_("Export the counterparties first; orders of the portal must keep their number."),
    ),
    "status-kept": (N_("The status of order {text} was kept: {why}"), N_("Look at the order in 1C and in the portal.")),
    "bad-paper": (N_("The document {text} has no date, or a sum that is too large to be true."), N_("Correct the document in 1C.")),
    "bad-line": (N_("A line of the order has no quantity above zero."), N_("Correct the line in 1C.")),
}


@dataclass
class Intake:
    """One file on its way into the portal.

    counts     told, new and changed for each kind of data that it holds
    unsettled  references of the batch about which more than their own record decides, or that were not taken whole
    """

    work: Work
    settings: OneCSettings
    file: str
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    refused_in_all: int = 0
    said_at: str = ""
    mentions: Mentions = field(default_factory=Mentions)
    catalog: str = ""
    seen: dict[str, dict[str, UUID]] = field(default_factory=dict)
    full: bool = False
    unsettled: set[str] = field(default_factory=set)

    def count(self, kind: str, told: int, change: Change = Change()) -> None:  # noqa: B008  (immutable)
        """Adds to the counts of a kind."""
        row = self.counts.setdefault(kind, {"told": 0, "new": 0, "changed": 0})
        row["told"] += told
        row["new"] += change.new
        row["changed"] += change.changed

    def note(self, item: Refused) -> None:
        """Something of the file was not taken."""
        self.refused_in_all += 1
        self.unsettled.add(item.item_id)
        if len(self.refused) < MOST_SHOWN:
            shown = {"line": item.line, "element": item.element, "id": item.item_id, "code": item.code, "whole": item.whole}
            self.refused.append({**shown, "reason": item.reason, "cure": item.cure})

    def refuse(self, code: str, element: str, item_id: str, line: int, *, whole: bool = False, **values: object) -> None:
        """The same for a reason that only the portal can know."""
        reason, cure = _WORDS[code]
        self.note(Refused(self.file, line, element, item_id, code, _(reason).format(**values), _(cure).format(**values), whole))

    def ids(self, entity: str, refs: Iterable[str]) -> dict[str, UUID]:
        """Our rows behind references of 1C, of those that are known. Those that were found are kept for a while: a file asks again."""
        seen = self.seen.setdefault(entity, {})
        wanted = dict.fromkeys(ref for ref in refs if ref)
        asked = [ref for ref in wanted if ref not in seen]
        if asked:
            if len(seen) > MOST_SEEN:
                seen.clear()
                asked = list(wanted)
            seen.update(erp.ids_for(self.work, system=SYSTEM_NAME, entity=entity, refs=asked))
        return {ref: seen[ref] for ref in wanted if ref in seen}

    def known_or_new(self, entity: str, refs: Iterable[str]) -> tuple[dict[str, UUID], set[str]]:
        """Our rows behind references, ids of rows to be made for those not seen before, and which these are. They are remembered now."""
        wanted = list(dict.fromkeys(ref for ref in refs if ref))
        known = self.ids(entity, wanted)
        made = {ref: new_id() for ref in wanted if ref not in known}
        self._keep(entity, made, known)
        return {**known, **made}, set(made)

    def remember(self, entity: str, pairs: Mapping[str, UUID]) -> None:
        """Keeps what 1C calls our rows."""
        self._keep(entity, pairs, None)

    def _keep(self, entity: str, pairs: Mapping[str, UUID], known: Mapping[str, UUID] | None) -> None:
        if pairs:
            erp.remember(self.work, system=SYSTEM_NAME, entity=entity, pairs=pairs, known=known)


def rounded(value: Decimal, places: Decimal) -> Decimal:
    """Half up, as 1C's Окр rounds."""
    return value.quantize(places, ROUND_HALF_UP, _EXACT)


def divided(value: Decimal, by: Decimal, places: Decimal) -> Decimal:
    """A quotient rounded once."""
    return (value if by == 1 else _EXACT.divide(value, by)).quantize(places, ROUND_HALF_UP, _EXACT)


def fits(value: Decimal) -> bool:
    """Whether a figure can be kept at all."""
    return abs(value) <= LARGEST


def latest(items: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    """Items by their id; of one that comes twice the later holds."""
    return {key(item): item for item in items}
