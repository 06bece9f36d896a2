"""Draws the icon of the extension and its module: a long bone with one outlined hot spot.

``python Resources/Icons/draw_icon.py`` writes ``BoneMetSeg/Resources/Icons/BoneMetSeg.png``, 128 x 128 pixels, on a
transparent ground, legible in Slicer's light and dark styles and at 16 pixels.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

ICON = Path(__file__).resolve().parents[2] / "BoneMetSeg" / "Resources" / "Icons" / "BoneMetSeg.png"
SIZE = 128
_FINER = 8  # drawn so many times larger, then reduced

# In pixels of the finished icon; the bone lies from lower left to upper right.
_END_OFFSET, _SHAFT_WIDTH, _KNOB_RADIUS, _KNOB_SPREAD, _EDGE = 47.0, 23.0, 15.5, 13.5, 5.0
_BONE, _BONE_EDGE = (246, 239, 222, 255), (62, 74, 92, 255)
_FOCUS_RADIUS, _RING_RADIUS, _RING_WIDTH = 11.5, 17.5, 5.0
_FOCUS, _RING = (214, 40, 40, 255), (255, 176, 32, 255)

Point = tuple[float, float]


def icon() -> Image.Image:
    """Return the icon, RGBA, 128 x 128."""
    image = Image.new("RGBA", (SIZE * _FINER, SIZE * _FINER))
    draw = ImageDraw.Draw(image)
    _draw_bone(draw, _EDGE, _BONE_EDGE)
    _draw_bone(draw, 0.0, _BONE)
    centre = (SIZE / 2, SIZE / 2)
    _disc(draw, centre, _RING_RADIUS + _RING_WIDTH / 2 + _EDGE * 0.6, _BONE_EDGE)
    _disc(draw, centre, _RING_RADIUS + _RING_WIDTH / 2, _RING)
    _disc(draw, centre, _RING_RADIUS - _RING_WIDTH / 2, _BONE)
    _disc(draw, centre, _FOCUS_RADIUS, _FOCUS)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _draw_bone(draw: ImageDraw.ImageDraw, grown: float, colour: tuple[int, int, int, int]) -> None:
    """Draw shaft and the four knobs of the ends, larger by ``grown`` pixels all around."""
    along, across = (math.sqrt(0.5), -math.sqrt(0.5)), (math.sqrt(0.5), math.sqrt(0.5))
    middle = SIZE / 2
    ends = [(middle + sign * _END_OFFSET * along[0], middle + sign * _END_OFFSET * along[1]) for sign in (-1, 1)]
    half = _SHAFT_WIDTH / 2 + grown
    corners = [
        (x + sign * half * across[0], y + sign * half * across[1])
        for (x, y), signs in zip(ends, ((-1, 1), (1, -1)), strict=True)
        for sign in signs
    ]
    draw.polygon([(x * _FINER, y * _FINER) for x, y in corners], fill=colour)
    for x, y in ends:
        for sign in (-1, 1):
            knob = (x + sign * _KNOB_SPREAD * across[0], y + sign * _KNOB_SPREAD * across[1])
            _disc(draw, knob, _KNOB_RADIUS + grown, colour)


def _disc(draw: ImageDraw.ImageDraw, centre: Point, radius: float, colour: tuple[int, int, int, int]) -> None:
    x, y = centre
    draw.ellipse([value * _FINER for value in (x - radius, y - radius, x + radius, y + radius)], fill=colour)


if __name__ == "__main__":
    ICON.parent.mkdir(parents=True, exist_ok=True)
    icon().save(ICON, optimize=True)
