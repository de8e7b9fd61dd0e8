"""A picture for every product: one drawing for a family of grades, found by the letters of the article."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.db.types import new_id
from b2bkit.core.files import service as files
from b2bkit.core.files.models import ProductPicture
from examples.polymertorg.portal.drawings import SIDE, Colour, drawn

SMALL: Final = 240
_WHITE, _MILK, _AMBER, _BLACK = (236, 240, 244), (226, 232, 226), (226, 206, 160), (58, 60, 66)
_GREY, _BLUE, _GREEN, _CLEAR = (150, 156, 160), (70, 122, 196), (104, 160, 112), (196, 220, 232)
_GROUNDS: Final[Mapping[str, Colour]] = {"cool": (221, 229, 240), "warm": (243, 233, 219), "leaf": (222, 236, 222), "plum": (233, 226, 241)}


class Drawing(NamedTuple):
    """What is drawn, in which colour, on which ground."""

    motif: str
    colour: Colour
    ground: str


def _each(codes: str, motif: str, colour: Colour, ground: str) -> dict[str, Drawing]:
    return dict.fromkeys(codes.split(), Drawing(motif, colour, ground))


# letters that begin an article -> its drawing
DRAWINGS: Final[Mapping[str, Drawing]] = {
    **_each("LDF LDM LDI", "granules", _WHITE, "cool"),
    **_each("HDM HDB HDF LLF", "granules", _MILK, "cool"),
    **_each("LDK HDT MBB SKB", "granules", _BLACK, "cool"),
    **_each("EVA PMM PCX", "granules", _CLEAR, "plum"),
    **_each("LLR", "powder", _MILK, "cool"),
    **_each("PPH PPF PPN PPB PPR", "granules", _WHITE, "leaf"),
    **_each("PPC", "granules", _GREY, "leaf"),
    **_each("PVS PVE", "powder", _WHITE, "warm"),
    **_each("PVP PVO", "granules", _GREY, "warm"),
    **_each("PSG PSH EPS", "granules", _WHITE, "plum"),
    **_each("ABS SAN", "granules", _AMBER, "plum"),
    **_each("PTB PTF SMD", "granules", _CLEAR, "cool"),
    **_each("PA6 P66 POM PBT", "granules", _AMBER, "warm"),
    **_each("TPE TPU", "granules", _MILK, "plum"),
    **_each("MBW FIL", "granules", (250, 250, 250), "plum"),
    **_each("MBC ADD", "granules", _BLUE, "plum"),
    **_each("RLD RHD RPP", "granules", _GREEN, "leaf"),
    **_each("RPT", "flakes", _CLEAR, "leaf"),
    **_each("DOP DOT", "drum", _BLUE, "warm"),
    **_each("ESO", "drum", _GREEN, "warm"),
    **_each("BULK OIL", "tanks", (190, 196, 206), "warm"),
    **_each("CLR", "canister", (232, 236, 240), "warm"),
    **_each("FLM STR", "roll", _CLEAR, "leaf"),
    **_each("COIL", "coil", _BLACK, "cool"),
    **_each("PIP", "pipes", (96, 100, 108), "cool"),
    **_each("SHT", "sheets", _GREY, "cool"),
}
_NAMED: Final = {"DOP-2007": "BULK", "PIP-1007": "COIL"}  # goods that are drawn unlike others of their letters


def draw(folder: Path) -> None:
    """Every drawing in two sizes, as `<number>-l.webp` and `-s.webp`; what is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(_distinct()):
        if (folder / f"{number}-{files.SMALL}.webp").exists():
            continue
        large = drawn(one.motif, one.colour, _GROUNDS[one.ground])
        large.save(folder / f"{number}-{files.LARGE}.webp", "WEBP", quality=80, method=0)
        large.resize((SMALL, SMALL), reducing_gap=2.0).save(folder / f"{number}-{files.SMALL}.webp", "WEBP", quality=76, method=1)


def _distinct() -> list[Drawing]:
    return list(dict.fromkeys(DRAWINGS.values()))


def give(work: Work, folder: Path) -> int:
    """Gives each product without a picture the drawing of its family; returns how many got one.

    The files of all are one on the disk (hard links): each can still be taken away by itself.
    """
    numbers = {drawing: number for number, drawing in enumerate(_distinct())}
    there = set(work.session.scalars(select(ProductPicture.product_id)))
    rows = []
    for product_id, article in work.session.execute(select(Product.id, Product.article).where(Product.active.is_(True))):
        drawing = DRAWINGS.get(_NAMED.get(article, article.partition("-")[0]))
        if drawing is None or product_id in there:
            continue
        name = secrets.token_hex(16)
        for size in (files.LARGE, files.SMALL):
            _same(folder / f"{numbers[drawing]}-{size}.webp", files.path_of(work.config, name, size))
        row = {"id": new_id(), "product_id": product_id, "position": 0, "name": name, "description": "", "width": SIDE, "height": SIDE}
        rows.append({**row, "added_at": work.now})
    work.session.insert_rows(ProductPicture, rows)
    return len(rows)


def _same(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copyfile(source, target)
