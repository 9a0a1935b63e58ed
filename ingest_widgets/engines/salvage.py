"""The pages that are left of a file whose list of pages is lost, as when a download broke off.

Many writers put that list at the end, and most of the small objects into packed streams, where nobody finds them who
only looks through the bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from ingest_widgets.engines.protocol import Buffer, EngineRefuses

MOST_BYTES = 256 * 1024 * 1024
"""Of a file; and of all that is unpacked."""

_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}obj\b")
_HEAD = 4000
_MOST_OBJECTS = 1_000_000
_TYPE = {kind: re.compile(rb"/Type\s{0,9}/%b(?!\w)" % kind) for kind in (b"ObjStm", b"Page", b"Catalog")}
_FIRST = re.compile(rb"/First\s{0,9}(\d{1,6})(?!\d)")
_NUMBER = re.compile(rb"\d{1,10}")
_STREAM = re.compile(rb"stream\r?\n?")
_TREE = re.compile(rb"/Pages\s{1,9}(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R")
# What would lead to a list that isn't there; each becomes a word without a meaning.
_LEADS = re.compile(rb"trailer(?=\s{0,9}<<)|/XRef\b|startxref(?=\s{1,9}\d)")


class Salvage(NamedTuple):
    """A file that opens by repair.

    Attributes:
        data: All of it.
        listed: Whether it has its own list of pages. If not they are in the order in which they stand in the file,
            and the list names one more, which isn't there: how many are lost nobody knows.
    """

    data: bytes
    listed: bool


def salvaged(data: Buffer) -> Salvage:
    """What is left of a file, put together anew.

    Raises:
        EngineRefuses: No page is left, or it is too large or locked to look for any.
    """
    if len(data) > MOST_BYTES or data.find(b"/Encrypt") >= 0:
        raise EngineRefuses("its list of pages is lost")
    heads, packed, room = dict[bytes, bytes](), dict[bytes, bytes](), MOST_BYTES
    for number, head, rest in _objects(data):
        heads[number] = head
        if _TYPE[b"ObjStm"].search(head):
            body = _unpacked(data[rest], room)
            room -= len(body)
            packed.update(_objects_in(body, head))
    packed = {number: text for number, text in packed.items() if number not in heads}
    heads |= packed
    pages = [number for number, head in heads.items() if _TYPE[b"Page"].search(head)]
    if not pages:
        raise EngineRefuses("its list of pages is lost, and no page was found")
    root = _root(heads)
    if root:
        return Salvage(_written(data, packed, root), listed=True)
    root = b"%d" % (max(map(int, heads)) + 1)
    return Salvage(_written(data, packed | _list_of(pages, root), root), listed=False)


def _objects(data: Buffer) -> Iterator[tuple[bytes, bytes, slice]]:
    """Number, the beginning of its text, and where the rest is that stands before the next one."""
    found = list(islice(_OBJECT.finditer(data), _MOST_OBJECTS))
    ends = [match.start() for match in found[1:]] + [len(data)]
    for match, end in zip(found, ends, strict=False):
        head = data[match.end() : min(end, match.end() + _HEAD)].partition(b"endobj")[0]
        stream = _STREAM.search(head)
        rest = slice(match.end() + (stream.end() if stream else len(head)), end)
        yield match[1], head[: stream.start()] if stream else head, rest


def _unpacked(stream: bytes, room: int) -> bytes:
    """What a packed stream holds, as far as it goes."""
    if room <= 0:
        return b""
    try:
        return zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        return b""


def _objects_in(body: bytes, head: bytes) -> dict[bytes, bytes]:
    """The whole objects of a packed stream by their numbers."""
    first = _FIRST.search(head)
    start = int(first[1]) if first else 0
    words = body[:start].split()
    if not all(_NUMBER.fullmatch(word) for word in words):
        return {}
    ends = [*map(int, words[1::2]), len(body) - start]
    places = zip(words[0::2], pairwise(ends), strict=False)
    return {number: body[start + at : start + end] for number, (at, end) in places if at < end <= len(body) - start}


def _root(heads: dict[bytes, bytes]) -> bytes:
    """The catalogue whose page tree is there; empty when there is none."""
    for number, head in reversed(heads.items()):
        tree = _TREE.search(head) if _TYPE[b"Catalog"].search(head) else None
        if tree and b"/Kids" in heads.get(tree[1], b""):
            return number
    return b""


def _list_of(pages: list[bytes], root: bytes) -> dict[bytes, bytes]:
    """A catalogue and a page tree."""
    tree, gone = b"%d" % (int(root) + 1), b"%d" % (int(root) + 2)
    kids = b" ".join(b"%b 0 R" % number for number in (*pages, gone))
    return {
        root: b"<</Type/Catalog/Pages %b 0 R>>" % tree,
        tree: b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(pages) + 1),
    }


def _written(data: Buffer, added: dict[bytes, bytes], root: bytes) -> bytes:
    whole = bytearray(data)
    for match in _LEADS.finditer(data):
        whole[match.start() + 1] = ord("-")
    for number, text in added.items():
        whole += b"\n%b 0 obj\n%b\nendobj" % (number, text)
    return bytes(whole + b"\ntrailer\n<</Root %b 0 R>>\nstartxref\n0\n%%%%EOF\n" % root)
