"""Lists: which there are, making, renaming, sharing, copying, deleting them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from b2bkit import Conflict, Forbidden, NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import User
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.service import visible
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit.plugins.favorites.events import ListShared
from b2bkit.plugins.favorites.models import FavoriteLine, FavoriteList
from b2bkit.plugins.favorites.settings import FavoritesSettings

USE: Final = "favorites.use"
SHARE: Final = "favorites.share"
NAME: Final = 100
UNSYNCED: Final = {"synchronize_session": False}
_maker, _changer = aliased(User), aliased(User)


class ListRow(NamedTuple):
    """A list. `lines`: how many of its products the actor may see now; `may_change`: he may edit, rename and delete it."""

    id: UUID
    kind: str
    name: str
    shared: bool
    version: int
    updated_at: datetime
    person: str
    changed_by: str
    lines: int
    mine: bool
    may_change: bool

    @property
    def title(self) -> str:
        """What people call it."""
        return title_of(self.kind, self.name)


def title_of(kind: str, name: str) -> str:
    """The two lists that everybody has are called alike for all."""
    return {"main": _("My favourites"), "later": _("For later")}.get(kind, name)


def settings_of(work: Work) -> FavoritesSettings:
    """What the deployment says."""
    return cast(FavoritesSettings, work.kit.plugins["favorites"].settings)


def has_lists(work: Work) -> bool:
    """Whether the actor is somebody who keeps lists: a client's person who may."""
    return work.actor.kind == "client" and work.actor.user_id is not None and work.may(USE)


def seen_lines(work: Work, *where: ColumnElement[bool]) -> ColumnElement[int]:
    """How many lines of `FavoriteList` have a product that the actor may see: what he may not see is not there, in counts too."""
    count = select(func.count(FavoriteLine.id)).join(Product, Product.id == FavoriteLine.product_id)
    return cast("ColumnElement[int]", count.where(FavoriteLine.list_id == FavoriteList.id, visible(work), *where).scalar_subquery())


def _rows(work: Work, *where: ColumnElement[bool]) -> list[ListRow]:
    columns: tuple[Any, ...] = (
        FavoriteList.id, FavoriteList.kind, FavoriteList.name, FavoriteList.shared, FavoriteList.version, FavoriteList.updated_at,
        func.coalesce(_maker.name, ""), func.coalesce(_changer.name, ""), seen_lines(work), FavoriteList.user_id,
    )  # fmt: skip
    statement = select(*columns).outerjoin(_maker, _maker.id == FavoriteList.user_id)
    statement = statement.outerjoin(_changer, _changer.id == FavoriteList.changed_by).where(*where)
    found = []
    for row in work.session.execute(statement):
        mine = row[9] == work.actor.user_id
        found.append(ListRow._make((*row[:9], mine, mine or (row[3] and work.may(SHARE)))))
    return sorted(found, key=lambda one: (("main", "later", "named").index(one.kind), one.name.casefold().replace("ё", "е"), one.id))


def all_lists(work: Work) -> list[ListRow]:
    """One's own and those that colleagues share, the two that everybody has first, then by name: one statement."""
    work.require(USE)
    return _rows(work) if has_lists(work) else []


def find(work: Work, list_id: UUID) -> ListRow:
    """One of them: one statement. NotFound for an absent one, another company's, or a colleague's own."""
    work.require(USE)
    found = _rows(work, FavoriteList.id == list_id) if has_lists(work) else []
    if not found:
        raise NotFound("list")
    return found[0]


def choices(work: Work) -> list[tuple[UUID, str]]:
    """Lists that the actor may put something into, (id, title): one statement."""
    if not has_lists(work):
        return []
    columns = (FavoriteList.id, FavoriteList.kind, FavoriteList.name, FavoriteList.user_id)
    rows = work.session.execute(select(*columns).order_by(FavoriteList.name, FavoriteList.id))
    return [(row[0], title_of(row[1], row[2])) for row in rows if row[3] == work.actor.user_id or work.may(SHARE)]


def make(work: Work, *, name: str, shared: bool = False) -> UUID:
    """A new list. Raises Refused for a bad or taken name, for sharing without the right, beyond the settings' number."""
    _require_person(work)
    name = _named(work, name)
    _require_sharing(work, shared)
    most = settings_of(work).most_lists
    if _kept(work) >= most:
        told = _("The company keeps %(most)d lists. Delete those that nobody needs.") % {"most": most}
        raise Refused(Problem("favorites.too_many_lists", told, "name"))
    list_id = _insert(work, kind="named", name=name, shared=shared)
    note(work, "favorites.list_made", list_id, {"name": name, "shared": shared})
    if shared:
        _tell(work, list_id, name)
    return list_id


def _kept(work: Work) -> int:
    return work.session.scalar(select(func.count(FavoriteList.id)).where(FavoriteList.kind == "named")) or 0


def _insert(work: Work, *, kind: str, name: str = "", shared: bool = False) -> UUID:
    list_id, me = new_id(), work.actor.user_id
    row = {
        "id": list_id, "company_id": work.actor.company_id, "user_id": me, "kind": kind, "name": name, "shared": shared, "version": 0,
        "created_at": work.now, "updated_at": work.now, "changed_by": me,
    }  # fmt: skip
    work.session.insert_rows(FavoriteList, [row])
    return list_id


