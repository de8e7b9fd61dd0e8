"""Where handlers run: a bounded number of threads with a bounded line before them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from b2bkit.core.errors import Unavailable


class HandlerPool:
    """Runs one function a request. A caller that goes away (a closed browser) does not stop what it began."""

    def __init__(self, threads: int, queue: int) -> None:
        self.size = threads
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="b2bkit-web")
        self._room = threading.Semaphore(threads + queue)
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Requests that run or wait."""
        return self._taken

    async def run(self, action: Callable[[], None]) -> None:
        """Waits for `action` to be done in a thread; raises Unavailable at once when the line is full."""
        if not self._room.acquire(blocking=False):
            raise Unavailable("all handlers are busy", retry_after=2)
        with self._lock:
            self._taken += 1
        try:
            done = asyncio.get_running_loop().run_in_executor(self._executor, self._one, action)
        except RuntimeError as error:  # shut down meanwhile
            self._leave()
            raise Unavailable("the portal is stopping", retry_after=5) from error
        await asyncio.shield(done)

    def _one(self, action: Callable[[], None]) -> None:
        try:
            action()
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._taken -= 1
        self._room.release()

    def close(self) -> None:
        """Lets what runs finish and takes nothing new."""
        self._executor.shutdown(wait=True)
