"""JSON under `/control` for money and faults: limits, payments, reconciliations, tasks, and what goes wrong."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import falcon

from b2bkit_onec.simulate import faults, objects, papers, settlements
from b2bkit_onec.simulate.control import json_body, json_figure
from b2bkit_onec.simulate.faults import Armed, UnknownFault
from b2bkit_onec.simulate.infobase import Infobase, plain
from b2bkit_onec.simulate.names import CONTRACT, TASK
from b2bkit_onec.simulate.parties import set_limit
from b2bkit_onec.simulate.tasks import finish_task, make_task


class Faults:
    """GET: what is switched on. POST {"protocol", "name", "requests", "seconds", "method"}. DELETE [?protocol=]: all off."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self.base.read() as db:
            resp.media = {"armed": [_told(one) for one in faults.armed(db)], "known": list(faults.FAULTS)}

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, protocol=str, name=str, requests=int, seconds=str, method=str)
        seconds, requests = json_figure(given["seconds"], "seconds", 3), int(str(given["requests"]))
        try:
            faults.arm(
                self.base, str(given["protocol"]), str(given["name"]), requests=requests, seconds=seconds, method=str(given["method"])
            )
        except UnknownFault as unknown:
            raise falcon.HTTPBadRequest(title="no such fault", description=str(unknown)) from unknown
        resp.media = given

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        faults.disarm(self.base, req.get_param("protocol") or "")
        resp.media = {}


def _told(one: Armed) -> dict[str, object]:
    return {
        "id": one.id,
        "protocol": one.protocol,
        "name": one.name,
        "method": one.method,
        "requests": one.requests,
        "seconds": plain(one.seconds),
    }


class Contracts:
    """GET: how every contract stands. POST {"contract", "limited", "limit", "stops_overdue"}: its limit."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        today = self.base.now().date()
        with self.base.read() as db:
            told = [
                {"contract": ref, "number": objects.text(terms, "Номер"), **_stands(settlements.standing(db, ref, today))}
                for ref, terms in objects.every(db, CONTRACT)
            ]
        resp.media = {"contracts": told}

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, contract=str, limited=bool, limit=str, stops_overdue=bool)
        limit = json_figure(given["limit"], "limit", 2)
        try:
            set_limit(
                self.base, str(given["contract"]), limited=bool(given["limited"]), limit=limit, stops_overdue=bool(given["stops_overdue"])
            )
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such contract", description=str(absent)) from absent
        resp.media = given


def _stands(one: settlements.Standing) -> dict[str, object]:
    return {
        "debt": f"{one.debt:.2f}",
        "overdue": f"{one.overdue:.2f}",
        "prepaid": f"{one.prepaid:.2f}",
        "limit": None if one.limit is None else f"{one.limit:.2f}",
        "stops_overdue": one.stops_overdue,
    }


class Payments:
    """POST {"contract", "amount"}: the client pays; what is due first is settled first."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, contract=str, amount=str)
        amount = json_figure(given["amount"], "amount", 2)
        if amount == Decimal(0):
            raise falcon.HTTPBadRequest(title="wrong field", description="amount: above zero")
        try:
            resp.media = {"payments": papers.pay_contract(self.base, str(given["contract"]), amount)}
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such contract", description=str(absent)) from absent


class Reconciliations:
    """POST {"counterparty", "start", "end"}: an act for a period, both days included."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, counterparty=str, start=str, end=str)
        try:
            start, end = (dt.date.fromisoformat(str(given[name])) for name in ("start", "end"))
        except ValueError as bad:
            raise falcon.HTTPBadRequest(title="wrong field", description="start, end: days like 2026-11-20") from bad
        try:
            resp.media = {"reconciliation": papers.reconcile(self.base, str(given["counterparty"]), start, end)}
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such counterparty", description=str(absent)) from absent


class Tasks:
    """GET: tasks. POST {"name", "words"}: a new one."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with self.base.read() as db:
            resp.media = {
                "tasks": [{"ref": ref, **{name: str(one) for name, one in body.items()}} for ref, body in objects.every(db, TASK)]
            }

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        given = json_body(req, name=str, words=str)
        with self.base.write() as db:
            resp.media = {"task": make_task(self.base, db, str(given["name"]), str(given["words"]))}


class TaskDone:
    """POST {"result"}."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def on_post(self, req: falcon.Request, resp: falcon.Response, ref: str) -> None:
        try:
            finish_task(self.base, ref, str(json_body(req, result=str)["result"]))
        except LookupError as absent:
            raise falcon.HTTPNotFound(title="no such task", description=ref) from absent
        resp.media = {}
