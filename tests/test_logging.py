"""The package logger, each row in a process of its own: importing is what is tested."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_widgets import configure_logging

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_level() -> Iterator[None]:
    logger = logging.getLogger("ingest_widgets")
    level = logger.level
    yield
    logger.setLevel(level)


def _python(code: str, **environment: str) -> tuple[str, str]:
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **environment},
    )
    return ran.stdout, ran.stderr


SAY = """
import logging
import ingest_widgets
logger = logging.getLogger("ingest_widgets.room")
logger.debug("low"); logger.info("middle"); logger.warning("high")
"""


def test_import_gives_one_handler_and_info_lines_on_stderr() -> None:
    assert _python(SAY) == ("", "INFO ingest_widgets.room: middle\nWARNING ingest_widgets.room: high\n")


@pytest.mark.parametrize(
    ("environment", "lines"),
    [
        ({"INGEST_LOG_LEVEL": "debug"}, 3),
        ({"INGEST_LOG_LEVEL": "30"}, 1),
        ({"LOG_LEVEL": "WARNING"}, 1),
        ({"LOG_LEVEL": "DEBUG", "INGEST_LOG_LEVEL": "ERROR"}, 0),
        ({"INGEST_LOG_LEVEL": " "}, 2),
    ],
)
def test_the_environment_sets_the_level_ours_before_the_shared_one(environment: dict[str, str], lines: int) -> None:
    assert len(_python(SAY, **environment)[1].splitlines()) == lines


def test_a_bad_level_in_the_environment_is_one_warning_and_the_import_goes_on() -> None:
    _, err = _python(SAY + "import ingest_widgets.documents\n", INGEST_LOG_LEVEL="loud")
    first, *rest = err.splitlines()
    assert first.startswith("WARNING ingest_widgets: INGEST_LOG_LEVEL is 'loud'")
    assert rest == ["INFO ingest_widgets.room: middle", "WARNING ingest_widgets.room: high"]


def test_a_root_handler_neither_doubles_a_line_nor_takes_info_away() -> None:
    for order in ("before", "after"):
        root = "import logging; logging.basicConfig(format='ROOT %(message)s', level='WARNING')\n"
        code = root + SAY if order == "before" else SAY.replace("logger =", f"{root}logger =")
        assert _python(code)[1].splitlines() == [
            "INFO ingest_widgets.room: middle",
            "WARNING ingest_widgets.room: high",
        ]


def test_the_root_logger_is_never_touched() -> None:
    code = "import logging; r = logging.getLogger(); a = (r.level, list(r.handlers)); import ingest_widgets"
    out, _ = _python(f"{code}; ingest_widgets.configure_logging('DEBUG'); print(a == (r.level, r.handlers))")
    assert out == "True\n"


def test_one_handler_after_three_imports() -> None:
    code = """
import sys, logging, importlib
for _ in range(3):
    for name in [n for n in sys.modules if n.startswith("ingest_widgets")]:
        del sys.modules[name]
    importlib.import_module("ingest_widgets")
print(len(logging.getLogger("ingest_widgets").handlers))
"""
    assert _python(code)[0] == "1\n"


def test_one_handler_after_sixteen_imports_and_calls_at_once() -> None:
    code = """
import logging, sys, threading
sys.setswitchinterval(1e-6)
start = threading.Barrier(16)
def work():
    start.wait()
    import ingest_widgets
    logging.getLogger("ingest_widgets").handlers.clear()
    start.wait()
    ingest_widgets.configure_logging()
