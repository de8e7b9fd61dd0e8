"""Work behind the exchange: reading and applying files one after the other, adopting those that 1C never asks for, clearing up."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.errors import B2bkitError
from b2bkit.core.i18n import _, language, speaking
from b2bkit_onec import missing, pictures, staging, uploads
from b2bkit_onec.apply.file import DECLARED, apply_file, summary
from b2bkit_onec.apply.gently import gently
from b2bkit_onec.archive import store
from b2bkit_onec.flows import site
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.models import Exchange, Run, Upload
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.staging import Failure
from b2bkit_onec.upload.names import PICTURES, extension

log = logging.getLogger("b2bkit.onec")
Flows = Mapping[str, Chosen]
MOST_ATTEMPTS: Final = 3
IDLE: Final = timedelta(minutes=2)
FILES_KEPT: Final = timedelta(days=3)
EXCHANGES_KEPT: Final = timedelta(days=30)
RUNS_KEPT: Final = timedelta(days=90)
PAUSE: Final = timedelta(milliseconds=300)


def import_next(work: Work, *, settings: OneCSettings, flows: Flows) -> None:
    """Job: takes the first file of the queue one step on. Reading it happens after the commit, so that nobody waits for it."""
    upload = work.session.scalars(
        select(Upload).where(Upload.state == "queued").order_by(Upload.queued_at, Upload.turn, Upload.id).limit(1)
    ).first()
    if upload is None:
        return
    path = staging.folder_of(work.config, upload.exchange_id) / upload.stored
    found = staging.outcome(path)
    if found is not None:
        _finish(work, upload, found, settings, flows)
        uploads.wake(work)
    elif not path.exists():
        _fail(work, upload, Failure(_("The file is gone from the portal's disk."), _("Send it again.")), settings, flows)
        uploads.wake(work)
    elif staging.is_being_read(path):
        work.enqueue(uploads.IMPORT_JOB, due=work.now + PAUSE, unique="next", key="onec")
    elif upload.attempts >= MOST_ATTEMPTS:
        said = _("Reading the file was begun {count} times and never ended.").format(count=upload.attempts)
        _fail(work, upload, Failure(said, _("See why the portal was stopped, then send the file again.")), settings, flows)
        uploads.wake(work)
    else:
        upload.attempts += 1
        work.after_commit(partial(_read, path, upload.name, settings, work))
        uploads.wake(work)


def _read(path: Path, name: str, settings: OneCSettings, work: Work) -> None:
    """Runs in no transaction. What goes wrong unexpectedly is logged, and the next step begins anew."""
    lang = work.lang or language()
    try:
        with speaking(lang, work.translations(lang)):
            staging.read_in_child(path, name, settings)
    except Exception:
        log.exception("reading a file of 1C", extra={"file": name})


def _finish(work: Work, upload: Upload, found: Path | Failure, settings: OneCSettings, flows: Flows) -> None:
    if isinstance(found, Failure):
        _fail(work, upload, found, settings, flows)
    elif extension(upload.name) == "zip":
        _unpacked(work, upload, found)
    else:
        _apply(work, upload, found, settings, flows)


def _fail(work: Work, upload: Upload, why: Failure, settings: OneCSettings, flows: Flows) -> None:
    place = f":{why.line}:{why.column}" if why.line else ""
    message = f"{upload.name}{place}: {why.reason} {why.cure}"
    upload.refused = [{"line": why.line, "element": "", "id": "", "code": why.code, "whole": True, "reason": why.reason, "cure": why.cure}]
    uploads.settle(work, upload, "failed", message)
    site.not_taken(work, upload, f"{upload.name}{place}: {why.reason}", why.cure, flows, settings)
    erp.failed(work, SYSTEM_NAME, message)


def _unpacked(work: Work, archive: Upload, lines: Path) -> None:
    """The XML files of an archive are files of the exchange as if they had come one by one; pictures and papers stay in their folder."""
    files, skipped = staging.unpacked(lines)
    known = {one.name.casefold(): one for one in work.session.scalars(select(Upload).where(Upload.exchange_id == archive.exchange_id))}
    beside = [one for one in files if extension(one[0]) != "xml"]
    pictures.beside(work, archive, [one for one in beside if extension(one[0]) in PICTURES])
    for name, stored, size in files:
        if extension(name) != "xml":
            continue
        if (old := known.get(name.casefold())) is not None:
            work.session.delete(old)
            work.session.flush()
        inner = f"{archive.stored}.d/{stored}"
        row = {
            "id": new_id(),
            "exchange_id": archive.exchange_id,
            "name": name,
            "stored": inner,
            "size": size,
            "parts": 1,
            "received_at": work.now,
        }
        work.session.add(Upload(**row, state="receiving"))
    archive.counts = {"files": {"told": len(files), "new": len(files) - len(beside), "changed": 0}}
    archive.refused = [
        {"line": 0, "element": "", "id": name, "code": "skipped", "whole": True, "reason": why, "cure": ""} for name, why in skipped
    ]
    archive.size = 0  # what it held is counted by its files
    uploads.settle(work, archive, "unpacked")


def _apply(work: Work, upload: Upload, lines: Path, settings: OneCSettings, flows: Flows) -> None:
    """All of the file or nothing of it."""
    try:
        with work.session.begin_nested():
            intake = gently(
                lambda: apply_file(
                    work,
                    name=upload.name,
                    items=lambda: staging.staged(lines),
                    declared=lambda: staging.staged(lines, DECLARED),
                    settings=settings,
                )
            )
            work.session.flush()
    except DBAPIError as error:
        if error.connection_invalidated or _lost_a_race(error):
            raise
        log.exception("applying a file of 1C", extra={"file": upload.name})
        why = Failure(_("The portal's database refused the file."), _("Nothing was changed; the portal's log tells more."))
        _fail(work, upload, why, settings, flows)
    except B2bkitError as error:
        _fail(work, upload, Failure(str(error), _("Nothing was changed.")), settings, flows)
    except Exception:
        log.exception("applying a file of 1C", extra={"file": upload.name})
        why = Failure(_("The portal could not apply the file."), _("Nothing was changed; the portal's log tells more."))
        _fail(work, upload, why, settings, flows)
    else:
        upload.counts, upload.refused = intake.counts, intake.refused
        uploads.settle(work, upload, "done", summary(intake))
        site.taken(work, upload, flows, settings)
        erp.heard(work, SYSTEM_NAME)


def _lost_a_race(error: DBAPIError) -> bool:
    """Serialization failure, deadlock, lock timeout: the task is tried again."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01", "55P03") or "database is locked" in str(error.orig)


