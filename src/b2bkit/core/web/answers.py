"""Answers to failures: in which form, with which words kept, without a trace of what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

import falcon
from markupsafe import Markup, escape

from b2bkit.core.errors import B2bkitError
from b2bkit.core.web.errors import Failure
from b2bkit.core.web.handling import form_of, is_htmx
from b2bkit.core.web.state import State
from b2bkit.core.web.urls import local_path

if TYPE_CHECKING:
    from b2bkit.core.web.shell import NavLink, Page

_SECRET_FIELDS = ("password", "token", "secret", "_csrf", "_key")


def clear(resp: falcon.Response) -> None:
    """Forgets what a handler had begun to answer."""
    for name in list(resp.headers):
        resp.delete_header(name)
    resp._cookies = None
    resp.text = resp.data = resp.media = None


def answer_kind(req: falcon.Request, state: State) -> Literal["json", "fragment", "page"]:
    """In which form this client understands a failure."""
    if (state.route is not None and (state.route.area == "api" or state.route.machine)) or req.path.startswith("/api/"):
        return "json"
    if is_htmx(req):
        return "fragment"
    accepted = req.get_header("Accept") or ""
    return "json" if "json" in accepted and "html" not in accepted else "page"


def neutral(page: Page) -> Page:
    """The frame without a trace of which address was asked, so that foreign and absent look the same."""

    def plain(links: tuple[NavLink, ...]) -> tuple[NavLink, ...]:
        return tuple(link._replace(active=False) for link in links)

    groups = tuple(group._replace(items=plain(group.items)) for group in page.nav)
    return page._replace(path="/", nav=groups, bar=plain(page.bar))


def came_from(req: falcon.Request) -> str | None:
    """The local address to come back to after sign-in."""
    if is_htmx(req) or req.method not in ("GET", "HEAD"):
        came = urlsplit(req.get_header("HX-Current-URL") or req.get_header("Referer") or "")
        if came.netloc.lower() != (req.get_header("Host") or "").lower():
            return None
        return local_path(came.path + (f"?{came.query}" if came.query else ""))
    return local_path(quote(req.path, safe="/:@!$&'()*+,;=~-._") + (f"?{req.query_string}" if req.query_string else ""))


def typed_fields(req: falcon.Request) -> tuple[tuple[str, str], ...]:
    """What a person entered, to be sent again; never passwords and tokens."""
    try:
        pairs = form_of(req).pairs
    except B2bkitError:
        return ()
    return tuple((name, value) for name, value in pairs if not any(word in name.lower() for word in _SECRET_FIELDS))


def bare_page(failure: Failure, state: State) -> str:
    """The last resort, when neither database nor templates can be used: plain words and the number of the request."""
    return Markup(
        '<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>{title}</title></head><body><main><h1>{title}</h1><p>{detail}</p><p><small>{request}</small></p></main></body></html>"
    ).format(lang=state.lang, title=escape(failure.title), detail=escape(failure.detail), request=state.request_id)
