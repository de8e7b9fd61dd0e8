"""What the child that reads a file need not read: texts of goods and offers that were taken before, if nobody touched their rows since.

A full exchange repeats what it said the last time. Before such a file is read the database is asked once which of its records would be
known (see `taken`, which asks for each batch of a file that is read whole), and the child is given their digests: it counts those
items in place of reading them. What happens to the rows while it reads happens after 1C has spoken, so it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Row, func, select, text

from b2bkit import Work
from b2bkit.core.db.rows import compares_itself
from b2bkit_onec.apply.taken import PRICES, PRODUCT, STOCK, Contexts, context_of
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Taken
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings

MOST: Final = 300_000  # records; the child keeps them in memory, a quarter of a kilobyte each
ITEM: Final = 1_000  # bytes of a product or an offer, as a rule
WORTH_IT: Final = 4  # the file may hold at least one of so many goods
HEAD: Final = 1 << 16
BATCH: Final = 10_000
_CHANGES: Final = tuple(one.encode() for one in ("<ИзмененияПакетаПредложений", 'СодержитТолькоИзменения="true"'))
# rows of a product -> what they add to the state in which `taken` left it; a state is the exclusive or of all of them
_ROWS: Final = {
    "goods": "SELECT id, hash_record_extended(p, 0), 0 FROM core_product p",
    "packagings": "SELECT product_id, hash_record_extended(ROW(name, factor, position), 1), 1 FROM core_packaging",
    "pictures": "SELECT product_id, hash_record_extended(ROW(position, path, description), 2), 0 FROM onec_picture",
    "prices": "SELECT product_id, hash_record_extended(ROW(price_type_id, min_quantity, value), 3), 0 FROM core_price",
    "stock": "SELECT product_id, hash_record_extended(ROW(warehouse_id, quantity), 4), 0 FROM core_stock",
}
_OF_KIND: Final = {
    PRODUCT: ("goods", "packagings", "pictures"),
    PRICES: ("prices",),
    STOCK: ("stock",),
    PRICES | STOCK: ("prices", "stock"),
}


class Known(NamedTuple):
    """Lines for the child, and in which contexts they hold."""

    file: Path
    contexts: Contexts


def known_texts(work: Work, settings: OneCSettings, *, path: Path, name: str, into: Path) -> Known | None:
    """Writes what the child need not read of the file at `path`; None when there is nothing, or when looking for it is not worth it."""
    if not compares_itself(work.session) or _tells_changes(path):
        return None
    goods = work.session.scalar(select(func.count()).select_from(Taken).where(Taken.kind == PRODUCT)) or 0
    if not goods or path.stat().st_size * WORTH_IT < goods * ITEM:
        return None
    contexts: dict[type, str] = {entity: context_of(work.session, settings, entity) for entity in (records.Product, records.Offer)}
    left = MOST
    with into.open("xb") as out:
        for kind in _kinds(name):
            context = contexts[records.Product if kind == PRODUCT else records.Offer]
            for row in _rows(work, kind, context, left):
                out.write(row[0].encode() + b"\t" + orjson.dumps([kind, *row[1:]]) + b"\n")
                left -= 1
    return Known(into, contexts) if left < MOST else None


def _tells_changes(path: Path) -> bool:
    """A file of changes says little that is known."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    return any(map(head.__contains__, _CHANGES))


def _kinds(name: str) -> tuple[int, ...]:
    """Kinds of records that are worth asking for, by 1C's names for its files: import0_1.xml, offers0_1.xml, prices..., rests..."""
    start = name.casefold()
    if start.startswith(("import", "goods")):
        return (PRODUCT,)
    return tuple(kind for kind in _OF_KIND if kind != PRODUCT or not start.startswith(("offers", "prices", "rests")))


def _rows(work: Work, kind: int, context: str, most: int) -> Iterator[Row[Any]]:
    """(digest, reference, packagings or prices, stock rows) of records of a kind whose rows are as they left them.

    Rows are grouped, not joined: a table that an import has just filled has no statistics, and what a planner takes for small it joins
    row by row, for minutes.
    """
    given = {"kind": kind, "context": context, "system": SYSTEM_NAME, "most": most}
    statement = text(f"""
        SELECT max(digest), max(ref), coalesce(sum(packagings) + max(prices), 0), max(stock) FROM (
            SELECT product_id, state, 0 AS packagings, replace(CAST(digest AS text), '-', '') AS digest, prices, stock, NULL AS ref
            FROM onec_taken WHERE kind = :kind AND context = :context
            UNION ALL SELECT entity_id, 0, 0, NULL, NULL, NULL, ref FROM core_external_ref WHERE entity = 'product' AND system = :system
            UNION ALL SELECT *, NULL, NULL, NULL, NULL FROM ({" UNION ALL ".join(_ROWS[one] for one in _OF_KIND[kind])}) AS rows
        ) AS told GROUP BY product_id
        HAVING bit_xor(state) = 0 AND max(digest) IS NOT NULL
            AND count(ref) = 1 AND (:kind <> {PRODUCT} OR max(ref) NOT IN (SELECT base_ref FROM onec_variant)) LIMIT :most""")  # noqa: S608
    yield from work.session.connection().execute(statement, given).yield_per(BATCH)
