"""Answers that a browser keeps as files."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from falcon import Response

_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*;%]')


def send_file(resp: Response, data: bytes, *, name: str, kind: str) -> None:
    """`data` as a file of this name and media type: never shown in the page, never guessed at, asked for anew each time."""
    resp.data = data
    resp.content_type = kind
    resp.set_headers(
        [
            ("Content-Disposition", disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "sandbox; default-src 'none'"),
            ("Cache-Control", "private, no-store"),
        ]
    )


def disposition(name: str) -> str:
    """The header for a file's name in any script (RFC 6266): a plain one for old programs and the whole one."""
    clean = _UNSAFE.sub("_", name).strip(". ")[:120] or "file"
    plain = clean.encode("ascii", "ignore").decode().strip("_ .-") or "file"
    if "." in clean and "." not in plain:
        plain = "file." + plain
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"
