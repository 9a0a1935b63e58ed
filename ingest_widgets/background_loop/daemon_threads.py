"""Threads of an executor that neither hold the interpreter's exit nor end before it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
IDLE_SECONDS = 30.0


class DaemonThreads(ThreadPoolExecutor):
    """A ThreadPoolExecutor that the standard library's hook at exit knows nothing of.

    The hook joins the threads of a usual one: a `to_thread(time.sleep, 60)` that timed out would keep a finished script
    alive for a minute. It also closes every usual one before ordinary threads are joined, which may still need theirs.
    asyncio takes nothing else as a loop's default executor.

    Args:
        thread_name_prefix: The name of each thread.
        max_workers: None: as many as the standard library takes.
        enter: Called in each new thread.
        waiting: How many of the threads wait for what may need another one: so many more there may be.
    """

    def __init__(
        self,
        thread_name_prefix: str,
        max_workers: int | None = None,
        enter: Callable[[], None] = lambda: None,
        waiting: Callable[[], int] = lambda: 0,
    ) -> None:
        super().__init__(max_workers, thread_name_prefix=thread_name_prefix)
        self._enter, self._waiting = enter, waiting
        self._changed = threading.Condition()
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._idle = 0
        self._serving: set[threading.Thread] = set()
        self._closed = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn(*args, **kwargs)` on a daemon thread."""
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._idle <= len(self._work) and self._may_grow():
                self._grow()
            self._work.append((future, lambda: fn(*args, **kwargs)))
            self._changed.notify()
        return future

    def _may_grow(self) -> bool:
        serving = len(self._serving)
        return serving < self._max_workers or serving < self._max_workers + self._waiting()

    def _grow(self) -> None:
        thread = threading.Thread(target=self._serve, name=self._thread_name_prefix, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system allows no more: those that serve will do
            if not self._serving:
                raise
        else:
            self._serving.add(thread)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads go when their work is done; it doesn't wait for them."""
        with self._changed:
            self._closed = True
            unwanted = list(self._work) if cancel_futures else []
            for job in unwanted:
                self._work.remove(job)
            self._changed.notify_all()
        for future, _ in unwanted:
            future.cancel()

    def join(self) -> None:
        """Waits for the threads; after `shutdown`, or they end only when they are idle."""
        with self._changed:
            threads = list(self._serving)
        for thread in threads:
            thread.join()

    def _serve(self) -> None:
        self._enter()
        while (job := self._next()) is not None:
            _work(*job)
            del job  # or the last result would live for as long as its thread is idle

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._changed:
            self._idle += 1
            try:
                while not self._work:
                    if (self._closed or not self._changed.wait(IDLE_SECONDS)) and not self._work:
                        self._serving.discard(threading.current_thread())
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
