"""The report with what the selected hot spot's phrase says marked, and what it changed."""

from __future__ import annotations

import html
from collections.abc import Sequence

from BoneMetSegLib.hot_spots import HotSpot

_SELECTED = "background-color:#ffd54f;color:#000000;"
_LINKED = "border-bottom:1px solid;background-color:rgba(255,213,79,0.25);"
_CHANGED = {
    "added": "color:#c62828;font-weight:bold;",
    "raised": "color:#c62828;font-weight:bold;",
    "lowered": "color:#1565c0;font-weight:bold;",
    "removed": "color:#1565c0;font-weight:bold;",
}


def report_html(text: str, hot_spots: Sequence[HotSpot], selected_id: str = "") -> str:
    """Return a report as HTML.

    The phrases of hot spots are marked faintly, in red where the report raised or added one, in blue where it lowered
    or removed one; the phrase of the selected hot spot is marked strongly and is the anchor ``selected``.
    """
    styles: dict[tuple[int, int], str] = {}
    for spot in hot_spots:
        if spot.phrase_span is not None:
            span = (spot.phrase_span[0], spot.phrase_span[1])
            styles[span] = styles.get(span, _LINKED) + _CHANGED.get(spot.report_effect, "")
    chosen = next((spot.phrase_span for spot in hot_spots if spot.id == selected_id and spot.phrase_span), None)
    if chosen is not None:
        span = (chosen[0], chosen[1])
        styles[span] = styles.get(span, "") + _SELECTED
    parts, end = [], 0
    for span, style in sorted(styles.items()):
        start = max(span[0], end)
        if start >= span[1]:
            continue  # phrases do not overlap, but a damaged case may say so
        anchor = '<a name="selected"></a>' if chosen is not None and span == (chosen[0], chosen[1]) else ""
        parts += [_escaped(text[end:start]), anchor, f'<span style="{style}">{_escaped(text[start : span[1]])}</span>']
        end = span[1]
    parts.append(_escaped(text[end:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
