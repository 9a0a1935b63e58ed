"""What is wrong with a setting, in one line: where, which, what was expected, and the nearest known name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ingest_widgets.shortened import shortened

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from ingest_widgets.settings.layers import Layer

_SHOWN = 40  # characters of a wrong value
_EXPECTED = {
    "list_type": "expected a list, also for a single one",
    "model_type": "expected a section of names and values",
    "path_type": "expected a path",
    "string_type": "expected a text in quotes",
}


def unknown(name: str, known: Iterable[str]) -> str:
    """The sentence for a name that nothing is called."""
    names = list(known)
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    cure = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
    return f"unknown setting {name!r}; {cure}"


def describe(error: ValidationError, layers: Sequence[Layer], names: Mapping[str, Any]) -> str:
    """All that a validation found, without any value that could be secret.

    Args:
        error: What pydantic raised.
        layers: Where the values came from, the strongest first: the sentence names the place.
        names: The tree of known names, for the nearest one.
    """
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(_sentence(detail, layers, names) for detail in details)


def _sentence(detail: ErrorDetails, layers: Sequence[Layer], names: Mapping[str, Any]) -> str:
    path = tuple(part for part in detail["loc"] if isinstance(part, str))
    layer = next((layer for layer in layers if layer.has(path)), None)
    place = layer.where(path) if layer else ""
    place = place and f"{place}: "
    if detail["type"] == "extra_forbidden":
        return place + unknown(".".join(path), _siblings(path, names))
    entry = "".join(f"[{part}]" for part in detail["loc"] if isinstance(part, int))
    said = detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected").partition(", unable")[0]
    return f"{place}{'.'.join(path)}{entry}: {_EXPECTED.get(detail['type'], said)}{_given(path, layer, names)}"


def _siblings(path: tuple[str, ...], names: Mapping[str, Any]) -> list[str]:
    for part in path[:-1]:
        names = names[part]
    return [".".join((*path[:-1], name)) for name in names]


def _given(path: tuple[str, ...], layer: Layer | None, names: Mapping[str, Any]) -> str:
    """`, not 'abc'`, if the place is one that never holds a secret."""
    known: Any = names
    for part in path:
        known = known.get(part) if isinstance(known, Mapping) else None
    shown = repr(layer.value(path)) if layer and known is True else ""
    if shown in ("", "True", "False") or "://" in shown:  # an address may hold a password
        return ""
    return f", not {shortened(shown, _SHOWN)}"
