"""What is worked out of a source file once and then kept as Python keeps compiled modules: in `__pycache__`, for whoever starts next.

Texts and names of a language come from sources that are dear to read (.po files, CLDR): a third of a process's start, and memory that
stays. Where the folder cannot be written, or Python is told to write no bytecode, they are worked out at each start.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path

_DIGEST = hashlib.sha256().digest_size


def made_once(source: Path, kind: str, make: Callable[[bytes], bytes], *, stamp: str = "") -> bytes:
    """`make(what the source holds)`, or what an earlier call made of the same content, kind and stamp (versions of who makes it)."""
    content = source.read_bytes()
    digest = hashlib.sha256(content + b"\0" + stamp.encode()).digest()
    place = Path(cache_from_source(str(source))).with_suffix(f".{kind}")
    with contextlib.suppress(OSError):
        kept = place.read_bytes()
        if kept[:_DIGEST] == digest:
            return kept[_DIGEST:]
    made = make(content)
    if not sys.dont_write_bytecode:
        _keep(place, digest + made)
    return made


def _keep(place: Path, content: bytes) -> None:
    """Whole or not at all: others read it meanwhile."""
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(f"{place.name}.{os.getpid()}")
        new.write_bytes(content)
        new.replace(place)
