"""What changed since the last reading, where 1C has no exchange plan for the portal: the DataVersion of every object is compared.

DataVersion grows at every write of an object. It is compared for equality only: in some databases it does not sort.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import zlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from b2bkit_onec.odata import query, values
from b2bkit_onec.odata.names import Found
from b2bkit_onec.odata.source import KEYS_IN_ONE, Batch, Reading, Source
from b2bkit_onec.odata.values import Row

T = TypeVar("T")
Known = dict[str, str]
_MARK: Final = 5  # bytes of a version's hash


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """A kind of data that is objects of 1C.

    flow     its flow
    objects  our names of the objects; those that a base does not publish are left out
    build    (source, object, rows) -> news
    beside   what else of an object may change without its version: reference -> a text that is added to the version
    days     for documents: how far back they are looked at; 0: all
    """

    flow: str
    objects: tuple[str, ...]
    build: Callable[[Source, Found, list[Row]], Batch[T]]
    days: int = 0
    beside: Callable[[Source], Mapping[str, str]] = lambda _source: {}

    def read(self, source: Source, cursor: str = "") -> Reading[T]:
        """Everything at first, then what changed. The cursor holds a mark of each object's version."""
        source.check()
        return Reading(source.line.now, self._all(source, unpacked(cursor)))

    def _all(self, source: Source, known: Mapping[str, Known]) -> Generator[Batch[T], None, str]:
        now: dict[str, Known] = {}
        for name in self.objects:
            found = source.names.get(name)
            if found is not None:
                now[name] = yield from self._one(source, found, known.get(name))
        return packed(now)

    def _one(self, source: Source, found: Found, known: Known | None) -> Generator[Batch[T], None, Known]:
        where = _since(source, found, self.days)
        if known is None or "version" not in found:
            return (yield from self._whole(source, found, where))
        key, now = found.field("ref"), Known()
        for page in source.client.pages(found.entity, select=found.select("ref", "version"), filter=where, orderby=(key,), key=key):
            now |= self._marks_of(source, found, page)
            changed = [ref for ref in (values.ref(row, key) for row in page) if known.get(ref) != now[ref]]
            for start in range(0, len(changed), KEYS_IN_ONE):
                part = changed[start : start + KEYS_IN_ONE]
                rows = source.client.get(found.entity, select=found.select(), filter=query.any_of(key, part), top=len(part))
                yield self.build(source, found, rows)
        if not self.days and known.keys() - now.keys():
            yield Batch((), sorted(known.keys() - now.keys()))
        return now

    def _whole(self, source: Source, found: Found, where: str) -> Generator[Batch[T], None, Known]:
        key, now = found.field("ref"), Known()
        for page in source.client.pages(found.entity, select=found.select(), filter=where, orderby=(key,), key=key):
            now |= self._marks_of(source, found, page)
            yield self.build(source, found, page)
        return now

    def _marks_of(self, source: Source, found: Found, page: list[Row]) -> Known:
        key, version, beside = found.field("ref"), found.field("version"), self.beside(source)
        refs = [(values.ref(row, key), values.text(row, version)) for row in page]
        return {ref: mark(f"{told} {beside.get(ref, '')}") for ref, told in refs}


def _since(source: Source, found: Found, days: int) -> str:
    if not days or "date" not in found:
        return ""
    return f"{found.field('date')} ge {query.literal(source.today - dt.timedelta(days=days))}"


def mark(version: str) -> str:
    """A short mark of a version."""
    return hashlib.blake2s(version.encode(), digest_size=_MARK).hexdigest()


def packed(known: Mapping[str, Known]) -> str:
    """Marks by object and reference as a text of about 28 letters an object."""
    told = {
        name: base64.b85encode(zlib.compress(b"".join(UUID(ref).bytes + bytes.fromhex(one) for ref, one in sorted(marks.items())))).decode()
        for name, marks in known.items()
    }
    return json.dumps(told) if told else ""


def unpacked(cursor: str) -> dict[str, Known]:
    """The inverse; a cursor that is none is as if there were none: everything is read again."""
    try:
        told = json.loads(cursor) if cursor else {}
        return {name: _marks(zlib.decompress(base64.b85decode(text))) for name, text in told.items()}
    except (ValueError, TypeError, AttributeError, zlib.error, binascii.Error):
        return {}


def _marks(raw: bytes) -> Known:
    size = 16 + _MARK
    return {str(UUID(bytes=raw[at : at + 16])): raw[at + 16 : at + size].hex() for at in range(0, len(raw) - size + 1, size)}
