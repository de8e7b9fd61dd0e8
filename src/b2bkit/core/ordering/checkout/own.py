"""The core's own steps of the checkout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from b2bkit.core.accounts import companies
from b2bkit.core.accounts.models import Address, LegalEntity
from b2bkit.core.extend.things import CheckoutStep
from b2bkit.core.i18n import N_
from b2bkit.core.ordering.service.drafts import Draft
from b2bkit.core.work import Work


class ConsigneeForm(BaseModel):
    consignee_id: UUID | None = None


class DeliveryForm(BaseModel):
    address_id: UUID | None = None


class NotesForm(BaseModel):
    wanted_on: date | None = None
    comment: str = Field("", max_length=3000)


def _entities(work: Work) -> list[tuple[str, str]]:
    """Active legal entities of the company: (id, name)."""
    rows = work.session.execute(
        select(LegalEntity.id, LegalEntity.name)
        .where(LegalEntity.company_id == work.actor.company_id, LegalEntity.active.is_(True))
        .order_by(LegalEntity.name)
    )
    return [(str(row[0]), row[1]) for row in rows]


def _others(work: Work, draft: Draft) -> list[companies.ContractRow]:
    """Other contracts that the company could order under."""
    if draft.terms is None or not work.actor.shows("company.contracts"):
        return []
    found = companies.contracts(work, company_id=draft.terms.company_id)
    return [one for one in found if one.active and one.id != draft.contract_id]


def whose_applies(work: Work, draft: Draft) -> bool:
    return bool(_others(work, draft)) or len(_entities(work)) > 1


def whose(work: Work, draft: Draft) -> Mapping[str, object]:
    """Other contracts to order under, and who can be the consignee (1C: Грузополучатель) besides the one who buys."""
    own = str(draft.terms.legal_entity_id) if draft.terms else ""
    return {"contracts": _others(work, draft), "consignees": [(id_, name) for id_, name in _entities(work) if id_ != own]}


def take_consignee(work: Work, draft: Draft, values: ConsigneeForm) -> Draft:
    return replace(draft, consignee_id=values.consignee_id)


def _addresses(work: Work, draft: Draft) -> Sequence[Address]:
    if draft.terms is None or not work.actor.shows("company.addresses"):
        return []
    return companies.addresses(work, company_id=draft.terms.company_id)


def places_of(addresses: Sequence[Address]) -> list[tuple[str, str, str]]:
    """Where an order can go to, for the choice: (id, address, label). Labels are said where they tell one from another."""
    told = len({address.label for address in addresses}) > 1
    return [(str(address.id), address.text, address.label if told else "") for address in addresses]


def delivery_applies(work: Work, draft: Draft) -> bool:
    return bool(_addresses(work, draft))


def delivery(work: Work, draft: Draft) -> Mapping[str, object]:
    return {"places": places_of(_addresses(work, draft))}


def take_delivery(work: Work, draft: Draft, values: DeliveryForm) -> Draft:
    return replace(draft, address_id=values.address_id)


def notes(work: Work, draft: Draft) -> Mapping[str, object]:
    return {"today": work.now.astimezone(work.config.portal.zone).date()}


def take_notes(work: Work, draft: Draft, values: NotesForm) -> Draft:
    return replace(draft, wanted_on=values.wanted_on, comment=values.comment.replace("\r\n", "\n").strip())


STEPS = (
    CheckoutStep(
        name="ordering.whose", order=100, label=N_("Who orders"), template="ordering/step_whose.html", form=ConsigneeForm,
        applies=whose_applies, load=whose, complete=take_consignee,
    ),
    CheckoutStep(
        name="ordering.delivery", order=200, label=N_("Delivery"), template="ordering/step_delivery.html", form=DeliveryForm,
        applies=delivery_applies, load=delivery, complete=take_delivery,
    ),
    CheckoutStep(
        name="ordering.notes", order=300, label=N_("When and what else"), template="ordering/step_notes.html", form=NotesForm, load=notes,
        complete=take_notes,
    ),
    CheckoutStep(name="ordering.contents", order=900, label=N_("Contents"), template="ordering/step_contents.html"),
)  # fmt: skip
