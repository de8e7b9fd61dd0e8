"""Who sees which papers."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, select

from b2bkit.core.accounts.scopes import company_scope, contract_limit
from b2bkit.core.settlements.models import Paper, PaperLine
from b2bkit.core.work import Actor

SUMS: Final = "settlements.view"
PAPERS: Final = "settlements.papers"
_paper = Paper.__table__


def paper_scope(actor: Actor) -> ColumnElement[bool]:
    """Papers of the company, of the contracts and of the kinds that are left."""
    kinds = actor.limit("paper", PAPERS)
    within = company_scope(actor, Paper.company_id, PAPERS) & contract_limit(actor, Paper.contract_id, PAPERS)
    return within if kinds is None else within & Paper.kind.in_(sorted(kinds))


def paper_line_scope(actor: Actor) -> ColumnElement[bool]:
    """Lines follow their paper."""
    within = company_scope(actor, PaperLine.company_id, PAPERS)
    kinds = actor.limit("paper", PAPERS)
    if kinds is None and actor.limit("contract", PAPERS) is None:
        return within
    seen = select(_paper.c.id).where(contract_limit(actor, _paper.c.contract_id, PAPERS))
    return and_(within, PaperLine.paper_id.in_(seen if kinds is None else seen.where(_paper.c.kind.in_(sorted(kinds)))))
