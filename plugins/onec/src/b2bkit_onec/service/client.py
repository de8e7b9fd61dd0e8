"""The portal's side of the HTTP service: signed requests, answers held against the contract."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel, SecretStr, ValidationError

from b2bkit.core.i18n import _
from b2bkit_onec.line.call import Answer, Caller, Request
from b2bkit_onec.line.errors import OneCBroken, OneCRefused, OneCSilent
from b2bkit_onec.service.contract import (
    ROOT,
    AnswersTold,
    Asked,
    LineAsked,
    LinesAsked,
    LinesTold,
    Pong,
    Problem,
    ReconciliationAsked,
    ReconciliationTold,
    TaskAsked,
    TaskTold,
)
from b2bkit_onec.service.signature import HEADER, digest, signed
from b2bkit_onec.settings import ServiceSettings

T = TypeVar("T", bound=BaseModel)
PDF: Final = b"%PDF-"
_NO_BODY: Final = b""


class ServiceClient:
    """Calls the HTTP service of one 1C base. Every request that changes something names it by an id of ours, so it can be repeated.

    Raises what `b2bkit_onec.line.errors` names: OneCSilent (try later, what was asked may have happened), OneCBroken (an answer that is
    none), OneCRefused (a person decides).
    """

    def __init__(
        self, caller: Caller, settings: ServiceSettings, *, password: SecretStr, key: SecretStr, clock: Callable[[], float] = time.time
    ) -> None:
        self._caller, self._settings, self._clock = caller, settings, clock
        self._key = key
        credentials = f"{settings.login}:{password.get_secret_value()}".encode()
        self._basic = "Basic " + base64.b64encode(credentials).decode("ascii")

    def ping(self) -> Pong:
        """Whether it is there and what it can."""
        return self._ask("GET", "/v1/ping", Pong, probe=True, seconds=10)

    def lines(self, contract: UUID, lines: Sequence[LineAsked], *, seconds: float) -> LinesTold:
        """Prices and free stock now, within so many seconds; silence within a budget that short says nothing about 1C."""
        body = LinesAsked(contract=contract, lines=tuple(lines))
        return self._ask("POST", "/v1/lines", LinesTold, body, seconds=seconds, counts=False)

    def form(self, ref: UUID, *, kind: str = "") -> bytes:
        """The printed form of a document as PDF; `kind` chooses where a document has several."""
        return self._pdf(f"/v1/papers/{ref}/form", {"kind": kind} if kind else {})

    def ask_reconciliation(self, id_: UUID, asked: ReconciliationAsked) -> ReconciliationTold:
        """Asks for an act; asked again under the same id it is the same act. Another question under that id is refused (409)."""
        return self._put(f"/v1/reconciliations/{id_}", ReconciliationTold, asked, id_)

    def reconciliation(self, id_: UUID) -> ReconciliationTold:
        """How far an act is."""
        return self._ask("GET", f"/v1/reconciliations/{id_}", ReconciliationTold)

    def reconciliation_form(self, id_: UUID) -> bytes:
        """The act as PDF, once it is ready."""
        return self._pdf(f"/v1/reconciliations/{id_}/form", {})

    def put_task(self, id_: UUID, asked: TaskAsked) -> TaskTold:
        """Makes or changes a manager's task; the same id is always the same task."""
        return self._put(f"/v1/tasks/{id_}", TaskTold, asked, id_)

    def answers(self, after: str = "") -> AnswersTold:
        """What was said in 1C about our tasks since the cursor."""
        return self._ask("GET", "/v1/answers", AnswersTold, parameters={"after": after} if after else {})

    def _put(self, path: str, model: type[T], asked: Asked, id_: UUID) -> T:
        """An answer counts when it names the id and the hash of what was sent."""
        body = _body(asked)
        told = self._ask("PUT", path, model, asked)
        if getattr(told, "id", None) != id_ or getattr(told, "hash", "") != digest(body):
            raise OneCBroken(_("1C answered for something else than it was asked."), _("The portal asks again by itself."))
        return told

    def _ask(
        self,
        method: str,
        path: str,
        model: type[T],
        asked: Asked | None = None,
        *,
        parameters: Mapping[str, str] | None = None,
        seconds: float = 0,
        probe: bool = False,
        counts: bool = True,
    ) -> T:
        body = _body(asked) if asked is not None else _NO_BODY
        answer = self._send(method, path, parameters or {}, body, seconds=seconds, probe=probe, counts=counts)
        try:
            return model.model_validate_json(answer.body)
        except ValidationError as error:
            raise OneCBroken(_("1C's answer is not what the contract says: {why}").format(why=_first(error))) from error

    def _pdf(self, path: str, parameters: Mapping[str, str]) -> bytes:
        answer = self._send("GET", path, parameters, _NO_BODY, archived=False)
        named = answer.headers.get("x-b2bkit-sha256", "")
        if not answer.body.startswith(PDF):
            raise OneCBroken(_("1C sent something else than a PDF."))
        if named and named != digest(answer.body):
            raise OneCBroken(_("The PDF was damaged on its way."))
        return answer.body

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        body: bytes,
        *,
        seconds: float = 0,
        probe: bool = False,
        counts: bool = True,
        archived: bool = True,
    ) -> Answer:
        key = self._key.get_secret_value()
        headers = {"Authorization": self._basic, "Accept": "application/json, application/pdf"}
        headers[HEADER] = signed(key, method, path, parameters, body, at=int(self._clock()))
        if body:
            headers["Content-Type"] = "application/json; charset=utf-8"
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(parameters.items()))
        answer = self._caller.send(
            Request(
                method=method,
                url=f"{self._settings.url}{ROOT}{quote(path)}" + (f"?{query}" if query else ""),
                seconds=seconds or self._settings.timeout_seconds,
                headers=headers,
                body=body,
                probe=probe,
                counts=counts,
                archived=archived,
                way="service",
                name=f"{method} {path}",
            )
        )
        _judge(answer)
        return answer


