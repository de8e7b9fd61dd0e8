"""Facts of notifications."""

from __future__ import annotations

from dataclasses import dataclass

from b2bkit.core.extend.things import Fact


@dataclass(frozen=True)
class TextBroken(Fact):
    """Staff's own words for a kind cannot be used in a language: a placeholder has no value any more. The shipped words go out."""

    kind: str
    lang: str
    missing: str
