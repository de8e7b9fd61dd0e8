"""No secret reaches the archive, in whatever spelling it went over the wire."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from b2bkit_onec.archive.message import Message
from b2bkit_onec.archive.secrets import Secrets
from b2bkit_onec.archive.store import row_of
from b2bkit_onec.settings import ODataSettings, OneCSettings

OURS, THEIRS = "пароль:с двоеточием", "OData-Тайна-77"
SETTINGS = OneCSettings(
    password=SecretStr(OURS), odata=ODataSettings(url="https://1c.example/ut", login="Портал"), odata_password=SecretStr(THEIRS)
)


def kept(body: bytes, **more: object) -> tuple[bytes, dict[str, object]]:
    """The body as it is stored, and the whole row."""
    values = {"at": datetime(2026, 11, 24, tzinfo=UTC), "direction": "out", "way": "odata", "name": "POST", "body": body, **more}
    row = row_of(Message(**values), Secrets(SETTINGS))  # type: ignore[arg-type]
    return (zlib.decompress(row["body"]) if row["body"] else b""), row


@pytest.mark.parametrize(
    "spelling",
    [
        OURS.encode(),
        OURS.encode("cp1251"),
        THEIRS.encode(),
        quote(THEIRS, safe="").encode(),
        base64.b64encode(f"Портал:{THEIRS}".encode()),
        base64.b64encode(f"1c:{OURS}".encode()),
    ],
)
def test_a_secret_of_the_settings_is_taken_out_wherever_it_stands(spelling: bytes) -> None:
    body, _row = kept(b"before " + spelling + b" after")
    assert spelling not in body
    assert body.startswith(b"before ")
    assert body.endswith(b" after")


@pytest.mark.parametrize(
    ("body", "secret"),
    [
        ('{"login": "ivan", "Password": "qwerty", "sum": 5}', "qwerty"),
        ('{"user_password":"q\\"uote", "sum": 5}', "uote"),
        ('{"Пароль": "слово", "sum": 5}', "слово"),
        ("<a><Пароль>слово</Пароль><sum>5</sum></a>", "слово"),
        ("login=ivan&password=qwerty&sum=5", "qwerty"),
    ],
)
def test_what_is_a_secret_by_its_name_is_taken_out_and_nothing_else(body: str, secret: str) -> None:
    stored, _row = kept(body.encode())
    assert secret not in stored.decode()
    assert "***" in stored.decode()
    assert "sum" in stored.decode()
    assert "5" in stored.decode()


def test_headers_that_say_who_asks_are_left_out() -> None:
    headers = {"Authorization": "Basic xyz", "COOKIE": "a=b", "Set-Cookie": "s=1", "Accept": "application/json", "X-Note": f"is {THEIRS}"}
    _body, row = kept(b"", headers=headers)
    assert row["headers"] == {"Accept": "application/json", "X-Note": "is ***"}


def test_an_address_keeps_no_secret_and_is_found_by_its_russian_words() -> None:
    _body, row = kept(b"", address="/ut/odata/" + quote("Document_ЗаказКлиента") + "?token=abc&x=1")
    assert "abc" not in str(row["address"])
    assert "document_заказклиента" in str(row["words"])


def test_a_message_is_found_by_references_and_numbers_of_its_body_but_not_by_empty_ones() -> None:
    one, none = "8b1f0000-64bb-11ee-a2f7-0cc47a7c2000", "00000000-0000-0000-0000-000000000000"
    _body, row = kept(f'{{"Ref_Key": "{one.upper()}", "Owner_Key": "{none}", "Number": "УТ-000123"}}'.encode())
    assert one in str(row["words"])
    assert "ут-000123" in str(row["words"])
    assert none not in str(row["words"])
