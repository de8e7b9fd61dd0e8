"""Bulk changes from the ERP write what differs and nothing else, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from b2bkit.core.catalog.models import Product
from b2bkit.core.db.bulk import bulk_upsert, replace_rows
from b2bkit.core.db.engine import Database
from b2bkit.core.db.session import UnscopedSession
from b2bkit.core.db.types import new_id
from b2bkit.core.pricing.models import Price, PriceType

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TABLE = Product.__table__
UPDATE = ["name", "unit", "vat_rate", "minimum", "multiple", "attributes", "updated_at"]


def product(number: int, **values: Any) -> dict[str, Any]:
    row = {
        "id": new_id(),
        "name": f"PE 100 №{number}",
        "unit": "кг",
        "vat_rate": Decimal("20"),
        "minimum": Decimal("0.001"),
        "multiple": Decimal("99999999999.125"),
        "attributes": {"MFI": "0,25 g/10 min", "notes": ["a\tb\\", None, 'q"\n']},
        "updated_at": NOW,
    }
    return {**row, **values}


def upsert(session: UnscopedSession, rows: list[dict[str, Any]]) -> int:
    return bulk_upsert(session, TABLE, rows, key=["id"], update=UPDATE)  # type: ignore[arg-type]


def test_rows_come_back_exactly_as_they_were_sent(database: Database) -> None:
    rows = [product(1), product(2, vat_rate=None, attributes={})]
    with database.unscoped(write=True) as session:
        assert upsert(session, rows) == 2
    with database.unscoped(write=False) as session:
        for row in rows:
            stored = session.get_one(Product, row["id"])
            assert {name: getattr(stored, name) for name in row} == row
            assert (stored.description, stored.active) == ("", True)  # defaults of the model


def test_only_rows_that_differ_are_written(database: Database) -> None:
    rows = [product(number, vat_rate=None if number % 2 else Decimal("10")) for number in range(40)]
    with database.unscoped(write=True) as session:
        upsert(session, rows)
    changed = [dict(row) for row in rows]
    changed[3]["vat_rate"] = Decimal("22")  # from NULL
    changed[4]["vat_rate"] = None  # to NULL
    changed[5]["attributes"] = {"MFI": "0,30"}
    changed[6]["minimum"] = Decimal("0.002")
    with database.unscoped(write=True) as session:
        assert upsert(session, rows) == 0
        assert upsert(session, changed) == 4
        assert upsert(session, changed) == 0
    with database.unscoped(write=False) as session:
        stored = {row.id: row.vat_rate for row in session.execute(select(Product.id, Product.vat_rate))}
        assert stored == {row["id"]: row["vat_rate"] for row in changed}


def test_columns_that_are_not_named_stay_as_they_are(database: Database) -> None:
    row = product(1)
    with database.unscoped(write=True) as session:
        upsert(session, [row])
        session.execute(update(Product).values(search_text="pe100", active=False))
        upsert(session, [{**row, "name": "new"}])
    with database.unscoped(write=False) as session:
        stored = session.get_one(Product, row["id"])
        assert (stored.name, stored.search_text, stored.active) == ("new", "pe100", False)


def test_of_two_rows_with_one_key_the_last_wins(database: Database) -> None:
    row = product(1)
    with database.unscoped(write=True) as session:
        assert upsert(session, [row, {**row, "name": "last"}]) == 1
        assert session.get_one(Product, row["id"]).name == "last"


def test_a_key_of_several_columns_and_more_rows_than_one_chunk(database: Database) -> None:
    with database.unscoped(write=True) as session:
        kind = PriceType(name="опт", currency="RUB")
        session.add(kind)
        goods = [product(number) for number in range(3_000)]
        upsert(session, goods)
        prices = [
            {"price_type_id": kind.id, "product_id": item["id"], "min_quantity": Decimal(least), "value": Decimal("1.0001"), "as_of": NOW}
            for item in goods
            for least in (0, 1000)
        ]
        key = ["price_type_id", "product_id", "min_quantity"]
        table: Any = Price.__table__
        assert bulk_upsert(session, table, iter(prices), key=key, update=["value", "as_of"]) == 6_000
        prices[-1]["value"] = Decimal("1.0002")
        assert bulk_upsert(session, table, iter(prices), key=key, update=["value", "as_of"]) == 1
        assert session.scalar(select(func.count()).select_from(Price)) == 6_000
        assert session.scalar(select(func.sum(Price.value))) == Decimal("6000.6001")


@pytest.mark.parametrize("wrong", [1.5, Decimal("0.0001"), Decimal("NaN")])
def test_what_cannot_be_kept_exactly_is_refused_and_nothing_is_written(database: Database, wrong: object) -> None:
    with pytest.raises(Exception, match=r"Quantity|places|finite"), database.unscoped(write=True) as session:
        upsert(session, [product(1), product(2, minimum=wrong)])
    with database.unscoped(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Product)) == 0


def test_a_name_that_the_table_lacks_is_refused(database: Database) -> None:
    table: Any = TABLE
    with database.unscoped(write=True) as session:
        with pytest.raises(ValueError, match="core_product has no column colour"):
            bulk_upsert(session, table, [], key=["id"], update=["colour"])
        with pytest.raises(ValueError, match="lacks unit"):
            upsert(session, [{name: value for name, value in product(1).items() if name != "unit"}])


def test_postgresql_compares_rows_itself_and_tells_new_from_changed(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite compares in Python: see rows.replace")
    goods, kind = [product(number) for number in range(4)], new_id()
    key, then = ["price_type_id", "product_id", "min_quantity"], NOW.replace(hour=8)

    def told(session: UnscopedSession, prices: dict[tuple[int, str], str], at: datetime) -> tuple[int, int]:
        lines = [f"{kind}\t{goods[number]['id']}\t{start}\t{value}" for (number, start), value in prices.items()]
        return replace_rows(session, Price.__table__, lines, key=key, value="value", within=key[:2], stamp={"as_of": at})  # type: ignore[arg-type]

    with database.unscoped(write=True) as session:
        session.add(PriceType(id=kind, name="Опт", currency="BYN"))
        upsert(session, goods)
        assert told(session, {(0, "0"): "10", (0, "100"): "9", (1, "0"): "20", (2, "0"): "30"}, then) == (4, 0)
    with database.unscoped(write=True) as session:
        again = {(0, "0"): "10.0000", (1, "0"): "21", (2, "0"): "\\N", (3, "0"): "40"}
        assert told(session, again, NOW) == (1, 3), "one came, one changed, one step went, and all of a group that was only named"
        found = session.execute(select(Price.product_id, Price.value, Price.as_of)).all()
    places = [row["id"] for row in goods]
    assert sorted((places.index(id_), value, at) for id_, value, at in found) == [
        (0, Decimal(10), then),
        (1, Decimal(21), NOW),
        (3, Decimal(40), NOW),
    ]
