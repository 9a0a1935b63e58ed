"""`ingest.yaml` in the working directory, with the line and column of everything in it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.fields import NAMES
from ingest_widgets.settings.layers import Layer, Path
from ingest_widgets.settings.problems import unknown
from ingest_widgets.settings.secret import sealed
from ingest_widgets.settings.text_file import read_text

YAML = "ingest.yaml"
MOST = 100_000  # values: some lines of anchors in anchors may mean billions
_QUOTED = re.compile(r"(['\"])(?!<|\\t\1).{2,}\1")


Mark = tuple[int, int]


class IngestYaml(Layer):
    """The file; a key without a value counts as unset."""

    place = YAML

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the file says."""
        file = _File(read_text(YAML))
        if file.problem:
            raise SettingsError(file.problem)
        self._marks = file.value_marks
        return file.values

    def where(self, path: Path) -> str:
        """File, line and column of the value, as editors count."""
        marks = self._marks if self.values else {}
        mark = next((marks[path[:length]] for length in range(len(path), 0, -1) if path[:length] in marks), None)
        return _at(mark) if mark else YAML


class _File:
    """A parsed file, or the first problem in it.

    Nothing is raised from here: the frames hold the raw text.
    """

    __slots__ = ("key_marks", "problem", "value_marks", "values")

    def __init__(self, text: str) -> None:
        self.values: dict[str, Any] = {}
        self.key_marks: dict[Path, Mark] = {}
        self.value_marks: dict[Path, Mark] = {}
        self.problem = ""
        if text:
            self._parse(text)

    def _parse(self, text: str) -> None:
        import yaml

        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            if _size(node, {}) > MOST:
                self.problem = f"{YAML}: its anchors (&) stand for themselves or for far too much: write it out"
                return
            values = loader.construct_document(node) if node else None
        except yaml.MarkedYAMLError as error:
            self.problem = _yaml_problem(error)
        except (yaml.YAMLError, ValueError, RecursionError):
            self.problem = f"{YAML}: isn't YAML text"
        else:
            self._take(node, values)

    def _take(self, node: Any, values: Any) -> None:
        if values is None:
            return
        if not isinstance(values, dict):
            self.problem = f"{YAML}, line 1, column 1: expected keys and values such as 'workers: 2'"
            return
        self._mark(node)
        if not self.problem:
            self.values = _without_empty(sealed(values, NAMES))

    def _mark(self, node: Any, path: Path = (), names: Any = NAMES) -> None:
        """Notes where each key stands, and finds the unknown and the doubled: PyYAML would take the later of two."""
        for key, value in node.value:
            here = (*path, str(key.value))
            at = (key.start_mark.line + 1, key.start_mark.column + 1)
            if here in self.key_marks:
                first = self.key_marks[here][0]
                self.problem = self.problem or f"{_at(at)}: {'.'.join(here)} is here twice, first in line {first}"
            elif here[-1] not in names:
                known = [".".join((*path, name)) for name in names]
                self.problem = self.problem or f"{_at(at)}: {unknown('.'.join(here), known)}"
            self.key_marks[here] = at
            self.value_marks[here] = (value.start_mark.line + 1, value.start_mark.column + 1)
            if isinstance(names.get(here[-1]), Mapping) and value.id == "mapping":
                self._mark(value, here, names[here[-1]])


def _size(node: Any, known: dict[int, float]) -> float:
    """How many values a node is when every anchor is written out; endless for one that holds itself."""
    if node is None or node.id == "scalar":
        return 1
    if id(node) not in known:
        known[id(node)] = math.inf
        below = node.value if node.id == "sequence" else itertools.chain(*node.value)
        known[id(node)] = 1 + sum(_size(part, known) for part in below)
    return known[id(node)]


def _at(mark: Mark) -> str:
    return f"{YAML}, line {mark[0]}, column {mark[1]}"


def _yaml_problem(error: Any) -> str:
    """PyYAML quotes what it stumbled over, which may be a password: quoted words stay out."""
    mark = error.problem_mark or error.context_mark
    said = _QUOTED.sub("…", error.problem or error.context or "isn't YAML")
    place = _at((mark.line + 1, mark.column + 1)) if mark else YAML
    return f"{place}: {said}; put texts with special signs in quotes, and spaces in place of tabs"


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    cut = {key: _without_empty(item) if isinstance(item, dict) else item for key, item in values.items()}
    return {key: item for key, item in cut.items() if item is not None}
