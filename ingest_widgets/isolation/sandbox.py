"""In the worker, on Linux: gives up network, writing, starting processes, signalling and limiting others, for good.

A plug-in's worker may do all that, but what it starts stays in its process group and ends with it.

Landlock and seccomp are asked for by raw system calls, since no maintained library brings both. Where a kernel lacks
one of them, the rest still holds. Numbers are those of the kernel's own headers.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Callable, Mapping, Sequence

from ingest_widgets.isolation.promises import Found

_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_VERSION = 1
# Access rights by the ABI version that brought them: execute, write and all kinds of make and remove; link; truncate;
# ioctl on devices. Then TCP, then abstract sockets and signals.
_FS_BY_ABI = {1: 0b1_1111_1111_0011, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_NET_FROM_ABI, _NET = 4, 0b11
_SCOPE_FROM_ABI, _SCOPE = 6, 0b11

_SECCOMP_SET_FILTER, _SECCOMP_ALL_THREADS = 1, 1
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_CLONE_THREAD = 0x10000
_NR, _ARCH, _ARG0, _ARG1 = 0, 4, 16, 24
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

# A kernel architecture's audit number, and its numbers of calls.
_CALLS = {
    "x86_64": (
        0xC000003E,
        "seccomp=317 clone=56 tgkill=234 setpgid=109 setsid=112 prlimit64=302 fcntl=72 ioctl=16",
        (
            "socket=41 connect=42 accept=43 sendto=44 socketpair=53 fork=57 vfork=58 execve=59 kill=62 ptrace=101 "
            "mount=165 tkill=200 add_key=248 request_key=249 keyctl=250 unshare=272 perf_event_open=298 setns=308 "
            "process_vm_readv=310 process_vm_writev=311 bpf=321 execveat=322 userfaultfd=323 pidfd_send_signal=424 "
            "io_uring_setup=425 pidfd_getfd=438 chmod=90 fchmod=91 chown=92 fchown=93 lchown=94 utime=132 "
            "setxattr=188 lsetxattr=189 fsetxattr=190 removexattr=197 lremovexattr=198 fremovexattr=199 utimes=235 "
            "fchownat=260 futimesat=261 fchmodat=268 utimensat=280 fchmodat2=452 setxattrat=463 removexattrat=466 "
            "rt_sigqueueinfo=129 rt_tgsigqueueinfo=297 sched_setparam=142 sched_setscheduler=144 sched_setaffinity=203 "
            "sched_setattr=314 setpriority=141 ioprio_set=251 chroot=161 shmget=29 semget=64 msgget=68 mq_open=240 "
            "file_setattr=469"
        ),
    ),
    "aarch64": (
        0xC00000B7,
        "seccomp=277 clone=220 tgkill=131 setpgid=154 setsid=157 prlimit64=261 fcntl=25 ioctl=29",
        (
            "mount=40 unshare=97 ptrace=117 kill=129 tkill=130 socket=198 socketpair=199 accept=202 connect=203 "
            "sendto=206 add_key=217 request_key=218 keyctl=219 execve=221 perf_event_open=241 setns=268 "
            "process_vm_readv=270 process_vm_writev=271 bpf=280 execveat=281 userfaultfd=282 pidfd_send_signal=424 "
            "io_uring_setup=425 pidfd_getfd=438 setxattr=5 lsetxattr=6 fsetxattr=7 removexattr=14 lremovexattr=15 "
            "fremovexattr=16 fchmod=52 fchmodat=53 fchownat=54 fchown=55 utimensat=88 fchmodat2=452 setxattrat=463 "
            "removexattrat=466 rt_sigqueueinfo=138 rt_tgsigqueueinfo=240 sched_setparam=118 sched_setscheduler=119 "
            "sched_setaffinity=122 sched_setattr=274 setpriority=140 ioprio_set=30 chroot=51 shmget=194 semget=190 "
            "msgget=186 mq_open=180 file_setattr=469"
        ),
    ),
}
_CLONE3 = 435
_COMMANDS = {"fcntl": (8, 15), "ioctl": (0x8901, 0x8902, 0x40086602, 0x401C5820)}
"""Refused: to name another process as the one that a descriptor's signals go to, and to change a file's attributes."""
_X32 = 0x40000000


class _Filter(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def enter() -> Found:
    """Gives up what can be given up; call it once, when all libraries are loaded.

    Returns:
        For each promise whether it is kept, which has been tried, and how, or why it can't be.
    """
    if sys.platform != "linux":
        missing = False, f"not offered by {platform.system()}"
        return {"no writing": missing, "no network": missing, "no other processes": missing}
    libc = _libc()
    landlock = _landlock(libc)
    seccomp = _seccomp(libc, _refusing)
    return {
        "no writing": (_is_refused(lambda: os.close(os.open(os.devnull, os.O_WRONLY))), landlock),
        "no network": (_is_refused(_connect), seccomp),
        "no other processes": (_is_refused(_fork), seccomp),
    }


def stay() -> Found:
    """For plug-ins, which may start processes: none of them leaves the group that ends with the worker.

    One that asks for a session or group of its own is told that it has it.

    Returns:
        Whether that is kept, and how.
    """
    if sys.platform != "linux":
        return {}
    seccomp = _seccomp(_libc(), _staying)
    return {"no process escapes": (seccomp == "seccomp", seccomp)}


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0)
    return libc


def _is_refused(act: Callable[[], None]) -> bool:
    try:
        act()
    except PermissionError:
        return True
    return False


def _connect() -> None:
    import socket

    socket.socket().close()


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _landlock(libc: ctypes.CDLL) -> str:
    abi = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if abi < 1:
        return f"Landlock isn't offered by this kernel ({_why()})"
    files = sum(bits for since, bits in _FS_BY_ABI.items() if abi >= since)
    fields = [files, _NET if abi >= _NET_FROM_ABI else None, _SCOPE if abi >= _SCOPE_FROM_ABI else None]
    rules = b"".join(struct.pack("=Q", field) for field in fields if field is not None)
    ruleset = libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return f"Landlock refused ({_why()})"
    try:
        if libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0):
            return f"Landlock refused ({_why()})"
    finally:
        os.close(ruleset)
    return f"Landlock, ABI {abi}"


def _seccomp(libc: ctypes.CDLL, program: Callable[[int, Mapping[str, int], Sequence[int]], bytes]) -> str:
    machine = platform.machine()
    if machine not in _CALLS or struct.calcsize("P") != 8:
        return f"no seccomp filter for {machine}"
    arch, used, refused = _CALLS[machine]
    numbers = _numbers(used)
    steps = program(arch, numbers, list(_numbers(refused).values()))
    filters = _Filter(len(steps) // 8, steps)
    if libc.syscall(numbers["seccomp"], _SECCOMP_SET_FILTER, _SECCOMP_ALL_THREADS, ctypes.byref(filters)):
        return f"seccomp refused ({_why()})"
    return "seccomp"


def _numbers(calls: str) -> dict[str, int]:
    return {name: int(number) for name, _, number in (call.partition("=") for call in calls.split())}


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction of BPF; `yes` and `no`: how many to leave out after a comparison."""
    return struct.pack("=HBBI", code, yes, no, value)


