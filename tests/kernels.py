"""Real Jupyter kernels for tests: private folders, sockets in the file system, so that many can run side by side.

Two generations are tested: the ipykernel of the environment, and the last one of the 6 series from an overlay that
goes onto the kernel's path only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OVERLAY = ROOT / ".kernels" / "ipykernel-6.31"
OVERLAY_COMMAND = f"pip install --target {OVERLAY.relative_to(ROOT)} --no-deps 'ipykernel==6.31.*'"
KERNELS = ("ipykernel-7", "ipykernel-6.31")
PATIENCE = 90.0
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


@dataclass
class Reply:
    """What a cell came to: its reply, and the messages on iopub that name it as their parent."""

    status: str
    error: str
    trace: str
    stdout: str
    stderr: str
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """The error with its traceback, empty when all went well."""
        return "" if self.status == "ok" else f"{self.error}\n{self.trace}"


class Kernel:
    """A running kernel and a client that talks to it; made by `start_kernel`."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager, self.client = manager, client
        self.messages: list[dict[str, Any]] = []

    def run(self, code: str, seconds: float = PATIENCE) -> Reply:
        """Execute a cell and wait for its end."""
        return self.reply(self.send(code), seconds)

    def send(self, code: str) -> str:
        """Execute a cell without waiting; returns its message id."""
        return str(self.client.execute(code))

    def read(self, deadline: float) -> dict[str, Any]:
        """The next message on iopub, kept in `messages` too."""
        try:
            message: dict[str, Any] = self.client.get_iopub_msg(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            raise TimeoutError("the kernel said nothing more") from None
        self.messages.append(message)
        return message

    def wait_for_text(self, text: str, seconds: float = PATIENCE) -> str:
        """Wait until a cell prints `text`; returns the id of that cell.

        A print is several writes, and the kernel's timer may send what is there between two of them.
        """
        deadline = monotonic() + seconds
        said: dict[str, str] = {}
        while True:
            message = self.read(deadline)
            cell = str(message["parent_header"].get("msg_id", ""))
            said[cell] = said.get(cell, "") + str(message["content"].get("text", ""))
            if text in said[cell]:
                return cell

    def reply(self, cell: str, seconds: float = PATIENCE) -> Reply:
        """Wait for the end of a cell that was sent."""
        deadline = monotonic() + seconds
        while not any(_is_end(message, cell) for message in self.messages):
            self.read(deadline)
        answer = self.client.get_shell_msg(timeout=max(1.0, deadline - monotonic()))
        while answer["parent_header"].get("msg_id") != cell:
            answer = self.client.get_shell_msg(timeout=max(1.0, deadline - monotonic()))
        return self._collect(cell, answer["content"])

    def reply_so_far(self, cell: str) -> Reply:
        """What a cell that has ended has put out meanwhile, such as by a task it left behind."""
        return self._collect(cell, {"status": "ok"})

    def _collect(self, cell: str, content: dict[str, Any]) -> Reply:
        own = [message for message in self.messages if message["parent_header"].get("msg_id") == cell]
        return Reply(
            status=content["status"],
            error=f"{content.get('ename', '')}: {content.get('evalue', '')}",
            trace=_COLOURS.sub("", "\n".join(content.get("traceback", []))),
            stdout=_text(own, "stdout"),
            stderr=_text(own, "stderr"),
            results=[m["content"]["data"] for m in own if m["msg_type"] in ("execute_result", "display_data")],
        )


def _is_end(message: dict[str, Any], cell: str) -> bool:
    return bool(
        message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
        and message["parent_header"].get("msg_id") == cell
    )


def _text(messages: list[dict[str, Any]], name: str) -> str:
    return "".join(m["content"]["text"] for m in messages if m["msg_type"] == "stream" and m["content"]["name"] == name)


def _environment(version: str, folder: Path) -> dict[str, str]:
    places = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    paths = [str(ROOT)]
    if version == "ipykernel-6.31":
        if not (OVERLAY / "ipykernel").is_dir():
            raise FileNotFoundError(f"the kernel of the 6 series is missing; make it by: {OVERLAY_COMMAND}")
        paths.insert(0, str(OVERLAY))
    return {**os.environ, **{name: str(folder) for name in places}, "PYTHONPATH": os.pathsep.join(paths)}


def _manager(folder: Path) -> Any:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    spec = folder / "kernels" / "tested"
    spec.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.joinpath("kernel.json").write_text(json.dumps({"argv": argv, "display_name": "tested", "language": "python"}))
    return KernelManager(
        kernel_name="tested",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(spec.parent)], ensure_native_kernel=False),
        transport="ipc",
        ip=str(folder / "socket"),
        connection_file=str(folder / "connection.json"),
    )


@contextmanager
def start_kernel(version: str = KERNELS[0]) -> Iterator[Kernel]:
    """A kernel of that generation, in an empty folder, gone at the end.

    Args:
        version: One of `KERNELS`.

    Raises:
        FileNotFoundError: The overlay is missing; the message holds the command that makes it.
    """
    # Not below pytest's folder: the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="kernel-"))
    try:
        environment = _environment(version, folder)
        manager = _manager(folder)
        manager.start_kernel(env=environment, cwd=str(folder))
        client = manager.blocking_client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=PATIENCE)
            yield Kernel(manager, client)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            manager.cleanup_resources()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
