"""The words of the catalogue in memory, to find those that are meant by one that is not among them. Read when first needed."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from threading import Lock
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.words.learn import MARK
from b2bkit.core.catalog.words.models import CatalogMark, CatalogWord
from b2bkit.core.catalog.words.spelling import sound
from b2bkit.core.work import Work

_KEPT: Final = 2
_ALIKE_FROM: Final = 3  # letters of a sound from which words that begin so are meant
_known: dict[UUID, Vocabulary] = {}
_lock = Lock()


class Guess(NamedTuple):
    """A word that may be meant. `cost`: 1 sounds alike, 2 one slip, 3 two."""

    cost: int
    off: int  # letters more or less
    word: str


class Vocabulary:
    """Words with their sounds."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._words = sorted((heard, word) for word, heard in words)
        self._parts: dict[str, array[int]] = {}
        for place, (heard, _word) in enumerate(self._words):
            for part in _parts(heard):
                self._parts.setdefault(part, array("I")).append(place)

    def __len__(self) -> int:
        return len(self._words)

    def guesses(self, word: str) -> list[Guess]:
        """Words that a plain typed one may mean, the likeliest first; all there are, so that none hides another."""
        heard = sound(word)
        found = {guess.word: guess for guess in self._slips(heard)}
        if len(heard) >= _ALIKE_FROM:
            found |= {guess.word: guess for guess in self._alike(heard)}
        found.pop(word, None)
        return sorted(found.values())

    def _alike(self, heard: str) -> Iterator[Guess]:
        start = bisect_left(self._words, (heard, ""))
        for there, word in takewhile(lambda known: known[0].startswith(heard), (self._words[at] for at in range(start, len(self._words)))):
            yield Guess(1, len(there) - len(heard), word)

    def _slips(self, heard: str) -> Iterator[Guess]:
        most = slips_allowed(heard)
        parts = _parts(heard)
        shared = Counter(place for part in parts for place in self._parts.get(part, ()))
        least = max(1, len(parts) - 3 * most)  # a slip spoils three parts at most
        for place, number in shared.items():
            if most and number >= least:
                there, word = self._words[place]
                slips = distance(heard, there, most)
                if slips is not None:
                    yield Guess(1 + max(slips, 1), abs(len(there) - len(heard)), word)


def _parts(heard: str) -> set[str]:
    padded = f"  {heard}"
    return {padded[at : at + 3] for at in range(len(heard))}


def slips_allowed(heard: str) -> int:
    """How many slips a word of this length may have: none in a short one, else everything would be meant."""
    return 0 if len(heard) < 4 else 1 if len(heard) < 7 else 2


def distance(typed: str, there: str, most: int) -> int | None:
    """Letters more, less, other or exchanged between what was typed and `there` or, of long words, its beginning; None: over `most`."""
    before: list[int] = []
    row = list(range(len(there) + 1))
    for at, letter in enumerate(typed, 1):
        older, before, row = before, row, [at]
        for to, other in enumerate(there, 1):
            best = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == there[to - 2] and typed[at - 2] == other:
                best = min(best, older[to - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
    found = min(row) if len(typed) > _SHORT else row[-1]
    return found if found <= most else None


_SHORT: Final = 6


def vocabulary(work: Work) -> Vocabulary:
    """The words as they are now; read anew after they changed."""
    version = work.session.scalar(select(CatalogMark.version).where(CatalogMark.name == MARK))
    if version is None:
        return Vocabulary(())
    known = _known.get(version)
    if known is None:
        known = Vocabulary(work.session.execute(select(CatalogWord.word, CatalogWord.sound)).all())
        with _lock:
            while len(_known) >= _KEPT:
                _known.pop(next(iter(_known)))
            _known[version] = known
    return known
