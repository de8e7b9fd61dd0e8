"""Long work of a job in a thread that comes last when the processor is short: who looks at a page goes first."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Final, TypeVar

Done = TypeVar("Done")
NICE: Final = 5  # a third of what others get when the processor is short; 1C waits for it as well


def gently(action: Callable[[], Done]) -> Done:
    """What it gives or raises. It runs in a thread of its own, for a thread that has stepped back may not come forward again.

    Linux gives each thread a priority (setpriority(2), notes); elsewhere it runs as any other.
    """
    done: list[Done] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            if sys.platform == "linux":
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
            done.append(action())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=copy_context().run, args=(run,), name="onec-apply")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return done[0]
