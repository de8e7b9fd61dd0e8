"""Requests for originals in the ERP: one task for the client's manager, whose end there is an answer here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.erp.service import tasks
from b2bkit.core.i18n import _, speaking
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.service.find import KINDS
from b2bkit.plugins.documents.models import OriginalsRequest

KIND: Final = "documents.originals"


def ask(work: Work, request: OriginalsRequest, papers: Sequence[Paper]) -> None:
    """Owes the task, in the portal's first language. Nothing where the ERP takes none."""
    from b2bkit.plugins.documents.service.originals import WAYS

    lang = work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        lines = [f"{_(KINDS[one.kind])} {one.number}, {one.on.strftime('%d.%m.%Y')}" for one in papers]
        title = _("Originals of papers: {count}").format(count=len(papers))
        text = "\n".join([_(WAYS[request.way]), *lines, *([request.note] if request.note else [])])
    tasks.give(
        work, kind=KIND, about=request.id, company_id=request.company_id, title=title, text=text[:3000],
        party_id=papers[0].legal_entity_id, author=request.asker,
    )  # fmt: skip


def forget(work: Work, request: OriginalsRequest) -> None:
    """It was dealt with here: nobody in the ERP has to."""
    tasks.void(work, kind=KIND, about=request.id)


def answered(work: Work, event: TaskAnswered) -> None:
    """Subscriber: the task's end in the ERP. Done: the papers are on their way; refused: declined. Heard twice, it is one step."""
    from b2bkit.plugins.documents.service import originals

    mine = select(OriginalsRequest).where(OriginalsRequest.id == event.about, OriginalsRequest.company_id == event.company_id)
    request = work.session.scalars(mine.with_for_update()).one_or_none()
    if event.kind != KIND or request is None or request.state != "asked":
        return
    originals.set_state(work, request, to="on_way" if event.state == "done" else "declined", answer=event.text)
