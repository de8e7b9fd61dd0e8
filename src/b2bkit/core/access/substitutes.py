"""Who looks after whose clients while somebody is away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from b2bkit.core.access.change import bump
from b2bkit.core.access.models import Substitution
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Forbidden, NotFound, Problem, Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

SUBSTITUTES: Final = "access.substitutes"


class Stand(NamedTuple):
    """A substitution. `mine`: the actor may end it."""

    id: UUID
    away: str
    substitute: str
    first_day: date
    last_day: date
    made_by: str
    mine: bool


def substitutions(work: Work) -> Sequence[Stand]:
    """Those that are going on or to come, the nearest first. One query."""
    work.require(SUBSTITUTES)
    today = work.now.astimezone(work.config.portal.zone).date()
    away, other = aliased(User), aliased(User)
    columns = (Substitution.id, away.name, other.name, Substitution.first_day, Substitution.last_day, Substitution.made_by, away.id)
    statement = select(*columns).join(away, away.id == Substitution.away_id).join(other, other.id == Substitution.substitute_id)
    rows = work.session.execute(statement.where(Substitution.last_day >= today).order_by(Substitution.first_day, Substitution.id))
    return [Stand(*row[:6], mine=_may(work, row[6])) for row in rows]


class Cover(NamedTuple):
    """Somebody who looks after a colleague's clients, up to a day, included."""

    user_id: UUID
    until: date


def covers_for(work: Work, away_id: UUID) -> Sequence[Cover]:
    """Who stands in for this person today, whoever asks: clients may know whom they talk to. The newest first; one query."""
    today = work.now.astimezone(work.config.portal.zone).date()
    columns = (Substitution.substitute_id, Substitution.last_day)
    statement = select(*columns).where(Substitution.away_id == away_id, Substitution.first_day <= today, Substitution.last_day >= today)
    return [Cover(*row) for row in work.session.execute(statement.order_by(Substitution.id.desc()))]


def _may(work: Work, away_id: UUID) -> bool:
    return away_id == work.actor.user_id or work.actor.level(SUBSTITUTES) is Level.ALL


def put(work: Work, *, away_id: UUID | None, substitute_id: UUID | None, first_day: date | None, last_day: date | None) -> None:
    """From the first day to the last, both included, the substitute sees and serves the other's clients. One's own absence needs
    `access.substitutes`, a colleague's the level all. Refused with every mistake.
    """
    work.require(SUBSTITUTES)
    if away_id is not None and not _may(work, away_id):
        raise Forbidden(SUBSTITUTES)
    problems = [*_wrong_people(work, away_id, substitute_id), *_wrong_days(work, first_day, last_day)]
    if problems or away_id is None or substitute_id is None or first_day is None or last_day is None:
        raise Refused(problems)
    row = Substitution(
        id=new_id(), away_id=away_id, substitute_id=substitute_id, first_day=first_day, last_day=last_day, made_at=work.now,
        made_by=work.actor.name,
    )  # fmt: skip
    work.session.add(row)
    details = {"first": first_day.isoformat(), "last": last_day.isoformat()}
    record(work, action="access.substitute_set", entity="user", entity_id=away_id, details=details)
    bump(work)


def _wrong_people(work: Work, away_id: UUID | None, substitute_id: UUID | None) -> Iterable[Problem]:
    given = [person for person in (away_id, substitute_id) if person is not None]
    people = select(User.id).where(User.id.in_(given), User.staff_role.is_not(None), User.blocked.is_(False))
    found = set(work.session.scalars(people))
    for field, person in (("away_id", away_id), ("substitute_id", substitute_id)):
        if person not in found:
            yield Problem("unknown_person", _("Choose somebody from the list."), field)
    if away_id is not None and away_id == substitute_id:
        yield Problem("same_person", _("Choose somebody else: nobody stands in for himself."), "substitute_id")


def _wrong_days(work: Work, first_day: date | None, last_day: date | None) -> Iterable[Problem]:
    today = work.now.astimezone(work.config.portal.zone).date()
    for field, day in (("first_day", first_day), ("last_day", last_day)):
        if day is None:
            yield Problem("day_missing", _("Choose a day."), field)
    if first_day is not None and last_day is not None and last_day < first_day:
        yield Problem("days_reversed", _("The last day comes before the first one."), "last_day")
    elif last_day is not None and last_day < today:
        yield Problem("days_over", _("These days are over."), "last_day")


def end(work: Work, substitution_id: UUID) -> None:
    """Ends a substitution at once. NotFound for one that is not there, and for a colleague's without the level all."""
    work.require(SUBSTITUTES)
    row = work.session.get(Substitution, substitution_id)
    if row is None or not _may(work, row.away_id):
        raise NotFound("substitution")
    record(work, action="access.substitute_ended", entity="user", entity_id=row.away_id)
    work.session.delete(row)
    bump(work)
