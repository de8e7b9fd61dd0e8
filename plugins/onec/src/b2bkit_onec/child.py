"""`python -m b2bkit_onec.child`: reads or unpacks one file of 1C in a process of its own, with limits, and prints JSON lines.

    read FILE NAME      the file's records (see `wire`), then {"end": count} or {"refused": {...}} for one that cannot be read;
                        --known FILE: lines of digest, tab, JSON: what is said (together, as Same) in place of an item with this digest
    unpack FILE FOLDER  {"files": [[name, stored, size]], "skipped": [[name, reason]]} or {"refused": {...}}

Whatever a file does to the reader, it does it here: without the portal's secrets, its database or its memory.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from b2bkit.core.i18n import speaking, translator
from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.reader import read_unknown
from b2bkit_onec.commerceml.tree import Known
from b2bkit_onec.upload.archive import Limits, extract
from b2bkit_onec.upload.refusals import UploadRefused
from b2bkit_onec.wire import encode

OUT_OF_MEMORY = 77
MEGABYTE = 1 << 20
BLOCK = 1 << 18
MOST_TOGETHER = 1_000
NICE = 10  # who looks at a page goes first


def main(arguments: list[str]) -> int:
    """0 when the last line says how it went; 77 when the memory did not suffice."""
    parser = argparse.ArgumentParser(prog="b2bkit_onec.child")
    parser.add_argument("act", choices=("read", "unpack"))
    parser.add_argument("file", type=Path)
    parser.add_argument("name")
    parser.add_argument("--memory", type=int, default=1024, help="megabytes")
    parser.add_argument("--seconds", type=int, default=900, help="of the processor")
    parser.add_argument("--total", type=int, default=4 << 30, help="bytes that may be written")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--known", type=Path)
    asked = parser.parse_args(arguments)
    _limit(asked.memory, asked.seconds, asked.total)
    os.nice(NICE)
    try:
        with speaking(asked.lang, translator(asked.lang, Path(__file__).parent / "locale")):
            if asked.act == "read":
                _read(asked.file, asked.name, _known(asked.known) if asked.known else {})
            else:
                _unpack(asked.file, Path(asked.name), asked.total)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _limit(memory: int, seconds: int, total: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory * MEGABYTE, memory * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (total, total))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _known(file: Path) -> dict[str, bytes]:
    with file.open("rb") as lines:
        return {line[:32].decode(): line[33:-1] for line in lines}


def _read(file: Path, name: str, known: Mapping[str, bytes]) -> None:
    gc.set_threshold(200_000)  # small trees without rings are made and forgotten: looking for rings costs a tenth
    out, count, block, same = sys.stdout.buffer, 0, bytearray(), list[bytes]()
    last: dict[str, object]
    try:
        for item in read_unknown(file, name, known):
            count += 1
            if isinstance(item, Known):
                same.append(item.told)
                if len(same) == MOST_TOGETHER:
                    block += _together(same)
            else:
                block += _together(same) + encode(item) + b"\n"
            if len(block) >= BLOCK:
                out.write(block)
                block.clear()
        block += _together(same)
        last = {"end": count}
    except BrokenFile as broken:
        where = {"line": broken.line, "column": broken.column}
        last = {"refused": {"code": broken.code, "reason": broken.reason, "cure": broken.cure, **where}}
    out.write(block + orjson.dumps(last) + b"\n")
    out.flush()


def _together(same: list[bytes]) -> bytes:
    """One line for all of them, which are forgotten."""
    line = b'["Same",{"told":[' + b",".join(same) + b"]}]\n" if same else b""
    same.clear()
    return line


def _unpack(archive: Path, into: Path, total: int) -> None:
    try:
        found = extract(archive, into, Limits(total_bytes=total))
        files = [[one.name, one.path.name, one.size] for one in found.files]
        told: dict[str, object] = {"files": files, "skipped": [list(one) for one in found.skipped]}
    except UploadRefused as refused:
        told = {"refused": {"code": refused.code, "reason": refused.reason, "cure": refused.cure, "line": 0, "column": 0}}
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
