"""Fills an empty infobase from CommerceML files and puts them into the order in which 1C sends them."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import Counterparty, Document, Offer, PriceType, Product, Refused, Section, Warehouse
from b2bkit_onec.simulate.documents import make
from b2bkit_onec.simulate.fill import settle, take_packs
from b2bkit_onec.simulate.infobase import Infobase, keep_setting, plain, setting
from b2bkit_onec.simulate.parties import take_party

CATALOG, SALE = "catalog", "sale"
PORTION = re.compile(r"^(import|offers)(\d+)_(\d+)\.xml$")
NUMBER = re.compile(r"(\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was taken, and what was refused, in the reader's words."""

    goods: int
    offers: int
    counterparties: int
    documents: int
    refused: tuple[str, ...]


class NothingToLoad(Exception):
    """The files named hold no goods: 1C would have nothing to exchange."""


def load(base: Infobase, files: Iterable[Path]) -> Loaded:
    """Reads the files (folders: every .xml in them) into the infobase and queues copies of them as the full exchange.

    All or nothing. Raises BrokenFile for an unreadable file, FileNotFoundError, NothingToLoad.
    """
    paths = _listed(files)
    counts = {"goods": 0, "offers": 0, "counterparties": 0, "documents": 0}
    refused: list[str] = []
    with base.write() as db:
        for path in paths:
            for item in read(path):
                _take(base, db, item, counts, refused)
        if not counts["goods"]:
            raise NothingToLoad(", ".join(str(path) for path in paths))
        _queue(base, db, paths)
        settle(base, db, paths)
        keep_setting(db, "loaded_at", base.now().isoformat())
    return Loaded(**counts, refused=tuple(refused))


def is_loaded(base: Infobase) -> bool:
    """Whether the infobase was filled once."""
    return bool(base.setting("loaded_at"))


def _listed(files: Iterable[Path]) -> list[Path]:
    paths: list[Path] = []
    for given in files:
        if given.is_dir():
            paths.extend(sorted(given.glob("*.xml")))
        elif given.is_file():
            paths.append(given)
        else:
            raise FileNotFoundError(str(given))
    return sorted(paths, key=lambda path: _place(path.name))


def _place(name: str) -> tuple[int, int, str]:
    """Catalogue portions by number, import before offers, then counterparties, then orders."""
    portion = PORTION.match(name)
    if portion:
        return 0, int(portion.group(3)), portion.group(1)
    kind = next((place for place, start in enumerate(("import", "offers", "contragents", "orders")) if name.startswith(start)), 1)
    return (0 if kind < 2 else kind), 0, name


def _queue(base: Infobase, db: sqlite3.Connection, paths: list[Path]) -> None:
    """One session per portion: import0_2.xml goes with offers0_2.xml; counterparties and orders one by one as type=sale."""
    folder = base.folder / "full"
    folder.mkdir(exist_ok=True)
    sessions: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        shutil.copyfile(path, folder / path.name)
        portion = PORTION.match(path.name)
        if portion:
            key = (CATALOG, f"{portion.group(2)}_{portion.group(3)}")
        else:
            key = (CATALOG if path.name.startswith(("import", "offers")) else SALE, path.name)
        sessions.setdefault(key, []).append(path.name)
    for (exchange, _), names in sessions.items():
        db.execute("INSERT INTO portion (exchange, files) VALUES (?, ?)", (exchange, json.dumps(names, ensure_ascii=False)))


def _take(base: Infobase, db: sqlite3.Connection, item: object, counts: dict[str, int], refused: list[str]) -> None:
    match item:
        case Product() if not item.deleted:
            search = f"{item.article} {item.name}".casefold()
            row = (item.id, item.article, item.name, search, item.unit_code, item.unit_name or item.unit_code)
            db.execute("INSERT OR REPLACE INTO good VALUES (?, ?, ?, ?, ?, ?)", row)
            take_packs(db, item)
            counts["goods"] += 1
        case Offer():
            _take_offer(db, item)
            counts["offers"] += 1
        case PriceType():
            row_type = (item.id, item.name, item.currency or item.currency_text)
            db.execute("INSERT OR IGNORE INTO price_type SELECT ?, ?, ?, count(*) FROM price_type", row_type)
        case Warehouse():
            db.execute("INSERT OR IGNORE INTO warehouse SELECT ?, ?, count(*) FROM warehouse", (item.id, item.name))
        case Counterparty():
            buyer = (item.id, item.name, item.official_name or item.full_name or item.name, item.unp or item.inn)
            db.execute("INSERT OR REPLACE INTO counterparty VALUES (?, ?, ?, ?)", buyer)
            take_party(db, item)
            counts["counterparties"] += 1
        case Document():
            number = make(base, db, item, from_portal=False)
            _raise_number(db, number)
            counts["documents"] += 1
        case Section() if item.element == "Каталог" and item.id:
            keep_setting(db, "catalog_id", item.id)
        case Refused():
            refused.append(f"{item.file}:{item.line}: {item.reason}")


def _take_offer(db: sqlite3.Connection, offer: Offer) -> None:
    for price in offer.prices:
        start = price.min_quantity or Decimal(0)
        db.execute(
            "INSERT OR REPLACE INTO price VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                offer.id,
                price.type_id,
                plain(start),
                plain(price.value),
                price.currency or price.currency_text,
                price.unit,
                plain(price.factor),
            ),
        )
    for row in offer.stocks:
        if row.warehouse_id is not None:
            db.execute("INSERT OR REPLACE INTO stock VALUES (?, ?, ?)", (offer.id, row.warehouse_id, plain(row.quantity)))


def _raise_number(db: sqlite3.Connection, number: str) -> None:
    """New documents continue the numbers of the history."""
    digits = NUMBER.search(number)
    if digits and int(digits.group(1)) > int(setting(db, "last_order", "0")):
        keep_setting(db, "last_order", str(int(digits.group(1))))
