"""The contract as an OpenAPI 3.1 file for the developer of the 1C side, made of the models."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from b2bkit_onec.service import contract, signature
from b2bkit_onec.service.signature import HEADER

FILE: Final = "openapi.json"
_REF: Final = "#/components/schemas/{model}"
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}, "description": "The portal's id."}
_PAPER = {**_ID, "name": "ref", "description": "Reference of the document in 1C."}
_KIND = {
    "name": "kind", "in": "query", "required": False, "schema": {"type": "string"}, "description": "Which of its printed forms.",
}  # fmt: skip
_AFTER = {
    "name": "after", "in": "query", "required": False, "schema": {"type": "string"}, "description": "Cursor of the last answer.",
}  # fmt: skip
_MODELS: Final[tuple[type[BaseModel], ...]] = (
    contract.Pong, contract.LinesAsked, contract.LinesTold, contract.ReconciliationAsked, contract.ReconciliationTold,
    contract.TaskAsked, contract.TaskTold, contract.AnswersTold, contract.Problem,
)  # fmt: skip
_ASKED: Final = frozenset((contract.LinesAsked, contract.ReconciliationAsked, contract.TaskAsked))


def document() -> dict[str, Any]:
    """The whole contract. Plain JSON values, stable order."""
    _keys, schemas = models_json_schema(
        [(model, "validation" if model in _ASKED else "serialization") for model in _MODELS], ref_template=_REF
    )
    schemes = {"basic": {"type": "http", "scheme": "basic", "description": "A user of 1C with the role of the HTTP service."}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "b2bkit: HTTP service in 1C",
            "version": str(contract.VERSION),
            "description": _words(contract.__doc__) + "\n\n" + _words(signature.__doc__),
        },
        "servers": [{"url": "https://1c.example/base" + contract.ROOT}],
        "security": [{"basic": []}],
        "paths": _paths(),
        "components": {"schemas": schemas["$defs"], "securitySchemes": schemes},
    }


def text() -> str:
    """The contract's file."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


def _paths() -> dict[str, Any]:
    act, task = "/v1/reconciliations/{id}", "/v1/tasks/{id}"
    return {
        "/v1/ping": {"get": _operation("ping", "Whether the service is there and what it can.", contract.Pong)},
        "/v1/lines": {"post": _operation("lines", "Prices and free stock now.", contract.LinesTold, asked=contract.LinesAsked)},
        "/v1/papers/{ref}/form": {"get": _form("form", "The printed form of a document.", _PAPER, _KIND)},
        act: {
            "put": _operation(
                "askReconciliation", "Asks for an act of reconciliation. The same id is the same act.", contract.ReconciliationTold, _ID,
                asked=contract.ReconciliationAsked,
            ),
            "get": _operation("reconciliation", "How far the act is.", contract.ReconciliationTold, _ID),
        },
        act + "/form": {"get": _form("reconciliationForm", "The act's printed form, once it is ready.", _ID)},
        task: {
            "put": _operation(
                "putTask", "Makes or changes a manager's task. The same id is the same task.", contract.TaskTold, _ID,
                asked=contract.TaskAsked,
            )
        },
        "/v1/answers": {"get": _operation("answers", "What was said in 1C about tasks of the portal.", contract.AnswersTold, _AFTER)},
    }  # fmt: skip


def _operation(name: str, words: str, told: type[BaseModel], *parameters: object, asked: type[BaseModel] | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": name, "summary": words, "parameters": [*parameters, _header()]}
    if asked is not None:
        made["requestBody"] = {"required": True, "content": _json(asked)}
    made["responses"] = {"200": {"description": "Done.", "content": _json(told)}} | _problems()
    return made


def _form(name: str, words: str, *parameters: object) -> dict[str, Any]:
    digest = {"X-B2bkit-Sha256": {"schema": {"type": "string"}, "description": "SHA-256 of the body in hex; optional."}}
    ready = {
        "description": "The form.",
        "headers": digest,
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
    made: dict[str, Any] = {"operationId": name, "summary": words, "parameters": [*parameters, _header()]}
    made["responses"] = {"200": ready} | _problems()
    return made


def _problems() -> dict[str, Any]:
    told = {
        "400": "The body or a parameter is not as the contract says.",
        "401": "Unsigned, signed with another key, or clocks differ by more than five minutes.",
        "404": "1C has no such object.",
        "409": "Another question was asked under this id, or the object does not allow it now.",
        "422": "1C understood and refuses.",
        "503": "1C cannot now; Retry-After says in how many seconds.",
    }
    return {status: {"description": words, "content": _json(contract.Problem)} for status, words in told.items()}


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _header() -> dict[str, Any]:
    return {"name": HEADER, "in": "header", "required": True, "schema": {"type": "string"}, "description": "See the description above."}


def _words(doc: str | None) -> str:
    return " ".join((doc or "").split())
