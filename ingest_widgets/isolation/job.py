"""On Windows: a job object holds a worker and all that it starts, limits them, and ends them when its handle closes.

The kernel closes the handle when the parent dies, however that happens. Written to Microsoft's documentation of job
objects; names, numbers and structures are those of winnt.h.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ingest_widgets.isolation.promises import Promise

_EXTENDED_LIMITS = 9
_ONE_PROCESS, _PROCESS_MEMORY, _KILL_ON_CLOSE = 0x8, 0x100, 0x2000
_SET_QUOTA_AND_TERMINATE = 0x0101
_OWN_GROUP_WITHOUT_WINDOW = 0x0200 | 0x0800_0000  # so that a Ctrl-C in the console is for the parent alone


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_user_time", ctypes.c_int64),
        ("job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("most_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("basic", BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class JobGroup:
    """One worker and its offspring, see `Group`.

    Without a job, which some policy may forbid, it ends the worker alone, and `promises` says so.
    """

    def __init__(self, arguments: Sequence[str], memory_bytes: int, *, alone: bool, **how: Any) -> None:
        # In an environment, python.exe is a launcher, and the interpreter that it starts would escape the job.
        interpreter: str = getattr(sys, "_base_executable", "") or sys.executable
        self.process = subprocess.Popen([interpreter, *arguments], creationflags=_OWN_GROUP_WITHOUT_WINDOW, **how)
        self._kernel, self._alone = _kernel(), alone
        self._job: int | None = self._kernel.CreateJobObjectW(None, None)
        # The worker waits for its first message, so it has started nothing yet.
        if not (self._limit(memory_bytes) and self._take()):
            self.close()
        self.promises = self._promises()

    def _promises(self) -> dict[str, Promise]:
        lacking = Promise(False, "no job object could be made")
        kept = Promise(True, "a job object") if self._job else lacking
        found = {"memory limit": kept} | ({"no other processes": kept} if self._alone else {})
        return found | ({"ends with its parent": kept} if self._job else {})

    def allow(self, memory_bytes: int) -> None:
        """Sets anew what one of its processes may commit."""
        self._limit(memory_bytes)

    def _limit(self, memory_bytes: int) -> bool:
        limits = ExtendedLimits(process_memory=memory_bytes)
        limits.basic.flags = _KILL_ON_CLOSE | _PROCESS_MEMORY | (_ONE_PROCESS if self._alone else 0)
        limits.basic.most_processes = 1
        size = ctypes.sizeof(limits)
        return bool(
            self._job and self._kernel.SetInformationJobObject(self._job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
        )

    def _take(self) -> bool:
        process = self._kernel.OpenProcess(_SET_QUOTA_AND_TERMINATE, False, self.process.pid)
        try:
            return bool(process and self._kernel.AssignProcessToJobObject(self._job, process))
        finally:
            if process:
                self._kernel.CloseHandle(process)

    def kill(self) -> None:
        """Ends all of them; the worker alone without a job."""
        if not (self._job and self._kernel.TerminateJobObject(self._job, 1)):
            self.process.kill()

    def ended(self) -> bool:
        """Whether the worker is gone."""
        return self.process.poll() is not None

    def used_bytes(self) -> int:
        """The most that one process of the job had committed, also when it is gone."""
        limits = ExtendedLimits()
        size = ctypes.sizeof(limits)
        asked = self._job and self._kernel.QueryInformationJobObject(
            self._job, _EXTENDED_LIMITS, ctypes.byref(limits), size, None
        )
        return int(limits.peak_process_memory) if asked else 0

    def close(self) -> None:
        """Closes the job, which ends what still runs in it."""
        if self._job:
            self._kernel.CloseHandle(self._job)
        self._job = None


def _kernel() -> Any:
    if sys.platform != "win32":
        raise NotImplementedError("job objects are made by Windows only")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, number, anything = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p
    kernel.CreateJobObjectW.restype = handle
    kernel.CreateJobObjectW.argtypes = (anything, ctypes.c_wchar_p)
    kernel.SetInformationJobObject.argtypes = (handle, ctypes.c_int, anything, number)
    kernel.QueryInformationJobObject.argtypes = (handle, ctypes.c_int, anything, number, anything)
    kernel.OpenProcess.restype = handle
    kernel.OpenProcess.argtypes = (number, ctypes.c_int, number)
    kernel.AssignProcessToJobObject.argtypes = (handle, handle)
    kernel.TerminateJobObject.argtypes = (handle, number)
    kernel.CloseHandle.argtypes = (handle,)
    return kernel
