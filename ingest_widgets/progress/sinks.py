"""Those who are told: the sinks of one tracker, and what happens when one of them raises."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from inspect import iscoroutinefunction

from ingest_widgets.progress.state import ProgressState, Sink, sentence
from ingest_widgets.shortened import brief

_logger = logging.getLogger("ingest_widgets.progress")


class LogSink:
    """A line in the log for each report: at INFO, or at WARNING when it failed or was interrupted."""

    def __call__(self, state: ProgressState) -> None:
        """Logs `str(state)`."""
        bad = state.status in ("failed", "interrupted")
        _logger.log(logging.WARNING if bad else logging.INFO, "%s", state)


class Sinks:
    """The sinks of one tracker.

    Args:
        sinks: None: `default` is asked before the first report, unless `add` came first.
        default: What suits the place.

    Raises:
        TypeError: Something that can't be called, or is to be awaited.
    """

    __slots__ = ("_default", "_sinks")

    def __init__(self, sinks: Iterable[Sink] | None, default: Callable[[], list[Sink]]) -> None:
        self._sinks = None if sinks is None else _checked(sinks)
        self._default = default

    def add(self, sink: Sink) -> None:
        """Tells `sink` of all that comes."""
        self._sinks = (*(self._sinks or ()), *_checked([sink]))

    def show(self, state: ProgressState) -> None:
        """Calls each sink; one that raises an `Exception` is dropped, an interrupt comes out when all were told."""
        if self._sinks is None:
            self._ask_default()
        interrupt: BaseException | None = None
        for sink in self._sinks or ():
            try:
                sink(state)
            except Exception as error:  # noqa: BLE001 - the user's loop goes on without this sink
                self._drop(sink, error)
            except BaseException as error:  # noqa: BLE001 - raised below
                interrupt = error
        if interrupt is not None:
            raise interrupt

    def _ask_default(self) -> None:
        try:
            chosen = _checked(self._default())
        except Exception as error:  # noqa: BLE001 - as for a sink that raises
            chosen = ()
            self._drop(self._default, error)
        if self._sinks is None:  # it may have called `add`
            self._sinks = chosen

    def _drop(self, sink: object, error: Exception) -> None:
        rest = tuple(other for other in self._sinks or () if other is not sink)
        if self._sinks is not None:
            self._sinks = rest
        name = getattr(sink, "__qualname__", type(sink).__qualname__)
        problem = f"the progress sink {name} raised {sentence(error)} and gets no further reports"
        _logger.warning("%s", problem, exc_info=error if _logger.isEnabledFor(logging.DEBUG) else None)
        for other in rest:
            tell = getattr(other, "tell_problem", None)  # a sink that people look at can say it, too
            if callable(tell):
                tell(problem)


def _checked(sinks: Iterable[Sink]) -> tuple[Sink, ...]:
    if callable(sinks) or not isinstance(sinks, Iterable):
        raise TypeError(f"sinks must be a list of callables, not {brief(sinks)}")
    chosen = tuple(sinks)
    for sink in chosen:
        if not callable(sink):
            raise TypeError(f"sinks must be callables that take a ProgressState, not {brief(sink)}")
        if iscoroutinefunction(sink):
            cure = "wrap one as lambda state: run_sync(sink(state))"
            raise TypeError(f"sinks are called, not awaited, but {brief(sink)} is async: {cure}")
    return chosen
