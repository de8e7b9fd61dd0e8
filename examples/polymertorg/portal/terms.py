"""Who is a key client of Polymertorg: these may pay in instalments too."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import LegalEntity
from b2bkit.plugins.payments.models import PaymentsStatus

KEY_CLIENTS: Final = ("791515295", "198957948")  # tax ids of Экопакет and Медпластик


def give(work: Work) -> None:
    """Called once, when clients are there."""
    named = select(LegalEntity.company_id).where(LegalEntity.tax_id.in_(KEY_CLIENTS)).distinct()
    ids = [row[0] for row in work.session.execute(named)]
    known = {row[0] for row in work.session.execute(select(PaymentsStatus.company_id))}
    work.session.insert_rows(PaymentsStatus, [{"company_id": id_, "status": "key"} for id_ in sorted(ids) if id_ not in known])
