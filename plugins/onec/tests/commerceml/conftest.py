"""Where 1C's real files are: B2BKIT_ONEC_DATA, or ../shared/data/onec beside the repository."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[4]


def onec_data() -> Path:
    return Path(os.environ.get("B2BKIT_ONEC_DATA") or REPOSITORY.parent / "shared" / "data" / "onec")


@pytest.fixture(scope="session")
def data() -> Path:
    if not (onec_data() / "EXPECTED.json").is_file():
        pytest.skip(f"1C's files are not in {onec_data()}; set B2BKIT_ONEC_DATA to their folder")
    return onec_data()


@pytest.fixture
def xml(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of the given body and returns its path."""

    def write(body: str | bytes, name: str = "import.xml", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode(encoding))
        return path

    return write
