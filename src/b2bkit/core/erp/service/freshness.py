"""When the ERP last told what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from b2bkit.core.erp.models import Freshness
from b2bkit.core.work import Work

KINDS = ("catalog", "prices", "stock", "companies", "order_status")


class Fresh(NamedTuple):
    """The last news of one kind: when, how many rows it told, how many of them could not be taken."""

    as_of: datetime
    rows: int
    refused: int


def mark_fresh(work: Work, kind: str, as_of: datetime, rows: int, refused: int = 0) -> None:
    """Notes that the ERP told `rows` rows of `kind`, true at `as_of`; news older than what is noted changes nothing."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of data; kinds: {', '.join(KINDS)}")
    known = work.session.get(Freshness, kind)
    if known is None:
        work.session.add(Freshness(kind=kind, as_of=as_of, rows=rows, refused=refused))
        work.session.flush()
    elif as_of >= known.as_of:
        known.as_of, known.rows, known.refused = as_of, rows, refused
    work.signal("erp", kind, staff=True)


def freshness(work: Work) -> Mapping[str, Fresh]:
    """Kind -> its last news; a kind that never came is absent."""
    columns = (Freshness.kind, Freshness.as_of, Freshness.rows, Freshness.refused)
    return {kind: Fresh(as_of, rows, refused) for kind, as_of, rows, refused in work.session.execute(select(*columns))}
