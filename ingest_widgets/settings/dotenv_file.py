"""`.env` in the working directory, as python-dotenv reads it, with the line of every variable."""

from __future__ import annotations

import os
import re
from functools import cached_property
from io import StringIO
from typing import TYPE_CHECKING

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.layers import Environment, is_ours, known, path_of
from ingest_widgets.settings.secret import Secret
from ingest_widgets.settings.text_file import read_text

if TYPE_CHECKING:
    from dotenv.parser import Binding

DOTENV = ".env"
_NAME = re.compile(r"\s*(?:export\s+)?['\"]?(\w+)")


class DotEnv(Environment):
    """`INGEST_*` of the file; other names and lines in it are none of our business."""

    place = DOTENV

    @cached_property
    def variables(self) -> dict[str, Secret]:
        """What the file says, `${NAME}` filled in from the environment.

        Raises:
            SettingsError: The file can't be read, or a line of it means a setting and sets none.
        """
        # A folder of that name is somebody's virtual environment.
        file = _File("" if os.path.isdir(DOTENV) else read_text(DOTENV))
        if file.problem:
            raise SettingsError(file.problem)
        self._lines = file.lines
        return file.variables

    def place_of(self, name: str) -> str:
        """File, line and variable."""
        return f"{DOTENV}, line {self._lines[name]}, {name}"


class _File:
    """A parsed file, or the first problem in it.

    Nothing is raised from here: the frames hold the raw text.
    """

    __slots__ = ("lines", "problem", "variables")

    def __init__(self, text: str) -> None:
        self.variables: dict[str, Secret] = {}
        self.lines: dict[str, int] = {}
        self.problem = ""
        if text:
            self._parse(text)

    def _parse(self, text: str) -> None:
        from dotenv.main import resolve_variables
        from dotenv.parser import parse_stream

        bindings = list(parse_stream(StringIO(text)))
        for binding in bindings:
            if binding.key is not None and is_ours(binding.key):
                self.lines[binding.key] = _line_of(binding)  # the last one counts
            elif binding.error and _means_ours(binding):
                self.problem = f"{DOTENV}, line {_line_of(binding)}: expected NAME=value, with both quotes if any"
                return
        found = resolve_variables(((one.key, one.value) for one in bindings if one.key is not None), override=True)
        self.variables = {name: Secret(found[name] or "") for name in self.lines}


def _line_of(binding: Binding) -> int:
    """Where it stands, below the empty lines that python-dotenv counts in."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _means_ours(binding: Binding) -> bool:
    name = _NAME.match(binding.original.string)
    return name is not None and is_ours(name[1]) and known(path_of(name[1]))
