"""Papers: invoices, shipments, tax invoices, acts, corrections, as the ERP makes them out, changes and takes them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from b2bkit.core.db.rows import by_id, parts, save
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.service.refs import ids_for, remember
from b2bkit.core.i18n import _
from b2bkit.core.settlements.models import Paper, PaperLine
from b2bkit.core.settlements.news import PaperNews, Taken, Told
from b2bkit.core.settlements.service.known import Known, Owner, Refused, unknown_party
from b2bkit.core.work import Work


def take_papers(work: Work, news: Sequence[PaperNews], *, system: str, told: Told) -> Taken:
    """Papers of known counterparties. One that is unposted or deleted there is kept and not shown; posted again, it shows again.

    Never whole: what the news does not name stays. A paper that moved to another client is refused.
    """
    latest = {one.ref: one for one in news}
    every = latest.values()
    known = Known(work, system, (one.party_ref for one in every), (one.contract_ref for one in every), (one.order_ref for one in every))
    ids = dict(ids_for(work, system=system, entity="paper", refs=latest))
    there = by_id(work.session, Paper, list(ids.values()))
    rows, refused = dict[UUID, dict[str, Any]](), list[Refused]()
    lines: dict[UUID, PaperNews] = {}
    for ref, one in latest.items():
        owner = known.parties.get(one.party_ref)
        before = there.get(ids.get(ref))
        if owner is None or (before is not None and before["company_id"] != owner.company_id):
            refused.append(unknown_party(one.party_ref) if owner is None else _moved(ref))
        elif before is None or before["as_of"] <= told.as_of:
            id_ = ids.setdefault(ref, new_id())
            rows[id_], lines[id_] = _row(work, one, owner, known), one
    change = save(work.session, Paper, rows, stamp={"as_of": told.as_of})
    remember(work, system=system, entity="paper", pairs={ref: id_ for ref, id_ in ids.items() if id_ in rows})
    fresh = {id_ for id_, row in rows.items() if id_ not in there or there[id_]["version"] != row["version"] or not row["version"]}
    _replace_lines(work, system, {id_: lines[id_] for id_ in fresh}, rows)
    if change.new or change.changed:
        companies = {row["company_id"] for row in rows.values()}
        work.signal("papers", "", companies=tuple(companies), staff=True)
    return Taken(len(news), change.new, change.changed, 0, tuple(refused))


def _moved(ref: str) -> Refused:
    return ref, _("The paper belongs to another client here."), _("Mark it as deleted in 1C and make out a new one.")


def _row(work: Work, one: PaperNews, owner: Owner, known: Known) -> dict[str, Any]:
    start, end = one.period or (None, None)
    return {
        "company_id": owner.company_id,
        "legal_entity_id": owner.legal_entity_id,
        "contract_id": known.contract(one.contract_ref, owner),
        "order_id": known.order(one.order_ref, owner),
        "kind": one.kind,
        "number": one.number.strip()[:50],
        "on": one.on,
        "currency": one.currency or work.config.portal.currency,
        "total": one.total,
        "vat": one.vat,
        "due_on": one.due_on,
        "period_from": start,
        "period_to": end,
        "status": one.status[:100],
        "version": one.version[:50],
        "active": one.posted and not one.deleted,
    }


def _replace_lines(work: Work, system: str, papers: Mapping[UUID, PaperNews], rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    refs = {line.product_ref for one in papers.values() for line in one.lines if line.product_ref}
    products = ids_for(work, system=system, entity="product", refs=refs)
    for part in parts(papers):
        work.session.execute(delete(PaperLine).where(PaperLine.paper_id.in_(part)), execution_options={"synchronize_session": False})
    work.session.insert_rows(
        PaperLine, [line for id_, one in papers.items() for line in _lines(id_, rows[id_]["company_id"], one, products)]
    )


def _lines(paper_id: UUID, company_id: UUID, one: PaperNews, products: Mapping[str, UUID]) -> Iterable[dict[str, Any]]:
    for position, line in enumerate(one.lines, 1):
        yield {
            "company_id": company_id,
            "paper_id": paper_id,
            "position": position,
            "product_id": products.get(line.product_ref),
            "name": line.name[:250],
            "unit": line.unit[:50],
            "quantity": line.quantity,
            "price": line.price,
            "total": line.total,
            "vat": line.vat,
            "vat_rate": line.vat_rate,
        }
