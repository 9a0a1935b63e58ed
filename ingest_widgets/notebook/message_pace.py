"""One pace for all our widgets: together they send fewer than 15 messages a second, whatever happens.

A Jupyter server drops what comes faster than it likes, and a page that is told everything does nothing else.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

GAP = 0.105
"""Seconds that each message costs before the next one: ten within a window, so that a bar can be shown at once."""
MOST = 14
WINDOW = 1.05
"""No more than `MOST` messages within so many seconds: those by which widgets are made and shown by their users can't
wait, the others make room for them."""
MOST_ANSWERS = 6
"""So many of the kernel's own messages, with which it answers each of the page's, count: a page that sends without end
is to be told how far it has come."""
PATCH = 0.15
"""Seconds between two messages of one sender that nobody waits for."""

Sender = Callable[[], None]


@dataclass(slots=True)
class _Wish:
    due: float
    kept: bool
    messages: int


class MessagePace:
    """Calls senders in turn, from a thread that lives only while something is to be sent.

    A sender is a callable without arguments. Asking again before its turn costs nothing.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wishes: dict[Sender, _Wish] = {}
        self._sent: dict[Sender, float] = {}
        self._free = 0.0
        self._times: deque[float] = deque(maxlen=MOST)
        self._answers: deque[float] = deque(maxlen=MOST_ANSWERS)
        self._running = self._sending = False
        self._finishing = 0
        self._turn = threading.local()

    def ask(
        self, sender: Sender, *, urgent: bool = False, kept: bool = False, messages: int = 1, after: float = 0.0
    ) -> None:
        """Lets `sender` send when its turn comes.

        Args:
            sender: Sends what it has by then.
            urgent: Somebody waits for it: before all that isn't urgent, and without the pause between two patches.
            kept: A notebook that is saved when the cell has ended is to hold it: `finish` waits for it.
            messages: How many it sends at most.
            after: Seconds from now before which it isn't called, except by `finish`.
        """
        with self._changed:
            due = 0.0 if urgent else max(self._sent.get(sender, 0.0) + PATCH, time.monotonic() + after)
            known = self._wishes.get(sender)
            if known is None:
                self._wishes[sender] = _Wish(due, kept, messages)
            elif due < known.due or kept > known.kept or messages > known.messages:
                known.due, known.kept = min(due, known.due), known.kept or kept
                known.messages = max(messages, known.messages)
            else:
                return
            self._wake()

    def at_once(self, sender: Sender, *, messages: int) -> bool:
        """Calls `sender` here and now if there is room for what it sends, and says whether it did."""
        with self._changed:
            if self._room(messages) > time.monotonic():
                return False
            began = self._reserve(messages)
        self._call(sender, began)
        return True

    def withdraw(self, sender: Sender) -> None:
        """It has nothing to send any more."""
        with self._changed:
            self._wishes.pop(sender, None)

    def note(self, messages: int) -> None:
        """Counts messages that are sent past this pace; within a sender's turn they are counted already."""
        with self._changed:
            if not getattr(self._turn, "is_ours", False):
                self._times.extend([time.monotonic()] * messages)

    def heard(self) -> None:
        """Counts the two messages, busy and idle, that the kernel itself sends for one that came from the page."""
        with self._changed:
            self._answers.extend([time.monotonic()] * 2)

    def finish(self, seconds: float) -> None:
        """Returns when all that is to be kept has been sent: for so many seconds by the pace, then the rest at once."""
        with self._changed:
            if not self._sending and not self._kept():
                return
            self._finishing += 1
            try:
                self._wake()
                self._changed.wait_for(lambda: not self._sending and not self._kept(), seconds)
            finally:
                self._finishing -= 1
            late = [(sender, self._reserve(self._wishes.pop(sender).messages)) for sender in self._kept()]
        for sender, began in late:
            self._call(sender, began)

    def _kept(self) -> list[Sender]:
        return [sender for sender, wish in self._wishes.items() if wish.kept]

    def _wake(self) -> None:
        self._changed.notify_all()
        if not self._running:
            self._running = True
            threading.Thread(target=self._work, name="ingest-widgets-messages", daemon=True).start()

    def _work(self) -> None:
        while (turn := self._next()) is not None:
            try:
                self._call(*turn)
            except BaseException:
                self._note_sent(running=False)
                raise
            self._note_sent()

    def _call(self, sender: Sender, began: float) -> None:
        self._turn.is_ours = True
        try:
            sender()
        finally:
            self._turn.is_ours = False
            with self._changed:  # a busy process takes a while to send several
                ended = time.monotonic()
                self._times = deque(sorted(ended if one == began else one for one in self._times), MOST)

    def _note_sent(self, *, running: bool = True) -> None:
        with self._changed:
            self._sending, self._running = False, running
            if self._wishes:
                self._wake()  # in a new thread, where a sender has ended this one by raising
            self._changed.notify_all()

    def _next(self) -> tuple[Sender, float] | None:
        """Waits for the next turn; None when nobody has anything to send."""
        with self._changed:
            while self._wishes:
                sender = min(self._wishes, key=lambda one: (self._due(one), self._sent.get(one, 0.0)))
                wait = self._when(sender) - time.monotonic()
                if wait <= 0:
                    return sender, self._begin_turn(sender)
                self._changed.wait(wait)
            self._running = False
            return None

    def _due(self, sender: Sender) -> float:
        wish = self._wishes[sender]
        return 0.0 if wish.kept and self._finishing else wish.due

    def _when(self, sender: Sender) -> float:
        wish = self._wishes[sender]
        hurries = wish.kept and self._finishing
        return max(self._room(wish.messages), 0.0 if hurries else max(wish.due, self._free))

    def _begin_turn(self, sender: Sender) -> float:
        messages = self._wishes.pop(sender).messages
        now = self._reserve(messages)
        self._free = now + GAP * messages
        self._sent = {one: when for one, when in self._sent.items() if now - when < PATCH}
        self._sent[sender] = now
        self._sending = True
        return now

    def _reserve(self, messages: int) -> float:
        now = time.monotonic()
        self._times.extend([now] * messages)
        return now

    def _room(self, messages: int) -> float:
        """When there is room for so many messages more."""
        times = sorted((*self._times, *self._answers))[-MOST:]
        over = len(times) + messages - MOST
        return times[over - 1] + WINDOW if over > 0 else 0.0


OPENING = 2
"""Messages that make a widget: one for its layout, one for itself."""
SHOWING = 2
"""Messages that show one: what stays of it when the notebook is saved, and the widget."""
pace = MessagePace()
"""The one pace of this process."""
