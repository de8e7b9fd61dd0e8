"""Drawings of goods, made by strokes and ellipses: granules, powder, flakes, drums, tanks, rolls, pipes and sheets on a calm ground."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageDraw

SIDE: Final = 480
_FINE: Final = 2  # drawn larger and made smaller, so that edges are smooth
Colour = tuple[int, int, int]
Canvas = ImageDraw.ImageDraw
Box = tuple[float, float, float, float]


def drawn(motif: str, colour: Colour, ground: Colour) -> Image.Image:
    """A square of `SIDE` pixels; the same words give the same picture. Raises KeyError for an unknown motif."""
    side = SIDE * _FINE
    picture = Image.new("RGB", (side, side), ground)
    brush = ImageDraw.Draw(picture)
    _shadow(brush, shade(ground, 0.9))
    MOTIFS[motif](brush, colour)
    return picture.resize((SIDE, SIDE), Image.Resampling.BOX)


def shade(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above it."""
    if factor <= 1:
        red, green, blue = (int(part * factor) for part in colour)
    else:
        red, green, blue = (int(part + (255 - part) * (factor - 1)) for part in colour)
    return red, green, blue


def _at(*box: float) -> Box:
    """A box of a drawing 100 wide and high, as pixels."""
    scale = SIDE * _FINE / 100
    left, top, right, bottom = (one * scale for one in box)
    return left, top, right, bottom


def _points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
    scale = SIDE * _FINE / 100
    return [(x * scale, y * scale) for x, y in pairs]


def _shadow(brush: Canvas, colour: Colour) -> None:
    brush.ellipse(_at(12, 76, 88, 90), fill=colour)


def _heap(brush: Canvas, colour: Colour, *, size: float, count: int, flat: float, seed: str) -> None:
    """Small bodies heaped up, those in front last."""
    chance = random.Random(seed)
    brush.polygon(_points((15, 83), (30, 66), (42, 48), (50, 38), (58, 48), (70, 66), (85, 83), (50, 87)), fill=shade(colour, 0.8))
    places = []
    for _ in range(count):
        depth, along = chance.random(), chance.uniform(-1, 1)
        x = 50 + along * (14 + 25 * depth)
        top = 36 + 34 * abs(along) ** 1.4
        places.append((top + (83 - top) * depth, x))
    for y, x in sorted(places):
        half, high = size * chance.uniform(0.85, 1.15), size * flat
        tone = shade(colour, chance.uniform(0.86, 1.06))
        brush.ellipse(_at(x - half, y - high + 0.5, x + half, y + high + 0.5), fill=shade(tone, 0.72))
        brush.ellipse(_at(x - half, y - high, x + half, y + high), fill=tone)
        brush.ellipse(_at(x - half * 0.55, y - high * 0.6, x + half * 0.1, y - high * 0.05), fill=shade(tone, 1.45))


def _granules(brush: Canvas, colour: Colour) -> None:
    _heap(brush, colour, size=3.1, count=260, flat=0.72, seed="granules")


def _flakes(brush: Canvas, colour: Colour) -> None:
    chance = random.Random("flakes")
    _heap(brush, shade(colour, 0.9), size=2.4, count=120, flat=0.4, seed="flakes below")
    for _ in range(130):
        along, depth = chance.uniform(-1, 1), chance.random()
        x, y = 50 + along * 36, 42 + 30 * abs(along) ** 1.4 + depth * (38 - 28 * abs(along))
        turn, size = chance.uniform(0, math.pi), chance.uniform(2.2, 4.4)
        corners = [(x + size * math.cos(turn + k), y + 0.6 * size * math.sin(turn + k)) for k in (0, 1.4, 2.9, 4.6)]
        brush.polygon(_points(*corners), fill=shade(colour, chance.uniform(0.85, 1.5)), outline=shade(colour, 0.75))


