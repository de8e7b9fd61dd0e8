"""Pictures of goods on their way in: found among what 1C sent, made anew by the portal's reader of pictures, given to their products."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, update

from b2bkit import OpenWork, Work
from b2bkit.core.db.types import new_id
from b2bkit.core.files import service as files
from b2bkit_onec import staging
from b2bkit_onec.models import Picture, Upload

JOB: Final = "onec.pictures"
BATCH: Final = 20
PART: Final = 400


class Wanted(NamedTuple):
    """A picture that a product is to have, with its file where that has come; `digest` is that of the file."""

    id: UUID
    product_id: UUID
    position: int
    description: str
    source: Path | None
    digest: str
    known: bool


def arrived(work: Work, names: Sequence[str]) -> None:
    """Files of these names came: whoever names them gets them, also where one came before under the same name."""
    for start in range(0, len(names), PART):
        part = names[start : start + PART]
        said = update(Picture).where(Picture.path.in_(part)).values(state="waiting")
        if work.session.execute(said, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
            work.enqueue(JOB, unique="pictures", key="onec-pictures")


def beside(work: Work, archive: Upload, found: Sequence[tuple[str, str, int]]) -> None:
    """Pictures of an archive: (name, stored below it, size)."""
    names = [name for name, _stored, _size in found]
    for start in range(0, len(names), PART):
        same = (Upload.exchange_id == archive.exchange_id, Upload.name.in_(names[start : start + PART]))
        for old in work.session.scalars(select(Upload).where(*same)).all():
            work.session.delete(old)
    work.session.flush()
    row = {"exchange_id": archive.exchange_id, "parts": 1, "received_at": work.now, "state": "beside"}
    work.session.insert_rows(
        Upload,
        [{**row, "id": new_id(), "name": name, "stored": f"{archive.stored}.d/{stored}", "size": size} for name, stored, size in found],
    )
    arrived(work, names)


def take(open_work: OpenWork) -> None:
    """Job: some pictures that wait. Decoding happens between two short works."""
    with open_work(write=False) as work:
        wanted = _waiting(work)
        config = work.config
    fresh = [one for one in wanted if one.source is not None and not one.known]
    made = dict(zip([one.id for one in fresh], files.recode(config, [one.source for one in fresh if one.source]), strict=True))
    with open_work() as work:
        for one in wanted:
            _settle(work, one, made.get(one.id))
        if len(wanted) == BATCH:
            work.enqueue(JOB, unique="pictures", key="onec-pictures")


def _waiting(work: Work) -> list[Wanted]:
    rows = work.session.scalars(select(Picture).where(Picture.state == "waiting").order_by(Picture.id).limit(BATCH)).all()
    found = []
    for row in rows:
        source = _source(work, row.path)
        digest = hashlib.sha256(source.read_bytes()).hexdigest() if source is not None else ""
        found.append(Wanted(row.id, row.product_id, row.position, row.description, source, digest, digest == row.digest))
    return found


def _source(work: Work, path: str) -> Path | None:
    """The newest file of this name that is still on the disk; some clients send it without its folders."""
    named = or_(Upload.name == path, Upload.name == path.rpartition("/")[2])
    statement = select(Upload.exchange_id, Upload.stored).where(named, Upload.state != "dropped").order_by(Upload.id.desc()).limit(3)
    for exchange_id, stored in work.session.execute(statement):
        source = staging.folder_of(work.config, exchange_id) / stored
        if source.is_file():
            return source
    return None


def _settle(work: Work, one: Wanted, made: files.Recoded | None) -> None:
    row = work.session.get(Picture, one.id)
    if row is None or row.state != "waiting":
        return _forget(work, made)
    if one.source is None:
        row.state, row.said = ("done", "") if row.digest else ("absent", "")
    elif made is None:
        row.state, row.said = "done", ""
    elif made.refused:
        row.state, row.said, row.digest = "failed", made.refused[:500], ""
    else:
        row.state, row.said, row.digest = "done", "", one.digest
        files.keep(work, product_id=one.product_id, position=one.position, picture=made, description=one.description)
    return None


def _forget(work: Work, made: files.Recoded | None) -> None:
    if made is not None and made.name:
        files.forget_files(work.config, made.name)
