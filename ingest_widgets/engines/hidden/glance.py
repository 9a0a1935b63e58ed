"""A quick look at many pieces of a page: does any of them look as if a reader couldn't see it?

A few calls for each and the rest in lists, since an ordinary page is to pass in a thirtieth of its time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence, Set
from ctypes import byref, c_float, c_uint
from operator import sub

from ingest_widgets.engines.pieces.getters import Handle
from ingest_widgets.engines.pieces.pieces import (
    BLENDS,
    BOUNDS,
    FILL,
    MARKS,
    MODE,
    Rect,
    clips,
    font_size,
    has_form,
    is_frame,
    is_squeezed,
    rect_of,
)

TINY_POINTS = 1.5
_SHORT_LINE = 3.0
"""Times as long as it is high: a longer one isn't squeezed, unless it says very much."""
THIN_POINTS = 1.0
"""What is thinner, such as a line, covers no text."""
COVERED_PART, _SHORT_WORD = 0.8, 1.5
"""So much of a line's height has to be covered, for so many times that height, before words are hidden."""
WHITE, FAINT = 238, 13
"""A colour whose parts are all as light is taken for white, and an alpha below the other for nothing."""

_LAST_PAINTING_MODE = 2
_AT_ONCE = 256
_COLOURS = (c_uint * (4 * _AT_ONCE))()
_COLOURS_AT = [[byref(_COLOURS, 16 * n + 4 * at) for n in range(_AT_ONCE)] for at in range(4)]
_RECTS = (c_float * (4 * _AT_ONCE))()
_RECTS_AT = [[byref(_RECTS, 16 * n + 4 * at) for n in range(_AT_ONCE)] for at in range(4)]

Spot = tuple[str, float, float]


def spot(reason: str, rect: Rect) -> Spot:
    """The same for what is doubted for the same reason and stands as high on another page, such as a heading."""
    return reason, rect[1] // 8, rect[3] // 8


def looks_hidden(handles: Sequence[Handle], plain: Set[Spot], shown: Rect | None = None) -> bool:
    """Whether some of it may be text that can't be seen.

    Args:
        handles: Objects of a page, in the order in which they are painted; null ones are skipped.
        plain: Where white and transparent text was found to be plain.
        shown: What is shown of the page; without it, text off the page and tiny text pass.
    """
    for first in range(0, len(handles), _AT_ONCE):
        part = handles[first : first + _AT_ONCE]
        modes = list(map(MODE, part))
        if max(modes) > _LAST_PAINTING_MODE:
            return True
        plain_text = min(modes) >= 0
        texts = part if plain_text else [handle for handle, mode in zip(part, modes, strict=True) if mode >= 0]
        if texts and (_is_painted_oddly(texts, plain) or (shown and _is_placed_oddly(texts, shown))):
            return True
        if not plain_text and _is_covered(part, modes):
            return True
    return False


def _is_painted_oddly(texts: Sequence[Handle], plain: Set[Spot]) -> bool:
    deque(map(FILL, texts, *_COLOURS_AT), 0)
    colours = _COLOURS[: 4 * len(texts)]
    if max(colours[0::4]) < WHITE and min(colours[3::4]) >= FAINT:
        return False
    reasons = (painted(colours[at : at + 4]) for at in range(0, len(colours), 4))
    return any(
        reason and spot(reason, rect_of(handle)) not in plain for handle, reason in zip(texts, reasons, strict=True)
    )


def _is_placed_oddly(texts: Sequence[Handle], shown: Rect) -> bool:
    """Whether some of it is off the page or tiny; what lies in forms is misjudged."""
    deque(map(BOUNDS, texts, *_RECTS_AT), 0)
    rects = _RECTS[: 4 * len(texts)]
    lefts, bottoms, rights, tops = rects[0::4], rects[1::4], rects[2::4], rects[3::4]
    left, bottom, right, top = shown
    outside = min(rights) < left or max(lefts) > right or min(tops) < bottom or max(bottoms) > top
    if outside and any(is_off(rect_of(text), shown) for text in texts):
        return True
    shapes = zip(texts, map(sub, rights, lefts), map(sub, tops, bottoms), strict=True)
    doubtful = [shape for shape in shapes if shape[1] < _SHORT_LINE * shape[2] or shape[2] < TINY_POINTS]
    return any(_is_tiny(*shape) for shape in doubtful)


def _is_covered(handles: Sequence[Handle], modes: Sequence[int]) -> bool:
    """Whether some text, or words of it, lie inside of something that is painted later."""
    for number, mode in enumerate(modes):
        if mode < 0 and (handle := handles[number]) and is_ground(handle, rect := rect_of(handle)):
            texts = [handles[n] for n in range(number) if modes[n] >= 0 and covers_words(rect_of(handles[n]), rect)]
            later = {handle.value for handle in handles[number:]}  # the same text may stand there again
            if any(text.value not in later for text in texts):
                return True
    return False


def is_more_than_text(handles: Sequence[Handle]) -> bool:
    """Whether there is anything but plain text and thin lines."""
    if has_form(handles) or any(max(map(ask, handles), default=0) > 0 for ask in (BLENDS, MARKS, clips)):
        return True
    modes = map(MODE, handles)
    return any(mode and (mode > 0 or is_ground(h, rect_of(h))) for h, mode in zip(handles, modes, strict=True))


def is_ground(handle: Handle, rect: Rect) -> bool:
    """Whether something other than text is large enough to hide text."""
    return min(rect[2] - rect[0], rect[3] - rect[1]) > THIN_POINTS and not is_frame(handle)


def painted(colour: Sequence[int]) -> str:
    """What is odd of a colour; empty if nothing is.

    Args:
        colour: Red, green, blue and alpha, up to 255.
    """
    if colour[3] < FAINT:
        return "transparent"
    return "white" if min(colour[:3]) >= WHITE else ""


def is_off(rect: Rect, shown: Rect) -> bool:
    """Whether all of it lies outside of what is shown of the page, and it is something at all, not such as a space."""
    left, bottom, right, top = rect
    outside = left > shown[2] or right < shown[0] or bottom > shown[3] or top < shown[1]
    return outside and (right > left or top > bottom)


def is_tiny(rect: Rect, handle: Handle, scale: float = 1.0) -> bool:
    """Whether nobody reads letters so small, or so narrow.

    Args:
        rect: Where the text stands.
        handle: The text.
        scale: See `Piece`.
    """
    return _is_tiny(handle, rect[2] - rect[0], rect[3] - rect[1], scale)


def _is_tiny(handle: Handle, across: float, up: float, scale: float = 1.0) -> bool:
    # A full stop is as small, so the size of the font says it too; but a font that counts in points has the size 1.
    small = min(across, up) < TINY_POINTS
    if (not small and across >= _SHORT_LINE * up) or font_size(handle) * scale >= TINY_POINTS:
        return False
    return small or is_squeezed(handle)


def covers_words(text: Rect, ground: Rect) -> bool:
    """Whether enough of a text lies inside of something to hide a word."""
    left, bottom, right, top = text
    thin, long = sorted((right - left, top - bottom))
    least, most = sorted((min(right, ground[2]) - max(left, ground[0]), min(top, ground[3]) - max(bottom, ground[1])))
    return least >= COVERED_PART * thin and most >= min(COVERED_PART * long, _SHORT_WORD * thin)


def within(inner: Rect, outer: Rect) -> bool:
    """Whether it lies inside, give or take a point."""
    return (
        outer[0] <= inner[0] + 1 and outer[1] <= inner[1] + 1 and outer[2] >= inner[2] - 1 and outer[3] >= inner[3] - 1
    )
