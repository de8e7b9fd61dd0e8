"""Spellings of a word: plain, with look-alike letters as one, on the other keyboard layout, and as it sounds."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

SPACE: Final = re.compile(r"\s+")
_DIGIT: Final = re.compile(r"\d")
PART: Final = re.compile(r"[^\W_]+")
_CYRILLIC, _LATIN = re.compile("[а-я]"), re.compile("[a-z]")
_SHORT: Final = 5  # letters of a word that may be a mark rather than a word
_LEAST: Final = 4  # letters that a stem has at least, else a word like «литьё» would find every «литр»
_ALIKE: Final = str.maketrans("авекмнорстух", "abekmhopctyx")
_KEYS_EN: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYS_RU: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN, _TO_LATIN = str.maketrans(_KEYS_EN, _KEYS_RU), str.maketrans(_KEYS_RU, _KEYS_EN)
_SOUNDS: Final = "a b v g d e zh z i i k l m n o p r s t u f h c ch sh sh - i - e iu ia"  # of the letters of the alphabet, without ё
_RUSSIAN: Final = {ord("а") + place: heard.strip("-") for place, heard in enumerate(_SOUNDS.split())}
# how people write Russian sounds in Latin letters, the longer spellings first
_LATIN_SOUNDS: Final = (
    ("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("ph", "f"), ("th", "t"), ("ts", "c"), ("tz", "c"), ("ya", "ia"), ("ja", "ia"),
    ("yu", "iu"), ("ju", "iu"), ("yo", "e"), ("jo", "e"), ("x", "ks"), ("w", "v"), ("q", "k"), ("y", "i"), ("j", "i"),
)  # fmt: skip
_HARD_C: Final = re.compile(r"c(?![eih])")
_DOUBLED: Final = re.compile(r"(.)\1+")


def plain(text: str) -> str:
    """One spelling of letters: case and ё do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")


def joined(word: str) -> str:
    """A word without separators: `15803-020` -> `15803020`."""
    return "".join(PART.findall(word))


def folded(word: str) -> str:
    """A plain word with Cyrillic letters that look like Latin ones as those: `ре108` -> `pe108`."""
    return word.translate(_ALIKE)


def is_code(word: str) -> bool:
    """Whether a plain word has a digit: a mark, an article, a size. Such words have no forms and no slips."""
    return _DIGIT.search(word) is not None


def may_be_mark(word: str) -> bool:
    """Whether somebody might have written the plain word in letters of the other script that look alike."""
    return is_code(word) or (len(word) <= _SHORT and _CYRILLIC.search(folded(word)) is None)


@lru_cache(maxsize=2048)
def stem(word: str) -> str:
    """The beginning that the forms of a plain word share: `пленками` -> `пленк`, `pellets` -> `pellet`; a code stays as it is."""
    if is_code(word):
        return word
    language = "russian" if _CYRILLIC.search(word) else "english"
    import snowballstemmer  # its languages take 4 MB: a portal that nobody searches does without

    # a stemmer keeps what it works on, so threads must not share one
    found = str(snowballstemmer.stemmer(language).stemWord(word)).removesuffix("i")  # the English one writes y so
    beginning = next(found[:length] for length in range(len(found), -1, -1) if word.startswith(found[:length]))
    if len(word) - len(beginning) <= 1 and len(beginning) >= _LEAST - 1:
        return beginning
    return word[: max(len(beginning), _LEAST)]


def other_layout(typed: str) -> str | None:
    """What was typed, had the keyboard been switched: `gjkb'nbkty` -> `полиэтилен`; None when it has letters of both or none."""
    text = plain(typed)
    russian, latin = _CYRILLIC.search(text), _LATIN.search(text)
    if bool(russian) == bool(latin):
        return None
    keys, letters = (_TO_RUSSIAN, _LATIN) if latin else (_TO_LATIN, _CYRILLIC)
    words = [word.translate(keys) if letters.search(word) else word for word in SPACE.split(text.strip())]
    return " ".join(words).replace("ё", "е")


@lru_cache(maxsize=2048)
def sound(word: str) -> str:
    """How a plain word sounds, in Latin letters: `полиэтилен`, `polietilen` and `polyethilen` are all `polietilen`."""
    text = word.translate(_RUSSIAN) if _CYRILLIC.search(word) else _latin_sound(word)
    return _DOUBLED.sub(r"\1", text)


def _latin_sound(word: str) -> str:
    for written, heard in _LATIN_SOUNDS:
        word = word.replace(written, heard) if written in word else word
    return _HARD_C.sub("k", word)
