"""Whether 1C is there: one small question, which any answer of 1C's application answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from b2bkit.core.i18n import _
from b2bkit_onec.line.errors import LineError, OneCRefused

SLOW_SECONDS: Final = 5.0


class Ping(NamedTuple):
    """What came of it: up, slow (it took over five seconds) or down; `words` tell what is wrong."""

    state: Literal["up", "slow", "down"]
    seconds: float
    words: str = ""
    cure: str = ""


def ping(ask: Callable[[], object], *, clock: Callable[[], float] = time.monotonic) -> Ping:
    """Asks once. A refusal is an answer: 1C is up, and the words say what it does not allow."""
    began = clock()
    words = cure = ""
    try:
        ask()
    except OneCRefused as refused:
        words, cure = refused.words, refused.cure
    except LineError as error:
        return Ping("down", clock() - began, error.words, error.cure)
    took = clock() - began
    if took > SLOW_SECONDS:
        return Ping("slow", took, words or _("1C answered after {seconds} s.").format(seconds=round(took)), cure)
    return Ping("up", took, words, cure)
