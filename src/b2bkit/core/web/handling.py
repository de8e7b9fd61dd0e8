"""What handlers use. A handler parses, calls one service, answers:

    class CartLines:
        def on_post(self, req: Request, resp: Response) -> None:
            form = read_form(req, LineForm)
            line = add_line(work_of(req), product_id=form.product_id, quantity=form.quantity)
            fragment(req, resp, "ordering/_line.html", line=line)

An answer with a status of 400 and more rolls the transaction back, also when the handler caught `Refused` itself to show its form
again; `keep(req)` makes such an answer commit (a failed sign-in is counted).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar
from uuid import UUID

import orjson
from falcon import Request, Response
from pydantic import BaseModel

from b2bkit.core.web import body as reading
from b2bkit.core.web import forms
from b2bkit.core.web.state import Form, State, state_of
from b2bkit.core.web.urls import local_path

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from b2bkit.core.work import Actor, Work


class OpenAs(Protocol):
    """Opens short works for `before_post`: as the system, or as an actor."""

    def __call__(self, actor: Actor = ..., *, write: bool = ...) -> AbstractContextManager[Work]: ...


M = TypeVar("M", bound=BaseModel)
HTML = "text/html; charset=utf-8"
JSON = "application/json"
YEAR = 365 * 24 * 3600
Tone = Literal["ok", "info", "warn"]

__all__ = [
    "OpenAs", "Request", "Response", "actor_of", "client_address", "end_session", "fragment", "is_htmx", "keep", "read_body",
    "read_form", "read_json", "read_query", "redirect", "redirect_local", "remember", "render", "reply", "request_url", "set_session",
    "work_of",
]  # fmt: skip


def work_of(req: Request) -> Work:
    """The transaction of this request, in the name of its actor."""
    work = state_of(req).work
    if work is None:
        raise RuntimeError("this route opens its own work: use req.context.open_work")
    return work


def actor_of(req: Request) -> Actor:
    """Who asks; also where no transaction is open (`before_post`)."""
    return state_of(req).actor


def keep(req: Request) -> None:
    """Lets this request commit although its answer will be a refusal."""
    state_of(req).keep = True


def is_htmx(req: Request) -> bool:
    """Whether htmx asks for a piece of a page (not for a page in its history)."""
    return req.get_header("HX-Request") == "true" and req.get_header("HX-History-Restore-Request") != "true"


def client_address(req: Request) -> str:
    """The client's network address; forwarded headers count only as far as the configured proxies reach."""
    return state_of(req).client


def form_of(req: Request) -> Form:
    """The parsed form, read once."""
    state = state_of(req)
    if state.form is None:
        state.form = reading.parse_form(req, state.body, state.route.max_body if state.route else 1_000_000)
    return state.form


def read_form(req: Request, model: type[M]) -> M:
    """The form as a closed model. A field that occurs twice needs a list in the model; a blank one is None where None is allowed.

    Files are fields of type `Upload`. Raises BadRequest for unknown fields, Refused for values that do not fit.
    """
    state_of(req).took_body = True
    return forms.from_form(model, form_of(req))


def read_json(req: Request, model: type[M]) -> M:
    """The JSON body as a closed model. BadRequest (400, 415) for what is not strict JSON or has unknown fields, else Refused."""
    if reading.media_type(req) not in ("application/json", ""):
        raise reading._refusal("wrong_type", "application/json", 415)
    state_of(req).took_body = True
    return forms.validated(model, reading.parse_json(state_of(req).body))


def read_query(req: Request, model: type[M], folded: Callable[[list[tuple[str, str]]], list[tuple[str, str]]] = list) -> M:
    """The query string as a closed model: unknown and repeated parameters are refused.

    folded   makes fields of the model of parameters whose names are known to a page only when it is shown
    """
    return forms.from_query(model, folded(reading.parse_pairs(req.query_string.encode("latin-1", "replace"))))


def read_body(req: Request) -> bytes:
    """The raw body, already bounded by the route's `max_body`."""
    state_of(req).took_body = True
    return state_of(req).body


def refuse_unread(req: Request) -> None:
    """BadRequest when a write brought fields or a body that its handler never asked for."""
    state = state_of(req)
    if state.took_body or not state.body:
        return
    if reading.media_type(req) in ("application/json", ""):
        forms.validated(forms.Nothing, reading.parse_json(state.body))
    else:
        forms.from_form(forms.Nothing, form_of(req))


# answers