def _powder(brush: Canvas, colour: Colour) -> None:
    brush.polygon(_points((14, 82), (33, 58), (43, 46), (50, 40), (57, 46), (68, 59), (86, 82)), fill=shade(colour, 0.88))
    brush.ellipse(_at(14, 74, 86, 90), fill=shade(colour, 0.88))
    brush.polygon(_points((14, 82), (33, 58), (43, 46), (50, 40), (52, 60), (44, 88)), fill=colour)
    chance = random.Random("powder")
    for _ in range(320):
        along = chance.uniform(-1, 1)
        x, y = 50 + along * 32, 46 + 34 * abs(along) + chance.random() * (38 - 32 * abs(along))
        brush.ellipse(_at(x - 0.5, y - 0.5, x + 0.5, y + 0.5), fill=shade(colour, chance.uniform(0.74, 1.5)))


def _cylinder(brush: Canvas, box: Box, colour: Colour, bend: float = 6) -> None:
    left, top, right, bottom = box
    brush.ellipse(_at(left, bottom - bend, right, bottom + bend), fill=shade(colour, 0.8))
    for step in range(40):  # light from the left
        x = left + (right - left) * step / 40
        light = 1.22 - 0.5 * abs(step / 40 - 0.3) * 1.6
        sink = bend * math.sqrt(max(0.0, 1 - ((x + 0.5 - (left + right) / 2) / ((right - left) / 2)) ** 2))
        brush.rectangle(_at(x, top, x + (right - left) / 40 + 0.2, bottom + sink), fill=shade(colour, light))
    brush.ellipse(_at(left, top - bend, right, top + bend), fill=shade(colour, 1.28), outline=shade(colour, 0.78), width=4)


def _drum(brush: Canvas, colour: Colour) -> None:
    _cylinder(brush, (30, 24, 70, 80), colour)
    for y in (41, 60):
        brush.arc(_at(30, y - 6, 70, y + 6), 0, 180, fill=shade(colour, 0.66), width=11)
    brush.ellipse(_at(58, 22, 64, 24.4), fill=shade(colour, 0.55))


def _canister(brush: Canvas, colour: Colour) -> None:
    brush.rounded_rectangle(_at(31, 34, 71, 84), 60, fill=colour)
    brush.rounded_rectangle(_at(31, 34, 43, 84), 60, fill=shade(colour, 1.25))
    brush.rounded_rectangle(_at(36, 20, 46, 36), 20, fill=shade(colour, 0.6))
    brush.line(_points((50, 34), (54, 26), (66, 26), (68, 35)), fill=shade(colour, 0.8), width=36, joint="curve")
    brush.rounded_rectangle(_at(45, 50, 65, 70), 16, fill=shade(colour, 1.7))


def _wheels(brush: Canvas, places: tuple[float, ...], y: float, size: float) -> None:
    for x in places:
        brush.ellipse(_at(x - size, y - size, x + size, y + size), fill=(58, 61, 68))
        brush.ellipse(_at(x - size * 0.45, y - size * 0.45, x + size * 0.45, y + size * 0.45), fill=(176, 180, 188))


def _barrel(brush: Canvas, box: Box, colour: Colour) -> None:
    left, top, right, bottom = box
    brush.rounded_rectangle(_at(left, top, right, bottom), 120, fill=shade(colour, 0.82))
    brush.rounded_rectangle(_at(left, top, right, bottom - 7), 120, fill=colour)
    brush.rounded_rectangle(_at(left + 4, top + 3, right - 4, top + 8), 40, fill=shade(colour, 1.5))
    for x in (left + (right - left) * part for part in (0.25, 0.5, 0.75)):
        brush.line(_points((x, top), (x, bottom)), fill=shade(colour, 0.7), width=7)
    brush.rounded_rectangle(_at((left + right) / 2 - 5, top - 4, (left + right) / 2 + 5, top + 2), 14, fill=shade(colour, 0.6))


