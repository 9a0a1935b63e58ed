"""The places that settings come from and that are read at once: each knows where a value of its stands.

Vault and AWS, which are asked only when a secret is read, are in `vault.py` and `aws.py`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.fields import NAMES
from ingest_widgets.settings.secret import Secret, sealed

PREFIX = "INGEST_"
Path = tuple[str, ...]


class Layer(PydanticBaseSettingsSource):
    """One place; its values are sealed as soon as they are known, so nothing here can show a secret."""

    place = "a layer"

    def __init__(self) -> None:
        super().__init__(BaseSettings)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the place says, by field names; sections as mappings.

        Raises:
            SettingsError: The place can't be read.
        """
        return {}

    def __call__(self) -> dict[str, Any]:
        """What pydantic-settings merges."""
        return self.values

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As pydantic-settings wants it: the value, its name, and that nothing is left to decode."""
        return self.values.get(field_name), field_name, False

    def value(self, path: Path) -> Any:
        """What stands at a path; None where nothing does."""
        found: Any = self.values
        for part in path:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def has(self, path: Path) -> bool:
        """Whether anything stands there, or a plain value where a section is expected."""
        found: Any = self.values
        for part in path:
            if not isinstance(found, Mapping):
                return True
            if part not in found:
                return False
            found = found[part]
        return True

    def where(self, path: Path) -> str:
        """The place of one value, as a person finds it."""
        return self.place

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place})"


class Arguments(Layer):
    """What was given in the call itself."""

    place = "arguments"

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__()
        self._given = sealed(given, NAMES)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The arguments, sections that are models as mappings of what was set in them."""
        return dict(self._given)

    def where(self, path: Path) -> str:
        """Nowhere that the field's name wouldn't say."""
        return ""


class Environment(Layer):
    """`INGEST_*` of the environment, upper or lower case; an empty variable counts as unset."""

    place = "the environment"

    @cached_property
    def variables(self) -> dict[str, Secret]:
        """Those with our prefix."""
        return {name: Secret(text) for name, text in os.environ.items() if is_ours(name)}

    @cached_property
    def values(self) -> dict[str, Any]:
        """What the variables say; lists and whole sections are JSON."""
        found: dict[str, Any] = {}
        for path, _, text in self._known:
            *sections, last = path
            section = found
            for part in sections:
                section = section.setdefault(part, {}) if isinstance(section.get(part, {}), dict) else {}
            section[last] = self._parsed(path, text)
        return found

    @cached_property
    def _known(self) -> list[tuple[Path, str, Secret]]:
        """Shorter paths first, so that INGEST_VAULT__TOKEN goes over INGEST_VAULT; capitals last, they win."""
        named = [(path_of(name), name, text) for name, text in self.variables.items() if text.get_secret_value()]
        return sorted((n for n in named if known(n[0])), key=lambda n: (len(n[0]), n[1].isupper()))

    def unknown(self) -> list[str]:
        """The names that begin with INGEST_ and mean nothing."""
        return sorted(name for name in self.variables if not known(path_of(name)))

    def _parsed(self, path: Path, text: Secret) -> Any:
        kind = kind_of(path)
        if kind is True:  # `set INGEST_OCR=true && jupyter lab` on Windows puts a space behind it
            return text.get_secret_value().strip()
        if len(path) > 1:
            return text
        value = _json(text, kind)
        if value is _BROKEN:
            shape = "object" if isinstance(kind, Mapping) else 'list of texts such as ["first", "second"]'
            raise SettingsError(f"{self.where(path)}: expected a JSON {shape}")
        return value

    def where(self, path: Path) -> str:
        """The variable."""
        names = {known_path: name for known_path, name, _ in self._known}
        found = (names[path[:length]] for length in range(len(path), 0, -1) if path[:length] in names)
        return next(map(self.place_of, found), self.place)

    def place_of(self, name: str) -> str:
        """The variable of that name, as a person finds it."""
        return name


_BROKEN = object()


def _json(text: Secret, kind: Any) -> Any:
    try:
        return sealed(json.loads(text.get_secret_value()), kind)
    except (ValueError, RecursionError):
        return _BROKEN


def is_ours(name: str) -> bool:
    """Whether a variable has our prefix; INGEST_WIDGETS_* are for the tools around the package, not settings."""
    return name[: len(PREFIX)].upper() == PREFIX and not name.upper().startswith("INGEST_WIDGETS_")


def path_of(name: str) -> Path:
    """`INGEST_VAULT__ADDRESS` is ('vault', 'address')."""
    return tuple(name[len(PREFIX) :].lower().split("__"))


def kind_of(path: Path) -> Any:
    """True for a plain value, None for a secret one, a mapping for a section.

    Raises:
        KeyError: Nothing has that name.
    """
    kind: Any = NAMES
    for part in path:
        if not isinstance(kind, Mapping):
            raise KeyError(part)
        kind = kind[part]
    return kind


def known(path: Path) -> bool:
    """Whether a path is the name of something."""
    try:
        kind_of(path)
    except KeyError:
        return False
    return True
