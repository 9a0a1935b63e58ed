"""The house rules, run by the same tools that a contributor runs: style, types, layers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports"],
}


@pytest.mark.parametrize("rule", TOOLS)
def test_house_rule(rule: str) -> None:
    program, *arguments = TOOLS[rule]
    command = [str(Path(sys.executable).parent / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"{' '.join([program, *arguments])}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py")))
def test_benchmarks_start_as_modules(name: str) -> None:
    """Those that are commands say how to call them; the parts of one can at least be imported."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    is_command = "__main__" in (ROOT / "benchmarks" / f"{name}.py").read_text("utf-8")
    assert (done.returncode, "usage:" in done.stdout) == (0, is_command), done.stderr
