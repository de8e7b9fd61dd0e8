"""What the web room knows of one request while it is answered; handlers reach it through the functions of `handling`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from time import perf_counter, time
from typing import TYPE_CHECKING

from b2bkit.core.i18n import SOURCE_LANGUAGE
from b2bkit.core.web.masking import masked
from b2bkit.core.work import ANONYMOUS, Actor

if TYPE_CHECKING:
    import falcon

    from b2bkit.core.extend.things import Route
    from b2bkit.core.web.parts import SignedIn
    from b2bkit.core.web.site import Site
    from b2bkit.core.work import Work


@dataclass(frozen=True, slots=True)
class Upload:
    """A file from a form: the name as the browser sent it (never a path to use), its claimed type, its bytes."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A parsed form body: pairs in the order sent, files by field name."""

    pairs: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, Upload]] = ()

    def first(self, name: str) -> str | None:
        """The first value of a field."""
        return next((value for key, value in self.pairs if key == name), None)


class State:
    """One request. Lives in `req.context.state`; `work` is there while a handler runs."""

    __slots__ = (
        "actor",
        "asked",
        "body",
        "client",
        "csrf",
        "error",
        "form",
        "forms",
        "keep",
        "lang",
        "method",
        "new_pre_session",
        "pre_session",
        "prepared",
        "problem_page",
        "replayed",
        "request_id",
        "route",
        "signed",
        "site",
        "started",
        "token",
        "took_body",
        "work",
    )  # fmt: skip

    def __init__(self, site: Site, request_id: str, method: str) -> None:
        self.site = site
        self.request_id = request_id
        self.method = method
        self.started = perf_counter()
        self.asked = time()
        self.client = ""
        self.route: Route | None = None
        self.body = b""
        self.form: Form | None = None
        self.lang = SOURCE_LANGUAGE
        self.signed: SignedIn | None = None
        self.actor: Actor = ANONYMOUS
        self.token: str | None = None
        self.pre_session: str | None = None
        self.new_pre_session = False
        self.work: Work | None = None
        self.keep = False
        self.prepared = False
        self.replayed = False
        self.took_body = False
        self.problem_page = False
        self.error = ""
        self.forms: Iterator[str] | None = None
        self.csrf: tuple[str, str] | None = None  # the token, and how this answer writes it

    def csrf_token(self) -> str:
        """The token that forms of this answer carry, masked: the session's, or before sign-in one that a cookie repeats."""
        if self.signed is None and self.pre_session is None:
            self.pre_session = secrets.token_urlsafe(24)
            self.new_pre_session = True
        token = self.expected_token or ""
        if self.csrf is None or self.csrf[0] != token:
            self.csrf = (token, masked(token))
        return self.csrf[1]

    @property
    def expected_token(self) -> str | None:
        """What a write has to prove that it knows; None: nothing can."""
        return self.signed.csrf if self.signed is not None else self.pre_session

    def form_key(self) -> str:
        """A new idempotency key for a form of this answer: what the answer drew once by chance, and the form's number in it. A catalogue
        has a form a line, and asking the system for chance each time would cost more than the line.
        """
        if self.forms is None:
            drawn = secrets.token_urlsafe(16)
            self.forms = (f"{drawn}-{number}" for number in count(1))
        return next(self.forms)


current: ContextVar[State] = ContextVar("b2bkit_web_state")


def state_of(req: falcon.Request) -> State:
    """The state of this request."""
    state: State = req.context.state
    return state
