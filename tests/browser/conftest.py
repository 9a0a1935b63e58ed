"""A real JupyterLab in a real Chromium for every test in this folder.

    from tests.browser.lab import Lab

    pytestmark = pytest.mark.browser

    def test_a_cell_prints(lab: Lab) -> None:
        notebook = lab.run("print(6 * 7)")
        assert notebook.text(0) == "42\\n"

What there is:

- `lab`: a fresh tab with JupyterLab started in a workspace of its own. `lab.page` is Playwright's page, `lab.root` the
  folder that the server shows, `lab.errors` what the page's console said. After the test its kernels are shut down, its
  settings forgotten and `root` emptied. When a test fails, test-artifacts/FAILED-<test>.png and the console are kept.
- `lab.notebook("cell 0", "cell 1", name="sub/x.ipynb", kernel=IPYKERNEL_6)` opens a fresh notebook and waits for a
  kernel that answers; `lab.open("x.ipynb", kernel=False)` opens a file that is there; `lab.run(code)` runs one cell.
- `notebook.run_all()`, `.run_cell(i)` wait for the kernel's reply. `run = notebook.start(i)` doesn't; `run.wait()` and
  `run.ended` tell. `.interrupt()`, `.restart()`, `.shutdown()`, `.show(i)`, `.save()`,
  `.reopen(kernel=False, trusted=False)`.
- `notebook.output(i).get_by_role("button", name="Start", exact=True)`: look for your widget below `output(i)`, or
  'Start' finds JupyterLab's 'Restart'. `notebook.text(i)` is what the cell printed, `.outputs(i)` what would be saved.
  Expect with `playwright.sync_api.expect`: it waits for what it asks. Never sleep; `wait_for(condition, seconds, what)`
  in server.py is for what lives outside the page.
- `lab.theme("dark")`, `lab.width(600)`, `lab.screenshot("name")`: test-artifacts/name.png, to be looked at.
- `peak_rate(lab.messages(direction="recv", channel="iopub"))`: messages a second by the kernel's own clock;
  `lab.forget_messages()` starts anew. `with lab.tasks() as tasks:` CPU milliseconds of each task of the page's thread.
- `server` (the process, `server.url`, `server.api("GET", "kernels")`) is shared by all tests. Notebook 7 answers under
  `{url}/notebooks/x.ipynb?token=`, Voila under `{url}/voila/render/x.ipynb?token=`. `tab` is a page without JupyterLab.

The extension in the page is the checkout's `ingest_widgets/labextension`, whatever is installed. Nothing but loopback
can be reached. Without playwright or a Chromium the tests are skipped with the reason and a line at the end of the run;
with CI=true they fail. INGEST_WIDGETS_CHROMIUM names another browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.browser.chromium import OVERRIDE, find_chromium, launch_flags, missing_playwright
from tests.browser.lab import ARTIFACTS, Lab
from tests.browser.server import IPYKERNEL_6, OLD_IPYKERNEL, LabServer, lab_server
from tests.conftest import DID_NOT_RUN

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Playwright

_REASONS = pytest.StashKey[list[str]]()
_FAILED = pytest.StashKey[bool]()


def _without(config: pytest.Config, reason: str) -> NoReturn:
    """Skip out loud; in CI a browser test that can't run has failed."""
    reasons = config.stash.setdefault(_REASONS, [])
    if reason not in reasons:
        reasons.append(reason)
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(f"the browser tests must run in CI: {reason}", pytrace=False)
    pytest.skip(reason)


# Package scope: while playwright's loop is there, no other test of this process could call asyncio.run.
@pytest.fixture(scope="package")
def playwright_(request: pytest.FixtureRequest) -> Iterator[Playwright]:
    if reason := missing_playwright():
        _without(request.config, reason)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # for busy machines; what is there already costs nothing
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(
    request: pytest.FixtureRequest, playwright_: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """One browser with an empty profile; its cache makes every tab after the first one fast."""
    path = find_chromium(playwright_)
    if path is None:
        _without(request.config, f"no Chromium here: apt install chromium, playwright install chromium, or {OVERRIDE}")
    context = playwright_.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("chromium"),
        executable_path=path,
        args=launch_flags(),
        viewport={"width": 1280, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    with context:
        yield context


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """JupyterLab on loopback, with a home of its own."""
    with lab_server(tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture
def tab(chromium: BrowserContext) -> Iterator[Page]:
    """An empty tab."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def lab(request: pytest.FixtureRequest, tab: Page, server: LabServer) -> Iterator[Lab]:
    """JupyterLab, started, in a fresh tab."""
    lab = Lab(tab, server).start()
    yield lab
    if request.node.stash.get(_FAILED, False):
        _keep(lab, request.node)
    lab.settle()
    tab.close()  # before the kernels go: no 'kernel died' on the way
    server.settle()
    for path in server.root.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _keep(lab: Lab, item: pytest.Item) -> None:
    """What helps to see why a test failed."""
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in item.name)
    shot = lab.screenshot(f"FAILED-{name}")
    item.add_report_section(
        "call", "browser", "\n".join([f"screenshot: {shot.relative_to(ARTIFACTS.parent)}", *lab.errors])
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[_FAILED] = True
    if report.when == "setup" and not report.passed:
        report.user_properties += [(DID_NOT_RUN, reason) for reason in item.config.stash.get(_REASONS, [])]
    return report


@pytest.fixture(scope="package")
def old_kernel(request: pytest.FixtureRequest) -> str:
    """The name of the kernel with ipykernel 6.31."""
    if not OLD_IPYKERNEL.is_dir():
        where = OLD_IPYKERNEL.relative_to(Path(__file__).resolve().parents[2])
        _without(request.config, f"no ipykernel 6.31 in {where}: pip install --target {where} ipykernel==6.31")
    return IPYKERNEL_6
