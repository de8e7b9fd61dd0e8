"""Why somebody sees something, and what somebody sees: answered by the very criteria of the scoped session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, inspect, select

from b2bkit.core.access.actors import actor_of, within
from b2bkit.core.access.matrix import DIMENSION_LABELS, Subject, reach_words, rights_of
from b2bkit.core.access.rights import Rights, Step
from b2bkit.core.accounts.models import Company, Contract, LegalEntity
from b2bkit.core.catalog.models import Product
from b2bkit.core.db.scope import Criterion
from b2bkit.core.i18n import N_, _, ngettext
from b2bkit.core.ordering.models import Order
from b2bkit.core.settlements.models import Paper, Settlement
from b2bkit.core.work import Actor, Work

# what is asked about -> the entity and the permission behind its rows
THINGS: Final[Mapping[str, tuple[type, str, str]]] = {
    "company": (Company, "accounts.clients", N_("Clients")),
    "entity": (LegalEntity, "accounts.company", N_("Legal entities")),
    "contract": (Contract, "accounts.company", N_("Contracts")),
    "order": (Order, "ordering.view", N_("Orders")),
    "settlement": (Settlement, "settlements.view", N_("Settlements")),
    "paper": (Paper, "settlements.papers", N_("Papers")),
    "product": (Product, "catalog.view", N_("Products")),
}
_SOURCES: Final[Mapping[str, str]] = {
    "default": N_("the role “{role}” has it: {reach}"),
    "config": N_("the portal's configuration says for the role “{role}”: {reach}"),
    "role": N_("{who} set it for the role “{role}”: {reach}"),
    "profile": N_("the kind of account “{profile}” reaches: {reach}"),
    "person": N_("{who} set it for this person: {reach}"),
    "wall": N_("the kind of account “{profile}” does not have it"),
}


class Answer(NamedTuple):
    """Whether somebody sees a thing, and why: each reason a sentence, the last one decides."""

    seen: bool
    reasons: tuple[str, ...]


class Seen(NamedTuple):
    """How much of one kind somebody sees."""

    thing: str
    label: str
    number: int
    may: bool


def actor_for(work: Work, subject: Subject, rights: Rights) -> Actor:
    """The actor that the guard would make of this person."""
    actor = actor_of(subject.holder, rights, subject.name)
    if actor.company_id is None:
        return actor
    first = select(Contract.id).where(Contract.company_id == actor.company_id, Contract.active.is_(True)).order_by(Contract.number).limit(1)
    return Actor(
        kind="client", user_id=actor.user_id, company_id=actor.company_id, contract_id=within(actor, work.session.scalar(first)),
        role=actor.role, name=actor.name, levels=actor.levels, limits=actor.limits, closed=actor.closed, hidden=actor.hidden,
    )  # fmt: skip


def criterion_for(work: Work, actor: Actor, entity: type) -> Any:
    """What the scoped session would add for this actor, to be asked within the present session (which adds its own as well)."""
    if entity is Product:
        asked = _as(work, actor)
        return and_(*(found.criterion(asked) for found in work.kit.catalog_filters))
    parts = [scope.criterion(actor) for scope in work.kit.scopes if scope.entity is entity]
    return Criterion(inspect(entity), parts).guard


def _as(work: Work, actor: Actor) -> Work:
    """The same transaction in another person's name: for criteria that ask a work, never to read with."""
    return Work(
        session=work.session, actor=actor, now=work.now, lang=work.lang, kit=work.kit, config=work.config,
        translations=work.translations, clock=work.clock,
    )  # fmt: skip


def what(work: Work, subject: Subject) -> list[Seen]:
    """How many rows of each kind this person sees, of those that the asker sees too. One query a kind."""
    rights = rights_of(work, subject)
    actor = actor_for(work, subject, rights)
    found = []
    for thing, (entity, permission, label) in THINGS.items():
        side_has = permission in rights.why
        may = permission in rights.levels
        if side_has:
            count = select(func.count(entity.id)).where(criterion_for(work, actor, entity))  # type: ignore[attr-defined]
            found.append(Seen(thing, _(label), (work.session.scalar(count) or 0) if may else 0, may))
    return found


def why(work: Work, subject: Subject, *, thing: str, row_id: UUID) -> Answer:
    """Whether this person sees a row, and why (not). A row that the asker himself does not see is as absent as one that is not there."""
    entity, permission, _label = THINGS[thing]
    rights = rights_of(work, subject)
    actor = actor_for(work, subject, rights)
    reasons = list(steps_in_words(work, subject, rights, permission))
    column = entity.id  # type: ignore[attr-defined]
    there = work.session.scalar(select(column).where(column == row_id)) is not None
    seen = there and permission in rights.levels
    if seen:
        seen = work.session.scalar(select(column).where(column == row_id, criterion_for(work, actor, entity))) is not None
    reasons += _limits_in_words(actor, permission)
    if not there:
        reasons.append(_("There is no such thing, or you do not see it yourself."))
    elif seen:
        reasons.append(_("This one is within that reach."))
    elif permission in rights.levels:
        reasons.append(_("This one is outside that reach: of another company, region, contract, group or kind."))
    return Answer(seen, tuple(reasons))


def steps_in_words(work: Work, subject: Subject, rights: Rights, permission: str) -> list[str]:
    """The reasons for a right, the last one decides; when no role of this side has it, one sentence that says so."""
    steps = rights.why.get(permission, ())
    return [_in_words(work, subject, step) for step in steps] or [_("Nobody of this kind has this right.")]


def _in_words(work: Work, subject: Subject, step: Step) -> str:
    role, profile = work.kit.roles.get(subject.role), work.kit.profiles.get(subject.profile or subject.role)
    text = _(_SOURCES[step.source])
    if step.source == "default" and step.level is None:
        text = _("the role “{role}” does not have it")
    values = {"role": _(role.label) if role else subject.role, "profile": _(profile.label) if profile else ""}
    return text.format(**values, reach=reach_words(step.level), who=step.changed_by or _("the portal"))


def _limits_in_words(actor: Actor, permission: str) -> list[str]:
    found = []
    for dimension, label in DIMENSION_LABELS.items():
        left = actor.limit(dimension, permission)
        if left is not None:
            text = ngettext("narrowed to %(num)s value: {dimension}", "narrowed to %(num)s values: {dimension}", len(left))
            found.append((text % {"num": len(left)}).format(dimension=_(label)))
    return found
