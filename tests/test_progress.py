"""`ProgressTracker`: when it reports, what it says, and that nothing which a loop or a sink does can break it."""

from __future__ import annotations

import asyncio
import copy
import gc
import itertools
import logging
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import FrameType

import numpy as np
import pytest

from ingest_widgets import LogSink, ProgressState, ProgressTracker
from ingest_widgets.progress import tracker as progress_room

ROOT = Path(__file__).resolve().parent.parent


class Clock:
    """A monotonic clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Seen(list[ProgressState]):
    """A sink that keeps what it is told."""

    def __call__(self, state: ProgressState) -> None:
        self.append(state)

    @property
    def counts(self) -> list[float]:
        return [state.current for state in self]


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def in_threads(count: int, work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "deadlock"


def fail(tracker: ProgressTracker, n: int, error: BaseException) -> None:
    with tracker:
        tracker.update(n)
        raise error


# When it reports


def test_both_gaps_must_have_gone_by(seen: Seen, clock: Clock) -> None:
    with ProgressTracker(100, min_change=10, min_seconds=5, sinks=[seen]) as tracker:
        assert not tracker.update(50), "no time has gone by"
        clock.now += 5
        assert tracker.update()
        clock.now += 100
        assert not tracker.update(9), "only nine percent"
        assert tracker.update()
        assert not tracker.update(10), "no time again"
    assert seen.counts == [0, 51, 61, 71]


def test_a_fast_phase_that_turns_slow_shows_each_change(seen: Seen, clock: Clock) -> None:
    tracker = ProgressTracker(1_000_000, sinks=[seen])
    for _ in range(500_000):
        tracker.update()
    for step in range(1, 6):
        clock.now += 0.5
        assert tracker.update(10_000), f"step {step}"
    assert seen.counts == [0, *range(510_000, 560_000, 10_000)]


def test_a_loop_in_real_time_that_turns_slow_shows_each_item(seen: Seen) -> None:
    quick = 300_000

    def items() -> Iterator[int]:
        yield from range(quick)
        for item in range(3):
            threading.Event().wait(0.21)
            yield item

    for _ in ProgressTracker(min_seconds=0.2, sinks=[seen]).track(items()):
        pass
    assert {quick + 1, quick + 2, quick + 3} <= set(seen.counts)
    assert len(seen) < 12


def test_fast_updates_wake_up_in_time_and_leave_no_thread(seen: Seen) -> None:
    with ProgressTracker(sinks=[seen], min_seconds=0.3) as tracker:
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            for _ in range(1000):
                tracker.update()
    gaps = [b.elapsed - a.elapsed for a, b in itertools.pairwise(seen[:-1])]
    assert len(gaps) >= 2, "in a second there is room for three"
    assert min(gaps) >= 0.3 - 1e-9
    from ingest_widgets.progress import wake

    assert not wake._asleep


def test_no_report_is_lost_to_the_error_of_floats(seen: Seen, clock: Clock) -> None:
    tracker = ProgressTracker(1000, min_change=0.1, min_seconds=0.1, sinks=[seen])
    for _ in range(1000):
        clock.now += 0.1
        tracker.update()
    assert seen.counts == list(range(1001))


def test_a_gap_is_kept_by_what_the_clock_says_and_not_by_an_ulp(seen: Seen, clock: Clock) -> None:
    """Read off a clock, 1000.4 - 1000.3 is a tenth; to floats it is a little less. A real shortfall counts."""
    readings = [float(f"1000.{tenth}") for tenth in range(10)]
    assert any(later < earlier + 0.1 for earlier, later in itertools.pairwise(readings)), "floats do differ here"
    tracker = ProgressTracker(min_seconds=0.1, sinks=[seen])
    for reading in readings:
        clock.now = reading - 1e-9
        assert not tracker.update()
        clock.now = reading
        assert bool(tracker.update()) == (reading > 1000)


def test_an_update_that_reaches_the_total_is_shown_at_once(seen: Seen, clock: Clock) -> None:
    tracker = ProgressTracker(10, sinks=[seen])
    for _ in range(9):
        assert not tracker.update()
    assert tracker.update()
    assert [(s.percent, s.status) for s in seen] == [(0, "running"), (100, "done")]
    tracker.close()
    assert len(seen) == 2, "never the same state twice"


def test_a_total_that_is_reached_again_and_again_keeps_the_gaps(seen: Seen, clock: Clock) -> None:
    with ProgressTracker(1, sinks=[seen]) as tracker:
        for total in range(2, 1000):
            tracker.update()
            tracker.total = total
    assert seen.counts == [0, 1, 998]
    assert seen[-1].status == "stopped"


def test_three_ways_of_counting_share_one_threshold(seen: Seen, clock: Clock) -> None:
    tracker = ProgressTracker(10_000, min_change=1, min_seconds=0, sinks=[seen])
    expected, count = [0], 0
    for number, _ in enumerate(tracker.track(iter(range(50)))):
        for n in ([] if number == 0 else [0]) + [99, 1, 1]:  # the loop's own item comes when it goes on
            if n:
                tracker.update(n)
            count += n or 1
            if count - expected[-1] >= 100:
                expected.append(count)
    tracker.close()
    assert seen.counts[: len(expected)] == expected


def test_the_entry_says_zero_before_anything_is_counted(seen: Seen) -> None:
    ProgressTracker(4, sinks=[seen]).update(2)
    assert seen.counts == [0]
    with ProgressTracker(4, sinks=[seen]):
        assert seen[-1] == ProgressState(0, 4, 0.0, 0.0, 0.0, None, "running", "", "it")


# How it ends


def test_an_error_says_where_it_stopped_and_why(seen: Seen) -> None:
    with pytest.raises(ValueError):
        fail(ProgressTracker(10, sinks=[seen]), 4, ValueError("no\nink"))
    assert (seen[-1].percent, seen[-1].status, seen[-1].reason) == (40, "failed", "ValueError: no ink")


@pytest.mark.parametrize("error", [KeyboardInterrupt, asyncio.CancelledError, ValueError])
def test_nothing_but_success_says_a_hundred_percent(seen: Seen, error: type[BaseException]) -> None:
    with pytest.raises(error):
        fail(ProgressTracker(10, sinks=[seen]), 10, error())
    assert seen[-1].percent is not None
    assert seen[-1].percent < 100
    assert seen[-1].status == ("failed" if error is ValueError else "interrupted")


@pytest.mark.parametrize("place", ["close", "_end_state", "deliver"])
def test_an_interrupt_while_it_ends_keeps_the_end_from_nobody(seen: Seen, place: str) -> None:
    def strike(frame: FrameType, event: str, argument: object) -> None:
        if frame.f_code.co_name == place and (place != "deliver" or tracker.state.status != "running"):
            sys.settrace(None)
            raise KeyboardInterrupt

    def work() -> None:
        with tracker:
            tracker.update(2)
            sys.settrace(strike)

    before = sys.gettrace()
    tracker = ProgressTracker(4, sinks=[seen])
    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        sys.settrace(before)
    assert (seen[-1].current, seen[-1].percent) == (2, 50)
    assert seen[-1].status == ("stopped" if place == "deliver" else "interrupted")
    assert tracker.state is seen[-1]


def test_a_break_is_stopped_where_it_was(seen: Seen) -> None:
    for item in ProgressTracker(sinks=[seen]).track(range(10)):
        if item == 9:
            break
    assert (seen[-1].current, seen[-1].percent, seen[-1].status) == (9, 90, "stopped")


def test_an_error_in_the_body_of_a_plain_loop_is_stopped_where_it_was(seen: Seen) -> None:
    def work() -> None:
        for item in ProgressTracker(sinks=[seen]).track(range(10)):
            if item == 9:
                raise KeyError(item)

    with pytest.raises(KeyError):
        work()
    assert (seen[-1].current, seen[-1].percent, seen[-1].status) == (9, 90, "stopped")


def test_leaving_a_plain_loop_after_the_total_is_no_success_either(seen: Seen) -> None:
    for item in ProgressTracker(5, sinks=[seen]).track(itertools.count()):
        if item == 5:
            break
    assert (seen[-1].current, seen[-1].status) == (5, "stopped")
    assert seen[-1].percent is not None
    assert seen[-1].percent < 100


def test_an_error_of_the_iterable_is_a_failure_and_comes_out(seen: Seen) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(ProgressTracker(5, sinks=[seen]).track(items()))
    assert (seen[-1].current, seen[-1].status, seen[-1].reason) == (1, "failed", "OSError: gone")


def test_inside_a_block_an_error_in_the_body_of_a_loop_is_a_failure(seen: Seen) -> None:
    def work() -> None:
        with ProgressTracker(sinks=[seen]) as tracker:
            for item in tracker.track("abc"):
                if item == "c":
                    raise KeyError(item)

    with pytest.raises(KeyError):
        work()
    assert (seen[-1].current, seen[-1].status) == (2, "failed")


def test_a_clean_end_before_the_total_is_no_success(seen: Seen) -> None:
    with ProgressTracker(10, sinks=[seen]) as tracker:
        tracker.update(8)
    assert (seen[-1].percent, seen[-1].status) == (80, "stopped")
    tracker = ProgressTracker(10, sinks=[seen])
    tracker.close("done")
    assert seen[-1].status == "stopped", "a wish makes no hundred percent"


def test_the_last_report_is_the_last_state_and_later_updates_dont_count(seen: Seen) -> None:
    with ProgressTracker(sinks=[seen]) as tracker:
        tracker.update(3)
    assert tracker.state is seen[-1]
    assert not tracker.update(5)
    assert not tracker.set(9)
    tracker.close("failed", "too late")
    assert tracker.state is seen[-1]
    assert seen.counts == [0, 3]


@pytest.mark.parametrize("empty", [[], iter(()), ""])
def test_an_empty_loop_is_done(seen: Seen, empty: list[int]) -> None:
    assert list(ProgressTracker(sinks=[seen]).track(empty)) == []
    assert [s.status for s in seen] == ["running", "done"]


def test_closing_takes_a_reason_and_refuses_a_status_that_is_none(seen: Seen) -> None:
    ProgressTracker(3, sinks=[seen]).close("interrupted", "two\nlines")
    assert (seen[-1].status, seen[-1].reason) == ("interrupted", "two lines")
    with pytest.raises(ValueError, match="status must be one of done"):
        ProgressTracker(3).close("running")


# What it counts


def test_ten_tenths_are_one(seen: Seen) -> None:
    with ProgressTracker(1.0, sinks=[seen]) as tracker:
        for _ in range(10):
            tracker.update(0.1)
    assert (tracker.state.current, tracker.state.percent, tracker.state.status) == (1.0, 100.0, "done")


def test_a_sum_is_as_exact_as_fsum() -> None:
    steps = [1e16, 0.1, 1e-300, 3.7, 1e-9] * 50
    tracker = ProgressTracker(sinks=[])
    for step in steps:
        tracker.update(step)
    tracker.update(7)
    assert tracker.state.current == math.fsum([*steps, 7])


def test_a_total_that_cant_be_told_from_the_count_by_a_float_is_no_hundred_percent() -> None:
    tracker = ProgressTracker(10**18, sinks=[])
    tracker.update(10**18 - 1)
    assert tracker.state.percent is not None
    assert tracker.state.percent < 100


@pytest.mark.parametrize("total", [0, 5, None, 2.5])
def test_counts_past_the_total_stay_within_a_hundred_percent(seen: Seen, total: float | None) -> None:
    with ProgressTracker(total, min_seconds=0, min_change=0, sinks=[seen]) as tracker:
        for _ in range(8):
            tracker.update()
    assert sorted(set(seen.counts)) == list(range(9))
    assert all(s.percent is None if total is None else 0 <= s.percent <= 100 for s in seen if s.percent is not None)
    assert seen[-1].status == "done"


def test_a_total_that_grows_says_the_true_share(seen: Seen) -> None:
    with ProgressTracker(100, min_seconds=0, sinks=[seen]) as tracker:
        tracker.update(50)
        tracker.total = 200
        tracker.update(1)
    assert [s.percent for s in seen] == [0, 50, 25.5, 25.5]
    assert [s.status for s in seen] == ["running", "running", "running", "stopped"]


def test_set_goes_to_a_count_and_never_back(seen: Seen) -> None:
    tracker = ProgressTracker(10, min_seconds=0, min_change=0, sinks=[seen])
    tracker.set(7)
    assert not tracker.set(3)
    tracker.update()
    tracker.set(8.5)
    assert seen.counts == [0, 7, 8, 8.5]


def test_numbers_of_numpy_count_as_numbers() -> None:
    tracker = ProgressTracker(np.int64(10), sinks=[])  # type: ignore[arg-type]
    tracker.update(np.int64(3))  # type: ignore[arg-type]
    tracker.update(np.float64(0.5))
    assert tracker.state.current == 3.5
    assert type(tracker.state.total) is int


@pytest.mark.parametrize("n", [True, "1", None, Decimal(1), 1j, np.bool_(True)])
def test_what_is_no_number_is_a_type_error_and_counts_nothing(n: object) -> None:
    tracker = ProgressTracker(10, sinks=[])
    with pytest.raises(TypeError, match=r"^n must be a number"):
        tracker.update(n)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^current must be a number"):
        tracker.set(n)  # type: ignore[arg-type]
    assert tracker.state.current == 0


def test_a_list_given_as_the_total_is_told_how_to_be_counted() -> None:
    with pytest.raises(TypeError, match=r"^total must be a number, not \[0, 1, .*…: to count .*\.track\(") as caught:
        ProgressTracker(list(range(1000)))  # type: ignore[arg-type]
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("n", [-1, -0.5, math.nan, math.inf, -math.inf])
def test_what_cant_be_counted_is_a_value_error_by_its_name(n: float) -> None:
    tracker = ProgressTracker(10, sinks=[])
    with pytest.raises(ValueError, match=r"^n must be finite and not negative"):
        tracker.update(n)
    for name in ("total", "min_change", "min_seconds"):
        with pytest.raises(ValueError, match=f"^{name} must be"):
            ProgressTracker(**{name: n})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^total must be"):
        tracker.total = n
    assert tracker.state.current == 0


async def arriving() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (7, r"^iterable is what .* 7 is not iterable$"),
        (arriving(), r"^iterable is .*: in an `async for`, await update"),
    ],
)
def test_what_cant_be_looped_over_is_a_type_error_by_its_name(items: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        ProgressTracker(sinks=[]).track(items)  # type: ignore[arg-type]


@pytest.mark.parametrize("send", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_tracker_says_that_it_counts_in_one_process(send: Callable[[ProgressTracker], object]) -> None:
    with pytest.raises(TypeError, match="counts in its own process only: update it here"):
        send(ProgressTracker(10, sinks=[]))


@pytest.mark.parametrize("sinks", [print, [3], 7])
def test_sinks_that_cant_be_called_are_refused(sinks: object) -> None:
    with pytest.raises(TypeError, match=r"^sinks must be"):
        ProgressTracker(sinks=sinks)  # type: ignore[arg-type]


def test_a_sink_that_is_to_be_awaited_is_refused_with_the_way_to_have_it() -> None:
    """It would be called, and never run."""

    async def send(channel: str, state: ProgressState) -> None:
        """Somewhere."""

    with pytest.raises(TypeError, match=r"is async: wrap one as lambda state: run_sync\(sink\(state\)\)"):
        ProgressTracker(sinks=[partial(send, "here")])


def test_rate_and_time_left_follow_from_count_and_clock(clock: Clock) -> None:
    with ProgressTracker(100, sinks=[]) as tracker:
        clock.now += 4
        tracker.update(20)
        state = tracker.state
    assert (state.elapsed, state.rate, state.eta) == (4, 5, 16)
    assert str(state) == " 20% 20/100 [00:04<00:16, 5.00 it/s]"


def test_a_length_is_the_total_and_two_loops_add_up(seen: Seen) -> None:
    with ProgressTracker(sinks=[seen]) as tracker:
        assert list(tracker.track([1, 2])) == [1, 2]
        assert list(tracker.track("abc")) == ["a", "b", "c"]
    assert (seen[-1].current, seen[-1].total, seen[-1].status) == (5, 5, "done")


# Threads, sinks, signals


def test_eight_threads_lose_no_count_and_report_in_order(seen: Seen) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ProgressTracker(8 * 50_000 * 3, min_seconds=0, min_change=0.01, sinks=[seen]) as tracker:

            def work() -> None:
                for _ in range(50_000):
                    tracker.update()
                    tracker.update(2)

            in_threads(8, work)
    finally:
        sys.setswitchinterval(before)
    assert seen[-1].current == 8 * 50_000 * 3
    assert seen[-1].status == "done"
    assert all(a < b for a, b in zip(seen.counts, seen.counts[1:], strict=False)), "no step back, no state twice"
    assert all(a.elapsed <= b.elapsed for a, b in itertools.pairwise(seen))


def test_loops_in_eight_threads_and_floats_beside_them_add_up(seen: Seen) -> None:
    with ProgressTracker(min_seconds=0.01, sinks=[seen]) as tracker:

        def work() -> None:
            for _ in tracker.track(range(20_000)):
                pass
            for _ in range(100):
                tracker.update(0.1)

        in_threads(8, work)
    assert tracker.state.current == 8 * 20_000 + math.fsum([0.1] * 800)
    assert all(a < b for a, b in zip(seen.counts, seen.counts[1:], strict=False))


def test_the_state_is_exact_while_a_loop_counts_for_itself() -> None:
    tracker = ProgressTracker(min_seconds=100, sinks=[])
    for number, _ in enumerate(tracker.track(iter(range(1000)))):
        assert tracker.state.current == number


def test_a_sink_that_updates_and_reads_the_state_is_no_trap(seen: Seen) -> None:
    def sink(state: ProgressState) -> None:
        assert tracker.state.current >= state.current
        tracker.update()

    with ProgressTracker(min_seconds=0, min_change=0, sinks=[sink, seen]) as tracker:
        for _ in range(100):
            tracker.update()
    assert tracker.state == seen[-1]
    assert all(a < b for a, b in zip(seen.counts, seen.counts[1:-1], strict=False))


def test_a_sink_that_waits_for_a_thread_that_updates_is_no_deadlock(seen: Seen) -> None:
    def sink(state: ProgressState) -> None:
        in_threads(1, tracker.update)

    with ProgressTracker(100, min_seconds=0, sinks=[sink, seen]) as tracker:
        for _ in range(20):
            tracker.update()
    assert seen[-1] == tracker.state


def test_a_sink_that_takes_a_lock_which_updaters_hold_is_no_deadlock() -> None:
    lock = threading.RLock()

    def sink(state: ProgressState) -> None:
        with lock:
            pass

    with ProgressTracker(min_seconds=0, sinks=[sink]) as tracker:

        def work() -> None:
            for _ in range(2000):
                with lock:
                    tracker.update()
                    _ = tracker.state
                tracker.update()

        in_threads(4, work)
    assert tracker.state.current == 4 * 2 * 2000


def test_the_final_report_is_given_to_who_is_reporting(seen: Seen) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(state: ProgressState) -> None:
        if state.current == 1:
            inside.set()
            assert leave.wait(20)

    tracker = ProgressTracker(10, min_seconds=0, sinks=[slow, seen])
    reporter = threading.Thread(target=tracker.update)
    reporter.start()
    assert inside.wait(20)
    tracker.update(4)
    tracker.close()
    leave.set()
    reporter.join(20)
    assert seen.counts == [0, 1, 5]
    assert seen[-1].status == "stopped"


def test_a_sink_that_raises_is_logged_once_and_dropped(seen: Seen, capsys: pytest.CaptureFixture[str]) -> None:
    problems: list[str] = []

    class Visible(Seen):
        tell_problem = problems.append

    def broken(state: ProgressState) -> None:
        raise OSError("paper\njam")

    visible = Visible()
    with ProgressTracker(5, min_seconds=0, sinks=[broken, seen, visible]) as tracker:
        for _ in range(5):
            tracker.update()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("WARNING ingest_widgets.progress: the progress sink ")
    assert "OSError: paper jam" in lines[0]
    assert len(problems) == 1
    assert "OSError: paper jam" in problems[0]
    assert seen.counts == visible.counts == [0, 1, 2, 3, 4, 5]


def test_an_interrupt_in_a_sink_passes_and_the_count_stays(seen: Seen) -> None:
    def sink(state: ProgressState) -> None:
        if state.current == 3:
            raise KeyboardInterrupt

    def work() -> None:
        with ProgressTracker(9, min_seconds=0, sinks=[sink, seen]) as tracker:
            for _ in range(9):
                tracker.update()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (seen[-1].current, seen[-1].status) == (3, "interrupted")


def test_interrupts_at_random_moments_hold_no_lock_and_lose_no_count(seen: Seen) -> None:
    """SIGALRM raises KeyboardInterrupt in the middle of anything, some thousand times."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        assert frame is not None
        if "progress" not in frame.f_code.co_filename:  # such as a callback of the garbage collector, which swallows it
            signal.setitimer(signal.ITIMER_REAL, 1e-5, 5)
            return
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    tracker = ProgressTracker(min_seconds=0, sinks=[lambda state: None])
    counted = interrupts = 0
    gc.collect()
    gc.disable()  # a tracker of another test may go in this one, and who frees it swallows an interrupt
    try:
        while interrupts < 2000:
            try:  # once more after a while, should one be swallowed: no time-out is heard here
                signal.setitimer(signal.ITIMER_REAL, 1e-5 + interrupts % 97 * 1e-6, 5)
                while True:
                    tracker.update(2)
                    counted += 2
            except KeyboardInterrupt:
                interrupts += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    # A call that is interrupted may have counted already, and what it was interrupted before wasn't asked for.
    assert counted <= tracker.state.current <= counted + 2 * interrupts
    tracker.subscribe(seen)
    assert tracker.update(), "the turn to report is free"
    in_threads(1, tracker.update)
    tracker.close()
    assert seen[-1].status == "done"


