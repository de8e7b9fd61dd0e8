"""Reading apart: what a file does to the child, it does to the child alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from b2bkit_onec import reading, staging
from b2bkit_onec.settings import OneCSettings

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08">'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "0001.xml"
    goods = "".join(f"<Товар><Ид>{number}</Ид><Наименование>{number}</Наименование></Товар>\n" for number in range(2000))
    path.write_text(f"{HEAD}<Каталог><Товары>{goods}</Товары></Каталог></КоммерческаяИнформация>", "utf-8")
    return path


def limits(**values: int) -> OneCSettings:
    chosen = {"memory_mb": 512, "read_seconds": 60, "exchange_limit": 2**30, **values}
    return OneCSettings.model_construct(password=SecretStr("x"), **chosen)


def refusal(path: Path, settings: OneCSettings) -> staging.Failure:
    reading.read_in_child(path, "import.xml", settings)
    found = staging.outcome(path)
    assert isinstance(found, staging.Failure)
    return found


def test_records_are_staged_when_the_child_ended_well(file: Path) -> None:
    reading.read_in_child(file, "import.xml", limits())
    found = staging.outcome(file)
    assert isinstance(found, Path)
    assert sum(type(item).__name__ == "Product" for item in staging.staged(found)) == 2000
    assert not staging.is_being_read(file)


def test_a_child_that_takes_too_much_memory_is_a_failure_with_a_cure(file: Path) -> None:
    found = refusal(file, limits(memory_mb=8))
    assert found.code in ("out-of-memory", "reader-died")
    assert found.cure


def test_a_child_that_takes_too_long_is_ended(file: Path) -> None:
    assert refusal(file, limits(read_seconds=0)).code == "too-slow"


def test_a_child_that_writes_too_much_is_a_failure(file: Path) -> None:
    assert refusal(file, limits(exchange_limit=1000)).code == "reader-died"


def test_a_failure_leaves_nothing_staged(file: Path) -> None:
    refusal(file, limits(exchange_limit=1000))
    assert sorted(path.suffix for path in file.parent.iterdir()) == [".failed", ".lock", ".xml"]


def test_the_child_knows_no_secret(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("B2BKIT_SECRET_KEY", "the-key")
    monkeypatch.setattr(reading.sys, "executable", _telling(tmp_path))
    refusal(file, limits())
    told = (tmp_path / "told").read_text()
    assert "LANG=C.UTF-8" in told
    assert "the-key" not in told


def _telling(folder: Path) -> str:
    """A program in place of Python that writes down its environment."""
    script = folder / "tell.sh"
    script.write_text(f"#!/bin/sh\nenv > {folder}/told\n")
    script.chmod(0o700)
    return str(script)
