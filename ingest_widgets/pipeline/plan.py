"""Which files a run has to read, and which it can leave as they are."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ingest_widgets.corpus import Known
from ingest_widgets.documents import Extraction, FileKey, SourceFile
from ingest_widgets.settings import Settings
from ingest_widgets.statuses import Reason, Status

# Endings that may have been somebody else's fault: the next run tries again.
_TRY_AGAIN = {Reason.CRASHED, Reason.TIMEOUT, Reason.OUT_OF_MEMORY, Reason.CANCELLED, Reason.UNREADABLE}
# Refusals that hang on a setting: tried again once that setting has changed.
_HANGS_ON = {
    Reason.TOO_LARGE: "max_file_bytes",
    Reason.TOO_MANY_PAGES: "max_pages",
    Reason.CORRUPT: "engine",
    Reason.NOT_A_PDF: "engine",
    Reason.NO_TEXT: "ocr",
    Reason.ENCRYPTED: "passwords",
}


@dataclass(frozen=True)
class Conditions:
    """The settings that a refusal can hang on, as a run found them."""

    engine: str
    settings: Settings
    salt: str = field(default_factory=lambda: secrets.token_hex(8))

    def key(self, extraction: Extraction) -> str:
        """What is kept beside the record of what was read; empty when no setting can change it."""
        name = _HANGS_ON.get(extraction.reason) if extraction.reason else None
        if name is None and any(not page.text or page.text.isspace() for page in extraction.pages):
            name = "ocr"  # among pages of text, a scan that OCR may read, or may read now that it is allowed more
        return json.dumps({name: self._value(name, self.salt)}) if name else ""

    def changed(self, known: Known) -> bool:
        """Whether the setting that decided about `known` is another one now."""
        if not known.settings_key:
            return False
        name, before = next(iter(json.loads(known.settings_key).items()))
        if name not in _HANGS_ON.values():
            return True  # as another version called it
        salt = str(before).partition("$")[0] if name == "passwords" else ""
        return bool(before != self._value(name, salt)) and (name != "ocr" or self.settings.ocr)

    def _value(self, name: str, salt: str) -> object:
        if name == "engine":
            return self.engine
        if name == "ocr":
            return [self.settings.ocr, self.settings.ocr_max_pages]
        if name == "passwords":
            passwords = [secret.get_secret_value() for secret in self.settings.pdf_passwords]
            return f"{salt}${_digest(json.dumps(passwords), salt)}"
        return getattr(self.settings, name)


@lru_cache(maxsize=64)
def _digest(passwords: str, salt: str) -> str:
    """Tells whether the passwords changed without keeping them: as slow to guess from as the files themselves."""
    return hashlib.scrypt(passwords.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=16).hex()


@dataclass
class Plan:
    """What a run does with each file.

    Attributes:
        to_read: Each with the hash that makes it `unchanged` after all, or None.
        settled: Files that nothing is read of, with what they count as.
        refused: Files with a problem that the listing saw and the corpus doesn't know yet, and what is kept of them.
        opened: The names of folders that an earlier run couldn't list and this one could.
    """

    to_read: list[tuple[SourceFile, str | None]] = field(default_factory=list)
    settled: list[tuple[SourceFile, Known, Status]] = field(default_factory=list)
    refused: list[tuple[SourceFile, Extraction]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)


def make_plan(files: Sequence[SourceFile], known: Mapping[FileKey, Known], conditions: Conditions) -> Plan:
    """Sorts the files; those to read come largest first, after one small one that shows something at once."""
    plan = Plan(opened=_opened(files, known))
    for file in files:
        _place(plan, file, known.get(file.key), conditions)
    plan.to_read.sort(key=lambda pair: pair[0].size or 0, reverse=True)
    if plan.to_read:
        plan.to_read.insert(0, plan.to_read.pop())
    return plan


def _opened(files: Sequence[SourceFile], known: Mapping[FileKey, Known]) -> list[str]:
    # No path of a file ends so; see `sources.listing`.
    closed = {path: before.name for (kind, path), before in known.items() if kind == "file" and path.endswith("/")}
    if not closed:
        return []
    listed, above = {file.path for file in files}, set[str]()
    for folder in listed:
        while (folder := folder.rpartition("/")[0]) and folder not in above:
            above.add(folder)
    return [name for path, name in closed.items() if path not in listed and path.rstrip("/") in above]


def _place(plan: Plan, file: SourceFile, before: Known | None, conditions: Conditions) -> None:
    if file.problem:
        if before and before.status is Status.FAILED and before.reason == file.problem[0]:
            plan.settled.append((file, before, Status.FAILED))
        else:
            plan.refused.append((file, Extraction(Status.FAILED, *file.problem)))
    elif before is None or before.reason in _TRY_AGAIN or conditions.changed(before):
        plan.to_read.append((file, None))
    elif _same_stamp(file, before):
        plan.settled.append((file, before, Status.FAILED if before.status is Status.FAILED else Status.UNCHANGED))
    else:
        plan.to_read.append((file, before.sha256 if before.status is not Status.FAILED else None))


def _same_stamp(file: SourceFile, before: Known) -> bool:
    if file.data is not None:
        return hashlib.sha256(file.data).hexdigest() == before.sha256
    return file.mtime_ns is not None and (file.size, file.mtime_ns) == (before.size, before.mtime_ns)
