"""The supplier's side: wishes that wait, opening for a time, refusing, ending early; and what follows by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from sqlalchemy import delete, func, select

from b2bkit import Badge, Problem, Refused, Work
from b2bkit.core.accounts.models import Company, Contract, User
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.i18n import _, ngettext
from b2bkit.core.web.paging import Cursor, Slice, slice_of
from b2bkit.plugins.catalog_requests.events import CatalogClosed, CatalogDeclined, CatalogEnding, CatalogOpened
from b2bkit.plugins.catalog_requests.models import AskableGroup, CatalogGrant, CatalogRequest
from b2bkit.plugins.catalog_requests.opened import today
from b2bkit.plugins.catalog_requests.service.asking import DECIDE, Asked, articles_in, find, with_groups
from b2bkit.plugins.catalog_requests.settings import CatalogRequestsSettings

KEY: Final = (UUID,)
SIZE: Final = 40
FURTHEST: Final = timedelta(days=3653)


class Row(NamedTuple):
    """A wish in the list of staff."""

    request: CatalogRequest
    company: str
    person: str


class Found(NamedTuple):
    """What an article stands for: (product's id, name), or nothing."""

    article: str
    products: tuple[tuple[UUID, str], ...]


class Seen(NamedTuple):
    """A wish as staff decide it: whose, what its articles stand for, what was opened."""

    asked: Asked
    company_id: UUID
    company: str
    decided_by: str
    groups: tuple[tuple[UUID, str], ...]
    articles: tuple[Found, ...]
    opened: tuple[str, ...]

    @property
    def request(self) -> CatalogRequest:
        """The wish."""
        return self.asked.request


def settings_of(work: Work) -> CatalogRequestsSettings:
    """What the deployment says."""
    return cast(CatalogRequestsSettings, work.kit.plugins["catalog_requests"].settings)


def page(work: Work, *, state: str, after: str | None = None) -> Slice[Row]:
    """Wishes in a state, the oldest first while they wait, else the newest. One statement."""
    work.require(DECIDE)
    at = Cursor.decode(after, KEY)
    statement = select(CatalogRequest, Company.name, func.coalesce(User.name, "")).join(Company, Company.id == CatalogRequest.company_id)
    statement = statement.outerjoin(User, User.id == CatalogRequest.user_id).where(CatalogRequest.state == state)
    ascending = (state == "waiting") != (at is not None and at.backwards)
    if at is not None:
        mark = at.values[0]
        statement = statement.where(CatalogRequest.id > mark if ascending else CatalogRequest.id < mark)
    order = CatalogRequest.id if ascending else CatalogRequest.id.desc()
    found = slice_of(work.session.execute(statement.order_by(order).limit(SIZE + 1)).all(), SIZE, at, lambda row: (row[0].id,))
    return Slice(tuple(Row(row[0], row[1], row[2]) for row in found.items), found.previous, found.next)


def badge(work: Work) -> Badge | None:
    """How many wait."""
    count = work.session.scalar(select(func.count(CatalogRequest.id)).where(CatalogRequest.state == "waiting")) or 0
    return Badge(count, "new", ngettext("wish waits", "wishes wait", count)) if count else None


def one(work: Work, request_id: UUID) -> Seen:
    """One wish. NotFound as `asking.find`."""
    work.require(DECIDE)
    request = find(work, request_id)
    people = select(User.id, User.name).where(User.id.in_([one for one in (request.user_id, request.decided_by) if one]))
    names = {row[0]: row[1] for row in work.session.execute(people)}
    contract = work.session.scalar(select(Contract.number).where(Contract.id == request.contract_id)) or ""
    [asked] = with_groups(work, [(request, names.get(request.user_id, "") if request.user_id else "", contract)])
    company = work.session.scalar(select(Company.name).where(Company.id == request.company_id)) or ""
    wanted = select(Category.id, Category.name).where(Category.id.in_([UUID(one) for one in request.groups])).order_by(Category.name)
    groups = tuple((row[0], row[1]) for row in work.session.execute(wanted))
    decided = names.get(request.decided_by, "") if request.decided_by else ""
    return Seen(asked, request.company_id, company, decided, groups, _found(work, request.articles), _opened(work, request_id))


def _found(work: Work, articles: Sequence[str]) -> tuple[Found, ...]:
    rows = work.session.execute(
        select(Product.article, Product.id, Product.name).where(Product.article.in_(articles), Product.active).order_by(Product.name)
    )
    known: dict[str, list[tuple[UUID, str]]] = {}
    for article, product_id, name in rows:
        known.setdefault(article, []).append((product_id, name))
    return tuple(Found(article, tuple(known.get(article, ()))) for article in articles)


def _opened(work: Work, request_id: UUID) -> tuple[str, ...]:
    name = func.coalesce(Category.name, Product.name)
    statement = select(name).select_from(CatalogGrant).outerjoin(Category, Category.id == CatalogGrant.category_id)
    statement = statement.outerjoin(Product, Product.id == CatalogGrant.product_id).where(CatalogGrant.request_id == request_id)
    return tuple(work.session.scalars(statement.order_by(name)))


def grant(
    work: Work, request_id: UUID, *, groups: Sequence[UUID] = (), products: Sequence[UUID] = (), articles: str = "",
    valid_from: date | None = None, valid_until: date | None = None, answer: str = "",
) -> int:  # fmt: skip
    """Opens groups and products to the wish's contract, both days included; gives how many of both. At once in every list and search.

    Raises Refused with every mistake: nothing chosen, articles that are not there, days in the wrong order; for a wish that is answered.
    """
    work.require(DECIDE)
    request = _waiting(work, request_id)
    start = valid_from or today(work)
    end = valid_until or start + timedelta(days=settings_of(work).days)
    problems, more = _days(work, start, end), _found(work, articles_in(articles))
    for missing in (found.article for found in more if not found.products):
        said = _("There is no product with the article “%(article)s”.") % {"article": missing}
        problems.append(Problem("catalog_requests.no_article", said, "articles"))
    known_groups = set(work.session.scalars(select(Category.id).where(Category.id.in_(groups))))
    wanted = {*products, *(id_ for found in more for id_, _name in found.products)}
    known = set(work.session.scalars(select(Product.id).where(Product.id.in_(wanted))))
    if not (known or known_groups) and not problems:
        said = _("Choose what to open: groups, products, or articles.")
        problems.append(Problem("catalog_requests.nothing", said, "articles"))
    if problems:
        raise Refused(problems)
    common = {"company_id": request.company_id, "request_id": request.id, "contract_id": request.contract_id, "valid_from": start}
    common |= {"valid_until": end}
    rows = [{**common, "category_id": id_, "product_id": None} for id_ in sorted(known_groups)]
    rows += [{**common, "category_id": None, "product_id": id_} for id_ in sorted(known)]
    work.session.insert_rows(CatalogGrant, rows)
    request.valid_from, request.valid_until = start, end
    _decide(work, request, "granted", answer)
    work.publish(
        CatalogOpened(request.id, request.company_id, request.user_id, len(rows), start, end, request.answer),
        key=f"catalog_request:{request.id}",
    )
    return len(rows)


def _days(work: Work, start: date, end: date) -> list[Problem]:
    now = today(work)
    if end < now:
        return [Problem("catalog_requests.past", _("This day has passed. Choose today or later."), "valid_until")]
    if end < start:
        return [Problem("catalog_requests.order", _("The last day is before the first."), "valid_until")]
    if end > now + FURTHEST:
        return [Problem("catalog_requests.far", _("Choose a day within ten years."), "valid_until")]
    return []


def refuse(work: Work, request_id: UUID, *, answer: str) -> None:
    """Refuses a wish. Raises Refused without a reason: the client reads it."""
    work.require(DECIDE)
    request = _waiting(work, request_id)
    if not answer.strip():
        raise Refused(Problem("catalog_requests.reason", _("Say why: the client reads it."), "answer"))
    _decide(work, request, "refused", answer)
    fact = CatalogDeclined(request.id, request.company_id, request.user_id, request.answer)
    work.publish(fact, key=f"catalog_request:{request.id}")


def end(work: Work, request_id: UUID, *, why: str = "") -> None:
    """Closes at once what was opened. Raises Refused for a wish under which nothing is open."""
    work.require(DECIDE)
    request = find(work, request_id, lock=True)
    if request.state != "granted":
        raise Refused(Problem("catalog_requests.not_open", _("Nothing is open under this wish.")))
    _close(work, request, why.strip()[:500])
    note(work, request, "catalog_requests.ended", {"why": why.strip()[:500]})


def _close(work: Work, request: CatalogRequest, why: str) -> None:
    work.session.execute(delete(CatalogGrant).where(CatalogGrant.request_id == request.id))
    request.state = "ended"
    work.session.flush()
    work.publish(CatalogClosed(request.id, request.company_id, request.user_id, why), key=f"catalog_request:{request.id}")
    work.signal("catalog_requests", request.id, companies=(request.company_id,), staff=True)


def _waiting(work: Work, request_id: UUID) -> CatalogRequest:
    request = find(work, request_id, lock=True)
    if request.state != "waiting":
        raise Refused(Problem("catalog_requests.answered", _("It is answered already.")))
    return request


def _decide(work: Work, request: CatalogRequest, state: str, answer: str) -> None:
    request.state, request.answer, request.decided_by, request.decided_at = state, answer.strip()[:2000], work.actor.user_id, work.now
    work.session.flush()
    note(work, request, f"catalog_requests.{state}", {"answer": request.answer})
    work.signal("catalog_requests", request.id, companies=(request.company_id,), staff=True)


def note(work: Work, request: CatalogRequest, action: str, details: dict[str, object]) -> None:
    """Into the trail of changes."""
    record(work, action=action, entity="catalog_request", entity_id=request.id, company_id=request.company_id, details=details)


# what follows by itself


def follow(work: Work) -> None:
    """Job: tells of what closes soon, once, and of what is closed. What is opened ends by its day whether this runs or not."""
    now, warn = today(work), settings_of(work).warn_days
    open_ones = select(CatalogRequest).where(CatalogRequest.state == "granted").with_for_update()
    for request in work.session.scalars(open_ones.where(CatalogRequest.valid_until < now)).all():
        _close(work, request, "")
    soon = open_ones.where(CatalogRequest.valid_until < now + timedelta(days=warn), CatalogRequest.warned_at.is_(None))
    for request in work.session.scalars(soon).all() if warn else ():
        request.warned_at = work.now
        last = cast(date, request.valid_until)
        work.publish(CatalogEnding(request.id, request.company_id, request.user_id, last), key=f"catalog_request:{request.id}")
    work.session.flush()


# groups that may be asked for


class AskableRow(NamedTuple):
    """A group in the staff's list, with the name of the one above it."""

    id: UUID
    name: str
    above: str
    asked: bool


def groups(work: Work) -> list[AskableRow]:
    """All groups that are not switched off, with whether clients may ask for them: one statement."""
    above = select(Category.id, Category.name).subquery()
    columns: tuple[Any, ...] = (Category.id, Category.name, func.coalesce(above.c.name, ""), AskableGroup.category_id.is_not(None))
    statement = select(*columns).outerjoin(above, above.c.id == Category.parent_id)
    statement = statement.outerjoin(AskableGroup, AskableGroup.category_id == Category.id).where(Category.active)
    rows = [AskableRow(row[0], row[1], row[2], bool(row[3])) for row in work.session.execute(statement)]
    return sorted(rows, key=lambda row: (row.above.casefold(), row.name.casefold().replace("ё", "е"), row.id))


def set_askable(work: Work, chosen: Sequence[UUID]) -> None:
    """These groups may be asked for, others not; ids of groups that are not there are left out."""
    known = set(work.session.scalars(select(Category.id).where(Category.id.in_(chosen))))
    before = set(work.session.scalars(select(AskableGroup.category_id)))
    for id_ in before - known:
        work.session.execute(delete(AskableGroup).where(AskableGroup.category_id == id_))
    if known - before:
        work.session.insert_rows(AskableGroup, [{"category_id": id_} for id_ in sorted(known - before)])
    details = {"opened": len(known - before), "closed": len(before - known)}
    if known != before:
        record(work, action="catalog_requests.askable", entity="catalog", entity_id="groups", details=details)
