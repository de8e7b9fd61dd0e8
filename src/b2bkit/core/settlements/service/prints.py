"""Printed forms of papers: what the portal's rules allow with them, and the one way in which they come from the ERP."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.erp.service.refs import ref_of
from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import OpenWork, PaperUse, PrintsPapers
from b2bkit.core.settlements.models import Paper
from b2bkit.core.work import Work

log = logging.getLogger("b2bkit.settlements")
CAPABILITY: Final = "papers.print"


def allowed(work: Work, kind: str, use: PaperUse) -> bool:
    """Whether all rules of the portal allow this with papers of the kind; a rule that fails refuses."""
    for rule in work.kit.paper_rules:
        try:
            if not rule.allows(work, kind, use):
                return False
        except Exception:
            log.exception("a rule of papers failed", extra={"rule": rule.name})
            return False
    return True


def require(work: Work, kind: str, use: PaperUse) -> None:
    """Raises NotFound where a rule forbids it."""
    if not allowed(work, kind, use):
        raise NotFound("form")


def printed(work: Work) -> bool:
    """Whether the ERP hands out printed forms."""
    gateway: object = work.kit.erp_gateway
    return isinstance(gateway, PrintsPapers) and CAPABILITY in work.kit.erp_can


def form(open_work: OpenWork, *, paper_id: UUID, use: PaperUse) -> bytes | None:
    """The printed form of a paper as PDF, for a job; None where the ERP has none, does not know the paper, or hands out no forms.

    Raises NotFound for a paper that is not there any more and for a use that a rule forbids, and what the gateway raises, to be tried
    again.
    """
    with open_work(write=False) as work:
        kind = work.session.scalar(select(Paper.kind).where(Paper.id == paper_id, Paper.active.is_(True)))
        if kind is None:
            raise NotFound("paper")
        require(work, kind, use)
        gateway: object = work.kit.erp_gateway
        if not isinstance(gateway, PrintsPapers) or work.kit.erp_gateway is None or CAPABILITY not in work.kit.erp_can:
            return None
        ref = ref_of(work, system=work.kit.erp_gateway.name, entity="paper", entity_id=paper_id)
    return gateway.print_paper(open_work, ref) if ref else None
