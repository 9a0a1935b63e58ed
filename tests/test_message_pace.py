"""The one pace of all widgets: how many messages there are, whose turn it is, and what a cell's end waits for."""

from __future__ import annotations

import queue
import threading
import time
from functools import partial
from itertools import pairwise
from typing import Any

from ingest_widgets.notebook.message_pace import GAP, MOST, MOST_ANSWERS, WINDOW, MessagePace


def test_many_senders_stay_below_fifteen_a_second() -> None:
    pace, sent, enough = MessagePace(), [], threading.Event()

    def sender(number: int) -> Any:
        def send() -> None:
            sent.append(time.monotonic())
            if len(sent) < 40:
                pace.ask(senders[number], urgent=True)
            else:
                enough.set()

        return send

    senders = [sender(number) for number in range(5)]
    for one in senders:
        pace.ask(one)
    assert enough.wait(20)
    assert min(b - a for a, b in pairwise(sent)) >= GAP * 0.9
    assert max(sum(start <= one < start + 1 for one in sent) for start in sent) < 15


def test_messages_sent_past_it_take_their_share() -> None:
    pace, sent, enough = MessagePace(), [time.monotonic()] * 12, threading.Event()

    def send() -> None:
        sent.append(time.monotonic())
        if len(sent) < 30:
            pace.ask(send, urgent=True)
        else:
            enough.set()

    pace.note(len(sent))
    pace.ask(send, urgent=True)
    assert enough.wait(20)
    assert max(sum(start <= one < start + 1 for one in sent) for start in sent) < 15


def test_what_somebody_waits_for_goes_first() -> None:
    pace, order, asked, last = MessagePace(), [], threading.Event(), threading.Event()
    pace.ask(lambda: order.append("first" if asked.wait(5) else "late"), urgent=True)

    def patch() -> None:
        order.append("patch")
        last.set()

    pace.ask(patch)
    pace.ask(lambda: order.append("urgent"), urgent=True)
    asked.set()
    assert last.wait(5)
    assert order.index("urgent") < order.index("patch")


def test_the_end_of_a_cell_waits_only_for_what_is_kept() -> None:
    pace, sent = MessagePace(), list[str]()
    pace.note(MOST)
    pace.ask(lambda: sent.append("patch"), urgent=True)
    pace.finish(60)
    assert sent == []
    pace.ask(lambda: sent.append("kept"), kept=True, after=3600)
    pace.finish(60)
    assert "kept" in sent


def test_what_could_not_be_sent_in_time_is_sent_at_once() -> None:
    pace, sent = MessagePace(), list[int]()
    pace.note(MOST)
    for number in range(40):
        pace.ask(partial(sent.append, number), kept=True, messages=2)
    pace.finish(0)
    assert sent == list(range(40))


def test_a_sender_waits_until_all_its_messages_have_room() -> None:
    pace, sent = MessagePace(), list[float]()
    assert pace.at_once(lambda: sent.append(0), messages=MOST - 3)
    assert not pace.at_once(lambda: sent.append(1), messages=4)
    started = time.monotonic()
    pace.ask(lambda: sent.append(time.monotonic()), kept=True, messages=4)
    pace.finish(60)
    assert sent[0] == 0
    assert sent[1] - started >= 0.9 * WINDOW
    assert len(sent) == 2


def test_what_is_sent_in_a_turn_is_counted_once() -> None:
    pace = MessagePace()
    assert pace.at_once(lambda: pace.note(7), messages=7)
    assert pace.at_once(lambda: None, messages=7)


def test_what_the_kernel_answers_the_page_counts_too_but_leaves_room() -> None:
    pace = MessagePace()
    for _ in range(100):
        pace.heard()
    assert not pace.at_once(lambda: None, messages=MOST - MOST_ANSWERS + 1)
    assert pace.at_once(lambda: None, messages=MOST - MOST_ANSWERS)


def test_what_a_slow_turn_sends_counts_from_its_end() -> None:
    pace = MessagePace()
    pace.at_once(lambda: threading.Event().wait(0.5), messages=MOST)  # type: ignore[arg-type]
    ended, sent = time.monotonic(), []
    pace.ask(lambda: sent.append(time.monotonic()), kept=True)
    pace.finish(60)
    assert sent[0] - ended >= 0.9 * WINDOW


def test_who_has_nothing_to_send_any_more_is_not_asked() -> None:
    pace, sent = MessagePace(), list[str]()
    pace.ask(sent.clear, kept=True, after=3600)
    pace.withdraw(sent.clear)
    sent.append("still there")
    pace.finish(60)
    assert sent == ["still there"]


def test_its_thread_ends_when_nothing_is_to_be_sent() -> None:
    before = set(threading.enumerate())
    pace, senders = MessagePace(), queue.SimpleQueue[threading.Thread]()
    pace.ask(lambda: senders.put(threading.current_thread()))
    sender = senders.get(timeout=5)
    assert sender not in before
    sender.join(5)
    assert not sender.is_alive()


def test_a_sender_that_raises_does_not_silence_the_others() -> None:
    pace, sent, raised = MessagePace(), threading.Event(), threading.Event()
    hook, threading.excepthook = threading.excepthook, lambda _: raised.set()
    try:
        pace.ask(lambda: 1 / 0)  # type: ignore[arg-type]
        assert raised.wait(5)
        pace.ask(sent.set)
        assert sent.wait(5)
        sent.clear()
        pace.ask(lambda: 1 / 0, kept=True)  # type: ignore[arg-type]
        pace.ask(sent.set, kept=True)
        pace.finish(60)
        assert sent.is_set()
    finally:
        threading.excepthook = hook
