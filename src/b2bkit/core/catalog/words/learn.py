"""Keeps the words of the catalogue as its products are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update

from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.search import SPELLING, search_text
from b2bkit.core.catalog.words.models import LONGEST, CatalogMark, CatalogWord
from b2bkit.core.catalog.words.spelling import sound
from b2bkit.core.db.types import new_id
from b2bkit.core.work import Work

JOB: Final = "catalog.learn_words"
MARK: Final = "words"
_SHORTEST: Final = 3
_LATE: Final = timedelta(hours=6)  # what an import that began before the last look has written since
_CHUNK: Final = 100  # a job of the web process: what it takes at once stays with the process


def learn_words(work: Work) -> None:
    """Job: takes up the words of products that changed since the last time. Needs the work of the system."""
    mark = work.session.get(CatalogMark, MARK)
    if mark is None:
        mark = CatalogMark(name=MARK)
        work.session.add(mark)
    if mark.spelling != SPELLING:
        _spell_anew(work)
        mark.seen_at, mark.spelling = None, SPELLING
    texts, newest = select(Product.search_text, Product.updated_at), mark.seen_at
    if mark.seen_at is not None:
        texts = texts.where(Product.updated_at >= mark.seen_at - _LATE)
    found: set[str] = set()
    for text, updated_at in work.session.execute(texts, execution_options={"yield_per": _CHUNK}):
        found |= words_in(text)
        newest = updated_at if newest is None or updated_at > newest else newest
    mark.seen_at = newest
    new = found.difference(work.session.scalars(select(CatalogWord.word)))
    if new:
        work.session.insert_rows(CatalogWord, [{"word": word, "sound": sound(word)} for word in sorted(new)])
        mark.version = new_id()


def words_in(text: str) -> set[str]:
    """The words of a product's stored text: letters only, no marks."""
    return {word for word in text.split(" ") if _SHORTEST <= len(word) <= LONGEST and word.isalpha()}


def _spell_anew(work: Work) -> None:
    """Makes the stored texts what `search_text` gives now."""
    change = update(Product.__table__).where(Product.__table__.c.id == bindparam("of")).values(search_text=bindparam("text"))  # type: ignore[arg-type]
    fields = (Product.id, Product.article, Product.name, Product.producer, Product.barcode, Product.full_name, Product.search_text)
    after = UUID(int=0)
    while rows := work.session.execute(select(*fields).where(Product.id > after).order_by(Product.id).limit(_CHUNK)).all():
        changed = list(_changed(rows))
        if changed:
            work.session.execute(change, changed)
        after = rows[-1][0]


def _changed(rows: Iterable[Any]) -> Iterable[dict[str, object]]:
    for id_, article, name, producer, barcode, full_name, there in rows:
        text = search_text(article=article, name=name, producer=producer, barcode=barcode, full_name=full_name)
        if text != there:
            yield {"of": id_, "text": text}
