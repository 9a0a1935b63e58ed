"""What a notebook holds that is executed from end to end and written at once, as nbconvert and papermill do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernels import KERNELS, start_kernel

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
OPEN = """
display(bar := iw.ProgressBar())
tracker = iw.ProgressTracker(9, desc="open", min_seconds=0, sinks=[bar])
tracker.update(3)
"""
WAYS = {
    "ingest": (f"iw.ingest({str(SAMPLES)!r}, 'a.sqlite')", "5 files: 3 ingested, 2 failed"),
    "again": (f"iw.ingest({str(SAMPLES)!r}, 'a.sqlite')", "5 files: 3 unchanged, 2 failed"),
    "job": (f"job = iw.start_ingest({str(SAMPLES)!r}, 'b.sqlite'); display(job); job.result()", "5 files: 3 ingested"),
    "open": (OPEN, "open: 33% 3/9"),
    "loop": ("list(iw.ProgressTracker(3, desc='loop').track(range(3)))", "loop: 100% 3/3"),
}


@pytest.mark.kernel
@pytest.mark.parametrize("version", KERNELS)
def test_the_final_words_are_there_before_the_cell_has_ended(version: str) -> None:
    """For what is written down after the last cell, an update that comes later is lost."""
    with start_kernel(version) as kernel:
        kernel.run("import ingest_widgets as iw")
        for way, (code, words) in WAYS.items():
            cell = kernel.send(code)
            assert kernel.reply(cell).problem == ""
            shown = [m["content"]["data"] for m in kernel.messages if "display_data" in m["msg_type"]]
            last = [data for data in shown if "text/html" in data][-1]
            assert (way, words in last["text/html"], words in last["text/plain"]) == (way, True, True), last
