"""Printed forms: fetched from the ERP by a job, made into pictures in a child process, kept under random names."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from b2bkit import NotFound, OpenWork, Work
from b2bkit.core.config import Config
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import N_, _
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.service import prints
from b2bkit.plugins.documents.models import DocumentForm, DocumentView
from b2bkit.plugins.documents.service.policy import settings_of

FETCH: Final = "documents.fetch"
SECONDS: Final = 110
AGAIN: Final = timedelta(minutes=5)  # after which what was refused is tried again
_ORPHANED: Final = 86_400  # seconds after which nobody is about to name a file
WHY: Final[Mapping[str, str]] = {
    "none": N_("1C has no printed form of this paper."),
    "bytes": N_("The printed form is larger than 30 MB."),
    "pages": N_("The printed form has more pages than can be shown."),
    "no-pdf": N_("The printed form cannot be read."),
    "died": N_("The printed form broke the program that reads it."),
}


class Made(NamedTuple):
    """What became of a file: pictures under `name`, or `why` there are none. `size`: bytes of the file where it is kept."""

    name: str = ""
    pages: tuple[dict[str, Any], ...] = ()
    size: int = 0
    why: str = ""


def path_of(config: Config, name: str, page: int | None = None) -> Path:
    """Where a page's picture lies; without a page the file itself."""
    return config.data / "documents" / name[:2] / (f"{name}.pdf" if page is None else f"{name}-{page}.png")


def ask(work: Work, paper: Paper, *, file: bool) -> DocumentForm:
    """The form of a paper as it is here; where it is missing or out of date, a job fetches it. `file`: the file is wanted too."""
    form = work.session.scalars(select(DocumentForm).where(DocumentForm.paper_id == paper.id).with_for_update()).one_or_none()
    if form is not None and not _stale(work, form, paper, file=file):
        return form
    if form is None:
        form = DocumentForm(id=new_id(), company_id=paper.company_id, paper_id=paper.id, name="", size=0, pages=[], made_at=None)
        work.session.add(form)
    form.version, form.state, form.why, form.asked_at = paper.version, "waiting", "", work.now
    work.session.flush()
    work.enqueue(FETCH, unique=str(paper.id), key=str(paper.id), paper_id=str(paper.id))
    return form


def _stale(work: Work, form: DocumentForm, paper: Paper, *, file: bool) -> bool:
    if form.version != paper.version:
        return True
    if form.state == "refused":
        return form.made_at is None or work.now - form.made_at > AGAIN
    if form.state == "waiting":
        return work.now - form.asked_at > AGAIN
    return (file and not form.size) or not path_of(work.config, form.name, 1).is_file()


def fetch(open_work: OpenWork, *, paper_id: str) -> None:
    """Job: the form of a paper, from the ERP into pictures. Raises what the gateway raises, to be tried again."""
    id_ = UUID(paper_id)
    with open_work(write=False) as work:
        form = work.session.scalars(select(DocumentForm).where(DocumentForm.paper_id == id_)).one_or_none()
        paper = work.session.get(Paper, id_)
        if form is None or form.state != "waiting" or paper is None:
            return
        version, config, most = paper.version, work.config, settings_of(work).pages
        keeps = prints.allowed(work, paper.kind, "download")
    try:
        data = prints.form(open_work, paper_id=id_, use="view")
    except NotFound:  # taken back, or forbidden, since it was asked for
        data = None
    made = Made(why="none") if data is None else draw(config, data, most=most, keep=keeps)
    with open_work() as work:
        _note(work, id_, version, made)


def _note(work: Work, paper_id: UUID, version: str, made: Made) -> None:
    form = work.session.scalars(select(DocumentForm).where(DocumentForm.paper_id == paper_id).with_for_update()).one_or_none()
    if form is None:
        drop(work.config, made.name)
        return
    before, config = form.name, work.config
    form.version, form.state, form.why = version, "refused" if made.why else "ready", made.why
    form.name, form.pages, form.size, form.made_at = made.name, list(made.pages), made.size, work.now
    work.session.flush()
    work.signal("papers", paper_id, companies=(form.company_id,), staff=True)
    if before:
        work.after_commit(lambda: drop(config, before))


def draw(config: Config, data: bytes, *, most: int, keep: bool) -> Made:
    """Pictures of a file's pages, made in a child process; the file itself is kept only where it may leave."""
    name = secrets.token_hex(16)
    target = path_of(config, name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="b2bkit-form-") as folder:
        source = Path(folder) / "form.pdf"
        source.write_bytes(data)
        told = _in_child(source, target.with_suffix(""), most)
    if "refused" in told:
        drop(config, name)
        return Made(why=str(told["refused"]))
    if keep:
        target.write_bytes(data)
    pages: Any = told["pages"]
    return Made(name, tuple({"width": int(one["width"]), "height": int(one["height"])} for one in pages), len(data) if keep else 0)


def _in_child(source: Path, target: Path, most: int) -> dict[str, object]:
    command = [sys.executable, "-I", "-m", "b2bkit.plugins.documents.render", str(source), str(target), str(most)]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=environment, check=False)
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return {"refused": "died"}
    return told if isinstance(told, dict) else {"refused": "died"}


def drop(config: Config, name: str) -> None:
    """Deletes the files of a form."""
    if name:
        for path in (config.data / "documents" / name[:2]).glob(f"{name}*"):
            path.unlink(missing_ok=True)


def forget(work: Work) -> None:
    """Job: forms that were kept long enough or whose paper was taken back go with their files, and what people opened long ago."""
    before = work.now - timedelta(days=settings_of(work).keep)
    old = select(DocumentForm).join(Paper, Paper.id == DocumentForm.paper_id)
    for form in work.session.scalars(old.where(or_(DocumentForm.made_at < before, Paper.active.is_(False))).limit(500)):
        name = form.name
        work.session.delete(form)
        work.after_commit(lambda name=name: drop(work.config, name))  # type: ignore[misc]
    for view in work.session.scalars(select(DocumentView).where(DocumentView.until < before).limit(500)):
        work.session.delete(view)
    work.session.flush()
    known = set(work.session.scalars(select(DocumentForm.name)))
    for path in (work.config.data / "documents").glob("*/*"):
        if path.name[:32] not in known and path.stat().st_mtime < time.time() - _ORPHANED:
            path.unlink(missing_ok=True)


def why_said(form: DocumentForm) -> str:
    """Why there is no form, in words; "" where there is one."""
    return _(WHY.get(form.why, WHY["no-pdf"])) if form.state == "refused" else ""
