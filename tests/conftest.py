"""Options that say how long the long tests run. Fixtures live in `b2bkit.testing`, where plugin authors find them too."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make faults N=1000` and `make fuzz N=200000` pass their N here."""
    group = parser.getgroup("b2bkit")
    group.addoption("--fault-runs", type=int, default=200, help="kill -9 runs per database (default: 200)")
    group.addoption("--fuzz-examples", type=int, default=20_000, help="generated queries of the scope fuzz (default: 20,000)")


@pytest.fixture(scope="session")
def fault_runs(request: pytest.FixtureRequest) -> int:
    """How many crash runs a test makes on each database."""
    return int(request.config.getoption("--fault-runs"))


@pytest.fixture(scope="session")
def fuzz_examples(request: pytest.FixtureRequest) -> int:
    """How many examples a fuzz test generates in all."""
    return int(request.config.getoption("--fuzz-examples"))
