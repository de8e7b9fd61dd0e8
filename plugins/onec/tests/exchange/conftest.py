"""A portal with the plugin, on both databases, and 1C beside it."""

from __future__ import annotations

from typing import Any

import pytest

from b2bkit.testing.portal import MakePortal, Portal
from plugins.onec.tests.exchange.onec import PASSWORD, OneC


@pytest.fixture
def settings() -> dict[str, Any]:
    """What a test sets in [plugins.onec]."""
    return {}


@pytest.fixture
def portal(make_portal: MakePortal, settings: dict[str, Any]) -> Portal:
    return make_portal(plugins={"onec": settings}, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD})


@pytest.fixture
def onec(portal: Portal) -> OneC:
    return OneC(portal)
