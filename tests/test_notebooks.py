"""Every notebook of ours runs from top to bottom in a real kernel."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((REPO / "notebooks").glob("*.ipynb"))
QUICKSTART = REPO / "notebooks" / "quickstart.ipynb"
SAMPLES = 'samples = Path("samples") if Path("samples").is_dir() else Path("../samples")'
"""How a notebook finds them from its own folder and from the root."""


def cells_of(notebook: Path) -> list[dict[str, Any]]:
    return list(json.loads(notebook.read_text("utf-8"))["cells"])


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    return [cell for cell in cells_of(notebook) if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs_and_with_an_id_for_each_cell(notebook: Path) -> None:
    assert [cell["id"] for cell in code_cells(notebook) if cell["outputs"] or cell["execution_count"]] == []
    ids = [cell["id"] for cell in cells_of(notebook)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_where_it_runs_makes_no_difference_but_for_the_way_to_the_samples(notebook: Path) -> None:
    code = "\n".join("".join(cell["source"]) for cell in code_cells(notebook))
    assert re.search("[\"'/]samples[\"'/]", code.replace(SAMPLES, "")) is None


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("notebook", "folder"),
    [(QUICKSTART, "."), *((path, "notebooks") for path in NOTEBOOKS)],
    ids=lambda value: value.name if isinstance(value, Path) else value,
)
def test_a_notebook_runs_from_the_root_and_from_its_own_folder(notebook: Path, folder: str, tmp_path: Path) -> None:
    shutil.copytree(REPO / "samples", tmp_path / "samples")
    place = tmp_path / folder
    place.mkdir(exist_ok=True)
    shutil.copy(notebook, place)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    env = os.environ | {"HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython")}
    run = subprocess.run([*command, notebook.name], cwd=place, env=env, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout[-4000:]
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) == len(code_cells(notebook))
