"""Tells who listens what was searched for."""

from __future__ import annotations

import logging

from b2bkit.core.catalog.search import search_words
from b2bkit.core.extend.things import Search
from b2bkit.core.work import Work

log = logging.getLogger("b2bkit.catalog")


def tell_listeners(work: Work, typed: str, found: int) -> None:
    """Tells all search listeners of the words; nothing where there are no listeners or no words. What they raise is logged."""
    if not work.kit.search_listeners or not search_words(typed):
        return
    for listener in work.kit.search_listeners:
        try:
            listener.heard(work, Search(typed, found))
        except Exception:
            log.exception("search listener failed", extra={"listener": listener.name, "request_id": work.request_id})
