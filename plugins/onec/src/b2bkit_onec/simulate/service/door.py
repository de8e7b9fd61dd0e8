"""The door of the HTTP service: who may come in, what is signed, and how a refusal looks."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from typing import Final, TypeVar
from uuid import UUID

import falcon
from pydantic import BaseModel, ValidationError

from b2bkit_onec.service.contract import VERSION, Asked, LinesAsked, Pong, Problem, ReconciliationAsked, TaskAsked
from b2bkit_onec.service.signature import HEADER, Verifier, digest
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.odata.door import Access
from b2bkit_onec.simulate.service import acts, forms, lines, work
from b2bkit_onec.simulate.service.errors import ServiceProblem

ROOT: Final = "/hs/b2bkit"
CAN: Final = ("lines", "forms", "reconciliations", "tasks")
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
T = TypeVar("T", bound=Asked)
Reply = BaseModel | bytes
Serve = Callable[["Call"], Reply]


class Call:
    """A request that was let in: `ref` is the id in its path, `body` its bytes."""

    def __init__(self, base: Infobase, req: falcon.Request, body: bytes, ref: str) -> None:
        self.base, self.req, self.body = base, req, body
        self.ref = UUID(ref) if ref else UUID(int=0)

    def asked(self, model: type[T]) -> T:
        """The body as the contract says. Raises ServiceProblem."""
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise ServiceProblem(400, "body", f"Тело запроса не по договору: {place}: {first['msg']}") from error

    @property
    def hash(self) -> str:
        """Of the body, as answers name it."""
        return digest(self.body)


def _ping(call: Call) -> Reply:
    now = dt.datetime.now(dt.UTC)
    return Pong(service="b2bkit", version=VERSION, configuration="УправлениеТорговлей", release="11.5.20.44", clock=now, can=CAN)


def _lines(call: Call) -> Reply:
    asked = call.asked(LinesAsked)
    with call.base.read() as db:
        return lines.told(db, asked)


def _form(call: Call) -> Reply:
    with call.base.read() as db:
        return forms.form(db, str(call.ref))


def _act_form(call: Call) -> Reply:
    with call.base.read() as db:
        return forms.form(db, acts.document_of(db, call.ref))


ROUTES: Final[tuple[tuple[str, re.Pattern[str], Serve], ...]] = tuple(
    (method, re.compile(path), serve)
    for method, path, serve in (
        ("GET", "/v1/ping", _ping),
        ("POST", "/v1/lines", _lines),
        ("GET", f"/v1/papers/{_ID}/form", _form),
        ("PUT", f"/v1/reconciliations/{_ID}", lambda call: acts.ask(call.base, call.ref, call.asked(ReconciliationAsked), call.hash)),
        ("GET", f"/v1/reconciliations/{_ID}", lambda call: acts.find(call.base, call.ref)),
        ("GET", f"/v1/reconciliations/{_ID}/form", _act_form),
        ("PUT", f"/v1/tasks/{_ID}", lambda call: work.put(call.base, call.ref, call.asked(TaskAsked), call.hash)),
        ("GET", "/v1/answers", lambda call: work.answers(call.base, call.req.get_param("after") or "")),
    )
)


class ServiceDoor:
    """A Falcon sink. Without `access` and a key the service is not published: 404."""

    def __init__(self, base: Infobase, access: Access | None, key: str) -> None:
        self.base, self.access = base, access
        self.verifier = Verifier(key) if key else None

    def __call__(self, req: falcon.Request, resp: falcon.Response, **rest: str) -> None:
        if self.access is None or self.verifier is None:
            resp.status, resp.content_type, resp.text = "404", "text/html; charset=utf-8", "<h1>404 Not Found</h1>"
            return
        try:
            if not self.access.admits(req.get_header("Authorization") or ""):
                resp.set_header("WWW-Authenticate", 'Basic realm="1C:Enterprise 8.3"')
                raise ServiceProblem(401, "user", "Идентификация пользователя не выполнена.")
            reply = self._serve(req, self.verifier)
        except ServiceProblem as problem:
            resp.status = str(problem.status)
            reply = Problem(code=problem.code, words=problem.words)
        _answer(resp, reply)

    def _serve(self, req: falcon.Request, verifier: Verifier) -> Reply:
        path = req.path.removeprefix(ROOT)
        body = req.bounded_stream.read()
        parameters = {name: value if isinstance(value, str) else ",".join(value) for name, value in req.params.items()}
        wrong = verifier.problem(req.get_header(HEADER) or "", req.method, path, parameters, body, now=int(time.time()))
        if wrong:
            raise ServiceProblem(401, wrong, WORDS[wrong])
        for method, pattern, serve in ROUTES:
            found = pattern.fullmatch(path)
            if found is not None and method == req.method:
                return serve(Call(self.base, req, body, found[1] if found.groups() else ""))
        raise ServiceProblem(404, "address", "У сервиса нет такого адреса или метода.")


WORDS: Final = {
    "unsigned": "Запрос не подписан.",
    "signature": "Подпись не сходится: ключи портала и 1С разные.",
    "clock": "Часы портала и 1С расходятся больше чем на пять минут.",
    "repeated": "Такой запрос уже был.",
}


def _answer(resp: falcon.Response, reply: Reply) -> None:
    if isinstance(reply, bytes):
        resp.content_type, resp.data = "application/pdf", reply
        resp.set_header("X-B2bkit-Sha256", digest(reply))
    else:
        resp.content_type = "application/json; charset=utf-8"
        resp.data = reply.model_dump_json(exclude_none=True).encode()
