"""pdfium's small functions, called thousands of times a page, at a third of what ctypes takes for them as usual.

No types of arguments are declared, so ctypes converts and checks nothing: give `Handle`s and `byref`s where C wants
addresses, whole numbers where it wants an int, and nothing else.
"""

from __future__ import annotations

import ctypes
from typing import Any


class Handle(ctypes.c_void_p):
    """What pdfium knows something by; false when there is none. As a class of its own, ctypes leaves it whole."""


def getter(function: Any, result: Any = ctypes.c_int) -> Any:
    """One of pypdfium2's raw functions, called with the interpreter's lock held.

    Args:
        function: From `pypdfium2.raw`.
        result: Its type; None for a function without.
    """
    return ctypes.PYFUNCTYPE(result)(_address(function))


def unlocked(function: Any, result: Any) -> Any:
    """The same for a function that may take long: threads that watch the process go on in the meantime."""
    return ctypes.CFUNCTYPE(result)(_address(function))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
