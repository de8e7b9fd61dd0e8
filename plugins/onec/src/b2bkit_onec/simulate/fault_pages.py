"""Pages «Сообщения» and «Сбои»: what machines said to each other, and what shall go wrong."""

from __future__ import annotations

import falcon

from b2bkit.core.i18n import N_
from b2bkit_onec.simulate import faults, stock
from b2bkit_onec.simulate.faults import ALWAYS, FAULTS, METHODS, PROTOCOLS, UnknownFault
from b2bkit_onec.simulate.odata.door import LICENCES, LICENCES_AT_FIRST, LOGIN_PAGE
from b2bkit_onec.simulate.pages import PAGE, Shop, masked

MOST_LICENCES = 100
BAD_FAULT = N_("Requests are a number from 1 to 100000, seconds a number up to 3600, and the fault must be one of the protocol.")
BAD_LICENCES = N_("Licences are a number from 1 to 100.")


class Messages:
    """What came by OData and by the HTTP service, and what was answered: the newest first."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        words, which = (req.get_param("q") or "").strip()[:100], req.get_param("show") or ""
        page = min(max(req.get_param_as_int("page", default=1), 1), 10_000)
        mask = masked(words)
        with self.shop.base.read() as db:
            rows = db.execute(
                "SELECT * FROM message WHERE (? = '' OR address LIKE ? ESCAPE '\\' OR sent LIKE ? ESCAPE '\\' OR answer LIKE ? ESCAPE '\\')"
                " AND (? <> 'bad' OR status >= 400 OR fault <> '') AND (? <> 'writes' OR method NOT IN ('GET', 'HEAD'))"
                " ORDER BY id DESC LIMIT ? OFFSET ?",
                (words, mask, mask, mask, which, which, PAGE + 1, (page - 1) * PAGE),
            ).fetchall()
        self.shop.show(
            req, resp, "messages.html", "messages", rows=rows[:PAGE], more=len(rows) > PAGE, page=page, words=words, which=which,
            protocols=PROTOCOLS, known=FAULTS,
            earlier=self.shop.with_changed(req, page=str(page - 1)), later=self.shop.with_changed(req, page=str(page + 1)),
        )  # fmt: skip


class Faults:
    """Switches of faults, the number of licences, and what a wrong login gets."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        self._show(req, resp)

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        fields = self.shop.form(req)
        action = fields.get("action", "")
        problem = ""
        if action == "arm":
            problem = self._arm(fields)
        elif action == "licences":
            problem = self._licences(fields)
        elif action == "disarm" and fields.get("fault", "").isdecimal():
            faults.disarm(self.shop.base, fault_id=int(fields["fault"]))
        elif action == "disarm_all":
            faults.disarm(self.shop.base)
        else:
            raise falcon.HTTPBadRequest
        if problem:
            resp.status = falcon.HTTP_422
            self._show(req, resp, problem=problem, typed=fields)
            return
        raise falcon.HTTPSeeOther(f"/faults?done={action}")

    def _arm(self, fields: dict[str, str]) -> str:
        protocol, _, name = fields.get("fault", "").partition(":")
        told = fields.get("requests", "").strip()
        try:
            requests = ALWAYS if "always" in fields else int(stock.figure(told or "1", 0))
            seconds = stock.figure(fields.get("seconds", "") or "0", 3)
            faults.arm(self.shop.base, protocol, name, requests=requests, seconds=seconds, method=fields.get("method", faults.ANY))
        except (UnknownFault, stock.BadFigure):
            return BAD_FAULT
        return ""

    def _licences(self, fields: dict[str, str]) -> str:
        told = fields.get("licences", "").strip()
        if not told.isascii() or not told.isdecimal() or not 0 < int(told[:6]) <= MOST_LICENCES:
            return BAD_LICENCES
        self.shop.base.keep_setting(LICENCES, told)
        self.shop.base.keep_setting(LOGIN_PAGE, "on" if "login_page" in fields else "off")
        return ""

    def _show(self, req: falcon.Request, resp: falcon.Response, **values: object) -> None:
        with self.shop.base.read() as db:
            armed = faults.armed(db)
        self.shop.show(
            req, resp, "faults.html", "faults", armed=armed, known=FAULTS, protocols=PROTOCOLS, methods=METHODS, always=ALWAYS,
            licences=self.shop.base.setting(LICENCES, str(LICENCES_AT_FIRST)), login_page=self.shop.base.setting(LOGIN_PAGE) == "on",
            **{"typed": {}, **values},
        )  # fmt: skip