def test_a_state_is_one_line_whatever_it_is_told() -> None:
    tracker = ProgressTracker(desc="two\r\nlines", unit="a\u2028b", sinks=[])
    assert str(tracker.state).startswith("two lines: 0 a b [")
    tracker.close("failed", "no\nink")
    assert str(tracker.state).endswith(" failed: no ink")


def test_a_state_can_be_sent_anywhere_whatever_it_is_told() -> None:
    tracker = ProgressTracker(desc=os.fsdecode(b"caf\xe9.pdf"), sinks=[])
    assert tracker.state.desc.encode() == b"caf\\udce9.pdf"


def test_no_description_is_none_as_in_tqdm() -> None:
    tracker = ProgressTracker(3, desc=None, sinks=[])  # type: ignore[arg-type]
    assert tracker.state.desc == ""
    tracker.desc = 0  # type: ignore[assignment]
    assert tracker.state.desc == "0"


def test_a_reason_is_text() -> None:
    tracker = ProgressTracker(sinks=[])
    with pytest.raises(TypeError, match="reason is a str, not 3"):
        tracker.close(reason=3)  # type: ignore[arg-type]
    assert tracker.state.status == "running"


def test_a_signal_handler_may_update_and_read_and_close(seen: Seen) -> None:
    tracker = ProgressTracker(min_seconds=0, min_change=0, sinks=[seen])
    handled = 0

    def handle(number: int, frame: object) -> None:
        nonlocal handled
        handled += 1
        tracker.update(0.5)
        tracker.update()
        _ = tracker.state

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    updates = 0
    try:
        while handled < 300:
            tracker.update()
            tracker.update(0.5)
            updates += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert tracker.state.current == 1.5 * (handled + updates)


