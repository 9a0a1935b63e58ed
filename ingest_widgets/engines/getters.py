"""pdfium's functions by addresses instead of ctypes' pointers: making those costs more than many a call."""

from __future__ import annotations

import ctypes
from typing import Any


def getter(function: Any, result: Any, *arguments: Any) -> Any:
    """One of pypdfium2's raw functions, called with the interpreter's lock held: that halves the time of a call.

    Args:
        function: From `pypdfium2.raw`.
        result: Its type as ctypes has it, integers for addresses.
        arguments: Theirs.
    """
    return ctypes.PYFUNCTYPE(result, *arguments)(_address(function))


def unlocked(function: Any, result: Any, *arguments: Any) -> Any:
    """The same for a function that may take long: threads that watch the process go on in the meantime."""
    return ctypes.CFUNCTYPE(result, *arguments)(_address(function))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
