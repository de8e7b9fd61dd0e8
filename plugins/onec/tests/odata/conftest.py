"""A line to a 1C that a test programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b2bkit_onec.archive.message import Message
from b2bkit_onec.line import Line, open_line
from b2bkit_onec.settings import OneCSettings
from plugins.onec.tests.odata.fake import FakeOneC, serving

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
REPOSITORY = Path(__file__).parents[4]
MakeLine = Callable[..., Line]


@pytest.fixture(scope="session")
def data() -> Path:
    found = Path(os.environ.get("B2BKIT_ONEC_DATA") or REPOSITORY.parent / "shared" / "data" / "onec")
    if not (found / "odata-onecdc-trade-demo" / "msg001_metadata.xml").is_file():
        pytest.skip(f"1C's files are not in {found}; set B2BKIT_ONEC_DATA to their folder")
    return found


@pytest.fixture
def onec() -> Iterator[FakeOneC]:
    with serving(FakeOneC()) as fake:
        yield fake


@pytest.fixture
def messages() -> list[Message]:
    """What the archive was given."""
    return []


def settings_for(url: str, *, line: dict[str, Any] | None = None, **odata: Any) -> OneCSettings:
    given = {"url": url, "login": "портал", "timeout_seconds": 5, **odata}
    return OneCSettings.model_validate({"password": "only-for-this-test", "odata_password": "пароль:1", "odata": given, "line": line or {}})


@pytest.fixture
def make_line(onec: FakeOneC, tmp_path: Path, messages: list[Message]) -> Iterator[MakeLine]:
    made: list[Line] = []

    def make(url: str = "", *, line: dict[str, Any] | None = None, data: Path | None = tmp_path / "data", **odata: Any) -> Line:
        opened = open_line(
            settings_for(url or onec.url, line=line, **odata),
            folder=tmp_path,
            data=data,
            zone=MOSCOW,
            keep=messages.append,
            clock=lambda: NOW,
        )
        if opened.odata is not None:
            opened.odata.transport._sleep = lambda _seconds: None
        made.append(opened)
        return opened

    yield make
    for one in made:
        one.close()


@pytest.fixture
def line(make_line: MakeLine) -> Line:
    return make_line()
