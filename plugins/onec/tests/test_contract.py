"""The contract that every plugin keeps."""

from __future__ import annotations

import pytest

from b2bkit.testing.contract import contract_suite
from b2bkit_onec.plugin import OneCPlugin


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B2BKIT_ONEC_PASSWORD", "only-for-this-test")


TestContract = contract_suite(OneCPlugin, {})
