"""How tests are shared out among processes."""

from __future__ import annotations

from typing import Any, Final

import pytest

TOGETHER: Final = {
    "tests/e2e/test_first_order.py": "polymertorg",
    "tests/e2e/test_budgets.py": "polymertorg",
    "tests/e2e/test_cart.py": "polymertorg",
    "tests/e2e/test_pages.py": "polymertorg",
    "tests/web/test_macros.py": "macros",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share something dear (a running Polymertorg, a browser) run in one process, all others wherever there is room.

    The mark `xdist_group` would say it, but pytest-xdist 3.8.0 does not see it with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Shared(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return TOGETHER.get(nodeid.split("::", 1)[0], nodeid)

    return Shared(config, log) if config.getvalue("dist") == "loadgroup" else None
