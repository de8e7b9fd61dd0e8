"""Who sees which documents: whoever sees the paper, and of what people opened everybody his own."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, select, true

from b2bkit import Actor, Level, Permission, Scope
from b2bkit.core.accounts.scopes import company_scope, contract_limit
from b2bkit.core.i18n import N_
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.scopes import PAPERS
from b2bkit.plugins.documents.models import DocumentForm, DocumentView, OriginalsPaper, OriginalsRequest

ASK: Final = "documents.ask"
ANSWER: Final = "documents.answer"
_paper, _part = Paper.__table__, OriginalsPaper.__table__


def permissions() -> list[Permission]:
    """Who may ask for originals, who sends them. Seeing papers is the core's own right."""
    client = {"owner": Level.COMPANY, "buyer": Level.COMPANY, "accountant": Level.COMPANY}
    staff = {"manager": Level.ASSIGNED, "admin": Level.ALL}
    return [
        Permission(name=ASK, label=N_("Ask for originals of papers"), roles=client),
        Permission(name=ANSWER, label=N_("Send originals to clients"), roles=staff, limits=("region",)),
    ]


def _narrowed(actor: Actor) -> bool:
    return actor.limit("paper", PAPERS) is not None or actor.limit("contract", PAPERS) is not None


def _hidden(actor: Actor) -> Any:
    """Papers that the actor's limits keep from him."""
    kinds = actor.limit("paper", PAPERS)
    open_to = contract_limit(actor, _paper.c.contract_id, PAPERS)
    seen = select(_paper.c.id).where(open_to if kinds is None else open_to & _paper.c.kind.in_(sorted(kinds)))
    return select(_paper.c.id).where(_paper.c.id.not_in(seen))


def _with_paper(entity: type[DocumentForm] | type[OriginalsPaper]) -> Any:
    def criterion(actor: Actor) -> ColumnElement[bool]:
        within = company_scope(actor, entity.company_id, PAPERS)
        return and_(within, entity.paper_id.not_in(_hidden(actor))) if _narrowed(actor) else within

    return criterion


def view_scope(actor: Actor) -> ColumnElement[bool]:
    """A person's own, of papers that he still sees."""
    if actor.kind == "system":
        return true()
    if actor.user_id is None:
        return false()
    own = company_scope(actor, DocumentView.company_id, PAPERS) & (DocumentView.user_id == actor.user_id)
    return own & DocumentView.paper_id.not_in(_hidden(actor)) if _narrowed(actor) else own


def request_scope(actor: Actor) -> ColumnElement[bool]:
    """Those of the company; who is kept to some papers sees no request that names another one."""
    within = company_scope(actor, OriginalsRequest.company_id, PAPERS)
    if not _narrowed(actor):
        return within
    beyond = select(_part.c.request_id).where(_part.c.paper_id.in_(_hidden(actor)))
    return and_(within, OriginalsRequest.id.not_in(beyond))


SCOPES: Final = (
    Scope(name="documents.form", entity=DocumentForm, criterion=_with_paper(DocumentForm)),
    Scope(name="documents.view", entity=DocumentView, criterion=view_scope),
    Scope(name="documents.request", entity=OriginalsRequest, criterion=request_scope),
    Scope(name="documents.request_paper", entity=OriginalsPaper, criterion=_with_paper(OriginalsPaper)),
)
