"""Invariants of `ProgressTracker` over random updates, clocks, totals and threads."""

from __future__ import annotations

import itertools
import math
import threading
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_widgets import ProgressState, ProgressTracker
from tests.test_progress import Clock

TICKS = 64  # the clock moves by sixty-fourths, which floats hold exactly

Step = tuple[str, float | None]

steps = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(0, 3 * TICKS).map(lambda n: n / TICKS)),
        st.tuples(st.just("update"), st.integers(0, 40)),
        st.tuples(st.just("ones"), st.integers(1, 60)),
        st.tuples(st.just("loop"), st.integers(0, 60)),
        st.tuples(st.just("part"), st.integers(0, 64).map(lambda n: n / 16)),
        st.tuples(st.just("set"), st.integers(0, 400)),
        st.tuples(st.just("total"), st.one_of(st.none(), st.integers(0, 400))),
    ),
    max_size=40,
)
totals = st.one_of(st.none(), st.integers(0, 400), st.integers(0, 400).map(float))
changes = st.sampled_from([0.0, 0.1, 1.0, 10.0, 33.3, 100.0])
gaps = st.sampled_from([0.0, 1 / TICKS, 0.5, 2.0])


class Model:
    """What the design says, told as simply as possible: exact, one thread, every count looked at."""

    def __init__(self, total: float | None, min_change: float, min_seconds: float) -> None:
        self.total, self.min_change, self.min_seconds = total, Fraction(str(min_change)), min_seconds
        self.current = Fraction(0)
        self.told: list[Fraction] = []
        self.last: tuple[Fraction, float | None, float] | None = None
        self.full_told = False

    def tell(self, now: float) -> None:
        self.told.append(self.current)
        self.last = (self.current, self.total, now)
        self.full_told = self.full_told or self.is_full

    @property
    def is_full(self) -> bool:
        return self.total is not None and self.current > 0 and self.current >= self.total

    def count(self, n: Fraction, now: float) -> None:
        assert self.last is not None
        self.current += n
        if (self.is_full and not self.full_told) or (now - self.last[2] >= self.min_seconds and self.is_news):
            self.tell(now)

    @property
    def is_news(self) -> bool:
        assert self.last is not None
        current, total, _ = self.last
        if self.current == current:
            return False
        if not self.total or not total:
            return True
        return abs(self.current / Fraction(self.total) - current / Fraction(total)) * 100 >= self.min_change


def _play(tracker: ProgressTracker, model: Model, clock: Clock, script: list[Step]) -> None:
    for action, value in script:
        if action == "wait":
            assert value is not None
            clock.now += value
        elif action == "total":
            tracker.total = model.total = value
        elif action == "set":
            assert value is not None
            tracker.set(int(value))
            model.count(max(Fraction(value) - model.current, Fraction(0)), clock.now)
        elif action == "loop":
            assert value is not None
            for number, _ in enumerate(tracker.track(iter(range(int(value))))):
                if number:
                    model.count(Fraction(1), clock.now)
            if value:
                model.count(Fraction(1), clock.now)
        else:
            assert value is not None
            for _ in range(int(value) if action == "ones" else 1):
                n = 1 if action == "ones" else value
                told = len(model.told)
                model.count(Fraction(n), clock.now)
                assert bool(tracker.update(n)) == (len(model.told) > told), (action, n)


@settings(max_examples=400, deadline=None)
@given(totals, changes, gaps, steps)
def test_reports_are_exactly_those_that_the_design_asks_for(
    total: float | None, min_change: float, min_seconds: float, script: list[Step]
) -> None:
    seen: list[ProgressState] = []
    clock, model = Clock(), Model(total, min_change, min_seconds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", clock)
        with ProgressTracker(total, min_change=min_change, min_seconds=min_seconds, sinks=[seen.append]) as tracker:
            model.tell(clock.now)
            _play(tracker, model, clock, script)
        told = [Fraction(state.current) for state in seen]
    assert told[: len(model.told)] == model.told
    assert len(told) - len(model.told) in (0, 1), "at most the end comes besides"
    assert seen[-1] == tracker.state
    assert Fraction(seen[-1].current) == model.current
    assert (seen[-1].status == "done") == (model.total is None or model.current >= model.total)
    _check_invariants(seen)


def _check_invariants(seen: list[ProgressState]) -> None:
    keys = [(s.current, s.total, s.status, s.reason) for s in seen]
    assert all(a != b for a, b in itertools.pairwise(keys)), "never a duplicate"
    assert all(a.current <= b.current and a.elapsed <= b.elapsed for a, b in itertools.pairwise(seen)), "never back"
    for state in seen:
        assert (state.percent is None) == (state.total is None)
        assert state.percent is None or 0 <= state.percent <= 100
        assert state.percent != 100 or state.status == "done"
        assert state.status != "done" or state.total is None or state.percent == 100


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.001, 10))
def test_any_floats_add_up_like_fsum_and_keep_both_gaps(parts: list[float], min_change: float) -> None:
    total = math.fsum(parts)
    seen: list[ProgressState] = []
    with ProgressTracker(total, min_change=min_change, min_seconds=0, sinks=[seen.append]) as tracker:
        for part in parts:
            tracker.update(part)
    assert tracker.state.current == total
    assert tracker.state.status == "done"
    _check_invariants(seen)
    for a, b in itertools.pairwise([s for s in seen if s.status == "running"]):
        assert a.percent is not None
        assert b.percent is not None
        assert b.percent - a.percent >= min_change * (1 - 1e-6)


threads = st.lists(
    st.lists(st.tuples(st.sampled_from(["ones", "bulk", "part", "loop", "state"]), st.integers(1, 300)), max_size=8),
    min_size=2,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(threads, changes, st.sampled_from([0.0, 0.001]))
def test_threads_lose_nothing_and_report_in_order(
    scripts: list[list[tuple[str, int]]], min_change: float, min_seconds: float
) -> None:
    wanted = sum(n / 4 if kind == "part" else n for script in scripts for kind, n in script if kind != "state")
    seen: list[ProgressState] = []
    problems: list[BaseException] = []

    def work(script: list[tuple[str, int]]) -> None:
        try:
            _work(tracker, script)
        except BaseException as error:
            problems.append(error)

    with ProgressTracker(wanted, min_change=min_change, min_seconds=min_seconds, sinks=[seen.append]) as tracker:
        workers = [threading.Thread(target=work, args=(script,), daemon=True) for script in scripts]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
            assert not worker.is_alive(), "deadlock"
    assert not problems
    assert seen[-1] == tracker.state
    assert (seen[-1].current, seen[-1].status) == (wanted, "done")
    _check_invariants(seen)
    for a, b in itertools.pairwise(seen[:-1]):
        if b.status == "running":
            assert b.elapsed - a.elapsed >= min_seconds - 1e-9
            assert (b.current - a.current) * 100 >= min_change * wanted * (1 - 1e-6)


def _work(tracker: ProgressTracker, script: list[tuple[str, int]]) -> None:
    for kind, n in script:
        if kind == "ones":
            for _ in range(n):
                tracker.update()
        elif kind == "bulk":
            tracker.update(n)
        elif kind == "part":
            tracker.update(n / 4)
        elif kind == "loop":
            for _ in tracker.track(iter(range(n))):
                pass
        else:
            assert tracker.state.current >= 0
