"""Files that are no corpus, those of later versions and damaged ones: told apart, and left as they are."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest_widgets import (
    Corpus,
    CorpusDamaged,
    CorpusError,
    CorpusForeign,
    CorpusTooNew,
    ingest,
)
from ingest_widgets.corpus.storage import corpus_file, schema
from tests.corpus_parts import extraction, failure, source, uploaded


def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("my notes, none of a database's business")
    database = tmp_path / "other.sqlite"
    with sqlite3.connect(database) as con:
        con.execute("CREATE TABLE recipes (name)")
    con.close()
    for path in (text, database):
        before = path.read_bytes()
        with pytest.raises(CorpusForeign) as raised:
            Corpus(path)
        assert "\n" not in str(raised.value)
        assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "other.sqlite"]


def test_another_programs_database_in_the_middle_of_its_work_is_left_as_it_is(tmp_path: Path) -> None:
    """Its newest state is in the -wal file, which opening the ordinary way would write into the database."""
    path = tmp_path / "other.sqlite"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE recipes (name)")
    before = path.read_bytes()
    with pytest.raises(CorpusForeign):
        Corpus(path)
    assert path.read_bytes() == before
    assert other.execute("SELECT count(*) FROM recipes").fetchone() == (0,)
    other.close()


def corpus_of_layout(folder: Path, version: int) -> Path:
    """One that says so, whatever its tables are."""
    path = folder / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))
    with sqlite3.connect(path) as con:
        con.execute(f"PRAGMA user_version = {version}")
    con.close()
    return path


def test_a_corpus_of_a_later_version_is_refused_kindly_and_left_as_it_is(tmp_path: Path) -> None:
    path = corpus_of_layout(tmp_path, schema.VERSION + 1)
    before = path.read_bytes()
    with pytest.raises(CorpusTooNew, match="pip install -U"):
        Corpus(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [-(2**31), -schema.VERSION - 1, -schema.VERSION, -1])
def test_a_layout_below_zero_is_damage_and_begins_no_migration(tmp_path: Path, version: int) -> None:
    path = corpus_of_layout(tmp_path, version)
    before = path.read_bytes()
    with Corpus(path) as corpus:
        (problem,) = corpus.check()
        assert f"is damaged (its layout is {version})" in problem
        for use in (corpus.files, lambda: corpus.write(source("b.pdf"), extraction("words"))):
            with pytest.raises(CorpusDamaged, match="put a backup in its place"):
                use()
    assert path.read_bytes() == before


def test_a_schema_of_a_format_that_sqlite_does_not_know_is_damage(tmp_path: Path) -> None:
    path = corpus_of_layout(tmp_path, schema.VERSION)
    data = bytearray(path.read_bytes())
    data[44:48] = (9).to_bytes(4, "big")  # the schema's format, at most 4: sqlite.org/fileformat2.html
    path.write_bytes(data)
    with Corpus(path) as corpus:
        (problem,) = corpus.check()
        assert "is damaged (unsupported file format)" in problem
        for use in (corpus.files, lambda: corpus.write(source("b.pdf"), extraction("words"))):
            with pytest.raises(CorpusDamaged, match="put a backup in its place"):
                use()
    assert path.read_bytes() == data


@pytest.mark.parametrize("version", range(schema.VERSION - 3))  # the last four have the same tables
def test_check_says_when_the_layout_is_said_to_be_older_than_it_is(tmp_path: Path, version: int) -> None:
    path = corpus_of_layout(tmp_path, version)
    with Corpus(path) as corpus:
        with pytest.raises(CorpusError, match=r"check\(\) tells more"):
            corpus.write(source("b.pdf"), extraction("words"))
        (problem,) = corpus.check()
        assert "its layout number doesn't fit its tables" in problem


def test_an_empty_file_becomes_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").touch()
    with Corpus(tmp_path / "c.sqlite") as corpus:
        assert len(corpus) == 0
        corpus.write(source("a.pdf"), extraction("words"))
        assert (len(corpus), corpus.check()) == (1, [])


def test_a_migration_that_fails_halfway_leaves_the_older_version_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words"))

    def add_column(con: sqlite3.Connection) -> None:
        con.execute("ALTER TABLE files ADD COLUMN language TEXT")

    def fail(con: sqlite3.Connection) -> None:
        con.execute("DROP TABLE uploads")
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_column, fail])
    for module in (schema, corpus_file):
        monkeypatch.setattr(module, "VERSION", schema.VERSION + (2 if module is schema else 1))
    with Corpus(path) as corpus, pytest.raises(KeyboardInterrupt):
        corpus.write(source("b.pdf"), extraction("words"))
    monkeypatch.undo()
    with Corpus(path) as corpus:
        corpus.write(source("b.pdf"), extraction("words"))
        assert (len(corpus), corpus.check()) == (2, [])


def damage(data: bytes, chance: random.Random) -> bytes:
    """One of the ways in which files break: cut off, a block of noise, single bits, a block of zeros."""
    broken = bytearray(data)
    place = chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            del broken[place:]
        case 1:
            size = chance.choice([8, 200, 4096, 20000])
            broken[place : place + size] = chance.randbytes(len(broken[place : place + size]))
        case 2:
            for _ in range(chance.choice([1, 5, 50])):
                broken[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 3:
            start = place // 4096 * 4096
            broken[start : start + 4096] = bytes(len(broken[start : start + 4096]))
    return bytes(broken)


def use_everything(corpus: Corpus) -> Iterator[CorpusError]:
    for use in (corpus.files, lambda: list(corpus.pages()), lambda: corpus.search("entropy"), corpus.known):
        try:
            use()
        except CorpusError as error:
            yield error


def errors_of(path: Path) -> list[CorpusError]:
    """What a broken file says to a reader and then to a writer; only a write that succeeds may change it."""
    broken = path.read_bytes()
    try:
        with Corpus(path) as corpus:
            errors = list(use_everything(corpus))
            errors += [CorpusDamaged(problem) for problem in corpus.check()]
        assert path.read_bytes() == broken
        with Corpus(path) as corpus:
            corpus.write(source("3.pdf"), extraction("new"))
    except CorpusError as error:
        assert path.read_bytes() == broken
        return [error]
    return errors


def survive_damage(folder: Path, rounds: range) -> int:
    base = folder / "base.sqlite"
    with Corpus(base) as corpus:
        for number in range(8):
            corpus.write(source(f"{number}.pdf"), extraction(*[f"entropy {number} {page} " * 200 for page in range(5)]))
    data, found = base.read_bytes(), 0
    for seed in rounds:
        path = folder / f"{seed}.sqlite"
        path.write_bytes(damage(data, random.Random(seed)))
        errors = errors_of(path)
        assert not any("\n" in str(error) for error in errors)
        found += bool(errors)
        assert list(folder.glob(f"{seed}.sqlite*")) == [path]
        path.unlink()
    return found


def test_a_damaged_file_gives_our_own_errors_and_is_left_as_it_is(tmp_path: Path) -> None:
    assert survive_damage(tmp_path, range(60)) > 35


@pytest.mark.soak
def test_two_thousand_ways_to_be_damaged_give_our_own_errors(tmp_path: Path) -> None:
    assert survive_damage(tmp_path, range(100, 2100)) > 1000


def test_a_cut_off_file_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words " * 5000))
    os.truncate(path, path.stat().st_size // 2)
    with Corpus(path) as corpus:
        with pytest.raises(CorpusDamaged, match="put a backup in its place"):
            corpus.files()
        with pytest.raises(CorpusDamaged):
            corpus.write(source("b.pdf"), failure())
        assert corpus.check()


def test_a_text_whose_end_a_disk_has_lost_is_damage_and_not_a_text(tmp_path: Path) -> None:
    """SQLite takes the zeros of the last block for its content."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words " * 2000 + "the end"))
    data = bytearray(path.read_bytes())
    start = data.index(b"the end") // 4096 * 4096
    data[start : start + 4096] = bytes(4096)
    path.write_bytes(data)
    with Corpus(path) as corpus:
        for use in (lambda: list(corpus.pages()), lambda: corpus.search("words"), lambda: corpus.page("a.pdf", 1)):
            with pytest.raises(CorpusDamaged, match="a text is lost in part, there are zeros in its place"):
                use()
        assert corpus.check()


