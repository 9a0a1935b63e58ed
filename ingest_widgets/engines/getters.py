"""pdfium's small getters, called thousands of times a page."""

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
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)
