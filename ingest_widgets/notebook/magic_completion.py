"""Tab completion behind the magics: paths of folders, PDFs and corpora, and the options.

A matcher of IPython 8.6 or later: it speaks only on lines with one of the magics, and what it offers there stands alone
(as a hook `complete_command` it would be mixed with every Python name that Jedi knows).
"""

from __future__ import annotations

import glob
import re

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher

from ingest_widgets.notebook.source_completion import completions

OPTIONS = {"ingest": ("--corpus", "--engine"), "search": ("--corpus", "--limit")}
_WORD = r"""("[^"]*|'[^']*|(?:\\.|[^\s"'\\])*)$"""
_MAGIC = re.compile(r"(?:^|.*[\s=])%(ingest|search)\s")
_LAST_WORD = re.compile(rf"\s(?:--\w+=)?{_WORD}")
_AFTER_CORPUS = re.compile(rf"--corpus(?:=|\s+){_WORD}")
_SHELL_SIGN = re.compile(r"([^\w@%+=:,./~\-])")


@context_matcher()  # type: ignore[untyped-decorator]
def complete_magics(context: CompletionContext) -> SimpleMatcherResult:
    """What could stand in place of the last word of a line with `%ingest` or `%search`."""
    line = context.text_until_cursor
    magic, last = _MAGIC.match(line), _LAST_WORD.search(line)
    typed = last[1] if last else ""
    offered = _offered(magic[1], line, typed) if magic else []
    found = [SimpleCompletion(text=word, type="magic") for word in offered]
    return SimpleMatcherResult(completions=found, matched_fragment=typed, suppress=True, ordered=True)


def _offered(magic: str, line: str, typed: str) -> list[str]:
    quote = typed[:1] if typed[:1] in ("'", '"') else ""
    plain = typed[1:] if quote else re.sub(r"\\(.)", r"\1", typed)
    if _AFTER_CORPUS.search(line):
        folders = [path for path in completions(plain) if path.endswith("/")]
        return _quoted(folders + sorted(glob.glob(f"{glob.escape(plain)}*.sqlite")), quote)
    if typed.startswith("-"):
        return [option for option in OPTIONS[magic] if option.startswith(typed)]
    return _quoted(completions(plain), quote) if magic == "ingest" else []


def _quoted(paths: list[str], quote: str) -> list[str]:
    """As the word was begun: in its quotes, or with backslashes."""
    return [quote + path if quote else _SHELL_SIGN.sub(r"\\\1", path) for path in paths]
