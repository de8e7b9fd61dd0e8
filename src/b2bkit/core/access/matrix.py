"""The access matrix as people read it: whose rights, grouped by what people do, with what differs from the default and who changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.access.book import rules_of
from b2bkit.core.access.rights import DIMENSIONS, NONE, Holder, Rights, Rule, Step, person_subject, role_subject, settle
from b2bkit.core.accounts.models import Company, Contract, Membership, User
from b2bkit.core.catalog.models import Category
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.profiles import levels_for
from b2bkit.core.extend.things import Level, Permission
from b2bkit.core.i18n import N_, _
from b2bkit.core.work import Work

VIEW: Final = "access.view"
AS_BEFORE: Final = ""  # no setting of one's own
LEVELS: Final[Mapping[Level, str]] = {
    Level.OWN: N_("own only"),
    Level.COMPANY: N_("the company's"),
    Level.NETWORK: N_("the dealers' too"),
    Level.ASSIGNED: N_("of assigned clients"),
    Level.ALL: N_("of everybody"),
}
DIMENSION_LABELS: Final[Mapping[str, str]] = {
    "region": N_("Regions"),
    "contract": N_("Contracts"),
    "category": N_("Product groups"),
    "paper": N_("Kinds of papers"),
}
PAPERS: Final[Mapping[str, str]] = {
    "invoice": N_("Invoices for payment"),
    "shipment": N_("Shipping papers"),
    "tax_invoice": N_("Tax invoices"),
    "act": N_("Acts"),
    "correction": N_("Corrections"),
    "reconciliation": N_("Reconciliation acts"),
    "other": N_("Other papers"),
}
_GROUPS: Final[Sequence[tuple[str, tuple[str, ...]]]] = (
    (N_("Goods and prices"), ("catalog", "pricing")),
    (N_("Ordering"), ("ordering", "erp")),
    (N_("Money and papers"), ("settlements",)),
    (N_("Company and people"), ("accounts",)),
    (N_("The supplier's workspace"), ("admin", "access", "audit")),
)


class Subject(NamedTuple):
    """Whose rights a page is about. `key` names the rules; `company` is the client's name for one of its people."""

    key: str
    side: str
    role: str
    name: str
    user_id: UUID | None = None
    company_id: UUID | None = None
    company: str = ""
    profile: str = ""

    @property
    def holder(self) -> Holder:
        """Whose rights are worked out."""
        return Holder(self.role, self.user_id, self.company_id, self.profile)


class Cell(NamedTuple):
    """One permission of one subject.

    value    the own setting: a level, `none`, or "" for as before
    options  (value, words) to choose from, the first is "as before" and says what that means
    reach    what holds now, in words; `may` False: nothing
    fixed    a profile takes it away: nothing to choose
    """

    subject: str
    permission: str
    value: str
    options: Sequence[tuple[str, str]]
    reach: str
    may: bool
    fixed: bool
    changed_at: datetime | None
    changed_by: str


class Line(NamedTuple):
    """A permission and its cells, one for each subject of the table (None: not for this side)."""

    permission: str
    label: str
    cells: Sequence[Cell | None]


class Group(NamedTuple):
    """What people do, in one part of the portal."""

    label: str
    lines: Sequence[Line]


class Narrowing(NamedTuple):
    """What a subject's rights are narrowed to: `values` as (value, words)."""

    permission: str
    permission_label: str
    dimension: str
    label: str
    values: Sequence[tuple[str, str]]


def role_of(work: Work, code: str) -> Subject:
    """The subject of a role. NotFound for one that does not exist."""
    work.require(VIEW)
    role = work.kit.roles.get(code)
    if role is None:
        raise NotFound("role")
    return Subject(role_subject(code), role.side, code, _(role.label))


def roles(work: Work, side: str) -> list[Subject]:
    """All roles of a side."""
    return [role_of(work, role.code) for role in work.kit.roles.values() if role.side == side]


def member(work: Work, membership_id: UUID) -> Subject:
    """Somebody who works for a client. NotFound for one who is absent or another manager's client's."""
    work.require(VIEW)
    statement = select(User.id, User.name, Membership.role, Company.id, Company.name, Company.profile)
    statement = statement.join(User, User.id == Membership.user_id).join(Company, Company.id == Membership.company_id)
    row = work.session.execute(statement.where(Membership.id == membership_id, Membership.dismissed_at.is_(None))).one_or_none()
    if row is None:
        raise NotFound("membership")
    return Subject(person_subject(row[0], row[3]), "client", row[2], row[1], row[0], row[3], row[4], row[5])


def colleague(work: Work, user_id: UUID) -> Subject:
    """Somebody of the staff."""
    work.require(VIEW)
    found = work.session.execute(select(User.id, User.name, User.staff_role).where(User.id == user_id, User.staff_role.is_not(None)))
    row = found.one_or_none()
    if row is None:
        raise NotFound("user")
    return Subject(person_subject(row[0], None), "staff", row[2] or "", row[1], row[0])


def colleagues(work: Work) -> list[Subject]:
    """Everybody of the staff, by name."""
    rows = work.session.execute(select(User.id, User.name, User.staff_role).where(User.staff_role.is_not(None)).order_by(User.name))
    return [Subject(person_subject(row[0], None), "staff", row[2] or "", row[1], row[0]) for row in rows]


