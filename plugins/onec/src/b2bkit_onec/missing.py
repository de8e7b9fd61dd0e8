"""Goods that a full export does not name any more. 1C never says where such an export ends, so absence alone deletes nothing:

- each file's goods are remembered (`Mentioned`), for `СодержитТолькоИзменения` is false in the first portion of a full export only,
  or in all of them, or never;
- they are put away when 1C says so (`mode=deactivate`), or, with `missing = "hide"`, once a full export has been over for a while,
  was taken without a fault, and left out no more than `missing_share` per cent of what the catalogue has.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from b2bkit import Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.db.rows import parts
from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec.flows import record
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.flows.spec import Refused
from b2bkit_onec.models import Exchange, Mentioned, Upload, Variant
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.upload.refusals import printable

KEPT: Final = timedelta(days=3)
LONGEST: Final = timedelta(hours=12)  # a full export is over after this, though changes go on coming
MOST_SHOWN: Final = 1000


class NotSettled(Exception):
    """What is missing cannot be told; the sentence says why and what to do."""


def moment(work: Work, text: str) -> datetime:
    """The `timestamp` that `checkauth` gave out. Raises NotSettled for one that is none, or that is not past."""
    if text.isdecimal() and len(text) <= 12 and int(text) <= work.now.timestamp():
        return datetime.fromtimestamp(int(text), UTC)
    raise NotSettled(_("timestamp={text} is no moment that checkauth gave out.").format(text=printable(text)))


def is_waiting(work: Work) -> bool:
    """Whether files are still to be read."""
    return work.session.scalars(select(Upload.id).where(Upload.state == "queued").limit(1)).first() is not None


def deactivate(work: Work, *, since: datetime, flow: Chosen) -> str:
    """1C's explicit word: goods that no file named since then are put away, catalogue by catalogue. Returns a line for 1C's log.

    Raises NotSettled when a file of this time could not be taken, for its goods would be missing, or when none came at all.
    """
    if (name := _failed_since(work, since)) is not None:
        said = _("{file} could not be taken, so the portal does not know what is missing. Mend it and export everything again.")
        raise NotSettled(said.format(file=printable(name)))
    catalogs = work.session.scalars(select(Mentioned.catalog).where(Mentioned.at >= since, Mentioned.kind != "known").distinct()).all()
    if not catalogs:
        raise NotSettled(_("No catalogue came since then, so nothing can be missing from it. Export it first."))
    hidden = 0
    for catalog in sorted(catalogs):
        gone, _there = left_out(work, catalog=catalog, since=since)
        hidden += hide(work, gone)
        _settled(work, catalog, since)
    if hidden:
        figures = {"missing": {"told": hidden, "new": 0, "changed": hidden}}
        record.of_site(work, flow, started_at=since, counts=figures, refused=())
    return _("Put away: {count}.").format(count=hidden)


def settle(work: Work, *, settings: OneCSettings, flow: Chosen) -> None:
    """Job: what full exports that are over left out: told to staff, and hidden where the settings say so."""
    begun = select(Mentioned.catalog).where(Mentioned.kind == "full", Mentioned.settled_at.is_(None)).distinct()
    for catalog in work.session.scalars(begun).all():
        start = _over_since(work, catalog, timedelta(minutes=settings.missing_minutes))
        if start is not None and not is_waiting(work):
            _settle(work, catalog, start, settings, flow)


def _settle(work: Work, catalog: str, start: datetime, settings: OneCSettings, flow: Chosen) -> None:
    gone, there = left_out(work, catalog=catalog, since=start)
    _settled(work, catalog, start)
    if not gone:
        return
    hidden, blamed = 0, list[Refused]()
    reason = _("A full export did not name it any more, and it was kept.")
    if settings.missing == "keep":
        pass  # they are counted; who keeps them does not want to hear of each after every export
    elif _failed_since(work, start) is not None:
        cure = _("A file of this export could not be taken. Mend it and export everything again.")
        blamed = [Refused(ref, reason, cure) for ref in gone[:MOST_SHOWN]]
    elif len(gone) * 100 > there * settings.missing_share:
        said = _("The export left out {count} of {all}, more than {share} %. Was it whole? If so, raise missing_share in [plugins.onec].")
        cure = said.format(count=len(gone), all=there, share=settings.missing_share)
        blamed = [Refused(ref, reason, cure) for ref in gone[:MOST_SHOWN]]
    else:
        hidden = hide(work, gone)
    figures = {"missing": {"told": len(gone), "new": 0, "changed": hidden}}
    record.of_site(work, flow, started_at=start, counts=figures, refused=blamed)


def left_out(work: Work, *, catalog: str, since: datetime) -> tuple[list[str], int]:
    """(goods of this catalogue that clients see and no file named since then, how many of its goods clients see)."""
    before = _refs(work, Mentioned.catalog == catalog, (Mentioned.at < since) | (Mentioned.kind == "known"))
    named = _refs(work, Mentioned.catalog == catalog, Mentioned.at >= since, Mentioned.kind != "known")
    ids = erp.ids_for(work, system=SYSTEM_NAME, entity="product", refs=sorted(before | named))
    alive = _alive(work, ids.values()) | _bases_alive(work, ids)
    shown = [ref for ref, id_ in ids.items() if id_ in alive]
    return [ref for ref in shown if ref not in named and ref.partition("#")[0] not in named], len(shown)


def hide(work: Work, refs: Sequence[str]) -> int:
    """Puts goods and their variants away until a file names them again; returns how many products that are."""
    ids = set(erp.ids_for(work, system=SYSTEM_NAME, entity="product", refs=refs).values())
    for part in parts(refs):
        of_base = (Variant.base_ref.in_(part), Variant.whole.is_(False))
        ids |= set(work.session.scalars(select(Variant.product_id).where(*of_base)))
        work.session.execute(update(Variant).where(*of_base).values(base_deleted=True), execution_options={"synchronize_session": False})
    hidden = 0
    for chunk in parts(ids):
        alive = select(Product.id).where(Product.id.in_(chunk), Product.active)
        hidden += len(found := work.session.scalars(alive).all())
        away = update(Product).where(Product.id.in_(found)).values(active=False, updated_at=work.now)
        work.session.execute(away, execution_options={"synchronize_session": False})
    return hidden


def put_together(work: Work) -> None:
    """Job: files that are too old to be asked for become what is known of their catalogue."""
    old = (Mentioned.at < work.now - KEPT, (Mentioned.kind != "full") | Mentioned.settled_at.is_not(None))
    for catalog in work.session.scalars(select(Mentioned.catalog).where(*old, Mentioned.kind != "known").distinct()).all():
        refs = _refs(work, Mentioned.catalog == catalog, *old)
        work.session.execute(delete(Mentioned).where(Mentioned.catalog == catalog, *old))
        packed = zlib.compress("".join(f"{ref}\n" for ref in sorted(refs)).encode(), 1)
        row = {"id": new_id(), "at": work.now - KEPT - timedelta(seconds=1), "catalog": catalog, "kind": "known", "settled_at": work.now}
        work.session.insert_rows(Mentioned, [{**row, "count": len(refs), "refs": packed}])


def _over_since(work: Work, catalog: str, pause: timedelta) -> datetime | None:
    """When the latest full export of this catalogue began; None while it goes on.

    Files that follow each other within the pause are one export: 1C opens a session for each portion.
    """
    statement = select(Mentioned.at, Mentioned.kind).where(Mentioned.catalog == catalog, Mentioned.kind != "known").order_by(Mentioned.at)
    rows = work.session.execute(statement).all()
    start, before, full = rows[0].at, rows[0].at, False
    for at, kind in rows:
        if at - before > pause:
            start, full = at, False
        before, full = at, full or kind == "full"
    over = before < work.now - pause or start < work.now - LONGEST
    if not full:  # the full one is over, and changes came after it
        last = max(at for at, kind in rows if kind == "full")
        return _chain_start([row.at for row in rows], last, pause)
    return start if over else None


def _chain_start(moments: Sequence[datetime], last: datetime, pause: timedelta) -> datetime:
    start = last
    for at in reversed([one for one in moments if one <= last]):
        if start - at > pause:
            break
        start = at
    return start


def _settled(work: Work, catalog: str, since: datetime) -> None:
    told = update(Mentioned).where(Mentioned.catalog == catalog, Mentioned.kind == "full", Mentioned.settled_at.is_(None))
    work.session.execute(told.values(settled_at=work.now), execution_options={"synchronize_session": False})


def _refs(work: Work, *where: ColumnElement[bool]) -> set[str]:
    found: set[str] = set()
    for packed in work.session.scalars(select(Mentioned.refs).where(*where)):
        found.update(zlib.decompress(packed).decode().split("\n"))
    return found - {""}


def _alive(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    found: set[UUID] = set()
    for part in parts(ids):
        found |= set(work.session.scalars(select(Product.id).where(Product.id.in_(part), Product.active)))
    return found


def _bases_alive(work: Work, given: Mapping[str, UUID]) -> set[UUID]:
    """Products that are ordered by their variants only, of which one at least is there."""
    found: set[UUID] = set()
    for part in parts(given):
        statement = select(Variant.base_ref).join(Product, Product.id == Variant.product_id)
        where = (Variant.base_ref.in_(part), Variant.whole.is_(False), Product.active)
        found |= {given[ref] for ref in work.session.scalars(statement.where(*where).distinct())}
    return found


def _failed_since(work: Work, since: datetime) -> str | None:
    """A file of a catalogue that could not be taken since then, unless it came again and was."""
    states = select(Upload.name, Upload.state).join(Exchange, Exchange.id == Upload.exchange_id)
    rows = work.session.execute(
        states.where(Exchange.kind == "catalog", Upload.finished_at >= since).order_by(Upload.finished_at, Upload.id)
    )
    last = dict(rows.all())
    return next((name for name, state in last.items() if state == "failed"), None)
