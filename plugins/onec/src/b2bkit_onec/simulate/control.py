"""JSON under `/control`: what a person does on the pages, for tests and the demo. Served on loopback only, as everything here."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal

import falcon

from b2bkit_onec.simulate import stock
from b2bkit_onec.simulate.actions import ACTIONS, NotNow, act
from b2bkit_onec.simulate.documents import documents_by_portal_number
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.order_row import SHOWN, find

STATUS_LIMIT = 200


def json_body(req: falcon.Request, **fields: type) -> dict[str, object]:
    """The JSON object of the request with exactly these fields of these types. Raises HTTPBadRequest naming what is wrong."""
    try:
        given = json.loads(req.bounded_stream.read() or b"null")
    except ValueError as bad:
        raise falcon.HTTPBadRequest(title="not JSON", description=str(bad)) from bad
    if not (req.content_type or "").startswith("application/json") or not isinstance(given, dict):
        raise falcon.HTTPBadRequest(title="not JSON", description="Send a JSON object as application/json.")
    for name in sorted(fields.keys() | given.keys()):
        if name not in fields:
            raise falcon.HTTPBadRequest(title="unknown field", description=f"{name}: known are {', '.join(fields)}")
        if type(given.get(name)) is not fields[name]:
            raise falcon.HTTPBadRequest(title="wrong field", description=f"{name}: {fields[name].__name__} is needed")
    return given


def json_figure(text: object, name: str, decimals: int) -> Decimal:
    try:
        return stock.figure(str(text), decimals)
    except stock.BadFigure as bad:
        message = f"{name}: a number from 0 with at most {decimals} decimals, as a string"
        raise falcon.HTTPBadRequest(title="wrong field", description=message) from bad


class State:
    """GET: power, and how many documents each order of the portal has."""

    def __init__(self, base: Infobase, exchanger: Exchanger) -> None:
        self.base, self.exchanger = base, exchanger

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self.base.read() as db:
            waiting = db.execute("SELECT count(*) FROM portion WHERE sent_at = ''").fetchone()[0]
            counts = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("good", "counterparty", "document")}  # noqa: S608 (fixed names)
            rows = db.execute("SELECT * FROM document WHERE from_portal = 1 ORDER BY date_1c DESC, number_1c DESC LIMIT ?", (STATUS_LIMIT,))
            orders = [_told(row) for row in rows]
        resp.media = {
            "on": self.base.is_on,
            "exchanging": self.exchanger.is_running,
            "portions_waiting": waiting,
            "counts": counts,
            "documents_by_portal_number": documents_by_portal_number(self.base),
            "orders": orders,
        }


def _told(row: sqlite3.Row) -> dict[str, object]:
    return {
        "number_1c": row["number_1c"],
        "portal_number": row["portal_number"],
        "status": row["status"],
        "status_shown": SHOWN[str(row["status"])],
        "total": f"{Decimal(row['total']):.2f}",
        "currency": row["currency"],
        **{name: bool(row[name]) for name in ("posted", "cancelled")},
        "paid": bool(row["paid_at"]),
        "shipped": bool(row["shipped_at"]),
    }


class Power:
    """POST {"on": true}: switches 1C on or off; when on again it exchanges at once."""

    def __init__(self, base: Infobase, schedule: Schedule) -> None:
        self.base, self.schedule = base, schedule

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        on = json_body(req, on=bool)["on"]
        self.base.keep_setting("power", "on" if on else "off")
        if on:
            self.schedule.ask()
        resp.media = {"on": on}


class ExchangeNow:
    """POST: exchanges and answers when it is over: what was sent and taken, and what failed (502 then)."""

    def __init__(self, exchanger: Exchanger) -> None:
        self.exchanger = exchanger

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        done = self.exchanger.exchange()
        resp.status = falcon.HTTP_200 if done.good else falcon.HTTP_502
        resp.media = {
            "files": done.files, "offers": done.offers, "orders": done.orders, "states": done.states, "problems": done.problems,
        }  # fmt: skip


class OrderStatus:
    """POST {"action": "post" | "invoice" | "release" | "ship" | "pay" | "close" | "cancel"}; `number` is that of 1C or of the portal."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response, number: str) -> None:
        action = str(json_body(req, action=str)["action"])
        if action not in ACTIONS:
            raise falcon.HTTPBadRequest(title="wrong field", description=f"action: one of {', '.join(ACTIONS)}")
        try:
            act(self.base, number, action)
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such order", description=number) from absent
        except NotNow as reason:
            raise falcon.HTTPConflict(title="not now", description=reason.reason.format(**reason.values)) from reason
        with self.base.read() as db:
            resp.media = _told(find(db, number))


class Price:
    """POST {"good": id or article, "type": id or name, "value": "5.10", "from": "0"}: price of one base unit from a quantity on."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, good=str, type=str, value=str, **{"from": str})
        value, start = json_figure(given["value"], "value", 2), json_figure(given["from"], "from", 3)
        try:
            stock.set_price(self.base, str(given["good"]), str(given["type"]), value, start)
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such price", description=str(absent)) from absent
        resp.media = given


class Stock:
    """POST {"good": id or article, "warehouse": id or name, "quantity": "250"}: what lies there, in base units."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, good=str, warehouse=str, quantity=str)
        quantity = json_figure(given["quantity"], "quantity", 3)
        try:
            stock.set_stock(self.base, str(given["good"]), str(given["warehouse"]), quantity)
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such good or warehouse", description=str(absent)) from absent
        resp.media = given
