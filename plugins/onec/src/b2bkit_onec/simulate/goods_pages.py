"""Pages «Цены и остатки»: find a product, change what it costs and what lies where."""

from __future__ import annotations

import sqlite3
import urllib.parse
from collections.abc import Callable

import falcon

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate import stock
from b2bkit_onec.simulate.infobase import PRICE, STOCK
from b2bkit_onec.simulate.pages import Shop


class Goods:
    """Обработка «Цены и остатки»: find a product, then change what it costs and what lies where."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        show_goods(self.shop, req, resp, (req.get_param("good") or "")[:100])


def show_goods(shop: Shop, req: falcon.Request, resp: falcon.Response, good: str, **values: object) -> None:
    """The list of products found, and beside it prices and stock of the chosen one."""
    words = (req.get_param("q") or "").strip()[:100]
    with shop.base.read() as db:
        found = stock.search(db, words)
        try:
            chosen = stock.find_good(db, good) if good else (found[0] if len(found) == 1 else None)
        except LookupError as absent:
            raise falcon.HTTPNotFound from absent
        prices = _prices(db, chosen["id"]) if chosen else []
        places = _places(db, chosen["id"]) if chosen else []
        waits = {row["kind"] for row in db.execute("SELECT kind FROM change WHERE object_id = ?", (chosen["id"],))} if chosen else set()
    shop.show(
        req, resp, "goods.html", "goods", rows=found, words=words, chosen=chosen, prices=prices, places=places,
        waits=bool(waits & {PRICE, STOCK}), typed=values.pop("typed", {}), **values,
    )  # fmt: skip


def _prices(db: sqlite3.Connection, good_id: str) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT price.*, price_type.name AS type_name FROM price JOIN price_type ON price_type.id = type_id WHERE good_id = ?"
        " ORDER BY price_type.position, CAST(min_quantity AS REAL)",
        (good_id,),
    ).fetchall()


def _places(db: sqlite3.Connection, good_id: str) -> list[sqlite3.Row]:
    return db.execute(
        "SELECT warehouse.id, warehouse.name, COALESCE(quantity, '0') AS quantity FROM warehouse"
        " LEFT JOIN stock ON warehouse_id = warehouse.id AND good_id = ? ORDER BY position",
        (good_id,),
    ).fetchall()


class GoodPrice:
    """One price is written."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_post(self, req: falcon.Request, resp: falcon.Response, good_id: str) -> None:
        fields = self.shop.form(req)
        start, typed = fields.get("from", "0"), fields.get("value", "")

        def write() -> None:
            stock.set_price(self.shop.base, good_id, fields.get("type", ""), stock.figure(typed, 2), stock.figure(start, 3))

        problem = N_("The price is a number from 0 with at most two decimals.")
        _write(self.shop, req, resp, good_id, "price", write, problem, {f"{fields.get('type')} {start}": typed})


class GoodStock:
    """What lies at one warehouse is written."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_post(self, req: falcon.Request, resp: falcon.Response, good_id: str) -> None:
        fields = self.shop.form(req)
        place, typed = fields.get("warehouse", ""), fields.get("quantity", "")

        def write() -> None:
            stock.set_stock(self.shop.base, good_id, place, stock.figure(typed, 3))

        problem = N_("The quantity is a number from 0 with at most three decimals.")
        _write(self.shop, req, resp, good_id, "stock", write, problem, {place: typed})


def _write(
    shop: Shop, req: falcon.Request, resp: falcon.Response, good_id: str, what: str, write: Callable[[], None], problem: str,
    typed: dict[str, str],
) -> None:  # fmt: skip
    """Writes and shows the product again; a wrong figure stays in its field under the problem."""
    try:
        write()
    except stock.BadFigure:
        resp.status = falcon.HTTP_422
        show_goods(shop, req, resp, good_id, problem=problem, typed=typed)
        return
    except LookupError as absent:
        raise falcon.HTTPNotFound from absent
    query = urllib.parse.urlencode({"q": req.get_param("q") or "", "good": good_id, "done": what})
    raise falcon.HTTPSeeOther(f"/goods?{query}")
