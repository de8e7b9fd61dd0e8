"""The client's side: what may be asked for, asking, taking back, one's own wishes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, not_, select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.accounts.models import Contract, User
from b2bkit.core.audit.service import record
from b2bkit.core.catalog.models import Category, CategoryClosure, Product
from b2bkit.core.catalog.service import visible
from b2bkit.core.catalog.visibility import alive
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit.plugins.catalog_requests.events import CatalogAsked
from b2bkit.plugins.catalog_requests.models import AskableGroup, CatalogRequest

ASK: Final = "catalog_requests.ask"
DECIDE: Final = "catalog_requests.decide"
MOST_WAITING: Final = 10  # of a company
MOST_ARTICLES: Final = 100
WORDS: Final = 2000
_ARTICLES: Final = re.compile(r"[\n,;\t]+")


class Asked(NamedTuple):
    """A wish with who asked, the contract, and the names of the chosen groups."""

    request: CatalogRequest
    person: str
    contract: str
    groups: tuple[str, ...]


def articles_in(text: str) -> list[str]:
    """Articles as they were pasted: by lines, commas, semicolons or tabs; each once."""
    return list(dict.fromkeys(one for part in _ARTICLES.split(text) if (one := " ".join(part.split()))))


def askable(work: Work) -> list[tuple[UUID, str]]:
    """Groups that may be asked for and hold something that the actor does not see, (id, name): one statement."""
    below = select(Product.id).join(CategoryClosure, CategoryClosure.descendant_id == Product.category_id)
    more = below.where(CategoryClosure.ancestor_id == Category.id, alive, not_(visible(work))).correlate(Category).exists()
    statement = select(Category.id, Category.name).join(AskableGroup, AskableGroup.category_id == Category.id)
    rows = work.session.execute(statement.where(Category.active, more))
    return sorted(((row[0], row[1]) for row in rows), key=lambda one: (one[1].casefold().replace("ё", "е"), one[0]))


def ask(work: Work, *, words: str = "", articles: str = "", groups: Sequence[UUID] = ()) -> UUID:
    """Asks for more under the session's contract. Raises Refused where nothing is asked for, for too much, and without a contract.

    A group that may not be asked for answers as one that is not there. Says nothing of whether there is a product of an article.
    """
    work.require(ASK)
    actor, words, typed = work.actor, words.strip(), articles_in(articles)
    problems = _wrong(words, typed, groups)
    if actor.kind != "client" or actor.contract_id is None or actor.company_id is None:
        said = _("Choose a contract first: the catalogue is opened under one.")
        problems.insert(0, Problem("catalog_requests.no_contract", said))
    if set(groups) - {id_ for id_, _name in askable(work)}:
        said = _("This group cannot be asked for any more. Choose again.")
        problems.append(Problem("catalog_requests.unknown_group", said, "groups"))
    waiting = select(func.count(CatalogRequest.id)).where(CatalogRequest.state == "waiting")
    if not problems and (work.session.scalar(waiting) or 0) >= MOST_WAITING:
        said = _("%(most)d wishes wait for an answer already. Take one back, or wait for your manager.") % {"most": MOST_WAITING}
        problems.append(Problem("catalog_requests.too_many", said))
    if problems:
        raise Refused(problems)
    request = CatalogRequest(
        id=new_id(), company_id=actor.company_id, contract_id=actor.contract_id, user_id=actor.user_id, state="waiting", words=words,
        groups=[str(one) for one in dict.fromkeys(groups)], articles=typed, created_at=work.now,
    )  # fmt: skip
    work.session.add(request)
    work.session.flush()
    _note(work, request, "catalog_requests.asked")
    work.publish(CatalogAsked(request.id, request.company_id), key=f"catalog_request:{request.id}")
    work.signal("catalog_requests", request.id, companies=(request.company_id,), staff=True)
    return request.id


def _wrong(words: str, articles: Sequence[str], groups: Sequence[UUID]) -> list[Problem]:
    if not (words or articles or groups):
        return [Problem("catalog_requests.empty", _("Say what you need: in words, by articles, or by groups."), "words")]
    found = []
    if len(words) > WORDS:
        found.append(Problem("catalog_requests.words", _("At most %(most)d characters fit here.") % {"most": WORDS}, "words"))
    if len(articles) > MOST_ARTICLES:
        said = _("At most %(most)d articles fit into one wish.") % {"most": MOST_ARTICLES}
        found.append(Problem("catalog_requests.articles", said, "articles"))
    if any(len(one) > 100 for one in articles):
        found.append(Problem("catalog_requests.article", _("One article a line, each of at most 100 characters."), "articles"))
    return found


def withdraw(work: Work, request_id: UUID) -> None:
    """Takes a wish back. NotFound for an absent one, Refused for one that is answered."""
    work.require(ASK)
    request = find(work, request_id, lock=True)
    if request.state != "waiting":
        raise Refused(Problem("catalog_requests.answered", _("It is answered already.")))
    request.state = "withdrawn"
    work.session.flush()
    _note(work, request, "catalog_requests.withdrawn")
    work.signal("catalog_requests", request.id, staff=True)


def find(work: Work, request_id: UUID, *, lock: bool = False) -> CatalogRequest:
    """A wish. NotFound for an absent one and for one of a client that the actor does not see."""
    found = select(CatalogRequest).where(CatalogRequest.id == request_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    request = work.session.scalars(found).one_or_none()
    if request is None:
        raise NotFound("catalog request")
    return request


def own(work: Work) -> list[Asked]:
    """The company's wishes, the latest hundred: two statements."""
    work.require(ASK)
    statement = select(CatalogRequest, func.coalesce(User.name, ""), Contract.number).join(
        Contract, Contract.id == CatalogRequest.contract_id
    )
    statement = statement.outerjoin(User, User.id == CatalogRequest.user_id).order_by(CatalogRequest.id.desc()).limit(100)
    return with_groups(work, [(row[0], row[1], row[2]) for row in work.session.execute(statement)])


def with_groups(work: Work, rows: Sequence[tuple[CatalogRequest, str, str]]) -> list[Asked]:
    """The names of the chosen groups beside their wishes: one statement."""
    ids = {UUID(one) for request, _person, _contract in rows for one in request.groups}
    found = work.session.execute(select(Category.id, Category.name).where(Category.id.in_(ids))) if ids else ()
    names = {str(row[0]): row[1] for row in found}
    return [
        Asked(request, person, contract, tuple(names[one] for one in request.groups if one in names)) for request, person, contract in rows
    ]


def _note(work: Work, request: CatalogRequest, action: str) -> None:
    details = {"articles": len(request.articles), "groups": len(request.groups)}
    record(work, action=action, entity="catalog_request", entity_id=request.id, company_id=request.company_id, details=details)
