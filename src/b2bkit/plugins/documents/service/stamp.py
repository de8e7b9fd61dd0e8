"""Who looks, written over a page: the picture that he gets is his alone."""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

SIZE: Final = 26
ANGLE: Final = 28
INK: Final = (70, 70, 110, 64)
FOOT: Final = 34


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("font_roboto").joinpath("files/Roboto-Regular.ttf")) as path:
        return ImageFont.truetype(str(path), size)


def stamped(path: Path, text: str) -> bytes:
    """The page as PNG with these words across it, again and again, and once in full at its foot."""
    with Image.open(path, formats=("PNG",)) as opened:
        page = opened.convert("RGB")
    page.paste(Image.new("RGB", page.size, INK[:3]), (0, 0), _across(page.size, text))
    foot = ImageDraw.Draw(page)
    foot.rectangle((0, page.height - FOOT, page.width, page.height), fill=(255, 255, 255))
    foot.text((12, page.height - FOOT + 6), text, font=_font(18), fill=(60, 60, 60))
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _across(size: tuple[int, int], text: str) -> Image.Image:
    """How strongly each pixel takes the ink."""
    font = _font(SIZE)
    side = int((size[0] ** 2 + size[1] ** 2) ** 0.5) + 2
    words = Image.new("L", (side, side), 0)
    pen, wide = ImageDraw.Draw(words), int(font.getlength(text)) + 90
    for row, top in enumerate(range(0, side, 190)):
        for left in range(-(row % 2) * wide // 2, side, wide):
            pen.text((left, top), text, font=font, fill=INK[3])
    turned = words.rotate(ANGLE, resample=Image.Resampling.BILINEAR)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))
