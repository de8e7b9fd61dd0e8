"""A trade whose ERP asks for its orders."""

from __future__ import annotations

import pytest

from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import AskedErp, Shop


@pytest.fixture
def shop(make_portal: MakePortal) -> Shop:
    """With a gateway."""
    return Shop(make_portal(classes=(AskedErp,)))
