"""Groups by their names: who types «полиэтилен» means the group, although each product in it is called by its mark."""

from __future__ import annotations

from typing import Final

from b2bkit.core.catalog.tree import Group, Tree
from b2bkit.core.catalog.words.spelling import PART, other_layout, plain, sound, stem
from b2bkit.core.catalog.words.vocabulary import distance, slips_allowed

_SHORTEST: Final = 3  # letters of a word


def groups_named(tree: Tree, typed: str, most: int = 6) -> tuple[Group, ...]:
    """Groups of the tree whose name has every typed word, in any form, with slips, in Latin letters or on the other layout; the topmost
    first. The tree holds what the actor sees and nothing else.
    """
    asked = [PART.findall(text) for text in (plain(typed), other_layout(typed) or "") if text]
    asked = [words for words in asked if words and all(len(word) >= _SHORTEST for word in words)]
    found = [group for group in tree.groups if group.total and any(_all_in(words, group.name) for words in asked)]
    return tuple(sorted(found, key=lambda group: (group.depth, -group.total, group.name))[:most])


def _all_in(words: list[str], name: str) -> bool:
    there = PART.findall(plain(name))
    return all(any(_means(word, one) for one in there) for word in words)


def _means(word: str, there: str) -> bool:
    """Whether the typed word is the other one, its beginning, another form of it, or sounds like it but for a slip or two."""
    if there.startswith(word) or stem(word) == stem(there):
        return True
    heard, said = sound(stem(word)), sound(stem(there))
    return heard == said or (len(heard) > _SHORTEST + 1 and distance(heard, said, slips_allowed(heard)) is not None)
