"""In which forms a password is tried."""

from __future__ import annotations

import stringprep
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress

MOST_PASSWORDS = 20
"""A wrong one costs up to 20 ms in the newest encryption."""


_LONGEST = 127  # bytes; ISO 32000-2, 7.6.4.3.3
# ISO 32000-1, annex D.3: what PDFDocEncoding has besides Latin-1.
_PDF_DOC = str.maketrans(
    "˘ˇˆ˙˝˛˚˜•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž€",
    "".join(map(chr, (*range(0x18, 0x20), *range(0x80, 0x9F), 0xA0))),
)


def candidates(passwords: Sequence[str]) -> Iterator[bytes]:
    """Each of the first twenty passwords as it was typed and as SASLprep writes it, in the bytes of either encryption.

    The newest one (revisions 5 and 6) wants the second form in UTF-8, yet files made with the first are common. The
    older ones want PDFDocEncoding. ASCII of ordinary length is the same in all of them and tried once.
    """
    tried: set[bytes] = set()
    for password in list(passwords)[:MOST_PASSWORDS]:
        for encoded in _encoded(password):
            if encoded not in tried:
                tried.add(encoded)
                yield encoded


def _encoded(password: str) -> Iterator[bytes]:
    prepared = saslprep(password)
    for form in (password,) if prepared is None else (password, prepared):
        unicode = form.encode("utf-8", "replace")
        yield from (unicode, unicode[:_LONGEST])  # not everyone cuts it
        with suppress(UnicodeEncodeError):
            yield form.translate(_PDF_DOC).encode("latin-1")


def none_opens(passwords: Sequence[str]) -> str:
    """Why a document stays locked; it doesn't claim that a password was tried which wasn't."""
    if len(passwords) <= MOST_PASSWORDS:
        return "no password opens it"
    return f"none of the first {MOST_PASSWORDS} of {len(passwords)} passwords opens it, more aren't tried"


def saslprep(password: str) -> str | None:
    """The password by RFC 4013 as a stored string; None if that forbids it."""
    if password.isascii():
        return password
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char for char in password if not stringprep.in_table_b1(char)
    )
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if any(forbidden(char) for char in prepared for forbidden in _FORBIDDEN):
        return None
    return prepared if _reads_one_way(prepared) else None


_FORBIDDEN = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)


def _reads_one_way(text: str) -> bool:
    """RFC 3454, section 6: right-to-left letters at both ends and no left-to-right ones between, or none at all."""
    if not any(map(stringprep.in_table_d1, text)):
        return True
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    return ends and not any(map(stringprep.in_table_d2, text))