@pytest.mark.parametrize("lost", [1, 100, 4000, 4095])
def test_a_file_that_lost_a_part_of_its_last_page_is_left_as_it_is(tmp_path: Path, lost: int) -> None:
    """SQLite takes what is missing there for zeros."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words " * 5000))
    os.truncate(path, path.stat().st_size - lost)
    before = path.read_bytes()
    with Corpus(path) as corpus, pytest.raises(CorpusDamaged, match="ends in the middle of a page"):
        corpus.write(source("b.pdf"), failure())
    assert path.read_bytes() == before


def test_a_torn_end_that_the_wal_mends_is_no_damage(tmp_path: Path) -> None:
    """So a file looks whose disk was full, or whose machine stopped, while a page was copied into it."""
    path, copy = tmp_path / "c.sqlite", tmp_path / "copy.sqlite"
    with Corpus(path) as corpus:
        corpus.write(source("a.pdf"), extraction("words " * 5000))
        copy.write_bytes(path.read_bytes() + b"torn")
        Path(f"{copy}-wal").write_bytes(Path(f"{path}-wal").read_bytes())
    with Corpus(copy) as corpus:
        corpus.write(source("b.pdf"), extraction("more"))
        assert corpus.check() == []


@pytest.mark.parametrize("more", [0, 20 * 2**20])
def test_nothing_more_is_written_into_a_corpus_with_a_broken_page(tmp_path: Path, more: int) -> None:
    """Also where the new file would have found its place without touching what is broken."""
    path = tmp_path / "c.sqlite"
    with Corpus(path) as corpus:
        corpus.write(*uploaded("up.pdf", bytes(more), "words"))
        for number in range(20):
            corpus.write(source(f"{number}.pdf"), extraction(f"marker{number} " * 300))
    data = bytearray(path.read_bytes())
    start = data.index(b"marker3 marker3") // 4096 * 4096
    data[start : start + 4096] = bytes(4096)
    path.write_bytes(data)
    with Corpus(path) as corpus, pytest.raises(CorpusDamaged):
        corpus.write(source("new.pdf"), extraction("words"))
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("sabotage", "sentence"),
    [
        ("UPDATE files SET status = 'splendid'", "unknown status 'splendid'"),
        ("UPDATE files SET reason = 'why not'", "unknown reason 'why not'"),
        ("UPDATE files SET pages = 7", "says it has 7 pages, but 2 are held"),
        ("UPDATE pages SET file_id = 99 WHERE file_id = 1", "belongs to no file"),
        ("UPDATE pages SET text = 'something else' WHERE number = 1", "search index doesn't agree"),
        ("DELETE FROM pages WHERE number = 2", "search index doesn't agree"),
        ("UPDATE pages SET number = 0 WHERE number = 1", "has a page number 0"),
        ("UPDATE files SET warnings = 'none'", "a.pdf can't be read: its warnings"),
        ("INSERT INTO uploads VALUES (99, x'00')", "upload 99 belongs to no file"),
        ("UPDATE files SET reason = 'crashed'", "a.pdf is ingested, but the reason 'crashed' says why it isn't"),
        ("UPDATE files SET status = 'partial'", "a.pdf is partial, but no reason says why"),
        ("UPDATE files SET status = 'failed', reason = ''", "a.pdf is failed, but no reason says why"),
        ("UPDATE files SET status = 'ingested', reason = NULL", "bad.pdf is ingested, but has 0 pages"),
        ("UPDATE files SET identity = CAST(x'ff' AS TEXT) WHERE name = 'a.pdf'", "the path of a.pdf is held as text"),
        (
            "INSERT INTO notes VALUES ('index_state_2', CAST(x'ff' AS TEXT))",
            "what is noted of index_state_2 can't be read",
        ),
        ("UPDATE files SET kind = 'martian'", "a.pdf is of the unknown kind 'martian'"),
        (
            "UPDATE pages SET number = 99 WHERE number = 2",
            "a.pdf was read as a whole, but has a page 99 beyond its last",
        ),
        ("UPDATE uploads SET data = x'00'", "the bytes of the upload up.pdf aren't those that were read"),
        ("UPDATE uploads SET data = CAST(x'ff' AS TEXT)", "the bytes of the upload up.pdf are text"),
        (
            "CREATE TRIGGER t AFTER INSERT ON PAGES BEGIN UPDATE pages SET text = 'other' WHERE id = new.id; END",
            "the trigger t changes what is written to pages",
        ),
        ("DROP VIEW searched_pages", "the view searched_pages is missing"),
        ("DROP TABLE embedded_files", "the table embedded_files is missing"),
        ("ALTER TABLE files RENAME TO held; CREATE VIEW files AS SELECT * FROM held", "the table files is missing"),
    ],
)
def test_check_says_in_words_what_is_wrong(tmp_path: Path, sabotage: str, sentence: str) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("one", "two"))
        corpus.write(*uploaded("up.pdf", b"a PDF", "words"))
        corpus.write(source("bad.pdf"), failure())
        assert corpus.check() == []
        with sqlite3.connect(corpus.path) as con:
            con.executescript(sabotage)
        con.close()
        assert sentence in " | ".join(corpus.check())


@pytest.mark.parametrize("part", ["table pages", "table uploads", "table page_vocabulary", "view searched_pages"])
def test_a_run_without_anything_to_write_tells_what_the_file_lacks(samples: Path, tmp_path: Path, part: str) -> None:
    ingest(samples, tmp_path / "c.sqlite", progress=False).close()
    with sqlite3.connect(tmp_path / "c.sqlite") as con:
        con.execute(f"DROP {part}")
    con.close()
    before = (tmp_path / "c.sqlite").read_bytes()
    with pytest.raises(CorpusDamaged, match=f"the {part} is missing"):
        ingest(samples, tmp_path / "c.sqlite", progress=False)
    assert (tmp_path / "c.sqlite").read_bytes() == before


def test_a_line_break_in_a_name_breaks_no_sentence(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c\n.sqlite") as corpus:
        corpus.write(source("a\n.pdf"), extraction("one"))
        with sqlite3.connect(corpus.path) as con:
            con.execute("UPDATE files SET pages = 7")
        con.close()
        assert corpus.check() == ["a\\n.pdf says it has 7 pages, but 1 are held"]
    os.truncate(corpus.path, 5000)
    with Corpus(corpus.path) as corpus:
        (problem,) = corpus.check()
        assert problem.startswith(f"{tmp_path}/c\\n.sqlite is damaged")


def test_what_others_keep_in_the_file_is_no_problem(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("one"))
        with sqlite3.connect(corpus.path) as con:
            con.executescript(
                "CREATE TABLE mine (file); CREATE INDEX engines ON pages (engine); CREATE VIEW seen AS SELECT 1;"
                "CREATE TRIGGER t AFTER INSERT ON mine BEGIN UPDATE mine SET file = lower(file); END; ANALYZE"
            )
        con.close()
        assert corpus.check() == []


@pytest.mark.parametrize(
    ("sabotage", "use"),
    [
        ("UPDATE files SET warnings = ?", Corpus.files),
        ("UPDATE files SET settings_key = ?", Corpus.known),
        ("UPDATE pages SET warnings = ?", lambda corpus: list(corpus.pages())),
        ("UPDATE pages SET scanned = ?", lambda corpus: corpus.page_image("a.pdf", 1)),
        ("INSERT INTO notes VALUES ('last_run', ?)", lambda corpus: corpus.last_run),
        (
            "INSERT INTO notes VALUES ('embedding', ?)",
            lambda corpus: corpus.embed(lambda texts: [[1.0] for _ in texts]),
        ),
    ],
)
def test_json_that_is_nested_too_deep_is_damage_like_any_other(
    tmp_path: Path, sabotage: str, use: Callable[[Corpus], object]
) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("one"))
        with sqlite3.connect(corpus.path) as con:
            con.execute(sabotage, ("[" * 100_000,))
        con.close()
        assert "can't be read: maximum recursion depth" in " | ".join(corpus.check())
        with pytest.raises(CorpusDamaged, match="maximum recursion depth"):
            use(corpus)


def test_a_row_that_nobody_can_have_written_is_called_damage(tmp_path: Path) -> None:
    with Corpus(tmp_path / "c.sqlite") as corpus:
        corpus.write(source("a.pdf"), extraction("one"))
        with sqlite3.connect(corpus.path) as con:
            con.execute("UPDATE files SET status = 'splendid'")
        con.close()
        with pytest.raises(CorpusDamaged, match="splendid"):
            corpus.files()
