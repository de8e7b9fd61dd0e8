"""The private line of deploy/line as it is, with addresses of this machine: nginx, certificates, the exchange through it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.stage import ROOT

LINE = ROOT / "deploy" / "line"
PASSWORD = "password-of-1c"
CATALOGUE = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация ВерсияСхемы="2.07" ДатаФормирования="2026-11-22T10:00:00"><Каталог СодержитТолькоИзменения="true">
<Ид>c1</Ид><Наименование>Основной</Наименование><Товары><Товар><Ид>5b0c2f0e-0000-4000-8000-000000000001</Ид>
<Артикул>A-1</Артикул><Наименование>Полиэтилен</Наименование><БазоваяЕдиница Код="166">кг</БазоваяЕдиница></Товар></Товары></Каталог>
</КоммерческаяИнформация>"""
CONFIG = """[portal]
name = "Line"
mode = "development"
base_url = "http://127.0.0.1:{port}"

[web]
trusted_proxies = 1

[plugins.onec]
login = "site"
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here: `make test` installs it")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], there: Callable[[], bool], **options: object) -> Iterator[None]:
    """The command while the block lasts; raises AssertionError when `there` does not come true in a minute."""
    process = subprocess.Popen(command, **options)  # type: ignore[call-overload]
    try:
        end = time.monotonic() + 60
        while not there():
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            assert time.monotonic() < end, f"{command[0]} did not come up"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> Callable[[], bool]:
    def there() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return there


@contextmanager
def nginx(folder: Path, file: str, changes: dict[str, str], port: int) -> Iterator[None]:
    """A file of deploy/line in a whole configuration of nginx; each change is made exactly where the file has it."""
    text = (LINE / file).read_text("utf-8")
    for before, after in changes.items():
        assert before in text, f"{file} has no {before} any more"
        text = text.replace(before, after)
    place = folder / file
    place.mkdir()
    temporary = "".join(f"{kind}_temp_path {place};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    head = f"daemon off; pid {place}/pid; error_log {place}/error.log; events {{}} http {{ access_log off; {temporary}"
    config = place / "nginx.conf"
    config.write_text(head + text + "}", "utf-8")
    with running(["nginx", "-p", str(place), "-c", str(config)], listens(port), stderr=subprocess.DEVNULL):
        yield


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority with a server's certificate for 127.0.0.1 and both clients'; and a stranger's, of another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    calls = [["init", "ours"], ["server", "ours", "127.0.0.1"], ["client", "ours", "portal"], ["client", "ours", "onec"]]
    for what, where, *name in [*calls, ["init", "theirs"], ["client", "theirs", "onec"]]:
        assert certify(what, str(folder / where), *name).returncode == 0
    return folder


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[str]:
    """Address of the portal's door for 1C, a portal behind it."""
    folder, inner, outer = tmp_path_factory.mktemp("line"), free_port(), free_port()
    (folder / "b2bkit.toml").write_text(CONFIG.format(port=inner), "utf-8")
    environment = {**os.environ, "B2BKIT_ONEC_PASSWORD": PASSWORD, "B2BKIT_SECRET_KEY": "k" * 40}
    b2bkit = [sys.executable, "-m", "b2bkit"]
    subprocess.run([*b2bkit, "db", "upgrade", "--config", str(folder)], env=environment, check=True, capture_output=True)
    ours = certificates / "ours"
    changes = {
        "10.66.0.1:8443": f"127.0.0.1:{outer}",
        "/etc/b2bkit/line/portal.line.example": str(ours / "127.0.0.1"),
        "/etc/b2bkit/line/ca.pem": str(ours / "ca.pem"),
        "allow 10.66.0.2;": "allow 127.0.0.1;",
        "127.0.0.1:8000": f"127.0.0.1:{inner}",
    }
    with ExitStack() as stack, (folder / "portal.log").open("w") as log:
        serve = [*b2bkit, "serve", "--config", str(folder), "--port", str(inner)]
        stack.enter_context(running(serve, listens(inner), env=environment, stderr=log))
        stack.enter_context(nginx(folder, "nginx-portal.conf", changes, outer))
        yield f"https://127.0.0.1:{outer}"


def caller(certificates: Path, client: str = "ours/onec") -> httpx.Client:
    """A client that trusts our authority and shows a certificate, or none."""
    context = ssl.create_default_context(cafile=str(certificates / "ours" / "ca.pem"))
    if client:
        context.load_cert_chain(str(certificates / f"{client}.pem"), str(certificates / f"{client}.key"))
    return httpx.Client(verify=context, trust_env=False)


