"""Files of an exchange: received in parts, put in the queue when 1C asks for their import, told about while it waits."""

from __future__ import annotations

import errno
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import case, delete, func, select, update

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit_onec import pictures, staging
from b2bkit_onec.models import Exchange, Upload
from b2bkit_onec.sessions import Open
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.upload.names import PICTURES, clean_name, extension
from b2bkit_onec.upload.refusals import printable

IMPORT_JOB: Final = "onec.import"
MOST_FILES: Final = 5000
SMALLEST_REPEAT: Final = 1024
SHOWN: Final = 20
_FIRST = re.compile(r"import|goods|groups|propert|units|classif|storage|pricelist", re.IGNORECASE)
_TRADE = re.compile(r"contragent|counterpart|partner", re.IGNORECASE)
_PAPERS = re.compile(r"document|order|zakaz", re.IGNORECASE)


class NotTaken(Exception):
    """What 1C asks for cannot be done; the sentence says why and what to do."""


class Seen(NamedTuple):
    """How a file stands: `state` is one of Upload.state, `message` what 1C is told of it."""

    upload_id: UUID
    state: str
    message: str


def rank(name: str) -> int:
    """Which files must come before which: goods, then offers, then counterparties, then documents. 1C asks in directory order."""
    last = name.rpartition("/")[2]
    if _PAPERS.search(last):
        return 3
    if _TRADE.search(last):
        return 2
    return 0 if _FIRST.search(last) else 1


def receive(work: Work, *, exchange: Open, filename: str, data: bytes, settings: OneCSettings) -> None:
    """Appends a part to the file of this name. A part that repeats the one before it is taken once; a file that was imported begins anew.

    Raises NameRefused, NotTaken.
    """
    name = clean_name(filename)
    _check_room(work, exchange, len(data), settings)
    folder = staging.make_folder(work.config, exchange.id)
    found = _by_name(_uploads(work, exchange.id), name)
    digest = hashlib.sha256(data).hexdigest()
    if found is not None and found.state == "queued":
        raise NotTaken(_("{name} is being imported; wait for the end before you send it again.").format(name=printable(name)))
    if found is None or found.state != "receiving":
        found = _begin(work, exchange, name, found)
    elif found.last_part == digest and len(data) >= SMALLEST_REPEAT:
        return
    _write(folder / found.stored, found.size, data)
    found.size += len(data)
    found.parts += 1
    found.last_part, found.received_at = digest, work.now
    if extension(name) in PICTURES:
        work.session.flush()
        pictures.arrived(work, [name])


def _check_room(work: Work, exchange: Open, more: int, settings: OneCSettings) -> None:
    work.session.execute(select(Exchange.id).where(Exchange.id == exchange.id).with_for_update())  # parts of one exchange, one by one
    counted = select(func.coalesce(func.sum(Upload.size), 0), func.count(case((Upload.state != "beside", 1)))).where(
        Upload.exchange_id == exchange.id
    )
    size, files = work.session.execute(counted).one()
    if size + more > settings.exchange_limit:
        said = _("This exchange sent more than {limit} bytes. Export in smaller portions, or raise exchange_limit in [plugins.onec].")
        raise NotTaken(said.format(limit=settings.exchange_limit))
    if files >= MOST_FILES:
        raise NotTaken(_("This exchange sent more than {limit} files. Let 1C pack them: zip=yes.").format(limit=MOST_FILES))


def _begin(work: Work, exchange: Open, name: str, old: Upload | None) -> Upload:
    if old is not None:
        _drop(work, exchange.id, [old])
    work.session.execute(delete(Upload).where(Upload.exchange_id == exchange.id, Upload.name == name, Upload.state == "beside"))
    made = Upload(id=new_id(), exchange_id=exchange.id, name=name, stored="", received_at=work.now, size=0, parts=0, state="receiving")
    made.stored = f"{made.id.hex}.{extension(name)}"
    work.session.add(made)
    return made


def _write(path: Path, offset: int, data: bytes) -> None:
    try:
        staging.write_at(path, offset, data)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = _("there is no space left") if full else error.strerror
        raise NotTaken(_("The portal cannot keep the file: {why}. Its log tells more.").format(why=why)) from error


def forget_partial(work: Work, exchange_id: UUID) -> None:
    """At `init`: what was sent before and not imported is gone, since parts carry no offset."""
    _drop(work, exchange_id, [one for one in _uploads(work, exchange_id) if one.state == "receiving"])


def _drop(work: Work, exchange_id: UUID, uploads: Iterable[Upload]) -> None:
    folder = staging.folder_of(work.config, exchange_id)
    for one in uploads:
        path = folder / one.stored
        work.after_commit(lambda path=path: staging.forget(path))  # type: ignore[misc]
        work.session.delete(one)
    work.session.flush()


