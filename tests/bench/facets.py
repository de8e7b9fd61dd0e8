"""The list and its facets over 1,000,000 products of which a buyer sees 60 %: from the index, and beside it from the database.

`python -m tests.bench.facets [PRODUCTS]` runs it alone.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from b2bkit.core.accounts.models import Contract
from b2bkit.core.app import App, owners, read_deployment
from b2bkit.core.catalog.facets.browse import browse, facet_counts
from b2bkit.core.catalog.facets.chosen import Chosen, Section
from b2bkit.core.catalog.listing import ListQuery
from b2bkit.core.catalog.models import Attribute
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.models import Freshness
from b2bkit.core.extend.things import Level
from b2bkit.core.work import Actor
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from b2bkit.testing.services import postgres_server
from tests.bench.figure import Figure
from tests.bench.stage import Stage

PRODUCTS: Final = 1_000_000
ROUNDS: Final = 25
_FILL: Final = (
    """INSERT INTO core_product (id, article, name, full_name, description, category_id, unit, unit_code, vat_rate, minimum, multiple,
         producer, barcode, attributes, search_text, active, updated_at)
       SELECT md5('p' || n)::uuid, 'A-' || (n * 7919 % CAST(:products AS bigint)), 'Марка ' || n,
         '', '', groups.ids[1 + n % 40], 'кг', '166',
         20, 25, 25, 'Производитель ' || (n * 31 % 300), '', '{}',
         ' марка ' || lpad((n * 104729 % CAST(:products AS bigint))::text, 8, '0'),
         true, now()
       FROM generate_series(CAST(0 AS bigint), CAST(:products AS bigint) - 1) AS n,
         (SELECT array_agg(id ORDER BY name) AS ids FROM core_category) AS groups""",
    """INSERT INTO core_stock (product_id, warehouse_id, quantity, as_of)
       SELECT id, (SELECT id FROM core_warehouse), 9000, now() FROM core_product WHERE hashtext(article) % 2 = 0""",
    """INSERT INTO core_price (price_type_id, product_id, min_quantity, value, as_of)
       SELECT (SELECT id FROM core_price_type), id, 0, 4.62, now() FROM core_product""",
)
_VALUES: Final = """INSERT INTO core_attribute_value (product_id, attribute_id, position, text)
    SELECT id, :attribute, :position, 'v' || abs(hashtext(:salt || article)) % :values FROM core_product
    WHERE abs(hashtext(:salt || 'has' || article)) % 100 < :share"""
_ATTRIBUTES: Final = (("Полимер", 20, 100), ("ПТР", 200, 80), ("Плотность", 60, 80), ("Цвет", 12, 50))  # values, per cent that have one


def fill(stage: Stage, products: int) -> Actor:
    """Tables and data; returns the buyer."""
    write_config(stage.folder, {})
    deployment = read_deployment(stage.folder, stage.environment)
    database = Database(stage.url)
    migrate.upgrade(database, owners(deployment.kit))
    database.dispose()
    app = stage.app()
    with app.work() as work:
        groups = [factories.category(work, name=f"Группа {number:02}") for number in range(40)]
        prices, company = factories.price_type(work), factories.company(work)
        factories.warehouse(work)
        contract = factories.contract(work, company=company, prices=prices, categories=tuple(groups[:24]))
        actor = _buyer(contract)
        for statement in _FILL:
            work.session.execute(text(statement), {"products": products} if ":products" in statement else {})
        for position, (name, values, share) in enumerate(_ATTRIBUTES):
            attribute = Attribute(id=new_id(), name=name, kind="choice", in_filter=True, position=position)
            work.session.add(attribute)
            work.session.flush()
            given = {"attribute": attribute.id, "values": values, "share": share}
            for place in range(2 if name == "Цвет" else 1):
                work.session.execute(text(_VALUES), {**given, "position": place, "salt": f"{name}{place}"})
    with app.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    app.close()
    return actor


def _buyer(contract: Contract) -> Actor:
    levels = {"catalog.view": Level.COMPANY}
    return Actor(kind="client", user_id=new_id(), company_id=contract.company_id, contract_id=contract.id, levels=levels)


def measured(action: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """(median, slowest but one in twenty) in milliseconds, after a first run."""
    action()
    took = []
    for _round in range(rounds):
        begin = time.perf_counter()
        action()
        took.append((time.perf_counter() - begin) * 1000)
    return round(statistics.median(took), 1), round(sorted(took)[int(len(took) * 0.95)], 1)


def figures(products: int = PRODUCTS) -> Iterator[Figure]:
    """The list and its facets, without a filter and with two, and what the index weighs."""
    with postgres_server() as server, server.fresh_database() as url, tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), url)
        actor = fill(stage, products)
        app = stage.app()
        try:
            yield from _of(app, actor, products)
        finally:
            app.close()


def _of(app: App, actor: Actor, products: int) -> Iterator[Figure]:
    with app.work(write=False) as work:
        colours = work.session.query(Attribute).filter_by(name="Цвет").one().id
    two = Chosen(((Section("catalog.attributes", colours), ("v1", "v2")), (Section("catalog.producer", None), ("Производитель 7",))))
    keeper: Any = app.kit.plugins["catalog"].keeper  # type: ignore[attr-defined]

    def page(chosen: Chosen) -> Callable[[], object]:
        def ask() -> None:
            with app.work(actor, write=False) as work:
                assert browse(work, ListQuery(sort="best"), chosen).page.goods
                assert facet_counts(work, ListQuery(), chosen).values

        return ask

    for label, chosen in (("without a filter", Chosen()), ("with two", two)):
        keeper._looked = float("inf")  # a look at the stamp is not asked for: nothing there yet, so the database counts
        yield Figure(f"list and facets {label}, from the database", measured(page(chosen), 1)[0], "ms", "lower", None)
    begin = time.perf_counter()
    keeper.look()
    yield Figure(f"index of {products} products: read in", round(time.perf_counter() - begin, 1), "s", "lower", None)
    begin = time.perf_counter()
    with app.work() as work:
        work.session.add(Freshness(kind="stock", as_of=work.now))
    keeper.look()
    yield Figure("index: read in after news of stock alone", round(time.perf_counter() - begin, 1), "s", "lower", None)
    index = keeper.current()
    yield Figure("index: memory", round(index.size / 1e6, 1), "MB", "lower", 64)

    def forgetful() -> None:
        index._everything.clear()
        index._visible.clear()
        page(Chosen())()

    for label, action, bar in (
        ("without a filter, counted each time", forgetful, 25),
        ("without a filter", page(Chosen()), 25),
        ("with two filters", page(two), 10),
    ):
        median, slow = measured(action)
        yield Figure(f"list and facets {label}", median, "ms", "lower", bar)
        yield Figure(f"list and facets {label}: p95", slow, "ms", "lower", None)


def main() -> int:
    """Runs it alone; 1 when a bar is missed."""
    kept = True
    for figure in figures(int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS):
        sys.stdout.write(figure.line)
        sys.stdout.flush()
        kept = kept and figure.kept is not False
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
