"""One pace for all our widgets: together they send fewer than 15 messages a second, whatever happens.

A Jupyter server drops what comes faster than it likes, and a page that is told everything does nothing else.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

GAP = 0.085
"""Seconds between any two messages of this process."""
MOST = 14
WINDOW = 1.05
"""No more than `MOST` messages within so many seconds: those by which widgets are made and shown can't wait, the others
make room for them."""
PATCH = 0.15
"""Seconds between two messages of one sender that nobody waits for."""


class MessagePace:
    """Calls senders in turn, from a thread that lives only while something is to be sent.

    A sender is a callable without arguments that sends at most one message. Asking again before its turn costs nothing.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[Callable[[], None], float] = {}
        self._sent: dict[Callable[[], None], float] = {}
        self._last = 0.0
        self._times: deque[float] = deque(maxlen=MOST)
        self._running = self._sending = False

    def ask(self, sender: Callable[[], None], *, urgent: bool = False) -> None:
        """Lets `sender` send when its turn comes.

        Args:
            sender: Sends what it has by then, in one message.
            urgent: Somebody waits for it: before all that isn't urgent, and without the pause between two patches.
        """
        with self._changed:
            due = 0.0 if urgent else self._sent.get(sender, 0.0) + PATCH
            self._due[sender] = min(due, self._due.get(sender, due))
            self._changed.notify_all()
            if not self._running:
                self._running = True
                threading.Thread(target=self._work, name="ingest-widgets-messages", daemon=True).start()

    def note(self, messages: int) -> None:
        """Counts messages that were sent past this pace."""
        with self._changed:
            self._times.extend([time.monotonic()] * messages)

    def wait_for_urgent(self, seconds: float) -> bool:
        """Waits until all that was asked for as urgent has been sent, and says whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._sending and 0.0 not in self._due.values(), seconds)

    def _work(self) -> None:
        while (sender := self._next()) is not None:
            try:
                sender()
            except BaseException:
                self._note_sent(running=False)
                raise
            self._note_sent()

    def _note_sent(self, *, running: bool = True) -> None:
        with self._changed:
            self._sending, self._running = False, running
            self._changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        """Waits for the next turn; None when nobody has anything to send."""
        with self._changed:
            while self._due:
                sender = min(self._due, key=lambda one: (self._due[one], self._sent.get(one, 0.0)))
                wait = max(self._due[sender], self._last + GAP, self._room()) - time.monotonic()
                if wait <= 0:
                    del self._due[sender]
                    self._last = time.monotonic()
                    self._times.append(self._last)
                    self._forget()
                    self._sent[sender] = self._last
                    self._sending = True
                    return sender
                self._changed.wait(wait)
            self._running = False
            return None

    def _room(self) -> float:
        """When there is room for one message more."""
        return self._times[0] + WINDOW if len(self._times) == MOST else 0.0

    def _forget(self) -> None:
        """Those whose pause is over needn't be remembered."""
        self._sent = {sender: when for sender, when in self._sent.items() if self._last - when < PATCH}


OPENING = 2
"""Messages that make a widget: one for its layout, one for itself."""
pace = MessagePace()
"""The one pace of this process."""
