"""A real JupyterLab on loopback, with a home of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

REPO = Path(__file__).resolve().parents[2]
OLD_IPYKERNEL = REPO / ".kernels" / "ipykernel-6.31"
PYTHON = "python3"
IPYKERNEL_6 = "ipykernel-6.31"

_QUIET = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}


def wait_for(condition: Callable[[], Any], seconds: float, what: str, step: float = 0.02) -> Any:
    """The first true value of `condition`; AssertionError naming `what` after `seconds`."""
    never = threading.Event()
    for _ in range(int(seconds / step) + 1):
        if value := condition():
            return value
        never.wait(step)
    raise AssertionError(f"{what}: not within {seconds:g} s")


@dataclass
class LabServer:
    """A running server.

    Attributes:
        home: HOME and all JUPYTER_* folders lie below it.
        root: What the file browser shows; tests put their files here.
        url: Without a slash at the end.
        log: Where its output goes.
    """

    home: Path
    root: Path
    url: str
    token: str
    log: Path

    @property
    def settings_dir(self) -> Path:
        """User settings, one JSON file a plugin."""
        return self.home / "settings"

    def api(self, method: str, path: str) -> Any:
        """Ask the REST API, for instance `api("GET", "kernels")`; None when the answer is empty."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def settle(self) -> None:
        """Shut all kernels down and forget what a test has set: the next test starts from nothing."""
        wait_for(self._ends_kernels, 60, "the kernels end")
        write_settings(self.settings_dir)

    def _ends_kernels(self) -> bool:
        try:
            for kernel in self.api("GET", "kernels"):
                self.api("DELETE", f"kernels/{kernel['id']}")
        except HTTPError as error:
            # One has ended meanwhile, or is being started: the server lists that before it knows of its last activity.
            if error.code not in (404, 500):
                raise
            return False
        return True


def write_settings(folder: Path) -> None:
    """Only what keeps JupyterLab from asking and fetching; everything else is its default."""
    shutil.rmtree(folder, ignore_errors=True)
    for plugin, values in _QUIET.items():
        file = folder / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), "utf-8")


def environment(home: Path) -> dict[str, str]:
    """Ours, without anything that steers Jupyter or this package, and with a private home."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "INGEST_", "IPYTHON", "XDG_", "JPY_"))}
    return kept | {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONUNBUFFERED": "1",
    }


def write_old_kernel(data_dir: Path) -> None:
    """A kernelspec whose ipykernel is 6.31, when that is there (see tests/kernels.py)."""
    if not OLD_IPYKERNEL.is_dir():
        return
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python with ipykernel 6.31",
        "language": "python",
        "env": {"PYTHONPATH": os.pathsep.join([str(OLD_IPYKERNEL), *filter(None, [os.environ.get("PYTHONPATH")])])},
        "metadata": {"debugger": False},
    }
    folder = data_dir / "kernels" / IPYKERNEL_6
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec), "utf-8")


def link_extension(folder: Path) -> Path:
    """A labextensions folder with the checkout's own extension in it, so that no test sees an installed copy."""
    folder.mkdir()
    source = REPO / "ingest_widgets" / "labextension"
    if (source / "package.json").is_file():
        (folder / "ingest_widgets").symlink_to(source, target_is_directory=True)
    return folder


@contextmanager
def lab_server(home: Path) -> Iterator[LabServer]:
    """Start `jupyter lab` on a free port and stop it with everything it started."""
    root, token, log = home / "root", secrets.token_hex(16), home / "jupyterlab.log"
    root.mkdir(parents=True)
    write_settings(home / "settings")
    write_old_kernel(home / "data")
    command = [sys.executable, "-m", "jupyterlab", *_arguments(home, root, token)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=root, env=environment(home), stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            url = _url_of(process, home / "runtime", log)
            yield LabServer(home, root, url, token, log)
        finally:
            _end(process)


def _arguments(home: Path, root: Path, token: str) -> list[str]:
    return [
        "--no-browser", "--allow-root",
        "--expose-app-in-browser", "--JupyterNotebookApp.expose_app_in_browser=True",
        "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--IdentityProvider.token={token}",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.shutdown_no_activity_timeout=900",  # an orphan ends by itself
        "--ContentsManager.allow_hidden=False",
        f"--LabServerApp.user_settings_dir={home / 'settings'}", f"--LabServerApp.workspaces_dir={home / 'workspaces'}",
        f"--LabServerApp.extra_labextensions_path={link_extension(home / 'labextensions')}",
        "--LabApp.extension_manager=readonly", "--LabApp.news_url=None",
    ]  # fmt: skip


def _url_of(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """The server writes a file with its port once it listens."""
    info = runtime / f"jpserver-{process.pid}.json"

    def listening() -> dict[str, Any] | None:
        if process.poll() is not None:
            raise AssertionError(f"JupyterLab ended with {process.returncode}:\n{log.read_text('utf-8')[-3000:]}")
        try:
            return dict(json.loads(info.read_text("utf-8")))
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    return str(wait_for(listening, 60, "JupyterLab listens")["url"]).rstrip("/")


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM lets the server end its kernels; then whatever is left of the group goes."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)
