"""The contract that every plugin keeps."""

from __future__ import annotations

from functools import partial
from typing import cast

import pytest

from b2bkit.testing.contract import contract_suite
from b2bkit.testing.portal import MakePortal
from b2bkit_onec.plugin import OneCPlugin


@pytest.fixture
def make_portal(make_portal: MakePortal) -> MakePortal:
    """Portals whose environment has the plugin's secret."""
    return cast(MakePortal, partial(make_portal, environment={"B2BKIT_ONEC_PASSWORD": "only-for-this-test"}))


TestContract = contract_suite(OneCPlugin, {})
