"""Fixtures: a trade without a line to an ERP, and one with."""

from __future__ import annotations

import pytest

from b2bkit.testing.portal import MakePortal, Portal
from tests.core.ordering.shop import AskedErp, Shop


@pytest.fixture
def shop(portal: Portal) -> Shop:
    """A portal that works alone."""
    return Shop(portal)


@pytest.fixture
def shop_with_erp(make_portal: MakePortal) -> Shop:
    """A portal whose ERP asks for its orders."""
    return Shop(make_portal(classes=(AskedErp,)))
