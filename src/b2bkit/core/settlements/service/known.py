"""Rows of the portal behind an ERP's references, and what to say of a reference that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Contract, LegalEntity
from b2bkit.core.db.rows import parts
from b2bkit.core.erp.service.refs import ids_for
from b2bkit.core.i18n import _
from b2bkit.core.ordering.models import Order
from b2bkit.core.work import Work

Refused = tuple[str, str, str]  # reference, reason, cure


class Owner(NamedTuple):
    """Whose a row is."""

    company_id: UUID
    legal_entity_id: UUID


class Owned(NamedTuple):
    """A contract or an order, and the company that it belongs to."""

    company_id: UUID
    id: UUID


class Known:
    """What `system`'s references mean here, read in a few queries for a whole batch of news."""

    def __init__(self, work: Work, system: str, parties: Iterable[str], contracts: Iterable[str] = (), orders: Iterable[str] = ()) -> None:
        self.work, self.system = work, system
        entities = ids_for(work, system=system, entity="legal_entity", refs=(ref for ref in parties if ref))
        companies: dict[UUID, UUID] = {}
        for part in parts(set(entities.values())):
            rows = work.session.execute(select(LegalEntity.id, LegalEntity.company_id).where(LegalEntity.id.in_(part)))
            companies.update((id_, company_id) for id_, company_id in rows)
        self.parties = {ref: Owner(companies[id_], id_) for ref, id_ in entities.items() if id_ in companies}
        self.contracts = self._owned(Contract, ids_for(work, system=system, entity="contract", refs=(ref for ref in contracts if ref)))
        self.orders = self._owned(Order, self._order_ids([ref for ref in orders if ref]))

    def _order_ids(self, refs: list[str]) -> dict[str, UUID]:
        """An order that was placed here has the portal's own id as its reference in the ERP."""
        own = {ref: id_ for ref in refs if (id_ := _uuid(ref)) is not None}
        return own | dict(ids_for(self.work, system=self.system, entity="order", refs=refs))

    def _owned(self, entity: type[Contract] | type[Order], ids: Mapping[str, UUID]) -> dict[str, Owned]:
        """Reference -> company and id, for rows that are there."""
        there: dict[UUID, UUID] = {}
        for part in parts(set(ids.values())):
            rows = self.work.session.execute(select(entity.id, entity.company_id).where(entity.id.in_(part)))
            there.update((id_, company_id) for id_, company_id in rows)
        return {ref: Owned(there[id_], id_) for ref, id_ in ids.items() if id_ in there}

    def contract(self, ref: str, owner: Owner) -> UUID | None:
        """The contract's id when it is one of this client's, None for another's or none."""
        found = self.contracts.get(ref)
        return found.id if found is not None and found.company_id == owner.company_id else None

    def order(self, ref: str, owner: Owner) -> UUID | None:
        """The order's id when it is one of this client's, None for another's or none."""
        found = self.orders.get(ref)
        return found.id if found is not None and found.company_id == owner.company_id else None


def unknown_party(ref: str) -> Refused:
    """The portal has no legal entity for this reference yet."""
    cure = _("Include it in the exchange of counterparties, then run this flow again.")
    return ref, _("The portal does not know this counterparty."), cure


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
