"""The matrix as a file: a row for each right that differs from the default, and for each narrowing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit.core.access.book import rules_of
from b2bkit.core.access.change import check, may_change, narrow, save, wrong_values
from b2bkit.core.access.matrix import LEVELS, Subject, colleagues, role_of
from b2bkit.core.access.rights import DIMENSIONS, NONE, Rule, person_subject
from b2bkit.core.accounts.models import Company, Membership, User
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.profiles import levels_for
from b2bkit.core.i18n import _
from b2bkit.core.sheets import Column, read_book, xlsx_bytes
from b2bkit.core.work import Work

COLUMNS: Final[tuple[str, ...]] = ("whose", "company", "right", "what it means", "reach", "narrowed by", "values")
EVERYTHING: Final = "*"
MOST: Final = 5000


class Entry(NamedTuple):
    """A row of the file. `whose` is a role's code or a person's e-mail; `company` is the client's name for one of its people."""

    number: int
    whose: str
    company: str
    right: str
    reach: str
    dimension: str
    values: str


def export(work: Work) -> bytes:
    """The roles' rights, all of them, and what was set for persons whom the actor sees; an XLSX that `take` reads again."""
    rows: list[Sequence[str]] = []
    for role in work.kit.roles.values():
        subject = role_of(work, role.code)
        rows += _rows(work, subject, role.code, rules_of(work.session, [subject.key]), whole=True)
    for subject, email in _persons(work):
        rows += _rows(work, subject, email, rules_of(work.session, [subject.key]), whole=False)
    columns = [Column(title, width=width) for title, width in zip(COLUMNS, (32, 32, 26, 46, 14, 14, 60), strict=True)]
    return xlsx_bytes(sheet="access", columns=columns, rows=rows, made=work.now.astimezone(work.config.portal.zone))


def _rows(work: Work, subject: Subject, whose: str, rules: Sequence[Rule], *, whole: bool) -> list[Sequence[str]]:
    own = {rule.permission: rule.value for rule in rules if not rule.dimension}
    rows: list[Sequence[str]] = []
    for name, permission in work.kit.permissions.items():
        if levels_for(permission, subject.side) and (whole or name in own):
            rows.append((whose, subject.company, name, _(permission.label), own.get(name, ""), "", ""))
    places: dict[tuple[str, str], list[str]] = {}
    for rule in rules:
        if rule.dimension:
            places.setdefault((rule.permission, rule.dimension), []).append(rule.value)
    for (name, dimension), values in places.items():
        rows.append((whose, subject.company, name or EVERYTHING, "", "", dimension, "; ".join(values)))
    return rows


def _persons(work: Work) -> list[tuple[Subject, str]]:
    """Everybody whom the actor sees and whose rights could be set, with the e-mail."""
    statement = select(User.id, User.name, User.email, Membership.role, Company.id, Company.name, Company.profile)
    statement = statement.join(Membership, Membership.user_id == User.id).join(Company, Company.id == Membership.company_id)
    rows = work.session.execute(statement.where(Membership.dismissed_at.is_(None)).order_by(Company.name, User.name))
    found = [
        (Subject(person_subject(row[0], row[4]), "client", row[3], row[1], row[0], row[4], row[5], row[6]), str(row[2])) for row in rows
    ]
    emails = {row[0]: row[1] for row in work.session.execute(select(User.id, User.email).where(User.staff_role.is_not(None)))}
    return found + [(subject, emails[subject.user_id]) for subject in colleagues(work) if subject.user_id is not None]


def take(work: Work, data: bytes) -> int:
    """Sets what the file says: all of it or, with every mistake named by its row, nothing. Returns how many rights differ now.

    A row with a blank reach puts the right back; what the file does not name stays.
    """
    entries = _read(data)
    known = _known(work)
    problems: list[Problem] = []
    plan: list[tuple[Subject, Entry]] = []
    for entry in entries:
        subject = known.get((entry.whose.lower(), entry.company.lower()))
        wrong = _wrong(work, subject, entry)
        problems += [Problem(one.code, _("Row {number}: {text}").format(number=entry.number, text=one.message), "file") for one in wrong]
        if subject is not None and not wrong:
            plan.append((subject, entry))
    problems += _twice(entries)
    if problems:
        raise Refused(problems)
    return _apply(work, plan)


