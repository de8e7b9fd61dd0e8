"""A small portal for the web room's own tests: real pipeline, real database, routes that misbehave on purpose."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import falcon
from falcon.testing import ASGIConductor, Result
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from b2bkit.core.accounts.models import SignInAttempt
from b2bkit.core.db.engine import Database
from b2bkit.core.db.session import PortalSession
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Health, HealthCheck, Level, Operation, Route, Widget
from b2bkit.core.web.app import B2bkitAsgi, build_asgi
from b2bkit.core.web.forms import FormDecimal
from b2bkit.core.web.handling import (
    client_address,
    fragment,
    keep,
    read_body,
    read_form,
    read_json,
    read_query,
    redirect,
    redirect_local,
    render,
    reply,
    work_of,
)
from b2bkit.core.web.masking import masked
from b2bkit.core.web.parts import SignedIn, WebConfig, WebParts
from b2bkit.core.web.shell import Brand, Page
from b2bkit.core.web.state import Upload, state_of
from b2bkit.core.work import SYSTEM, Actor, Work
from b2bkit.testing.client import Client

HOST = "127.0.0.1:8000"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parent / "templates"
BUYER_TOKEN, VIEWER_TOKEN = "buyer-token-0123456789", "viewer-token-0123456789"


def actor(*permissions: str, kind: str = "client") -> Actor:
    """A person with these permissions."""
    levels = dict.fromkeys(permissions, Level.COMPANY)
    return Actor(kind=kind, user_id=new_id(), company_id=new_id(), role="buyer", name="Ирина", levels=levels)  # type: ignore[arg-type]


class Browser(Client):
    """A client that names any host that a test wants."""

    def request(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, query: str = "") -> Result:
        path, _mark, own_query = path.partition("?")
        sent = dict(headers or {})
        host = sent.pop("Host", HOST)
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        options = {"query_string": own_query or query, "body": body, "headers": sent, "host": host, "port": 80, "remote_addr": "127.0.0.1"}

        async def ask() -> Result:  # a loop of its own, so that several browsers can ask at once
            async with ASGIConductor(self._http.app) as conductor:
                return await conductor.simulate_request(method, path, **options)  # type: ignore[arg-type]

        result = asyncio.run(ask())
        self._keep(result)
        self.last = result
        return result


class Sessions:
    """Sessions in a dictionary."""

    def __init__(self) -> None:
        self.known: dict[str, SignedIn] = {}
        self.touched: list[str] = []

    def read(self, session: PortalSession, token: str, now: datetime) -> SignedIn | None:
        return self.known.get(token)

    def touch(self, session: PortalSession, token: str, now: datetime) -> None:
        self.touched.append(token)


class NoAssets:
    """Names as they are."""

    def url(self, name: str) -> str:
        return f"/static/build/{name}"


class Closed(BaseModel):
    """Base of the models here."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class Note(Closed):
    """What one writes."""

    name: str = Field(min_length=2, max_length=60)
    quantity: FormDecimal = Field(default=Decimal(1), gt=0, decimal_places=3)
    tags: list[str] = []
    seen: bool = False
    comment: str | None = None
    paper: Upload | None = None


class Inner(Closed):
    quantity: Decimal = Field(gt=0)


class NoteIn(Closed):
    """The same as JSON."""

    name: str = Field(min_length=2, max_length=60)
    lines: list[Inner] = []


class NoteOut(Closed):
    """A note as it was kept."""

    name: str
    total: Decimal


class ListQuery(Closed):
    """What a list takes."""

    q: str = ""
    page: int = Field(1, ge=1, le=1000)


class Home:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        query = read_query(req, ListQuery)
        render(req, resp, "shop/list.html", block="rows", rows=["<b>", query.q])


class Notes:
    """Writes a row for each note; each way of failing has a name."""

    def __init__(self) -> None:
        self.calls = 0
        self.hold: threading.Event | None = None
        self.entered = threading.Event()

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        render(req, resp, "shop/form.html", name="", problems=())

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        form = read_form(req, Note)
        self.calls += 1
        work = work_of(req)
        work.session.insert_rows(SignInAttempt, [{"bucket": form.name, "at": work.now}])
        self.entered.set()
        if self.hold is not None:
            self.hold.wait(10)
        if form.name == "refuse":
            raise Refused([Problem("taken", "taken already", "name"), Problem("late", "too late")])
        if form.name == "show again":
            return render(req, resp, "shop/form.html", name=form.name, problems=[Problem("taken", "taken already", "name")], status=422)
        if form.name == "count it":
            keep(req)
            return render(req, resp, "shop/form.html", name=form.name, problems=[], status=422)
        if form.name == "break":
            raise RuntimeError("secret of the server")
        if form.name == "line":
            return fragment(req, resp, "shop/_line.html", text="kept", toast="Готово")
        if form.name == "huge":
            resp.content_type, resp.data = "text/plain", b"x" * 300_000
            return None
        return redirect(req, resp, "shop.note", note_id=UUID(int=7))


