"""Rights as this process has read them: read again only when the number of changes in the database differs."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select

from b2bkit.core.access.models import AccessRule, Substitution
from b2bkit.core.access.rights import Holder, Rights, Rule, settle
from b2bkit.core.db.engine import Reader
from b2bkit.core.extend.kit import Kit

MOST_PEOPLE: Final = 20_000
_COLUMNS = (
    AccessRule.subject,
    AccessRule.permission,
    AccessRule.dimension,
    AccessRule.value,
    AccessRule.changed_at,
    AccessRule.changed_by,
)
_OF_ROLES = select(*_COLUMNS).where(AccessRule.user_id.is_(None)).order_by(AccessRule.id)
_OF_PERSON = select(*_COLUMNS).where(AccessRule.subject == bindparam("subject")).order_by(AccessRule.id)
_SUBSTITUTIONS = select(Substitution.substitute_id, Substitution.away_id, Substitution.first_day, Substitution.last_day)


class _Stand(NamedTuple):
    substitute_id: UUID
    away_id: UUID
    first_day: date
    last_day: date


class RightsBook:
    """Works out rights and keeps them. One for each process; safe to use from many threads.

    A page that asks for the rights of somebody known costs no statement: the number of changes comes with the session's row.
    """

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self._lock = threading.Lock()
        self._version: int | None = None
        self._roles: tuple[Rule, ...] = ()
        self._stands: tuple[_Stand, ...] = ()
        self._people: OrderedDict[Holder, Rights] = OrderedDict()

    def of(self, reader: Reader, version: int, holder: Holder) -> Rights:
        """The rights of a holder when the database counts `version` changes: at most three statements after a change, none for somebody
        known, and none while nobody has changed anything.
        """
        with self._lock:
            if version == self._version and (known := self._people.get(holder)) is not None:
                return known
            roles = self._roles if version == self._version else None
        if roles is None:
            roles = self._read(reader, version)
        personal = reader.rows(_OF_PERSON, {"subject": holder.person}) if holder.person and version else []
        rules = [Rule._make(row) for row in personal]
        rights = settle(self.kit, holder, [*roles, *rules])
        with self._lock:
            if version == self._version:
                self._people[holder] = rights
                while len(self._people) > MOST_PEOPLE:
                    self._people.popitem(last=False)
        return rights

    def stands_for(self, user_id: UUID, today: date) -> tuple[UUID, ...]:
        """Colleagues whose clients the person looks after today; to be asked after `of`, which reads them."""
        now = (one for one in self._stands if one.first_day <= today <= one.last_day)
        return tuple(sorted({one.away_id for one in now if one.substitute_id == user_id}))

    def _read(self, reader: Reader, version: int) -> tuple[Rule, ...]:
        roles = tuple(Rule._make(row) for row in (reader.rows(_OF_ROLES) if version else ()))
        stands = tuple(_Stand._make(row) for row in (reader.rows(_SUBSTITUTIONS) if version else ()))
        with self._lock:
            if version != self._version:
                self._version, self._roles, self._stands = version, roles, stands
                self._people.clear()
        return roles


def rules_of(reader: Reader, subjects: Iterable[str]) -> list[Rule]:
    """The stored rules of these subjects, the oldest first."""
    statement = select(*_COLUMNS).where(AccessRule.subject.in_(list(subjects))).order_by(AccessRule.id)
    return [Rule._make(row) for row in reader.rows(statement)]
