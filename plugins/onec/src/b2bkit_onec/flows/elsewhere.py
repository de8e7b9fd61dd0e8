"""One source for each kind of data: what a file of CommerceML brings although the settings give it to another way is left out of it.

Only that is left out. Of a contract that goes by OData a file still tells what OData has no field for, its price type and the groups that
it opens, and it makes a contract that the portal has never heard of; terms of a known one stay as OData told them. Price types and
warehouses that are new are made in any case: contracts and offers refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from b2bkit.core.accounts.models import Contract
from b2bkit.core.db.rows import Row, by_id
from b2bkit_onec.apply import papers
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml import contracts, records
from b2bkit_onec.flows.choice import choose
from b2bkit_onec.flows.spec import OFF, Way
from b2bkit_onec.settings import OneCSettings

# kinds of rows that a file may hold -> the flow of which they are
FLOW_OF: Final[Mapping[str, str]] = {
    "prices": "prices", "price_types": "prices", "stock": "stock", "warehouses": "stock", "counterparties": "parties",
    "contracts": "contracts", "people": "contacts", "orders": "order_status", "papers": "papers",
}  # fmt: skip


def ways_elsewhere(settings: OneCSettings) -> dict[str, Way]:
    """Flows whose data files may not bring -> the way that the settings give them.

    Contracts and papers are parts of files that have no flow of their own there: where nothing else brings them, files do.
    """
    found: dict[str, Way] = {}
    for name, flow in choose(settings).items():
        if name in FLOW_OF.values() and flow.way != "site" and not ("site" not in flow.kind.ways and flow.way == OFF):
            found[name] = flow.way
    return found


class Elsewhere:
    """What to leave out of one file, and how much it was."""

    def __init__(self, settings: OneCSettings) -> None:
        self.ways = ways_elsewhere(settings)
        self.left: dict[str, int] = {}

    def declared(self, intake: Intake, given: Sequence[records.Declared]) -> list[records.Declared]:
        """Without price types and warehouses that the portal knows and another way tells of."""
        for flow, kind, entity, sort in (
            ("prices", "price_types", "price_type", records.PriceType),
            ("stock", "warehouses", "warehouse", records.Warehouse),
        ):
            if flow in self.ways:
                known = intake.ids(entity, [one.id for one in given if isinstance(one, sort)])
                kept = [one for one in given if not (isinstance(one, sort) and one.id in known)]
                self._count(kind, len(given) - len(kept))
                given = kept
        return list(given)

    def out_of(self, intake: Intake, batch: Sequence[records.Item]) -> list[records.Item]:
        """A batch of records of one kind without what goes another way; it may be empty."""
        if not self.ways or not batch:
            return list(batch)
        if isinstance(batch[0], records.Counterparty):
            return list(self._parties(intake, [one for one in batch if isinstance(one, records.Counterparty)]))
        return [kept for one in batch if (kept := self._item(one)) is not None]

    def tell(self, intake: Intake) -> None:
        """Adds `left` to the counts of each kind of which something was left out."""
        for kind, count in self.left.items():
            intake.counts.setdefault(kind, {"told": 0, "new": 0, "changed": 0})["left"] = count

    def _item(self, one: records.Item) -> records.Item | None:
        if isinstance(one, records.Product):
            return self._product(one)
        if isinstance(one, records.Offer):
            return self._offer(one)
        return None if isinstance(one, records.Document) and self._goes_elsewhere(one) else one

    def _product(self, one: records.Product) -> records.Product:
        if "prices" not in self.ways or not one.prices:
            return one
        self._count("prices", len(one.prices))
        return replace(one, prices=())

    def _offer(self, one: records.Offer) -> records.Offer:
        """An offer that is marked as deleted withdraws prices; that of a variant puts the variant away, which is the catalogue's."""
        if "prices" in self.ways and (one.prices or one.deleted):
            self._count("prices", len(one.prices))
            one = replace(one, prices=(), deleted=one.deleted and bool(one.variant_id))
        if "stock" in self.ways and (one.stocks or one.quantity is not None):
            self._count("stock", len(one.stocks) or 1)
            one = replace(one, stocks=(), quantity=None)
        return one

    def _goes_elsewhere(self, one: records.Document) -> bool:
        flow, kind = ("papers", "papers") if one.operation in papers.OPERATIONS else ("order_status", "orders")
        if flow in self.ways:
            self._count(kind, 1)
        return flow in self.ways

    def _parties(self, intake: Intake, batch: Sequence[records.Counterparty]) -> Iterable[records.Counterparty]:
        if "contacts" in self.ways:  # apply/people.py leaves them out
            self._count("people", sum(len(one.people) for one in batch))
        if "parties" in self.ways:
            self._count("counterparties", len(batch))
            return []
        return self._with_known_terms(intake, batch) if "contracts" in self.ways else batch

    def _with_known_terms(self, intake: Intake, batch: Sequence[records.Counterparty]) -> list[records.Counterparty]:
        told = {one.id: contracts.contracts_of(one) for one in batch}
        refs = [each.id for agreed in told.values() for each in agreed]
        known = intake.ids("contract", refs)
        rows = by_id(intake.work.session, Contract, list(known.values()))
        there = {ref: rows[id_] for ref, id_ in known.items() if id_ in rows}
        self._count("contracts", sum(ref in there for ref in refs))
        return [_with_terms(one, told[one.id], there) for one in batch]

    def _count(self, kind: str, count: int) -> None:
        if count:
            self.left[kind] = self.left.get(kind, 0) + count


def _with_terms(party: records.Counterparty, agreed: Iterable[contracts.Contract], there: Mapping[str, Row]) -> records.Counterparty:
    """The counterparty as if its file said of known contracts what the portal has, so that taking it changes none of that."""
    kept = [_as_known(each, there[each.id]) if each.id in there else each for each in agreed]
    others = tuple(one for one in party.requisites if not one.name.startswith(contracts.CONTRACT))
    return replace(party, requisites=(*others, *contracts.contract_requisites(kept))) if kept else party


def _as_known(told: contracts.Contract, row: Row) -> contracts.Contract:
    return replace(
        told,
        number=row["number"],
        date=row["signed_on"],
        currency=row["currency"],
        deferral_days=row["payment_delay_days"],
        active=row["active"],
    )
