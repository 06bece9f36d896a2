"""In which order the characters of a page are read: lines, columns, tables (floor 2).

A page's characters come in the order in which a program drew them. Here they are put into lines by their place, lines
into columns where a gutter runs through several of them, and lines that were broken at a column's edge into sentences.
Coordinates are in points, y upward.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from .line_joining import columns, continues, glue
from .pdf_form_labels import Rule, labels_first
from .report import normalise
from .report_headings import is_heading

_SAME_LINE = 0.5  # share of the smaller height by which two characters of a line overlap
_SPACE_EM = 0.25  # a gap of this many character heights is a space between Latin letters
_WIDE_SPACE_EM = 0.7  # ... and one of this beside a Chinese character: more than in justified lines
_GAP_EM = 1.8  # ... and one of this parts cells or columns
_DOUBLE = 0.4  # a character drawn twice within this share of its width is bold print
_MAX_COLUMN_DEPTH = 6  # columns within columns
_BLOCK_GAP = 3.0  # columns end at white of this many character heights across the page
_COLUMN_LINES = 3  # a column has at least so many lines
_COLUMN_FILL = 0.5  # ... which fill on average this share of its width
_SLACK_EM, _CHINESE_SLACK_EM = 0.5, 1.5  # white at the end of a full line, in character heights
_FULL_COLUMN_EM = 15.0  # ... in a column of more than this
_COLUMN_WIDTH = 10  # ... and are on average so many characters wide


@dataclass(frozen=True)
class Glyph:
    """A character and its box in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        """Height of the box."""
        return max(self.y1 - self.y0, 0.1)


@dataclass(frozen=True)
class Piece:
    """Characters of a line without a wide gap between them."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def height(self) -> float:
        """Height of the box."""
        return max(self.y1 - self.y0, 0.1)


@dataclass(frozen=True)
class Line:
    """A line as it is read.

    Attributes
    ----------
    text : str
    x0, x1, y0, y1 : float
        Its box.
    left, right : float
        Edges of the column it stands in.
    is_row : bool
        It has cells, parted by two spaces.
    """

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    left: float
    right: float
    is_row: bool

    @property
    def height(self) -> float:
        """Height of the box."""
        return max(self.y1 - self.y0, 0.1)


def lines_of(glyphs: Sequence[Glyph], rules: Sequence[Rule] = ()) -> list[Line]:
    """Return the lines of a page in reading order; its ruled lines tell the cells of a form."""
    rows = [row for row in (_pieces(row) for row in _rows(glyphs)) if row]
    return _ordered([[replace(row[0], text=label)] if label else row for label, row in labels_first(rows, rules)])


def text_of(lines: Sequence[Line]) -> str:
    """Return the lines' text, sentences that were broken at a column's edge joined."""
    text = ""
    before: Line | None = None
    for line in lines:
        if before is not None and _goes_on(before, line):
            text += glue(before.text, line.text) + line.text
        else:
            text += ("\n" if text else "") + line.text
        before = line
    return text


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return the characters line by line, from the top, each line from the left."""
    rows: list[list[Glyph]] = []
    edges: list[tuple[float, float]] = []
    for glyph in sorted(glyphs, key=lambda one: (-(one.y0 + one.y1) / 2, one.x0)):
        # Only the lines just above can hold it: characters come from the top.
        for back in range(1, min(4, len(rows) + 1)):
            low, high = edges[-back]
            shared = min(high, glyph.y1) - max(low, glyph.y0)
            if shared > _SAME_LINE * min(high - low, glyph.height):
                rows[-back].append(glyph)
                break
        else:
            rows.append([glyph])
            edges.append((glyph.y0, glyph.y1))
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _pieces(row: Sequence[Glyph]) -> list[Piece]:
    pieces: list[Piece] = []
    current: list[Glyph] = []
    text = ""
    for glyph in row:
        if current:
            before = current[-1]
            size = max(before.height, glyph.height)
            if glyph.text == before.text and abs(glyph.x0 - before.x0) < _DOUBLE * (before.x1 - before.x0):
                continue
            gap = glyph.x0 - before.x1
            if gap > _GAP_EM * size:
                pieces.append(_piece(text, current))
                current, text = [], ""
            elif gap > (_SPACE_EM if before.text.isascii() and glyph.text.isascii() else _WIDE_SPACE_EM) * size:
                text += " "
        if not glyph.text.isspace():
            current.append(glyph)
        elif not current:
            continue
        text += " " if glyph.text.isspace() else glyph.text
    if current:
        pieces.append(_piece(text, current))
    return [piece for piece in pieces if piece.text]


def _piece(text: str, glyphs: Sequence[Glyph]) -> Piece:
    return Piece(
        " ".join(text.split()),
        min(one.x0 for one in glyphs),
        min(one.y0 for one in glyphs),
        max(one.x1 for one in glyphs),
        max(one.y1 for one in glyphs),
    )


# --- columns ----------------------------------------------------------------------------------------------------------


