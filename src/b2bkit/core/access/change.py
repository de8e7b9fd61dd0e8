"""Changing the access matrix. Everything holds at once: the number of changes is part of what each request reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update

from b2bkit.core.access.matrix import AS_BEFORE, Subject, dimensions_for, reach_words, rights_of
from b2bkit.core.access.models import AccessRule, AccessVersion
from b2bkit.core.access.rights import NONE
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.errors import Forbidden, Problem, Refused
from b2bkit.core.extend.profiles import levels_for
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

EDIT: Final = "access.edit"
KEPT: Final = frozenset({"admin.view", "access.view", "access.edit"})  # without these nobody could give anything back


def may_change(work: Work, subject: Subject) -> bool:
    """Whether the actor may change this subject's rights: of roles and of staff only who reaches everybody, and never the own."""
    level = work.actor.level(EDIT)
    if level is None or (subject.user_id is not None and subject.user_id == work.actor.user_id):
        return False
    return level is Level.ALL or (subject.side == "client" and subject.user_id is not None)


def save(work: Work, subject: Subject, cells: Mapping[str, str]) -> int:
    """Sets permissions of a subject: name -> level, `none`, or "" for as before; others stay. Returns how many differ now.

    Forbidden where `may_change` says no; Refused with every setting that means nothing or locks everybody out.
    """
    if not may_change(work, subject):
        raise Forbidden(EDIT)
    problems = [problem for name, value in cells.items() for problem in check(work, subject, name, value)]
    if problems:
        raise Refused(problems)
    own = select(AccessRule.permission, AccessRule.value).where(AccessRule.subject == subject.key, AccessRule.dimension == "")
    stored = {row[0]: row[1] for row in work.session.execute(own)}
    changed = {name: value for name, value in cells.items() if stored.get(name, AS_BEFORE) != value}
    if not changed:
        return 0
    before = rights_of(work, subject).levels
    work.session.execute(
        delete(AccessRule).where(AccessRule.subject == subject.key, AccessRule.dimension == "", AccessRule.permission.in_(list(changed)))
    )
    _insert(work, subject, [(name, "", value) for name, value in changed.items() if value != AS_BEFORE])
    after = rights_of(work, subject).levels
    for name in changed:
        _note(work, subject, name, reach_words(before.get(name)), reach_words(after.get(name)))
    bump(work, subject)
    return len(changed)


def check(work: Work, subject: Subject, name: str, value: str) -> list[Problem]:
    """What is wrong with one setting."""
    permission = work.kit.permissions.get(name)
    possible = levels_for(permission, subject.side) if permission is not None else ()
    if permission is None or not possible:
        return [Problem("unknown_permission", _("“{name}” is no right of {whose}.").format(name=name, whose=subject.name), name)]
    if value not in (AS_BEFORE, NONE, *(level.value for level in possible)):
        words = ", ".join([level.value for level in possible] + [NONE])
        text = _("“{value}” means nothing for “{label}”. Possible: {words}.")
        return [Problem("level_unknown", text.format(value=value, label=_(permission.label), words=words), name)]
    if subject.role == "admin" and name in KEPT and value not in (AS_BEFORE, Level.ALL.value):
        text = _("Administrators keep “{label}”: without it nobody could give it back.")
        return [Problem("locked_out", text.format(label=_(permission.label)), name)]
    if value == Level.NETWORK.value and work.actor.level(EDIT) is not Level.ALL:
        text = _("Only an administrator lets somebody see what dealers have: they may be other managers' clients.")
        return [Problem("not_yours", text, name)]
    return []


def narrow(work: Work, subject: Subject, *, dimension: str, permission: str, values: Sequence[str]) -> None:
    """Narrows a permission (or everything, "") to these values of a dimension; no values: no longer narrowed."""
    if not may_change(work, subject):
        raise Forbidden(EDIT)
    wrong = wrong_values(work, subject, dimension, permission, values)
    if wrong:
        raise Refused(wrong)
    place = (AccessRule.subject == subject.key, AccessRule.permission == permission, AccessRule.dimension == dimension)
    stored = set(work.session.scalars(select(AccessRule.value).where(*place)))
    if stored == set(values):
        return
    work.session.execute(delete(AccessRule).where(*place))
    _insert(work, subject, [(permission, dimension, value) for value in dict.fromkeys(values)])
    _note(work, subject, f"{dimension}:{permission}", str(len(stored)), str(len(set(values))))
    bump(work, subject)


def wrong_values(work: Work, subject: Subject, dimension: str, permission: str, values: Sequence[str]) -> list[Problem]:
    """What is wrong with a narrowing."""
    known = {name: (dict(permissions), dict(choices)) for name, _label, permissions, choices in dimensions_for(work, subject)}
    if dimension not in known or permission not in known[dimension][0]:
        text = _("This right cannot be narrowed by “{dimension}”.")
        return [Problem("not_narrowed", text.format(dimension=dimension), "dimension")]
    strange = [value for value in values if value not in known[dimension][1]]
    text = _("“{value}” is not among the values to choose from.")
    return [Problem("value_unknown", text.format(value=value), "value") for value in strange]


def _insert(work: Work, subject: Subject, places: Sequence[tuple[str, str, str]]) -> None:
    common = {"subject": subject.key, "user_id": subject.user_id, "company_id": subject.company_id}
    noted = {"changed_at": work.now, "changed_by": work.actor.name}
    rows = [{**common, "permission": name, "dimension": dimension, "value": value, **noted} for name, dimension, value in places]
    work.session.insert_rows(AccessRule, rows)


def _note(work: Work, subject: Subject, name: str, before: str, after: str) -> None:
    details = {"whose": subject.name, "right": name, "from": before, "to": after}
    record(work, action="access.changed", entity="access", entity_id=subject.key[:80], company_id=subject.company_id, details=details)


def bump(work: Work, subject: Subject | None = None) -> None:
    """Counts a change: each process reads rights anew with its next request. Open pages of who is concerned hear of it."""
    work.session.flush()
    counted = update(AccessVersion).where(AccessVersion.id == 1).values(number=AccessVersion.number + 1)
    if not cast("CursorResult[Any]", work.session.execute(counted)).rowcount:
        work.session.add(AccessVersion(id=1, number=1))
        work.session.flush()
    users: tuple[UUID, ...] = ()
    if subject is not None:
        staff = select(User.id).where(User.staff_role == subject.role)
        users = (subject.user_id,) if subject.user_id is not None else tuple(work.session.scalars(staff)) if subject.side == "staff" else ()
    work.signal("session", "rights", users=users)
