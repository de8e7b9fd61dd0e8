"""Which goods a file names: remembered, so that `missing` can tell which ones a full export left out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from b2bkit import Work
from b2bkit.core.db.types import new_id
from b2bkit_onec.models import Mentioned


class Mentions:
    """Goods of one file, gathered while it is applied; compressed at once, so that a long file takes little memory."""

    def __init__(self) -> None:
        self.count, self._packed, self._press = 0, bytearray(), zlib.compressobj(1)

    def add(self, refs: Iterable[str]) -> None:
        """References of 1C in any order; one may come twice."""
        for ref in refs:
            self.count += 1
            self._packed += self._press.compress(ref.encode() + b"\n")

    def keep(self, work: Work, *, catalog: str, full: bool) -> None:
        """Remembers them; nothing when the file named none. Once a file."""
        if self.count:
            self._packed += self._press.flush()
            row = {"id": new_id(), "at": work.now, "catalog": catalog[:255], "kind": "full" if full else "changes"}
            work.session.insert_rows(Mentioned, [{**row, "count": self.count, "refs": bytes(self._packed)}])
