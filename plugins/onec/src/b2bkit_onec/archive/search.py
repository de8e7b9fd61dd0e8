"""Finding messages: by words, flow, outcome, way, time and subject."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import defer

from b2bkit import Level, NotFound, Work
from b2bkit.core.accounts.models import Company
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit_onec.models import Kept

SEE: Final = "onec.exchange"
KEY: Final = (datetime, UUID)
MOST_TERMS: Final = 6
_ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
_SHOWN = defer(Kept.body), defer(Kept.words), defer(Kept.headers)


class Wanted(NamedTuple):
    """What is looked for; empty or None: anything. Every word of `text` must be found; days are those of the portal's zone."""

    text: str = ""
    flow: str = ""
    outcome: str = ""
    direction: str = ""
    way: str = ""
    since: date | None = None
    until: date | None = None
    run_id: UUID | None = None
    subject: UUID | None = None

    @property
    def set(self) -> bool:
        """Whether anything is filtered at all."""
        return any(self)


def messages(work: Work, wanted: Wanted, *, after: str | None = None, size: int = 50) -> Slice[Kept]:
    """A page, newest first; `after` is a cursor of the page before. Who does not see all clients sees what is about his own."""
    at = Cursor.decode(after, KEY)
    statement = select(Kept).options(*_SHOWN).where(*_criteria(work, wanted))
    if at is not None:
        moment, id_ = at.values
        older = or_(Kept.at < moment, and_(Kept.at == moment, Kept.id < id_))
        newer = or_(Kept.at > moment, and_(Kept.at == moment, Kept.id > id_))
        statement = statement.where(newer if at.backwards else older)
    upwards = at is not None and at.backwards
    sort = (Kept.at.asc(), Kept.id.asc()) if upwards else (Kept.at.desc(), Kept.id.desc())
    rows = list(work.session.scalars(statement.order_by(*sort).limit(size + 1)))
    return slice_of(rows, size, at, lambda row: (row.at, row.id))


def one(work: Work, message_id: UUID) -> Kept:
    """One message with its body. Raises NotFound, also for one that is not the actor's to see."""
    found = work.session.scalars(select(Kept).where(Kept.id == message_id, *_visible(work))).one_or_none()
    if found is None:
        raise NotFound("message")
    return found


def partner(work: Work, kept: Kept) -> Kept | None:
    """The answer of a request, or the request of an answer."""
    statement = select(Kept).options(*_SHOWN).where(Kept.pair == kept.pair, Kept.id != kept.id, *_visible(work))
    return work.session.scalars(statement.order_by(Kept.at, Kept.id).limit(1)).one_or_none()


def before(work: Work, kept: Kept) -> Kept | None:
    """The message before it about the same: of the same subject, or where it is about many, of the same name; going the same way."""
    alike = (
        and_(Kept.subject_entity == kept.subject_entity, Kept.subject_id == kept.subject_id)
        if kept.subject_id is not None
        else and_(Kept.subject_id.is_(None), Kept.name == kept.name, Kept.flow == kept.flow)
    )
    older = or_(Kept.at < kept.at, and_(Kept.at == kept.at, Kept.id < kept.id))
    filled = or_(Kept.size > 0, Kept.file != "")
    statement = select(Kept).where(alike, older, filled, Kept.direction == kept.direction, Kept.outcome == kept.outcome, *_visible(work))
    return work.session.scalars(statement.order_by(Kept.at.desc(), Kept.id.desc()).limit(1)).one_or_none()


def _visible(work: Work) -> list[ColumnElement[bool]]:
    if work.require(SEE) is Level.ALL:
        return []
    return [Kept.company_id.in_(select(Company.id))]


def _criteria(work: Work, wanted: Wanted) -> list[ColumnElement[bool]]:
    found = _visible(work)
    for term in wanted.text.casefold().split()[:MOST_TERMS]:
        found.append(Kept.words.like(f"%{term.translate(_ESCAPED)}%", escape="\\"))
    for column, value in (
        (Kept.flow, wanted.flow), (Kept.outcome, wanted.outcome), (Kept.direction, wanted.direction), (Kept.way, wanted.way),
    ):  # fmt: skip
        if value:
            found.append(column == value)
    if wanted.run_id is not None:
        found.append(Kept.run_id == wanted.run_id)
    if wanted.subject is not None:
        found.append(Kept.subject_id == wanted.subject)
    zone = work.config.portal.zone
    if wanted.since is not None:
        found.append(Kept.at >= datetime.combine(wanted.since, time.min, zone))
    if wanted.until is not None:
        found.append(Kept.at < datetime.combine(wanted.until + timedelta(days=1), time.min, zone))
    return found
