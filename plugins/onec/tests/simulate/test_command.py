"""`b2bkit onec simulate` as a person starts it."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate_command import simulate
from plugins.onec.tests.simulate.fake_portal import LOGIN, PASSWORD, FakePortal

ODATA_PASSWORD = "odata-of-the-box"
START = "from b2bkit_onec.simulate_command import simulate; simulate()"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _state(port: int, process: subprocess.Popen[str], until: str) -> dict[str, object]:
    """The control state, asked until it holds the words."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/control/state", timeout=5) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            continue
        if until in text:
            told: dict[str, object] = json.loads(text)
            return told
    raise AssertionError(f"no state with {until}; exit code {process.poll()}")


def _odata(port: int, login: str) -> int:
    """The status that a 1C user gets for $metadata."""
    basic = base64.b64encode(f"{login}:{ODATA_PASSWORD}".encode()).decode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/odata/standard.odata/$metadata", headers={"Authorization": f"Basic {basic}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def _wait_for(happened: Callable[[], bool]) -> None:
    """The box keeps an order before it answers for it: the answer may come a moment later."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "what the portal was to hear never came"
        time.sleep(0.02)


def test_first_start_sends_everything_and_a_second_keeps_the_data(
    portal: FakePortal, files: list[Path], tmp_path: Path, good_id: str
) -> None:
    portal.order("P-1001", good_id)
    port = _free_port()
    options = ["--portal", portal.url, "--login", LOGIN, "--data", str(tmp_path / "box"), "--port", str(port), "--every", "3600"]
    environment = {**os.environ, "B2BKIT_ONEC_PASSWORD": PASSWORD, "B2BKIT_ONEC_ODATA_PASSWORD": ODATA_PASSWORD}
    command = [sys.executable, "-c", START, *options]
    for start in (1, 2):
        loading = ["--load", str(files[0].parent)] if start == 1 else []
        with subprocess.Popen([*command, *loading], env=environment, text=True, stdout=subprocess.PIPE) as process:
            try:
                state = _state(port, process, '"P-1001": 1')
                assert state["portions_waiting"] == 0
                _wait_for(lambda: portal.acknowledged == {"P-1001"})
                assert _odata(port, "portal") == 200
                assert _odata(port, "another") == 401
            finally:
                process.send_signal(signal.SIGINT)
                said, _ = process.communicate(timeout=20)
        assert f"http://127.0.0.1:{port}/" in said
        assert "/odata/standard.odata/ for portal" in said
        assert "/hs/" not in said, "without a key there is no service"
        assert PASSWORD not in said
        assert ODATA_PASSWORD not in said
    assert portal.acknowledged == {"P-1001"}
    assert portal.count("file") == len([name for _, mode, name in portal.seen if mode == "file"])
    assert sum(1 for _, mode, name in portal.seen if mode == "import" and name == "import0_1.xml") == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"--portal": "portal.example"}, "is no address"),
        ({"--password": ""}, "B2BKIT_ONEC_PASSWORD"),
        ({}, "name CommerceML files with --load"),
    ],
)
def test_wrong_start_is_told_before_anything_is_served(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    given = {
        "--portal": "http://127.0.0.1:1/x",
        "--login": "1c",
        "--password": "secret",
        "--data": str(tmp_path / "box"),
        "--port": str(_free_port()),
    }
    options = [text for pair in (given | changed).items() for text in pair]
    result = CliRunner().invoke(simulate, options, env={"B2BKIT_ONEC_PASSWORD": ""})
    assert result.exit_code != 0
    assert words in result.output


def test_taken_folder_and_taken_port_are_named(base: Infobase, portal: FakePortal, tmp_path: Path) -> None:
    common = ["--portal", portal.url, "--login", "1c", "--password", "x"]
    taken = CliRunner().invoke(simulate, [*common, "--data", str(base.folder), "--port", str(_free_port())])
    assert "another simulator works with this folder" in taken.output
    used = portal.url.split(":")[2].split("/")[0]
    assert f"port {used} is taken" in CliRunner().invoke(simulate, [*common, "--data", str(tmp_path / "n"), "--port", used]).output


def test_broken_file_is_named_and_nothing_is_kept(tmp_path: Path) -> None:
    bad = tmp_path / "import0_1.xml"
    bad.write_text("<not-commerceml/>", encoding="utf-8")
    options = ["--portal", "http://127.0.0.1:1/x", "--login", "1c", "--password", "x", "--data", str(tmp_path / "box")]
    result = CliRunner().invoke(simulate, [*options, "--port", str(_free_port()), "--load", str(bad)])
    assert result.exit_code == 1
    assert "import0_1.xml" in result.output