def _ordered(rows: list[list[Piece]], depth: int = 0) -> list[Line]:
    """Return rows as lines: those above a pair of columns, the left one, the right one, those below."""
    found = _columns(rows) if depth < _MAX_COLUMN_DEPTH else None
    if found is None:
        left = min((row[0].x0 for row in rows), default=0.0)
        right = max((row[-1].x1 for row in rows), default=0.0)
        return [line for row in rows for line in _lines(row, left, right)]
    first, last, gutter = found
    inside = rows[first:last]
    left_rows = [[piece for piece in row if piece.x1 <= gutter] for row in inside]
    right_rows = [[piece for piece in row if piece.x1 > gutter] for row in inside]
    return [
        *_ordered(rows[:first], depth + 1),
        *_ordered([row for row in left_rows if row], depth + 1),
        *_ordered([row for row in right_rows if row], depth + 1),
        *_ordered(rows[last:], depth + 1),
    ]


def _columns(rows: list[list[Piece]]) -> tuple[int, int, float] | None:
    """Return the rows (first, behind the last) that stand in two columns, and where their gutter is."""
    gutters = sorted({(before.x1 + after.x0) / 2 for row in rows for before, after in pairwise(row)})
    best: tuple[int, int, int, float] | None = None
    for gutter in gutters[:: max(1, len(gutters) // 40)]:
        start = 0
        for stop in range(len(rows) + 1):
            crossed = stop == len(rows) or any(piece.x0 < gutter < piece.x1 for piece in rows[stop])
            parted = start < stop < len(rows) and _gap(rows[stop - 1], rows[stop]) > _BLOCK_GAP
            if not crossed and not parted:
                continue
            count = _column_lines(rows[start:stop], gutter)
            if count and (best is None or count > best[0]):
                best = count, start, stop, gutter
            start = stop + 1 if crossed else stop
    if best is None:
        return None
    _, first, last, gutter = best
    # A title above the columns that happens to end before the gutter is read first in either case.
    return first, last, gutter


def _gap(above: list[Piece], below: list[Piece]) -> float:
    """Return the height of the white between two rows, in heights of the upper one's characters."""
    return (min(piece.y0 for piece in above) - max(piece.y1 for piece in below)) / max(piece.height for piece in above)


def _column_lines(rows: list[list[Piece]], gutter: float) -> int:
    """Return how many lines stand on both sides of a gutter, 0 where they are a table's cells."""
    sides = [
        [piece for row in rows for piece in row if piece.x1 <= gutter],
        [piece for row in rows for piece in row if piece.x1 > gutter],
    ]
    if min(len(side) for side in sides) < _COLUMN_LINES:
        return 0
    for side in sides:
        low, high = min(piece.x0 for piece in side), max(piece.x1 for piece in side)
        width = sum(piece.x1 - piece.x0 for piece in side) / len(side)
        size = median(piece.height for piece in side)
        if width < _COLUMN_FILL * (high - low) or width < _COLUMN_WIDTH * 0.5 * size:
            return 0
        if sum(columns(piece.text) for piece in side) / len(side) < _COLUMN_WIDTH:
            return 0
    both_high = min(max(piece.y1 for piece in side) for side in sides) - max(
        min(piece.y0 for piece in side) for side in sides
    )
    return min(len(side) for side in sides) if both_high > 0 else 0


def _lines(row: Sequence[Piece], left: float, right: float) -> list[Line]:
    """Return a row as a line; a heading in the cell beside its text as a line of its own."""
    if len(row) > 1 and is_heading(normalise(row[0].text)):
        return [*_lines(row[:1], left, right), *_lines(row[1:], left, right)]
    return [
        Line(
            "  ".join(piece.text for piece in row),
            row[0].x0,
            row[-1].x1,
            min(piece.y0 for piece in row),
            max(piece.y1 for piece in row),
            left,
            right,
            is_row=len(row) > 1,
        )
    ]


def _goes_on(before: Line, line: Line) -> bool:
    """Return whether a line goes on with the sentence before: that line was full, and this one is not indented."""
    if before.is_row or line.is_row or not continues(before.text, line.text):
        return False
    same_column = abs(before.left - line.left) < before.height and abs(before.right - line.right) < before.height
    size = before.height
    if abs(before.height - line.height) > 0.3 * size or (same_column and line.x0 > before.x0 + 0.8 * size > 0):
        return False
    if same_column and before.y0 - line.y1 > 1.5 * size:
        return False
    first_word = line.text.split(" ", 1)[0]
    share = 1 if columns(first_word[:1]) == 2 else len(first_word) + 1
    needed = (line.x1 - line.x0) * min(1.0, share * columns(first_word[:1]) / max(1, columns(line.text)))
    # Where programs do not break a Chinese line anywhere, up to two more characters would have fitted.
    is_chinese = columns(first_word[:1]) == 2 and before.right - before.left > _FULL_COLUMN_EM * size
    return before.x1 + needed > before.right - (_CHINESE_SLACK_EM if is_chinese else _SLACK_EM) * size
