"""Figures about a text: entropy, growth of the vocabulary, what a line end costs, and the weights of BM25."""

from __future__ import annotations

import re
from collections import Counter
from math import exp, log, log2

WORD = re.compile(r"[A-Za-z0-9']+(?:-[A-Za-z0-9']+)*")


def words(text: str) -> list[str]:
    """All words in lower case; a compound with hyphens is one word."""
    return [word.lower() for word in WORD.findall(text)]


def entropy(text: str, known: int) -> float:
    """Bits a letter when the `known` letters before it are known; 26 letters and the gap."""
    letters = re.sub(r"[^a-z]+", " ", text.lower())
    groups = Counter(letters[i : i + known + 1] for i in range(len(letters) - known))
    heads: Counter[str] = Counter()
    for group, count in groups.items():
        heads[group[:-1]] += count
    total = groups.total()
    return sum(count / total * log2(heads[group[:-1]] / count) for group, count in groups.items())


def growth(tokens: list[str]) -> list[tuple[int, int]]:
    """(words read, different words among them) at 24 equal steps."""
    seen: set[str] = set()
    curve = []
    for number, token in enumerate(tokens, 1):
        seen.add(token)
        if number % max(1, len(tokens) // 24) == 0:
            curve.append((number, len(seen)))
    return curve


def slope(curve: list[tuple[int, int]]) -> float:
    """Of the line through the logarithms of the points, by least squares."""
    xs, ys = [log(x) for x, _ in curve], [log(y) for _, y in curve]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    over = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - mean_x) ** 2 for x in xs)


def set_lines(tokens: list[str], measure: int) -> list[str]:
    """Greedy lines of at most `measure` letters; long words are cut with a hyphen, compounds at their own."""
    lines, line = [], ""
    for token in tokens:
        room = measure - len(line) - bool(line)
        if len(token) <= room:
            line = f"{line} {token}".strip()
            continue
        head, tail = _cut(token, room)
        lines.append(f"{line} {head}".strip())
        line = tail
    return [*lines, line]


def _cut(token: str, room: int) -> tuple[str, str]:
    """What fits into `room` letters, with its hyphen, and the rest; ("", token) if no cut is allowed."""
    if "-" in token:
        head = token.rfind("-", 0, room) + 1
        return token[:head], token[head:]
    head = min(room - 1, len(token) - 3)
    if len(token) < 6 or head < 2 or not token.isalpha():
        return "", token
    return f"{token[:head]}-", token[head:]


def read_back(lines: list[str], join: str) -> Counter[str]:
    """The words of set lines; `join` is `never`, `always` or `document`, the way of treating a hyphen at a line end."""
    inside = set(words(" ".join(line[: line.rfind(" ")] for line in lines if " " in line)))

    def joined(match: re.Match[str]) -> str:
        head, tail = match.groups()
        if join == "document" and f"{head}-{tail}".lower() in inside:
            return f"{head}-{tail}"
        return head + tail

    text = "\n".join(lines)
    if join != "never":
        text = re.sub(r"([A-Za-z'-]+)-\n([A-Za-z'-]+)", joined, text)
    return Counter(words(text))


def found(tokens: list[str], read: Counter[str], shortest: int = 1) -> float:
    """Percent of the words of at least `shortest` letters that are among those read."""
    wanted = Counter(token for token in tokens if len(token) >= shortest)
    return 100 * sum(min(count, read[token]) for token, count in wanted.items()) / wanted.total()


def weight(pages: int, with_word: int) -> float:
    """BM25's weight of a word that stands on `with_word` of `pages` pages."""
    return log(1 + (pages - with_word + 0.5) / (with_word + 0.5))


def saturation(occurrences: int) -> float:
    """BM25's second factor on a page of average length, k1 = 1.2."""
    return occurrences * 2.2 / (occurrences + 1.2)


def varint(number: int) -> str:
    """Seven bits a byte, the eighth says that another byte follows, in hexadecimal."""
    out = []
    while number >= 128:
        out.append(f"{number % 128 + 128:02x}")
        number //= 128
    return " ".join([*out, f"{number:02x}"])


def doubling(beta: float) -> float:
    """By what the vocabulary grows when the text is doubled."""
    return exp(beta * log(2))
