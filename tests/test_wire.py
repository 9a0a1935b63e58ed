"""Frames from a worker that a PDF has taken over can't hurt who reads them."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets.documents import Extraction
from ingest_widgets.errors import IngestError
from ingest_widgets.isolation import IsolatedExecutor, Limits, extract, page_boxes, process, render_page
from ingest_widgets.isolation.gathering import Gathering
from ingest_widgets.isolation.process import WorkerEnded
from ingest_widgets.isolation.slot import own_slot
from ingest_widgets.isolation.task import Task
from ingest_widgets.isolation.wire import HEADER_BYTES, TEXT_BYTES, Frames, WireError, decode_header, prefix, read_frame
from ingest_widgets.statuses import Reason, Status

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=10,
)


@given(
    st.lists(st.tuples(st.dictionaries(st.text("tnw"), _VALUES, max_size=4), st.binary(max_size=200)), max_size=5),
    st.integers(1, 50),
)
def test_frames_arrive_as_they_were_sent_however_the_stream_is_cut(
    sent: list[tuple[dict[str, object], bytes]], step: int
) -> None:
    data = b"".join(prefix(header, len(body)) + body for header, body in sent)
    frames, got = Frames(), []
    for start in range(0, len(data), step):
        frames.feed(data[start : start + step])
        while (frame := frames.next()) is not None:
            got.append(frame)
    assert got == sent


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_our_error(data: bytes) -> None:
    frames = Frames()
    frames.feed(data)
    try:
        while frames.next() is not None:
            continue
    except WireError:
        pass


@pytest.mark.parametrize(
    "head",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"1" * 60_000,
        b'{"n": NaN}',
        b'{"n": -Infinity}',
        b"[]",
        b"null",
        b"\xff\xfe",
        b"cos\nsystem\n(S'true'\ntR.",
        b"\x80\x04\x95",
    ],
    ids=lambda head: repr(head[:12]),
)
def test_a_header_that_is_no_plain_object_is_refused(head: bytes) -> None:
    """Among them nesting that would end the interpreter's stack, and pickles."""
    with pytest.raises(WireError):
        decode_header(head)


@pytest.mark.parametrize("lengths", [(HEADER_BYTES + 1, 0), (2**32 - 1, 0), (2, 2**32 - 1), (2, TEXT_BYTES + 1)])
def test_a_length_beyond_its_cap_is_refused_before_anything_is_allocated(lengths: tuple[int, int]) -> None:
    frames = Frames()
    tracemalloc.start()
    try:
        frames.feed(struct.pack(">II", *lengths))
        with pytest.raises(WireError):
            frames.next()
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_a_flood_ends_at_its_cap() -> None:
    frames = Frames(total_cap=1000)
    for _ in range(10):
        frames.feed(bytes(100))
    with pytest.raises(WireError, match="1000"):
        frames.feed(b"1")


def test_a_header_can_make_the_reader_allocate_a_few_megabytes_at_most() -> None:
    """64 KiB of the JSON that swells most: what lies outside the body is all that is parsed."""
    head = b'{"a":[' + b"[]," * 21_000 + b"[]]}"
    assert len(head) < HEADER_BYTES
    tracemalloc.start()
    try:
        decode_header(head)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_the_end_of_the_stream_is_the_end_of_the_parent() -> None:
    """Also in the middle of a frame."""
    whole = prefix({"op": "ping"}, 3) + b"abc"
    for size in range(len(whole)):
        assert read_frame(_reader(whole[:size])) is None
    assert read_frame(_reader(whole)) == ({"op": "ping"}, b"abc")


def _reader(data: bytes) -> Callable[[int], bytes]:
    left = memoryview(data)

    def read(size: int) -> bytes:
        nonlocal left
        part, left = bytes(left[:size]), left[size:]
        return part

    return read


FILE = {"t": "file", "sha256": "0" * 64, "size": 1, "mtime_ns": None}
DOCUMENT = {"t": "document", "pages": 2, "warnings": []}
PAGE = {"t": "page", "n": 1, "engine": "pdfium", "warnings": []}


def gathered(*messages: tuple[dict[str, object], bytes]) -> Extraction:
    got = Gathering(Task("x", "x"))
    for header, body in messages:
        got.take(header, body)
    return got.extraction(cancelled=False, seconds=0.0)


