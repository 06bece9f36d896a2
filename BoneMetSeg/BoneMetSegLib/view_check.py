"""Which view the picture itself shows, and whether the two views fit each other unmirrored (floor 4).

The posterior view shows the spine, the kidneys and the sacrum brighter, the anterior one the face, the sternum, the
bladder and the front of the pelvis. A linear discriminant of a coarse picture of head and trunk, folded at the midline
so that it knows no side, tells them apart; ``model_training/teach_view_check.py`` teaches it and
``Testing/benchmarks/measure_view_check.py`` prints its error rate.
"""

from __future__ import annotations

import functools
import json

import numpy as np
from scipy import ndimage

from .body_outline import BodyOutline
from .resources import resource_path
from .scan import PlanarView

ROWS, COLUMNS = 36, 8
_DOWN, _ACROSS = 0.60, 0.125  # of the body's height: from the top of the head, and to either side of the midline
_SAMPLES = 3
_MIRROR_PIXEL_MM, _MIRROR_REACH_MM = 8.0, 40.0


def view_picture(
    view: PlanarView, outline: BodyOutline, *, shift: float = 0.0, stretch: float = 1.0, aside: float = 0.0
) -> np.ndarray:
    """Return the coarse picture that the discriminant sees.

    Parameters
    ----------
    view : PlanarView
    outline : BodyOutline
    shift, stretch, aside : float
        Errors of the outline to be taught with: of its top and midline in body heights, of its height as a factor.

    Returns
    -------
    numpy.ndarray
        ``(36, 8)``: rows from the top of the head to the thighs, columns from the midline outward, the mean of left
        and right; logarithm of counts, mean 0 in each row.
    """
    rows_to_columns = view.pixel_size_mm[0] / view.pixel_size_mm[1]
    tall = outline.rows * stretch
    down = outline.first_row + (shift + _steps(ROWS) * _DOWN) * tall
    across = _steps(COLUMNS) * _ACROSS * tall * rows_to_columns
    middle = outline.midline_column + aside * tall * rows_to_columns
    sides = [
        ndimage.map_coordinates(
            outline.counts, np.meshgrid(down, middle + sign * across, indexing="ij"), order=1, mode="nearest"
        )
        for sign in (-1, 1)
    ]
    cells = (sides[0] + sides[1]).reshape(ROWS, _SAMPLES, COLUMNS, _SAMPLES).mean((1, 3)) / 2
    picture = np.log(cells + 0.05 * cells.mean() + 1e-6)
    return np.asarray(picture - picture.mean(1, keepdims=True))


def posterior_score(view: PlanarView, outline: BodyOutline) -> float:
    """Return how much a view looks like a posterior one: near +1 for posterior, near -1 for anterior views."""
    mean, weights = _discriminant()
    return float(((view_picture(view, outline) - mean) * weights).sum())


def mirror_gain(anterior: PlanarView, posterior: PlanarView) -> float:
    """Return how much better the two views correlate if one of them is mirrored; below 0 where they fit as they are.

    Both are taken in the order of the anterior view, as coarse square roots of counts, at the best lateral shift.
    Nobody lies perfectly symmetric, so the same body fits itself better than its mirror image; a picture that is nearly
    symmetric has a gain near 0.
    """
    one, other = (_coarse(view) for view in (anterior, posterior))
    rows, columns = (min(a, b) for a, b in zip(one.shape, other.shape, strict=True))
    # Views of two files may differ in width; both have the table in the middle.
    one, other = (view[:rows, (start := (view.shape[1] - columns) // 2) : start + columns] for view in (one, other))
    return _best_correlation(one, other[:, ::-1]) - _best_correlation(one, other)


def _steps(count: int) -> np.ndarray:
    return (np.arange(count * _SAMPLES) + 0.5) / (count * _SAMPLES)


@functools.cache
def _discriminant() -> tuple[np.ndarray, np.ndarray]:
    """Return mean and weights, ``(36, 8)`` each."""
    stored = json.loads(resource_path("Quality", "view_check.json").read_text(encoding="utf-8"))
    return np.array(stored["mean"]).reshape(ROWS, COLUMNS), np.array(stored["weights"]).reshape(ROWS, COLUMNS)


def _coarse(view: PlanarView) -> np.ndarray:
    """Return square roots of counts, anterior order, in pixels of 8 mm."""
    counts = view.to_anterior_order(view.counts)
    rows, columns = counts.shape
    down, across = (max(1, round(_MIRROR_PIXEL_MM / mm)) for mm in view.pixel_size_mm)
    cut = counts[: rows // down * down, : columns // across * across]
    cells = cut.reshape(rows // down, down, columns // across, across).sum((1, 3), dtype=np.float64)
    cells = ndimage.gaussian_filter(cells, 0.7)
    return np.asarray(np.sqrt(np.maximum(cells - np.percentile(cells, 10), 0)))


def _best_correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one - one.mean(), other - other.mean()
    scale = np.linalg.norm(one) * np.linalg.norm(other)
    if scale == 0:
        return 0.0
    reach = round(_MIRROR_REACH_MM / _MIRROR_PIXEL_MM)
    return max(float((one * np.roll(other, shift, 1)).sum()) for shift in range(-reach, reach + 1)) / float(scale)
