"""Every setting with where it came from, and `ingest.yaml` as a form to fill in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from ingest_widgets.settings.fields import NAMES, Fields
from ingest_widgets.settings.layers import Path
from ingest_widgets.settings.model import Settings, precedence
from ingest_widgets.settings.overrides import get_settings
from ingest_widgets.settings.remote import Remote
from ingest_widgets.settings.yaml_file import YAML


@dataclass(frozen=True, slots=True)
class Origin:
    """One setting.

    Attributes:
        name: Sections and fields joined by dots.
        value: JSON-able; secrets are masked, a secret that nobody has read yet is None.
        place: Such as `INGEST_WORKERS`, `ingest.yaml, line 3, column 10`, `default`.
    """

    name: str
    value: Any
    place: str


def origins() -> list[Origin]:
    """All settings as they are now, in the order of the fields. Asks nothing on the network.

    As `get_settings` does, it warns of variables that look like ours and mean nothing.

    Raises:
        SettingsError: A file or a variable says something that doesn't fit.
    """
    settings, layers = get_settings(), precedence({})
    return [Origin(".".join(path), *_looked_up(path, settings, layers)) for path in paths(NAMES)]


def paths(names: Mapping[str, Any], above: Path = ()) -> Iterator[Path]:
    """The path of every single setting."""
    for name, kind in names.items():
        if isinstance(kind, Mapping):
            yield from paths(kind, (*above, name))
        else:
            yield *above, name


def _looked_up(path: Path, settings: Settings, layers: tuple[Any, ...]) -> tuple[Any, str]:
    if path[-1] in settings.waiting:
        asked = [layer.address(settings) for layer in layers if isinstance(layer, Remote) and layer.set_up(settings)]
        return None, f"asked when first read: {' then '.join(place.rstrip(',') for place in asked)}"
    layer = next((layer for layer in layers if layer.has(path)), None)
    return _plain(_value(path, settings)), layer.where(path) if layer else "default"


def _value(path: Path, settings: Any) -> Any:
    for name in path:
        settings = getattr(settings, name)
    return settings


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, SecretStr):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def form() -> str:
    """The text of an `ingest.yaml` that changes nothing: every setting in a comment, with its default."""
    head = [
        f"# {YAML}: settings of ingest_widgets for all that runs in this folder.",
        "# Take the '#' away from what you want to change. Stronger than this file are, in this order:",
        "# arguments, settings_override(...), environment variables such as INGEST_WORKERS, and the file .env.",
        "# Secrets are better kept in the environment, in Vault or in AWS Secrets Manager than here.",
    ]
    return "\n".join([*head, *_lines(Fields)]) + "\n"


def _lines(model: type[BaseModel], indent: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        yield "#" if indent else ""
        yield f"#{indent}# {field.description}" if indent else f"# {field.description}"
        if isinstance(default, BaseModel):
            yield f"#{indent}{name}:"
            yield from _lines(type(default), indent + "  ")
        else:
            yield f"#{indent}{name}: {_yaml(default)}"


def _yaml(default: Any) -> str:
    plain = _plain(default)
    return plain if isinstance(plain, str) else json.dumps(plain)