def test_a_finalizer_may_update() -> None:
    tracker = ProgressTracker(min_seconds=0, sinks=[lambda state: None])

    class Cycle:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            tracker.update(3)

    for _ in range(2000):
        Cycle()
        tracker.update(0.5)
    gc.collect()
    assert tracker.state.current == 2000 * 3.5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_counts_on_and_hangs_on_no_lock() -> None:
    code = """
import os, sys, threading, time
from ingest_widgets import ProgressTracker
inside, leave = threading.Event(), threading.Event()
seen = []
def sink(state):
    seen.append(state.current)
    if state.current == 1 and os.getpid() == parent:
        inside.set(); leave.wait(30)
parent = os.getpid()
tracker = ProgressTracker(min_seconds=0, sinks=[sink])
threading.Thread(target=tracker.update, daemon=True).start()
inside.wait(30)
holder = threading.Thread(target=lambda: [tracker._reports.lock.acquire(), inside.set(), leave.wait(30)], daemon=True)
inside.clear(); holder.start(); inside.wait(30)
child = os.fork()
if child == 0:
    reported = bool(tracker.update())
    tracker.close()
    os._exit(0 if reported and seen[-1] == 2 and tracker.state.status == "done" else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, timeout=60, check=False)
    assert ran.returncode == 0


def test_the_interpreter_ends_at_once_in_the_middle_of_a_fast_loop() -> None:
    code = """