def _body(asked: Asked) -> bytes:
    return asked.model_dump_json(exclude_none=True).encode()


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _judge(answer: Answer) -> None:
    """Passes a good answer; raises what a bad one means."""
    if answer.status in (200, 201):
        return
    problem = _problem(answer)
    if answer.status in (502, 503, 504, 429):
        words = (
            problem.words if problem else _("1C's web server answers that 1C is not there (status {status}).").format(status=answer.status)
        )
        raise OneCSilent(words, after=_after(answer.headers.get("retry-after", "")))
    if problem is not None:
        raise OneCRefused(answer.status, problem.code, problem.words, _cure(problem.code))
    if answer.status in (401, 403):
        cure = _("Check login in [plugins.onec.service], B2BKIT_ONEC_SERVICE_PASSWORD and the rights of that user in 1C.")
        raise OneCRefused(answer.status, "", _("1C does not let the portal's user in."), cure)
    if answer.status == 404:
        cure = _("Publish the HTTP service b2bkit in 1C's web publication, and check url in [plugins.onec.service].")
        raise OneCRefused(404, "absent", _("There is no HTTP service of the portal at this address."), cure)
    raise OneCBroken(_("1C's web server answered with status {status} and no word of 1C.").format(status=answer.status))


def _problem(answer: Answer) -> Problem | None:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        return Problem.model_validate(json.loads(answer.body))
    except (ValueError, RecursionError):
        return None


def _cure(code: str) -> str:
    if code in ("unsigned", "signature"):
        return _("Set the same key on both sides: B2BKIT_ONEC_SERVICE_KEY here, the constant b2bkit_Ключ in 1C.")
    if code == "clock":
        return _("Set the clocks of both servers; they may differ by five minutes.")
    return ""


def _after(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
