"""A worker process with all that it starts, as the system lets them be ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from ingest_widgets.isolation.job import JobGroup
from ingest_widgets.isolation.limits import address_space
from ingest_widgets.isolation.promises import Promise


class Group(Protocol):
    """One worker and its offspring.

    Args:
        arguments: Of the interpreter that is started.
        memory_bytes: What it may take, where the parent is who sets that.
        alone: Whether it may start no process, likewise.
        how: For `subprocess.Popen`.
    """

    process: subprocess.Popen[bytes]
    promises: dict[str, Promise]

    def __init__(self, arguments: Sequence[str], memory_bytes: int, *, alone: bool, **how: Any) -> None: ...

    def kill(self) -> None:
        """Ends all of them."""

    def ended(self) -> bool:
        """Whether the worker is gone, also while something that it started holds its pipes open."""

    def allow(self, memory_bytes: int) -> None:
        """Sets anew what it may take."""

    def used_bytes(self) -> int:
        """The memory that it has taken, as far as the system tells; 0 if it doesn't."""

    def close(self) -> None:
        """Gives back what the system lent for it, once it is ended."""


class SessionGroup:
    """On POSIX: a session of its own, whose process group gets one signal. A worker keeps its limits itself there."""

    def __init__(self, arguments: Sequence[str], memory_bytes: int, *, alone: bool, **how: Any) -> None:
        self.process = subprocess.Popen([sys.executable, *arguments], start_new_session=True, **how)
        self.promises: dict[str, Promise] = {}

    def kill(self) -> None:
        """Ends all of them."""
        # While the leader isn't reaped, no other process can have got its number.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()

    def ended(self) -> bool:
        """Whether the worker is gone; it isn't reaped by this where that can be avoided."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self.process.poll() is not None
        with suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return True

    def allow(self, memory_bytes: int) -> None:
        """The worker does it."""

    def used_bytes(self) -> int:
        """Its address space now."""
        return address_space(self.process.pid)

    def close(self) -> None:
        """Nothing was lent."""


GROUP: type[Group] = SessionGroup if hasattr(os, "killpg") else JobGroup
