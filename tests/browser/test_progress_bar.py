"""`ProgressBar` in a real page: what it says to eyes and screen readers, its Stop, and what a saved notebook keeps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab, Notebook, peak_rate

pytestmark = pytest.mark.browser

SHOW = """
import threading
from IPython.display import display
from ingest_widgets import ProgressBar, ProgressTracker
bar = ProgressBar()
display(bar)
"""

BLOCK_UNTIL_STOPPED = """
stop = threading.Event()
bar.on_stop(stop.set)
with ProgressTracker(100, sinks=[bar], desc="papers") as tracker:
    tracker.update(10)
    print("heard" if stop.wait(40) else "deaf")
"""


def _bar(notebook: Notebook, name: str) -> Locator:
    return notebook.output(0).get_by_role("progressbar", name=name, exact=True)


def _colour(bar: Locator) -> str:
    return str(bar.locator(".ingb-fill").evaluate("e => getComputedStyle(e).backgroundColor"))


def _theme_colour(lab: Lab, variable: str) -> str:
    script = """name => {
        const probe = document.body.appendChild(document.createElement("i"));
        probe.style.color = `var(${name})`;
        const colour = getComputedStyle(probe).color;
        probe.remove();
        return colour;
    }"""
    return str(lab.page.evaluate(script, variable))


def test_a_screen_reader_hears_name_value_and_text(lab: Lab) -> None:
    notebook = lab.run(
        SHOW + "with ProgressTracker(40, desc='papers', unit='file', sinks=[bar]) as t:\n    t.update(40)"
    )
    bar = _bar(notebook, "papers")
    for name, value in {"valuenow": "40", "valuemin": "0", "valuemax": "40"}.items():
        expect(bar).to_have_attribute(f"aria-{name}", value)
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^100% 40/40 \[00:00<00:00, .+ file/s\]$"))
    assert _colour(bar) == _theme_colour(lab, "--jp-success-color1"), "green at the end"
    expect(notebook.output(0).get_by_role("button")).to_have_count(0)
    assert lab.errors == []


def test_an_error_leaves_the_bar_red_with_the_reason(lab: Lab) -> None:
    code = "with ProgressTracker(40, desc='<b>papers</b>', sinks=[bar]) as t:\n    t.update(16)\n"
    code += "    raise ValueError('<i>no ink')"
    notebook = lab.run(SHOW + code)
    bar = _bar(notebook, "<b>papers</b>")
    expect(bar).to_have_attribute("aria-valuenow", "16")
    expect(bar).to_have_attribute("aria-valuetext", re.compile("failed: ValueError: <i>no ink"))
    expect(notebook.output(0).get_by_text("failed: ValueError: <i>no ink", exact=True)).to_be_visible()
    assert _colour(bar) == _theme_colour(lab, "--jp-error-color1")


def test_without_a_total_no_value_is_made_up(lab: Lab) -> None:
    notebook = lab.run(
        SHOW + "t = ProgressTracker(desc='pages', unit='page', sinks=[bar], min_seconds=0)\n_ = t.update(7)"
    )
    bar = _bar(notebook, "pages")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^7 page \["))
    assert bar.get_attribute("aria-valuenow") is None


def test_stop_is_heard_while_the_cell_blocks(lab: Lab) -> None:
    notebook = lab.notebook(SHOW + BLOCK_UNTIL_STOPPED)
    run = notebook.start(0)
    stop = notebook.output(0).get_by_role("button", name="Stop", exact=True)
    expect(stop).to_have_count(1)
    assert not run.ended
    stop.click()
    run.wait(5)
    assert notebook.text(0).endswith("heard\n")
    expect(_bar(notebook, "papers")).to_have_attribute("aria-valuetext", re.compile("stopped"))
    expect(stop).to_have_count(0)
    assert lab.errors == []


def test_stop_is_heard_by_the_older_kernel_between_two_cells(lab: Lab, old_kernel: str) -> None:
    code = "stop = threading.Event()\nbar.on_stop(stop.set)\n_ = ProgressTracker(9, sinks=[bar]).update()"
    notebook = lab.notebook(SHOW + code, "print(stop.wait(20))", kernel=old_kernel)
    notebook.run_cell(0)
    notebook.output(0).get_by_role("button", name="Stop", exact=True).click()
    expect(notebook.output(0).get_by_role("button", name="Stop", exact=True)).to_be_disabled()
    notebook.run_cell(1)
    assert notebook.text(1) == "True\n"


def test_what_a_stop_callback_raises_is_shown_in_the_widget(lab: Lab) -> None:
    code = "def broken():\n    raise OSError('no brake')\n"
    code += "bar.on_stop(broken)\n_ = ProgressTracker(9, sinks=[bar]).update()"
    notebook = lab.run(SHOW + code)
    notebook.output(0).get_by_role("button", name="Stop", exact=True).click()
    expect(notebook.output(0).get_by_text("Stop failed: OSError: no brake", exact=True)).to_be_visible()


def test_in_an_output_of_ipywidgets_all_is_to_be_seen(lab: Lab) -> None:
    """What stands there for a saved notebook hides itself, not the widget that it lies in."""
    code = SHOW + "import ipywidgets\nout = ipywidgets.Output()\n"
    code += "with out:\n    print('before')\n    for _ in ProgressTracker(3, desc='in it').track(range(3)): pass\n"
    output = lab.run(code + "ipywidgets.VBox([ipywidgets.Label('a label'), out])").output(0)
    expect(output.get_by_role("progressbar", name="in it")).to_be_visible()
    for text in ("before", "a label"):
        expect(output.get_by_text(text)).to_be_visible()
    expect(output.locator(".ingw-saved", has_text="100% 3/3")).to_be_hidden()


def test_beside_another_widget_the_bar_is_to_be_seen(lab: Lab) -> None:
    code = "import ipywidgets\nfrom ingest_widgets import ProgressBar\n"
    output = lab.run(code + "ipywidgets.HBox([ProgressBar(), ipywidgets.Label('x')])").output(0)
    bar = output.get_by_role("progressbar", name="Progress")
    assert bar.evaluate("bar => bar.clientWidth") >= 60


@pytest.mark.parametrize("trusted", [True, False])
def test_a_saved_notebook_says_the_final_state_without_a_kernel(lab: Lab, trusted: bool) -> None:
    code = "with ProgressTracker(40, desc='papers', sinks=[bar]) as t:\n    t.update(30)\n    bar.note = '2 <failed>'"
    notebook = lab.run(SHOW + code)
    text = "papers: 75% 30/40"
    expect(notebook.output(0).locator(".ingw-saved", has_text=text)).to_have_count(1)  # it comes soon after the end
    expect(notebook.output(0).locator(".ingw-saved", has_text=text)).to_be_hidden()  # the live bar says it
    again = notebook.reopen(trusted=trusted)
    saved = again.output(0).locator(".ingw-saved", has_text=text)
    expect(saved).to_be_visible()
    expect(saved).to_contain_text("stopped, 2 <failed>")


@pytest.mark.parametrize("thread", [False, True], ids=["main thread", "other thread"])
def test_the_page_gets_at_most_ten_messages_a_second_and_the_last_value(lab: Lab, thread: bool) -> None:
    work = """
