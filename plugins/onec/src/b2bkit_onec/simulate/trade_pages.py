"""Pages «Лимиты», «Документы», «Задачи»: what clients owe and may owe, what was written for them, what a manager has to do."""

from __future__ import annotations

import datetime as dt
import sqlite3
import urllib.parse
from collections import defaultdict
from dataclasses import dataclass

import falcon

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate import names, objects, papers, settlements, stock
from b2bkit_onec.simulate.names import CONTRACT, COUNTERPARTY, EMPTY, NO_DATE, TASK
from b2bkit_onec.simulate.objects import Body
from b2bkit_onec.simulate.pages import PAGE, PAPER_KINDS, Shop, masked
from b2bkit_onec.simulate.parties import set_limit
from b2bkit_onec.simulate.settlements import Deal, Standing
from b2bkit_onec.simulate.tasks import finish_task

SHORT = {
    "invoice": names.INVOICE,
    "shipment": names.SHIPMENT,
    "tax": names.TAX_INVOICE,
    "payment": names.PAYMENT,
    "act": names.RECONCILIATION,
}
BAD_SUM = N_("The sum is a number from 0 with at most two decimals.")
BAD_PERIOD = N_("The period needs two days, the first not after the last.")
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract as the list shows it."""

    ref: str
    number: str
    client: str
    currency: str
    stands: Standing


class Contracts:
    """Список договоров with what is owed under each."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        words, which = (req.get_param("q") or "").strip()[:100], req.get_param("show") or ""
        with self.shop.base.read() as db:
            rows = [row for row in _contracts(db, self.shop.base.now().date()) if _fits(row, words, which)]
        self.shop.show(req, resp, "contracts.html", "contracts", rows=rows, words=words, which=which)


def _contracts(db: sqlite3.Connection, today: dt.date) -> list[ContractRow]:
    owed: dict[str, list[Deal]] = defaultdict(list)
    for deal in settlements.deals(db):
        owed[deal.contract_id].append(deal)
    parties = dict(objects.every(db, COUNTERPARTY))
    made = []
    for ref, terms in objects.every(db, CONTRACT):
        client = objects.text(parties.get(objects.text(terms, "Контрагент_Key"), {}), "НаименованиеПолное")
        code = objects.named(db, names.CURRENCY, objects.text(terms, "ВалютаВзаиморасчетов_Key"))
        stands = settlements.standing(db, ref, today, owed[ref])
        made.append(ContractRow(ref, objects.text(terms, "Номер"), client, code, stands))
    return sorted(made, key=lambda row: row.client)


def _fits(row: ContractRow, words: str, which: str) -> bool:
    named = words.casefold() in f"{row.number} {row.client}".casefold()
    return named and (not which or bool(row.stands.debt if which == "debt" else row.stands.overdue))


