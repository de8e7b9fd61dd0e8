"""Flows that 1C drives by CommerceML: what a file of it belongs to, whether it may come now, and its run and message once it was read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit_onec import staging
from b2bkit_onec.archive import files
from b2bkit_onec.archive.message import Message, Outcome
from b2bkit_onec.archive.store import keep_within
from b2bkit_onec.flows import record, state
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.models import Upload
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.upload.names import extension
from b2bkit_onec.uploads import rank

log = logging.getLogger("b2bkit.onec")
CATALOG: Final = "catalog"
Figures = Mapping[str, int]
WHOLE: Final = 262_144  # bytes of a file that the archive keeps itself; a larger one is kept beside it
_BY_RANK: Final = (("catalog",), ("prices", "stock"), ("parties",), ("order_status",))
_COUNTED: Final[Mapping[str, str]] = {
    "products": "catalog", "groups": "catalog", "properties": "catalog", "packagings": "catalog", "variants": "catalog", "units": "catalog",
    "prices": "prices", "price_types": "prices", "stock": "stock", "warehouses": "stock", "counterparties": "parties",
    "companies": "parties", "addresses": "parties", "contracts": "parties", "opened_groups": "parties", "orders": "order_status",
    "people": "parties", "papers": "order_status", "pictures": "catalog",
}  # fmt: skip


def goes_out(work: Work, flows: Mapping[str, Chosen]) -> bool:
    """Whether 1C may fetch orders by CommerceML now."""
    orders = flows["orders"]
    return orders.way == "site" and not state.is_paused(work, orders)


def stopped(work: Work, flows: Mapping[str, Chosen], *, exchange: str, filename: str) -> str:
    """Why a file must not come now, "" when it may: a flow that it may hold is paused, and taking half of a file would lose the rest.

    1C is told that it failed, so it keeps what changed and brings it again.
    """
    for name in _may_hold(exchange, filename):
        if flows[name].way == "site" and state.is_paused(work, flows[name]):
            said = _("The flow “{flow}” is paused in the portal. Send the file again when it is resumed.")
            return said.format(flow=_(flows[name].kind.label))
    return ""


def _may_hold(exchange: str, filename: str) -> tuple[str, ...]:
    if exchange == "sale":
        return ("order_status", "parties") if extension(filename) in ("xml", "zip") else ()
    if extension(filename) == "zip":
        return ("catalog", "prices", "stock")
    return _BY_RANK[rank(filename)] if extension(filename) == "xml" else ()


def taken(work: Work, upload: Upload, flows: Mapping[str, Chosen], settings: OneCSettings) -> None:
    """A file was read to its end: a run for each flow that it brought data for, and its message."""
    counts, beside = _by_flow(upload, flows)
    refused = [Refused(str(one["id"]) or _place(one), one["reason"], one["cure"]) for one in upload.refused]
    main = next((name for name in (*_BY_RANK[rank(upload.name)], *counts) if name in counts), CATALOG if beside else "")
    if beside:
        counts[main] = {**counts.get(main, {}), **beside}
    for name, figures_of in counts.items():
        blamed = refused if name == main else ()
        record.of_site(work, flows[name], started_at=upload.queued_at or upload.received_at, counts=figures_of, refused=blamed)
    _keep(work, upload, "refused" if refused and not counts else "ok", main, settings)


def not_taken(work: Work, upload: Upload, reason: str, cure: str, flows: Mapping[str, Chosen], settings: OneCSettings) -> None:
    """A file could not be taken at all."""
    name = _by_site(flows, *_BY_RANK[rank(upload.name)])
    record.site_failed(work, flows[name], started_at=upload.queued_at or upload.received_at, reason=reason, cure=cure)
    _keep(work, upload, "failed", name, settings)


def fetched(work: Work, flows: Mapping[str, Chosen], orders: int) -> None:
    """1C confirmed this many orders in one exchange."""
    if orders:
        figures = {"orders": {"told": orders, "new": orders, "changed": 0}}
        record.of_site(work, flows["orders"], started_at=work.now, counts=figures, refused=())


def _by_flow(upload: Upload, flows: Mapping[str, Chosen]) -> tuple[dict[str, dict[str, Figures]], dict[str, Figures]]:
    """Figures by the flow that brought them, and those of kinds that go another way: what was left out, declarations that were new."""
    counts: dict[str, dict[str, Figures]] = {}
    beside: dict[str, Figures] = {}
    for kind, figures in upload.counts.items():
        if figures.get("left") and not figures["told"]:
            beside[kind] = figures
        elif kind in _COUNTED and (figures["told"] or kind != "contracts"):
            (counts.setdefault(_COUNTED[kind], {}) if flows[_COUNTED[kind]].way == "site" else beside)[kind] = figures
    return counts, beside


def _by_site(flows: Mapping[str, Chosen], *names: str) -> str:
    """The first of these flows that 1C drives by CommerceML; the catalogue's, which always does, where all of them go another way."""
    return next((name for name in names if flows[name].way == "site"), CATALOG)


def _place(refused: Mapping[str, object]) -> str:
    return _("line {number}").format(number=refused["line"]) if refused.get("line") else str(refused.get("element", ""))


def _keep(work: Work, upload: Upload, outcome: Outcome, flow: str, settings: OneCSettings) -> None:
    """The message of a file. A large one is kept beside the archive; what went wrong with that is no reason to lose the message."""
    path, message_id = staging.folder_of(work.config, upload.exchange_id) / upload.stored, new_id()
    small = upload.size <= WHOLE and extension(upload.name) == "xml" and path.is_file()
    keep_within(
        work,
        Message(
            id=message_id,
            at=work.now,
            direction="in",
            way="site",
            name=upload.name,
            flow=flow,
            status="success" if outcome == "ok" else "failure",
            outcome=outcome,
            content_type="text/xml" if extension(upload.name) == "xml" else "application/zip",
            body=_read(path) if small else b"",
            file="" if small else _kept(work, path, message_id, settings),
            size=upload.size,
        ),
        settings,
    )


def _kept(work: Work, path: Path, message_id: UUID, settings: OneCSettings) -> str:
    """Where the archive has the file; where it cannot take it, the place of its exchange, which is deleted after three days."""
    try:
        kept = files.put(work.config.data, path, message_id)
    except OSError:
        log.exception("a large file of 1C could not be kept", extra={"file": path.name})
        return str(path.relative_to(work.config.data))
    data, now = work.config.data, work.now
    work.after_commit(lambda: files.make_room(data, limit_mb=settings.messages_mb, now=now))
    return kept


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
