"""What pip installs: looked at in the wheel itself and in a bare environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import ingest_widgets

REPO = Path(__file__).resolve().parents[1]
SHARE = "share/jupyter/labextensions/ingest_widgets"


def build(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=REPO, check=True, capture_output=True, timeout=120)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_source_archive_has_all_that_its_makefile_asks_for(tmp_path: Path) -> None:
    subprocess.run(["tar", "-xzf", build("sdist", tmp_path), "-C", tmp_path], check=True, timeout=60)
    (unpacked,) = (path for path in tmp_path.iterdir() if path.is_dir())
    for goal in ("demo", "lab", "test"):
        done = subprocess.run(["make", "-n", goal], cwd=unpacked, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_the_wheel_carries_the_lab_extension_where_jupyterlab_looks_for_it(wheel: Path) -> None:
    source = REPO / "ingest_widgets" / "labextension"
    wanted = {p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    found = {name.split(f"/{SHARE}/")[1] for name in names if f"/{SHARE}/" in name}
    assert found == wanted
    assert {"package.json", "install.json", "static/remoteEntry.js", "schemas/ingest_widgets/plugin.json"} <= found
    assert not [name for name in names if name.startswith("ingest_widgets/labextension")]


def test_the_wheel_carries_types_and_the_widgets_own_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    static = REPO / "ingest_widgets" / "notebook" / "static"
    assert "ingest_widgets/py.typed" in names
    assert {f"ingest_widgets/notebook/static/{file.name}" for file in static.iterdir() if file.is_file()} <= names


def test_the_lab_extension_has_the_version_of_the_package() -> None:
    package = json.loads((REPO / "ingest_widgets" / "labextension" / "package.json").read_text("utf-8"))
    assert package["version"] == ingest_widgets.__version__


def test_pip_install_into_a_bare_environment_is_all_it_takes(wheel: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(bare / "bin" / "python"),
        "install",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True, timeout=120)
    env = os.environ | {"JUPYTER_PATH": str(bare / "share" / "jupyter"), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    listed = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    lines = (listed.stdout + listed.stderr).split(str(bare))[1].splitlines()
    ours = next(line for line in lines if "ingest_widgets v" in line)
    assert "enabled" in ours
    assert "OK" in ours
    assert "(python, ingest_widgets)" in ours
