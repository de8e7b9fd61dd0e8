"""A browser without a screen: speaks HTTP to the portal's ASGI application, keeps cookies, carries CSRF tokens and idempotency keys."""

from __future__ import annotations

import html
import json as jsonlib
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import falcon.asgi
import falcon.testing
from falcon.testing import Result

_META_CSRF = re.compile(r'<meta name="csrf(?:-token)?" content="([^"]*)"')
_FIELD_CSRF = re.compile(r'name="_csrf" value="([^"]*)"')


class Client:
    """One browser. `last` is the last answer; `csrf` what the last page carried."""

    def __init__(self, app: falcon.asgi.App[Any, Any], host: str) -> None:
        self._http = falcon.testing.TestClient(app)
        self._host = host
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self.last: Result | None = None

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, query: str = "") -> Result:
        """One request as it is; cookies are sent and kept, nothing else is added."""
        path, _mark, own_query = path.partition("?")
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        name, _colon, port = self._host.partition(":")
        query = own_query or query
        result = self._http.simulate_request(
            method, path, query_string=query, body=body, headers=sent, host=name, port=int(port or 80), remote_addr="127.0.0.1"
        )
        self._keep(result)
        self.last = result
        return result

    def _keep(self, result: Result) -> None:
        for name, cookie in result.cookies.items():
            if cookie.max_age == 0 or not cookie.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value
        if "html" in result.headers.get("content-type", ""):
            found = _META_CSRF.search(result.text) or _FIELD_CSRF.search(result.text)
            if found:
                self.csrf = html.unescape(found.group(1))

    def get(self, path: str, *, htmx: bool = False, accept: str = "text/html") -> Result:
        """Opens a page, or a fragment."""
        return self.request("GET", path, headers={"Accept": accept, **({"HX-Request": "true"} if htmx else {})})

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, *, key: str | None = None, htmx: bool = False, follow: bool = False
    ) -> Result:
        """Sends a form with this page's CSRF token and an idempotency key (a fresh one unless given)."""
        values = {"_csrf": self.csrf, "_key": key or secrets.token_urlsafe(16), **(fields or {})}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html", "Origin": f"http://{self._host}"}
        if htmx:
            headers |= {"HX-Request": "true", "X-CSRF-Token": self.csrf}
        result = self.request("POST", path, body=urlencode(values, doseq=True).encode(), headers=headers)
        if follow and result.status_code == 303:
            return self.get(result.headers["location"])
        return result

    def send(self, method: str, path: str, value: Any = None, *, key: str | None = None) -> Result:
        """One call of the JSON API."""
        headers = {"Accept": "application/json", "Origin": f"http://{self._host}", "X-CSRF-Token": self.csrf}
        if method != "GET":
            headers["Idempotency-Key"] = key or secrets.token_urlsafe(16)
        body = b""
        if value is not None:
            body, headers["Content-Type"] = jsonlib.dumps(value, default=str).encode(), "application/json"
        return self.request(method, path, body=body, headers=headers)
