"""`b2bkit demo`: the portal knows where its ERP in the box is, both know the same secrets, and a later start goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from b2bkit.core.app import create_app, read_deployment
from b2bkit.core.commands.demo_accounts import Account, company_of, make_accounts
from b2bkit.core.commands.demo_fill import Filling
from b2bkit.core.errors import ConfigError
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.e2e.stage import ROOT, two_free_ports

EXAMPLE = ROOT / "examples" / "polymertorg"
BESIDE = """
import http.server, json, os, pathlib, sys
with pathlib.Path(sys.argv[2], "starts").open("a") as starts:
    starts.write(json.dumps({name: value for name, value in os.environ.items() if name.startswith("B2BKIT_")}) + "\\n")
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
DEMO = """
[[beside]]
name = "Box"
address = "B2BKIT_BOX_ADDRESS"
secrets = ["B2BKIT_BOX_PASSWORD"]
once = [["{python}", "-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).open('a').write('made ')", "{data}/once"]]
command = ["{python}", "{folder}/beside.py", "{port}", "{data}"]
ready = "/"
"""
PORTAL = '[portal]\nname = "Portal of ${B2BKIT_BOX_ADDRESS:-nobody}"\nmode = "development"\nbase_url = "http://127.0.0.1:8000"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "small"
    made.mkdir()
    for name, text in (("b2bkit.toml", PORTAL), ("demo.toml", DEMO), ("beside.py", BESIDE)):
        (made / name).write_text(text, "utf-8")
    return made


