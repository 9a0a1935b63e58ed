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

# Each begins with letters, which are found a hundred times faster in pictures than figures are.
_OBJECT = re.compile(rb"obj\b")
_NUMBERS = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}(\d{1,5})\s{1,9}$")
_NUMBERS_WITHIN = 34
_LARGEST = 4 * 1024 * 1024  # pdfium takes no larger number for that of an object
_HEAD = 4000
_MOST_OBJECTS = 300_000
_TYPE = {kind: re.compile(rb"/Type\s{0,9}/%b(?!\w)" % kind) for kind in (b"ObjStm", b"Page", b"Catalog", b"XRef")}
_FIRST = re.compile(rb"/First\s{0,9}(\d{1,6})(?!\d)")
_NUMBER = re.compile(rb"\d{1,10}")
_STREAM = re.compile(rb"stream\r?\n?")
_END = b"\nendstream\nendobj\n"  # where a stream was cut, it would go on with what is added
_KIDS = re.compile(rb"/Kids\s{0,9}(\[[^\]]*|\d{1,10}\s{1,9}\d{1,5}\s{1,9}R)")
_REFERENCE = re.compile(rb"(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R")
_TREE = re.compile(rb"/Pages\s{1,9}(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R")


class Salvage(NamedTuple):
    """A whole file.

    Attributes:
        data: All of it.
        unlisted: How many pages were found without their list, in the order of the file; 0 when it is there. The list
            that is made for them names one more, which isn't there: how many are lost nobody knows.
    """

    data: bytes
    unlisted: int


class FoundObject(NamedTuple):
    """One that stands in a file as it is.

    Attributes:
        start: Where.
        generation: The second of its numbers.
        head: The beginning of its text.
        rest: Where its stream is, and all else that stands before the next one.
    """

    start: int
    generation: int
    head: bytes
    rest: slice


def salvaged(data: Buffer) -> Salvage:
    """What is left of a file, put together anew.

    Raises:
        EngineRefuses: No page is left, or it is too large or locked to look for any.
    """
    if len(data) > MOST_BYTES:
        raise EngineRefuses("its list of pages is lost")
    data = data[data.find(b"%PDF-") :]
    if data.find(b"/Encrypt") >= 0:
        return Salvage(_realigned(data), 0)
    plain = {number: found for number, found in objects(data) if not _is_torn(found.head)}
    packed, room = dict[int, bytes](), MOST_BYTES
    for found in plain.values():
        if _TYPE[b"ObjStm"].search(found.head):
            body = _unpacked(data[found.rest], room)
            room -= len(body)
            packed.update(_objects_in(body, found.head))
    packed = {number: text for number, text in packed.items() if number not in plain}
    heads = {number: found.head for number, found in plain.items()} | packed
    pages = [number for number, head in heads.items() if _TYPE[b"Page"].search(head)]
    if not pages:
        raise EngineRefuses("no page was found in it")
    if root := _root(heads):
        return Salvage(_written(data, plain, packed, root), 0)
    root = max(heads) + 1
    return Salvage(_written(data, plain, packed | _list_of(pages, root), root), len(pages))


def _realigned(data: bytes) -> bytes:
    """A locked file, whose packed streams nobody can look into, with an end that tells where its packed table is."""
    tables = [found.start for _, found in objects(data) if _TYPE[b"XRef"].search(found.head)]
    if not tables:
        raise EngineRefuses("its table of cross-references is lost, and it is locked")
    return data + b"\nstartxref\n%d\n%%%%EOF\n" % tables[-1]


def objects(data: Buffer) -> Iterator[tuple[int, FoundObject]]:
    """What stands in a file as it is, by number and in its order, so that an older one of a number comes first."""
    found = []
    for match in islice(_OBJECT.finditer(data), _MOST_OBJECTS):
        first = max(match.start() - _NUMBERS_WITHIN, 0)
        numbers = _NUMBERS.search(data[first : match.start()])
        if numbers and 0 < int(numbers[1]) < _LARGEST:
            found.append((int(numbers[1]), int(numbers[2]), first + numbers.start(), match.end()))
    ends = [start for _, _, start, _ in found[1:]] + [len(data)]
    for (number, generation, start, text), end in zip(found, ends, strict=False):
        head = data[text : min(end, text + _HEAD)].partition(b"endobj")[0]
        stream = _STREAM.search(head)
        rest = slice(text + (stream.end() if stream else len(head)), end)
        yield number, FoundObject(start, generation, head[: stream.start()] if stream else head, rest)


def _is_torn(head: bytes) -> bool:
    """Whether a dictionary has no end, as the last one of a file that was cut: pdfium would make up the rest."""
    return len(head) < _HEAD and head.count(b"<<") > head.count(b">>")


def _unpacked(stream: bytes, room: int) -> bytes:
    """What a packed stream holds, as far as it goes."""
    if room <= 0:
        return b""
    try:
        return zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        return b""


def _objects_in(body: bytes, head: bytes) -> dict[int, bytes]:
    """The whole objects of a packed stream by their numbers."""
    first = _FIRST.search(head)
    start = int(first[1]) if first else 0
    words = body[:start].split()
    if not all(_NUMBER.fullmatch(word) for word in words):
        return {}
    figures = list(map(int, words))
    ends = [*figures[1::2], len(body) - start]
    places = zip(figures[0::2], pairwise(ends), strict=False)
    return {
        number: body[start + at : start + end]
        for number, (at, end) in places
        if at < end <= len(body) - start and 0 < number < _LARGEST
    }


def _root(heads: dict[int, bytes]) -> int:
    """The catalogue whose page tree is there with something of what it names, if anything; 0 when there is none."""
    for number, head in reversed(heads.items()):
        tree = _TREE.search(head) if _TYPE[b"Catalog"].search(head) else None
        kids = _KIDS.search(heads.get(int(tree[1]), b"")) if tree else None
        named = _REFERENCE.findall(kids[1]) if kids else None
        if named == [] or (named and any(int(kid) in heads for kid in named)):
            return number
    return 0


def _list_of(pages: list[int], root: int) -> dict[int, bytes]:
    """A catalogue and a page tree."""
    kids = b" ".join(b"%d 0 R" % number for number in (*pages, root + 2))
    return {
        root: b"<</Type/Catalog/Pages %d 0 R>>" % (root + 1),
        root + 1: b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(pages) + 1),
    }


def _written(data: bytes, plain: dict[int, FoundObject], added: dict[int, bytes], root: int) -> bytes:
    """The file, what is added to it, and a table of where all of it stands."""
    out = bytearray(data + _END)
    places = {number: (found.start, found.generation) for number, found in plain.items()}
    for number, text in added.items():
        out += b"\n"
        places[number] = len(out), 0
        out += b"%d 0 obj\n%b\nendobj" % (number, text)
    table = len(out) + 1
    out += b"\nxref\n" + b"".join(b"%d 1\n%010d %05d n \n" % (n, *place) for n, place in sorted(places.items()))
    out += b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (root, max(places) + 1, table)
    return bytes(out)