def test_honest_messages_make_an_extraction() -> None:
    got = gathered((FILE, b""), (DOCUMENT, b""), (PAGE, b"one"), (PAGE | {"n": 2}, b"two"), ({"t": "done"}, b""))
    assert [page.text for page in got.pages] == ["one", "two"]
    assert got.status is Status.INGESTED


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ({}, b""),
        ({"t": "nonsense"}, b""),
        ({"t": ["page"]}, b""),
        ({"t": "__init__"}, b""),
        (FILE | {"sha256": "../../etc/passwd"}, b""),
        (FILE | {"sha256": 7}, b""),
        (FILE | {"size": -1}, b""),
        (FILE | {"size": 2**70}, b""),
        (DOCUMENT | {"pages": True}, b""),
        (DOCUMENT | {"pages": 1e9}, b""),
        (DOCUMENT | {"pages": 0}, b""),
        (DOCUMENT | {"warnings": "many"}, b""),
        (PAGE | {"n": 2}, b"skips one"),
        (PAGE | {"n": "1"}, b""),
        (PAGE | {"n": 3}, b""),
        (PAGE | {"engine": "<b>pdfium</b>"}, b""),
        (PAGE | {"engine": ""}, b""),
        (PAGE | {"warnings": [{"a": 1}]}, b""),
        (PAGE | {"warnings": ["x" * 501]}, b""),
        (PAGE | {"warnings": ["\ud800"]}, b""),
        (PAGE, b"\xff no UTF-8"),
        (PAGE, "\ud800".encode("utf-8", "surrogatepass")),
        ({"t": "metadata", "title": "x" * 1001, "author": "", "warnings": []}, b""),
        ({"t": "metadata", "title": None, "author": "", "warnings": []}, b""),
        ({"t": "metadata", "title": "", "author": ""}, b""),
        ({"t": "refused", "reason": "because", "what": ""}, b""),
        ({"t": "refused", "reason": "corrupt", "what": ["x"]}, b""),
        ({"t": "refused", "reason": "cancelled", "what": ""}, b""),
        ({"t": "refused", "reason": "no_text", "what": ""}, b""),
        ({"t": "refused", "reason": "too_many_pages", "what": "2"}, b""),
        ({"t": "bad", "n": 9, "why": ""}, b""),
        (PAGE | {"lines": [[10**400, 0, 1, 1, "x"]]}, b""),
        ({"t": "no engine", "why": "a run would end"}, b""),
        ({"t": "done"}, b""),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_a_message_that_no_honest_worker_sends_is_refused(header: dict[str, object], body: bytes) -> None:
    """Each becomes our error, which ends the worker; nothing of it is kept."""
    got = Gathering(Task("x", "x"))
    got.take(FILE, b"")
    got.take(DOCUMENT, b"")
    with pytest.raises((WireError, WorkerEnded)):
        got.take(header, body)


def test_what_a_worker_says_beside_the_pages_is_one_printable_line() -> None:
    """An honest one sees to it itself."""
    odd = "red\x1b[31m\n\u202eflow"
    got = gathered(
        (FILE, b""),
        (DOCUMENT | {"warnings": [odd]}, b""),
        ({"t": "metadata", "title": odd, "author": odd, "warnings": [odd]}, b""),
        (PAGE | {"warnings": [odd]}, b""),
        ({"t": "bad", "n": 2, "why": odd}, b""),
        ({"t": "done"}, b""),
    )
    said = (got.title, got.author, *got.warnings[:2], *got.pages[0].warnings)
    assert set(said) == {"red [31m  flow"}
    assert "(red [31m  flow)" in got.detail


def test_a_page_of_a_document_that_was_never_opened_is_refused() -> None:
    with pytest.raises(WireError):
        gathered((FILE, b""), (PAGE, b""))


def test_pages_beyond_the_last_are_refused() -> None:
    got = Gathering(Task("x", "x", last=1))
    for header in (FILE, DOCUMENT, PAGE):
        got.take(header, b"")
    with pytest.raises(WireError):
        got.take(PAGE | {"n": 2}, b"")


@pytest.mark.parametrize(
    "message",
    [PAGE, {"t": "bad", "n": 1, "why": ""}, {"t": "done"}, DOCUMENT, {"t": "refused", "reason": "corrupt", "what": ""}],
    ids=lambda message: str(message["t"]),
)
def test_pages_of_a_document_that_has_too_many_are_refused(message: dict[str, object]) -> None:
    """Of 2^62 pages a worker may say that there are so many; which of them are missing would fill the memory."""
    got = Gathering(Task("x", "x"))
    got.take(FILE, b"")
    got.take(DOCUMENT | {"pages": 2**62}, b"")
    with pytest.raises(WireError):
        got.take(message, b"")


def test_what_is_missing_of_a_document_that_has_too_many_pages_is_never_listed() -> None:
    """Its worker may die before it refuses; the numbers of 2^62 pages would fill the memory."""
    got = Gathering(Task("x", "x"))
    got.take(FILE, b"")
    got.take(DOCUMENT | {"pages": 2**62}, b"")
    assert not got.opened
    got.take({"t": "refused", "reason": "too_many_pages", "what": str(2**62)}, b"")
    whole = got.extraction(cancelled=False, seconds=0.0)
    assert (whole.status, whole.reason, whole.page_count) == (Status.FAILED, Reason.TOO_MANY_PAGES, 2**62)


@pytest.mark.parametrize("count", [1, 3, 2**62])
def test_a_document_keeps_the_number_of_pages_that_it_had(count: int) -> None:
    got = Gathering(Task("x", "x"))
    for header in (FILE, DOCUMENT, DOCUMENT, PAGE):
        got.take(header, b"")
    with pytest.raises(WireError):
        got.take(DOCUMENT | {"pages": count}, b"")


