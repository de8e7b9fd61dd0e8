"""When the ERP last told what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import select

from b2bkit.core.erp.events import DataTold
from b2bkit.core.erp.models import Freshness
from b2bkit.core.i18n import N_
from b2bkit.core.work import Work

LABELS: Final[Mapping[str, str]] = {
    "catalog": N_("Catalogue"),
    "prices": N_("Prices"),
    "stock": N_("Stock"),
    "companies": N_("Clients and contracts"),
    "order_status": N_("Order states"),
}
KINDS = tuple(LABELS)
FOLLOWED: Final = ("prices", "stock")  # kinds of which a fact says that they were told


class Fresh(NamedTuple):
    """The last news of one kind: when, how many rows it told, how many of them could not be taken."""

    as_of: datetime
    rows: int
    refused: int


@runtime_checkable
class TellsMore(Protocol):
    """An ErpGateway that tells further kinds of data than KINDS."""

    def further_kinds(self) -> Iterable[str]:
        """Their names, e.g. `settlements`."""
        ...


def kinds_of(work: Work) -> tuple[str, ...]:
    """Kinds whose age is kept: KINDS, then those that this portal's gateway names."""
    gateway: object = work.kit.erp_gateway
    further = gateway.further_kinds() if isinstance(gateway, TellsMore) else ()
    return tuple(dict.fromkeys((*KINDS, *further)))


def mark_fresh(work: Work, kind: str, as_of: datetime, rows: int, refused: int = 0) -> None:
    """Notes that the ERP told `rows` rows of `kind`, true at `as_of`; news older than what is noted changes nothing."""
    if kind not in KINDS and kind not in (known := kinds_of(work)):
        raise ValueError(f"{kind!r} is no kind of data; kinds: {', '.join(known)}")
    noted = work.session.get(Freshness, kind)
    if noted is None:
        work.session.add(Freshness(kind=kind, as_of=as_of, rows=rows, refused=refused))
        work.session.flush()
    elif as_of >= noted.as_of:
        noted.as_of, noted.rows, noted.refused = as_of, rows, refused
    work.signal("erp", kind, staff=True)
    if rows and kind in FOLLOWED and work.kit.subscribers.get(DataTold):
        work.publish(DataTold(kind, as_of), key=f"erp.told:{kind}")


def freshness(work: Work) -> Mapping[str, Fresh]:
    """Kind -> its last news; a kind that never came is absent."""
    columns = (Freshness.kind, Freshness.as_of, Freshness.rows, Freshness.refused)
    return {kind: Fresh(as_of, rows, refused) for kind, as_of, rows, refused in work.session.execute(select(*columns))}
