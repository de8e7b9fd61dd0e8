"""JSON: who am I, and under which contracts can I order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import falcon
from pydantic import BaseModel

from b2bkit.core.accounts import companies
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Operation
from b2bkit.core.web.handling import reply, work_of


class MeOut(BaseModel):
    """The signed-in person."""

    user_id: UUID
    name: str
    role: str
    company_id: UUID | None
    contract_id: UUID | None
    permissions: dict[str, str]


class ContractOut(BaseModel):
    """A contract of the company (1C: Договор контрагента)."""

    id: UUID
    number: str
    signed_on: date | None
    legal_entity: str
    tax_id: str
    currency: str
    payment_delay_days: int
    active: bool


class ContractsOut(BaseModel):
    """All contracts of the company."""

    items: list[ContractOut]


ME = {"GET": Operation(summary="Tell who is signed in and what they may do", answer=MeOut)}
CONTRACTS = {"GET": Operation(summary="List the company's contracts", answer=ContractsOut)}


class Me:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        actor = work_of(req).actor
        if actor.user_id is None:
            raise NotFound("user")
        levels = {name: level.value for name, level in sorted(actor.levels.items())}
        known = MeOut(
            user_id=actor.user_id,
            name=actor.name,
            role=actor.role,
            company_id=actor.company_id,
            contract_id=actor.contract_id,
            permissions=levels,
        )
        reply(req, resp, known)


class Contracts:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        work = work_of(req)
        rows = companies.contracts(work, company_id=work.actor.company_id) if work.actor.company_id else []
        reply(req, resp, ContractsOut(items=[ContractOut(**row._asdict()) for row in rows]))
