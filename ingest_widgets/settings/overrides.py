"""`get_settings`, and what overrides it for one request or one tenant."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import cached_property, wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError

from ingest_widgets.errors import SettingsError
from ingest_widgets.settings.dotenv_file import DOTENV, DotEnv
from ingest_widgets.settings.fields import NAMES, Fields
from ingest_widgets.settings.layers import Environment, Layer, is_ours, path_of
from ingest_widgets.settings.problems import describe, unknown
from ingest_widgets.settings.remote import CACHE
from ingest_widgets.settings.secret import sealed
from ingest_widgets.settings.yaml_file import YAML

if TYPE_CHECKING:
    from ingest_widgets.settings.model import Settings

FRESH_NS = 50_000_000  # a file as young as this may change again without its time stamp showing it

_log = logging.getLogger("ingest_widgets.settings")

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Scope:
    """The fields of the `settings_override`s around us, merged, and the settings made with them."""

    __slots__ = ("by", "fields", "made", "outer")

    def __init__(self, fields: Mapping[str, Any], outer: _Scope | None = None, by: object = None) -> None:
        self.fields, self.outer, self.by = fields, outer, by
        self.made: tuple[int, Settings] | None = None


_OUTSIDE = _Scope({})
_scope: ContextVar[_Scope] = ContextVar("ingest_widgets_settings", default=_OUTSIDE)
_named: set[str] = set()  # places of unknown variables that were warned of
_named_lock = threading.Lock()


class Overridden(Layer):
    """What `settings_override` says here and now."""

    place = "settings_override"

    def __init__(self, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._fields = fields

    @cached_property
    def values(self) -> dict[str, Any]:
        """The innermost override goes over the outer ones, field by field."""
        return dict(_scope.get().fields if self._fields is None else self._fields)


def get_settings(**arguments: Any) -> Settings:
    """The settings as they are now; a deep copy, so that what is done to it stays with the caller.

    They are made anew when a variable `INGEST_*`, `.env`, `ingest.yaml` or the working directory has changed since;
    otherwise this costs some tens of microseconds. Never touches the network: a secret field does, when it is read.

    Args:
        arguments: Fields that go over everything else.

    Raises:
        SettingsError: An unknown name, a value that doesn't fit, a file that can't be read.
    """
    from ingest_widgets.settings.model import Settings

    if arguments:
        arguments = sealed(arguments, NAMES)  # a traceback shows local names
        return Settings(**arguments)
    scope, now = _scope.get(), _fingerprint()
    made = scope.made
    if made is None or now is None or made[0] != now:
        _name_unknown_variables()
        settings = Settings()
        if now is not None:
            scope.made = now, settings
    else:
        settings = made[1]
    return settings.model_copy(deep=True)


def settings_override(**fields: Any) -> Override:
    """Other values for this thread or task until the `with` ends; what they start gets them as contextvars go.

    Pools of threads carry no contextvars: hand them the settings, or run in `contextvars.copy_context()`.

    Args:
        fields: By name; a section such as `vault={"path": "other"}` changes only what it names.

    Returns:
        For `with`, which gives the settings inside, or to decorate a function, `async` or not; as often as you like,
        from any thread.

    Raises:
        SettingsError: At once, for an unknown name or a value that doesn't fit.
    """
    fields = sealed(fields, NAMES)  # a traceback shows local names
    return Override(fields)


class Override(AbstractContextManager["Settings", None]):
    """What `settings_override` returns.

    Args:
        fields: By name, sealed.

    Raises:
        SettingsError: An unknown name or a value that doesn't fit.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        problem = None
        try:
            Fields(**fields)
        except ValidationError as error:
            problem = describe(error, [Overridden(fields)], NAMES)
        # Out of the `except`: pydantic's error and its frames hold what was given.
        if problem:
            raise SettingsError(problem)
        self._fields = fields

    def __enter__(self) -> Settings:
        outer = _scope.get()
        _scope.set(_Scope(_merged(outer.fields, self._fields), outer, self))
        try:
            return get_settings()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *error: object) -> None:
        """Goes back to what was outside; no token is kept for that, since this may be entered in many contexts."""
        scope: _Scope | None = _scope.get()
        while scope is not None and scope.by is not self:
            scope = scope.outer
        if scope is not None and scope.outer is not None:
            _scope.set(scope.outer)

    def __call__(self, function: _Function) -> _Function:
        """Decorates: the fields hold while `function` runs, of a coroutine until it has ended.

        Raises:
            TypeError: A generator, which gives its caller the turn in between.
        """
        if isgeneratorfunction(function) or isasyncgenfunction(function):
            raise TypeError(f"{function!r} is a generator: write `with settings_override(...):` inside of it")

        @wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            with self:
                return function(*args, **named)

        @wraps(function)
        async def call_async(*args: Any, **named: Any) -> Any:
            with self:
                return await function(*args, **named)

        return cast(_Function, call_async if iscoroutinefunction(function) else call)


def refresh_secrets() -> None:
    """Forgets what Vault and AWS said, failures too: `get_settings()` gives objects whose next read asks again."""
    CACHE.clear()


def _merged(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    both = {name: {**outer[name], **inner[name]} for name in inner if _is_section(outer, inner, name)}
    return {**outer, **inner, **both}


def _is_section(outer: Mapping[str, Any], inner: Mapping[str, Any], name: str) -> bool:
    return isinstance(outer.get(name), Mapping) and isinstance(inner[name], Mapping)


def _fingerprint() -> int | None:
    """A number that changes with what settings are made of; None while a file is too fresh to tell.

    It is a number since the variables themselves may be secrets, and a traceback shows local names.
    """
    files = [_stamp(path) for path in (DOTENV, YAML)]
    newest = max(stamp[0] for stamp in files)
    if newest and abs(time.time_ns() - newest) < FRESH_NS:
        return None
    # `.env` may refer to any variable.
    names = list(os.environ) if files[0][0] else [name for name in os.environ if is_ours(name)]
    return hash((*files, *((name, os.environ.get(name)) for name in names)))


def _stamp(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except OSError as error:
        return 0, error.errno or 0
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev


def _name_unknown_variables() -> None:
    """A WARNING, once, for each variable that looks like ours and means nothing."""
    for place, problem in unknown_variables():
        with _named_lock:
            new = place not in _named
            _named.add(place)
        if new:
            _log.warning("%s: %s", place, problem)


def unknown_variables() -> list[tuple[str, str]]:
    """Where variables stand that look like ours and mean nothing, each with the sentence that names the nearest."""
    names = [*NAMES, *(f"{section}.{field}" for section in ("vault", "aws") for field in NAMES[section])]
    return [
        (layer.place_of(name), unknown(".".join(path_of(name)), names))
        for layer in (Environment(), DotEnv())
        for name in layer.unknown()
    ]
