"""What a buyer chose among the facets, as the address of the list keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from b2bkit.core.extend.things import Facet

MOST: Final = 60  # values: more are no choice
_LONGEST: Final = 250


class Section(NamedTuple):
    """A section of a facet."""

    facet: str
    key: UUID | None

    @property
    def address(self) -> str:
        """Its name in an address: `catalog.producer`, `catalog.attributes.<id>`."""
        return self.facet if self.key is None else f"{self.facet}.{self.key}"


class Range(NamedTuple):
    """Numbers from `least` up to `most`, both included; None: no bound."""

    least: Decimal | None = None
    most: Decimal | None = None

    def holds(self, number: Decimal) -> bool:
        """Whether the number lies in it."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)


class Chosen(NamedTuple):
    """Values of sections, ranges of numeric ones, and a range of prices of the least order. Empty: everything.

    Within a section a product needs one of the values, or a number in the range.
    """

    values: tuple[tuple[Section, tuple[str, ...]], ...] = ()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    ranges: tuple[tuple[Section, Range], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values) or bool(self.ranges) or self.by_price

    @property
    def sections(self) -> tuple[tuple[Section, tuple[str, ...], Range | None], ...]:
        """Sections in which something was chosen, with the values and the range."""
        values, ranges = dict(self.values), dict(self.ranges)
        return tuple((section, values.get(section, ()), ranges.get(section)) for section in dict.fromkeys((*values, *ranges)))

    @property
    def by_price(self) -> bool:
        """Whether prices count."""
        return self.price_from is not None or self.price_to is not None

    @property
    def addresses(self) -> list[str]:
        """The values as `parse` takes them."""
        return [f"{section.address}:{value}" for section, values in self.values for value in values]

    def without(self, section: Section, value: str | None = None) -> Chosen:
        """The same without a value of a section, or without the section and its range."""
        kept = [
            (one, tuple(each for each in values if one != section or (value is not None and each != value))) for one, values in self.values
        ]
        ranges = tuple(one for one in self.ranges if value is not None or one[0] != section)
        return self._replace(values=tuple((one, values) for one, values in kept if values), ranges=ranges)


def parse(facets: Sequence[Facet], texts: Iterable[str], price_from: Decimal | None = None, price_to: Decimal | None = None) -> Chosen:
    """`catalog.producer:Полимир` and its like; what names no facet of this portal is left out, so that an old address still works."""
    known = {facet.name: facet for facet in facets}
    found: dict[Section, dict[str, None]] = {}
    for text in list(texts)[:MOST]:
        address, _colon, value = text.partition(":")
        section = section_of(known, address)
        if section is not None and 0 < len(value) <= _LONGEST and "\x00" not in value:
            found.setdefault(section, {})[value] = None
    in_order = sorted(found.items(), key=lambda one: one[0].address)
    return Chosen(tuple((section, tuple(sorted(values))) for section, values in in_order), price_from, price_to)


def section_of(known: Mapping[str, Facet], address: str) -> Section | None:
    """The section that an address names among these facets, None for what names none; whether it is there is not asked."""
    if address in known:
        return Section(address, None) if known[address].sections is None else None
    name, _dot, key = address.rpartition(".")
    if name not in known or known[name].sections is None:
        return None
    try:
        return Section(name, UUID(key))
    except ValueError:
        return None
