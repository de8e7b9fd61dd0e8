"""`python -m b2bkit.core.files.recode SOURCE TARGET [SOURCE TARGET ...]`: makes pictures anew, in a process of its own with limits.

Writes TARGET-s.webp and TARGET-l.webp and prints one JSON line a picture: {"width", "height"} of the large one, or {"refused": code}.
Whatever a picture does to its decoder, it does it here, and nothing but its pixels comes out: no EXIF, no place, no script behind them.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
PIXELS, BYTES, SIDE = 40_000_000, 30_000_000, 20_000
SIZES = {"s": 240, "l": 1200}
MEMORY, SECONDS = 1 << 30, 120


def recode(source: Path, target: Path) -> dict[str, object]:
    """One picture; the first frame of one that moves."""
    if source.stat().st_size > BYTES:
        return {"refused": "bytes"}
    try:
        with Image.open(source, formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS or max(opened.size) > SIDE:
                return {"refused": "pixels"}
            opened.draft("RGB", (SIZES["l"], SIZES["l"]))
            upright = ImageOps.exif_transpose(opened)
            clear = "A" in upright.getbands() or "transparency" in upright.info
            picture = upright.convert("RGBA" if clear else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {"refused": "no-picture"}
    for suffix in ("l", "s"):
        picture.thumbnail((SIZES[suffix], SIZES[suffix]), Image.Resampling.LANCZOS)
        picture.save(target.with_name(f"{target.name}-{suffix}.webp"), "WEBP", quality=82, method=4, exif=b"", icc_profile=None)
        if suffix == "l":
            told: dict[str, object] = {"width": picture.width, "height": picture.height}
    return told


def main(arguments: list[str]) -> int:
    """0 when each picture got its line."""
    Image.MAX_IMAGE_PIXELS = PIXELS
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    for source, target in zip(arguments[::2], arguments[1::2], strict=True):
        sys.stdout.write(json.dumps(recode(Path(source), Path(target))) + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
