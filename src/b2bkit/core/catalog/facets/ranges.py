"""From and up to: ranges of numbers as an address keeps them and as a form sends them; what cannot be read is told, not lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from b2bkit.core.catalog.attributes import number_of
from b2bkit.core.catalog.facets.chosen import Range, Section, section_of
from b2bkit.core.catalog.quantities import plain
from b2bkit.core.errors import Problem
from b2bkit.core.extend.things import Facet
from b2bkit.core.i18n import _

MOST: Final = 30  # ranges of an address
LONGEST: Final = 120
_BETWEEN: Final = ".."
_FIELDS: Final = ("least.", "most.")


class Wrong(NamedTuple):
    """A range that cannot be used: what was typed, and the problem; its field is `least` or `most`."""

    section: Section
    least: str
    most: str
    problem: Problem


class Ranges(NamedTuple):
    """What an address says of ranges."""

    usable: tuple[tuple[Section, Range], ...] = ()
    wrong: tuple[Wrong, ...] = ()


def text_of(section: Section, range_: Range) -> str:
    """`catalog.attributes.<id>:50..100`, either side may be empty: as `parse_ranges` takes it."""
    least, most = ("" if bound is None else plain(bound) for bound in range_)
    return f"{section.address}:{least}{_BETWEEN}{most}"


def fold(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Parameters of a form, `least.<section>` and `most.<section>`, as the one parameter `r` of an address; others stay."""
    kept = [pair for pair in pairs if not pair[0].startswith(_FIELDS)]
    typed: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        bound, dot, address = name.partition(".")
        if dot and name.startswith(_FIELDS) and value.strip():
            typed.setdefault(address, {}).setdefault(bound, value.strip())
    return [*kept, *(("r", f"{address}:{sides.get('least', '')}{_BETWEEN}{sides.get('most', '')}") for address, sides in typed.items())]


def parse_ranges(facets: Sequence[Facet], texts: Iterable[str]) -> Ranges:
    """Ranges of facets that have numbers, one a section; what names none of them is left out, so that an old address still works."""
    known = {facet.name: facet for facet in facets if facet.numbers is not None}
    usable: dict[Section, Range] = {}
    wrong: dict[Section, Wrong] = {}
    for text in list(texts)[:MOST]:
        address, _colon, typed = text.partition(":")
        section = section_of(known, address)
        if section is None:
            continue
        found = read_range(section, typed)
        if isinstance(found, Wrong):
            wrong[section] = found
        elif found != Range():
            usable[section] = found
    in_order = sorted(usable.items(), key=lambda one: one[0].address)
    return Ranges(tuple(one for one in in_order if one[0] not in wrong), tuple(wrong.values()))


def read_range(section: Section, typed: str) -> Range | Wrong:
    """`50..100`, `50..`, `..100`; a number alone is both ends."""
    least, between, most = typed.partition(_BETWEEN)
    least, most = least.strip(), most.strip() if between else least.strip()
    bounds: list[Decimal | None] = []
    for name, side in zip(("least", "most"), (least, most), strict=True):
        number = number_of(side) if side else None
        if side and number is None:
            told = _("“%(typed)s” is no number. Enter one, for example 12.5.") % {"typed": side[:60]}
            return Wrong(section, least[:60], most[:60], Problem("catalog.range_number", told, name))
        bounds.append(number)
    found = Range(*bounds)
    if found.least is not None and found.most is not None and found.least > found.most:
        return Wrong(section, least[:60], most[:60], out_of_order())
    return found


def out_of_order() -> Problem:
    """The problem of a range whose ends are the wrong way round."""
    return Problem("catalog.range_order", _("“From” is larger than “to”: nothing lies between. Swap them."), "least")