class NotePage:
    def on_get(self, req: falcon.Request, resp: falcon.Response, note_id: UUID) -> None:
        if note_id != UUID(int=7):
            raise NotFound("note")
        render(req, resp, "shop/list.html", rows=[note_id])


class NotesApi:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        names = work_of(req).session.execute(select(SignInAttempt.bucket)).scalars().all()
        reply(req, resp, {"items": sorted(names)})

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        note = read_json(req, NoteIn)
        work = work_of(req)
        work.session.insert_rows(SignInAttempt, [{"bucket": note.name, "at": work.now}])
        reply(req, resp, NoteOut(name=note.name, total=sum((line.quantity for line in note.lines), Decimal(0))), 201)


class Listing(Closed):
    items: list[str]


class WritingGet:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        work = work_of(req)
        work.session.insert_rows(SignInAttempt, [{"bucket": "by get", "at": work.now}])
        reply(req, resp, {})


class Onwards:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        redirect_local(req, resp, req.get_param("next"), "shop.home")


class Machine:
    """An exchange with its own authentication."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        with req.context.open_work(write=False) as work:
            resp.content_type, resp.data = "text/plain", f"{work.actor.kind} {client_address(req)}".encode()

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        with req.context.open_work(SYSTEM) as work:
            work.session.insert_rows(SignInAttempt, [{"bucket": f"{len(read_body(req))} bytes", "at": work.now}])
        resp.content_type, resp.data = "text/plain", b"success"


class Bell:
    """A write that takes nothing."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        work = work_of(req)
        work.session.insert_rows(SignInAttempt, [{"bucket": "rung", "at": work.now}])
        fragment(req, resp, "shop/_line.html", text="rung")


class SignInPage:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        render(req, resp, "shop/form.html", name="", problems=())

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        read_form(req, Note)
        redirect(req, resp, "shop.home")


class Live:
    """Asynchronous, behind the guard."""

    async def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type, resp.data = "text/event-stream", str(state_of(req).actor.name).encode()


def _broken(work: Work, subject: object) -> Mapping[str, object]:
    work.session.execute(select(SignInAttempt.bucket).where(SignInAttempt.bucket == 1 / 0))  # type: ignore[arg-type]
    return {}


WIDGETS = (
    Widget(
        name="shop.sum",
        slot="dashboard",
        order=1,
        template="shop/widget.html",
        load=lambda work, subject: {"figure": 42},
        permission="shop.read",
    ),
    Widget(name="shop.broken", slot="dashboard", order=2, template="shop/widget.html", load=_broken, permission="shop.read"),
    Widget(
        name="shop.empty", slot="dashboard", order=3, template="shop/widget.html", load=lambda work, subject: None, permission="shop.read"
    ),
    Widget(
        name="shop.secret",
        slot="dashboard",
        order=4,
        template="shop/widget.html",
        load=lambda work, subject: {"figure": "secret"},
        permission="shop.rule",
    ),
    Widget(
        name="shop.slow",
        slot="dashboard",
        order=5,
        template="shop/widget.html",
        load=lambda work, subject: {"figure": f"of {subject}"},
        permission="shop.read",
        lazy=True,
    ),
)


