"""`make setup` on machines that lack something."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def setup() -> ModuleType:
    """tools/setup.py as a module; it is a script and in no package."""
    spec = importlib.util.spec_from_file_location("b2bkit_setup", ROOT / "tools" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_who_is_not_root_is_told_the_one_command_that_root_has_to_run(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    setup.SYSTEM["postgres"] = (("no-such-program",), "some-package")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as ended:
        setup.ensure_system(["postgres", "redis"])
    message = str(ended.value)
    assert message.endswith("as root run: apt-get install --yes --no-install-recommends some-package")
    assert "\n" not in message


def test_a_step_is_done_again_only_when_its_inputs_changed(setup: ModuleType, tmp_path: Path) -> None:
    setup.ROOT, setup.STAMPS = tmp_path, tmp_path / "stamps"
    lock = tmp_path / "lock.txt"
    lock.write_text("a==1")
    done: list[str] = []
    for content in ("a==1", "a==1", "a==2"):
        lock.write_text(content)
        setup.step("lock", [lock], lambda content=content: done.append(content))
    assert done == ["a==1", "a==2"]


def test_a_step_that_failed_is_tried_again(setup: ModuleType, tmp_path: Path) -> None:
    setup.ROOT, setup.STAMPS = tmp_path, tmp_path / "stamps"
    (tmp_path / "lock.txt").write_text("a==1")

    def fail() -> None:
        raise SystemExit(1)

    done: list[str] = []
    with pytest.raises(SystemExit):
        setup.step("lock", [tmp_path / "lock.txt"], fail)
    setup.step("lock", [tmp_path / "lock.txt"], lambda: done.append("again"))
    assert done == ["again"]


def test_locks_pin_every_package_by_hash_and_name_no_host() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.txt")):
        text = lock.read_text()
        pinned = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pinned
        assert [line for line in pinned if "==" not in line or not line.endswith("\\")] == []
        assert "://" not in text


def test_what_a_demo_runs_is_what_was_tested() -> None:
    dev, runtime = ((ROOT / "requirements" / f"{name}.txt").read_text() for name in ("dev", "runtime"))
    pins = {line.split(" ")[0] for line in runtime.splitlines() if "==" in line and not line.startswith(" ")}
    assert {pin for pin in pins if pin not in dev} == set()
