"""The price list of a buyer's own assortment, at the prices of the session's contract, as a file in which he can order."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from b2bkit.core.access.acting import actor_again
from b2bkit.core.catalog.goods import Good
from b2bkit.core.catalog.listing import MOST as PAGE
from b2bkit.core.catalog.listing import ListQuery, list_products, matching_tree
from b2bkit.core.catalog.quantities import plain
from b2bkit.core.catalog.tree import category_tree
from b2bkit.core.catalog.units import unit_label
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.files import prepared
from b2bkit.core.i18n import _, speaking
from b2bkit.core.ordering.service.contract import Terms, own_terms
from b2bkit.core.pricing.terms import session_terms
from b2bkit.core.sheets import XLSX, Cell, Column, write_xlsx
from b2bkit.core.work import Actor, Work

AT_ONCE: Final = 10_000  # products that somebody waits for; a longer list is made by a job
MOST: Final = 200_000
JOB: Final = "ordering.make_price_list"


def length(work: Work, *, category: UUID | None = None, q: str = "") -> int:
    """How many products the list would have."""
    tree = matching_tree(work, q)
    if category is None:
        return tree.matching
    group = tree.find(category)
    return group.matching if group is not None else 0


def price_list(work: Work, *, category: UUID | None = None, q: str = "") -> bytes:
    """XLSX of what the catalogue shows to this actor under its contract, read page by page: memory does not grow with it.

    Raises Refused without a contract, and for more than `AT_ONCE` products: then it is asked for, or made group by group.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prices.xlsx"
        write(work, path, category=category, q=q, most=AT_ONCE)
        return path.read_bytes()


def write(work: Work, path: Path, *, category: UUID | None, q: str, most: int) -> None:
    """The same into a file. Raises Refused without a contract, and for more than `most` products."""
    terms = own_terms(work)
    if terms is None:
        raise Refused(Problem("ordering.no_contract", _("There is no contract, and so no prices. Ask your manager.")))
    columns = [
        Column(_("Article"), width=20), Column(_("Product"), width=52), Column(_("Unit"), width=10), Column(_("Price"), "number", 12),
        Column(_("Price from a quantity"), width=30), Column(_("VAT, %"), "number", 8), Column(_("Least order"), "number", 12),
        Column(_("In steps of"), "number", 10), Column(_("In stock"), "number", 12), Column(_("Order"), "number", 12),
    ]  # fmt: skip
    rows = _rows(work, category, q, most)
    write_xlsx(path, sheet=_("Price list"), columns=columns, rows=rows, notes=_notes(work, terms), made=work.now)


def ask(work: Work, *, category: UUID | None = None, q: str = "") -> UUID:
    """Has a job make the list for the actor; he is told when it can be fetched. Raises Refused without a contract, and beyond `MOST`."""
    if own_terms(work) is None:
        raise Refused(Problem("ordering.no_contract", _("There is no contract, and so no prices. Ask your manager.")))
    if length(work, category=category, q=q) > MOST:
        raise _too_long(MOST)
    return prepared.ask(work, job=JOB, label=label(work, category, q), arguments={"category": str(category or ""), "q": q})


def label(work: Work, category: UUID | None, q: str) -> str:
    """What the list is called among other files: `Price list: Films, white`."""
    group = category_tree(work).find(category) if category is not None else None
    parts = [*([group.name] if group is not None else []), *([q.strip()] if q.strip() else [])]
    return ": ".join([_("Price list"), *([", ".join(parts)] if parts else [])])


def make(open_work: OpenWork, *, prepared_file_id: str, lang: str, contract_id: str, category: str, q: str) -> None:
    """Job: makes the list in the name of who asked, with his rights of this moment; nothing for who may not any more."""
    row_id = UUID(prepared_file_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prices.xlsx"
        with open_work(write=False) as work, speaking(lang, work.translations(lang)):
            asker = prepared.whose(work, row_id)
            if asker is None:
                return
            contract = UUID(contract_id) if contract_id else None
            actor = actor_again(work, user_id=asker[0], company_id=asker[1], contract_id=contract)
            done = actor is not None and _write_for(work, actor, path, UUID(category) if category else None, q)
            filename = _("Price list") + ".xlsx"
        if done:
            prepared.deliver(open_work, row_id, path, filename=filename, kind=XLSX)
        else:
            prepared.drop(open_work, row_id)


def _write_for(work: Work, actor: Actor, path: Path, category: UUID | None, q: str) -> bool:
    """Writes the list in a person's name; False for who may not have it any more."""
    theirs = copy.copy(work)
    theirs.actor = actor
    if own_terms(theirs) is None or not (actor.may("ordering.cart") and actor.may("catalog.view")):
        return False
    write(theirs, path, category=category, q=q, most=MOST)
    return True


def _notes(work: Work, terms: Terms) -> list[str]:
    day = work.now.astimezone(work.config.portal.zone).date().isoformat()
    prices = session_terms(work)
    with_vat = _("with VAT") if prices is not None and prices.vat_included else _("without VAT")
    said = {"day": day, "name": terms.legal_entity, "number": terms.number, "currency": terms.currency, "vat": with_vat}
    contracts = work.actor.shows("company.contracts")
    whose = (
        _("Prices of %(day)s for %(name)s, contract %(number)s, %(currency)s, %(vat)s")
        if contracts
        else _("Prices of %(day)s for %(name)s, %(currency)s, %(vat)s")
    )
    return [
        whose % said,
        _("Fill in “Order” in the unit of the row and send the file on the page “Order by list”."),
    ]


def _rows(work: Work, category: UUID | None, q: str, most: int) -> Iterator[list[Cell]]:
    cursor, read = None, 0
    while True:
        page = list_products(work, ListQuery(q=q, category=category, sort="name", cursor=cursor, limit=PAGE))
        read += len(page.goods)
        if read > most:
            raise _too_long(most)
        yield from map(_row, page.goods)
        cursor = page.next
        if cursor is None:
            return


def _too_long(most: int) -> Refused:
    told = _("More than %(most)d products. Choose a group and take its list.") % {"most": most}
    return Refused(Problem("ordering.price_list_long", told))


def _row(good: Good) -> list[Cell]:
    rules, steps = good.rules, good.table.steps
    least = max(rules.minimum, rules.multiple)
    first = (good.table.at(least) or steps[0]).price if steps else None
    further = "; ".join(_from(step.min_quantity, step.price) for step in steps if step.min_quantity > least)
    stock = good.available if good.stock_as_of is not None else None
    unit = unit_label(rules.spelt())
    return [good.row.article, good.row.name, unit, first, further, good.row.vat_rate, least, rules.multiple, stock, None]


def _from(quantity: Decimal, price: Decimal) -> str:
    return _("from %(quantity)s: %(price)s") % {"quantity": plain(quantity), "price": plain(price)}