_REFUSE, _PRETEND, _ALLOWED = (_step(_RETURN, what) for what in (_ERRNO | errno.EPERM, _ERRNO, _ALLOW))


def _native(arch: int, otherwise: bytes) -> list[bytes]:
    """Loads the call's number; what another architecture calls ends here."""
    foreign = [_step(_LOAD, _ARCH), _step(_EQUAL, arch, 1), otherwise]
    return [*foreign, _step(_LOAD, _NR), _step(_AT_LEAST, _X32, 0, 1), otherwise]


def _refusing(arch: int, numbers: Mapping[str, int], refused: Sequence[int]) -> bytes:
    """Foreign architectures and what is `refused` get EPERM, threads may still be made."""
    steps = _native(arch, _REFUSE)
    for number in refused:
        steps += [_step(_EQUAL, number, 0, 1), _REFUSE]
    # The C library falls back to clone, whose flags can be seen.
    steps += [_step(_EQUAL, _CLONE3, 0, 1), _step(_RETURN, _ERRNO | errno.ENOSYS)]
    steps += [_step(_EQUAL, numbers["clone"], 0, 4), _step(_LOAD, _ARG0), _step(_BITS, _CLONE_THREAD, 0, 1)]
    steps += [_ALLOWED, _REFUSE]
    # Its own limits only: those of the parent could end it.
    steps += [_step(_EQUAL, numbers["prlimit64"], 0, 4), _step(_LOAD, _ARG0), _step(_EQUAL, 0, 0, 1)]
    steps += [_ALLOWED, _REFUSE]
    for call, commands in _COMMANDS.items():
        tests = [step for command in commands for step in (_step(_EQUAL, command, 0, 1), _REFUSE)]
        steps += [_step(_EQUAL, numbers[call], 0, len(tests) + 2), _step(_LOAD, _ARG1), *tests, _ALLOWED]
    # abort() signals its own process.
    steps += [_step(_EQUAL, numbers["tgkill"], 0, 4), _step(_LOAD, _ARG0), _step(_EQUAL, os.getpid(), 0, 1)]
    return b"".join([*steps, _ALLOWED, _REFUSE, _ALLOWED])


def _staying(arch: int, numbers: Mapping[str, int], refused: Sequence[int]) -> bytes:
    """Who asks for a session or a process group of its own hears that it has it, and keeps the one it was born in."""
    steps = _native(arch, _ALLOWED)
    for call in ("setsid", "setpgid"):
        steps += [_step(_EQUAL, numbers[call], 0, 1), _PRETEND]
    return b"".join([*steps, _ALLOWED])


def _why() -> str:
    return os.strerror(ctypes.get_errno())
