"""The public door: what it offers, what opening it costs, and what it must not drag in."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ingest_widgets

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "ingest_widgets"
PAPER = ROOT / "samples" / "paper-two-columns.pdf"
HEAVY = (
    "pydantic pydantic_settings pypdf pypdfium2 pikepdf PIL numpy ipywidgets anywidget pandas IPython boto3 hvac dask "
    "click rich yaml asyncio sqlite3 concurrent.futures"
).split()


def fresh(code: str) -> str:
    """Runs code in a fresh interpreter and returns what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_door_lists_all_it_offers_in_order() -> None:
    assert ingest_widgets.__all__ == sorted(ingest_widgets.__all__)
    for name in ingest_widgets.__all__:
        assert getattr(ingest_widgets, name) is not None
    assert set(ingest_widgets.__all__) <= set(dir(ingest_widgets))
    assert not hasattr(ingest_widgets, "no_such_name")


def test_each_lazy_name_is_declared_to_type_checkers_from_the_same_room() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.name: node.module.rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ingest_widgets.")
        if node.module not in ("ingest_widgets.lazy", "ingest_widgets.logs")  # what opening the door loads
        for alias in node.names
    }
    assert imported == ingest_widgets._ROOM_OF


def test_everything_public_says_what_it_is_for() -> None:
    for name in ingest_widgets.__all__:
        assert (inspect.getdoc(getattr(ingest_widgets, name)) or "").strip(), f"{name} has no docstring"


def test_importing_loads_nothing_heavy() -> None:
    loaded = json.loads(fresh("import sys, json, ingest_widgets; print(json.dumps(sorted(sys.modules)))"))
    assert [name for name in HEAVY if name in loaded] == []
    ours = [name.removeprefix("ingest_widgets.") for name in loaded if name.startswith("ingest_widgets.")]
    assert ours == ["lazy", "logs", "printable"]


def test_a_tracker_used_alone_brings_nothing_heavy_along() -> None:
    code = """
import sys, ingest_widgets
list(ingest_widgets.ProgressTracker().track(range(3)))
print(sorted(sys.modules))
"""
    loaded = ast.literal_eval(fresh(code))
    assert [name for name in HEAVY if name in loaded] == []


def test_importing_opens_no_file_or_socket_and_starts_no_thread_or_process() -> None:
    code = """
import sys, threading
seen = []
def hook(event, args):
    if event == "open" and not str(args[0]).endswith((".py", ".pyc")) and "__pycache__" not in str(args[0]):
        seen.append((event, str(args[0])))
    elif event.startswith(("socket.", "subprocess.", "os.fork", "os.exec", "sqlite3.", "_thread.")):
        seen.append((event, str(args)))
sys.addaudithook(hook)
import ingest_widgets
print(seen, threading.active_count())
"""
    assert fresh(code).strip() == "[] 1"


def test_importing_patches_no_event_loop_and_leaves_the_root_logger_alone() -> None:
    code = """
import asyncio, logging
before = {name: getattr(asyncio, name) for name in dir(asyncio)}, asyncio.BaseEventLoop.run_until_complete
handlers, level = list(logging.root.handlers), logging.root.level
import ingest_widgets
after = {name: getattr(asyncio, name) for name in dir(asyncio)}, asyncio.BaseEventLoop.run_until_complete
print(before == after, handlers == logging.root.handlers, level == logging.root.level)
"""
    assert fresh(code).split() == ["True", "True", "True"]


def test_the_core_works_without_the_notebook(tmp_path: Path) -> None:
    """A whole ingest outside a notebook loads no widget library and no IPython."""
    heavy = "IPython ipywidgets anywidget ipykernel pandas pypdf pypdfium2 pikepdf PIL".split()
    code = f"""
import sys, ingest_widgets
corpus = ingest_widgets.ingest({str(PAPER)!r}, {str(tmp_path / "c.sqlite")!r}, progress=False)
assert len(corpus), corpus.files()
print([name for name in {heavy} if name in sys.modules])
"""
    assert fresh(code).strip() == "[]"


