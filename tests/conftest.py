"""What all tests share: the options, the samples, and a look at what a test left behind."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest_widgets.isolation.pool import usable_cores
from tests.heard import Heard, listening
from tests.poison import FAKE_ENGINES

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
BROWSER = "tests/browser/"
DID_NOT_RUN = "BROWSER TESTS DID NOT RUN"
_MOST_WORKERS = 8

# A background job of a shell, and what it starts, ignores it: tests would wait for an end that never comes.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak` runs the long tests too; `--pdfs DIR` adds a folder of real PDFs to the tests of the main job."""
    parser.addoption("--soak", action="store_true", help="run the long tests, marked soak, as well")
    parser.addoption("--pdfs", metavar="DIR", help="a folder of real PDFs for tests/test_real_pdfs.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long tests out, unless they were asked for."""
    if config.getoption("--soak"):
        return
    kept = [item for item in items if "soak" not in item.keywords]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if "soak" in item.keywords])
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A thread that never ends holds Python's own end, where no test's time-out sees it: it is shown, and ended.

    A process that works for another one is ended by that, and may wait long for those that still work.
    """
    if not hasattr(session.config, "workerinput"):
        faulthandler.dump_traceback_later(120, exit=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test said may hold half of a surrogate pair, which can't be sent to the process that counts the tests."""
    report = yield
    report.sections = [(name, said.encode(errors="backslashreplace").decode()) for name, said in report.sections]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What couldn't be tried is said at the end, in whichever process it was to be."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    said = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    for reason in dict.fromkeys(value for name, value in said if name == DID_NOT_RUN):
        terminalreporter.write_line(f"{DID_NOT_RUN}: {reason}", red=True, bold=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait more than they work."""
    return min(_MOST_WORKERS, usable_cores() + 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """The tests of a file stay together, and all that need the browser, of which there is one."""
    from xdist.scheduler import LoadScopeScheduling

    def together(nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return BROWSER if file.startswith(BROWSER) else file

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = together
    return scheduler


@pytest.fixture
def samples() -> Path:
    """The folder of our sample PDFs."""
    return SAMPLES


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What our loggers say during the test."""
    with listening() as records:
        yield records


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of that name is there to be asked for."""
    monkeypatch.syspath_prepend(str(FAKE_ENGINES))


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in an empty folder and without settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("INGEST_") and name != "INGEST_WIDGETS_CHROMIUM"]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a thread of ours running fails; the loop of run_sync is meant to last."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name == "ingest" or thread.name.startswith("isolated"):
            thread.join(5)
            assert not thread.is_alive(), f"{request.node.nodeid} left the thread {thread.name} running"
