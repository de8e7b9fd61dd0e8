"""Wishes for other data on their way to the ERP: each is a task for the client's manager there (1C: ЗадачаИсполнителя)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.changes_words import in_words
from b2bkit.core.accounts.models import Company
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.i18n import N_, _, speaking
from b2bkit.core.work import Work

KIND: Final = "accounts.change"
ON_ITS_WAY: Final = N_("on its way to 1C")
IN_1C: Final = N_("in 1C as task {number}")
DONE: Final = N_("done in 1C: the new data come with its next exchange")
NOT_TAKEN: Final = N_("1C did not take the task, the manager decides here")

_SAID: Final[Mapping[str, str]] = {"waiting": ON_ITS_WAY, "open": ON_ITS_WAY, "done": DONE, "refused": NOT_TAKEN}


def owe(work: Work, request: ChangeRequest) -> None:
    """Gives the wish to the client's manager in the ERP, in the language of the portal; nothing where the ERP takes no tasks."""
    lang = work.config.portal.languages[0]
    company = work.session.scalar(select(Company.name).where(Company.id == request.company_id)) or ""
    with speaking(lang, work.translations(lang)):
        title = _("{company}: other data of {label}").format(company=company, label=request.label)
        parts = [f"{line.label}: {line.old or '—'} → {line.new or '—'}" for line in in_words(request)]
    party = request.entity_id if request.entity == "legal_entity" else None
    text = "\n".join([*parts, request.note] if request.note else parts)
    tasks.give(
        work, kind=KIND, about=request.id, company_id=request.company_id, title=title, text=text, party_id=party, author=work.actor.name
    )


def forget(work: Work, request: ChangeRequest) -> None:
    """The wish was declined or taken back: the manager in the ERP has nothing to do any more."""
    lang = work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        tasks.void(work, kind=KIND, about=request.id)


def states(work: Work, requests: Sequence[ChangeRequest]) -> Mapping[UUID, str]:
    """Wish -> how far it has come in the ERP, in words, for those that wait and were given to it. One statement."""
    ids = [one.id for one in requests if one.state == "waiting"]
    given = select(GivenTask).where(GivenTask.kind == KIND, GivenTask.about.in_(ids))
    return {row.about: _words(row) for row in work.session.scalars(given)} if ids else {}


def _words(row: GivenTask) -> str:
    if row.state == "open" and row.number:
        return _(IN_1C).format(number=row.number)
    said = _SAID.get(row.state)
    return _(said) if said else ""
