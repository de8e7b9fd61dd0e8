"""Filters that the people of Экопакет keep: two of the buyer's own, one that the owner shares."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.access.acting import actor_of_person
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.app import App
from b2bkit.core.catalog.facets.panel import Narrowed
from b2bkit.core.catalog.models import Attribute
from b2bkit.core.catalog.saved import service
from b2bkit.core.work import Actor

BUYER, OWNER = "buyer@ekopaket.example", "owner@ekopaket.example"


class Kept(NamedTuple):
    """A filter: values of attributes, of other facets, ranges of attributes."""

    email: str
    name: str
    values: tuple[tuple[str, str], ...] = ()
    others: tuple[str, ...] = ()
    ranges: tuple[tuple[str, str], ...] = ()
    view: service.View | None = None


KEPT: Final = (
    Kept(BUYER, "Плёночные марки в наличии", (("Переработка", "Плёнка"),), ("catalog.stock:yes",)),
    Kept(BUYER, "С сертификатом", others=("files.documents:certificate",)),
    Kept(OWNER, "Сырьё для пакетов", (("Полимер", "ПЭВД"), ("Полимер", "ПЭНД")), ranges=(("ПТР, г/10 мин", "0.2..2"),), view="table"),
)


def keep(app: App) -> int:
    """Keeps them in the names of those people; returns how many were kept."""
    with app.work() as work:
        actors = {email: _actor(work, email) for email in dict.fromkeys(one.email for one in KEPT)}
        rows = work.session.execute(select(Attribute.name, Attribute.id).where(Attribute.in_filter.is_(True)))
        known = {name: f"catalog.attributes.{id_}" for name, id_ in rows}
    for email, actor in actors.items():
        with app.work(actor) as work:
            for one in KEPT:
                if one.email == email:
                    _save(work, one, known)
    return len(KEPT)


def _actor(work: Work, email: str) -> Actor:
    found = select(User.id, Membership.company_id).join(Membership, Membership.user_id == User.id).where(User.email == email)
    user_id, company_id = work.session.execute(found).one()
    actor = actor_of_person(work, user_id=user_id, company_id=company_id, contract_id=None)
    assert actor is not None
    return actor


def _save(work: Work, one: Kept, known: dict[str, str]) -> None:
    values = [f"{known[name]}:{value}" for name, value in one.values if name in known]
    ranges = [f"{known[name]}:{range_}" for name, range_ in one.ranges if name in known]
    form = Narrowed(f=[*values, *one.others], r=ranges)
    service.save(work, name=one.name, shared=one.email == OWNER, form=form, view=one.view)
