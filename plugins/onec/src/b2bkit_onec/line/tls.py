"""The certificates of the way to 1C: own authority, client certificate, read again when their files change."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import Barred
from b2bkit_onec.settings import LineSettings

Stamp = tuple[tuple[int, int, int] | None, ...]


class Certificates:
    """Gives a context of TLS for the files of the settings as they are now.

    With `ca` only that authority is trusted, without it the machine's own. Host names are always checked, TLS 1.2 is the oldest taken.
    A file that changes while it is being replaced and cannot be read leaves the last good context in use.
    """

    def __init__(self, settings: LineSettings, folder: Path) -> None:
        self._settings = settings
        self._paths = tuple(folder / name if name else None for name in (settings.ca, settings.certificate, settings.key))
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> tuple[ssl.SSLContext, bool]:
        """The context, and whether it is another one than last time. Raises Barred when files cannot be read and none is in use."""
        with self._lock:
            stamp = tuple(_stamp(path) for path in self._paths)
            if self._context is not None and stamp == self._stamp:
                return self._context, False
            try:
                made = self._read()
            except (OSError, ssl.SSLError, ValueError) as error:
                if self._context is not None:
                    return self._context, False
                raise Barred(
                    _("The certificates of the line to 1C cannot be read: {why}").format(why=_plain(error)),
                    _("Mend ca, certificate and key in [plugins.onec.line]; files are relative to b2bkit.toml."),
                ) from error
            self._stamp, self._context = stamp, made
            return made, True

    def _read(self) -> ssl.SSLContext:
        ca, certificate, key = self._paths
        context = ssl.create_default_context(cafile=str(ca) if ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate:
            context.load_cert_chain(str(certificate), str(key) if key else None, password=_no_password)
        return context


def _no_password() -> str:
    """A key behind a password would ask at the terminal."""
    raise ValueError("the key is behind a password")


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    if path is None:
        return None
    try:
        seen = path.stat()
    except OSError:
        return (0, 0, 0)
    return (seen.st_mtime_ns, seen.st_size, seen.st_ino)


def _plain(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{error.filename or ''} {error.strerror or ''}".strip()
    return str(error)[:300]