class ContractCard:
    """Карточка договора: terms, debts by their day, a payment, an act of reconciliation."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response, ref: str) -> None:
        self._show(req, resp, ref)

    def on_post(self, req: falcon.Request, resp: falcon.Response, ref: str) -> None:
        fields = self.shop.form(req)
        action = fields.get("action", "")
        if action not in ("limit", "pay", "act"):
            raise falcon.HTTPBadRequest
        try:
            problem = {"limit": self._limit, "pay": self._pay, "act": self._reconcile}[action](ref, fields)
        except LookupError as absent:
            raise falcon.HTTPNotFound from absent
        if problem:
            resp.status = falcon.HTTP_422
            self._show(req, resp, ref, problem=problem, typed=fields, wrong=action)
            return
        raise falcon.HTTPSeeOther(f"/contracts/{urllib.parse.quote(ref)}?done={action}")

    def _limit(self, ref: str, fields: dict[str, str]) -> str:
        try:
            limit = stock.figure(fields.get("limit", "") or "0", 2)
        except stock.BadFigure:
            return BAD_SUM
        set_limit(self.shop.base, ref, limited="limited" in fields, limit=limit, stops_overdue="stops" in fields)
        return ""

    def _pay(self, ref: str, fields: dict[str, str]) -> str:
        try:
            amount = stock.figure(fields.get("amount", ""), 2)
        except stock.BadFigure:
            return BAD_SUM
        if amount == 0:
            return BAD_SUM
        papers.pay_contract(self.shop.base, ref, amount)
        return ""

    def _reconcile(self, ref: str, fields: dict[str, str]) -> str:
        try:
            start, end = (dt.date.fromisoformat(fields.get(name, "")) for name in ("start", "end"))
        except ValueError:
            return BAD_PERIOD
        if start > end:
            return BAD_PERIOD
        with self.shop.base.read() as db:
            party = objects.text(objects.get(db, CONTRACT, ref) or {}, "Контрагент_Key")
        papers.reconcile(self.shop.base, party, start, end)
        return ""

    def _show(self, req: falcon.Request, resp: falcon.Response, ref: str, **values: object) -> None:
        today = self.shop.base.now().date()
        with self.shop.base.read() as db:
            terms = objects.get(db, CONTRACT, ref)
            if terms is None:
                raise falcon.HTTPNotFound
            row = _row(db, ref, terms, today)
            deals = settlements.open_deals(db, contract=ref)
            numbers = {deal.order_id: _number(db, deal.order_id) for deal in deals}
            party = objects.text(terms, "Контрагент_Key")
            written = db.execute(
                "SELECT * FROM paper WHERE contract_id = ? OR (kind = ? AND counterparty_id = ?) ORDER BY at DESC, number DESC LIMIT 20",
                (ref, names.RECONCILIATION, party),
            ).fetchall()
        more = {"typed": {}, "wrong": "", **values}
        self.shop.show(
            req, resp, "contract.html", "contracts", row=row, terms=terms, deals=deals, numbers=numbers, today=today.isoformat(),
            month=today.replace(day=1).isoformat(), papers=written, kinds=PAPER_KINDS, delay=objects.text(terms, "СрокОплаты"), **more,
        )  # fmt: skip


def _row(db: sqlite3.Connection, ref: str, terms: Body, today: dt.date) -> ContractRow:
    party = objects.get(db, COUNTERPARTY, objects.text(terms, "Контрагент_Key")) or {}
    code = objects.named(db, names.CURRENCY, objects.text(terms, "ВалютаВзаиморасчетов_Key"))
    stands = settlements.standing(db, ref, today)
    return ContractRow(ref, objects.text(terms, "Номер"), objects.text(party, "НаименованиеПолное"), code, stands)


def _number(db: sqlite3.Connection, order_id: str) -> str:
    row = db.execute("SELECT number_1c FROM document WHERE id = ?", (order_id,)).fetchone()
    return str(row["number_1c"]) if row else ""


class Papers:
    """Журнал документов: the newest first, by kind and by words."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        words, short = (req.get_param("q") or "").strip()[:100], req.get_param("kind") or ""
        page = min(max(req.get_param_as_int("page", default=1), 1), 10_000)
        mask = masked(words)
        with self.shop.base.read() as db:
            rows = db.execute(
                "SELECT paper.*, number_1c, json_extract(object.body, '$.\"НаименованиеПолное\"') AS client FROM paper"
                " LEFT JOIN document ON document.id = order_id"
                " LEFT JOIN object ON object.entity = ? AND object.id = paper.counterparty_id"
                " WHERE (? = '' OR kind = ?) AND (? = '' OR number LIKE ? ESCAPE '\\' OR client LIKE ? ESCAPE '\\')"
                " ORDER BY at DESC, number DESC LIMIT ? OFFSET ?",
                (COUNTERPARTY, short, SHORT.get(short, ""), words, mask, mask, PAGE + 1, (page - 1) * PAGE),
            ).fetchall()
        self.shop.show(
            req, resp, "papers.html", "papers", rows=rows[:PAGE], more=len(rows) > PAGE, page=page, words=words, kind=short,
            kinds=PAPER_KINDS,
            shorts={short: PAPER_KINDS[kind] for short, kind in SHORT.items()},
            earlier=self.shop.with_changed(req, page=str(page - 1)), later=self.shop.with_changed(req, page=str(page + 1)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the list shows it."""

    ref: str
    code: str
    name: str
    words: str
    made_at: str
    due: str
    done_at: str
    result: str
    subject: str
    important: bool


class Tasks:
    """Мои задачи: those to be done first."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._show(req, resp)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        fields = self.shop.form(req)
        result = fields.get("result", "").strip()
        if not result or len(result) > LONGEST:
            resp.status = falcon.HTTP_422
            self._show(req, resp, problem=N_("Say what came out of the task, in up to 1000 characters."), wrong=fields.get("task", ""))
            return
        try:
            finish_task(self.shop.base, fields.get("task", ""), result)
        except LookupError as absent:
            raise falcon.HTTPNotFound from absent
        raise falcon.HTTPSeeOther("/tasks?done=task")

    def _show(self, req: falcon.Request, resp: falcon.Response, **values: object) -> None:
        with self.shop.base.read() as db:
            rows = [_task(db, ref, body) for ref, body in objects.every(db, TASK)]
        rows.sort(key=lambda row: row.made_at, reverse=True)
        rows.sort(key=lambda row: bool(row.done_at))
        self.shop.show(req, resp, "tasks.html", "tasks", rows=rows[: PAGE * 4], **{"wrong": "", **values})


def _task(db: sqlite3.Connection, ref: str, body: Body) -> TaskRow:
    subject = objects.text(body, "ПредметСтрокой")
    if not subject and objects.text(body, "Предмет_Type").endswith("ЗаказКлиента"):
        subject = _number(db, objects.text(body, "Предмет"))
    told = (objects.text(body, name) for name in ("СрокИсполнения", "ДатаИсполнения"))
    dates = ["" if text == NO_DATE else text for text in told]
    done = objects.flag(body, "Executed")
    return TaskRow(
        ref, objects.text(body, "Code"), objects.text(body, "Description"), objects.text(body, "Описание"),
        objects.text(body, "Date"), dates[0],
        dates[1] if done and dates[1] else ("-" if done else ""), objects.text(body, "РезультатВыполнения"),
        "" if subject == EMPTY else subject, objects.text(body, "Важность") == "Высокая",
    )  # fmt: skip
