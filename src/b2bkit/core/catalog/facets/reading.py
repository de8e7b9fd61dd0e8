"""Reads the index of a large catalogue from the database, piece by piece, with pauses for those who wait for pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Event
from typing import Any, Final
from uuid import UUID

import numpy as np
from pyroaring import BitMap
from sqlalchemy import select

from b2bkit.core.catalog.facets.chosen import Section
from b2bkit.core.catalog.facets.index import FacetIndex, Place
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.errors import B2bkitError
from b2bkit.core.extend.things import Facet, FacetSection
from b2bkit.core.work import Work

_CHUNK: Final = 10_000
_PAUSE: Final = 0.002  # seconds after each chunk
_IN_ORDER: Final = select(Product.id, Product.category_id, Product.active).order_by(Product.search_text, Product.id)
_BY_ARTICLE: Final = select(Product.id).order_by(Product.article, Product.id)
_CATEGORIES: Final = select(Category.id, Category.parent_id, Category.name, Category.position, Category.active)


class ReadingEnded(B2bkitError):
    """The portal ends: nobody needs the index any more."""


def read_index(work: Work, ended: Event | None = None) -> FacetIndex:
    """The index of what is in the database now; needs the work of the system. Raises ReadingEnded once `ended` is set."""
    with work.session.begin_nested():  # a stream of rows needs a transaction
        index = _products(work, ended)
        done = 0
        for chunk in _chunks(work, _BY_ARTICLE, ended):
            done = index.take_order([row[0] for row in chunk], done)
        _take(work, index, work.kit.facets, ended)
    index.close(_numeric(work, work.kit.facets))
    return index


def with_news(work: Work, index: FacetIndex, ended: Event | None = None, *, stock: bool, edits: bool) -> FacetIndex:
    """An index with the facets that follow stock, or what staff edit beside products, as they are in the database now, and all else as
    in this one.
    """
    facets = [facet for facet in work.kit.facets if (stock and facet.follows_stock) or (edits and facet.follows_edits)]
    if not facets:
        return index
    names = {facet.name for facet in facets}
    fresh = index.without(names)
    with work.session.begin_nested():
        _take(work, fresh, facets, ended)
    fresh.close(_numeric(work, facets), names)
    return fresh


def _take(work: Work, index: FacetIndex, facets: Iterable[Facet], ended: Event | None) -> None:
    for facet in facets:
        for chunk in _chunks(work, facet.pairs, ended):
            index.take(facet.name, [(row[0], row[1], row[2]) for row in chunk])


def _numeric(work: Work, facets: Iterable[Facet]) -> Iterator[Section]:
    for facet in facets:
        if facet.numbers is not None:
            told = facet.sections(work) if facet.sections is not None else [FacetSection(None, facet.label, numeric=True)]
            yield from (Section(facet.name, one.key) for one in told if one.numeric)


def _products(work: Work, ended: Event | None) -> FacetIndex:
    ids, active, count = bytearray(), BitMap(), 0
    grouped: dict[UUID | None, BitMap] = {}
    for chunk in _chunks(work, _IN_ORDER, ended):
        ids += b"".join([row[0].bytes for row in chunk])
        by_group: dict[UUID | None, list[int]] = {}
        for place, row in enumerate(chunk, count):
            by_group.setdefault(row[1], []).append(place)
        for group, places in by_group.items():
            grouped.setdefault(group, BitMap()).update(places)
        active.update([place for place, row in enumerate(chunk, count) if row[2]])
        count += len(chunk)
    categories = [Place(*row) for row in work.session.execute(_CATEGORIES)]
    return FacetIndex(np.frombuffer(bytes(ids), dtype="S16"), categories, grouped, active)


def _chunks(work: Work, statement: Any, ended: Event | None) -> Iterator[Sequence[Any]]:
    for chunk in work.session.execute(statement, execution_options={"yield_per": _CHUNK}).partitions(_CHUNK):
        if ended is not None and ended.wait(_PAUSE):
            raise ReadingEnded
        yield chunk
