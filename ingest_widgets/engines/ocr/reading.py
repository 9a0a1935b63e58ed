"""What the recognizer found in a picture: how sure it is, and which way the text runs.

Points are complex numbers, pixels to the right and 1j times pixels down: a turn is a multiplication.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ingest_widgets.engines.ocr.boxes import Strip, cut_at_gutters
from ingest_widgets.engines.ocr.lines import Line

_TALL = 1.5  # in widths: from here on RapidOCR turns a box against the clock before it reads it
_LEAST_SCORE = 0.5  # RapidOCR's own: below that a piece is no text
_SURE = 0.9  # upright text has 0.97 and more, also on bad scans; text on its head some 0.7, Greek as well
_LETTERS = 8  # sixths of a line's height between signs of a word at most: m and m have 6, Japanese stops 8; words 10


class Piece(NamedTuple):
    """A piece of a line."""

    corners: list[complex]  # from the start of its text on, along the text first
    text: str
    score: float  # from 0 to 1

    @property
    def run(self) -> complex:
        """From its start to its end."""
        return self.corners[1] - self.corners[0]


class Reading(NamedTuple):
    """All pieces found in a picture, in no order."""

    pieces: Sequence[Piece]

    @property
    def score(self) -> float:
        """From 0 to 1, the mean of all signs."""
        return sum(p.score * len(p.text) for p in self.pieces) / max(1, sum(len(p.text) for p in self.pieces))

    @property
    def angle(self) -> float:
        """By how many degrees most of the text is turned, by the clock."""
        return _angle([piece.run for piece in self.pieces])

    @property
    def turns(self) -> int:
        """How many quarters of a turn against the clock would set the picture upright, as far as can be told."""
        return (round(self.angle / 90) + 2 * self.doubtful) % 4

    @property
    def doubtful(self) -> bool:
        """Whether most of it is hardly what stands there."""
        return bool(self.pieces) and self.score < _SURE

    def better(self, other: Reading) -> Reading:
        """The surer one; `other` when both are sure."""
        return other if other.score >= min(self.score, _SURE) else self

    def lines(self, angle: float) -> list[Line]:
        """Those that are text, with their boxes on the picture once it is turned by the angle against the clock."""
        turn = cmath.rect(1, -math.radians(angle))
        lines = []
        for piece in self.pieces:
            across, down = zip(*((z.real, z.imag) for z in (corner * turn for corner in piece.corners)), strict=True)
            if piece.score >= _LEAST_SCORE and max(down) > min(down):
                lines.append(Line(min(across), min(down), max(across), max(down), piece.text))
        return lines


def read(recognizer: Any, picture: Any, turns: int = 0) -> Reading:
    """What is found in a picture that is turned by so many quarters against the clock before; places are as without."""
    turned, widths = picture, []
    for _ in range(turns):
        widths.append(turned.shape[1])
        turned = turned.swapaxes(0, 1)[::-1]
    strips = _strips(recognizer, turned.copy() if turns else turned)
    if not strips:
        return Reading(())
    found = recognizer.recognize_txt([strip.picture for strip in strips])
    pieces = []
    for (corners, _), signs, score, words in zip(strips, found.txts, found.scores, found.word_results, strict=True):
        for width in reversed(widths):
            corners = [width + 1j * corner for corner in corners]
        if text := spaced(signs.strip(), [step for steps in words.word_cols for step in steps]):
            pieces.append(Piece(corners, text, float(score)))
    return Reading(pieces)


def spaced(text: str, steps: Sequence[int]) -> str:
    """The text with a space at each wide white: in justified lines the recognizer leaves out some of the widest.

    Args:
        text: As it was recognized.
        steps: Where its signs stand, those that are no spaces: in sixths of the line's height, from the left.
    """
    out, last, places = "", math.inf, iter(steps)
    for sign in text:
        if not sign.isspace():
            at = next(places)
            if at - last > _LETTERS and not out[-1].isspace():
                out += " "
            last = at
        out += sign
    return out


def _strips(recognizer: Any, picture: Any) -> list[Strip]:
    boxes = recognizer(picture, use_det=True, use_rec=False).boxes
    if boxes is None:
        return []
    # As parallelograms: of others RapidOCR makes a picture whose scale changes from left to right.
    boxes[:, 2:] = boxes[:, 1::-1] + ((boxes[:, 3] - boxes[:, 0] + boxes[:, 2] - boxes[:, 1]) / 2)[:, None]
    strips = []
    for box, cropped in zip(boxes, recognizer.crop_text_regions(picture, boxes), strict=True):
        corners = [complex(*point) for point in box]
        if abs(corners[3] - corners[0]) >= _TALL * abs(corners[1] - corners[0]):
            corners = corners[1:] + corners[:1]
        strips.append(Strip(corners, cropped))
    return cut_at_gutters(strips, _angle([strip.corners[1] - strip.corners[0] for strip in strips]))


def _angle(runs: Sequence[complex]) -> float:
    lengths = [0.0] * 4
    for run in runs:
        lengths[_quarter(run)] += abs(run)
    most = lengths.index(max(lengths))
    # Weighed by the square of their length: short words have crooked boxes.
    return round(math.degrees(cmath.phase(sum(run * abs(run) for run in runs if _quarter(run) == most))), 1)


def _quarter(run: complex) -> int:
    return round(math.degrees(cmath.phase(run)) / 90) % 4
