"""Acting for a client: staff work in the client's cabinet for a while, under their own name, and everybody can see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from b2bkit.core.access.actors import BEHALF, Client, may_act_for
from b2bkit.core.access.models import Acting
from b2bkit.core.accounts.models import Company, Contract
from b2bkit.core.audit.service import record
from b2bkit.core.errors import Forbidden, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

MINUTES: Final = 60


def start(work: Work, *, company_id: UUID) -> None:
    """Turns this session into the client's cabinet for an hour. NotFound for a client that the actor does not see, Refused for one whose
    access is suspended, Forbidden without `access.behalf`.
    """
    work.require(BEHALF)
    company = work.session.get(Company, company_id)
    if company is None:
        raise NotFound("company")
    if company.suspended:
        raise Refused(Problem("suspended", _("The client's access is suspended. Open it again first.")))
    if work.actor.session_id is None or not may_act_for(work.actor, _client(company)):
        raise Forbidden(BEHALF)
    contract = select(Contract.id).where(Contract.company_id == company_id, Contract.active.is_(True))
    chosen = work.session.scalar(contract.order_by(Contract.signed_on.desc().nulls_last(), Contract.number).limit(1))
    work.session.execute(delete(Acting).where(Acting.session_id == work.actor.session_id))
    until = work.now + timedelta(minutes=MINUTES)
    row = {"session_id": work.actor.session_id, "company_id": company_id, "contract_id": chosen, "started_at": work.now, "until": until}
    work.session.insert_rows(Acting, [row])
    record(work, action="access.behalf_began", entity="company", entity_id=company_id, company_id=company_id)
    _tell(work)


def _client(company: Company) -> Client:
    return Client(company.id, None, company.profile, company.manager_id, company.region)


def stop(work: Work) -> UUID | None:
    """Ends it; returns the client's company, None when nobody was acted for."""
    if work.actor.session_id is None or work.actor.on_behalf is None:
        return None
    company_id = work.actor.company_id
    work.session.execute(delete(Acting).where(Acting.session_id == work.actor.session_id))
    record(work, action="access.behalf_ended", entity="company", entity_id=company_id, company_id=company_id)
    _tell(work)
    return company_id


def _tell(work: Work) -> None:
    """Other tabs of the person fetch themselves anew."""
    if work.actor.user_id is not None:
        work.signal("session", work.actor.user_id, users=(work.actor.user_id,))


def until(work: Work) -> datetime | None:
    """When acting for the client ends by itself."""
    if work.actor.on_behalf is None or work.actor.session_id is None:
        return None
    return work.session.scalar(select(Acting.until).where(Acting.session_id == work.actor.session_id))


def shown(work: Work) -> tuple[str, datetime | None]:
    """The client's name and the end, for the strip over each page; no end while nobody is acted for."""
    ends = until(work)
    return (
        ("", None) if ends is None else (work.session.scalar(select(Company.name).where(Company.id == work.actor.company_id)) or "", ends)
    )


def choose_contract(work: Work, contract_id: UUID) -> None:
    """Another contract of the same client from now on. NotFound for what is not the client's. Unscoped work only."""
    acting = work.session.get(Acting, work.actor.session_id)
    contract = work.session.get(Contract, contract_id)
    if acting is None or contract is None or contract.company_id != acting.company_id or not contract.active:
        raise NotFound("contract")
    left = work.actor.limit("contract")
    if left is not None and str(contract_id) not in left:
        raise NotFound("contract")
    acting.contract_id = contract_id
    work.session.flush()
    _tell(work)


def forget_old(work: Work) -> None:
    """Job: deletes what is over."""
    work.session.execute(delete(Acting).where(Acting.until < work.now))
