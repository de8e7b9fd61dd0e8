"""Files as 1C:Trade Management writes them: UTF-8 with BOM, a portion of the catalogue per import and offers file."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from b2bkit_onec.commerceml.writer import catalogue_xml, contragents_xml, documents_xml, offers_xml
from examples.polymertorg.generator import records
from examples.polymertorg.generator.companies import Company, make_companies
from examples.polymertorg.generator.holding import with_second_entity
from examples.polymertorg.generator.identity import NAMESPACE
from examples.polymertorg.generator.more import more_goods
from examples.polymertorg.generator.orders import Order, make_orders
from examples.polymertorg.generator.own_prices import with_own_contract, with_own_prices
from examples.polymertorg.generator.products import Good, make_goods

BOM = b"\xef\xbb\xbf"
SEED, PRODUCTS, ORDERS = 4871, 3000, 1200
GOODS_PER_PORTION, ORDERS_PER_PORTION = 1000, 300


@dataclass(frozen=True, slots=True)
class Trade:
    """Everything that the trader's 1C holds on one day."""

    day: dt.date
    goods: list[Good]
    companies: list[Company]
    orders: list[Order]


def make_trade(day: dt.date, *, seed: int = SEED, products: int = PRODUCTS, orders: int = ORDERS) -> Trade:
    """The same seed, day and sizes give the same trade; `products` does not count those of `more.toml`.

    Raises ValueError for fewer products than there are families.
    """
    rng = random.Random(seed)
    goods = make_goods(rng, products)
    companies = make_companies(rng)
    return whole(Trade(day, goods, companies, make_orders(rng, companies, goods, day, orders)))


def whole(trade: Trade) -> Trade:
    """With what is the same whatever the seed: the goods of `more.toml`, and the dealer's own contract and prices."""
    goods = [*with_own_prices(trade.goods), *more_goods()]
    return replace(trade, goods=goods, companies=with_second_entity(with_own_contract(trade.companies)))


def write_trade(trade: Trade, folder: Path) -> list[Path]:
    """Writes the files into `folder` (made when absent) in the order in which 1C sends them; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    formed = dt.datetime.combine(trade.day, dt.time(6))
    paths: list[Path] = []
    size = -(-len(trade.goods) // max(1, round(len(trade.goods) / GOODS_PER_PORTION)))  # portions alike, no small one at the end
    for number, start in enumerate(range(0, len(trade.goods), size), 1):
        paths += _portion(trade, folder, formed, number, trade.goods[start : start + size])
    parties = (records.counterparty(company, trade.day) for company in trade.companies)
    paths.append(_written(folder / "contragents.xml", contragents_xml(parties, formed_at=formed)))
    for number, start in enumerate(range(0, len(trade.orders), ORDERS_PER_PORTION), 1):
        name = f"orders-{uuid.uuid5(NAMESPACE, 'orders')}_{number}.xml"
        told = records.documents(trade.orders[start : start + ORDERS_PER_PORTION], trade.day)
        paths.append(_written(folder / name, documents_xml(told, formed_at=formed)))
    return paths


def _portion(trade: Trade, folder: Path, formed: dt.datetime, number: int, goods: list[Good]) -> list[Path]:
    """import and offers of one portion. The first has the classifier; the others say «only changes», as УТ does."""
    package = replace(records.PACKAGE, changes_only=number > 1)
    first = number == 1
    catalogue = catalogue_xml(
        package,
        formed_at=formed,
        groups=records.groups() if first else (),
        properties=records.property_defs(trade.goods) if first else (),
        products=map(records.product, goods),
    )
    offers = offers_xml(
        package,
        formed_at=formed,
        price_types=records.price_types(),
        warehouses=records.warehouses(),
        offers=map(records.offer, goods),
    )
    return [
        _written(folder / f"import0_{number}.xml", catalogue),
        _written(folder / f"offers0_{number}.xml", offers),
    ]


def _written(path: Path, blocks: Iterable[bytes]) -> Path:
    with path.open("wb") as target:
        target.write(BOM)
        target.writelines(blocks)
    return path
