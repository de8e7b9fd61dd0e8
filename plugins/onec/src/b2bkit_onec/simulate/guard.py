"""What every request of the simulator's page passes: loopback only, off means off, and no forged forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import urllib.parse

import falcon

from b2bkit_onec.simulate.infobase import Infobase, keep_setting, setting

COOKIE = "onec_box"
LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
ANSWERED_WHEN_OFF = frozenset(("/", "/power", "/control/state", "/control/power"))
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
BODY_LIMIT = 65_536
MACHINES, MACHINE_LIMIT = ("/odata/", "/hs/"), 16 << 20


class Guard:
    """Falcon middleware. Refuses foreign hosts (a page elsewhere may point its name at this machine), foreign origins and big bodies."""

    def __init__(self, base: Infobase) -> None:
        self.base = base

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        if req.host not in LOOPBACK or (req.remote_addr or "127.0.0.1") not in LOOPBACK:
            raise falcon.HTTPForbidden(title="loopback only", description="The simulator answers on this machine only.")
        if (req.content_length or 0) > (MACHINE_LIMIT if req.path.startswith(MACHINES) else BODY_LIMIT):
            raise falcon.HTTPContentTooLarge
        if req.method not in ("GET", "HEAD"):
            _refuse_foreign_origin(req)
        if not self.base.is_on and req.path not in ANSWERED_WHEN_OFF and not req.path.startswith("/static/"):
            raise falcon.HTTPServiceUnavailable(title="off", description="1C is switched off.")

    def process_response(self, req: falcon.Request, resp: falcon.Response, resource: object, req_succeeded: bool) -> None:
        resp.set_header("Content-Security-Policy", POLICY)
        resp.set_header("X-Content-Type-Options", "nosniff")
        resp.set_header("Referrer-Policy", "same-origin")
        if not req.path.startswith("/static/"):
            resp.set_header("Cache-Control", "no-store")


def _refuse_foreign_origin(req: falcon.Request) -> None:
    origin = req.get_header("Origin")
    if origin is None:
        return
    if urllib.parse.urlsplit(origin).netloc != req.netloc:
        raise falcon.HTTPForbidden(title="foreign origin", description="The request comes from another page.")


class FormTokens:
    """A token in each form that fits the browser's cookie: a page elsewhere knows neither."""

    def __init__(self, base: Infobase) -> None:
        with base.write() as db:
            self._key = setting(db, "form_key") or secrets.token_hex(32)
            keep_setting(db, "form_key", self._key)

    def of(self, req: falcon.Request, resp: falcon.Response) -> str:
        """The token for forms of this answer; gives the browser its cookie when it has none."""
        cookie = self._cookie(req)
        if not cookie:
            cookie = secrets.token_urlsafe(24)
            resp.set_cookie(COOKIE, cookie, path="/", http_only=True, secure=False, same_site="Strict")
        return self._token(cookie)

    def check(self, req: falcon.Request, token: str) -> None:
        """Raises HTTPForbidden for a form without the right token or without an Origin."""
        cookie = self._cookie(req)
        if req.get_header("Origin") is None or not cookie or not hmac.compare_digest(token.encode(), self._token(cookie).encode()):
            raise falcon.HTTPForbidden(title="form expired", description="Open the page again and repeat.")

    def _cookie(self, req: falcon.Request) -> str:
        return (req.get_cookie_values(COOKIE) or [""])[0]

    def _token(self, cookie: str) -> str:
        return hmac.new(self._key.encode(), cookie.encode(), hashlib.sha256).hexdigest()
