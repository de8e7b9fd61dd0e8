"""What people type and what products are called, brought to one spelling: case, ё, and separators do not matter.

The text that a product is found by is stored, so that both databases give the same answers to the same words.
"""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 8
MAX_TEXT = 650  # characters: what the column and its index hold
_SPACE = re.compile(r"\s+")
_PART = re.compile(r"[^\W_]+")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


def _joined(word: str) -> str:
    """A word without separators: `15803-020` -> `15803020`."""
    return "".join(_PART.findall(word))


def search_text(*, article: str, name: str, producer: str = "", barcode: str = "") -> str:
    """The stored text of a product: words in one spelling, each after a space, those of the name first (so it also sorts by name).

    A word with separators is found joined and by its parts; an article also joined over its spaces. At most `MAX_TEXT` characters,
    whole words.
    """
    words = [_joined(word) for word in _SPACE.split(_plain(name))]
    parts: list[str] = []
    for text in (name, article, producer, barcode):
        for word in _SPACE.split(_plain(text)):
            found = _PART.findall(word)
            parts += ["".join(found), *(found if len(found) > 1 else ())]
    parts.append(_joined(_plain(article)))
    extra = dict.fromkeys(part for part in parts if part not in words)
    text = "".join(f" {word}" for word in [*words, *extra] if word)
    return text if len(text) <= MAX_TEXT else text[: text.rindex(" ", 0, MAX_TEXT + 1) or MAX_TEXT]


def search_words(typed: str) -> tuple[str, ...] | None:
    """The words of a query, each to be found at the beginning of a word, in any order; None when there was text but no letter or digit.

    Nothing of the answer has a meaning in LIKE. More than `MAX_WORDS` words: the first of them count.
    """
    words = tuple(dict.fromkeys(word for word in map(_joined, _SPACE.split(_plain(typed))) if word))
    if not words and typed.strip():
        return None
    return words[:MAX_WORDS]
