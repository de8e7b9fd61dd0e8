"""Contact persons as the supplier knows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from b2bkit.core.db.rows import save
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service.refs import ids_for, remember
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import ContactPerson
from b2bkit.core.settlements.news import ContactNews, Taken
from b2bkit.core.settlements.service.known import Refused
from b2bkit.core.work import Work


def take_contacts(work: Work, news: Sequence[ContactNews], *, system: str) -> Taken:
    """New ones are made, known ones changed; one who is told to have left is kept and not shown. They get no sign-in by this."""
    companies = ids_for(work, system=system, entity="company", refs=(one.partner_ref for one in news))
    ids = dict(ids_for(work, system=system, entity="contact_person", refs=(one.ref for one in news)))
    rows, refused = dict[UUID, dict[str, Any]](), list[Refused]()
    for one in news:
        company_id = companies.get(one.partner_ref)
        if company_id is None or not one.name:
            refused.append(_why(one, company_id))
            continue
        rows[ids.setdefault(one.ref, new_id())] = {
            "company_id": company_id,
            "name": one.name[:250],
            "position": one.position[:250],
            "phone": one.phone[:100],
            "email": one.email[:254],
            "active": one.active,
        }
    change = save(work.session, ContactPerson, rows)
    remember(work, system=system, entity="contact_person", pairs={ref: id_ for ref, id_ in ids.items() if id_ in rows})
    return Taken(len(news), change.new, change.changed, 0, tuple(refused))


def _why(one: ContactNews, company_id: UUID | None) -> Refused:
    if company_id is None:
        return one.ref, _("The portal does not know this client."), _("Include the client in the exchange of counterparties first.")
    return one.ref, _("The contact person has no name."), _("Fill in the name in 1C.")