def test_a_worker_that_says_it_is_out_of_memory_is_believed_and_ended() -> None:
    with pytest.raises(WorkerEnded) as ended:
        gathered((FILE, b""), ({"t": "refused", "reason": "out_of_memory", "what": ""}, b""))
    assert ended.value.reason is Reason.OUT_OF_MEMORY


_TAKEN_OVER = """
import json, os, struct
def read(size):
    data = b""
    while len(data) < size:
        data += os.read(0, size - len(data)) or os._exit(0)
    return data
def tell(header, body=b"", times=1):
    head = json.dumps(header).encode()
    os.write(1, (struct.pack(">II", len(head), len(body)) + head + body) * times)
read(int.from_bytes(read(4), "big"))
tell({"t": "ready", "features": {}})
while True:
    head, body = struct.unpack(">II", read(8))
    op = json.loads(read(head)).get("op")
    read(body)
    tell({"t": op, **ANSWER}, PICTURE)
    while FLOODS:
        tell({"t": op, **ANSWER}, PICTURE, 1000)
    if ENDS:
        tell({"t": "done"})
"""


class TakeOver(Protocol):
    def __call__(self, answer: str, picture: str, *, ends: bool = True, floods: bool = False) -> None: ...


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[TakeOver]:
    """Starts workers that answer so, whatever they are asked."""

    def start(answer: str, picture: str, *, ends: bool = True, floods: bool = False) -> None:
        own_slot().drop()
        given = f"ANSWER, PICTURE, ENDS, FLOODS = {answer}, {picture}, {ends}, {floods}"
        monkeypatch.setattr(process, "BOOT", f"{given}\n{_TAKEN_OVER}")

    yield start
    own_slot().drop()


def test_a_worker_that_asks_for_passwords_again_and_again_is_ended(taken_over: TakeOver) -> None:
    """What a vault takes to answer isn't held against the file, so a second question would buy time for ever."""
    asked = []

    def find() -> list[str]:
        asked.append(1)
        return ["wrong"]

    taken_over("{'t': 'passwords'}", "b''", ends=False)
    with IsolatedExecutor(1, passwords=find) as executor:
        got = executor.submit(extract, Task("x", "x", data=b"x", engine="pypdf")).result()
    assert (got.status, got.reason) == (Status.FAILED, Reason.CRASHED)
    assert "asked for twice" in got.detail
    assert len(asked) == 2  # a crash is tried once more


def test_a_worker_that_never_stops_sending_ends_by_its_deadline(taken_over: TakeOver) -> None:
    """What is small enough would take minutes to come to the cap on all of it."""
    taken_over("{'t': 'document', 'pages': 1, 'warnings': []}", "b''", floods=True)
    got = extract(Task("x", "x", data=b"x", engine="pypdf", limits=Limits(seconds=0.5)))
    assert (got.status, got.reason) == (Status.FAILED, Reason.TIMEOUT)


def png(*sizes: tuple[int, int]) -> str:
    """A PNG that has come as far as its headers, of which an honest one has one."""
    header = b"\0\0\0\rIHDR%b\x08\0\0\0\0CRC."
    return repr(b"\x89PNG\r\n\x1a\n" + b"".join(header % struct.pack(">II", *size) for size in sizes))


@pytest.mark.parametrize(
    "picture",
    [png((30_000, 30_000)), png((9, 9), (30_000, 30_000)), png((2**32 - 1, 1)), png((0, 9)), "b'GIF89a'", "b''"],
)
def test_a_picture_that_would_fill_the_memory_is_refused(picture: str, taken_over: TakeOver) -> None:
    """A few bytes of PNG may claim any size, and whoever opens it makes room for that."""
    taken_over("{}", picture)
    with pytest.raises(IngestError, match="no picture"):
        render_page(Task("x", "x", data=b"x"), 1)


@pytest.mark.parametrize(
    "answer",
    [
        "{'width': 0, 'height': 1, 'boxes': []}",
        "{'width': -5, 'height': 1, 'boxes': []}",
        "{'width': 1, 'height': -5, 'boxes': []}",
        "{'width': 1, 'height': 1, 'boxes': [[0, 0, 1]]}",
        "{'width': 1, 'height': 1, 'boxes': [0]}",
        "{'width': [], 'height': 1, 'boxes': []}",
        "{'width': 10**400, 'height': 1, 'boxes': []}",
        "{'width': 'nan', 'height': 1, 'boxes': []}",
        "{}",
    ],
)
def test_boxes_on_a_page_that_can_not_be_are_refused(answer: str, taken_over: TakeOver) -> None:
    taken_over(answer, "b''")
    with pytest.raises(IngestError, match="made no sense"):
        page_boxes(Task("x", "x", data=b"x"), 1, ["word"])


def test_what_stands_absurdly_far_away_is_brought_to_where_it_can_be_drawn(
    taken_over: TakeOver,
) -> None:
    taken_over("{'width': 1e300, 'height': 1, 'boxes': [[-1e30, 0, 1e40, 1]]}", "b''")
    found = page_boxes(Task("x", "x", data=b"x"), 1, ["word"])
    assert (found.width, found.boxes) == (1e7, ((-1e7, 0.0, 1e7, 1.0),))
