"""Keeps the index of a large catalogue fresh in this process: read anew in the background, while the old one serves."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from b2bkit.core.catalog.models import CatalogMark, Product
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Freshness
from b2bkit.core.extend.things import OpenWork
from b2bkit.core.work import Work

if TYPE_CHECKING:
    from b2bkit.core.catalog.facets.index import FacetIndex

log = logging.getLogger("b2bkit.catalog")
SQL_UP_TO: Final = 20_000  # products: so many are counted in the database, and no memory is spent
MARK: Final = "edited"
BESIDE: Final = "beside"
_LOOK_FOR_ONE: Final = 60.0  # seconds between looks whether the catalogue has become large, and until the first one
_STALE: Final = 60.0  # seconds without a look after which the index is not trusted until the next one
_KINDS: Final = ("catalog", "stock")


class Stamp(NamedTuple):
    """What was told last: the marks of edits, of products and beside them, and when the ERP told goods and stock."""

    edited: UUID | None
    catalog: datetime | None
    beside: UUID | None
    stock: datetime | None


def catalogue_edited(work: Work) -> None:
    """Tells the indexes of all processes that products, categories or attributes changed otherwise than by an exchange with the ERP."""
    _mark_anew(work, MARK)


def edited_beside(work: Work) -> None:
    """Tells the indexes of all processes that files or analogues of products changed: only facets that follow them are read anew."""
    _mark_anew(work, BESIDE)


def _mark_anew(work: Work, name: str) -> None:
    mine = update(CatalogMark).where(CatalogMark.name == name).values(version=new_id()).returning(CatalogMark.name)
    if work.session.scalar(mine) is None:
        try:
            with work.session.begin_nested():
                work.session.insert_rows(CatalogMark, [{"name": name}])
        except IntegrityError:  # somebody else's first edit was quicker
            work.session.scalar(mine)


def stamp(work: Work) -> Stamp:
    """Another one after each change that the index has to follow."""
    told = dict(work.session.execute(select(Freshness.kind, Freshness.as_of).where(Freshness.kind.in_(_KINDS))).all())
    marks = select(CatalogMark.name, CatalogMark.version).where(CatalogMark.name.in_((MARK, BESIDE)))
    edited = dict(work.session.execute(marks).all())
    return Stamp(edited.get(MARK), told.get("catalog"), edited.get(BESIDE), told.get("stock"))


class Keeper:
    """The index of this process; nothing runs and nothing is kept while nobody asks for it or the catalogue is small.

    open_work   opens works as the system
    sql_up_to   products up to which there is no index
    look_every  seconds between looks at the stamp, while somebody asks
    """

    def __init__(self, open_work: OpenWork, *, sql_up_to: int = SQL_UP_TO, look_every: float = 2.0) -> None:
        self._open_work, self._sql_up_to, self._look_every = open_work, sql_up_to, look_every
        self._index: FacetIndex | None = None
        self._stamp: Stamp | None = None
        self._looked = time.monotonic()
        self._lock, self._ended = Lock(), Event()
        self._thread: Thread | None = None

    def current(self) -> FacetIndex | None:
        """The index as it was at most a minute ago; None: count in the database. Never waits."""
        since = time.monotonic() - self._looked
        if since > (self._look_every if self._index is not None else max(_LOOK_FOR_ONE, self._look_every)):
            self._look_in_background()
        return self._index if since <= max(_STALE, self._look_every) else None

    def _look_in_background(self) -> None:
        with self._lock:
            if self._ended.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = Thread(target=self._look_quietly, name="b2bkit-facets", daemon=True)
            self._thread.start()

    def _look_quietly(self) -> None:
        try:
            self.look()
        except Exception:
            if not self._ended.is_set():
                log.exception("the index of the catalogue was not read: facets are counted in the database")

    def look(self) -> None:
        """Reads the index anew if something changed, only what follows stock or edits beside products if nothing else did; returns when
        it is there.
        """
        with self._open_work(write=False) as work:
            found, before = stamp(work), self._stamp
            if self._index is not None and before is not None and found != before and found[:2] == before[:2]:
                self._looked = time.monotonic()
                self._index = _read_news(work, self._index, self._ended, before, found)
                self._stamp = found
            elif found != before:
                large = (work.session.scalar(select(func.count()).select_from(Product)) or 0) > self._sql_up_to
                self._looked = time.monotonic() if self._index is not None else self._looked
                self._index = _read(work, self._ended) if large else None
                self._stamp = found
        self._looked = time.monotonic()

    def close(self) -> None:
        """Ends the reading that goes on."""
        self._ended.set()
        with suppress(RuntimeError):
            if self._thread is not None:
                self._thread.join(timeout=10)


def _read(work: Work, ended: Event) -> FacetIndex:
    from b2bkit.core.catalog.facets.reading import read_index  # brings numpy, which a small portal never needs

    return read_index(work, ended)


def _read_news(work: Work, index: FacetIndex, ended: Event, before: Stamp, found: Stamp) -> FacetIndex:
    from b2bkit.core.catalog.facets.reading import with_news

    return with_news(work, index, ended, stock=found.stock != before.stock, edits=found.beside != before.beside)
