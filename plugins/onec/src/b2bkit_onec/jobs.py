"""Work behind the exchange: reading and applying files one after the other, adopting those that 1C never asks for, clearing up."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from b2bkit import OpenWork, Work
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.errors import B2bkitError
from b2bkit.core.i18n import _, language, speaking
from b2bkit_onec import missing, pictures, staging, uploads
from b2bkit_onec.apply.file import DECLARED, OutOfOrder, apply_file, summary
from b2bkit_onec.apply.gently import gently
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.apply.known import Known, known_texts
from b2bkit_onec.apply.taken import Stale
from b2bkit_onec.archive import store
from b2bkit_onec.flows import site
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.elsewhere import Elsewhere
from b2bkit_onec.models import Exchange, Run, Upload
from b2bkit_onec.reading import NotRead, Reading, reading
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


class _Begun(NamedTuple):
    """A file whose reading begins now; `at_once`: what is read is applied meanwhile; `again`: it was begun before."""

    upload_id: UUID
    path: Path
    name: str
    at_once: bool
    again: bool


def import_next(open_work: OpenWork, *, settings: OneCSettings, flows: Flows) -> None:
    """Job: takes the first file of the queue one step on: what was read is applied, else it is read.

    On PostgreSQL, where others may write meanwhile, what is read is applied while the child goes on reading.
    """
    with open_work() as work:
        begun = _step(work, settings, flows)
    if begun is None:
        return
    lang = work.lang or language()
    try:
        with (
            speaking(lang, work.translations(lang)),
            _known(open_work, begun, settings) as known,
            reading(begun.path, begun.name, settings, known) as child,
        ):
            if child is not None:
                _follow(open_work, begun, child, settings, flows)
    except Exception:  # the next step begins anew, or applies what was read
        log.exception("reading a file of 1C", extra={"file": begun.name})


@contextmanager
def _known(open_work: OpenWork, begun: _Begun, settings: OneCSettings) -> Iterator[Known | None]:
    """What the child need not read, on disk for the block. Once only: should it turn out to be needed, everything is read."""
    if begun.again or not begun.at_once or Elsewhere(settings).ways:
        yield None
        return
    with TemporaryDirectory(prefix="onec-") as folder:
        with open_work(write=False) as work:
            known = known_texts(work, settings, path=begun.path, name=begun.name, into=Path(folder) / "known")
        yield known


def _step(work: Work, settings: OneCSettings, flows: Flows) -> _Begun | None:
    """Ends with a file that was read, or cannot be; counts an attempt at one that is to be read now."""
    queued = select(Upload).where(Upload.state == "queued").order_by(Upload.queued_at, Upload.turn, Upload.id)
    upload = work.session.scalars(queued.limit(1).with_for_update()).first()
    if upload is None:
        return None
    path = staging.folder_of(work.config, upload.exchange_id) / upload.stored
    if staging.is_being_read(path):
        work.enqueue(uploads.IMPORT_JOB, due=work.now + PAUSE, unique="next", key="onec")
        return None
    uploads.wake(work)
    found = staging.outcome(path)
    if found is not None:
        _finish(work, upload, found, settings, flows)
    elif not path.exists():
        _fail(work, upload, Failure(_("The file is gone from the portal's disk."), _("Send it again.")), settings, flows)
    elif upload.attempts >= MOST_ATTEMPTS:
        said = _("Reading the file was begun {count} times and never ended.").format(count=upload.attempts)
        _fail(work, upload, Failure(said, _("See why the portal was stopped, then send the file again.")), settings, flows)
    else:
        upload.attempts += 1
        at_once = work.session.dialect == "postgresql" and extension(upload.name) != "zip"
        return _Begun(upload.id, path, upload.name, at_once, upload.attempts > 1)
    return None


def _follow(open_work: OpenWork, begun: _Begun, child: Reading, settings: OneCSettings, flows: Flows) -> None:
    """Applies what the child says while it says it. Whatever comes of that, what it said is staged in the end."""
    try:
        if begun.at_once:
            with open_work() as work:
                upload = work.session.get(Upload, begun.upload_id, with_for_update=True)
                if upload is not None and upload.state == "queued":
                    _apply(work, upload, child, settings, flows)
    finally:
        child.end()


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


def _apply(work: Work, upload: Upload, source: Path | Reading, settings: OneCSettings, flows: Flows) -> None:
    """All of the file or nothing of it: of staged lines, or of what a child says now."""
    try:
        with work.session.begin_nested():
            intake = gently(lambda: _applied(work, upload, source, settings))
            work.session.flush()
    except (OutOfOrder, Stale):
        assert isinstance(source, Reading)
        if source.known is None:  # else the next step has everything read
            _finish(work, upload, source.whole(), settings, flows)
    except NotRead as error:
        _fail(work, upload, error.failure, settings, flows)
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


def _applied(work: Work, upload: Upload, source: Path | Reading, settings: OneCSettings) -> Intake:
    if isinstance(source, Reading):
        contexts = source.known.contexts if source.known else None
        return apply_file(
            work, name=upload.name, items=lambda: staging.told(source.lines()), settings=settings, once=True, contexts=contexts
        )
    return apply_file(
        work,
        name=upload.name,
        items=lambda: staging.told(staging.lines_of(source)),
        declared=lambda: staging.staged(source, DECLARED),
        settings=settings,
    )


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
