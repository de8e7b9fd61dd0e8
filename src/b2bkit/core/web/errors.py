"""One shape of what went wrong, for pages, fragments and JSON: status, title, problems with code, sentence, field; request id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import falcon
import orjson

from b2bkit.core.errors import B2bkitError, Forbidden, NotFound, NotSignedIn, Problem, Refused, Unavailable
from b2bkit.core.i18n import N_, _, ngettext

PROBLEM_JSON = "application/problem+json"
Headers = tuple[tuple[str, str], ...]


class BadRequest(B2bkitError):
    """What was sent cannot be understood: unreadable body, unknown field, missing key. HTTP 400, or `status`."""

    def __init__(self, problems: Problem | Iterable[Problem], status: int = 400) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.status = status
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in self.problems))


class Stale(B2bkitError):
    """A form whose token is of an ended session: nothing was done, and what was typed can be sent again. HTTP 403."""


class Failure(NamedTuple):
    """An error as it is answered, in the person's language; `headers` belong to the status (Allow, Retry-After)."""

    status: int
    code: str
    title: str
    detail: str
    problems: tuple[Problem, ...] = ()
    headers: Headers = ()


_TEXTS: Mapping[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        N_("The request cannot be read"),
        N_("What was sent is not what this page expects. Reload the page and try again."),
    ),
    401: ("not_signed_in", N_("Sign in first"), N_("Your session has ended. Sign in and go on where you were.")),
    403: ("forbidden", N_("Not allowed for your role"), N_("Ask the owner of your company's account to give you this right.")),
    404: ("not_found", N_("There is no such page"), N_("The address is wrong, or what was here is gone or not open to you.")),
    405: ("method_not_allowed", N_("This cannot be done here"), N_("The address exists and does not take this kind of request.")),
    408: ("too_slow", N_("The request took too long"), N_("The data came too slowly. Nothing was done: try again.")),
    409: ("conflict", N_("The data changed meanwhile"), N_("Reload the page to see what is current.")),
    413: ("too_large", N_("Too much was sent"), N_("The data is larger than is accepted here.")),
    415: (
        "wrong_type",
        N_("This kind of data is not accepted here"),
        N_("Send it in the format that is documented for this address."),
    ),
    421: ("wrong_host", N_("This portal has another address"), N_("Open the portal by the address that you were given.")),
    422: ("refused", N_("This is not possible as entered"), N_("Correct what is marked and send it again.")),
    429: ("too_many", N_("Too many attempts"), N_("Wait a little and try again.")),
    500: ("failed", N_("Something broke on our side"), N_("Nothing was changed. We see the error under the number below.")),
    503: ("unavailable", N_("The portal is busy"), N_("Nothing was done. Try again in a few seconds.")),
}


def failure_of(error: BaseException) -> Failure:
    """The answer to an exception; anything unexpected is a 500 that tells nothing of its cause."""
    if isinstance(error, Refused | BadRequest):
        code = error.problems[0].code if len(error.problems) == 1 else ""
        return _failure(error.status, code=code, problems=error.problems)
    if isinstance(error, NotFound):
        return _failure(404)
    if isinstance(error, NotSignedIn):
        return _failure(401)
    if isinstance(error, Stale):
        return _failure(403)._replace(
            code="stale_form",
            title=_("The page is out of date"),
            detail=_("You signed in or out since it was opened. Nothing was done; what you entered is kept, send it again."),
        )
    if isinstance(error, Forbidden):
        return _failure(403)
    if isinstance(error, Unavailable):
        return _failure(503, headers=(("Retry-After", str(error.retry_after)),))
    if isinstance(error, falcon.HTTPError):
        return _of_falcon(error)
    return _failure(500)


def _failure(status: int, *, code: str = "", problems: tuple[Problem, ...] = (), headers: Headers = ()) -> Failure:
    known, title, detail = _TEXTS.get(status) or _TEXTS[500 if status >= 500 else 400]
    if problems:
        detail = problems[0].message if len(problems) == 1 else _count_of_problems(len(problems))
        return Failure(status, code or known, _(title), detail, problems, headers)
    return Failure(status, code or known, _(title), _(detail), (), headers)


def _count_of_problems(count: int) -> str:
    """One line over a list of problems."""
    return ngettext("%d thing is to be corrected.", "%d things are to be corrected.", count) % count


def _of_falcon(error: falcon.HTTPError) -> Failure:
    kept = {"allow": "Allow", "retry-after": "Retry-After"}
    given = error.headers or {}
    pairs = given.items() if isinstance(given, Mapping) else given
    headers = tuple((kept[name.lower()], value) for name, value in pairs if name.lower() in kept)
    status = error.status_code if error.status_code in _TEXTS else 400 if error.status_code < 500 else 500
    return _failure(status, headers=headers)


def problem_json(failure: Failure, request_id: str) -> bytes:
    """RFC 9457 document: type, title, status, code, detail, problems [code, message, field], request_id."""
    return orjson.dumps(
        {
            "type": f"urn:b2bkit:problem:{failure.code}",
            "title": failure.title,
            "status": failure.status,
            "code": failure.code,
            "detail": failure.detail,
            "problems": [{"code": p.code, "message": p.message, "field": p.field} for p in failure.problems],
            "request_id": request_id,
        }
    )