import itertools, time
from ingest_widgets import ProgressTracker
from ingest_widgets.progress import wake
tracker = ProgressTracker(min_seconds=30, sinks=[])
end = time.monotonic() + 0.2
while time.monotonic() < end:
    tracker.update()
assert wake._asleep
"""
    started = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60, check=False, capture_output=True)
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - started < 25


# asyncio


def test_an_awaited_update_lets_other_tasks_run() -> None:
    async def main() -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        async with ProgressTracker(1000, sinks=[]) as tracker:
            for _ in range(1000):
                update = await tracker.update()
                assert bool(update) == update.reported
        task.cancel()
        assert tracker.state.status == "done"
        return turns

    assert asyncio.run(main()) >= 999


def test_an_awaited_update_with_nothing_due_is_cheap() -> None:
    async def main() -> float:
        tracker = ProgressTracker(10**9, sinks=[])
        before = time.process_time()
        for _ in range(20_000):
            await tracker.update()
        return (time.process_time() - before) / 20_000

    assert min(asyncio.run(main()) for _ in range(3)) < 20e-6


def test_a_cancelled_task_is_interrupted(seen: Seen) -> None:
    async def main() -> None:
        started = asyncio.Event()

        async def work() -> None:
            async with ProgressTracker(10, sinks=[seen]) as tracker:
                tracker.update(2)
                started.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(work())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert (seen[-1].current, seen[-1].status) == (2, "interrupted")


# Sinks of our own


def test_a_log_line_for_each_report_and_a_warning_at_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError):
        fail(ProgressTracker(4, desc="papers", unit="file", sinks=[LogSink()]), 1, ValueError("no ink"))
    first, last = capsys.readouterr().err.splitlines()
    assert first == "INFO ingest_widgets.progress: papers:   0% 0/4 [00:00<?, ? file/s]"
    assert last.startswith("WARNING ingest_widgets.progress: papers:  25% 1/4 [00:00<00:00, ")
    assert last.endswith("failed: ValueError: no ink")


def test_the_default_is_asked_at_the_entry_and_a_subscriber_takes_its_place(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def ask() -> list[Seen]:
        asked.append(1)
        return [seen]

    monkeypatch.setattr(progress_room, "default_sinks", ask)
    tracker = ProgressTracker(4)
    assert not asked
    with tracker:
        assert asked == [1]
        assert seen.counts == [0]
    own = Seen()
    tracker = ProgressTracker(4)
    tracker.subscribe(own)
    tracker.update(4)
    assert own.counts == [0, 4]
    assert asked == [1]


def test_a_default_that_raises_stops_no_loop(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> list[Callable[[ProgressState], object]]:
        raise OSError("no screen")

    monkeypatch.setattr(progress_room, "default_sinks", broken)
    logger = logging.getLogger("ingest_widgets")
    logger.addHandler(caplog.handler)
    try:
        assert list(ProgressTracker().track([1, 2])) == [1, 2]
    finally:
        logger.removeHandler(caplog.handler)
    assert len(caplog.records) == 1
    assert "OSError: no screen" in caplog.text
