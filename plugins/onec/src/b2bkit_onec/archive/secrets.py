"""Taking secrets out of messages before they are kept: what the settings hold as secret, and what is one by its name."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from pydantic import SecretStr

from b2bkit_onec.settings import OneCSettings

HIDDEN: Final = "***"
SHORTEST: Final = 6  # a shorter secret would take half of the words of a message with it
_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-signature"})
_NAMES: Final = "password|passwd|pwd|secret|token|sessid|api_?key|пароль|Пароль".encode()
_JSON: Final = re.compile(rb'("(?:[a-z0-9_]*_)?(?:' + _NAMES + rb')"\s*:\s*")(?:[^"\\]|\\.)*(")', re.IGNORECASE)
_XML: Final = re.compile(rb"(<((?:" + _NAMES + rb"))(?:\s[^>]*)?>)[^<]*(</\2>)", re.IGNORECASE)
_FORM: Final = re.compile(rb"((?:^|[?&])(?:" + _NAMES + rb")=)[^&\s]*", re.IGNORECASE)


class Secrets:
    """The secrets of one portal, in every spelling in which they go over the wire."""

    def __init__(self, settings: OneCSettings) -> None:
        logins = [settings.login, *(part.login for part in (settings.odata, settings.service) if part is not None)]
        self._values = sorted(set(_spellings(_told(settings), logins)), key=len, reverse=True)

    def body(self, body: bytes) -> bytes:
        """The body without secrets."""
        for value in self._values:
            body = body.replace(value, HIDDEN.encode())
        body = _JSON.sub(rb"\1***\2", body)
        body = _XML.sub(rb"\1***\3", body)
        return _FORM.sub(rb"\1***", body)

    def text(self, text: str) -> str:
        """The same for an address or a status."""
        return self.body(text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers that tell who asks are left out whole."""
        return {name[:100]: self.text(value)[:1000] for name, value in headers.items() if name.lower() not in _HEADERS}


def _told(settings: OneCSettings) -> list[str]:
    named = (settings.password, settings.odata_password, settings.service_password, settings.service_key)
    return [one.get_secret_value() for one in named if isinstance(one, SecretStr) and len(one.get_secret_value()) >= SHORTEST]


def _spellings(secrets: Iterable[str], logins: Iterable[str]) -> Iterable[bytes]:
    users = list(logins)
    for secret in secrets:
        yield secret.encode()
        yield quote(secret, safe="").encode()
        yield secret.encode("cp1251", "ignore") or secret.encode()
        for login in users:
            yield base64.b64encode(f"{login}:{secret}".encode())
