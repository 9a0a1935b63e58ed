"""Files under lock and key, each revision of it, with keys that open and keys that don't."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf

from tests.hostile.case import CORRUPT, FINE, NO_TEXT, Case
from tests.hostile.pdf import text_pdf

PASSWORDS = ("wrong", "open sesame", "pa\u00dfwort", "\u2168\u00aa\u00ad", "I\u00adX", "a" * 127, "\u65e5\u672c")
"""What the reader of these files is given."""

_LOCKED = ("failed/encrypted",)


def locked(revision: int, user: str, owner: str = "owner", *, aes: bool = False, metadata: bool = False) -> bytes:
    """An honest page, encrypted as asked."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(text_pdf("needle"))) as document:
        encryption = pikepdf.Encryption(user=user, owner=owner, R=revision, aes=aes, metadata=metadata)  # type: ignore[arg-type]
        document.save(out, encryption=encryption, static_id=True)
    return out.getvalue()


def cases() -> Iterator[Case]:
    """All of this family."""
    ways = [(2, False), (3, False), (4, False), (4, True), (5, True), (6, True)]
    for revision, aes in ways:
        way = f"R{revision}{' AES' if aes else ''}"
        yield Case(f"{way}, opens with nothing", locked(revision, "", aes=aes), FINE, "needle")
        yield Case(f"{way}, opens with a given password", locked(revision, "open sesame", aes=aes), FINE, "needle")
        yield Case(f"{way}, opens with the owner's", locked(revision, "other", "open sesame", aes=aes), FINE, "needle")
        yield Case(f"{way}, opens with none of them", locked(revision, "unknown", aes=aes), _LOCKED)
    for revision in (5, 6):
        nothing = locked(revision, "unknown", owner="", aes=True)
        yield Case(f"R{revision}, opens with nothing as the owner's", nothing, FINE, "needle")
    for revision in (2, 3, 4):
        yield Case(f"R{revision}, password in Latin-1", locked(revision, "pa\u00dfwort"), FINE, "needle")
    yield Case("R6, password in UTF-8", locked(6, "pa\u00dfwort", aes=True), FINE, "needle")
    yield Case("R6, password in Japanese", locked(6, "\u65e5\u672c", aes=True), FINE, "needle")
    yield Case("R6, password as SASLprep makes it", locked(6, "IXa", aes=True), FINE, "needle")
    yield Case("R6, password as it was typed", locked(6, "\u2168\u00aa\u00ad", aes=True), FINE, "needle")
    yield Case("R6, password of 127 letters", locked(6, "a" * 127, aes=True), FINE, "needle")
    yield Case("R6, metadata in the clear", locked(6, "open sesame", aes=True, metadata=False), FINE, "needle")
    yield from _broken()


def _broken() -> Iterator[Case]:
    whole = locked(6, "open sesame", aes=True)
    for name, pattern, replacement in (
        ("handler unknown", rb"/Filter /Standard", rb"/Filter /Adobe.PubSec"),
        ("version unknown", rb"/V 5", rb"/V 9"),
        ("revision unknown", rb"/R 6", rb"/R 9"),
        ("permissions forged", rb"/Perms <[0-9a-f]+>", rb"/Perms <00>"),
        ("owner's hash empty", rb"/O <[0-9a-f]+>", rb"/O <>"),
        ("crypt filters missing", rb"/CF <<.*?>> >>", rb"/CF << >>"),
    ):
        data = re.sub(pattern, replacement, whole, flags=re.DOTALL)
        yield Case(f"lock with its {name}", data, (*_LOCKED, *CORRUPT, *FINE, *NO_TEXT))
    plain = text_pdf("needle")
    for name, lock in {"missing": b"99 0 R", "a number": b"7", "empty": b"<<>>", "itself": b"4 0 R"}.items():
        data = plain.replace(b"trailer\n<<", b"trailer\n<</Encrypt " + lock)
        yield Case(f"lock that is {name}", data, (*FINE, *NO_TEXT, *_LOCKED, *CORRUPT))