def _tanks(brush: Canvas, colour: Colour) -> None:
    """A tank truck before a rail tank."""
    _barrel(brush, (18, 20, 88, 42), shade(colour, 0.82))
    brush.rectangle(_at(14, 43, 92, 45), fill=(96, 100, 108))
    _wheels(brush, (24, 33, 73, 82), 47.5, 3.4)
    _barrel(brush, (8, 52, 68, 75), colour)
    brush.rectangle(_at(8, 75, 92, 77.5), fill=(80, 84, 92))
    brush.rounded_rectangle(_at(71, 56, 92, 77), 30, fill=shade(colour, 0.6))
    brush.rounded_rectangle(_at(80, 59, 90, 67), 14, fill=(214, 228, 238))
    _wheels(brush, (16, 26, 36, 76, 87), 79.5, 4.4)


def _roll(brush: Canvas, colour: Colour) -> None:
    for left, right, top in ((54, 82, 34), (18, 58, 26)):
        _cylinder(brush, (left, top, right, 80), colour, bend=(right - left) / 7)
        middle, bend = (left + right) / 2, (right - left) / 7
        for part in (0.72, 0.46):
            wide, high = (right - left) / 2 * part, bend * part
            brush.ellipse(_at(middle - wide, top - high, middle + wide, top + high), outline=shade(colour, 0.82), width=4)
        wide, high = (right - left) / 9, bend / 4.5
        brush.ellipse(_at(middle - wide, top - high, middle + wide, top + high), fill=(120, 96, 70))


def _coil(brush: Canvas, colour: Colour) -> None:
    for number in range(5):
        y = 74 - number * 8
        brush.ellipse(_at(15, y - 20, 85, y + 12), outline=shade(colour, 0.7), width=67)
        brush.ellipse(_at(15.5, y - 20.6, 84.5, y + 10.8), outline=shade(colour, 1.0 + 0.1 * number), width=48)
        brush.arc(_at(15.5, y - 19.4, 84.5, y + 11.6), 40, 140, fill=(56, 120, 200), width=9)


def _pipes(brush: Canvas, colour: Colour) -> None:
    for row, count in enumerate((4, 3, 2)):
        for number in range(count):
            x, y = 22 + row * 7.5 + number * 15, 75 - row * 13
            brush.polygon(_points((x - 3, y - 6.6), (x + 25, y - 24), (x + 33, y - 15), (x + 4, y + 6)), fill=shade(colour, 0.86))
            brush.polygon(_points((x - 3, y - 6.6), (x + 25, y - 24), (x + 28, y - 21), (x, y - 4)), fill=shade(colour, 1.25))
            brush.ellipse(_at(x - 7.2, y - 7.2, x + 7.2, y + 7.2), fill=shade(colour, 1.12), outline=shade(colour, 0.7), width=5)
            brush.ellipse(_at(x - 5, y - 5, x + 5, y + 5), fill=shade(colour, 0.42))


def _sheets(brush: Canvas, colour: Colour) -> None:
    for number in range(9):
        y = 74 - number * 3.6
        top = ((12, y), (46, y - 17), (88, y - 6), (54, y + 11))
        brush.polygon(_points(*top, (54, y + 13.4), (12, y + 2.4)), fill=shade(colour, 0.66))
        brush.polygon(_points((54, y + 11), (88, y - 6), (88, y - 3.6), (54, y + 13.4)), fill=shade(colour, 0.52))
        brush.polygon(_points(*top), fill=shade(colour, 1.12), outline=shade(colour, 0.8))


MOTIFS: Final[dict[str, Callable[[Canvas, Colour], None]]] = {
    "granules": _granules,
    "flakes": _flakes,
    "powder": _powder,
    "drum": _drum,
    "canister": _canister,
    "tanks": _tanks,
    "roll": _roll,
    "coil": _coil,
    "pipes": _pipes,
    "sheets": _sheets,
}
