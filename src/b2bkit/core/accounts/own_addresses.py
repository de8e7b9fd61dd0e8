"""Delivery addresses that a company adds itself: kept here, changed and put away by its own people; those of the ERP stay the ERP's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts.models import Address, Company
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Conflict, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

EDIT: Final = "accounts.addresses"
MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where to: the address itself, what it is called, who takes the goods there, whom to call."""

    label: str
    text: str
    consignee: str = ""
    contact: str = ""
    phone: str = ""


def save(work: Work, *, company_id: UUID, address_id: UUID | None, wanted: Wanted) -> UUID:
    """Adds an address, or changes one of one's own; placed orders keep the address that they were placed with."""
    work.require(EDIT)
    hold(work.session, Company, company_id)
    found = _own(work, company_id, address_id) if address_id is not None else None
    problems = [] if wanted.label.strip() else [Problem("label_missing", _("Call the address by a name: a shop, a site, a town."), "label")]
    if len(wanted.text.strip()) < 5:
        problems.append(Problem("text_missing", _("Write the whole address: town, street, house."), "text"))
    if found is None and _count(work, company_id) >= MOST:
        problems.append(Problem("too_many", _("There are 200 addresses. Put those away that you do not use."), None))
    if problems:
        raise Refused(problems)
    if found is None:
        found = Address(id=new_id(), company_id=company_id, label="", text="", made_here=True, active=True)
        work.session.add(found)
    found.label, found.text = " ".join(wanted.label.split()), " ".join(wanted.text.split())
    found.consignee, found.contact = " ".join(wanted.consignee.split()), " ".join(wanted.contact.split())
    found.phone = " ".join(wanted.phone.split())
    work.session.flush()
    _noted(work, "accounts.address_saved", found)
    return found.id


def archive(work: Work, *, company_id: UUID, address_id: UUID) -> None:
    """Puts one of one's own addresses away: it is not offered any more."""
    work.require(EDIT)
    found = _own(work, company_id, address_id)
    found.active = False
    work.session.flush()
    _noted(work, "accounts.address_archived", found)


def _own(work: Work, company_id: UUID, address_id: UUID) -> Address:
    statement = select(Address).where(Address.id == address_id).with_for_update().execution_options(populate_existing=True)
    found = work.session.scalars(statement).one_or_none()
    if found is None or found.company_id != company_id or not found.active:
        raise NotFound("address")
    if not found.made_here:
        raise Conflict(Problem("erp_address", _("This address is kept in 1C. Your manager changes it there.")))
    return found


def _count(work: Work, company_id: UUID) -> int:
    counted = select(func.count(Address.id)).where(Address.company_id == company_id, Address.active.is_(True))
    return work.session.scalar(counted) or 0


def _noted(work: Work, action: str, address: Address) -> None:
    details = {"label": address.label}
    record(work, action=action, entity="address", entity_id=address.id, company_id=address.company_id, details=details)


def whole(address: Address) -> str:
    """The address as an order keeps it: who takes the goods, where, whom to call."""
    taker = _("Consignee: {name}").format(name=address.consignee) if address.consignee else ""
    call = ", ".join(part for part in (address.contact, address.phone) if part)
    return "; ".join(part for part in (address.text, taker, call) if part)[:1000]