class Room:
    """The small portal. `buyer()` may read and write, `viewer()` may read, `stranger()` has no session."""

    def __init__(self, database: Database, **config: Any) -> None:
        self.database = database
        self.sessions = Sessions()
        self.notes = Notes()
        self.buyer_actor, self.viewer_actor = actor("shop.read", "shop.write"), actor("shop.read")
        self.sessions.known[BUYER_TOKEN] = SignedIn(self.buyer_actor, "csrf-of-the-buyer-0001", "en")
        self.sessions.known[VIEWER_TOKEN] = SignedIn(self.viewer_actor, "csrf-of-the-viewer-0001", "ru")
        self.health = Health(True, "fine")
        self.parts = self._parts(
            WebConfig(**{"base_url": f"http://{HOST}", "cookie_secure": False, "zone": ZoneInfo("Europe/Minsk"), **config})
        )
        self.app: B2bkitAsgi = build_asgi(self.parts)

    def _parts(self, config: WebConfig) -> WebParts:
        routes = self._routes()
        return WebParts(
            config=config,
            routes={route.name: route for route in routes},
            work=self.work,
            sessions=self.sessions,
            shell=_shell,
            assets=NoAssets(),
            translations=lambda lang: NullTranslations(),
            templates=(TEMPLATES, _CORE_TEMPLATES),
            static={},
            theme={"theme.css": b":root{}", "logo.svg": b"<svg/>"},
            widgets={"dashboard": WIDGETS},
            health_checks=(HealthCheck(name="shop.stock", label="Stock", check=lambda work: self.health),),
            clock=lambda: NOW,
            sign_in_route="shop.sign_in",
            database=self.database,
            live=Live(),
        )

    def _routes(self) -> list[Route]:
        operations = {
            "GET": Operation(summary="List notes", answer=Listing),
            "POST": Operation(summary="Keep a note", body=NoteIn, answer=NoteOut, status=201),
        }
        return [
            Route(name="shop.home", path="/", resource=Home(), permission="shop.read"),
            Route(
                name="shop.notes",
                path="/notes",
                resource=self.notes,
                permission="shop.read",
                write_permission="shop.write",
                max_body=400_000,
            ),
            Route(name="shop.note", path="/notes/{note_id:uuid}", resource=NotePage(), permission="shop.read"),
            Route(
                name="shop.api",
                path="/api/v1/notes",
                resource=NotesApi(),
                permission="shop.read",
                write_permission="shop.write",
                area="api",
                operations=operations,
                max_body=100_000,
            ),
            Route(name="shop.writing_get", path="/writing", resource=WritingGet(), permission=SIGNED_IN),
            Route(name="shop.onwards", path="/onwards", resource=Onwards(), permission=PUBLIC),
            Route(name="shop.bell", path="/bell", resource=Bell(), permission=SIGNED_IN),
            Route(name="shop.machine", path="/machine", resource=Machine(), permission=PUBLIC, machine=True, max_body=5_000_000),
            Route(name="shop.sign_in", path="/sign-in", resource=SignInPage(), permission=PUBLIC, replay=False),
        ]

    @contextmanager
    def work(
        self, who: Actor = SYSTEM, *, write: bool = True, lang: str | None = None, request_id: str = "", unscoped: bool = False
    ) -> Iterator[Work]:
        with self.database.unscoped(write) as session:
            yield Work(
                session=session,
                actor=who,
                now=NOW,
                lang=lang or "en",
                kit=None,
                config=None,  # type: ignore[arg-type]
                translations=lambda _lang: NullTranslations(),
                request_id=request_id,
            )

    def kept(self) -> list[str]:
        """Names of the notes in the database."""
        with self.work(write=False) as work:
            return sorted(work.session.execute(select(SignInAttempt.bucket)).scalars())

    def _client(self, token: str) -> Browser:
        client = Browser(self.app, HOST)
        if token:
            client.cookies["b2bkit"] = token
            client.csrf = masked(self.sessions.known[token].csrf)
        return client

    def buyer(self) -> Browser:
        return self._client(BUYER_TOKEN)

    def viewer(self) -> Browser:
        return self._client(VIEWER_TOKEN)

    def stranger(self) -> Browser:
        return self._client("")

    def end(self, token: str = BUYER_TOKEN) -> None:
        """Ends a session."""
        del self.sessions.known[token]

    def stale(self, token: str = BUYER_TOKEN) -> None:
        self.sessions.known[token] = replace(self.sessions.known[token], stale=True)

    def close(self) -> None:
        self.app.close()


_CORE_TEMPLATES = Path(__file__).parents[2] / "src" / "b2bkit" / "core" / "templates"


def _shell(work: Work, req: falcon.Request) -> Page:
    return Page(
        lang=work.lang,
        langs=(("ru", "Русский"), ("en", "English")),
        theme="auto",
        area="portal",
        brand=Brand("Test", "", ""),
        csrf=state_of(req).csrf_token(),
        path=req.path,
    )
