"""Keeping filters: save, list, open, rename, share, delete. What a filter names and the catalogue has no more is left out and told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, select

from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.facets.panel import Narrowed, sections_of
from b2bkit.core.catalog.saved.models import SavedFilter
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Forbidden, NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

View = Literal["list", "table", "cards"]
VIEWS: Final[tuple[View, ...]] = ("list", "table", "cards")
SHARE: Final = "catalog.share_filters"
MOST: Final = 50  # of a person in a company
NAME: Final = 100


class SavedRow(NamedTuple):
    """A saved filter. `mine`: the actor made it; `may_change`: he may rename, share and delete it; `conditions` of facets and prices."""

    id: UUID
    name: str
    shared: bool
    person: str
    updated_at: datetime
    form: Narrowed
    view: View | None
    mine: bool
    may_change: bool

    @property
    def conditions(self) -> int:
        """How many values, ranges and prices narrow it."""
        return len(self.form.f) + len(self.form.r) + bool(self.form.price_from or self.form.price_to)


class Opened(NamedTuple):
    """A filter as it can be used today. `lost` names what the catalogue has no more, to who made it; `missing` counts it for all."""

    row: SavedRow
    form: Narrowed
    lost: tuple[str, ...]
    missing: int


def has_filters(work: Work) -> bool:
    """Whether the actor is somebody who keeps filters: a client's person."""
    return work.actor.kind == "client" and work.actor.company_id is not None and work.actor.user_id is not None


def list_saved(work: Work) -> list[SavedRow]:
    """One's own and those that colleagues share, by name: one statement."""
    if not has_filters(work):
        return []
    statement = select(SavedFilter, User.name).join(User, User.id == SavedFilter.user_id)
    rows = [_row(work, saved, person) for saved, person in work.session.execute(statement)]
    return sorted(rows, key=lambda row: (row.name.casefold().replace("ё", "е"), row.id))


def open_filter(work: Work, saved_filter_id: UUID) -> Opened:
    """One of them, without what is there no more: two statements. NotFound for absent, another company's, or a colleague's own."""
    row, labels = _find(work, saved_filter_id)
    known = sections_of(work, work.kit.facets) if row.form.f or row.form.r else {}
    addresses = {section.address for section in known}

    def lasts(text: str) -> bool:
        return text.partition(":")[0] in addresses

    gone = dict.fromkeys(text.partition(":")[0] for text in (*row.form.f, *row.form.r) if not lasts(text))
    kept = {"f": [text for text in row.form.f if lasts(text)], "r": [text for text in row.form.r if lasts(text)]}
    lost = tuple(labels.get(address, _("a filter")) for address in gone) if row.mine else ()
    return Opened(row, row.form.model_copy(update=kept), lost, len(gone))


def save(work: Work, *, name: str, shared: bool, form: Narrowed, view: View | None) -> UUID:
    """Keeps a filter. Raises Refused for a bad or taken name, a list that nothing narrows, beyond 50, and for who works for no client."""
    if not has_filters(work):
        raise Refused(Problem("catalog.filters_of_clients", _("Filters are kept for a client's people. Act for the client to save one.")))
    name = _named(work, name)
    _require_sharing(work, shared)
    wrong = form.wrong(work.kit.facets)
    if wrong:
        raise Refused(one.problem for one in wrong)
    if not form.address() and view is None:
        raise Refused(Problem("catalog.filter_empty", _("Nothing narrows the list: search, choose a group or a filter first.")))
    mine = select(func.count(SavedFilter.id)).where(SavedFilter.user_id == work.actor.user_id)
    if (work.session.scalar(mine) or 0) >= MOST:
        told = _("%(most)d filters are kept. Delete those that you need no more.") % {"most": MOST}
        raise Refused(Problem("catalog.too_many_filters", told))
    saved_id, known = new_id(), sections_of(work, work.kit.facets)
    chosen = form.chosen(work.kit.facets)
    labels = {section.address: known[section][1].label for section, _values, _range in chosen.sections if section in known}
    row = {"id": saved_id, "company_id": work.actor.company_id, "user_id": work.actor.user_id, "name": name, "shared": shared}
    narrowing = form.model_dump(mode="json") | {"view": view}
    work.session.insert_rows(SavedFilter, [{**row, "narrowing": narrowing, "labels": labels, "updated_at": work.now}])
    _note(work, "catalog.filter_saved", saved_id, {"name": name, "shared": shared})
    return saved_id


