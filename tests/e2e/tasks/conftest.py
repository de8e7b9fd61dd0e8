"""One Polymertorg and one Chromium for all files of this folder: opening them costs more than the tasks."""

from __future__ import annotations

import pytest

from tests.e2e.opening import a_browser, a_stage

stage = pytest.fixture(scope="package")(a_stage)
browser = pytest.fixture(scope="package")(a_browser)