def work():
    with ProgressTracker(20_000, sinks=[bar], min_change=0, min_seconds=0, desc="all") as tracker:
        for _ in range(20_000):
            tracker.update()
"""
    call = "t = threading.Thread(target=work); t.start(); t.join()" if thread else "work()"
    notebook = lab.notebook(SHOW, work + call)
    notebook.run_cell(0)
    lab.forget_messages()
    notebook.run_cell(1)
    expect(_bar(notebook, "all")).to_have_attribute("aria-valuenow", "20000")
    sent = [m for m in lab.messages(direction="recv", channel="iopub") if "comm" in m.type or "display" in m.type]
    assert sent
    assert peak_rate(sent) <= 10


def test_a_loop_in_a_loop_leaves_one_bar_and_lines(lab: Lab) -> None:
    code = """
from ingest_widgets import ProgressTracker
for _ in ProgressTracker(desc="outer").track(range(60)):
    for _ in ProgressTracker(desc="inner").track(range(10)):
        pass
"""
    notebook = lab.run(code)
    output = notebook.output(0)
    expect(output.get_by_role("progressbar")).to_have_count(1)
    expect(_bar(notebook, "outer")).to_have_attribute("aria-valuenow", "60")
    expect(output.get_by_text("inner: 100% 10/10").last).to_be_visible()
    lab.screenshot("progress-bars-nested", notebook.cell(0))
    output.get_by_text("50 more short bars").click()
    lines = output.locator(".ingw-lines").inner_text()
    assert lines.count("inner: 100% 10/10") == 60
    assert (
        peak_rate(
            [m for m in lab.messages(direction="recv", channel="iopub") if "comm" in m.type or "display" in m.type]
        )
        < 15
    )
    again = notebook.reopen(trusted=False)
    expect(again.output(0).get_by_text("outer: 100% 60/60")).to_be_visible()
    expect(again.output(0).get_by_text("50 more short bars")).to_be_visible()
    lab.screenshot("progress-bars-nested-saved", again.cell(0))


def test_it_fits_both_themes_and_a_narrow_page(lab: Lab) -> None:
    code = "bar.on_stop(print)\nt = ProgressTracker(40, desc='papers', unit='file', sinks=[bar], min_seconds=0)"
    notebook = lab.run(f"{SHOW}{code}\n_ = t.update(30)")
    expect(_bar(notebook, "papers")).to_have_attribute("aria-valuenow", "30")
    lab.screenshot("progress-bar-light", notebook.cell(0))
    lab.theme("dark")
    lab.width(600)
    box = _bar(notebook, "papers").bounding_box()
    assert box is not None
    assert box["width"] > 100
    output = notebook.output(0)
    assert output.evaluate("e => e.scrollWidth <= e.clientWidth"), "nothing is cut off"
    lab.screenshot("progress-bar-dark-narrow", notebook.cell(0))