def own(work: Work, kind: str) -> UUID:
    """The actor's list of this kind, `main` or `later`; made when it is not there yet."""
    _require_person(work)
    mine = select(FavoriteList.id).where(FavoriteList.kind == kind, FavoriteList.user_id == work.actor.user_id)
    found = work.session.scalar(mine)
    if found is not None:
        return found
    try:
        with work.session.begin_nested():
            return _insert(work, kind=kind)
    except IntegrityError:  # another tab was first
        return work.session.scalars(mine).one()


def take(work: Work, list_id: UUID, version: int | None = None) -> ListRow:
    """Locks a list that the actor may change and raises its version. NotFound as in `find`, Forbidden for who only reads it, Conflict when
    it was changed since `version` was shown.
    """
    row = find(work, list_id)
    if not row.may_change:
        raise Forbidden(SHARE)
    statement = update(FavoriteList).where(FavoriteList.id == list_id)
    if version is not None:
        statement = statement.where(FavoriteList.version == version)
    values = {"version": FavoriteList.version + 1, "updated_at": work.now, "changed_by": work.actor.user_id}
    raised = statement.values(values).returning(FavoriteList.version)
    now = work.session.execute(raised, execution_options=UNSYNCED).scalar_one_or_none()
    if now is None:
        said = _("%(person)s changed the list meanwhile. It is shown as it is now; what you typed is kept: check it and save again.")
        raise Conflict(Problem("favorites.changed", said % {"person": find(work, list_id).changed_by or _("Somebody")}, "version"))
    work.signal("favorites", list_id, companies=(work.actor.company_id,) if row.shared and work.actor.company_id else ())
    return row._replace(version=now)


def change(work: Work, list_id: UUID, *, name: str, shared: bool, version: int | None = None) -> None:
    """Renames it, shares it or makes it the maker's own again. Raises as `take`; Refused for a bad name, for one of the two that
    everybody has, and for taking back what somebody else made.
    """
    row = take(work, list_id, version)
    if row.kind != "named":
        raise Refused(Problem("favorites.everybodys", _("Everybody has this list, under this name. Copy it to share it."), "name"))
    name = _named(work, name, besides=list_id)
    if shared != row.shared:
        _require_sharing(work, shared=True)
        if not row.mine:
            raise Refused(Problem("favorites.not_mine", _("Only who made a list makes it his own again."), "shared"))
    values = {"name": name, "shared": shared}
    work.session.execute(update(FavoriteList).where(FavoriteList.id == list_id).values(values), execution_options=UNSYNCED)
    note(work, "favorites.list_changed", list_id, values)
    if shared and not row.shared:
        _tell(work, list_id, name)


def copy(work: Work, list_id: UUID, *, name: str) -> UUID:
    """A list of the actor's own with the same lines, those that he may not see included. Raises as `make`, NotFound as `find`."""
    row = find(work, list_id)
    made = make(work, name=name or _("%(name)s, copy") % {"name": row.title})
    columns = (FavoriteLine.product_id, FavoriteLine.position, FavoriteLine.unit, FavoriteLine.quantity, FavoriteLine.note)
    lines = work.session.execute(select(*columns).where(FavoriteLine.list_id == list_id)).all()
    common = {"company_id": work.actor.company_id, "list_id": made, "changed_by": work.actor.user_id, "changed_at": work.now}
    names = ("product_id", "position", "unit", "quantity", "note")
    work.session.insert_rows(FavoriteLine, [{**common, **dict(zip(names, line, strict=True))} for line in lines])
    return made


def remove(work: Work, list_id: UUID) -> None:
    """Deletes it; of the two that everybody has the lines go. Raises as `take`."""
    row = take(work, list_id)
    if row.kind == "named":
        work.session.execute(delete(FavoriteList).where(FavoriteList.id == list_id))
    else:
        work.session.execute(delete(FavoriteLine).where(FavoriteLine.list_id == list_id))
    note(work, "favorites.list_deleted", list_id, {"name": row.name})


def note(work: Work, action: str, list_id: UUID, details: Mapping[str, object]) -> None:
    """Into the trail of changes."""
    record(work, action=action, entity="favorite_list", entity_id=list_id, company_id=work.actor.company_id, details=details)


def _tell(work: Work, list_id: UUID, name: str) -> None:
    if work.actor.company_id is not None and work.actor.user_id is not None:
        work.publish(ListShared(list_id, work.actor.company_id, work.actor.user_id, name), key=f"favorites:{list_id}")


def _require_person(work: Work) -> None:
    work.require(USE)
    if not has_lists(work):
        raise Refused(Problem("favorites.of_clients", _("Lists are kept for a client's people. Act for the client to keep one.")))


def _require_sharing(work: Work, shared: bool) -> None:
    if shared and not work.may(SHARE):
        raise Refused(Problem("favorites.share", _("You may not share lists: keep it for yourself, or ask who may."), "shared"))


def _named(work: Work, name: str, besides: UUID | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(Problem("favorites.name", _("Give the list a name by which you find it again."), "name"))
    if len(name) > NAME:
        raise Refused(Problem("favorites.name_long", _("At most %(most)d characters fit here.") % {"most": NAME}, "name"))
    taken = select(FavoriteList.id).where(FavoriteList.user_id == work.actor.user_id, FavoriteList.name == name)
    if any(id_ != besides for id_ in work.session.scalars(taken)):
        raise Refused(Problem("favorites.name_taken", _("You have a list of this name. Choose another."), "name"))
    return name