def _send_html(resp: Response, html: str, status: int, toast: str | None, tone: Tone) -> None:
    resp.data = html.encode()
    resp.content_type = HTML
    resp.status = status
    if toast is not None:
        resp.set_header("HX-Trigger", json.dumps({"toast": {"text": toast, "tone": tone}}))


def render(
    req: Request, resp: Response, template: str, /, *, block: str | None = None, status: int = 200,
    toast: str | None = None, tone: Tone = "ok", **values: object,
) -> None:  # fmt: skip
    """A whole page (its template extends layout/portal.html or layout/admin.html); for htmx with `block`, only that block."""
    state = state_of(req)
    page = state.site.parts.shell(work_of(req), req)
    renderer = state.site.renderer
    values["page"] = page
    if block is not None and is_htmx(req):
        html = renderer.block(template, block, values)
        resp.append_header("Vary", "HX-Request")
    else:
        html = renderer.text(template, values)
    _send_html(resp, html, status, toast, tone)


def fragment(
    req: Request, resp: Response, template: str, /, *,
    status: int = 200, toast: str | None = None, tone: Tone = "ok", **values: object,
) -> None:  # fmt: skip
    """A piece of HTML for htmx, without the frame (`page` is not there); `toast` confirms what was done."""
    _send_html(resp, state_of(req).site.renderer.text(template, values), status, toast, tone)


def redirect(req: Request, resp: Response, route: str, /, **params: object) -> None:
    """See another page: 303, for htmx a header that makes the browser go there."""
    _go(req, resp, state_of(req).site.urls.path(route, **params))


def redirect_local(req: Request, resp: Response, path: str | None, /, otherwise: str) -> None:
    """Where a `next` parameter says, if that is a path of this portal; else to the route `otherwise`."""
    _go(req, resp, local_path(path) or state_of(req).site.urls.path(otherwise))


def _go(req: Request, resp: Response, path: str) -> None:
    if is_htmx(req):
        resp.status = 200
        resp.data = b""
        resp.content_type = HTML
        resp.set_header("HX-Redirect", path)
    else:
        resp.status = 303
        resp.set_header("Location", path)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def ready(items: Iterable[Mapping[str, object]]) -> orjson.Fragment:
    """Items as JSON that can be put into several answers."""
    return orjson.Fragment(orjson.dumps(list(items), _plain))


def reply(req: Request, resp: Response, answer: BaseModel | Mapping[str, object] | None, /, status: int = 200) -> None:
    """JSON. Decimals are strings. A GET carries an ETag and answers 304 to the same one; None is an empty 204."""
    if answer is None:
        resp.status = 204
        return
    data = answer.model_dump_json().encode() if isinstance(answer, BaseModel) else orjson.dumps(answer, _plain)
    resp.content_type = JSON
    resp.data = data
    resp.status = status
    if req.method in ("GET", "HEAD") and status == 200:
        etag = f'"{hashlib.blake2b(data, digest_size=16).hexdigest()}"'
        resp.set_header("ETag", etag)
        asked = req.get_header("If-None-Match")
        if asked is not None and etag in [tag.strip().removeprefix("W/") for tag in asked.split(",")]:
            resp.status = 304
            resp.data = None


def request_url(work: Work, route: str, /, **params: object) -> str:
    """An absolute address for mails and documents: from the configuration, never from the request."""
    from b2bkit.core.web.urls import Urls

    return work.config.portal.base_url + Urls([work.kit.routes[route]]).path(route, **params)


# cookies


def set_cookie(state: State, resp: Response, name: str, value: str, max_age: int | None) -> None:
    """A cookie of this host that scripts cannot read."""
    secure = state.site.parts.config.cookie_secure
    resp.set_cookie(name, value, max_age=max_age, secure=secure, http_only=True, path="/", same_site="Lax")


def set_session(req: Request, resp: Response, token: str, max_age: int) -> None:
    """Gives the browser a new session (sign-in, change of rights) for `max_age` seconds; the pre-session token ends."""
    state = state_of(req)
    config = state.site.parts.config
    set_cookie(state, resp, config.session_cookie, token, max_age)
    set_cookie(state, resp, config.pre_session_cookie, "", 0)
    state.new_pre_session = False


def end_session(req: Request, resp: Response) -> None:
    """Takes the session's cookie away."""
    state = state_of(req)
    set_cookie(state, resp, state.site.parts.config.session_cookie, "", 0)


def remember(req: Request, resp: Response, name: Literal["lang", "theme", "list"], value: str) -> None:
    """Keeps a choice of this browser for a year; read with `req.get_cookie_values("b2bkit-" + name)`."""
    set_cookie(state_of(req), resp, f"b2bkit-{name}", value, YEAR)
