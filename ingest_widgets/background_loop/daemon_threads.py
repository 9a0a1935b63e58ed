"""Threads for `asyncio.to_thread` that don't hold the interpreter's exit."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
IDLE_SECONDS = 30.0


class DaemonThreads(ThreadPoolExecutor):
    """The default executor of a background loop.

    asyncio takes nothing but a ThreadPoolExecutor as its default one, and the interpreter joins that one's threads at
    exit: a `to_thread(time.sleep, 60)` that timed out would keep a finished script alive for a minute.
    """

    def __init__(self, thread_name_prefix: str) -> None:
        super().__init__(thread_name_prefix=thread_name_prefix)
        self._changed = threading.Condition()
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._idle = 0
        self._count = 0
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn(*args, **kwargs)` on a daemon thread."""
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._work.append((future, lambda: fn(*args, **kwargs)))
            if self._idle >= len(self._work):
                self._changed.notify()
            elif self._count < self._max_workers:
                self._count += 1
                threading.Thread(target=self._serve, name=self._thread_name_prefix, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads go when their work is done; it doesn't wait for them."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            _work(*job)
            del job  # or the last result would live for as long as its thread is idle

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            self._idle += 1
            try:
                while not self._work:
                    if (self._closed or not self._changed.wait(IDLE_SECONDS)) and not self._work:
                        self._count -= 1
                        return None
                return self._work.popleft()
            finally:
                self._idle -= 1


def _work(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever awaits the future
        future.set_exception(error)
        del future  # the error's traceback holds this frame
    else:
        future.set_result(result)
