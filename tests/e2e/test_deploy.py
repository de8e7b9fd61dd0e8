"""The files in deploy/ name commands, settings and paths that exist. An image of them is not built here."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from b2bkit.core.cli import group
from tests.e2e.stage import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {
    "B2BKIT_JOBS_BROKER", "B2BKIT_REDIS_URL", "B2BKIT_DATA_DIR", "B2BKIT_DATABASE_URL", "B2BKIT_SECRET_KEY", "B2BKIT_ONEC_PASSWORD",
    "B2BKIT_MAIL_PASSWORD",
}  # fmt: skip


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return loaded


def commands() -> list[list[str]]:
    """Every `b2bkit ...` of the image, the compose file and the units, without the program."""
    found = [service["command"] for service in compose()["services"].values() if service.get("command", [""])[0] == "b2bkit"]
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    found += [yaml.safe_load(line.removeprefix("CMD ")) for line in image.splitlines() if line.startswith("CMD ")]
    for unit in UNITS:
        found += [shlex.split(line) for line in re.findall(r"^Exec\w+=(.*)$", unit.read_text("utf-8"), re.MULTILINE)]
    return [words[1:] for words in found]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_exist_with_their_options(words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = [str(tmp_path) if word in ("/portal", "/etc/b2bkit") else word for word in words]
    command: click.Command = group
    context = click.Context(command, info_name="b2bkit")
    while isinstance(command, click.Group):
        name = words.pop(0)
        below = command.get_command(context, name)
        assert below is not None, f"there is no {name}"
        command, context = below, click.Context(below, parent=context, info_name=name)
    command.make_context("checked", words)  # raises for an option that does not exist


def test_settings_from_the_environment_are_known() -> None:
    texts = [path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for text in texts for name in re.findall(r"B2BKIT_[A-Z_]+", text)}
    assert named <= KNOWN
    assert {"B2BKIT_JOBS_BROKER", "B2BKIT_REDIS_URL"} <= named


def test_the_image_copies_what_there_is() -> None:
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    for source in re.findall(r"COPY --from=build /app/(\S+)", image):
        assert source == ".venv" or (ROOT / source).exists()


def test_services_depend_on_services_that_there_are() -> None:
    services = compose()["services"]
    wanted = {other for service in services.values() for other in service.get("depends_on", {})}
    assert wanted <= services.keys()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_understood_by_systemd(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    here = tmp_path / unit.name.replace("@", "@1")
    here.write_text(unit.read_text("utf-8").replace("/opt/b2bkit/.venv/bin/b2bkit", "/bin/true"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(here)], capture_output=True, text=True, check=False)
    assert unit.name.split(".")[0].rstrip("@") not in done.stderr, done.stderr
