"""Files that take a while: asked for on a page, made by a job, fetched by who asked while they live, told by a notice."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, false, select, true, update

from b2bkit.core.accounts.models import Company
from b2bkit.core.accounts.scopes import company_scope
from b2bkit.core.audit.service import record
from b2bkit.core.config import Config
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import NotificationKind, OpenWork, Scope
from b2bkit.core.files.events import FilePrepared
from b2bkit.core.files.models import PreparedFile
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.jobs.queue import enqueue
from b2bkit.core.web.formatting import num
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Actor, Work

LIVES: Final = timedelta(days=1)  # after it was made
_WAITS: Final = timedelta(days=7)  # for a job that never comes
_ORPHANED: Final = 86_400  # seconds after which nobody is about to name a file
MOST: Final = 10  # of a person at once
FORGET: Final = "files.forget_prepared"


class Prepared(NamedTuple):
    """A file that was asked for. `size` in bytes; `ready`: it can be fetched until `until`."""

    id: UUID
    label: str
    size: int
    ready: bool
    asked_at: datetime
    until: datetime

    @property
    def size_said(self) -> str:
        """`1,2 MB`: how much there is to fetch."""
        size = (Decimal(self.size) / 1_000_000).quantize(Decimal("0.1"))
        return _("%(size)s MB") % {"size": num(max(size, Decimal("0.1")), lang=language())}


def ask(work: Work, *, job: str, label: str, arguments: Mapping[str, object]) -> UUID:
    """Has a job make a file for the actor; the same asked for again while it waits is the same. Returns its id.

    The job is called with `prepared_file_id`, `lang`, `contract_id` and the arguments, plain JSON values, and ends with `deliver`.
    Staff who act for a client get it themselves, called by the client's name. Raises Refused beyond ten, and for who acts for no client.
    """
    actor = work.actor
    if actor.kind != "client" or actor.user_id is None or actor.company_id is None:
        raise Refused(Problem("files.for_clients", _("A file is made for a client. Act for the client and ask for it there.")))
    if actor.on_behalf is not None:
        client = work.session.scalar(select(Company.name).where(Company.id == actor.company_id))
        label = _("%(file)s, for %(client)s") % {"file": label, "client": client}
    label = label[:250]
    mine = [row for row in asked_for(work) if not row.ready and row.label == label]
    if mine:
        return mine[0].id
    if len(asked_for(work)) >= MOST:
        told = _("You have %(most)d files that wait or can be fetched. Fetch them, or ask again tomorrow.") % {"most": MOST}
        raise Refused(Problem("files.too_many_prepared", told))
    row_id = new_id()
    row = {"id": row_id, "company_id": actor.company_id, "user_id": actor.user_id, "job": job, "label": label, "filename": ""}
    blank = {"name": "", "type": "", "size": 0, "state": "waiting", "asked_at": work.now, "until": work.now + _WAITS}
    work.session.insert_rows(PreparedFile, [{**row, **blank}])
    contract_id = str(actor.contract_id or "")
    given = {"prepared_file_id": str(row_id), "lang": language(), "contract_id": contract_id, **arguments}
    enqueue(work, job, due=None, unique=str(row_id), key=None, arguments=given)
    record(work, action="files.asked", entity="prepared_file", entity_id=row_id, company_id=actor.company_id, details={"file": label})
    return row_id


def asked_for(work: Work, prepared_file_id: UUID | None = None) -> Sequence[Prepared]:
    """The actor's files that wait or can be fetched, the newest first, or the one with this id: one statement."""
    columns = (PreparedFile.id, PreparedFile.label, PreparedFile.size, PreparedFile.state, PreparedFile.asked_at, PreparedFile.until)
    statement = select(*columns).where(PreparedFile.until > work.now).order_by(PreparedFile.asked_at.desc(), PreparedFile.id.desc())
    if prepared_file_id is not None:
        statement = statement.where(PreparedFile.id == prepared_file_id)
    return [Prepared(*row[:3], row[3] == "ready", *row[4:]) for row in work.session.execute(statement)]


def one_asked_for(work: Work, prepared_file_id: UUID) -> Prepared:
    """One of them. Raises NotFound alike for absent, somebody else's and dead."""
    found = asked_for(work, prepared_file_id)
    if not found:
        raise NotFound("file")
    return found[0]


