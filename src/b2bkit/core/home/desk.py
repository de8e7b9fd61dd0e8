"""The first page as each person arranged it. The deployment says which sections there are; people move and hide their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from sqlalchemy import delete, select

from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import SIGNED_IN, Widget
from b2bkit.core.home.models import DeskChoice
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

SLOT: Final = "dashboard"
STAFF_SLOT: Final = "admin.dashboard"
Act = Literal["up", "down", "show", "hide"]


class Section(NamedTuple):
    """A section that this person may have. `first` and `last`: of those in its column."""

    name: str
    label: str
    side: bool
    hidden: bool
    first: bool
    last: bool


def slot_of(work: Work) -> str:
    """The slot of the actor's first page: staff have one of their own."""
    return STAFF_SLOT if work.actor.kind == "staff" else SLOT


def _choice(work: Work) -> tuple[list[str], set[str]]:
    mine = select(DeskChoice.places, DeskChoice.hidden).where(DeskChoice.user_id == work.actor.user_id, DeskChoice.slot == slot_of(work))
    found = work.session.execute(mine).one_or_none()
    return (list(found[0]), set(found[1])) if found is not None else ([], set())


def _open(work: Work) -> list[Widget]:
    """Sections of the page that the actor may see, as the deployment orders them."""
    return [one for one in work.kit.widgets.get(slot_of(work), ()) if one.permission is SIGNED_IN or work.may(one.permission)]


def _ordered(widgets: Sequence[Widget], places: Sequence[str]) -> list[Widget]:
    """In the person's order; one that came since stands behind its neighbour in the deployment's order."""
    known = {one.name: one for one in widgets}
    ordered = [known[name] for name in dict.fromkeys(places) if name in known]
    for number, one in enumerate(widgets):
        if one not in ordered:
            ordered.insert(ordered.index(widgets[number - 1]) + 1 if number else 0, one)
    return ordered


def shown(work: Work) -> list[str]:
    """Names of the sections on the actor's page, in order. One statement."""
    places, hidden = _choice(work)
    return [one.name for one in _ordered(_open(work), places) if one.name not in hidden]


def sections(work: Work) -> list[Section]:
    """Every section that the actor may have, those of the wide column first."""
    places, hidden = _choice(work)
    ordered, found = _ordered(_open(work), places), []
    for side in (False, True):
        column = [one for one in ordered if one.side == side]
        for one in column:
            label = _(one.label) if one.label else one.name
            found.append(Section(one.name, label, side, one.name in hidden, one is column[0], one is column[-1]))
    return found


def arrange(work: Work, *, name: str, act: Act) -> None:
    """Moves a section within its column, shows or hides it. NotFound for one that the actor cannot have."""
    places, hidden = _choice(work)
    ordered = _ordered(_open(work), places)
    moved = next((one for one in ordered if one.name == name), None)
    if moved is None:
        raise NotFound("section")
    if act in ("up", "down"):
        column = [one for one in ordered if one.side == moved.side]
        target = column.index(moved) + (1 if act == "down" else -1)
        if 0 <= target < len(column):
            here, there = ordered.index(moved), ordered.index(column[target])
            ordered[here], ordered[there] = ordered[there], ordered[here]
    else:
        hidden = hidden | {name} if act == "hide" else hidden - {name}
    _keep(work, [one.name for one in ordered], sorted(hidden))


def _keep(work: Work, places: list[str], hidden: list[str]) -> None:
    mine = (DeskChoice.user_id == work.actor.user_id, DeskChoice.slot == slot_of(work))
    row = work.session.scalars(select(DeskChoice).where(*mine)).one_or_none()
    if row is None:
        row = DeskChoice(user_id=work.actor.user_id, slot=slot_of(work))
        work.session.add(row)
    row.places, row.hidden = places, hidden


def reset(work: Work) -> None:
    """As the deployment arranged it."""
    work.session.execute(delete(DeskChoice).where(DeskChoice.user_id == work.actor.user_id, DeskChoice.slot == slot_of(work)))