def ask(http: httpx.Client, door: str, mode: str, kind: str = "catalog", body: bytes | None = None, **more: str) -> str:
    method = "GET" if body is None else "POST"
    answer = http.request(method, f"{door}/1c_exchange", params={"type": kind, "mode": mode, **more}, content=body, auth=("site", PASSWORD))
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_exchange_goes_through_the_door_with_a_certificate(door: str, certificates: Path) -> None:
    with caller(certificates) as http:
        for kind in ("catalog", "sale"):
            assert ask(http, door, "checkauth", kind).startswith("success\n")
            if kind == "catalog":
                assert ask(http, door, "init").startswith("zip=")
                assert ask(http, door, "file", body=CATALOGUE.encode(), filename="import0_1.xml") == "success"
                while (said := ask(http, door, "import", filename="import0_1.xml")).startswith("progress"):
                    time.sleep(0.2)
                assert said.startswith("success"), said
        assert ask(http, door, "query", "sale").startswith("<?xml")
        assert ask(http, door, "success", "sale") == "success"


@pytest.mark.parametrize(("client", "status"), [("", 400), ("theirs/onec", 400), ("ours/portal", 403)], ids=["none", "stranger", "portal"])
def test_without_the_right_certificate_the_door_gives_nothing(door: str, certificates: Path, client: str, status: int) -> None:
    """Not even with the right password."""
    with caller(certificates, client) as http:
        answer = http.get(f"{door}/1c_exchange", params={"type": "catalog", "mode": "checkauth"}, auth=("site", PASSWORD))
    assert (answer.status_code, "success" in answer.text) == (status, False)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/docs", "/1c_exchange/x", "/readyz"])
def test_the_door_leads_to_the_exchange_alone(door: str, certificates: Path, path: str) -> None:
    with caller(certificates) as http:
        assert http.get(door + path).status_code == 404


def test_plain_http_is_not_spoken(door: str, certificates: Path) -> None:
    with httpx.Client(trust_env=False) as http:
        assert http.get(door.replace("https", "http") + "/1c_exchange").status_code == 400


@pytest.fixture(scope="module")
def onec_door(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[str]:
    """Address of 1C's door for the portal; behind it a web server that says which path it was asked for."""
    folder, inner, outer = tmp_path_factory.mktemp("onec"), free_port(), free_port()
    ours = certificates / "ours"
    changes = {
        "10.66.0.2:8443": f"127.0.0.1:{outer}",
        "/etc/b2bkit/line/1c.line.example": str(ours / "127.0.0.1"),
        "/etc/b2bkit/line/ca.pem": str(ours / "ca.pem"),
        "allow 10.66.0.1;": "allow 127.0.0.1;",
        "127.0.0.1:80;": f"127.0.0.1:{inner};",
    }
    published = folder / "trade" / "odata" / "standard.odata"
    published.mkdir(parents=True)
    (published / "Catalog_Номенклатура").write_text("goods", "utf-8")
    (folder / "trade" / "ru").write_text("a window of 1C", "utf-8")
    with ExitStack() as stack:
        publication = [sys.executable, "-m", "http.server", str(inner), "--bind", "127.0.0.1", "--directory", str(folder)]
        stack.enter_context(running(publication, listens(inner), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        stack.enter_context(nginx(folder, "nginx-1c.conf", changes, outer))
        yield f"https://127.0.0.1:{outer}"


@pytest.mark.parametrize(
    ("client", "path", "status"),
    [
        ("ours/portal", "/trade/odata/standard.odata/Catalog_Номенклатура", 200),
        ("ours/portal", "/trade/ru", 404),
        ("ours/onec", "/trade/odata/standard.odata/Catalog_Номенклатура", 403),
        ("theirs/onec", "/trade/odata/standard.odata/Catalog_Номенклатура", 400),
        ("", "/trade/odata/standard.odata/Catalog_Номенклатура", 400),
    ],
)
def test_1cs_door_opens_to_the_portal_for_odata_alone(onec_door: str, certificates: Path, client: str, path: str, status: int) -> None:
    with caller(certificates, client) as http:
        assert http.get(onec_door + path).status_code == status


def certify(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(LINE / "certificates.sh"), *words], check=False, capture_output=True, text=True)


def test_a_certificate_is_renewed_in_place(tmp_path: Path) -> None:
    line = str(tmp_path / "line")
    assert [certify(*words).returncode for words in (("init", line), ("client", line, "portal"), ("client", line, "portal"))] == [0, 0, 0]
    assert sorted(file.name for file in (tmp_path / "line").iterdir()) == ["ca.key", "ca.pem", "ca.srl", "portal.key", "portal.pem"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in (tmp_path / "line").glob("*.key"))


def test_a_second_authority_is_refused(tmp_path: Path) -> None:
    certify("init", str(tmp_path))
    again = certify("init", str(tmp_path))
    assert (again.returncode, "there already" in again.stderr) == (1, True)
