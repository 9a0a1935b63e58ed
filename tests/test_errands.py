"""Work that a widget was asked for, off the kernel's thread."""

from __future__ import annotations

import threading

import pytest

from ingest_widgets.notebook.errands import Errands


def wait(event: threading.Event) -> None:
    event.wait(5)


def test_only_the_latest_of_a_kind_is_done() -> None:
    errands, began, go, done = Errands(), threading.Event(), threading.Event(), threading.Event()
    order: list[int] = []

    def slow() -> None:
        began.set()
        go.wait(5)
        order.append(1)

    def latest() -> None:
        order.append(3)
        done.set()

    errands.do("search", slow)
    assert began.wait(5)
    errands.do("search", lambda: order.append(2))
    errands.do("search", latest)
    go.set()
    assert done.wait(5)
    assert order == [1, 3]
    errands.close()


def test_two_kinds_do_not_wait_for_each_other() -> None:
    errands, go, done = Errands(), threading.Event(), threading.Event()
    errands.do("page", lambda: wait(go))
    errands.do("search", done.set)
    assert done.wait(5)
    go.set()
    errands.close()


def test_closing_ends_the_threads() -> None:
    errands, done = Errands(), threading.Event()
    errands.do("closing", done.set)
    assert done.wait(5)
    errands.close()
    for thread in [one for one in threading.enumerate() if one.name == "ingest-widgets-closing"]:
        thread.join(5)
        assert not thread.is_alive()
    errands.do("closing", lambda: pytest.fail("done after close"))
