"""The floor of an import: the standard library's parser over the same files, and COPY of the same rows into the same tables.

The parser is `xml.etree.ElementTree.iterparse` (expat and trees in C), which gives each item as a tree and forgets it: whoever reads such
a file does at least that. COPY goes by psycopg from rows that are in memory already, into tables that are empty and have all their
indexes, keys and checks; then it is taken back.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

TABLES = ("core_external_ref", "core_product", "core_price", "core_stock")


def parse(files: Sequence[Path]) -> float:
    """Seconds to read the files, item by item."""
    begin = time.perf_counter()
    for file in files:
        depth: list[ElementTree.Element] = []
        for event, element in ElementTree.iterparse(file, events=("start", "end")):
            if event == "start":
                depth.append(element)
                continue
            depth.pop()
            if element.tag.rpartition("}")[2] in ("Товар", "Предложение"):
                depth[-1].clear()
    return time.perf_counter() - begin


class Rows:
    """What an import left in the tables, in memory."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.columns: dict[str, list[str]] = {}
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        for table in TABLES:
            where = sql.SQL(" WHERE entity = 'product'") if table == "core_external_ref" else sql.SQL("")
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)) + where)
            assert cursor.description is not None
            self.columns[table] = [column.name for column in cursor.description]
            self.rows[table] = [tuple(Jsonb(one) if isinstance(one, dict) else one for one in row) for row in cursor]


def copy(connection: psycopg.Connection[tuple[Any, ...]], kept: Rows) -> float:
    """Seconds to COPY the rows into the tables, which are empty, with the commit."""
    connection.execute("DISCARD PLANS")
    connection.execute("SET LOCAL enable_seqscan = off")  # as an import does: plans made for empty tables would check keys by reading all
    begin = time.perf_counter()
    with connection.cursor() as cursor:
        for table in TABLES:
            names = sql.SQL(", ").join(map(sql.Identifier, kept.columns[table]))
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with cursor.copy(statement) as into:
                for row in kept.rows[table]:
                    into.write_row(row)
    connection.commit()
    return time.perf_counter() - begin


def empty(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    """Takes everything out of the tables again."""
    connection.execute("DELETE FROM core_external_ref WHERE entity = 'product'")
    connection.execute("TRUNCATE core_price, core_stock, core_product CASCADE")
    connection.commit()
