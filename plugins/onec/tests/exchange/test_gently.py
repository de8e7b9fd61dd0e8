"""Long work steps back, and what comes of it comes back."""

from __future__ import annotations

import os
import sys
import threading
from contextvars import ContextVar

import pytest

from b2bkit_onec.apply.gently import NICE, gently

said: ContextVar[str] = ContextVar("said", default="")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives each thread a priority")
def test_long_work_steps_back_and_the_thread_that_waits_for_it_does_not() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert gently(priority) == max(before, NICE)
    assert priority() == before


def test_it_knows_what_its_job_knows_and_gives_back_what_it_made_or_raised() -> None:
    said.set("по-русски")
    assert gently(said.get) == "по-русски"
    with pytest.raises(ZeroDivisionError):
        gently(lambda: 1 // 0)
