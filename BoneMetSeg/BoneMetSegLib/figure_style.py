"""Inks, fonts, outlines and legend that all pictures share (floor 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from .hot_spots import HotSpot
from .segmentation import HOT_SPOT_CLASSES
from .terminology import CLASS_APPEARANCE

INK, QUIET, PAPER = "#1a1a1a", "#6b6b6b", "white"
_REJECTED = {"en": "not accepted", "zh": "未采纳"}

# Families with simplified Chinese, as Windows, macOS and Linux ship them.
_CHINESE_FAMILIES = (
    "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Arial Unicode MS",
)  # fmt: skip


@dataclass(frozen=True)
class Style:
    """Language and fonts of a picture."""

    lang: str
    families: list[str]

    def text(self, size: float, **more: Any) -> dict[str, Any]:
        """Return how a text of a size is written."""
        return {"fontsize": size, "fontfamily": self.families, "color": INK, **more}


def chinese_family() -> str | None:
    """Return an installed family that has Chinese, None where there is none."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return next((family for family in _CHINESE_FAMILIES if family in installed), None)


def outline_line(hot_spot: HotSpot) -> dict[str, Any]:
    """How the outline of a hot spot is drawn, in the picture and in the legend."""
    width = {"metastasis": 2.0, "benign": 1.6, "physiological": 1.0}[hot_spot.hot_spot_class]
    if not hot_spot.accepted:
        width = 1.2
    return {
        "color": CLASS_APPEARANCE[hot_spot.hot_spot_class].rgb_fraction,
        "linewidth": width,
        "linestyle": "-" if hot_spot.accepted else (0, (3, 2)),
        "solid_joinstyle": "round",
        "path_effects": [withStroke(linewidth=width + 1.0, foreground=PAPER, alpha=0.7)] if hot_spot.accepted else None,
    }


def legend_lines(hot_spots: Sequence[HotSpot], lang: str) -> list[Line2D]:
    """Return the entries of a legend: each class and decision that occurs, metastases always."""
    lines = []
    for name in HOT_SPOT_CLASSES:
        of_class = [hot_spot for hot_spot in hot_spots if hot_spot.hot_spot_class == name]
        term = CLASS_APPEARANCE[name].term_zh if lang == "zh" else CLASS_APPEARANCE[name].term_en
        for accepted in (True, False):
            alike = [hot_spot for hot_spot in of_class if hot_spot.accepted == accepted]
            label = f"{term} ({len(alike)})" if accepted else f"{term}, {_REJECTED[lang]} ({len(alike)})"
            if alike:
                line = outline_line(alike[0])
            elif name == "metastasis" and accepted:
                line = {"color": CLASS_APPEARANCE[name].rgb_fraction, "linewidth": 2.0}
            else:
                continue
            line.pop("path_effects", None)
            lines.append(Line2D([], [], label=label, **line))
    return lines


def fitted(figure: Figure, x: float, y: float, text: str, style: dict[str, Any]) -> None:
    """Write a line of text, smaller where it would run off the page."""
    if not text:
        return
    shrink_to(figure.text(x, y, text, **style), figure.bbox.width * (1 - 2 * x))


def shrink_to(text: Text, room_pixels: float) -> None:
    """Write a text smaller where it would be wider than its room."""
    width = text.get_window_extent().width
    if width > room_pixels:
        text.set_fontsize(float(text.get_fontsize()) * room_pixels / width)
