"""The answers of Vault and AWS: one question at a time for each secret, within a time, and failures remembered."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from ingest_widgets.settings.secret import Secret

MOST = 256  # answers kept: tenants may each have their own secret

Answer = Mapping[str, tuple[Secret, ...]]

_log = logging.getLogger("ingest_widgets.settings")


class NoAnswer(Exception):
    """A place gave no secret; the message is a sentence without any value."""


@dataclass(slots=True)
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    answer: Answer | None = None
    until: float = 0.0
    warned: bool = False


class SecretCache:
    """Answers by the identity of the question. Safe from any thread, and after a fork.

    The global lock guards the table only; while the network is asked, only those wait who ask the same.

    Args:
        failure_seconds: How long a failure is remembered.
    """

    def __init__(self, failure_seconds: float = 30.0) -> None:
        self._failure_seconds = failure_seconds
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def get(self, key: Hashable, ask: Callable[[], Answer], place: str, seconds: float) -> Answer | None:
        """The answer, from memory or by asking; None if the place gives none, which is logged once as a WARNING.

        Args:
            key: What makes two questions the same.
            ask: Asks the network; raises NoAnswer.
            place: Who is asked, for the log.
            seconds: The most that asking may take, whatever the network does.
        """
        entry = self._entry(key)
        with entry.lock:
            if entry.answer is None and time.monotonic() >= entry.until:
                self._ask(entry, ask, place, seconds)
            return entry.answer

    def clear(self) -> None:
        """Forgets all answers and failures; an answer that is on its way is not kept."""
        with self._lock:
            self._entries = {}

    def _entry(self, key: Hashable) -> _Entry:
        with self._lock:
            entry = self._entries.pop(key, None) or _Entry()
            self._entries[key] = entry
            if len(self._entries) > MOST:
                del self._entries[next(iter(self._entries))]
            return entry

    def _ask(self, entry: _Entry, ask: Callable[[], Answer], place: str, seconds: float) -> None:
        outcome = within(seconds, ask)
        if not isinstance(outcome, str):
            entry.answer, entry.warned = outcome, False
            return
        entry.until = time.monotonic() + self._failure_seconds
        level = logging.DEBUG if entry.warned else logging.WARNING
        _log.log(level, "%s %s; going on without it for %g s", place, outcome, self._failure_seconds)
        entry.warned = True

    def _after_fork(self) -> None:
        """Locks that other threads held stay locked in the child for ever: answers move to fresh ones."""
        self._lock = threading.Lock()
        kept = {key: entry for key, entry in self._entries.items() if entry.answer is not None}
        self._entries = {key: _Entry(answer=entry.answer) for key, entry in kept.items()}


def within(seconds: float, ask: Callable[[], Answer]) -> Answer | str:
    """Asks on a thread of its own and waits for it no longer than `seconds`.

    The libraries' own time-outs count from byte to byte and not at all for name servers. A thread that is late ends
    by those; nobody waits for it.

    Returns:
        The answer, or the sentence that says why there is none.
    """
    outcome: SimpleQueue[Answer | str] = SimpleQueue()

    def answer() -> None:
        try:
            outcome.put(ask())
        except NoAnswer as error:
            outcome.put(str(error))
        # Not a bug of ours to hide: whatever else a foreign library raises may hold the secret.
        except Exception as error:  # noqa: BLE001
            outcome.put(f"can't be asked ({type(error).__name__})")

    threading.Thread(target=answer, name="ingest-widgets-secret", daemon=True).start()
    try:
        return outcome.get(timeout=seconds)
    except Empty:
        return f"didn't answer within {seconds:g} s"
