"""`python -m b2bkit.plugins.documents.render PDF TARGET MOST`: pages as pictures, in a process of its own with limits.

Writes TARGET-1.png, TARGET-2.png ... and prints one JSON line: {"pages": [{"width", "height"}, ...]} or {"refused": code}.
Whatever a file does to its reader, it does it here, and nothing but pixels comes out.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Final

import pypdfium2

BYTES: Final = 30_000_000
SIDE: Final = 1754  # pixels of the longer side: A4 at 150 dots an inch
LARGEST: Final = 14_400  # points of a side, the most that a page may have (PDF 1.7, Annex C.2)
MEMORY, SECONDS = 1 << 30, 100


def pictures(source: Path, target: Path, most: int) -> dict[str, object]:
    """All pages of a file that has no more than `most`."""
    if source.stat().st_size > BYTES:
        return {"refused": "bytes"}
    try:
        with pypdfium2.PdfDocument(source) as opened:
            if len(opened) > most:
                return {"refused": "pages"}
            found = [_picture(opened[number], target.with_name(f"{target.name}-{number + 1}.png")) for number in range(len(opened))]
    except (pypdfium2.PdfiumError, OSError, ValueError):
        return {"refused": "no-pdf"}
    return {"pages": found} if found else {"refused": "no-pdf"}


def _picture(page: pypdfium2.PdfPage, path: Path) -> dict[str, int]:
    width, height = page.get_size()
    if not (1 <= width <= LARGEST and 1 <= height <= LARGEST):
        raise ValueError("a page of no size")
    bitmap = page.render(scale=SIDE / max(width, height), may_draw_forms=False)
    picture = bitmap.to_pil().convert("RGB")
    picture.save(path, "PNG", optimize=False)
    page.close()
    return {"width": picture.width, "height": picture.height}


def main(arguments: list[str]) -> int:
    """0 when the file got its line."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    sys.stdout.write(json.dumps(pictures(Path(arguments[0]), Path(arguments[1]), int(arguments[2]))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
