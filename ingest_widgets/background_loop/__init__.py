"""Call async code from sync code: one persistent loop on one daemon thread, and a lock to wait on.

    caller's thread                             loop's thread
    run_sync: copy the context, make a Call
    submit ---------- call_soon_threadsafe ---> begin: a task, its first step at once
    wait on the call's gate                     the coroutine runs
    bring the context back  <---- gate -------- finish

A coroutine that calls `run_sync` blocks the loop it runs on; that call goes to a second loop, and so on: one loop a
depth. Nothing here knows of notebooks; only `on="kernel"` patches asyncio, and only when it is asked for.
"""

from ingest_widgets.background_loop.loop_thread import shutdown_background_loop
from ingest_widgets.background_loop.waiting import run_sync

__all__ = ["run_sync", "shutdown_background_loop"]
