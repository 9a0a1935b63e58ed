"""Displays of the loop's thread land in the cell that called, as its prints do.

ipykernel 6 routes prints by a context variable but knows one cell for displays, the one that runs now. Its publisher
takes hooks for one thread alone: ours hands a display the cell that a print would go to.
"""

from __future__ import annotations

import sys
from typing import Any


def route_displays() -> None:
    """Call it in the loop's own thread; without a kernel, or with a later one, nothing changes."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    kernel = sys.modules.get("ipykernel")
    if shell is not None and hasattr(shell, "kernel") and kernel is not None and kernel.version_info[0] == 6:
        shell.display_pub.register_hook(_to_the_cell_of_prints)


def _to_the_cell_of_prints(message: dict[str, Any]) -> dict[str, Any]:
    header = getattr(sys.stdout, "parent_header", None)
    if header:
        message["parent_header"] = header
    return message