threads = [threading.Thread(target=work) for _ in range(16)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(logging.getLogger("ingest_widgets").handlers))
"""
    assert _python(code)[0] == "1\n"


def test_a_library_that_brings_its_handler_first_keeps_us_silent() -> None:
    code = "import logging; logging.getLogger('ingest_widgets').addHandler(logging.NullHandler())\n" + SAY
    assert _python(code) == ("", "")
    assert _python(SAY.replace("logger =", "ingest_widgets.configure_logging(logging.CRITICAL + 1)\nlogger =")) == (
        "",
        "",
    )


def test_the_handler_writes_to_the_stderr_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("ingest_widgets.room").warning("heard")
    assert capsys.readouterr().err == "WARNING ingest_widgets.room: heard\n"


def test_a_message_is_one_line_whatever_a_file_name_brings_along(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("ingest_widgets").warning("%s", "a\nWARNING forged\x1b[2Jé\u202e\udcff")
    assert capsys.readouterr().err == "WARNING ingest_widgets: a\\nWARNING forged\\x1b[2Jé\\u202e\\udcff\n"


def test_a_level_of_the_user_stays_when_nothing_else_is_said() -> None:
    configure_logging("DEBUG")
    configure_logging()
    assert logging.getLogger("ingest_widgets").level == logging.DEBUG
    configure_logging(logging.ERROR)
    assert logging.getLogger("ingest_widgets").level == logging.ERROR


@pytest.mark.parametrize("level", ["loud", "", "-1", -5, "NOTALEVEL"])
def test_a_level_that_does_not_exist_is_one_clear_error(level: str | int) -> None:
    before = logging.getLogger("ingest_widgets").level
    with pytest.raises(ValueError, match="no log level: use DEBUG, INFO"):
        configure_logging(level)
    assert logging.getLogger("ingest_widgets").level == before


@pytest.mark.parametrize("level", [True, 3.5, object()])
def test_a_level_of_a_wrong_type_is_a_type_error(level: object) -> None:
    with pytest.raises(TypeError, match="must be a name such as 'INFO'"):
        configure_logging(level)  # type: ignore[arg-type]


def test_a_bad_variable_is_named_by_the_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_LOG_LEVEL", "loud")
    with pytest.raises(ValueError, match="INGEST_LOG_LEVEL is 'loud'"):
        configure_logging()


INGEST = """
import logging, sys
from pathlib import Path
import ingest_widgets
from ingest_widgets import ProgressTracker, configure_logging, ingest, settings_override
logger = logging.getLogger("ingest_widgets")
def levels(**override):
    "The levels of the logger in the middle of a run and after it."
    seen = []
    with settings_override(**override):
        ingest(Path("empty"), "c.sqlite", progress=ProgressTracker(sinks=[lambda state: seen.append(logger.level)]))
    print(*sorted({*seen}), logger.level)
Path("empty").mkdir()
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("levels()", "20 20"),
        ("levels(log_level='ERROR')", "40 20"),
        ("levels(log_level='DEBUG')", "10 20"),
        ("Path('ingest.yaml').write_text('log_level: ERROR'); levels(); levels(log_level='WARNING')", "40 20\n30 20"),
        ("logger.setLevel('WARNING'); levels(log_level='ERROR')", "30 30"),
        ("configure_logging('INFO'); levels(log_level='ERROR')", "20 20"),
        ("configure_logging('INFO'); configure_logging(); levels(log_level='ERROR')", "20 20"),
        ("configure_logging(); levels(log_level='ERROR')", "40 20"),
    ],
)
def test_the_setting_counts_while_an_ingest_runs_unless_a_call_gave_a_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _python(INGEST + code) == (f"{said}\n", "")


def test_the_environments_level_goes_over_that_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ingest.yaml").write_text("log_level: DEBUG\n", encoding="utf-8")
    assert _python(INGEST + "levels()", INGEST_LOG_LEVEL="ERROR") == ("40 40\n", "")
    assert _python(INGEST.replace(".mkdir()", ".exists()") + "levels()", LOG_LEVEL="ERROR") == ("10 40\n", "")


def test_of_ingests_at_once_the_one_that_says_most_counts_and_a_level_set_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = """
from ingest_widgets.logs import level_during
first, second = level_during("ERROR"), level_during("WARNING")
seen = []
for step in (first.__enter__, second.__enter__, lambda: first.__exit__(None, None, None)):
    step()
    seen.append(logger.level)
second.__exit__(None, None, None)
with level_during("ERROR"):
    logger.setLevel("DEBUG")
logger.setLevel("ERROR")
levels(log_level="WARNING")
print(seen)
"""
    assert _python(INGEST + code) == ("40 40\n[40, 30, 30]\n", "")
