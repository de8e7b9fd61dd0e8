"""Analogues: goods of which one may be taken in place of the other, named by their articles."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.catalog import beside
from b2bkit.core.catalog.models import Product

ANALOGUES: Final = {
    "LDF-1007": ("LDF-1014", "LDI-1007", "LLF-1007", "RLD-1007"),
    "LDM-1007": ("LDM-1014", "HDM-1007"),
    "HDM-1007": ("HDM-1014", "PPH-1007"),
    "HDB-1007": ("HDB-1014", "RHD-1007"),
    "HDT-1007": ("HDT-1014",),
    "LLF-1007": ("LLF-1014", "LDI-1007"),
    "PPH-1007": ("PPH-1014", "PPB-1007", "RPP-1007"),
    "PPF-1007": ("PPF-1014",),
    "PSG-1007": ("PSG-1014", "PSH-1007"),
    "MBW-1007": ("MBW-1014",),
    "MBB-1007": ("MBB-1014",),
    "DOP-1007": ("DOT-1007", "ESO-1007", "DOP-2007"),
    "FLM-1007": ("FLM-1014",),
    "SHT-1007": ("SHT-1014",),
}


def link(work: Work) -> int:
    """Links what is there of both; returns how many pairs were asked for."""
    articles = {*ANALOGUES, *(one for others in ANALOGUES.values() for one in others)}
    rows = work.session.execute(select(Product.article, Product.id).where(Product.article.in_(articles), Product.active.is_(True)))
    known = {article: product_id for article, product_id in rows}  # noqa: C416  (rows, not tuples)
    pairs = [(one, other) for one, others in ANALOGUES.items() for other in others if {one, other} <= known.keys()]
    for one, other in pairs:
        beside.link(work, product_id=known[one], article=other)
    return len(pairs)
