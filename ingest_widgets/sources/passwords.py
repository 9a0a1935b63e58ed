"""What may be shown and kept of a URL with a login: the user stays, the password goes."""

from __future__ import annotations

import re
import traceback
from urllib.parse import unquote

# As `urlsplit` parts a login: the first colon ends the user, the last at sign the password, whatever else is in them.
_OF_URL = re.compile(r"://([^/?#:]*):([^/?#]*)@")
# A sentence may go on behind an address, so in a text it ends at a space.
_IN_TEXT = re.compile(r"://([^/?#:\s]*):[^/?#\s]*@")
# A slash and the like end the login, and the rest of a password that holds one would be taken for a path.
_BROKEN = re.compile(r"\b((?:https?|s?ftp)://[^/?#:\[]*):(?!\d*[/?#])[^/?#@]*[/?#].*@", re.DOTALL)
_ENDS = re.compile(r"[/?#:@\[\]*\s]+")
_logins: dict[str, str] = {}
"""Those of the URLs that were read in this process, as a text may write them, and what is shown instead."""


def without_password(url: str) -> str:
    """The URL, or the chain of them, as it may be shown and kept."""
    return _OF_URL.sub("://\\1@", url)


def broken_login(url: str) -> str | None:
    """The part of a URL before a password that ends too early; None when there is no such password."""
    found = _BROKEN.search(url)
    return found[1] if found else None


def expect_passwords(url: str) -> None:
    """Lets `without_passwords` know the logins of this URL, whose end it can't tell in every text."""
    for user, password in _OF_URL.findall(url):
        if password:
            login = f"{user}:{password}@"
            # `urlsplit` takes tabs and line breaks out.
            for form in (login, re.sub(r"[\t\r\n]", "", login), repr(login)[1:-1], unquote(login)):
                _logins[form] = f"{user}@"


def without_passwords(text: str) -> str:
    """The text, of a log or an error, with the URLs in it as they may be shown."""
    for login, shown in tuple(_logins.items()):
        text = text.replace(login, shown)
    return _IN_TEXT.sub("://\\1@", text)


def shows_password(error: BaseException, url: str) -> bool:
    """Whether a traceback of the error shows a password of the URL, or a piece of one that a library took for more."""
    told = "".join(traceback.format_exception(error))
    return without_passwords(told) != told or _has_piece(told, url)


def first_line(error: BaseException, url: str) -> str:
    """Of the error's message, or the name of its class when there is none, or none without a piece of a password."""
    told = without_passwords(str(error)).partition("\n")[0]
    return told if told and not _has_piece(told, url) else type(error).__name__


def _has_piece(text: str, url: str) -> bool:
    given = [form for _, password in _OF_URL.findall(url) for form in (password, unquote(password))]
    return any(piece in text for password in given for piece in _ENDS.split(password) if piece)
