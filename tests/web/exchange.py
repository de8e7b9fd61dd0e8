"""A portal with the plugin `onec`, whose exchange 1C calls with an account of its own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import count
from typing import Any

from b2bkit.testing.portal import MakePortal, Portal

LOGIN, PASSWORD = "1c", "only-for-this-test"
_numbers = count(1)


FEATURES = (
    "analytics", "availability", "catalog_requests", "chat", "discount_requests", "documents", "favorites", "news", "payments", "tickets",
)  # fmt: skip


def portal_with_onec(make_portal: MakePortal, extra: str = "", features: Sequence[str] = ()) -> Portal:
    """The core's domains, `onec`, and these plugins."""
    plugins: dict[str, dict[str, object]] = {"onec": {}, **{name: {} for name in features}}
    return make_portal(plugins=plugins, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD}, extra=extra)


def basic(login: str, password: str) -> dict[str, str]:
    """The header with an account's name and password."""
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()}


def from_elsewhere() -> dict[str, str]:
    """The header by which a trusted proxy says that a request comes from an address that was not seen before."""
    number: Any = next(_numbers)
    return {"X-Forwarded-For": f"10.1.{number // 250}.{number % 250 + 1}"}
