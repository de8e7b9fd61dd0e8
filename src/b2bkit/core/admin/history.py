"""The trail of changes in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.i18n import N_, _
from b2bkit.core.work import Work

# what an action may say, the fullest first: the first whose values the entry has is used
SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "access.behalf_began": (N_("began to act for the client"),),
    "access.behalf_ended": (N_("stopped acting for the client"),),
    "access.substitute_set": (N_("named a substitute from {first} to {last}"), N_("named a substitute")),
    "access.substitute_ended": (N_("ended a substitution"),),
    "access.changed": (N_("changed a right of {whose} ({right}): from “{from}” to “{to}”"), N_("changed rights")),
    "accounts.invited": (N_("invited {email} as {role}"), N_("invited a person")),
    "accounts.joined": (N_("accepted an invitation as {role}"), N_("accepted an invitation")),
    "accounts.revoked": (N_("revoked the invitation to {email}"), N_("revoked an invitation")),
    "accounts.role_changed": (N_("changed the role of {person} from {before} to {after}"), N_("changed somebody's role")),
    "accounts.dismissed": (N_("dismissed {person}"), N_("dismissed somebody")),
    "accounts.suspended": (N_("suspended the client's access"),),
    "accounts.reopened": (N_("reopened the client's access"),),
    "accounts.set_region": (N_("set the region to “{region}”"), N_("took the region away")),
    "accounts.set_profile": (N_("set the kind of account to “{profile}”"), N_("changed the kind of account")),
    "accounts.set_dealer_of": (N_("made it a dealer of {dealer_of}"), N_("made it buy for itself again")),
    "accounts.password_changed": (N_("changed the own password"),),
    "accounts.password_set": (N_("set a password from the command line"),),
    "accounts.staff_added": (N_("added an employee as {role}"), N_("added an employee")),
    "accounts.password_reset": (N_("chose a new password by a letter"),),
    "accounts.session_ended": (N_("ended one of the own sessions"),),
    "accounts.factor_on": (N_("switched the second step of signing in on"),),
    "accounts.factor_off": (N_("switched the second step of signing in off"),),
    "accounts.factor_reset": (N_("took somebody's second step of signing in away"),),
    "accounts.recovery_used": (N_("signed in with a recovery code"),),
    "accounts.codes": (N_("made new recovery codes"),),
    "accounts.passkey_added": (N_("added the passkey “{key}”"), N_("added a passkey")),
    "accounts.passkey_removed": (N_("removed the passkey “{key}”"), N_("removed a passkey")),
    "accounts.let_in": (N_("let {email} in as {role}"), N_("let a person in")),
    "accounts.registration_accepted": (N_("accepted a registration"),),
    "accounts.registration_declined": (N_("declined a registration"),),
    "accounts.change_asked": (N_("asked to change {what}"), N_("asked to change the company's data")),
    "accounts.change_confirmed": (N_("confirmed the change of {what}"), N_("confirmed a change")),
    "accounts.change_declined": (N_("declined the change of {what}"), N_("declined a change")),
    "accounts.change_withdrawn": (N_("took the change of {what} back"), N_("took a change back")),
    "accounts.erasure_asked": (N_("asked to erase the own data"),),
    "accounts.erasure_done": (N_("erased a person's data"),),
    "accounts.erasure_declined": (N_("declined to erase a person's data"),),
    "admin.clients_joined": (N_("joined it with its duplicate {client}, {number}"), N_("joined it with a duplicate")),
    "catalog.analogue_added": (N_("named {article} as an analogue"), N_("named an analogue")),
    "catalog.analogue_removed": (N_("took an analogue away"),),
    "files.added": (N_("added the file {file}"), N_("added a file")),
    "files.removed": (N_("removed the file {file}"), N_("removed a file")),
    "files.asked": (N_("asked for the file {file}"), N_("asked for a file")),
    "notify.resent": (N_("sent a message to people again"),),
    "notify.text_changed": (N_("changed the text of a message"),),
    "notify.text_reset": (N_("put the text of a message back as it came"),),
    "admin.retried": (N_("ran the task {name} again"), N_("ran a task again")),
    "erp.resent": (N_("sent an order to 1C again"),),
    "ordering.placed": (N_("placed order {number}"), N_("placed an order")),
}
_ROLES = frozenset({"role", "before", "after"})


class Change(NamedTuple):
    """One change: when, who, and a sentence. `email`: of the person it is about, empty for other things."""

    at: datetime
    actor: str
    text: str
    entity: str
    entity_id: str


def of_company(work: Work, company_id: UUID, limit: int = 40) -> list[Change]:
    """What was changed about one client, newest first. Needs `audit.view`; empty without it."""
    if not work.may("audit.view"):
        return []
    return _read(work, AuditEntry.company_id == company_id, limit)


def of_order(work: Work, order_id: UUID, limit: int = 40) -> list[Change]:
    """What people did to one order, newest first. Needs `audit.view`; empty without it."""
    if not work.may("audit.view"):
        return []
    return _read(work, (AuditEntry.entity == "order") & (AuditEntry.entity_id == str(order_id)), limit)


def _read(work: Work, criterion: Any, limit: int) -> list[Change]:
    statement = select(AuditEntry).where(or_(criterion)).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    return [_change(work, entry) for entry in work.session.scalars(statement)]


def _change(work: Work, entry: AuditEntry) -> Change:
    who = _("the portal") if entry.actor == "system" else entry.actor
    if entry.on_behalf is not None:
        who = _("{name}, for the client").format(name=who)
    return Change(entry.at, who, sentence(work, entry.action, entry.details), entry.entity, entry.entity_id)


def sentence(work: Work, action: str, details: Mapping[str, Any]) -> str:
    """The words for an action; one of a plugin that gives none is named as such."""
    values = {key: _role(work, str(value)) if key in _ROLES else str(value) for key, value in details.items()}
    kind = work.kit.profiles.get(values.get("profile", ""))
    values |= {"profile": _(kind.label)} if kind is not None else {}
    for known in SENTENCES.get(action, ()):
        try:
            return _(known).format(**values)
        except (KeyError, IndexError):
            continue
    owner, _point, name = action.partition(".")
    plugin = work.kit.plugins.get(owner)
    label = _(plugin.label) if plugin is not None else owner
    return _("changed something in “{part}” ({action})").format(part=label, action=name.replace("_", " "))


def _role(work: Work, code: str) -> str:
    role = work.kit.roles.get(code)
    return f"«{_(role.label)}»" if role and work.lang == "ru" else _(role.label) if role else code
