"""JSON: delivery addresses. Those of one's own are added, changed and put away; those of the ERP are read."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.accounts import companies, own_addresses
from b2bkit.core.accounts.company_pages import company_of
from b2bkit.core.accounts.models import Address
from b2bkit.core.extend.things import Operation
from b2bkit.core.web.handling import Request, Response, read_json, refuse_unread, reply, work_of

Line = Annotated[str, Field(max_length=250)]


class AddressIn(BaseModel):
    """A delivery address. `consignee`: who takes the goods where it is not the buyer himself (1C: Грузополучатель)."""

    model_config = ConfigDict(extra="forbid")
    label: Line
    text: str = Field(max_length=1000)
    consignee: Line = ""
    contact: Line = ""
    phone: str = Field("", max_length=40)


class AddressOut(BaseModel):
    """`own`: added here and changed here; the others are kept in the ERP."""

    id: UUID
    label: str
    text: str
    consignee: str
    contact: str
    phone: str
    own: bool


class AddressesOut(BaseModel):
    items: list[AddressOut]


class AddressMade(BaseModel):
    id: UUID


EVERY = {
    "GET": Operation(summary="List the company's delivery addresses", answer=AddressesOut),
    "POST": Operation(summary="Add a delivery address", body=AddressIn, answer=AddressMade, status=201),
}
ONE = {
    "PUT": Operation(summary="Change a delivery address that was added here", body=AddressIn, answer=AddressMade),
    "DELETE": Operation(summary="Put away a delivery address that was added here", status=204),
}


class Addresses:
    """`/api/v1/addresses`."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        found = companies.addresses(work, company_id=work.actor.company_id) if work.actor.company_id else []
        reply(req, resp, AddressesOut(items=[_out(one) for one in found]))

    def on_post(self, req: Request, resp: Response) -> None:
        told, work = read_json(req, AddressIn), work_of(req)
        wanted = own_addresses.Wanted(**told.model_dump())
        made = own_addresses.save(work, company_id=company_of(work), address_id=None, wanted=wanted)
        reply(req, resp, AddressMade(id=made), status=201)


class OneAddress:
    """`/api/v1/addresses/{id}`."""

    def on_put(self, req: Request, resp: Response, address_id: UUID) -> None:
        told, work = read_json(req, AddressIn), work_of(req)
        wanted = own_addresses.Wanted(**told.model_dump())
        reply(req, resp, AddressMade(id=own_addresses.save(work, company_id=company_of(work), address_id=address_id, wanted=wanted)))

    def on_delete(self, req: Request, resp: Response, address_id: UUID) -> None:
        work = work_of(req)
        refuse_unread(req)  # whatever becomes of the address
        own_addresses.archive(work, company_id=company_of(work), address_id=address_id)
        reply(req, resp, None)


def _out(one: Address) -> AddressOut:
    return AddressOut(
        id=one.id, label=one.label, text=one.text, consignee=one.consignee, contact=one.contact, phone=one.phone, own=one.made_here
    )
