"""A line from the page that works while a cell blocks.

On ipykernel 7.4 messages on a widget's own comm wait until the cell has ended. A comm that the page itself opens goes
over a subshell, so what comes over it is heard in a thread at once. The page's half is static/kernel_comm.js, which
falls back to the widget's own comm (`on_msg`) where there are no subshells.

Nothing is ever sent back on such a comm: ipykernel would bind it to the shell that sent last.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Callable
from typing import Any

TARGET = "ingest_widgets"

Heard = Callable[[dict[str, Any], list[memoryview]], object]
_listeners: dict[str, weakref.WeakMethod[Heard]] = {}


def listen(heard: Heard) -> str:
    """Has `heard` called with what the page sends and its buffers, in a thread of the kernel's choice.

    Args:
        heard: A bound method; the listening ends with its object. It shows its errors itself: Jupyter would hide them.

    Returns:
        The key that the page has to know: the widget keeps it in its synced trait `_line`.
    """
    from comm import get_comm_manager

    get_comm_manager().register_target(TARGET, _opened)
    key = uuid.uuid4().hex
    _listeners[key] = weakref.WeakMethod(heard, lambda _: _listeners.pop(key, None))
    return key


def _opened(comm: Any, _: dict[str, Any]) -> None:
    comm.on_msg(_arrived)


def _arrived(message: dict[str, Any]) -> None:
    content = message["content"]["data"]
    listener = _listeners.get(content.get("line", ""))
    heard = listener() if listener is not None else None
    if heard is not None:
        heard(content, message.get("buffers", []))
