"""Files that come in slices, and their names."""

from __future__ import annotations

import hashlib
import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from ingest_widgets.notebook.uploads import Uploads, safe_name
from tests.listed import list_sources


def test_a_page_that_sends_keeps_all_it_announced_whatever_another_page_says() -> None:
    uploads = Uploads(patience=0.2)
    uploads.begin([{"id": key, "name": f"{key}.pdf", "size": 3} for key in "ab"], 10, "one")
    threading.Event().wait(0.3)
    assert uploads.coming == 0
    uploads.take("a", 0, b"1")
    uploads.give_up_abandoned([])
    assert uploads.coming == 2


def test_a_page_that_fell_silent_is_forgotten_when_another_says_hello() -> None:
    uploads = Uploads(patience=0)
    uploads.begin([{"id": "a", "name": "a.pdf", "size": 3}], 10, "one")
    uploads.give_up_abandoned([])
    uploads.take("a", 0, b"123")
    assert uploads.waiting == []


def test_slices_in_any_order_make_the_same_bytes() -> None:
    data = os.urandom(2_500_000)
    uploads = Uploads()
    assert uploads.begin([{"id": "a", "name": "x.pdf", "size": len(data)}], 10**9) == []
    for start in (1_000_000, 2_000_000, 0):
        uploads.take("a", start, memoryview(data)[start : start + 1_000_000])
    assert uploads.coming == 0
    ((name, got),) = uploads.take_ready()
    assert name == "x.pdf"
    assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
    assert uploads.news() == {"a": len(data)}
    assert uploads.news() == {}


def test_one_that_is_too_large_is_refused_with_its_size() -> None:
    uploads = Uploads()
    (refusal,) = uploads.begin([{"id": "a", "name": "x.pdf", "size": 11}], 10)
    assert "x.pdf is larger than max_file_bytes" in refusal
    uploads.take("a", 0, b"x" * 11)
    assert uploads.waiting == []


def test_a_slice_never_makes_a_file_longer_than_announced() -> None:
    uploads = Uploads()
    uploads.begin([{"id": "a", "name": "x.pdf", "size": 4}], 10)
    uploads.take("a", 2, b"much too much")
    uploads.take("a", 0, b"as")
    assert uploads.take_ready() == [("x.pdf", b"asmu")]


def test_cancelled_ones_are_forgotten_and_empty_ones_are_not() -> None:
    uploads = Uploads()
    uploads.begin([{"id": "a", "name": "a.pdf", "size": 5}, {"id": "b", "name": "b.pdf", "size": 0}], 10)
    uploads.cancel("a")
    uploads.take("b", 0, b"")
    assert uploads.coming == 0
    assert uploads.take_ready() == [("b.pdf", b"")]


def test_two_files_of_one_name_are_two() -> None:
    uploads = Uploads()
    uploads.begin([{"id": str(n), "name": "a.pdf", "size": 1} for n in range(3)], 10)
    for number, data in enumerate((b"1", b"2", b"1")):
        uploads.take(str(number), 0, data)
    assert [(file.name, file.data) for file in list_sources(uploads.take_ready())] == [
        ("a (2).pdf", b"2"),
        ("a.pdf", b"1"),
    ]


@given(st.text())
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    for tried in (name, f"../{name}", f"/{name}", f"..\\{name}/../{name}", f"C:\\{name}"):
        safe = safe_name(tried)
        parts = safe.split("/")
        assert safe
        assert "\\" not in safe
        assert not set(parts) & {"", ".", ".."}
        safe.encode()


def test_a_good_name_stays_as_it_is() -> None:
    for name in ("Überblick 1.pdf", "folder/paper.pdf", "it's $& 100%.pdf"):
        assert safe_name(name) == name
