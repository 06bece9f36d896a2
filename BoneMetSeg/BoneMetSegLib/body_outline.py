"""Where the body is in a planar view, from its counts alone (floor 4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .scan import PlanarView

SMOOTHING_MM = 6.0
# Of the median of what is brighter than a tenth of the brightest percent: soft tissue lies above it, air below.
BODY_SHARE = 0.12
# Rows narrower than this are noise or a catheter, not the body.
_MIN_WIDTH_MM, _MIN_HEIGHT_MM = 40.0, 300.0
# Columns with less of the body than this are noise at its side.
_LEAST_LIMB_MM = 20.0


@dataclass(frozen=True)
class BodyOutline:
    """The body in a view, as acquired.

    Attributes
    ----------
    counts : numpy.ndarray
        ``(rows, columns)`` float32, smoothed by 6 mm, less the background outside of the body.
    background : float
        Those counts per pixel.
    threshold : float
        Counts per pixel above the background from which on a pixel belongs to the body.
    first_row, last_row : int
        Of the body; ``last_row`` is within it.
    midline_column : float
        Where the trunk has half of its counts to either side.
    """

    counts: np.ndarray
    background: float
    threshold: float
    first_row: int
    last_row: int
    midline_column: float

    @property
    def mask(self) -> np.ndarray:
        """``(rows, columns)`` bool."""
        return np.asarray(self.counts > self.threshold)

    @property
    def rows(self) -> int:
        """Height of the body in rows."""
        return self.last_row - self.first_row + 1


def body_outline(view: PlanarView) -> BodyOutline | None:
    """Return where the body is, ``None`` where the view shows nothing like one."""
    height_mm, width_mm = view.pixel_size_mm
    smooth = ndimage.gaussian_filter(view.counts, (SMOOTHING_MM / height_mm, SMOOTHING_MM / width_mm))
    background = float(np.percentile(smooth, 10))
    counts = np.maximum(smooth - np.float32(background), np.float32(0))
    bright = counts[counts > 0.1 * np.percentile(counts, 99)]
    if not bright.size or np.median(bright) < background:
        return None  # nothing stands out as a body does in air
    threshold = BODY_SHARE * float(np.median(bright))
    rows = np.flatnonzero((counts > threshold).sum(1) * width_mm > _MIN_WIDTH_MM)
    if not rows.size or (rows[-1] - rows[0] + 1) * height_mm < _MIN_HEIGHT_MM:
        return None
    first, last = int(rows[0]), int(rows[-1])
    tall = last - first + 1
    trunk = counts[first + int(0.15 * tall) : first + int(0.5 * tall)]
    if not (trunk > threshold).any():
        return None  # two things apart
    half = trunk.cumsum(1) >= trunk.sum(1, keepdims=True) / 2
    return BodyOutline(counts, background, threshold, first, last, float(np.median(half.argmax(1))))


def body_box_mm(view: PlanarView, air_mm: float) -> tuple[float, float, float, float]:
    """Return left, right, top and bottom of the body with some air, in mm from the image's upper left corner.

    The whole image where it shows nothing like a body.
    """
    height_mm, width_mm = view.pixel_size_mm
    rows, columns = view.counts.shape
    outline = body_outline(view)
    if outline is None:
        return 0.0, columns * width_mm, 0.0, rows * height_mm
    across = np.flatnonzero(outline.mask[outline.first_row : outline.last_row + 1].sum(0) * height_mm > _LEAST_LIMB_MM)
    return (
        max(across[0] * width_mm - air_mm, 0.0),
        min((across[-1] + 1) * width_mm + air_mm, columns * width_mm),
        max(outline.first_row * height_mm - air_mm, 0.0),
        min((outline.last_row + 1) * height_mm + air_mm, rows * height_mm),
    )