def adopt(work: Work) -> None:
    """Job: imports whole files that 1C sent and did not ask to be imported (an option of УТ, and old exchanges of orders).

    Exchanges in their order, after two minutes without a request. A file of which a later exchange brought another is left as it is.
    """
    for exchange_id in _idle(work):
        waiting = work.session.scalars(select(Upload).where(Upload.exchange_id == exchange_id, Upload.state == "receiving")).all()
        archives = [one for one in waiting if extension(one.name) == "zip"]
        taken = archives or [one for one in waiting if extension(one.name) == "xml" and not _outrun(work, one)]
        uploads.queue(work, taken)
    stuck = select(Upload.id).where(Upload.state == "queued", Upload.queued_at < work.now - IDLE)
    if work.session.scalars(stuck.limit(1)).first() is not None:
        uploads.wake(work)


def _idle(work: Work) -> Sequence[UUID]:
    waits = exists().where(Upload.exchange_id == Exchange.id, Upload.state == "receiving")
    recent = work.now - FILES_KEPT
    statement = select(Exchange.id).where(waits, Exchange.seen_at < work.now - IDLE, Exchange.seen_at > recent)
    return work.session.scalars(statement.order_by(Exchange.started_at, Exchange.id)).all()


def _outrun(work: Work, upload: Upload) -> bool:
    """Whether a later exchange of the kind has imported a file of this name: this one is older than what the portal knows."""
    own, later = aliased(Exchange), aliased(Exchange)
    statement = (
        select(Upload.id)
        .join(later, later.id == Upload.exchange_id)
        .join(own, own.id == upload.exchange_id)
        .where(Upload.name == upload.name, Upload.state.in_(("queued", "done")), later.kind == own.kind, later.started_at > own.started_at)
    )
    return work.session.scalars(statement.limit(1)).first() is not None


def clear_up(work: Work, *, days: int) -> None:
    """Job: folders after three days, exchanges after thirty, those that brought nothing after three; runs of flows after ninety;
    messages after `days`."""
    limit = work.now - FILES_KEPT
    old = work.session.scalars(select(Exchange.id).where(Exchange.seen_at < limit)).all()
    uploads.drop_older(work, old)
    empty = ~exists().where(Upload.exchange_id == Exchange.id)
    idle = (Exchange.seen_at < limit) & empty & (Exchange.orders == 0)
    work.session.execute(delete(Exchange).where(idle | (Exchange.seen_at < work.now - EXCHANGES_KEPT)))
    store.forget(work, days=days)
    missing.put_together(work)
    work.session.execute(delete(Run).where(Run.started_at < work.now - RUNS_KEPT, Run.outcome != "running"))
    kept = {exchange_id.hex for exchange_id in work.session.scalars(select(Exchange.id).where(Exchange.seen_at >= limit))}
    work.after_commit(lambda: _clear_folders(list(_folders(work.config.data / "onec", kept)), limit.timestamp()))


def _folders(place: Path, kept: set[str]) -> Iterator[Path]:
    if place.is_dir():
        yield from (folder for folder in place.iterdir() if folder.name not in kept and _is_ours(folder.name))


def _is_ours(name: str) -> bool:
    return len(name) == 32 and all(char in "0123456789abcdef" for char in name)


def _clear_folders(folders: Sequence[Path], _before: float) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