def test_a_worker_loads_nothing_of_its_parents_half() -> None:
    code = """
import sys
import ingest_widgets.isolation.worker, ingest_widgets.isolation.reading, ingest_widgets.engines.pdfium
print(sorted(name for name in sys.modules if name.startswith("ingest_widgets.") and not name.count("engines")))
"""
    ours = {name.removeprefix("ingest_widgets.").removeprefix("isolation.") for name in ast.literal_eval(fresh(code))}
    its = "isolation worker parent reading content limits sandbox watch promises wire"
    assert ours == {"counted", "errors", "lazy", "logs", "printable", "scripts", "statuses", *its.split()}


def test_nobody_inside_imports_the_package_root() -> None:
    offenders = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "ingest_widgets":
                offenders.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert offenders == []


def test_an_error_is_one_line_whatever_names_are_in_it() -> None:
    from ingest_widgets import CorpusNotFound, IngestFailed, SourceNotFound
    from ingest_widgets.documents import FileRecord
    from ingest_widgets.statuses import Reason, Status

    name = "a\nb\u2028\x1b[31m.pdf"
    record = FileRecord(name, f"/{name}", Status.FAILED, Reason.EMPTY, "Empty.", 0, 0, None, None, 0.1, "", "")
    for error in (IngestFailed([record]), SourceNotFound(f"{name} is gone"), CorpusNotFound(f"{name} is gone")):
        assert r"a\nb\u2028\x1b[31m.pdf" in str(error)
        assert str(error).isprintable()


def test_a_table_given_for_something_else_is_refused_on_one_short_line() -> None:
    import pandas as pd

    from ingest_widgets import IngestPanel, ProgressBar, ProgressTracker, ingest, run_sync, shutdown_background_loop

    async def nothing() -> None:
        """As it says."""

    table: Any = pd.DataFrame({"file": range(40)})
    calls: list[Callable[[], object]] = [
        lambda: ingest(PAPER, executor=table),
        lambda: run_sync(nothing(), timeout=table),
        lambda: run_sync(nothing(), on=table.to_dict()),
        lambda: shutdown_background_loop(timeout=table),
        lambda: ProgressTracker(table),
        lambda: ProgressTracker(sinks=[table]),
        lambda: ProgressTracker(sinks=[]).close(reason=table),
        lambda: IngestPanel(table),
        lambda: ProgressBar(table),
    ]
    for call in calls:
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 200


def test_the_tree_of_errors_is_as_drawn() -> None:
    import builtins
    import re

    from ingest_widgets import errors

    drawing = (inspect.getdoc(errors) or "").partition("IngestError\n")[2].partition("\n\n")[0]
    above = {0: "IngestError"}
    for line in textwrap.dedent(drawing).splitlines():
        branch, name, also = re.match(r"(\W*)(\w+)(?: +\(also (\w+)\))?", line).groups()  # type: ignore[union-attr]
        depth = len(branch) // 4
        above[depth] = name
        bases = [getattr(errors, above[depth - 1])] if depth else []
        bases += [getattr(builtins, also)] if also else []
        assert all(issubclass(getattr(errors, name), base) for base in bases), line
    assert set(above) == {0, 1, 2}


def test_every_error_survives_pickling() -> None:
    import pickle

    from ingest_widgets import errors
    from ingest_widgets.documents import FileRecord
    from ingest_widgets.statuses import Reason, Status

    record = FileRecord("a.pdf", "/a.pdf", Status.FAILED, Reason.CORRUPT, "Broken.", 0, 1, None, None, 0.1, "", "")
    made: list[BaseException] = [
        errors.MissingExtra("hvac", "vault", "reading Vault"),
        errors.IngestFailed([record]),
        errors.RunSyncTimeout("job", 1.5),
        errors.RunSyncTimeout("job", 1.5, left_behind=True),
    ]
    plain = [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.IngestError) and type(made[0]) is not value
    ]
    made += [cls("one line") for cls in plain if cls is not errors.IngestFailed]
    for error in made:
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert type(type(error).__new__(type(error))) is type(error), "as tblib makes it, by which Dask pickles"
        assert str(again) == str(error)
        assert "\n" not in str(error)
        assert vars(again) == vars(error)