def opened(folder: Path, port: int) -> str:
    """What a demo says until it is open; it is ended then."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("B2BKIT_")} | {"PYTHONUNBUFFERED": "1"}
    log = folder.parent / f"demo-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "b2bkit", "demo", str(folder), "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder.parent, env=environment, stdout=output, stderr=output, start_new_session=True)
        try:
            end = time.monotonic() + 60
            while "Ctrl-C stops everything" not in log.read_text("utf-8"):
                assert process.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < end, log.read_text("utf-8")
                time.sleep(0.05)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
    return log.read_text("utf-8")


def test_portal_and_program_beside_know_one_address_and_the_same_secrets_at_every_start(folder: Path) -> None:
    port, data = two_free_ports(), folder.parent / "var" / "demo-small-sqlite"
    said = opened(folder, port)
    assert f"Portal of http://127.0.0.1:{port + 1} is open" in said
    assert "Preparing Box" in said
    assert "Preparing" not in opened(folder, port)
    assert (data / "box" / "once").read_text("utf-8") == "made "
    first, second = (json.loads(line) for line in (data / "box" / "starts").read_text("utf-8").splitlines())
    assert first == second
    assert first["B2BKIT_BOX_ADDRESS"] == f"http://127.0.0.1:{port + 1}"
    kept = tomllib.loads((data / "secrets.toml").read_text("utf-8"))
    assert {"B2BKIT_SECRET_KEY", "B2BKIT_BOX_PASSWORD"} == kept.keys()
    assert first["B2BKIT_BOX_PASSWORD"] == kept["B2BKIT_BOX_PASSWORD"]
    assert (data / "secrets.toml").stat().st_mode & 0o077 == 0


def secrets_of_the_example() -> dict[str, str]:
    (box,) = tomllib.loads((EXAMPLE / "demo.toml").read_text("utf-8"))["beside"]
    return dict.fromkeys(box["secrets"], "s" * 40) | {"B2BKIT_SECRET_KEY": "k" * 40}


def test_the_example_goes_by_every_way_at_the_address_that_the_demo_names(tmp_path: Path) -> None:
    environment = {**secrets_of_the_example(), "B2BKIT_ONEC_ADDRESS": "http://127.0.0.1:18001", "B2BKIT_DATA_DIR": str(tmp_path)}
    plugin = read_deployment(EXAMPLE, environment).kit.plugins["onec"]
    told = plugin.settings.model_dump()
    assert told["odata"]["url"] == told["service"]["url"] == "http://127.0.0.1:18001"
    gateway = read_deployment(EXAMPLE, environment).kit.erp_gateway
    assert gateway is not None
    by_odata = {"contracts.in", "settlements.in", "schedule.in", "papers.in"}
    assert by_odata | {"orders.out", "lines.live", "papers.print", "reconciliation.ask", "tasks.out"} <= gateway.capabilities()


def test_without_the_address_the_example_looks_at_the_usual_port_and_opens_although_nobody_is_there(tmp_path: Path) -> None:
    environment = {
        **secrets_of_the_example(), "B2BKIT_DATA_DIR": str(tmp_path), "B2BKIT_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}",
    }  # fmt: skip
    migrated(environment)
    app = create_app(read_deployment(EXAMPLE, environment))
    try:
        assert app.kit.plugins["onec"].settings.model_dump()["odata"]["url"] == "http://127.0.0.1:8001"
        assert Client(app.asgi, "127.0.0.1:8000").get("/sign-in").status_code == 200
    finally:
        app.close()


def migrated(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "b2bkit", "db", "upgrade", "--config", str(EXAMPLE)]
    subprocess.run(command, env=os.environ | dict(environment), check=True, capture_output=True)


def test_without_its_secrets_the_example_names_each_that_is_missing() -> None:
    with pytest.raises(ConfigError) as caught:
        read_deployment(EXAMPLE, {})
    said = str(caught.value)
    for name in ("B2BKIT_ONEC_PASSWORD", "B2BKIT_ONEC_ODATA_PASSWORD", "B2BKIT_ONEC_SERVICE_PASSWORD", "B2BKIT_ONEC_SERVICE_KEY"):
        assert f"{name}" in said


DEALER, DISTRIBUTOR = "791515295", "195766994"


def told(**values: object) -> Account:
    return Account.model_validate({"email": "o@network.example", "name": "Ольга", "password": "сеть из трёх", "role": "owner", **values})


def test_an_account_of_a_distributor_makes_its_company_one_with_its_dealers_and_a_later_start_changes_nothing(portal: Portal) -> None:
    with portal.work() as work:
        for tax_id in (DEALER, DISTRIBUTOR):
            make.legal_entity(work, company=make.company(work), tax_id=tax_id)
        make_accounts(work, [told(company=DISTRIBUTOR, profile="distributor", dealers=[DEALER])])
    with portal.work() as work:
        distributor, dealer = company_of(work, DISTRIBUTOR), company_of(work, DEALER)
        assert distributor is not None
        assert dealer is not None
        assert (distributor.profile, dealer.dealer_of, dealer.profile) == ("distributor", distributor.id, "legal_entity")
        make_accounts(work, [told(company=DISTRIBUTOR, profile="individual")])
        assert distributor.profile == "distributor", "somebody may have changed it in the portal since"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"company": "1"}, "no client has the tax id 1"),
        ({"role": "ownr"}, "owner"),
        ({"company": DEALER, "profile": "dealer"}, "unknown kind"),
    ],
)
def test_what_an_account_of_a_demo_names_wrongly_is_said(portal: Portal, values: dict[str, str], said: str) -> None:
    with portal.work() as work:
        make.legal_entity(work, company=make.company(work), tax_id=DEALER)
        with pytest.raises(click.ClickException) as refused:
            make_accounts(work, [told(**values)])
    assert said in refused.value.message


FILL = """
def told(folder, what):
    with (folder / "told").open("a") as out:
        out.write(what + " ")
def prepare(folder):
    told(folder, "prepared")
def fill(app, folder):
    with app.work() as work:
        told(folder, "filled " + work.config.portal.name.split()[0])
"""


def test_a_demo_fills_its_portal_at_the_first_start_alone(folder: Path) -> None:
    demo = (folder / "demo.toml").read_text("utf-8")
    (folder / "demo.toml").write_text(f'fills = "more.py"\n{demo}', "utf-8")
    (folder / "more.py").write_text(FILL, "utf-8")
    port = two_free_ports()
    opened(folder, port)
    opened(folder, port)
    assert (folder.parent / "var" / "demo-small-sqlite" / "filling" / "told").read_text("utf-8") == "prepared filled Portal "


def test_a_demo_says_which_filling_it_does_not_find(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=r"there is no Python file .*absent\.py"):
        Filling(folder / "absent.py", tmp_path).prepare()
