"""Records that are, letter by letter, what was taken before, and whose rows nobody has touched since: they need not be taken again.

For each product the portal keeps a digest of the last record of a kind that was taken without a fault, and the state in which that left
the rows of which the record speaks. The state is asked of the database anew each time, so it does not matter who wrote meanwhile. The
context covers what else decides about the rows: settings, declarations, references and the code itself. On PostgreSQL only: elsewhere each
record is compared with its rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import b2bkit.core.catalog
import b2bkit_onec.commerceml
from b2bkit.core.db.rows import compares_itself
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.pricing.models import PriceType
from b2bkit_onec.apply import variants
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Property, Unit
from b2bkit_onec.sessions import SYSTEM_NAME
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.wire import Line

PRODUCT, PRICES, STOCK = 0, 1, 2  # kinds of records: a product's, and an offer's by what it tells, which may be both
GOODS, EVERYTHING = 4, 7  # rows that a record decides about, beside those of prices and stock
Contexts = Mapping[type, str]
_REFERRED: Final = {records.Product: ("category",), records.Offer: ("price_type", "warehouse")}
_DIGEST: Final = re.compile(rb'"digest":"([0-9a-f]{32})"\}\]\s*$')
_DIGEST_WITHIN: Final = 64  # bytes of a line's end
_PLACES: Final = re.compile(rb'"line":\d+')
_STARTS: Final = {records.Product: len(b'["Product",{"id":"'), records.Offer: len(b'["Offer",{"id":"')}
# nothing that more than the record decides about; no text holds these, for in a text a quote comes after a backslash
_ALONE: Final = (b'"variant_id":""', b'"deleted":false')
_ROWS_OF_PRODUCT: Final = """(
    SELECT hash_record_extended(p, 0)
        # coalesce((SELECT bit_xor(hash_record_extended(ROW(k.name, k.factor, k.position), 1))
                    FROM core_packaging k WHERE k.product_id = p.id), 0)
        # coalesce((SELECT bit_xor(hash_record_extended(ROW(i.position, i.path, i.description), 2))
                    FROM onec_picture i WHERE i.product_id = p.id), 0)
    FROM core_product p WHERE p.id = told.id)"""
_ROWS_OF_PRICES: Final = """coalesce((SELECT bit_xor(hash_record_extended(ROW(c.price_type_id, c.min_quantity, c.value), 3))
    FROM core_price c WHERE c.product_id = told.id), 0)"""
_ROWS_OF_STOCK: Final = """coalesce((SELECT bit_xor(hash_record_extended(ROW(s.warehouse_id, s.quantity), 4))
    FROM core_stock s WHERE s.product_id = told.id), 0)"""
_STATES: Final = {
    PRODUCT: _ROWS_OF_PRODUCT,
    PRICES: _ROWS_OF_PRICES,
    STOCK: _ROWS_OF_STOCK,
    PRICES | STOCK: f"{_ROWS_OF_PRICES} # {_ROWS_OF_STOCK}",
}
_TOLD: Final = "unnest(CAST(:ids AS uuid[]), CAST(:digests AS uuid[])) AS told(id, digest)"
_TOLD_WITH_COUNTS: Final = """unnest(CAST(:ids AS uuid[]), CAST(:digests AS uuid[]), CAST(:prices AS integer[]), CAST(:stock AS integer[]))
    AS told(id, digest, prices, stock)"""
_KNOWN: Final = {
    kind: text(f"""
        SELECT told.id, (SELECT count(*) FROM core_packaging k WHERE k.product_id = told.id)
        FROM {_TOLD} JOIN onec_taken t ON t.product_id = told.id AND t.kind = {kind} AND t.digest = told.digest
        WHERE t.context = :context AND t.state = {state}""")  # noqa: S608
    for kind, state in _STATES.items()
}
_KEEP: Final = {
    kind: text(f"""
        INSERT INTO onec_taken (product_id, kind, digest, context, state, prices, stock)
        SELECT told.id, {kind}, told.digest, :context, {state}, told.prices, told.stock FROM {_TOLD_WITH_COUNTS}
        ON CONFLICT (product_id, kind) DO UPDATE SET digest = excluded.digest, context = excluded.context, state = excluded.state,
            prices = excluded.prices, stock = excluded.stock""")  # noqa: S608
    for kind, state in _STATES.items()
}


class _Told(NamedTuple):
    """A record that may be known: what 1C calls its product, its kind, its digest in hexadecimal digits, what it tells."""

    ref: str
    kind: int
    digest: str
    prices: int
    stock: int


class Stale(Exception):
    """The child left out what has to be read after all: read the whole file."""


class Taken:
    """What of one file is known already. `sift` is asked of each batch before it is applied, `keep` is told after it was.

    `contexts`: those in which the child was told what it need not read (see `known`), by the digit of the kind of its records.
    """

    def __init__(self, intake: Intake, *, off: bool = False, contexts: Contexts | None = None) -> None:
        self._intake = intake
        self._on = compares_itself(intake.work.session) and not off
        self._known_in = contexts
        self._contexts: dict[type, str] = {}
        self._told: list[_Told] = []
        self._applied: dict[bytes, int] = {}

    def sift(self, batch: Sequence[Line]) -> list[records.Item]:
        """Records of the batch, all of one kind, that have to be applied; the others are counted as told."""
        if not self._on:
            return [line.item() for line in batch]
        self._intake.unsettled.clear()
        kind, context = batch[0].kind, self._context(batch[0].kind)
        read = [_look(line) for line in batch]
        last = dict(read)  # of one that comes twice the later holds
        known = self._known([one for one in last.values() if one is not None], context)
        self._told = [one for name, one in last.items() if one is not None and name not in known]
        self._count(kind, [name for name, _one in read if name in known], [one for n, one in last.items() if one and n in known])
        if self._known_in is not None:
            for name, one in read:
                if name not in known:
                    self._applied[name] = self._applied.get(name, 0) | (_rows_of(one.kind) if one else EVERYTHING)
        return [line.item() for line, (name, _one) in zip(batch, read, strict=True) if name not in known]

    def same(self, batch: Sequence[records.Same]) -> None:
        """Counts what the child did not read. Raises Stale when something else holds for it now than when it was told so."""
        intake, told = self._intake, [one for item in batch for one in item.told]
        for kind in {one[0] for one in told}:
            entity = records.Product if kind == PRODUCT else records.Offer
            if self._known_in is None or self._context(entity) != self._known_in[entity]:
                raise Stale
        if self._applied and any(self._applied.get(ref.encode(), 0) & _rows_of(kind) for kind, ref, _prices, _stock in told):
            raise Stale  # of one that comes twice the later holds
        goods = [(ref, packagings) for kind, ref, packagings, _none in told if kind == PRODUCT]
        intake.mentions.add(ref for ref, _packagings in goods)
        priced = [prices for kind, _ref, prices, _stock in told if kind & PRICES]
        held = [stock for kind, _ref, _prices, stock in told if kind & STOCK]
        counts = {
            "products": len(goods), "packagings": sum(number for _ref, number in goods), "offers": len(told) - len(goods),
            "prices": sum(priced), "stock": sum(held),
        }  # fmt: skip
        for noun, number in counts.items():
            if number:
                intake.count(noun, number)

    def _context(self, entity: type[records.Product | records.Offer]) -> str:
        """Once it is asked for, declarations of the file have been applied."""
        found = self._contexts.get(entity)
        if found is None:
            found = self._contexts[entity] = context_of(self._intake.work.session, self._intake.settings, entity)
        return found

    def keep(self) -> None:
        """What `sift` gave was applied: remembers the digests of records that were taken without a fault."""
        given = [one for one in self._told if one.ref not in self._intake.unsettled]
        self._told = []
        for kind, some in _by_kind(given).items():
            ids = self._intake.ids("product", [one.ref for one in some])
            kept = [(ids[one.ref].hex, one) for one in some if one.ref in ids]
            if kept:
                entity = records.Product if kind == PRODUCT else records.Offer
                told = {
                    **_as_arrays([(id_, one.digest) for id_, one in kept]),
                    "context": self._context(entity),
                    "prices": _array(str(one.prices) for _id, one in kept),
                    "stock": _array(str(one.stock) for _id, one in kept),
                }
                self._intake.work.session.connection().execute(_KEEP[kind], told)

    def _known(self, told: Sequence[_Told], context: str) -> set[bytes]:
        """References, as they are written, of records whose rows are as they left them."""
        found: set[bytes] = set()
        for kind, some in _by_kind(told).items():
            ids = self._intake.ids("product", [one.ref for one in some])
            asked = {ids[one.ref]: one for one in some if one.ref in ids}
            if not asked:
                continue
            given = {**_as_arrays([(id_.hex, one.digest) for id_, one in asked.items()]), "context": context}
            rows = self._intake.work.session.connection().execute(_KNOWN[kind], given).all()
            same = {asked[id_].ref: packagings for id_, packagings in rows}
            if kind == PRODUCT and same:
                for ref in variants.bases_among(self._intake, list(same)):
                    del same[ref]
                if packagings := sum(same.values()):
                    self._intake.count("packagings", packagings)
            found |= {ref.encode() for ref in same}
        return found

    def _count(self, kind: type, names: Sequence[bytes], known: Sequence[_Told]) -> None:
        intake = self._intake
        if not names:
            return
        if kind is records.Product:
            intake.count("products", len(names))
            intake.mentions.add(name.decode() for name in names)
            return
        intake.count("offers", len(names))
        for each, noun, number in ((PRICES, "prices", "prices"), (STOCK, "stock", "stock")):
            if some := [one for one in known if one.kind & each]:
                intake.count(noun, sum(getattr(one, number) for one in some))


def _rows_of(kind: int) -> int:
    """Bits for the rows that a record of this kind decides about."""
    return kind or GOODS


def _look(line: Line) -> tuple[bytes, _Told | None]:
    """(the reference as it is written, the record by its digest); None for one that has to be applied each time."""
    data, start = line.data, _STARTS[line.kind]
    name = data[start : data.index(b'"', start)]
    if b"\\" in name or not all(map(data.__contains__, _ALONE)):
        return name, None
    prices = b'"prices":[]' not in data
    if line.kind is records.Product:
        kind = PRODUCT
        if prices:
            return name, None
    else:
        held = b'"stocks":[]' not in data or b'"quantity":null' not in data
        kind = PRICES * prices | STOCK * held
        if not kind:
            return name, None
    written = _DIGEST.search(data, len(data) - _DIGEST_WITHIN)
    digest = written[1].decode() if written else hashlib.blake2b(_PLACES.sub(b"", data), digest_size=16).hexdigest()
    priced = data.count(b'"type_id":') if kind & PRICES else 0
    stocked = (data.count(b'"warehouse_id":') or 1) if kind & STOCK else 0
    return name, _Told(name.decode(), kind, digest, priced, stocked)


def _by_kind(told: Iterable[_Told]) -> dict[int, list[_Told]]:
    found: dict[int, list[_Told]] = {}
    for one in told:
        found.setdefault(one.kind, []).append(one)
    return found


def _as_arrays(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """As PostgreSQL writes arrays: the driver would look at each element by itself."""
    return {"ids": _array(id_ for id_, _digest in pairs), "digests": _array(digest for _id, digest in pairs)}


def _array(texts: Iterable[str]) -> str:
    return f"{{{','.join(texts)}}}"


def context_of(session: Session, settings: OneCSettings, kind: type[records.Product | records.Offer]) -> str:
    """Digest of what decides about rows besides the records of a kind: code, settings, declarations, and what references mean."""
    declared = (
        (select(PriceType.id, PriceType.currency).order_by(PriceType.id),)
        if kind is records.Offer
        else (
            select(Property.ref, Property.name, Property.choices, Property.position).order_by(Property.ref),
            select(Unit.ref, Unit.name).order_by(Unit.ref),
        )
    )
    referred = select(ExternalRef.entity, ExternalRef.ref, ExternalRef.entity_id).order_by(ExternalRef.entity, ExternalRef.ref)
    meant = referred.where(ExternalRef.system == SYSTEM_NAME, ExternalRef.entity.in_(_REFERRED[kind]))
    found = [session.execute(statement).all() for statement in (*declared, meant)]
    return hashlib.blake2b(repr([_code(), settings.model_dump_json(), found]).encode(), digest_size=16).hexdigest()


@cache
def _code() -> str:
    """Digest of the code that makes rows of records."""
    places = [Path(__file__).parent, Path(b2bkit_onec.commerceml.__file__).parent, Path(b2bkit.core.catalog.__file__).parent]
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(file for place in places for file in place.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
