"""What a worker that a PDF has taken over can't do, on the Linux kernels that offer it."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from ingest_widgets.isolation import features, job
from tests.processes import workers

ROOT = Path(__file__).parents[1]

_TRIES = """
import ctypes, fcntl, os, platform, resource, signal, socket, subprocess, sys, threading
sys.path.insert(0, sys.argv[1])
from ingest_widgets.isolation.sandbox import enter
got = enter()
def refused(name, act):
    try:
        act()
    except OSError:
        print(name, "refused")
    else:
        print(name, "done")
refused("write", lambda: open(sys.argv[2] + "/new", "w"))
refused("overwrite", lambda: open(sys.argv[2] + "/old", "r+"))
refused("truncate", lambda: os.truncate(sys.argv[2] + "/old", 0))
refused("remove", lambda: os.remove(sys.argv[2] + "/old"))
refused("folder", lambda: os.mkdir(sys.argv[2] + "/folder"))
refused("tcp", lambda: socket.socket())
refused("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
refused("unix", lambda: socket.socket(socket.AF_UNIX))
refused("fork", os.fork)
refused("exec", lambda: os.execv(sys.executable, [sys.executable]))
refused("spawn", lambda: subprocess.run([sys.executable, "-c", ""]))
refused("signal", lambda: os.kill(os.getppid(), 0))
refused("mode", lambda: os.chmod(sys.argv[2] + "/old", 0o777))
refused("owner", lambda: os.chown(sys.argv[2] + "/old", -1, -1))
refused("times", lambda: os.utime(sys.argv[2] + "/old", (1, 1)))
refused("attribute", lambda: os.setxattr(sys.argv[2] + "/old", "user.note", b"1"))
with open(sys.argv[2] + "/old") as old:
    refused("flags", lambda: fcntl.ioctl(old, 0x40086602, bytes(8)))
refused("receiver", lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()))  # a pipe's may be SIGKILL
refused("limits", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE))
libc, pid, parent = ctypes.CDLL(None, use_errno=True), os.getpid(), os.getppid()
libc.pthread_self.restype = ctypes.c_void_p
def call(answer):  # pthread_sigqueue returns the error, the others leave it in errno
    if 1 in (answer, ctypes.get_errno() if answer < 0 else 0):
        raise PermissionError
sched_setattr, ioprio_set = {"x86_64": (314, 251), "aarch64": (274, 30)}.get(platform.machine(), (0, 0))
# To itself, which Landlock has nothing against.
refused("queued", lambda: call(libc.sigqueue(pid, 0, None)))
refused("to-thread", lambda: call(libc.pthread_sigqueue(ctypes.c_void_p(libc.pthread_self()), 0, None)))
refused("affinity", lambda: os.sched_setaffinity(parent, os.sched_getaffinity(parent)))
refused("policy", lambda: os.sched_setscheduler(parent, os.sched_getscheduler(parent), os.sched_param(0)))
refused("parameters", lambda: os.sched_setparam(parent, os.sched_param(0)))
refused("attributes", lambda: call(libc.syscall(sched_setattr, parent, None, 0)))
refused("priority", lambda: os.setpriority(os.PRIO_PROCESS, parent, os.getpriority(os.PRIO_PROCESS, parent)))
refused("io", lambda: call(libc.syscall(ioprio_set, 1, parent, 0)))
refused("root", lambda: os.chroot("/"))
refused("memory", lambda: call(libc.shmget(0, 4096, 0o600)))  # it would outlive the worker, beyond its limit
refused("semaphores", lambda: call(libc.semget(0, 1, 0o600)))
refused("messages", lambda: call(libc.msgget(0, 0o600)))
refused("queue", lambda: call(libc.mq_open(b"/queue", os.O_RDWR)))
refused("own", lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
refused("read", lambda: open(sys.argv[2] + "/old").read())
thread = threading.Thread(target=print, args=("thread done",))
thread.start()
thread.join()
sys.stdout.flush()
os.abort()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux")
def test_a_worker_gave_up_writing_network_and_processes(tmp_path: Path) -> None:
    """It reads, makes threads and can abort itself; everything that reaches out is refused."""
    (tmp_path / "old").write_text("old")
    command = [sys.executable, "-I", "-c", _TRIES, str(ROOT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    outcome = dict(line.split() for line in done.stdout.splitlines())
    got = features()
    files = (
        "write overwrite truncate remove folder".split() if got["no writing"].how.startswith("Landlock, ABI") else []
    )
    reaching_out = "tcp udp unix fork exec spawn signal mode owner times attribute flags limits queued".split()
    reaching_out += "to-thread receiver affinity policy parameters attributes priority io root memory".split()
    reaching_out += "semaphores messages queue".split()
    rest = reaching_out if got["no network"].how == "seccomp" else []
    assert {name: outcome.get(name) for name in files + rest} == dict.fromkeys(files + rest, "refused"), done.stderr
    assert [outcome[name] for name in ("own", "read", "thread")] == ["done"] * 3
    assert done.returncode == -6


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the filter knows two machines"
)
def test_a_worker_reports_what_it_got() -> None:
    """The names are what `doctor` prints; this kernel's answer may be a reason, never nothing."""
    got = features()
    assert set(got) >= {"no writing", "no network", "no other processes", "memory limit", "CPU limit"}
    assert all(promise.how for promise in got.values())


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_a_worker_has_three_deaf_descriptors_and_two_pipes() -> None:
    """0-2 on /dev/null, nothing of ours inherited, a session of its own, no secret in its environment."""
    features()
    for worker in workers():
        files = [os.readlink(f"/proc/{worker.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{worker.pid}/fd")]
        assert files.count("/dev/null") == 3
        assert sum(name.startswith("pipe:") for name in files) == 2
        assert len(files) == 5
        assert os.getsid(worker.pid) == worker.pid
        ours = {"LC_ALL", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES"}
        assert set(worker.environ()) <= ours | {"PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel that chooses whom to end is Linux")
def test_the_kernel_that_runs_out_of_memory_ends_a_worker_and_not_the_notebook() -> None:
    features()
    scores = {Path(f"/proc/{worker.pid}/oom_score_adj").read_text() for worker in workers()}
    assert scores == {"1000\n"}


@pytest.mark.skipif(struct.calcsize("P") != 8, reason="the sizes are those of 64 bits")
def test_the_limits_of_a_job_object_have_the_layout_that_windows_expects() -> None:
    """Sizes and places as winnt.h has them; no other part of it runs elsewhere than on Windows."""
    assert (ctypes.sizeof(job.BasicLimits), ctypes.sizeof(job.ExtendedLimits)) == (64, 144)
    assert (job.BasicLimits.flags.offset, job.BasicLimits.most_processes.offset) == (16, 40)
    assert (job.ExtendedLimits.process_memory.offset, job.ExtendedLimits.peak_process_memory.offset) == (112, 128)