def change(work: Work, saved_filter_id: UUID, *, name: str, shared: bool) -> None:
    """Renames it, shares it or makes it the maker's own again. NotFound as in `open_filter`, Forbidden for who may not change it."""
    row, _labels = _changeable(work, saved_filter_id)
    name = _named(work, name, besides=saved_filter_id)
    if shared != row.shared:
        _require_sharing(work, shared=True)
        if not row.mine:
            raise Refused(Problem("catalog.filter_not_mine", _("Only who made a filter makes it his own again."), "shared"))
    saved = work.session.get_one(SavedFilter, saved_filter_id)
    saved.name, saved.shared, saved.updated_at = name, shared, work.now
    work.session.flush()
    _note(work, "catalog.filter_changed", saved_filter_id, {"name": name, "shared": shared})


def remove(work: Work, saved_filter_id: UUID) -> None:
    """Deletes it. NotFound and Forbidden as in `change`."""
    row, _labels = _changeable(work, saved_filter_id)
    work.session.execute(delete(SavedFilter).where(SavedFilter.id == saved_filter_id))
    _note(work, "catalog.filter_deleted", saved_filter_id, {"name": row.name})


def _row(work: Work, saved: SavedFilter, person: str) -> SavedRow:
    mine = saved.user_id == work.actor.user_id
    told = dict(saved.narrowing)
    view = told.pop("view", None)
    try:
        form = Narrowed.model_validate(told)
    except ValidationError:
        form = Narrowed()
    may_change = mine or (saved.shared and work.may(SHARE))
    return SavedRow(saved.id, saved.name, saved.shared, person, saved.updated_at, form, view if view in VIEWS else None, mine, may_change)


def _find(work: Work, saved_filter_id: UUID) -> tuple[SavedRow, Mapping[str, str]]:
    statement = select(SavedFilter, User.name).join(User, User.id == SavedFilter.user_id).where(SavedFilter.id == saved_filter_id)
    found = work.session.execute(statement).one_or_none() if has_filters(work) else None
    if found is None:
        raise NotFound("saved filter")
    return _row(work, found[0], found[1]), found[0].labels


def find(work: Work, saved_filter_id: UUID) -> SavedRow:
    """One of them as it was saved. NotFound as in `open_filter`."""
    return _find(work, saved_filter_id)[0]


def _changeable(work: Work, saved_filter_id: UUID) -> tuple[SavedRow, Mapping[str, str]]:
    row, labels = _find(work, saved_filter_id)
    if not row.may_change:
        raise Forbidden(SHARE)
    return row, labels


def _require_sharing(work: Work, shared: bool) -> None:
    if shared and not work.may(SHARE):
        raise Refused(Problem("catalog.filter_share", _("You may not share filters: keep it for yourself, or ask who may."), "shared"))


def _named(work: Work, name: str, besides: UUID | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(Problem("catalog.filter_name", _("Give it a name by which you find it again."), "name"))
    if len(name) > NAME:
        told = _("At most %(most)d characters fit here.") % {"most": NAME}
        raise Refused(Problem("catalog.filter_name_long", told, "name"))
    taken = select(SavedFilter.id).where(SavedFilter.user_id == work.actor.user_id, SavedFilter.name == name)
    if any(id_ != besides for id_ in work.session.scalars(taken)):
        raise Refused(Problem("catalog.filter_name_taken", _("You have a filter of this name. Choose another."), "name"))
    return name


def _note(work: Work, action: str, saved_filter_id: UUID, details: Mapping[str, object]) -> None:
    record(work, action=action, entity="saved_filter", entity_id=saved_filter_id, company_id=work.actor.company_id, details=details)
