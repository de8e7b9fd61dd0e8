"""Mutual TLS with an authority of our own: who has no certificate gets nothing, and new files are taken without a restart."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from b2bkit_onec.line import Barred, Line, open_line
from plugins.onec.tests.odata.conftest import MOSCOW, settings_for
from plugins.onec.tests.odata.fake import FakeOneC, serving

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="needs the program openssl to make certificates")
SET = "Catalog_Валюты"


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([str(OPENSSL), *arguments], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    openssl(
        folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
        "-keyout", f"{name}.key", "-out", f"{name}.pem",
    )  # fmt: skip


def certificate(folder: Path, name: str, by: str, host: str = "") -> None:
    (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n" if host else "keyUsage=digitalSignature\n")
    openssl(
        folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
        "-out", f"{name}.csr",
    )  # fmt: skip
    openssl(
        folder, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{by}.pem", "-CAkey", f"{by}.key", "-CAcreateserial", "-days", "2",
        "-extfile", f"{name}.ext", "-out", f"{name}.pem",
    )  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("ours", "other"):
        authority(folder, name)
    certificate(folder, "server", "ours", host="localhost")
    certificate(folder, "portal", "ours")
    certificate(folder, "portal2", "ours")
    certificate(folder, "stranger", "other")
    return folder


def wrapped(folder: Path) -> Callable[[Any], Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ours.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return lambda socket: context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)


@pytest.fixture
def onec(certificates: Path) -> Iterator[FakeOneC]:
    fake = FakeOneC()
    fake.sets[SET] = [{"Ref_Key": "1"}]
    with serving(fake, wrapped(certificates)) as served:
        yield served


@contextmanager
def lined(onec: FakeOneC, folder: Path, **line: str) -> Iterator[Line]:
    made = open_line(settings_for(onec.url, line=line), folder=folder, data=None, zone=MOSCOW)
    assert made.odata is not None
    made.odata.transport._sleep = lambda _seconds: None
    try:
        yield made
    finally:
        made.close()


def test_the_exchange_runs_over_mutual_tls(onec: FakeOneC, certificates: Path) -> None:
    with lined(onec, certificates, ca="ours.pem", certificate="portal.pem", key="portal.key") as line:
        assert line.base.get(SET) == [{"Ref_Key": "1"}]


@pytest.mark.parametrize(
    "line",
    [
        {"ca": "ours.pem"},
        {"ca": "ours.pem", "certificate": "stranger.pem", "key": "stranger.key"},
        {"ca": "other.pem", "certificate": "portal.pem", "key": "portal.key"},
        {"certificate": "portal.pem", "key": "portal.key"},
    ],
    ids=["no certificate", "certificate of another authority", "1C's authority is not trusted", "only the machine's authorities"],
)
def test_who_is_not_trusted_gets_nothing_and_is_told_why(onec: FakeOneC, certificates: Path, line: dict[str, str]) -> None:
    with lined(onec, certificates, **line) as opened, pytest.raises(Barred) as told:
        opened.base.get(SET)
    assert onec.asked == []
    assert "[plugins.onec.line]" in told.value.cure


def test_a_certificate_for_another_host_is_not_trusted(onec: FakeOneC, certificates: Path) -> None:
    onec.url = onec.url.replace("localhost", "127.0.0.1")
    with lined(onec, certificates, ca="ours.pem", certificate="portal.pem", key="portal.key") as line, pytest.raises(Barred):
        line.base.get(SET)
    assert onec.asked == []


def test_a_new_certificate_is_taken_without_a_restart(onec: FakeOneC, certificates: Path, tmp_path: Path) -> None:
    def install(name: str) -> None:
        for ending in ("pem", "key"):
            shutil.copy(certificates / f"{name}.{ending}", tmp_path / f"client.{ending}")

    shutil.copy(certificates / "ours.pem", tmp_path / "ca.pem")
    install("stranger")
    with lined(onec, tmp_path, ca="ca.pem", certificate="client.pem", key="client.key") as line:
        with pytest.raises(Barred):
            line.base.get(SET)
        install("portal2")
        assert line.base.get(SET) == [{"Ref_Key": "1"}]


def test_files_that_are_half_replaced_leave_the_last_good_ones_in_use(onec: FakeOneC, certificates: Path, tmp_path: Path) -> None:
    for name in ("ours.pem", "portal.pem", "portal.key"):
        shutil.copy(certificates / name, tmp_path / name)
    with lined(onec, tmp_path, ca="ours.pem", certificate="portal.pem", key="portal.key") as line:
        line.base.get(SET)
        (tmp_path / "portal.pem").write_bytes((certificates / "portal2.pem").read_bytes())  # its key has not come yet
        assert line.base.get(SET) == [{"Ref_Key": "1"}]


def test_files_that_are_missing_are_named(onec: FakeOneC, tmp_path: Path) -> None:
    with lined(onec, tmp_path, ca="none.pem") as line, pytest.raises(Barred, match="certificates"):
        line.base.get(SET)
