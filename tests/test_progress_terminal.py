"""`TerminalSink`: a bar on a terminal, a line elsewhere."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ingest_widgets import ProgressTracker, TerminalSink

ROOT = Path(__file__).resolve().parent.parent


def test_where_there_is_no_terminal_only_the_final_line_is_written() -> None:
    out = io.StringIO()
    with ProgressTracker(40, desc="[red]papers", unit="file", min_seconds=0, sinks=[TerminalSink(out)]) as tracker:
        for _ in range(40):
            tracker.update()
    assert re.fullmatch(r"\[red\]papers ━+ 100% 40/40 \[00:00<00:00, [\d.,k]+ file/s\] *\n", out.getvalue())


def test_an_error_is_said_with_its_reason() -> None:
    out = io.StringIO()
    tracker = ProgressTracker(40, min_seconds=0, sinks=[TerminalSink(out)])
    tracker.update(10)
    tracker.close("failed", "ValueError: no [ink]")
    assert " 25% 10/40" in out.getvalue()
    assert "failed: ValueError: no [ink]" in " ".join(out.getvalue().split())


def test_bars_that_run_at_the_same_time_stand_below_each_other() -> None:
    out = io.StringIO()
    with ProgressTracker(2, desc="outer", sinks=[TerminalSink(out)]) as outer:
        for name in ("first", "second"):
            for _ in ProgressTracker(desc=name, sinks=[TerminalSink(out)]).track(range(3)):
                pass
            outer.update()
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["outer", "first", "second"]


class _Heard:
    """What programs put in place of the standard error to keep a copy of it: it writes, and can do nothing else."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def test_a_standard_error_that_knows_nothing_of_terminals_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = _Heard()
    monkeypatch.setattr(sys, "stderr", heard)
    list(ProgressTracker(desc="papers").track(range(3)))
    assert "papers: 100% 3/3" in heard.text


def test_a_closed_standard_error_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert list(ProgressTracker(desc="papers").track(range(3))) == [0, 1, 2]


def _on_a_terminal(code: str, *, colours: bool = False) -> str:
    """What a process shows on a terminal of its own."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=follower, stdout=follower, stderr=follower, close_fds=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert process.wait(60) == 0, shown
    return shown.decode() if colours else re.sub(r"\x1b\[[0-9;]*m", "", shown.decode())


@pytest.mark.parametrize("sinks", ["[TerminalSink()]", "None"], ids=["asked for", "by default"])
def test_on_a_terminal_a_bar_moves_and_prints_go_above_it(sinks: str) -> None:
    code = f"""
from ingest_widgets import ProgressTracker, TerminalSink
with ProgressTracker(4, desc="papers", min_seconds=0, sinks={sinks}) as tracker:
    for number in range(4):
        tracker.update()
        print("page", number)
"""
    shown = _on_a_terminal(code)
    assert all(f"{percent}% {n}/4" in shown for n, percent in enumerate([0, 25, 50, 75, 100]))
    assert shown.index("page 0") < shown.rindex("100% 4/4")
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1, "the cursor is back"


def test_the_cursor_is_given_back_to_who_never_closed_a_tracker() -> None:
    shown = _on_a_terminal(
        "from ingest_widgets import ProgressTracker, TerminalSink\nProgressTracker(4, sinks=[TerminalSink()]).update()"
    )
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") == 1


def test_a_stream_that_was_closed_before_its_tracker_says_nothing_at_the_end() -> None:
    code = """
import io
from ingest_widgets import ProgressTracker, TerminalSink
stream = io.StringIO()
ProgressTracker(4, sinks=[TerminalSink(stream)]).update()
stream.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(("status", "colour"), [("done", 32), ("failed", 31), ("stopped", 33)])
def test_a_bar_is_blue_and_ends_in_the_colour_of_its_status(status: str, colour: int) -> None:
    """On a terminal with eight colours, where others are taken for the nearest of them."""
    code = f"""
from ingest_widgets import ProgressTracker, TerminalSink
tracker = ProgressTracker(4, min_seconds=0, sinks=[TerminalSink()])
tracker.update(2)
tracker.update({2 if status == "done" else 1})
tracker.close({status!r})
"""
    empty = "90"
    colours = [one for one in re.findall(r"\x1b\[(\d+)m[━╸]", _on_a_terminal(code, colours=True)) if one != empty]
    assert (colours[0], colours[-1]) == ("34", str(colour))


def test_a_path_given_as_the_stream_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match=r"^file is a stream such as sys\.stdout, not 'progress\.txt'"):
        TerminalSink("progress.txt")  # type: ignore[arg-type]
