"""Where a paragraph begins: a wider gap above it than around, or a first line that stands in or out."""

from __future__ import annotations

_ENDS_SENTENCE = tuple(".!?:;…”’\"')]»。！？：」")
_SAME_LINE = 0.5  # points
_WIDER = 1.28
_INDENT = (5.0, 45.0)


def paragraph_starts(
    lines: list[str], firsts: list[tuple[float, float]], lasts: list[tuple[float, float]]
) -> list[bool]:
    """Tells for each line whether a paragraph begins with it; the first one never counts.

    Args:
        lines: In reading order; one that a hyphen has cut goes on behind U+FFFE.
        firsts: Where the pen stood for the first sign of each line.
        lasts: The same for the part behind the last U+FFFE.
    """
    count = len(lines)
    drops = [0.0, *(a[1] - b[1] for a, b in zip(lasts, firsts[1:], strict=False)), 0.0]
    starts = [False] * count
    for i in range(1, count):
        drop, above, below = drops[i], drops[i - 1], drops[i + 1]
        if drop <= _SAME_LINE:  # beside or above: another column, or something in the margin
            starts[i] = drop < -_SAME_LINE and _new_sentence(lines[i - 1], lines[i])
            continue
        usual = above if _SAME_LINE < above < below or below <= _SAME_LINE else below
        if drop > _WIDER * usual > _SAME_LINE:
            starts[i] = True
            continue
        left = lasts[i - 1][0]
        if _INDENT[0] < abs(firsts[i][0] - left) < _INDENT[1] and i + 1 < count and abs(firsts[i + 1][0] - left) < 2:
            starts[i] = _new_sentence(lines[i - 1], lines[i])
    return starts


def _new_sentence(before: str, line: str) -> bool:
    return before.rstrip().endswith(_ENDS_SENTENCE) and not line[:1].islower()
