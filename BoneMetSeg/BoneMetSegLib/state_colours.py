"""Colours of what lesions are at a scan, for pictures, views and the panel, and their order in lists (floor 4)."""

from __future__ import annotations

# Colours that colour-blind readers tell apart (Okabe and Ito 2008); new is the loudest.
STATE_COLOURS = {
    "new": "#d60000",
    "from faint": "#cc79a7",
    "returned": "#d60000",
    "grown": "#e67700",
    "stable": "#0072b2",
    "present": "#4d5b6a",
    "shrunk": "#009e73",
    "resolved": "#009e73",
    "faint": "#cc79a7",
    "reclassified": "#8a5fbf",
    "not seen": "#8c8c8c",
}
STATE_ORDER = (
    "new", "returned", "from faint", "grown", "stable", "present", "shrunk", "faint", "resolved", "reclassified",
    "not seen",
)  # fmt: skip


def rgb_fraction(state: str) -> tuple[float, float, float]:
    """Return a state's colour as red, green and blue, 0 to 1."""
    red, green, blue = (int(STATE_COLOURS[state][start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue
