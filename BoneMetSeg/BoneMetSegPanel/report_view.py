"""The report with what the selected hot spot's phrase says marked, and what it changed."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise

from BoneMetSegLib.concordance import Concordance
from BoneMetSegLib.hot_spots import HotSpot

_SELECTED = "background-color:#ffd54f;color:#000000;"
_LINKED = "border-bottom:1px solid;background-color:rgba(255,213,79,0.25);"
_NOT_SHOWN = "color:#e65100;"
_CONTRADICTING = "background-color:#ff8a50;color:#000000;"
_PLACE = "text-decoration:underline;"
_CHANGED = {
    "added": "color:#c62828;font-weight:bold;",
    "raised": "color:#c62828;font-weight:bold;",
    "lowered": "color:#1565c0;font-weight:bold;",
    "removed": "color:#1565c0;font-weight:bold;",
}
Mark = tuple[int, int, str]


def report_html(
    text: str, hot_spots: Sequence[HotSpot], selected_id: str = "", concordance: Concordance | None = None
) -> str:
    """Return a report as HTML.

    The phrases of hot spots are marked faintly, in red where the report raised or added one, in blue where it lowered
    or removed one; those of places that the image alone does not show in orange. The phrase of the selected hot spot is
    marked strongly and is the anchor ``selected``, the words of its place are underlined; what contradicts it
    stands on orange.
    """
    said = concordance or Concordance()
    marks: list[Mark] = [(*one.span, _NOT_SHOWN) for one in said.phrases_without_hot_spot]
    marks += [
        (spot.phrase_span[0], spot.phrase_span[1], _LINKED + _CHANGED.get(spot.report_effect, ""))
        for spot in hot_spots
        if spot.phrase_span is not None
    ]
    chosen = [spot.phrase_span for spot in hot_spots if spot.id == selected_id and spot.phrase_span]
    marks += [(span[0], span[1], _SELECTED) for span in chosen]
    link, contradiction = said.link_of(selected_id), said.contradiction_of(selected_id)
    if link is not None:
        marks.append((*link.span, _PLACE))
    if contradiction is not None:
        marks.append((*contradiction.span, _CONTRADICTING))
    anchor = chosen[0][0] if chosen else contradiction.span[0] if contradiction else -1
    return _marked(text, marks, anchor)


def _marked(text: str, marks: Sequence[Mark], anchor: int) -> str:
    """Return the text as HTML, cut wherever a mark begins or ends; later marks cover earlier ones."""
    inside = [(max(start, 0), min(end, len(text)), style) for start, end, style in marks]
    cuts = sorted({0, len(text), *(at for start, end, _ in inside if start < end for at in (start, end))})
    parts = []
    for start, end in pairwise(cuts):
        style = "".join(dict.fromkeys(style for a, b, style in inside if a <= start and end <= b))
        if start == anchor:
            parts.append('<a name="selected"></a>')
        words = html.escape(text[start:end]).replace("\n", "<br>")
        parts.append(f'<span style="{style}">{words}</span>' if style else words)
    return "".join(parts)
