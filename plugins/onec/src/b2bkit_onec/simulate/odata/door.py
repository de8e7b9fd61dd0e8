"""The door of the OData interface: who may come in, and how a refusal looks."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

import falcon

from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.odata import out
from b2bkit_onec.simulate.odata.answers import Asked, answer, level_of
from b2bkit_onec.simulate.odata.errors import ACCESS, ODataError, bad_address
from b2bkit_onec.simulate.odata.options import options, segments
from b2bkit_onec.simulate.odata.sessions import NoLicence, Sessions

ROOT = "/odata/standard.odata"
COOKIE = "ibsession"
LICENCES, LICENCES_AT_FIRST = "licences", 5
LOGIN_PAGE = "odata_login_page"
PAGE = "<!doctype html><html><head><title>1C:Enterprise</title></head><body><form>Пользователь, пароль</form></body></html>"


@dataclass(frozen=True, slots=True)
class Access:
    """The 1C user of the interface."""

    login: str
    password: str

    def admits(self, header: str) -> bool:
        """Whether a Basic header names the user; the login in UTF-8."""
        scheme, _, code = header.partition(" ")
        try:
            given = base64.b64decode(code.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(given, f"{self.login}:{self.password}".encode())


class Door:
    """A Falcon sink. Without `access` nothing is published: 404, as of a base whose interface is off."""

    def __init__(self, base: Infobase, access: Access | None) -> None:
        self.base, self.access = base, access
        self.sessions = Sessions(lambda: int(base.setting(LICENCES, str(LICENCES_AT_FIRST))))

    def __call__(self, req: falcon.Request, resp: falcon.Response, **rest: str) -> None:
        resp.set_header("DataServiceVersion", "3.0")
        level = _level(req)
        if self.access is None:
            resp.status, resp.content_type, resp.text = "404", "text/html; charset=utf-8", "<h1>404 Not Found</h1>"
            return
        if not self.access.admits(req.get_header("Authorization") or ""):
            self._refuse_login(resp, level)
            return
        cookie = (req.get_cookie_values(COOKIE) or [""])[0]
        try:
            with self.sessions.call(cookie, (req.get_header("IBSession") or "").strip().lower()) as name:
                if name and name != cookie:
                    resp.set_cookie(COOKIE, name, path="/", secure=False, http_only=True)
                self._answer(req, resp)
        except NoLicence:
            resp.status, resp.content_type = "503", "text/plain; charset=utf-8"
            resp.text = "Не обнаружено свободной лицензии для сеанса"
        except ODataError as refused:
            _refuse(resp, refused, level)

    def _answer(self, req: falcon.Request, resp: falcon.Response) -> None:
        told = options(req.query_string)
        asked = Asked(
            req.method,
            segments(req.path.removeprefix(ROOT)),
            told,
            level_of(told.format, req.get_header("Accept") or ""),
            _body(req),
            (req.get_header("1C_OData-DataLoadMode") or "").strip().lower() == "true",
        )
        reply = answer(self.base, f"{req.prefix}{ROOT}/", asked)
        resp.status = str(reply.status)
        if reply.status != 204:
            resp.content_type, resp.data = reply.kind, reply.text.encode("utf-8")
        if reply.location:
            resp.set_header("Location", falcon.uri.encode(reply.location))

    def _refuse_login(self, resp: falcon.Response, level: str) -> None:
        if self.base.setting(LOGIN_PAGE) == "on":
            resp.content_type, resp.text = "text/html; charset=utf-8", PAGE
            return
        resp.set_header("WWW-Authenticate", 'Basic realm="1C:Enterprise 8.3"')
        _refuse(resp, ODataError(401, ACCESS, "Идентификация пользователя не выполнена"), level)


def _level(req: falcon.Request) -> str:
    """For refusals: JSON when anything of it was asked for."""
    return out.MINIMAL if "json" in (req.get_header("Accept") or "") + falcon.uri.decode(req.query_string) else ""


def _refuse(resp: falcon.Response, refused: ODataError, level: str) -> None:
    kind = "application/json" if level else "application/xml"
    resp.status, resp.content_type = str(refused.status), f"{kind};charset=utf-8"
    resp.data = out.error_body(refused, as_json=bool(level)).encode("utf-8")


def _body(req: falcon.Request) -> bytes:
    """The body of a request that has one; what is no JSON is not understood."""
    if req.method not in ("POST", "PATCH", "PUT"):
        return b""
    raw = req.bounded_stream.read()
    if raw and "json" not in (req.content_type or ""):
        raise ODataError(501, "0", f"Тип содержимого '{req.content_type}' не поддерживается")
    if len(raw) > 16 << 20:
        raise bad_address("Слишком большое тело запроса")
    return raw
