"""Records that are, letter by letter, what was taken before, and whose rows nobody has touched since: they need not be taken again.

For each product the portal keeps a digest of the last record of a kind that was taken without a fault, and the state in which that left
the rows of which the record speaks. The state is asked of the database anew each time, so it does not matter who wrote meanwhile. The
digest covers what else decides about the rows: settings, declarations, references and the code itself. On PostgreSQL only: elsewhere each
record is compared with its rows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select, text

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
from b2bkit_onec.wire import Line

PRODUCT, PRICES, STOCK = 0, 1, 2  # kinds of records: a product's, and an offer's by what it tells, which may be both
_REFERRED: Final = {records.Product: ("category",), records.Offer: ("price_type", "warehouse")}
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
_KNOWN: Final = {
    kind: text(f"""
        SELECT told.id, (SELECT count(*) FROM core_packaging k WHERE k.product_id = told.id)
        FROM {_TOLD} JOIN onec_taken t ON t.product_id = told.id AND t.kind = {kind} AND t.digest = told.digest
        WHERE t.state = {state}""")  # noqa: S608
    for kind, state in _STATES.items()
}
_KEEP: Final = {
    kind: text(f"""
        INSERT INTO onec_taken (product_id, kind, digest, state) SELECT told.id, {kind}, told.digest, {state} FROM {_TOLD}
        ON CONFLICT (product_id, kind) DO UPDATE SET digest = excluded.digest, state = excluded.state""")  # noqa: S608
    for kind, state in _STATES.items()
}


class _Told(NamedTuple):
    """A record that may be known: what 1C calls its product, its kind, its digest in hexadecimal digits."""

    ref: str
    kind: int
    digest: str
    line: bytes


class Taken:
    """What of one file is known already. `sift` is asked of each batch before it is applied, `keep` is told after it was."""

    def __init__(self, intake: Intake, *, off: bool = False) -> None:
        self._intake = intake
        self._on = compares_itself(intake.work.session) and not off
        self._contexts: dict[type, bytes] = {}
        self._told: list[_Told] = []

    def sift(self, batch: Sequence[Line]) -> list[records.Item]:
        """Records of the batch, all of one kind, that have to be applied; the others are counted as told."""
        if not self._on:
            return [line.item() for line in batch]
        self._intake.unsettled.clear()
        kind = batch[0].kind
        context = self._contexts[kind] = self._contexts.get(kind) or _context(self._intake, kind)
        read = [_look(line, context) for line in batch]
        last = dict(read)  # of one that comes twice the later holds
        known = self._known([one for one in last.values() if one is not None])
        self._told = [one for name, one in last.items() if one is not None and name not in known]
        self._count(kind, [name for name, _one in read if name in known], [one for n, one in last.items() if one and n in known])
        return [line.item() for line, (name, _one) in zip(batch, read, strict=True) if name not in known]

    def keep(self) -> None:
        """What `sift` gave was applied: remembers the digests of records that were taken without a fault."""
        given = [one for one in self._told if one.ref not in self._intake.unsettled]
        self._told = []
        for kind, some in _by_kind(given).items():
            ids = self._intake.ids("product", [one.ref for one in some])
            kept = [(ids[one.ref].hex, one.digest) for one in some if one.ref in ids]
            if kept:
                self._intake.work.session.connection().execute(_KEEP[kind], _as_arrays(kept))

    def _known(self, told: Sequence[_Told]) -> set[bytes]:
        """References, as they are written, of records whose rows are as they left them."""
        found: set[bytes] = set()
        for kind, some in _by_kind(told).items():
            ids = self._intake.ids("product", [one.ref for one in some])
            asked = {ids[one.ref]: one for one in some if one.ref in ids}
            if not asked:
                continue
            given = _as_arrays([(id_.hex, one.digest) for id_, one in asked.items()])
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
        for each, noun, part in ((PRICES, "prices", b'"type_id":'), (STOCK, "stock", b'"warehouse_id":')):
            if some := [one for one in known if one.kind & each]:
                intake.count(noun, sum(one.line.count(part) or 1 for one in some))


def _look(line: Line, context: bytes) -> tuple[bytes, _Told | None]:
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
    digest = hashlib.blake2b(context, digest_size=16)
    digest.update(_PLACES.sub(b"", data))
    return name, _Told(name.decode(), kind, digest.hexdigest(), data)


def _by_kind(told: Iterable[_Told]) -> dict[int, list[_Told]]:
    found: dict[int, list[_Told]] = {}
    for one in told:
        found.setdefault(one.kind, []).append(one)
    return found


def _as_arrays(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """As PostgreSQL writes arrays: the driver would look at each element by itself."""
    return {"ids": f"{{{','.join([id_ for id_, _digest in pairs])}}}", "digests": f"{{{','.join([digest for _id, digest in pairs])}}}"}


def _context(intake: Intake, kind: type[records.Product | records.Offer]) -> bytes:
    """What decides about rows besides the records of a kind: code, settings, declarations, and what references mean."""
    session = intake.work.session
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
    return hashlib.blake2b(repr([_code(), intake.settings.model_dump_json(), found]).encode(), digest_size=16).digest()


@cache
def _code() -> str:
    """Digest of the code that makes rows of records."""
    places = [Path(__file__).parent, Path(b2bkit_onec.commerceml.__file__).parent, Path(b2bkit.core.catalog.__file__).parent]
    digest = hashlib.blake2b(digest_size=16)
    for file in sorted(file for place in places for file in place.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
