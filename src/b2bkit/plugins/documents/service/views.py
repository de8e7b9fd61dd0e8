"""Looking at papers: each opening is noted, and what it opens is for one person and some minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotFound, PaperUse, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.core.settlements.service import prints
from b2bkit.plugins.documents.models import DocumentForm, DocumentView
from b2bkit.plugins.documents.service import forms, policy
from b2bkit.plugins.documents.service.stamp import stamped


@dataclass(frozen=True, slots=True)
class Opened:
    """What a person opened: the paper, its form as far as it has come, until when he can fetch it."""

    view: DocumentView
    paper: Paper
    form: DocumentForm


def open_paper(work: Work, *, paper_id: UUID, use: PaperUse = "view") -> UUID:
    """Notes that the actor opens a paper and has its form fetched where it is not here; returns the id of the opening.

    NotFound for a paper that he does not see, and where the rules do not allow the use.
    """
    work.require(PAPERS)
    paper = paper_of(work, paper_id)
    if not policy.opens(work, paper.company_id):
        raise NotFound("form")
    prints.require(work, paper.kind, use)
    hold(work.session, Paper, paper.id)
    forms.ask(work, paper, file=use == "download")
    view_id = new_id()
    until = work.now + timedelta(minutes=policy.settings_of(work).open_for)
    row: dict[str, Any] = {
        "id": view_id, "company_id": paper.company_id, "paper_id": paper.id, "user_id": work.actor.user_id, "kind": use,
        "stamp": _stamp(work, paper, view_id), "opened_at": work.now, "until": until,
    }  # fmt: skip
    work.session.insert_rows(DocumentView, [row])
    action = "documents.viewed" if use == "view" else "documents.downloaded"
    details = {"kind": paper.kind, "number": paper.number, "view": str(view_id)}
    record(work, action=action, entity="paper", entity_id=paper.id, company_id=paper.company_id, details=details)
    return view_id


def paper_of(work: Work, paper_id: UUID) -> Paper:
    """A paper that the actor sees. NotFound alike for absent, taken back and another company's."""
    found = work.session.scalars(select(Paper).where(Paper.id == paper_id, Paper.active.is_(True))).one_or_none()
    if found is None:
        raise NotFound("paper")
    return found


def _stamp(work: Work, paper: Paper, view_id: UUID) -> str:
    """`Юрий Дубовик · Экопакет · 23.11.2026 14:05 · 3f9a1c`: the last part finds the opening again."""
    staff = work.actor.kind == "staff" or work.actor.on_behalf is not None
    company = work.config.portal.name if staff else work.session.scalar(select(Company.name).where(Company.id == paper.company_id))
    at = work.now.astimezone(work.config.portal.zone).strftime("%d.%m.%Y %H:%M")
    return " · ".join([work.actor.name[:60], (company or "")[:60], at, view_id.hex[-6:]])


def opened(work: Work, *, paper_id: UUID, view_id: UUID, use: PaperUse | None = None) -> Opened:
    """What the actor opened, while it is open. NotFound alike for absent, somebody else's, over, and no longer allowed. Two statements."""
    statement = select(DocumentView, Paper).join(Paper, Paper.id == DocumentView.paper_id)
    mine = (DocumentView.id == view_id, DocumentView.paper_id == paper_id, Paper.active.is_(True), DocumentView.until > work.now)
    found = work.session.execute(statement.where(*mine)).one_or_none()
    if found is None or (use is not None and found[0].kind != use):
        raise NotFound("view")
    prints.require(work, found[1].kind, "download" if found[0].kind == "download" else "view")
    form = work.session.scalars(select(DocumentForm).where(DocumentForm.paper_id == paper_id)).one_or_none()
    if form is None:
        raise NotFound("form")
    return Opened(found[0], found[1], form)


def page(work: Work, *, paper_id: UUID, view_id: UUID, number: str) -> bytes:
    """A page as PNG with the viewer's mark. NotFound for what is not open, not ready, or no page of it."""
    seen = opened(work, paper_id=paper_id, view_id=view_id)
    if seen.form.state != "ready" or not (number.isascii() and number.isdigit() and len(number) <= 3 and number[0] != "0"):
        raise NotFound("page")
    path = forms.path_of(work.config, seen.form.name, int(number))
    if int(number) > len(seen.form.pages) or not path.is_file():
        raise NotFound("page")
    return stamped(path, seen.view.stamp)


def file_of(work: Work, *, paper_id: UUID, view_id: UUID) -> tuple[str, Path]:
    """(file name, path) of the file that was opened to be taken. NotFound for anything else, whatever lies on the disk."""
    seen = opened(work, paper_id=paper_id, view_id=view_id, use="download")
    path = forms.path_of(work.config, seen.form.name)
    if seen.form.state != "ready" or not seen.form.size or not path.is_file():
        raise NotFound("file")
    return f"{seen.paper.number}.pdf", path
