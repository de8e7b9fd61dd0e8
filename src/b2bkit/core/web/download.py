"""Answers that a browser keeps as files."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from falcon import Response

SANDBOX: Final = "sandbox; default-src 'none'"  # narrower than a page's policy; the middleware leaves it as it is
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"/\\|?*;%]')


def send_file(resp: Response, data: bytes, *, name: str, kind: str) -> None:
    """`data` as a file of this name and media type: never shown in the page, never guessed at, asked for anew each time."""
    resp.data = data
    resp.content_type = kind
    resp.set_headers(
        [
            ("Content-Disposition", disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", SANDBOX),
            ("Cache-Control", "private, no-store"),
        ]
    )


def disposition(name: str) -> str:
    """The header for a file's name in any script (RFC 6266): a plain one for old programs and the whole one."""
    clean = _shortened(_UNSAFE.sub("_", name).strip(". ")) or "file"
    plain = clean.encode("ascii", "ignore").decode().strip("_ .-") or "file"
    if "." in clean and "." not in plain:
        plain = "file." + plain
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def _shortened(name: str, most: int = 120) -> str:
    """A long name keeps its ending."""
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= most else stem[: most - len(ending) - 1] + dot + ending if stem and len(ending) < 10 else name[:most]
