"""Faults of the exchange with the site, where 1C is the client: what it sends is spoilt, or comes at the wrong time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from decimal import Decimal

from b2bkit_onec.simulate import faults
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.outgoing import BOM, Parcel

HOUR = 3600
DOCUMENT = re.compile(r"[ \t]*<Документ>.*?</Документ>\s*", re.DOTALL)
NUMBER = re.compile(r"(<Документ>.*?<Номер>)[^<]*(</Номер>)", re.DOTALL)
UNKNOWN_NUMBER = "П-999999"
REVERSED = re.compile(r"(<Значение>)true(</Значение>)")


@dataclass(frozen=True, slots=True)
class SiteFault:
    """The fault of one exchange; `name` "" is none."""

    name: str = ""
    seconds: Decimal = Decimal(0)

    def pause(self) -> None:
        """Before each request."""
        if self.name == "slow":
            time.sleep(float(self.seconds))

    def pieces(self, pieces: list[bytes]) -> list[bytes]:
        """The pieces of a file as they go out."""
        if self.name == "chunks":
            return [piece for one in pieces for piece in (one, one)]
        if self.name == "half":
            whole = b"".join(pieces)
            return [whole[: len(whole) // 2]]
        return pieces

    def bodies(self, parcel: Parcel) -> list[bytes]:
        """What is sent in place of a parcel: it, spoilt, or several."""
        text = parcel.body.removeprefix(BOM).decode("utf-8")
        if self.name == "cp1251":
            told = text.replace('encoding="UTF-8"', 'encoding="windows-1251"', 1)
            return [told.encode("windows-1251", errors="xmlcharrefreplace")]
        if self.name == "bigger":
            return [parcel.body + b" " * (9 * len(parcel.body))]
        if self.name == "repeated":
            return [parcel.body, parcel.body]
        return self._states(parcel, text) if parcel.exchange == "sale" else [parcel.body]

    def _states(self, parcel: Parcel, text: str) -> list[bytes]:
        """States of orders: each alone and the last first; of an order that nobody knows; older after newer."""
        if self.name == "disorder":
            found = DOCUMENT.findall(text)
            shell = DOCUMENT.sub("\0", text, count=1)
            shell = DOCUMENT.sub("", shell)
            return [BOM + shell.replace("\0", one).encode() for one in reversed(found)]
        if self.name == "foreign":
            return [BOM + NUMBER.sub(rf"\g<1>{UNKNOWN_NUMBER}\g<2>", text).encode()]
        if self.name == "older":
            return [parcel.body, BOM + REVERSED.sub(r"\1false\2", text).encode()]
        return [parcel.body]


NO_FAULT = SiteFault()


def site_fault(base: Infobase) -> SiteFault:
    """The fault of the exchange that begins."""
    armed = faults.take(base, faults.SITE)
    return SiteFault(armed.name, armed.seconds) if armed else NO_FAULT
