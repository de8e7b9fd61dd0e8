"""Same key, same answer: a write and the record of its answer are one transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

import falcon
from sqlalchemy import Table, bindparam, delete, select, update

from b2bkit.core.errors import Conflict, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.body import media_type
from b2bkit.core.web.forms import CONTROL_FIELDS
from b2bkit.core.web.guard import is_form
from b2bkit.core.web.handling import form_of
from b2bkit.core.web.models import IdempotentAnswer
from b2bkit.core.web.state import State
from b2bkit.core.work import Actor

if TYPE_CHECKING:
    from b2bkit.core.work import Work

KEPT: Final = timedelta(days=30)
LARGEST: Final = 256 * 1024
_HEADERS: Final = (
    "content-type", "location", "etag", "hx-redirect", "hx-trigger", "hx-refresh", "hx-location", "hx-retarget", "hx-reswap",
)  # fmt: skip
_TABLE = cast(Table, IdempotentAnswer.__table__)


@cache
def _insert(dialect: str) -> Any:
    """Takes a key that nobody has; only the dialect of this portal's database is loaded."""
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert
    return insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)


_ONE = (_TABLE.c.principal == bindparam("p")) & (_TABLE.c.route == bindparam("r")) & (_TABLE.c.key == bindparam("k"))
_FIND = select(_TABLE.c.request_hash, _TABLE.c.status, _TABLE.c.headers, _TABLE.c.body).where(_ONE)
_STORE = update(_TABLE).where(_ONE).values(status=bindparam("b_status"), headers=bindparam("b_headers"), body=bindparam("b_body"))
_RELEASE = delete(_TABLE).where(_ONE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this transaction owns until its answer is stored."""

    principal: str
    route: str
    key: str

    def bound(self) -> dict[str, str]:
        return {"p": self.principal, "r": self.route, "k": self.key}


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer given before."""

    status: int
    headers: dict[str, str]
    body: bytes | None


def principal_of(actor: Actor, pre_session: str | None) -> str:
    """Whose key it is: a person in one company, or a browser before sign-in."""
    if actor.user_id is not None:
        return f"user:{actor.user_id}:{actor.company_id or ''}"
    return f"pre:{hashlib.sha256((pre_session or '').encode()).hexdigest()}"


def request_hash(req: falcon.Request, state: State) -> str:
    """What was asked: verb, path, query and body without the control fields."""
    digest = hashlib.sha256(f"{req.method}\0{req.path}\0{req.query_string}\0{media_type(req)}\0".encode("utf-8", "surrogatepass"))
    if is_form(req):
        form = form_of(req)
        fields = [pair for pair in form.pairs if pair[0] not in CONTROL_FIELDS]
        files = [(name, file.filename, hashlib.sha256(file.data).hexdigest()) for name, file in form.files]
        digest.update(json.dumps([fields, files]).encode())
    else:
        digest.update(state.body)
    return digest.hexdigest()


def claim(work: Work, claimed: Claim, asked: str) -> Stored | None:
    """Takes the key for this transaction, or gives the answer that was stored for it.

    A second request with the same key waits here for the first one's commit. Raises Refused when the key was used for another.
    """
    row = {
        "principal": claimed.principal, "route": claimed.route, "key": claimed.key, "request_hash": asked,
        "status": None, "headers": "", "body": None, "created_at": work.now,
    }  # fmt: skip
    dialect = work.session.get_bind().dialect.name
    if work.session.execute(_insert(dialect), row).first() is not None:
        return None
    found = work.session.execute(_FIND, claimed.bound()).one_or_none()
    if found is None or found.status is None:
        raise Conflict(Problem("key_in_use", _("The same request is being done right now. Try again in a moment.")))
    if found.request_hash != asked:
        raise Refused(Problem("key_reused", _("This key was used for another request. Reload the page and send it again."), "_key"))
    return Stored(found.status, json.loads(found.headers), found.body)


def store(work: Work, claimed: Claim, resp: falcon.Response) -> None:
    """Keeps the answer in the transaction of the write; a body over 256 kB is not kept, only that it was answered."""
    body = resp.data if resp.data is not None else (resp.text or "").encode()
    headers = {name: value for name in _HEADERS if (value := resp.get_header(name)) is not None}
    if resp.content_type:
        headers["content-type"] = resp.content_type
    values = {"b_status": resp.status_code, "b_headers": json.dumps(headers), "b_body": body if len(body) <= LARGEST else None}
    work.session.execute(_STORE, {**claimed.bound(), **values})


def release(work: Work, claimed: Claim) -> None:
    """Gives the key back: the answer is a refusal, which is not kept."""
    work.session.execute(_RELEASE, claimed.bound())


def replay(stored: Stored, resp: falcon.Response) -> None:
    """The stored answer, marked as such."""
    if stored.body is None:
        raise Conflict(Problem("already_done", _("This was already done. Reload the page to see the result.")))
    resp.status = stored.status
    for name, value in stored.headers.items():
        resp.set_header(name, value)
    resp.data = stored.body
    resp.set_header("Idempotent-Replayed", "true")


def forget_old_keys(work: Work) -> None:
    """Job: deletes answers older than 30 days."""
    work.session.execute(delete(_TABLE).where(_TABLE.c.created_at < bindparam("before")), {"before": work.now - KEPT})
