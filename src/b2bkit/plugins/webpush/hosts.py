"""Which addresses may be called. An endpoint comes from a browser, so it could name anything: a host of the list with https, and no other.

The name is resolved once and must lead to a public address, to which the connection goes: a name that leads elsewhere the next moment
gains nothing. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore

from b2bkit.plugins.webpush.settings import WebPushSettings


class NotAllowed(Exception):
    """The address is outside what the settings allow, or not public."""


def allowed(settings: WebPushSettings, endpoint: str) -> bool:
    """Whether the settings let the portal call this address."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not endpoint.isascii() or any(char <= " " for char in endpoint) or parts.username is not None or parts.fragment or not host:
        return False
    if parts.scheme in ("http", "https") and f"{host}:{port}" in settings.local_hosts:
        return True
    return parts.scheme == "https" and port in (None, 443) and any(_matches(host, one.lower()) for one in settings.hosts)


def _matches(host: str, pattern: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


class PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses only, and to the local ones that the settings name."""

    def __init__(self, settings: WebPushSettings) -> None:
        self._settings, self._inner = settings, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolves, checks every address, and connects to the first."""
        if f"{host.lower()}:{port}" in self._settings.local_hosts:
            return self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(_public(address) for address in addresses):
            raise NotAllowed(f"{host} leads to an address that is not public")
        return self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def _public(address: str) -> bool:
    known = ip_address(address.partition("%")[0])
    inside = getattr(known, "ipv4_mapped", None) or known
    return bool(inside.is_global) and not inside.is_multicast
