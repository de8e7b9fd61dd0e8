"""Registrations as staff read them."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts.models import Company, User
from b2bkit.core.accounts.models_requests import Registration
from b2bkit.core.accounts.registration import visible
from b2bkit.core.accounts.tax_numbers import COUNTRIES
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import Badge
from b2bkit.core.i18n import _, ngettext
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.core.work import Work

KEY: Final = (UUID,)
SIZE: Final = 40


class Row(NamedTuple):
    """A wish in the list. `client` is the name of the client that the ERP knows by its tax number, or ``."""

    wish: Registration
    client: str


class Seen(NamedTuple):
    """A wish with what is known of the company, and who decided."""

    wish: Registration
    client: Company | None
    decided_by: str
    country: str
    labels: tuple[str, str, str]


def page(work: Work, *, state: str, after: str | None = None) -> Slice[Row]:
    """Wishes in a state, the oldest first while they wait, else the newest. Two statements."""
    work.require("accounts.registrations")
    at = Cursor.decode(after, KEY)
    statement = select(Registration, Company.name).outerjoin(Company, Company.id == Registration.client_id)
    statement = statement.where(Registration.state == state)
    upwards = at is not None and at.backwards
    ascending = (state == "waiting") != upwards
    if at is not None:
        mark = at.values[0]
        statement = statement.where(Registration.id > mark if ascending else Registration.id < mark)
    rows = work.session.execute(statement.order_by(Registration.id if ascending else Registration.id.desc()).limit(SIZE + 1)).all()
    found = slice_of(rows, SIZE, at, lambda row: (row[0].id,))
    return Slice(tuple(Row(row[0], row[1] or "") for row in found.items), found.previous, found.next)


def one(work: Work, registration_id: UUID) -> Seen:
    """One wish; NotFound when there is none that this person may see. Unscoped work, as what is decided about it."""
    work.require("accounts.registrations")
    found = select(Registration).where(Registration.id == registration_id, Registration.state != "unconfirmed")
    wish = work.session.scalars(found.where(visible(work.actor))).one_or_none()
    if wish is None:
        raise NotFound("registration")
    client = work.session.get(Company, wish.client_id) if wish.client_id else None
    decided = work.session.get(User, wish.decided_by) if wish.decided_by else None
    country = COUNTRIES.get(wish.country)
    labels = (_(country.tax_id), _("KPP"), _("OGRN")) if country else ("", "", "")
    return Seen(wish, client, decided.name if decided else "", _(country.name) if country else wish.country, labels)


_WAITING = select(func.count(Registration.id)).where(Registration.state == "waiting")


def badge(work: Work) -> Badge | None:
    """How many wait."""
    count = work.session.scalar(_WAITING) or 0
    return Badge(count, "new", ngettext("company asks for access", "companies ask for access", count)) if count else None
