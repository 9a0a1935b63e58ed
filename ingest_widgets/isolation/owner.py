"""In a process of somebody's pool: what ends it when the owner of the pool has gone."""

from __future__ import annotations

import multiprocessing
import os
import threading
from functools import cache
from multiprocessing.process import BaseProcess


@cache
def end_with_owner(owner: int) -> None:
    """Has this process end with the one that started it, if that is the owner: nobody else takes what is read here.

    A process of the standard library's pool waits for its next task for ever once its owner was killed.

    Args:
        owner: The process whose run it is.
    """
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid == owner:
        threading.Thread(target=_end_after, args=(parent,), name="owner of the pool", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