def whose(work: Work, prepared_file_id: UUID) -> tuple[UUID, UUID] | None:
    """(user, company) of a file that still waits; None when it was made or is wanted no more. For its job."""
    columns = (PreparedFile.user_id, PreparedFile.company_id)
    waiting = (PreparedFile.id == prepared_file_id, PreparedFile.state == "waiting")
    found = work.session.execute(select(*columns).where(*waiting)).one_or_none()
    return (found[0], found[1]) if found is not None else None


def deliver(open_work: OpenWork, prepared_file_id: UUID, source: Path, *, filename: str, kind: str) -> None:
    """Ends a job: the file is kept under a random name, can be fetched for a day, and who asked is told. Again, it changes nothing."""
    with open_work() as work:
        row = work.session.get(PreparedFile, prepared_file_id)
        if row is None or row.state != "waiting":
            return
        name = secrets.token_hex(16)
        path = path_of(work.config, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        values = {"name": name, "filename": filename[:250], "type": kind, "size": path.stat().st_size, "state": "ready"}
        until = work.now + LIVES
        mine = PreparedFile.id == prepared_file_id
        work.session.execute(update(PreparedFile).where(mine).values(**values, until=until))
        fact = FilePrepared(prepared_file_id, row.user_id, row.company_id, row.label, until)
        work.publish(fact, key=f"prepared:{prepared_file_id}")


def drop(open_work: OpenWork, prepared_file_id: UUID) -> None:
    """Ends a job whose file nobody may have any more."""
    with open_work() as work:
        work.session.execute(delete(PreparedFile).where(PreparedFile.id == prepared_file_id))


def path_of(config: Config, name: str) -> Path:
    """Where a file lies."""
    return config.data / "prepared" / name[:2] / name


def file_of(work: Work, prepared_file_id: UUID) -> tuple[str, str, Path]:
    """(file name, media type, path). Raises NotFound alike for absent, somebody else's, not made yet and dead."""
    columns = (PreparedFile.filename, PreparedFile.type, PreparedFile.name)
    alive = (PreparedFile.id == prepared_file_id, PreparedFile.state == "ready", PreparedFile.until > work.now)
    found = work.session.execute(select(*columns).where(*alive)).one_or_none()
    if found is None or not found[2] or not (path := path_of(work.config, found[2])).is_file():
        raise NotFound("file")
    return found[0], found[1], path


def forget(work: Work) -> None:
    """Job: deletes what has died, the files with it, and files of processes that were killed before they could say what they had made."""
    dead = work.session.execute(select(PreparedFile.id, PreparedFile.name).where(PreparedFile.until <= work.now)).all()
    for id_, name in dead:
        work.session.execute(delete(PreparedFile).where(PreparedFile.id == id_))
        if name:
            work.after_commit(lambda name=name: path_of(work.config, name).unlink(missing_ok=True))  # type: ignore[misc]
    known = set(work.session.scalars(select(PreparedFile.name)))
    for path in (work.config.data / "prepared").glob("*/*"):
        if path.name not in known and path.stat().st_mtime < time.time() - _ORPHANED:
            path.unlink(missing_ok=True)


def own(actor: Actor) -> ColumnElement[bool]:
    """A person's own, within the company that he acts for; of staff, for any client that they see."""
    if actor.kind == "system":
        return true()
    if actor.user_id is None:
        return false()
    return company_scope(actor, PreparedFile.company_id) & (PreparedFile.user_id == actor.user_id)


SCOPE: Final = Scope(name="files.prepared_files", entity=PreparedFile, criterion=own)


def _who(_work: Work, event: FilePrepared) -> Iterable[UUID]:
    return [event.user_id]


def _told(work: Work, event: FilePrepared) -> Mapping[str, str]:
    local = event.until.astimezone(work.config.portal.zone)
    return {"file": event.label, "until": local.strftime("%d.%m.%Y, %H:%M")}


def _where(work: Work, _event: FilePrepared) -> str:
    return Urls([work.kit.routes["files.prepared"]]).path("files.prepared")


KIND: Final = NotificationKind(
    name="files.prepared",
    label=N_("A file that I asked for is ready"),
    event=FilePrepared,
    recipients=_who,
    context=_told,
    title=N_("{file}: ready"),
    text=N_("Fetch it until {until}; then it is deleted, and you ask for a fresh one."),
    route=_where,
    samples={"file": N_("Price list"), "until": "25.11.2026, 14:05"},
)
