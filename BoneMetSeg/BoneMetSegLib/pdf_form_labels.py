"""Labels of a form that stand in the middle of their cell's height, beside its text: put before it (floor 2).

The label's line is then a middle line of the cell, and what stands above it would belong to the section before. A label
may also run downward, a character or two on each line. A cell is what lies between two ruled lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from .report import normalise
from .report_headings import is_heading


class Rule(NamedTuple):
    """A horizontal line from ``x0`` to ``x1`` at the height ``y``, in points, y upward."""

    x0: float
    x1: float
    y: float


class _Box(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def x0(self) -> float: ...
    @property
    def y0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def y1(self) -> float: ...


_Piece = TypeVar("_Piece", bound=_Box)


def labels_first(rows: Sequence[Sequence[_Piece]], rules: Sequence[Rule]) -> list[tuple[str, list[_Piece]]]:
    """Return a page's rows, each label before the first row of its cell.

    Parameters
    ----------
    rows : sequence of sequence of pieces
        From the top, each from the left, none empty.
    rules : sequence of Rule
        The page's horizontal lines.

    Returns
    -------
    list of (str, list of pieces)
        A label's text and its first piece, or "" and a row.
    """
    cells: dict[tuple[int, int], list[int]] = {}
    for number, row in enumerate(rows):
        cell = _cell(row[0], rules)
        if cell is not None:
            cells.setdefault(cell, []).append(number)
    moved: dict[int, tuple[str, list[_Piece]]] = {}
    taken: set[int] = set()
    for numbers in cells.values():
        left = min(rows[number][0].x0 for number in numbers)
        first = [number for number in numbers if rows[number][0].x0 < left + rows[number][0].y1 - rows[number][0].y0]
        text = "".join(rows[number][0].text for number in first)
        if first != numbers[:1] and is_heading(normalise(text)):
            moved[numbers[0]] = text, [rows[first[0]][0]]
            taken.update(first)
    ordered: list[tuple[str, list[_Piece]]] = []
    for number, row in enumerate(rows):
        ordered += [moved[number]] if number in moved else []
        ordered.append(("", list(row[1:] if number in taken else row)))
    return [(text, row) for text, row in ordered if row]


def _cell(piece: _Box, rules: Sequence[Rule]) -> tuple[int, int] | None:
    """Return the heights of the lines under and above a piece, in points."""
    middle = (piece.y0 + piece.y1) / 2
    heights = [rule.y for rule in rules if rule.x0 <= piece.x0 + 1 and rule.x1 >= piece.x1 - 1]
    under, above = [y for y in heights if y < middle], [y for y in heights if y >= middle]
    return (round(max(under)), round(min(above))) if under and above else None
