"""How tests are shared out among processes."""

from __future__ import annotations

from typing import Any, Final

import pytest

TOGETHER: Final = {
    "tests/e2e/test_first_order.py": "polymertorg",
    "tests/e2e/test_budgets.py": "polymertorg",
    "tests/e2e/test_cart.py": "polymertorg",
    "tests/e2e/test_polymertorg.py": "polymertorg",
    "tests/e2e/test_pages.py": "polymertorg",
    "tests/e2e/tasks/test_buyer.py": "polymertorg",
    "tests/e2e/tasks/test_clients.py": "polymertorg",
    "tests/e2e/tasks/test_staff.py": "polymertorg",
    "tests/web/test_macros.py": "macros",
}

# whole exchanges with 1C, processes of their own, trees of files: most of the time of the quick tests for a fifth of them
LONG: Final = (
    "plugins/chat/tests/", "plugins/onec/tests/archive/test_files.py", "plugins/onec/tests/exchange/", "plugins/onec/tests/flows/",
    "plugins/onec/tests/line/test_hanging.py", "plugins/onec/tests/odata/test_probe.py", "plugins/onec/tests/pages/",
    "plugins/onec/tests/simulate/test_command.py", "plugins/onec/tests/test_gateway_contract.py", "tests/core/access/test_behalf.py",
    "tests/core/access/test_scope_of_rights.py", "tests/core/accounts/test_kinds.py", "tests/core/accounts/test_passkeys.py",
    "tests/core/accounts/test_second_factor.py", "tests/core/catalog/test_beside.py", "tests/core/catalog/test_facets.py",
    "tests/core/db/test_versions.py", "tests/core/home/test_desk.py", "tests/core/notify/test_sending.py",
    "tests/core/notify/test_texts.py", "tests/core/ordering/test_checkout_live.py", "tests/core/ordering/test_history.py",
    "tests/core/ordering/test_quick.py", "tests/core/ordering/test_quick_file.py", "tests/core/ordering/test_saved.py",
    "tests/core/settlements/test_pages.py", "tests/core/test_demo.py", "tests/core/test_languages.py", "tests/core/test_serve.py",
    "tests/core/test_statements.py", "tests/core/watching/test_watching.py", "tests/faults/test_patience.py", "tests/house/",
    "tests/plugins/", "tests/testing/test_services.py", "tests/web/test_assets.py", "tests/web/test_environment.py",
    "tests/web/test_live.py", "tests/web/test_matrix_machines.py",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the long ones, so that `make test-fast` leaves them to `make test`."""
    for item in items:
        if item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.slow)


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
