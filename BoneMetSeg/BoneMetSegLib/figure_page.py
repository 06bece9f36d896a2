"""The page of a picture: what of each view is shown, and where, all views at one scale (floor 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .scan import VIEWS, PlanarScan, PlanarView

# Inches on the page.
_TALLEST, _WIDEST, _GAP = 10.6, 4.6, 0.25
GUTTER, MARGIN, HEADER = 1.75, 0.45, 1.6
FOOTNOTE, LEGEND_ROW = 0.75, 0.3


@dataclass(frozen=True)
class Page:
    """What of each view is shown, and where on the page, all views at one scale.

    Attributes
    ----------
    views : tuple of str
    centres_mm : mapping from view to (x, y)
        Centre of the shown part, from the image's upper left corner.
    shown_mm : tuple of float
        Width and height shown of every view.
    mm_per_inch : float
    legend_rows : int
    """

    views: tuple[str, ...]
    centres_mm: Mapping[str, tuple[float, float]]
    shown_mm: tuple[float, float]
    mm_per_inch: float
    legend_rows: int

    @classmethod
    def of(cls, scan: PlanarScan, legend_entries: int) -> Page:
        """Lay out a scan's views: the body with some air, as tall and wide as the larger of them."""
        views: tuple[str, ...] = tuple(view for view in VIEWS if view in scan.views)
        boxes = {view: _body_box_mm(scan.views[view]) for view in views}
        width = max(right - left for left, right, _, _ in boxes.values())
        height = max(bottom - top for _, _, top, bottom in boxes.values())
        centres = {view: ((left + right) / 2, (top + bottom) / 2) for view, (left, right, top, bottom) in boxes.items()}
        legend_rows = -(-legend_entries // (4 if len(views) > 1 else 2))
        return cls(views, centres, (width, height), max(height / _TALLEST, width / _WIDEST), legend_rows)

    @property
    def panel_inches(self) -> tuple[float, float]:
        """Width and height of a view without its gutters."""
        return self.shown_mm[0] / self.mm_per_inch, self.shown_mm[1] / self.mm_per_inch

    @property
    def footer_inches(self) -> float:
        """Height of legend and footnote."""
        return FOOTNOTE + self.legend_rows * LEGEND_ROW

    @property
    def size_inches(self) -> tuple[float, float]:
        """Width and height of the page."""
        width, height = self.panel_inches
        count = len(self.views)
        across = count * (width + 2 * GUTTER) + (count - 1) * _GAP + 2 * MARGIN
        return across, height + HEADER + self.footer_inches

    def rectangle(self, index: int) -> tuple[float, float, float, float]:
        """Place of a view with its gutters, as fractions of the page: left, bottom, width, height."""
        across, down = self.size_inches
        width, height = self.panel_inches
        left = MARGIN + index * (width + 2 * GUTTER + _GAP)
        return left / across, self.footer_inches / down, (width + 2 * GUTTER) / across, height / down

    def limits_mm(self, view: str) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the shown part of a view, from its upper left corner."""
        (x, y), (width, height) = self.centres_mm[view], self.shown_mm
        return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _body_box_mm(view: PlanarView) -> tuple[float, float, float, float]:
    """Left, right, top, bottom of the body with some air, from the image's upper left corner."""
    smooth = ndimage.gaussian_filter(view.counts.astype(np.float32), 2.0)
    body = smooth > 0.15 * smooth[smooth > 0].mean() if (smooth > 0).any() else np.ones(smooth.shape, bool)
    rows, columns = np.nonzero(body.any(axis=1))[0], np.nonzero(body.any(axis=0))[0]
    height_mm, width_mm = view.pixel_size_mm
    air = 0.02 * view.counts.shape[0] * height_mm
    return (
        max(columns[0] * width_mm - air, 0.0),
        min((columns[-1] + 1) * width_mm + air, view.counts.shape[1] * width_mm),
        max(rows[0] * height_mm - air, 0.0),
        min((rows[-1] + 1) * height_mm + air, view.counts.shape[0] * height_mm),
    )
