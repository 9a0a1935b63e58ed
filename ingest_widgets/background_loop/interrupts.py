"""Which SIGINT handlers are deaf while a running loop is blocked."""

from __future__ import annotations

import signal
import threading
from typing import Any


def deaf_handler() -> Any:
    """The SIGINT handler to put aside while this thread blocks a running loop, or None.

    The handlers of asyncio.Runner and of ipykernel's async cells only tell that loop, which we block. A handler that
    raises at once (Python's own), an ignored signal, and other threads than the main one are left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    handler = signal.getsignal(signal.SIGINT)
    return handler if callable(handler) and handler is not signal.default_int_handler else None
