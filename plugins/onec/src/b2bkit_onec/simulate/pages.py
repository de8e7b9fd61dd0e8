"""Pages on which a person plays the manager in 1C."""

from __future__ import annotations

import sqlite3
import urllib.parse
from dataclasses import dataclass

import falcon

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate import names
from b2bkit_onec.simulate.actions import ACTIONS, NotNow, act, reason_against
from b2bkit_onec.simulate.exchange import Exchanger, Schedule
from b2bkit_onec.simulate.guard import FormTokens
from b2bkit_onec.simulate.infobase import ORDER, PRICE, STOCK, Infobase
from b2bkit_onec.simulate.order_row import SHOWN, find
from b2bkit_onec.simulate.view import LANGUAGES, environment, language_of

PAGE = 50
SHOWN_STEPS = 200
STATUS_TEXTS = {
    "НеСогласован": N_("Not agreed"),
    "КОбеспечению": N_("To supply"),
    "КОтгрузке": N_("To ship"),
    "Закрыт": N_("Closed"),
}
PAPER_KINDS = {
    names.INVOICE: N_("Invoice"),
    names.SHIPMENT: N_("Shipment"),
    names.TAX_INVOICE: N_("Tax invoice"),
    names.PAYMENT: N_("Payment"),
    names.RECONCILIATION: N_("Reconciliation act"),
}
DONE = {
    "post": N_("The order is posted."),
    "invoice": N_("The invoice is issued."),
    "release": N_("The order is released for shipment."),
    "ship": N_("The order is shipped, the stock is reduced."),
    "pay": N_("The payment is recorded."),
    "close": N_("The order is closed."),
    "cancel": N_("The order is cancelled."),
    "price": N_("The price is changed. It goes to the portal with the next exchange."),
    "stock": N_("The stock is changed. It goes to the portal with the next exchange."),
    "limit": N_("The limit is written."),
    "act": N_("The act is made. It stands among the documents."),
    "task": N_("The task is done."),
    "arm": N_("The fault is switched on."),
    "disarm": N_("The fault is switched off."),
    "disarm_all": N_("All faults are switched off."),
    "licences": N_("Licences and login are written."),
    "exchange": N_("The exchange has begun. Reload the page to see its steps."),
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What the pages share."""

    base: Infobase
    exchanger: Exchanger
    schedule: Schedule
    tokens: FormTokens

    def show(self, req: falcon.Request, resp: falcon.Response, template: str, section: str, **values: object) -> None:
        """Renders a page in the person's language."""
        lang = language_of(req)
        if req.get_param("lang") in LANGUAGES:
            resp.set_cookie("lang", lang, path="/", secure=False, http_only=True, same_site="Lax", max_age=31_536_000)
        done = DONE.get(req.get_param("done") or "", "")
        resp.content_type = "text/html; charset=utf-8"
        resp.text = (
            environment(lang)
            .get_template(template)
            .render(
                lang=lang,
                section=section,
                on=self.base.is_on,
                exchanging=self.exchanger.is_running,
                seconds=round(self.schedule.seconds),
                portal=self.exchanger.address.url,
                token=self.tokens.of(req, resp),
                here=req.path,
                other_lang_url=_with(req, lang="en" if lang == "ru" else "ru"),
                notice=done,
                statuses=STATUS_TEXTS,
                **{"problem": "", "problem_values": {}, **values},
            )
        )

    def form(self, req: falcon.Request) -> dict[str, str]:
        """The posted form, after its token has been checked."""
        raw = req.bounded_stream.read().decode("utf-8", errors="replace")
        fields = dict(urllib.parse.parse_qsl(raw, keep_blank_values=True, max_num_fields=20))
        self.tokens.check(req, fields.pop("token", ""))
        return fields

    def with_changed(self, req: falcon.Request, **changed: str) -> str:
        """The address of this page with other parameters."""
        return _with(req, **changed)

    def show_error(self, req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, params: dict[str, str]) -> None:
        """JSON for `/control`, a page for people."""
        resp.status = error.status
        if req.path.startswith("/control/"):
            resp.media = {"title": error.title, "detail": error.description}
            return
        template = "off.html" if error.status_code == 503 else "error.html"
        self.show(req, resp, template, "", status_code=error.status_code)


def _with(req: falcon.Request, **changed: str) -> str:
    params = {key: value if isinstance(value, str) else value[0] for key, value in req.params.items() if key != "done"}
    return f"{urllib.parse.quote(req.path)}?{urllib.parse.urlencode({**params, **changed})}"


def masked(words: str) -> str:
    """A LIKE pattern that finds the words anywhere."""
    return "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


class Start:
    """The first page: orders, or the switch when 1C is off."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        if self.shop.base.is_on:
            raise falcon.HTTPSeeOther("/orders")
        self.shop.show(req, resp, "off.html", "")


class Power:
    """The switch of 1C."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        on = self.shop.form(req).get("on") == "1"
        self.shop.base.keep_setting("power", "on" if on else "off")
        if on:
            self.shop.schedule.ask()
        raise falcon.HTTPSeeOther("/exchange" if on else "/")


class Orders:
    """Журнал «Заказы клиентов»: the newest first, by words and by where they come from."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        words, origin = (req.get_param("q") or "").strip()[:100], req.get_param("from") or ""
        page = min(max(req.get_param_as_int("page", default=1), 1), 10_000)
        with self.shop.base.read() as db:
            rows = _orders(db, words, origin, page)
        self.shop.show(
            req, resp, "orders.html", "orders", rows=rows[:PAGE], words=words, origin=origin, page=page, more=len(rows) > PAGE,
            earlier=_with(req, page=str(page - 1)), later=_with(req, page=str(page + 1)),
        )  # fmt: skip


def _orders(db: sqlite3.Connection, words: str, origin: str, page: int) -> list[sqlite3.Row]:
    mask = masked(words)
    return db.execute(
        "SELECT * FROM document WHERE (? = '' OR number_1c LIKE ? ESCAPE '\\' OR portal_number LIKE ? ESCAPE '\\'"
        " OR counterparty_name LIKE ? ESCAPE '\\') AND (? <> 'portal' OR from_portal = 1) AND (? <> 'open' OR status <> 'Закрыт')"
        " ORDER BY date_1c DESC, number_1c DESC LIMIT ? OFFSET ?",
        (words, mask, mask, mask, origin, origin, PAGE + 1, (page - 1) * PAGE),
    ).fetchall()


class OrderCard:
    """Форма документа «Заказ клиента» with its buttons."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response, number: str) -> None:
        self._show(req, resp, number)

    def on_post(self, req: falcon.Request, resp: falcon.Response, number: str) -> None:
        action = self.shop.form(req).get("action", "")
        if action not in ACTIONS:
            raise falcon.HTTPBadRequest
        try:
            act(self.shop.base, number, action)
        except LookupError as absent:
            raise falcon.HTTPNotFound from absent
        except NotNow as reason:
            resp.status = falcon.HTTP_409
            self._show(req, resp, number, problem=reason.reason, problem_values=reason.values)
            return
        raise falcon.HTTPSeeOther(f"/orders/{urllib.parse.quote(number)}?done={action}")

    def _show(self, req: falcon.Request, resp: falcon.Response, number: str, **values: object) -> None:
        with self.shop.base.read() as db:
            try:
                row = find(db, number)
            except LookupError as absent:
                raise falcon.HTTPNotFound from absent
            lines = db.execute("SELECT * FROM document_line WHERE document_id = ? ORDER BY position", (row["id"],)).fetchall()
            place = db.execute("SELECT name FROM warehouse WHERE id = ?", (row["warehouse_id"],)).fetchone()
            written = db.execute("SELECT * FROM paper WHERE order_id = ? AND deleted = 0 ORDER BY at, number", (row["id"],)).fetchall()
            waits = db.execute("SELECT 1 FROM change WHERE kind = ? AND object_id = ?", (ORDER, row["id"])).fetchone()
        actions = [(name, label, reason_against(row, name)) for name, (label, _, _) in ACTIONS.items()]
        self.shop.show(
            req, resp, "order.html", "orders", row=row, lines=lines, actions=actions, waits=waits is not None,
            next_action=next((name for name, _, reason in actions if not reason and name != "cancel"), ""),
            warehouse=place["name"] if place else "", shown=SHOWN[row["status"]],
            papers=written, kinds=PAPER_KINDS, **values,
        )  # fmt: skip


class Exchange:
    """Журнал обмена с сайтом, and «Обменяться сейчас»."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with_idle = req.get_param("all") == "1"
        with self.shop.base.read() as db:
            steps = db.execute("SELECT * FROM journal WHERE idle <= ? ORDER BY id DESC LIMIT ?", (int(with_idle), SHOWN_STEPS)).fetchall()
            waiting = db.execute("SELECT count(*) FROM portion WHERE sent_at = ''").fetchone()[0]
            changed = {row["kind"]: row["n"] for row in db.execute("SELECT kind, count(*) AS n FROM change GROUP BY kind")}
        self.shop.show(
            req, resp, "exchange.html", "exchange", with_idle=with_idle, steps=steps, waiting=waiting, orders_waiting=changed.get(ORDER, 0),
            offers_waiting=changed.get(PRICE, 0) + changed.get(STOCK, 0),
        )  # fmt: skip

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        self.shop.form(req)
        self.shop.schedule.ask()
        raise falcon.HTTPSeeOther("/exchange?done=exchange")
