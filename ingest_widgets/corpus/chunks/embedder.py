"""A callable that the user brings, and what it gives as vectors; this package knows no model."""

from __future__ import annotations

import inspect
import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from numbers import Complex, Real
from typing import Any

from ingest_widgets.corpus.chunks.vectors import Embedding

Embedder = Callable[[list[str]], Iterable[Iterable[Any]]]
"""Takes texts, gives a vector for each: lists of numbers, or the rows of an array."""


@dataclass(frozen=True, slots=True)
class NamedEmbedder:
    """What makes vectors, and the name of the model behind it; None: nobody gave one.

    Raises:
        TypeError: It isn't callable, or the name is no text.
        ValueError: The name is empty.
    """

    fn: Embedder
    model: str | None = None

    def __post_init__(self) -> None:
        if not callable(self.fn):
            raise TypeError(
                f"fn must be a callable that takes a list of texts, such as model.encode, not {type(self.fn).__name__}"
            )
        if self.model is not None and not isinstance(self.model, str):
            raise TypeError(f"model must be a name, say 'all-MiniLM-L6-v2', not {type(self.model).__name__}")
        if self.model == "":
            raise ValueError("model must be a name, say 'all-MiniLM-L6-v2', not empty: or leave it out")

    def refuse_another(self, held: Embedding) -> None:
        """Sees to it that the vectors are of this model: those of two can be compared, and it tells nothing.

        Raises:
            ValueError: They are of another one, or only one of both has a name.
        """
        if self.model == held.model:
            return
        cure = "leave model out" if held.model is None else f"give model={held.model!r} if fn is that one"
        raise ValueError(
            f"the vectors in the corpus are {in_words(held.model)}, this is {in_words(self.model)}: "
            f"{cure}, or embed everything anew with replace=True"
        )

    def vectors_of(self, texts: list[str]) -> list[array[float]]:
        """What `fn` gives for the texts, as vectors of length 1 (a vector of zeros stays one).

        Raises:
            ValueError: It isn't one vector a text, or they aren't of one dimension, or not of finite numbers.
            TypeError: It is nothing of the kind.
        """
        if not texts:
            return []
        given = self.fn(texts)
        _refuse_awaitable(given)
        try:
            rows = [_numbers(row) for row in _in_order(given)]
        except (TypeError, ValueError, OverflowError) as error:
            raise TypeError(
                f"fn must return one vector of numbers for each text, not {type(given).__name__} ({error})"
            ) from error
        if len(rows) != len(texts):
            raise ValueError(f"fn returned {len(rows)} vectors for {len(texts)} texts: it must return one for each")
        dimension = len(rows[0])
        if not dimension or any(len(row) != dimension for row in rows):
            found = ", ".join(map(str, sorted({len(row) for row in rows})[:5]))
            raise ValueError(f"fn returned vectors of {found} numbers: they must all have as many, and at least one")
        return [_unit(row) for row in rows]


def in_words(model: str | None) -> str:
    """The rest of a sentence about vectors."""
    return "of a model without a name" if model is None else f"of the model {model!r}"


def _refuse_awaitable(given: object) -> None:
    if not inspect.isawaitable(given):
        return
    if inspect.iscoroutine(given):
        given.close()  # else Python warns that nobody awaited it
    raise TypeError("fn must return vectors, not something to await: give lambda texts: run_sync(fn(texts))")


def _in_order(given: Iterable[Any]) -> Iterable[Any]:
    """The same; refuses what could be iterated, but isn't a list of vectors or of numbers."""
    if isinstance(given, str | bytes | bytearray | Set | Mapping):
        raise TypeError(f"a {type(given).__name__} is neither a vector nor a list of them")
    return given


def _numbers(row: Iterable[Any]) -> list[float]:
    numbers = list(_in_order(row))
    for kind in set(map(type, numbers)):
        # float() would read texts, and drop the imaginary part of another library's complex numbers.
        if issubclass(kind, str | bytes | bytearray) or (issubclass(kind, Complex) and not issubclass(kind, Real)):
            raise TypeError(f"a {kind.__name__} is no real number")
    return list(map(float, numbers))


def _unit(row: Sequence[float]) -> array[float]:
    length = math.hypot(*row)
    if not math.isfinite(length):
        raise ValueError("fn returned a vector with a number that isn't finite: leave such texts out or return zeros")
    return array("f", [number / length for number in row] if length else row)
