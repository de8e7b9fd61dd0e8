"""Контакты and Представители of counterparties -> contact persons of their companies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.db.rows import Row, parts, save
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import ContactPerson
from b2bkit_onec.apply.classifier import LONGEST_REF
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml import records
from b2bkit_onec.sessions import SYSTEM_NAME

PHONES: Final = ("тел", "моб", "факс")
_PHONE: Final = re.compile(r"\+?[\d\s().-]{5,}")


def apply(intake: Intake, given: Mapping[str, records.Counterparty], companies: Mapping[str, UUID]) -> None:
    """Each counterparty's people, and one row with its own phones and addresses of mail. Who is not named any more is put away.

    Where contact persons come by OData, or not at all, CommerceML says nothing of them: 1C names the same people otherwise there.
    """
    from b2bkit_onec.flows.choice import choose  # which knows what runs flows, and that knows this module

    if choose(intake.settings)["contacts"].way != "site":
        return
    wanted: dict[str, Row] = {}
    for ref, one in given.items():
        for person_ref, row in _people(ref, one):
            wanted[person_ref] = {**row, "company_id": companies[ref], "active": not one.deleted}
    gone = _gone(intake, given, companies, wanted)
    ids, _new = intake.known_or_new("contact_person", wanted)
    rows: dict[UUID, Row] = {ids[ref]: row for ref, row in wanted.items()} | {id_: {"active": False} for id_ in gone}
    if rows:
        intake.count("people", len(wanted), save(intake.work.session, ContactPerson, rows))


def _people(ref: str, one: records.Counterparty) -> Iterable[tuple[str, Row]]:
    phone, email = reached_by(one.contacts)
    if phone or email:
        yield f"{ref}/*", {"name": one.name[:250], "position": _("General contacts"), "phone": phone, "email": email}
    for person in one.people:
        if person.name:
            phone, email = reached_by(person.contacts)
            key = f"{ref}/{person.id or person.name}"[:LONGEST_REF]
            yield key, {"name": person.name[:250], "position": person.relation[:250], "phone": phone, "email": email}


def reached_by(contacts: Sequence[records.Contact]) -> tuple[str, str]:
    """(phones, first address of mail). What kind a contact is, exporters word as they like: what it looks like decides too."""
    phones = [one.value for one in contacts if one.kind.casefold().startswith(PHONES) or _PHONE.fullmatch(one.value)]
    emails = [one.value for one in contacts if "@" in one.value]
    return ", ".join(dict.fromkeys(phones))[:100], (emails[0][:254] if emails else "")


def _gone(
    intake: Intake, given: Mapping[str, records.Counterparty], companies: Mapping[str, UUID], wanted: Mapping[str, Row]
) -> list[UUID]:
    """People of these counterparties whom an earlier file named and this one does not."""
    found: list[UUID] = []
    for part in parts({companies[ref] for ref in given}):
        known = intake.work.session.scalars(select(ContactPerson.id).where(ContactPerson.company_id.in_(part), ContactPerson.active)).all()
        refs = erp.refs_for(intake.work, system=SYSTEM_NAME, entity="contact_person", ids=known)
        found += [id_ for id_, ref in refs.items() if ref not in wanted and ref.rpartition("/")[0] in given]
    return found
