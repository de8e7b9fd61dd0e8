"""What is meant by words that find nothing: on the other keyboard layout, in Latin letters, with slips.

Only words of products that the actor sees are ever meant: what is hidden neither shows here nor stands in the way of what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select

from b2bkit.core.catalog.listing import ANY, Criterion, tree_of
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.search import Asked, asked, beginnings, search_words
from b2bkit.core.catalog.tree import Tree, category_tree
from b2bkit.core.catalog.visibility import prepared
from b2bkit.core.catalog.words.spelling import folded, is_code, joined, other_layout, plain, stem
from b2bkit.core.catalog.words.vocabulary import Vocabulary, vocabulary
from b2bkit.core.work import Work

_AT_ONCE: Final = 8  # words that one statement looks for


class Found(NamedTuple):
    """The answer to a search.

    words   what was searched for; None: text without a letter or digit
    said    the words that were searched for instead of the typed ones; empty when it was those
    """

    tree: Tree
    words: Asked | None
    said: str = ""


class _Meant(NamedTuple):
    cost: int
    word: str
    beginnings: tuple[str, ...]


def search(work: Work, typed: str, *, exact: bool = False, further: Criterion = ANY) -> Found:
    """The tree with counts of what matches, and the words that match: the typed ones or, when these find nothing, what is meant by them.

    exact     only what was typed
    further   what has to hold too for products that match
    One statement when the typed words find something.
    """
    words = asked(typed)
    if words is None:
        tree = category_tree(work)
        return Found(tree._replace(groups=tuple(group._replace(matching=0) for group in tree.groups), matching=0), None)
    tree = tree_of(work, words, further)
    if words.words and not tree.matching and tree.total and not exact:
        for meaning, said in _meanings(work, typed):
            other = tree_of(work, meaning, further)
            if other.matching:
                return Found(other, meaning, said)
    return Found(tree, words)


def _meanings(work: Work, typed: str) -> list[tuple[Asked, str]]:
    known = vocabulary(work)
    found = []
    for cost, text in ((0, typed), (1, other_layout(typed))):
        words = search_words(text) if text else None
        chosen = _choose(work, [_candidates(known, word) for word in words]) if words else None
        if text and chosen and (cost or any(meant.cost for meant in chosen)):
            meaning = Asked(tuple(meant.beginnings for meant in chosen), folded(joined(plain(text))))
            found.append((cost + sum(meant.cost for meant in chosen), meaning, " ".join(meant.word for meant in chosen)))
    return [(meaning, said) for _cost, meaning, said in sorted(found, key=lambda one: one[0])]


def _candidates(known: Vocabulary, word: str) -> list[_Meant]:
    itself = _Meant(0, word, beginnings(word))
    if is_code(word):
        return [itself]
    return [itself, *(_Meant(guess.cost, guess.word, (stem(guess.word),)) for guess in known.guesses(word))]


def _choose(work: Work, words: Sequence[Sequence[_Meant]]) -> list[_Meant] | None:
    """Of each word's candidates the first that is seen; None when a word has none."""
    chosen: list[_Meant] = []
    for candidates in words:
        for start in range(0, len(candidates), _AT_ONCE):
            some = candidates[start : start + _AT_ONCE]
            seen = next((meant for meant, there in zip(some, _seen(work, some), strict=True) if there), None)
            if seen is not None:
                chosen.append(seen)
                break
        else:
            return None
    return chosen


def _seen(work: Work, some: Sequence[_Meant]) -> list[bool]:
    """Which of them begin a word of a product that the actor sees."""
    pairs = [(meant.beginnings[0], meant.beginnings[-1]) for meant in some]
    statement, values = prepared(work, ("seen", len(some)), partial(_seen_statement, len(some)))
    patterns = {f"seen_{at}_{side}": f"% {text}%" for at, pair in enumerate(pairs) for side, text in enumerate(pair)}
    (row,) = work.session.rows(statement, {**values, **patterns})
    return [bool(there) for there in row]


def _seen_statement(many: int, criterion: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    def there(at: int) -> ColumnElement[bool]:
        either = or_(*(Product.search_text.like(bindparam(f"seen_{at}_{side}")) for side in range(2)))
        return exists(select(Product.id).where(criterion, either))

    return select(*(there(at) for at in range(many)))
