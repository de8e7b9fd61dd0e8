"""A mail server is who it says it is, or no letter and no password goes to it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from b2bkit.core import mail
from b2bkit.core.app import read_deployment
from b2bkit.core.config import Config
from b2bkit.testing.portal import write_config

NOW = dt.datetime.now(dt.UTC)


class Silent:
    """Takes nothing."""


def certificate(folder: Path) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=1)).not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    path = folder / "mail.pem"
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@contextmanager
def server(path: Path, security: Literal["tls", "starttls"]) -> Iterator[int]:
    """A mail server that shows this certificate; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    controller = Controller(Silent(), hostname="127.0.0.1", port=port, ready_timeout=20, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def config_of(folder: Path, port: int, security: str) -> Config:
    extra = f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "{security}"\n'
    environment = {"B2BKIT_DATABASE_URL": f"sqlite:///{folder}/portal.db", "B2BKIT_SECRET_KEY": "x" * 40}
    return read_deployment(write_config(folder, {}, extra), environment).config


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_with_a_certificate_of_its_own_making_is_not_spoken_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: Literal["tls", "starttls"]
) -> None:
    path = certificate(tmp_path)
    with server(path, security) as port:
        config = config_of(tmp_path, port, security)
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.check(config)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))  # whom this machine trusts
        mail.check(config)