def look(work: Work, *, exchange: Open, filename: str) -> Seen | None:
    """How the import of this file stands, changing nothing; None when it has to be asked for first. Raises NotTaken, NameRefused."""
    uploads = _uploads(work, exchange.id)
    found = _by_name(uploads, clean_name(filename)) or _archive_to_wait_for(uploads)
    if found is None:
        raise NotTaken(_never_sent(filename, uploads))
    return None if found.state == "receiving" else Seen(found.id, found.state, found.message)


def ask_for_import(work: Work, *, exchange: Open, filename: str) -> None:
    """Queues the file, what must be read before it, and, when it may be inside one, the archives of this exchange. Once is enough."""
    uploads = _uploads(work, exchange.id)
    name = clean_name(filename)
    found = _by_name(uploads, name)
    waiting = [one for one in uploads if one.state == "receiving"]
    if found is None:
        queue(work, [one for one in waiting if extension(one.name) == "zip"])
    elif found.state == "receiving":
        before = [one for one in waiting if one is not found and extension(one.name) == "xml" and rank(one.name) < rank(name)]
        queue(work, [*before, found])


def queue(work: Work, uploads: Sequence[Upload]) -> None:
    """Puts files into the queue in the order in which they depend on each other, and wakes the job that works it off."""
    for turn, one in enumerate(sorted(uploads, key=lambda one: (extension(one.name) != "zip", rank(one.name), natural(one.name)))):
        one.state, one.queued_at, one.turn, one.attempts, one.message = "queued", work.now, turn, 0, ""
    if uploads:
        work.session.flush()
        wake(work)


def finish(work: Work, exchange: Open) -> None:
    """1C has sent everything in this exchange: queues the files for which it did not ask, archives first."""
    waiting = [one for one in _uploads(work, exchange.id) if one.state == "receiving"]
    archives = [one for one in waiting if extension(one.name) == "zip"]
    queue(work, archives or [one for one in waiting if extension(one.name) == "xml"])


def wake(work: Work) -> None:
    """Asks for the job that works off the queue: one file after the other, for all exchanges."""
    work.enqueue(IMPORT_JOB, unique="next", key="onec")


def natural(name: str) -> list[tuple[int, str]]:
    """Sorts import0_2.xml before import0_10.xml."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.casefold())]


def settle(work: Work, upload: Upload, state: str, message: str = "") -> None:
    """How it ended; what was staged is not needed any more."""
    upload.state, upload.message, upload.finished_at = state, message[:2000], work.now
    path = staging.folder_of(work.config, upload.exchange_id) / upload.stored
    work.after_commit(lambda: staging.forget_staged(path))
    work.signal("erp", upload.exchange_id, staff=True)


def drop_older(work: Work, exchange_ids: Sequence[UUID]) -> None:
    """Files of these exchanges that nobody asked for are gone with their folders."""
    waiting = (Upload.exchange_id.in_(exchange_ids), Upload.state.in_(("receiving", "queued")))
    said = _("The file was not imported in time and is deleted.")
    work.session.execute(update(Upload).where(*waiting).values(state="dropped", message=said, finished_at=work.now))


def _uploads(work: Work, exchange_id: UUID) -> Sequence[Upload]:
    """Pictures of archives are left out: there may be many thousands of them, and nobody asks for their import."""
    statement = select(Upload).where(Upload.exchange_id == exchange_id, Upload.state != "beside").order_by(Upload.id)
    return work.session.scalars(statement.execution_options(populate_existing=True)).all()


def _by_name(uploads: Sequence[Upload], name: str) -> Upload | None:
    """By its name; some clients ask without the folder under which they sent it."""
    wanted, last = name.casefold(), name.casefold().rpartition("/")[2]
    exact = [one for one in uploads if one.name.casefold() == wanted]
    return next(iter(exact or [one for one in uploads if one.name.casefold().rpartition("/")[2] == last]), None)


def _archive_to_wait_for(uploads: Sequence[Upload]) -> Upload | None:
    """The archive in which the file may yet be found, or that could not be unpacked."""
    archives = [one for one in uploads if extension(one.name) == "zip"]
    order = {"receiving": 0, "queued": 1, "failed": 2}
    return min((one for one in archives if one.state in order), key=lambda one: order[one.state], default=None)


def _never_sent(filename: str, uploads: Sequence[Upload]) -> str:
    name, names = printable(filename), [printable(one.name) for one in uploads if one.state != "unpacked"]
    if not names:
        return _("{name} was never sent in this exchange, nor was any other file. Send it with mode=file first.").format(name=name)
    more = _("{names} and {count} more")
    shown = ", ".join(names) if len(names) <= SHOWN else more.format(names=", ".join(names[:SHOWN]), count=len(names) - SHOWN)
    return _("{name} was never sent in this exchange. These files were: {names}.").format(name=name, names=shown)


__all__ = [
    "IMPORT_JOB", "NotTaken", "Seen", "ask_for_import", "drop_older", "finish", "forget_partial", "look", "natural", "queue", "rank",
    "receive", "settle", "wake",
]  # fmt: skip
