"""Who may come in: host, client address, permission, and proof that a write was meant (CSRF)."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import falcon

from b2bkit.core.errors import Forbidden, NotFound, NotSignedIn, Problem
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Route
from b2bkit.core.i18n import _
from b2bkit.core.web.errors import BadRequest, Stale
from b2bkit.core.web.handling import form_of
from b2bkit.core.web.masking import is_token
from b2bkit.core.web.parts import WebConfig
from b2bkit.core.web.state import State
from b2bkit.core.work import Actor, at_least

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.\-]+)(:[0-9]{1,5})?")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_\-]{8,64}")
_KEY = re.compile(r"[A-Za-z0-9_\-]{16,200}")
_PRE_SESSION = re.compile(r"[A-Za-z0-9_\-]{20,64}")


def known_hosts(config: WebConfig) -> frozenset[str]:
    """Host names, without port, under which requests are answered."""
    own = urlsplit(config.base_url).hostname or ""
    return frozenset({own.lower(), *(host.lower().partition(":")[0] for host in config.allowed_hosts)})


def check_host(given: str | None, hosts: frozenset[str]) -> None:
    """A well-formed Host of the list; anything else is a 400 or 421 before any route is looked for."""
    match = _HOST.fullmatch((given or "").lower())
    if match is None:
        raise BadRequest(Problem("bad_host", _("The request names no host.")))
    if match.group(1).strip("[]").rstrip(".") not in hosts:
        raise BadRequest(Problem("wrong_host", _("This portal has another address.")), 421)


def request_id_of(given: str | None) -> str | None:
    """A request id from outside, when it is one."""
    return given if given and _REQUEST_ID.fullmatch(given) else None


def client_of(remote: str, forwarded: str | None, proxies: int) -> str:
    """The client's address: entries of X-Forwarded-For count from the right, one for each of our own proxies."""
    if not proxies or not forwarded:
        return remote
    chain = [entry.strip() for entry in forwarded.split(",")][-proxies:]
    try:
        return str(ip_address(chain[0].strip("[]")))
    except ValueError:
        return remote


def pre_session_of(value: str | None) -> str | None:
    """The pre-session token of a cookie, when it has the form of one."""
    return value if value and _PRE_SESSION.fullmatch(value) else None


def admit(route: Route, method: str, actor: Actor) -> None:
    """Raises NotSignedIn or Forbidden unless the actor has the permission of this route and verb, NotFound for a page that the kind of the
    account leaves out, or that is for rights that reach further.
    """
    permission = route.permission_for(method)
    if permission is PUBLIC:
        return
    if actor.kind == "anonymous":
        raise NotSignedIn
    if permission is not SIGNED_IN and not actor.may(permission):
        raise Forbidden(permission)
    if actor.on_behalf is not None and permission is SIGNED_IN and method not in SAFE and not route.on_behalf:
        raise Forbidden("personal")
    if route.name in actor.closed or (route.least is not None and not at_least(actor.level(permission), route.least)):
        raise NotFound(route.name)


def check_meant(req: falcon.Request, state: State) -> None:
    """A write must be meant: same origin by the browser's word, and the session's token in field or header.

    Raises Forbidden for another site's page, Stale for a page of this portal from before the session changed.
    """
    site = req.get_header("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("csrf")
    origin = req.get_header("Origin")
    if origin is not None and origin not in _own_origins(req, state):
        raise Forbidden("csrf")
    token = req.get_header("X-CSRF-Token")
    if token is None and is_form(req):
        token = form_of(req).first("_csrf")
    if not token or not state.expected_token or not is_token(token, state.expected_token):
        raise Stale


def is_form(req: falcon.Request) -> bool:
    """Whether the body is a form of a page."""
    return (req.content_type or "").partition(";")[0].strip().lower() in FORM_TYPES


def _own_origins(req: falcon.Request, state: State) -> tuple[str, str]:
    base = state.site.parts.config.base_url
    return base, f"{urlsplit(base).scheme}://{(req.get_header('Host') or '').lower()}"


def key_of(req: falcon.Request) -> str:
    """The idempotency key of a write, from the header or the form; BadRequest when there is none."""
    key = req.get_header("Idempotency-Key")
    if key is None and is_form(req):
        key = form_of(req).first("_key")
    if key is None:
        raise BadRequest(Problem("key_missing", _("Send an Idempotency-Key, so that nothing is done twice."), "_key"))
    if not _KEY.fullmatch(key):
        raise BadRequest(Problem("key_malformed", _("A key has 16 to 200 letters, digits, hyphens or underscores."), "_key"))
    return key
