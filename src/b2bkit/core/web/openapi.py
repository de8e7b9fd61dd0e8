"""OpenAPI 3.1 from routes, operations and models: the document is what the checks on input use, so it cannot be behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from b2bkit.core.extend.things import PUBLIC, Operation, Route

if TYPE_CHECKING:
    from b2bkit.core.web.parts import WebConfig

_FIELD = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z]+))?\}")
_REF = "#/components/schemas/{model}"
_ALWAYS = {
    400: "What was sent cannot be read, or has unknown fields.",
    404: "Absent, or not for you.",
    405: "The address does not take this verb.",
    429: "Too many requests.",
    500: "Something broke; the request id says where to look.",
    503: "Busy or being restarted; Retry-After says when to come back.",
}
_GUARDED = {401: "No valid session.", 403: "The role lacks the permission, or the CSRF token is not the session's."}
_WRITES = {
    408: "The body came too slowly.",
    409: "The data changed meanwhile, or the same request is being done.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Understood and not possible: every problem is listed.",
}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "problems", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "A sentence in the person's language."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For machines; stays the same in every language."},
        "detail": {"type": "string"},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "message", "field"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "field": {"type": ["string", "null"], "description": "Dotted path of the wrong field."},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}


class OpenApi:
    """The document of this portal's JSON routes."""

    def __init__(self, routes: Iterable[Route], config: WebConfig) -> None:
        self._routes = sorted((route for route in routes if route.area == "api"), key=lambda route: route.path)
        self._config = config

    @cached_property
    def document(self) -> dict[str, Any]:
        """The whole document as plain values."""
        schemas, references = self._schemas()
        paths: dict[str, dict[str, Any]] = {}
        for route in self._routes:
            entry = paths.setdefault(_FIELD.sub(r"{\1}", route.path), {})
            if fields := _path_parameters(route):
                entry["parameters"] = fields
            for method, operation in route.operations.items():
                entry[method.lower()] = self._operation(route, method, operation, references)
        return {
            "openapi": "3.1.0",
            "info": {"title": self._config.title, "version": self._config.version, "description": _DESCRIPTION},
            "servers": [{"url": self._config.base_url}],
            "security": [{"session": []}],
            "paths": paths,
            "components": {
                "schemas": {**schemas, "Problem": dict(_PROBLEM)},
                "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": self._config.session_cookie}},
            },
        }

    @cached_property
    def json(self) -> bytes:
        """The document as bytes."""
        return orjson.dumps(self.document, option=orjson.OPT_SORT_KEYS)

    def _schemas(self) -> tuple[dict[str, Any], dict[tuple[type[BaseModel], str], dict[str, Any]]]:
        wanted: dict[tuple[type[BaseModel], Any], None] = {}
        for route in self._routes:
            for operation in route.operations.values():
                for model, mode in (
                    (operation.body, "validation"),
                    (operation.query, "validation"),
                    (operation.answer, "serialization"),
                ):
                    if model is not None:
                        wanted[(model, mode)] = None
        found, definitions = models_json_schema(list(wanted), ref_template=_REF)
        return dict(definitions.get("$defs", {})), {(model, str(mode)): schema for (model, mode), schema in found.items()}  # type: ignore[misc]

    def _operation(
        self, route: Route, method: str, operation: Operation, references: Mapping[tuple[type[BaseModel], str], dict[str, Any]]
    ) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "operationId": f"{method.lower()}_{route.name.replace('.', '_')}",
            "summary": operation.summary,
            "tags": [route.name.partition(".")[0]],
            "responses": self._responses(route, method, operation, references),
        }
        parameters = _query_parameters(operation.query) if operation.query is not None else []
        if method != "GET" and not route.machine:
            parameters.append(_header("X-CSRF-Token", "The session's token, as pages carry it.", {"type": "string"}))
            if route.replay:
                key = {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,200}$"}
                parameters.append(_header("Idempotency-Key", "Made once per intended action; a repetition gets the same answer.", key))
        if parameters:
            entry["parameters"] = parameters
        if operation.body is not None:
            entry["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": references[(operation.body, "validation")]}},
            }
        if route.permission_for(method) is PUBLIC:
            entry["security"] = []
        return entry

    def _responses(
        self, route: Route, method: str, operation: Operation, references: Mapping[tuple[type[BaseModel], str], dict[str, Any]]
    ) -> dict[str, Any]:
        success: dict[str, Any] = {"description": "Done."}
        if operation.answer is not None:
            success["content"] = {"application/json": {"schema": references[(operation.answer, "serialization")]}}
        elif operation.media:
            success["content"] = {operation.media: {}}
        errors = dict(_ALWAYS)
        if route.permission_for(method) is not PUBLIC or method != "GET":
            errors.update(_GUARDED)
        errors.update(_WRITES if method != "GET" else {422: _WRITES[422]})
        errors.update(dict.fromkeys(operation.errors, "See the code of the problem."))
        responses = {str(operation.status): success}
        if method == "GET" and operation.answer is not None:
            responses["304"] = {"description": "Not changed since the ETag that was sent in If-None-Match."}
        problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
        responses.update({str(status): {"description": text, "content": problem} for status, text in sorted(errors.items())})
        return responses


def _header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": description, "schema": schema}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    schemas: dict[str, dict[str, Any]] = {
        "uuid": {"type": "string", "format": "uuid"},
        "name": {"type": "string", "pattern": "^[a-z0-9_.-]{1,100}$"},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schemas.get(kind or "", {"type": "string"})}
        for name, kind in _FIELD.findall(route.path)
    ]


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=_REF)
    required = set(schema.get("required", ()))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": properties,
            "description": properties.get("description", ""),
        }
        for name, properties in schema.get("properties", {}).items()
    ]


_DESCRIPTION = (
    "The JSON API uses the session of the browser: its cookie, and for every write the session's token in X-CSRF-Token "
    "and an Idempotency-Key. Bodies are strict JSON: UTF-8, no duplicate keys, at most 32 levels deep, no unknown fields. "
    "Money and quantities are strings with a decimal point. What is not yours is answered like what does not exist."
)