def rules_for(work: Work, subjects: Sequence[Subject]) -> list[Rule]:
    """Every stored rule that has to do with these subjects: theirs and their roles'."""
    keys = {subject.key for subject in subjects} | {role_subject(subject.role) for subject in subjects}
    return rules_of(work.session, sorted(keys))


def rights_of(work: Work, subject: Subject, rules: Sequence[Rule] | None = None) -> Rights:
    """The subject's rights, worked out as the guard and the scoped session have them."""
    return settle(work.kit, subject.holder, rules_for(work, [subject]) if rules is None else rules)


def table(work: Work, subjects: Sequence[Subject]) -> list[Group]:
    """The matrix of subjects of one side: groups of lines, a cell for each subject. One query."""
    work.require(VIEW)
    rules = rules_for(work, subjects)
    all_rights = [(subject, rights_of(work, subject, rules)) for subject in subjects]
    found = []
    for label, permissions in _grouped(work):
        lines = [
            Line(one.name, _(one.label), [_cell(work, subject, one, rights, rules) for subject, rights in all_rights])
            for one in permissions
            if levels_for(one, subjects[0].side)
        ]
        if lines:
            found.append(Group(label, lines))
    return found


def _grouped(work: Work) -> list[tuple[str, list[Permission]]]:
    """Permissions by what people do: the core's groups first, then each plugin's own."""
    owners = {owner: _(label) for label, names in _GROUPS for owner in names}
    groups: dict[str, list[Permission]] = {_(label): [] for label, _names in _GROUPS}
    for permission in work.kit.permissions.values():
        owner = permission.name.partition(".")[0]
        plugin = work.kit.plugins.get(owner)
        groups.setdefault(owners.get(owner) or (_(plugin.label) if plugin is not None else owner), []).append(permission)
    return list(groups.items())


def reach_words(level: Level | None) -> str:
    """How far a right reaches, in words."""
    return _("no") if level is None else _(LEVELS[level])


def _cell(work: Work, subject: Subject, permission: Permission, rights: Rights, rules: Sequence[Rule]) -> Cell:
    steps = rights.why[permission.name]
    own = next((rule for rule in rules if rule.subject == subject.key and rule.permission == permission.name and not rule.dimension), None)
    source = "role" if subject.user_id is None else "person"
    before: Step = [step for step in steps if step.source not in (source, "wall")][-1]
    options = [(AS_BEFORE, _("as before: {reach}").format(reach=reach_words(before.level)))]
    options += [(level.value, _(LEVELS[level])) for level in levels_for(permission, subject.side)] + [(NONE, _("no"))]
    return Cell(
        subject.key, permission.name, own.value if own else AS_BEFORE, options, reach_words(steps[-1].level), steps[-1].level is not None,
        steps[-1].source == "wall", own.changed_at if own else None, own.changed_by if own else "",
    )  # fmt: skip


def dimensions_for(work: Work, subject: Subject) -> list[tuple[str, str, list[tuple[str, str]], list[tuple[str, str]]]]:
    """What the subject's rights can be narrowed by: (dimension, words, permissions to narrow, values to choose from)."""
    found = []
    for dimension in DIMENSIONS:
        if dimension == "contract" and subject.user_id is None:
            continue  # contracts are somebody's own: a role has none
        names = [one for one in work.kit.permissions.values() if dimension in one.limits and levels_for(one, subject.side)]
        choices = values_of(work, dimension, subject)
        if names and choices:
            permissions = [("", _("everything")), *((one.name, _(one.label)) for one in names)]
            found.append((dimension, _(DIMENSION_LABELS[dimension]), permissions, choices))
    return found


def values_of(work: Work, dimension: str, subject: Subject) -> list[tuple[str, str]]:
    """The values that a narrowing can name, with their words."""
    if dimension == "paper":
        return [(kind, _(label)) for kind, label in PAPERS.items()]
    if dimension == "region":
        rows = work.session.scalars(select(Company.region).distinct().order_by(Company.region))
        return [(region, region or _("without a region")) for region in rows]
    if dimension == "category":
        statement = select(Category.id, Category.name).where(Category.parent_id.is_(None), Category.active).order_by(Category.name)
    else:
        statement = select(Contract.id, Contract.number).where(Contract.active).order_by(Contract.number).limit(500)
        if subject.company_id is not None:
            statement = statement.where(Contract.company_id == subject.company_id)
    return [(str(row[0]), row[1]) for row in work.session.execute(statement)]


def narrowings(work: Work, subject: Subject) -> list[Narrowing]:
    """What this subject itself is narrowed to (a person's role may be narrowed besides)."""
    places: dict[tuple[str, str], list[str]] = {}
    for rule in rules_of(work.session, [subject.key]):
        if rule.dimension:
            places.setdefault((rule.permission, rule.dimension), []).append(rule.value)
    found = []
    for (permission, dimension), values in sorted(places.items()):
        known = dict(values_of(work, dimension, subject))
        known_permission = work.kit.permissions.get(permission)
        label = _(known_permission.label) if known_permission else _("everything")
        words = [(value, known.get(value, _("no longer there"))) for value in values if value != NONE]
        found.append(Narrowing(permission, label, dimension, _(DIMENSION_LABELS[dimension]), words))
    return found
