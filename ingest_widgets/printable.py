"""Names and sentences as they may be shown and kept: valid text on one line."""

from __future__ import annotations

import os


def printable(name: str | bytes) -> str:
    r"""The name as valid UTF-8 on one line: bytes that aren't UTF-8 and line breaks are shown as `\xNN` or `\n`."""
    return one_line(valid_utf8(os.fsdecode(name)))


def one_line(text: str) -> str:
    r"""The text with what can't be printed written out: a line break as `\n`, what a terminal obeys as `\x1b`."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def valid_utf8(name: str) -> str:
    r"""The name with undecodable bytes written as `\xNN`; every other name comes back as it is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape" if _from_bytes(name) else "backslashreplace").decode(
            "utf-8", "backslashreplace"
        )
    return name


def _from_bytes(name: str) -> bool:
    return all(not "\ud800" <= c <= "\udfff" or "\udc80" <= c <= "\udcff" for c in name)
