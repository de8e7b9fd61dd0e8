"""What people type and what products are called, brought to one spelling: case, ё, separators and look-alike letters do not matter.

The text that a product is found by is stored, so that both databases give the same answers to the same words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from b2bkit.core.catalog.words.spelling import PART, SPACE, folded, is_code, joined, may_be_mark, plain, stem

MAX_WORDS: Final = 8
MAX_TEXT: Final = 650  # characters: what the column and its index hold
SPELLING: Final = 2  # grows when `search_text` gives another text for the same product: stored ones are then made anew
_ARTICLE: Final = "="  # begins the last word, an article as a whole: nobody can type it


def search_text(*, article: str, name: str, producer: str = "", barcode: str = "", full_name: str = "") -> str:
    """The stored text of a product: words in one spelling, each after a space, those of the name first (so it also sorts by name).

    A word with separators is found joined and by its parts; an article also joined over its spaces; what could be written in letters that
    look alike, in Latin ones. The last word is `=` and the article. At most `MAX_TEXT` characters, whole words.
    """
    words = [_written(word)[0][0] for word in plain(name).split()]
    parts: list[str] = []
    alike: list[str] = []
    for word in dict.fromkeys(plain(" ".join((name, article, producer, barcode, full_name))).split()):
        found, marks = _written(word)
        parts += found
        alike += marks
    whole = joined(plain(article))
    mark = folded(whole)
    extra = dict.fromkeys([*parts, whole, *alike, mark])
    for word in words:
        extra.pop(word, None)
    end = f" {_ARTICLE}{mark}" if whole else ""
    return _cut("".join([f" {word}" for word in (*words, *extra) if word]), MAX_TEXT - len(end)) + end


@lru_cache(maxsize=1024)
def _written(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A word joined and its parts, and those that may be marks in Latin letters; goods of a catalogue share most of their words."""
    found = PART.findall(word)
    parts = ("".join(found), *(found if len(found) > 1 else ()))
    return parts, tuple(folded(part) for part in parts if may_be_mark(part))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: text.rindex(" ", 0, length + 1) or length]


def search_words(typed: str) -> tuple[str, ...] | None:
    """The words of a query in one spelling; None when there was text but no letter or digit.

    Nothing of the answer has a meaning in LIKE. More than `MAX_WORDS` words: the first of them count.
    """
    words = tuple(dict.fromkeys(word for word in map(joined, SPACE.split(plain(typed))) if word))
    if not words and typed.strip():
        return None
    return words[:MAX_WORDS]


class Asked(NamedTuple):
    """A query as the database is asked.

    words     for each typed word the beginnings of words of which one is to be found
    article   what the article is when it was typed whole
    """

    words: tuple[tuple[str, ...], ...] = ()
    article: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many beginnings each word has: queries of one shape share a statement."""
        return tuple(map(len, self.words))

    @property
    def values(self) -> dict[str, object]:
        """Parameters of `listing.words_match` and of the rank; words hold letters and digits only, so nothing has to be escaped."""
        patterns = [pattern for word in self.words for pattern in word]
        found: dict[str, object] = {f"word_{number}": f"% {pattern}%" for number, pattern in enumerate(patterns)}
        if self.words:
            found |= {"whole_article": f"% {_ARTICLE}{self.article}", "first_word": f" {self.words[0][0]}%"}
        return found


def asked(typed: str) -> Asked | None:
    """A query's words with their forms; None when there was text but no letter or digit."""
    words = search_words(typed)
    if words is None:
        return None
    return Asked(tuple(beginnings(word) for word in words), folded(joined(plain(typed))))


def beginnings(word: str) -> tuple[str, ...]:
    """How words begin that a plain typed word means: a code in look-alike letters, a word by its stem, a short one perhaps as a mark."""
    if is_code(word):
        return (folded(word),)
    return tuple(dict.fromkeys((stem(word), folded(word)))) if may_be_mark(word) else (stem(word),)
