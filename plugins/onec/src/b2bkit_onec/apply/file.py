"""A whole file: its records in the order in which they depend on each other, in one transaction, and what 1C is told of it."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Final

from b2bkit import Work
from b2bkit.core.db.rows import compares_itself
from b2bkit.core.erp import service as erp
from b2bkit.core.i18n import _
from b2bkit_onec.apply import classifier, documents, offers, parties, pictures, products
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.apply.taken import Contexts, Taken
from b2bkit_onec.commerceml import records
from b2bkit_onec.flows.elsewhere import Elsewhere
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.wire import Line

Told = records.Item | Line
Items = Callable[[], Iterable[Told]]
BATCH: Final = 2000
DECLARED: Final = (records.Group, records.PropertyDef, records.UnitDef, records.PriceType, records.Warehouse)
REFERRING: Final = (Line, records.Same, records.Product, records.Offer, records.Counterparty, records.Document)
# kinds of data whose age the portal shows -> counts that belong to them
FRESH: Final = {
    "catalog": ("products", "groups", "properties"),
    "prices": ("prices",),
    "stock": ("stock",),
    "companies": ("counterparties",),
    "order_status": ("orders",),
}


class OutOfOrder(Exception):
    """A declaration comes after what may refer to it."""


def apply_file(
    work: Work,
    *,
    name: str,
    items: Items,
    settings: OneCSettings,
    declared: Items | None = None,
    once: bool = False,
    contexts: Contexts | None = None,
) -> Intake:
    """Applies the records, declarations first, then what refers to them. Nothing is deleted for being absent.

    declared   gives the declarations, when there is a shorter way to them than through all records
    once       the records are asked for once, as they come: raises OutOfOrder when they are not in that order
    contexts   in which it was told what need not be read (see `known`): raises Stale when others hold now

    Everything happens in the transaction of `work`; what raises leaves the portal as it was.
    """
    if compares_itself(work.session):
        _plan_for_growth(work)
    intake, elsewhere = Intake(work, settings, name), Elsewhere(settings)
    first, stream = _declared_first(iter(items())) if once else ((declared or items)(), iter(items()))
    classifier.apply(intake, elsewhere.declared(intake, [item for item in first if isinstance(item, DECLARED)]))
    known, taken = products.Classifier(intake), Taken(intake, off=bool(elsewhere.ways), contexts=contexts)
    with _rare_collection():
        for batch in _batches(stream):
            if same := [one for one in batch if isinstance(one, records.Same)]:
                taken.same(same)
            elif kept := elsewhere.out_of(intake, _items(batch, taken)):
                _apply_batch(intake, kept, known)
            taken.keep()
    intake.mentions.keep(work, catalog=intake.catalog, full=intake.full)
    for kind, counted in FRESH.items():
        told = [intake.counts[one] for one in counted if one in intake.counts]
        if told:
            rows = sum(one["told"] for one in told)
            erp.mark_fresh(work, kind, as_of=work.now, rows=rows, refused=intake.refused_in_all)
    if "products" in intake.counts:
        work.enqueue("catalog.learn_words", unique="import")
    elsewhere.tell(intake)
    return intake


def _plan_for_growth(work: Work) -> None:
    """Tables grow within the transaction. A connection keeps its plans: above all those that check foreign keys, made when a table had a
    few rows, would read it whole for each new row (20,000 goods with prices and stock: 33 s in place of 4).
    """
    connection = work.session.connection()
    connection.exec_driver_sql("DISCARD PLANS")
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Millions of small values without rings come and go: looking for rings among everything that the portal holds has a price."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _declared_first(items: Iterator[Told]) -> tuple[Iterable[Told], Iterator[Told]]:
    """(records up to the last declaration before what refers to one, all records); the latter raise OutOfOrder for one that comes later."""
    begun: list[Told] = []
    for item in items:
        begun.append(item)
        if isinstance(item, REFERRING):
            break

    def rest() -> Iterator[Told]:
        for item in items:
            if isinstance(item, DECLARED):
                raise OutOfOrder
            yield item

    return begun, chain(begun, rest())


def _items(batch: Sequence[Told], taken: Taken) -> list[records.Item]:
    """Records of a batch that have to be applied."""
    lines = [one for one in batch if isinstance(one, Line)]
    return taken.sift(lines) if lines else [one for one in batch if not isinstance(one, Line)]


def _batches(items: Iterable[Told]) -> Iterator[list[Told]]:
    """Records of one kind that follow each other, at most 2000; declarations are left out."""
    batch: list[Told] = []
    for item in items:
        if isinstance(item, DECLARED):
            continue
        if batch and (len(batch) >= BATCH or _kind(item) is not _kind(batch[0])):
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _kind(item: Told) -> type:
    return item.kind if isinstance(item, Line) else type(item)


def _apply_batch(intake: Intake, batch: Sequence[records.Item], declared: products.Classifier) -> None:
    first = batch[0]
    if isinstance(first, records.Exchange):
        intake.said_at = said_at(intake.work, first)
    elif isinstance(first, records.Section):
        for item in batch:
            if isinstance(item, records.Section) and item.element == "Каталог":
                intake.catalog, intake.full = item.id, intake.full or item.changes_only is False
    elif isinstance(first, records.Product):
        goods = [item for item in batch if isinstance(item, records.Product)]
        products.apply(intake, goods, declared)
        intake.mentions.add(one.id for one in goods)
        pictures.apply(intake, goods)
        _prices_on_goods(intake, goods)
    elif isinstance(first, records.Offer):
        offers.apply(intake, [item for item in batch if isinstance(item, records.Offer)], declared)
    elif isinstance(first, records.Counterparty):
        parties.apply(intake, [item for item in batch if isinstance(item, records.Counterparty)])
    elif isinstance(first, records.Document):
        documents.apply(intake, [item for item in batch if isinstance(item, records.Document)])
    elif isinstance(first, records.Refused):
        for item in batch:
            if isinstance(item, records.Refused):
                intake.note(item)


def _prices_on_goods(intake: Intake, goods: Sequence[records.Product]) -> None:
    """Some exporters put prices on goods."""
    priced = {one.id: one for one in goods if one.prices}
    ids = intake.ids("product", priced)
    offers.prices(intake, {id_: priced[ref] for ref, id_ in ids.items()})


def said_at(work: Work, header: records.Exchange) -> str:
    """ДатаФормирования in UTC, as a text that sorts; a moment without a zone is in that of the portal. "" when the file names none."""
    if header.formed_at is None:
        return ""
    moment = header.formed_at if header.formed_at.tzinfo else header.formed_at.replace(tzinfo=work.config.portal.zone)
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def summary(intake: Intake) -> str:
    """One line for 1C's log."""
    changed = sum(one["new"] + one["changed"] for one in intake.counts.values())
    told = _("Read: {told}. Changed rows: {changed}.").format(told=_told(intake), changed=changed)
    if left := ", ".join(f"{kind} {row['left']}" for kind, row in intake.counts.items() if row.get("left")):
        told += " " + _("Left out, since the portal's settings give it to another way: {left}.").format(left=left)
    if not intake.refused_in_all:
        return told
    return told + " " + _("Not taken: {count}; the portal shows each with line, reason and cure.").format(count=intake.refused_in_all)


def _told(intake: Intake) -> str:
    return ", ".join(f"{kind} {row['told']}" for kind, row in intake.counts.items() if row["told"]) or "0"