def _read(data: bytes) -> list[Entry]:
    rows = read_book(data).sheets[0].rows
    heads = [cell.strip().lower() for cell in rows[0]]
    missing = [name for name in COLUMNS if name not in heads and name != "what it means"]
    if missing:
        text = _("The first row has no column {names}. Start from the file that this page gives out.")
        raise Refused(Problem("columns_missing", text.format(names=", ".join(f"“{name}”" for name in missing)), "file"))
    if len(rows) > MOST:
        raise Refused(Problem("too_many", _("At most {most} rows are read at a time.").format(most=MOST), "file"))
    places = {name: heads.index(name) for name in COLUMNS if name in heads}

    def cell(row: Sequence[str], name: str) -> str:
        return row[places[name]].strip() if places[name] < len(row) else ""

    filled = [(number, row) for number, row in enumerate(rows[1:], 2) if any(value.strip() for value in row)]
    texts = [(number, {name: cell(row, name) for name in places}) for number, row in filled]
    return [
        Entry(
            number, one["whose"], one["company"], one["right"], one["reach"].lower(), one["narrowed by"].lower(), one["values"],
        )
        for number, one in texts
    ]  # fmt: skip


def _known(work: Work) -> dict[tuple[str, str], Subject]:
    found = {(code.lower(), ""): role_of(work, code) for code in work.kit.roles}
    return found | {(email.lower(), subject.company.lower()): subject for subject, email in _persons(work)}


def _wrong(work: Work, subject: Subject | None, entry: Entry) -> list[Problem]:
    if subject is None:
        text = _("there is no role and nobody called “{whose}” in “{company}” whom you see.")
        return [Problem("unknown_subject", text.format(whose=entry.whose, company=entry.company or _("the staff")))]
    if not may_change(work, subject):
        return [Problem("not_yours", _("you may not change the rights of {whose}.").format(whose=subject.name))]
    if entry.dimension:
        if entry.dimension not in DIMENSIONS:
            text = _("rights are narrowed by {known}, not by “{name}”.")
            return [Problem("unknown_dimension", text.format(known=", ".join(DIMENSIONS), name=entry.dimension))]
        return wrong_values(work, subject, entry.dimension, _permission(entry), _values(entry))
    levels = {level.value for level in LEVELS} | {NONE, ""}
    if entry.reach not in levels:
        text = _("“{reach}” is no reach. Write {known}, or nothing for as before.")
        known = ", ".join([*(level.value for level in LEVELS), NONE])
        return [Problem("unknown_reach", text.format(reach=entry.reach, known=known))]
    return check(work, subject, entry.right, entry.reach)


def _twice(entries: Sequence[Entry]) -> list[Problem]:
    places: dict[tuple[str, ...], int] = {}
    problems = []
    for entry in entries:
        place = (entry.whose.lower(), entry.company.lower(), entry.right, entry.dimension)
        if place in places:
            text = _("Row {number} says the same right again as row {first}. Keep one of them.")
            problems.append(Problem("twice", text.format(number=entry.number, first=places[place]), "file"))
        places.setdefault(place, entry.number)
    return problems


def _apply(work: Work, plan: Sequence[tuple[Subject, Entry]]) -> int:
    cells: dict[Subject, dict[str, str]] = {}
    for subject, entry in plan:
        if entry.dimension:
            narrow(work, subject, dimension=entry.dimension, permission=_permission(entry), values=_values(entry))
        else:
            cells.setdefault(subject, {})[entry.right] = entry.reach
    return sum(save(work, subject, wanted) for subject, wanted in cells.items())


def _permission(entry: Entry) -> str:
    return "" if entry.right == EVERYTHING else entry.right


def _values(entry: Entry) -> list[str]:
    return [value.strip() for value in entry.values.split(";")] if entry.values else []
