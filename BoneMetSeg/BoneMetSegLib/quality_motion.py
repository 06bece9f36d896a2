"""Flags about motion and seams in a scan that was swept from head to feet (floor 4).

A whole-body view is acquired row by row within minutes, so a patient who moves once is torn along a row. Both heads see
it at once, and both are searched together. What is found is one lateral step of the whole width, or one step of the
counts. Slow drifts, breathing, a moving hand, motion along the table and motion back and forth are not found.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from .body_outline import BodyOutline
from .quality_flag import QualityFlag
from .scan import PlanarScan, PlanarView

# Limits from simulated scans (Testing/benchmarks/measure_quality.py prints how often each is passed, and by what).
STEP_MM = 8.0
_GAIN = 0.02
SEAM_RATIO = 1.3
_BAND_MM, _REACH_MM, _SMOOTH_MM, _ROW_STEP_MM = 12.0, 30.0, 6.0, 4.0
_SEAM_BAND_MM, _BIN_MM, _SEAM_SIGMA, _MIN_BINS = 4.0, 20.0, 5.0, 8


def motion_flags(scan: PlanarScan, outlines: Mapping[str, BodyOutline]) -> list[QualityFlag]:
    """Return flags of a lateral step, of a step of counts, and of rows without counts within the body."""
    flags: list[QualityFlag] = []
    sizes = {(scan.views[name].counts.shape, scan.views[name].pixel_size_mm) for name in outlines}
    # Both heads see a motion at once; views of two sizes are searched one by one.
    groups = [list(outlines)] if len(sizes) == 1 else [[name] for name in outlines]
    searched = [([scan.views[name] for name in group], [outlines[name] for name in group]) for group in groups]
    step_mm, height_mm = max((lateral_step_mm(*one) for one in searched), default=(0.0, 0.0))
    if step_mm > STEP_MM:
        sentence = (
            f"The patient may have moved: {height_mm:.0f} mm below the top of the head the body jumps sideways by "
            f"{step_mm:.0f} mm."
        )
        flags.append(QualityFlag("motion", step_mm, STEP_MM, "mm", sentence))
    ratio, height_mm = max((count_step(*one) for one in searched), default=(1.0, 0.0))
    if ratio > SEAM_RATIO:
        sentence = (
            f"There is a seam {height_mm:.0f} mm below the top of the head: the counts change by a factor of "
            f"{ratio:.2f} from one row to the next."
        )
        flags.append(QualityFlag("seam", ratio, SEAM_RATIO, "{ratio}", sentence))
    for name, outline in outlines.items():
        flags += _missing_rows(scan.views[name], outline)
    return flags


def lateral_step_mm(views: list[PlanarView], outlines: list[BodyOutline]) -> tuple[float, float]:
    """Return the largest sudden lateral shift of the body, mm, and how far below the top of the head it is, mm.

    Bands of rows above and below each row are correlated at all shifts, in all views together; a shift counts where it
    fits clearly better than none.

    Parameters
    ----------
    views, outlines : list
        Of one scan, of one size.
    """
    height_mm, width_mm = views[0].pixel_size_mm
    band, reach = max(2, round(_BAND_MM / height_mm)), max(1, round(_REACH_MM / width_mm))
    first = max(outline.first_row for outline in outlines) + band
    last = min(outline.last_row for outline in outlines) - band
    if last <= first:
        return 0.0, 0.0
    rows, shifts = np.arange(first, last, max(1, round(_ROW_STEP_MM / height_mm))), np.arange(-reach, reach + 1)
    fit = np.zeros((len(rows), len(shifts)))
    for view, outline in zip(views, outlines, strict=True):
        counts = np.maximum(view.to_anterior_order(view.counts) - outline.background, 0)
        total = np.concatenate([np.zeros((1, counts.shape[1])), counts.cumsum(0, dtype=np.float64)])
        above, below = (total[rows] - total[rows - band]), (total[rows + band] - total[rows])
        above, below = (_profile(one, _SMOOTH_MM / width_mm, reach) for one in (above, below))
        fit += np.stack([_correlation(above, np.roll(below, -shift, 1)) for shift in shifts], 1)
    fit /= len(views)
    best = fit.argmax(1)
    gain = fit.max(1) - fit[:, reach]
    steps = np.where(gain > _GAIN, np.abs(shifts[best]), 0)
    at = int(steps.argmax())
    return float(steps[at] * width_mm), float((rows[at] - min(outline.first_row for outline in outlines)) * height_mm)


def _profile(bands: np.ndarray, sigma: float, margin: int) -> np.ndarray:
    """Return ``(rows, columns)`` of mean 0 and length 1 per row, of the square root of smoothed counts."""
    smooth = np.sqrt(np.maximum(ndimage.gaussian_filter1d(bands, sigma, axis=1), 0))
    smooth = np.pad(smooth, ((0, 0), (margin, margin)), mode="edge")
    smooth -= smooth.mean(1, keepdims=True)
    return np.asarray(smooth / np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-9))


def _correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray((one * other).sum(1))


def _missing_rows(view: PlanarView, outline: BodyOutline) -> list[QualityFlag]:
    body = view.counts[outline.first_row : outline.last_row + 1]
    empty = int((body.sum(1) == 0).sum())
    if not empty:
        return []
    height_mm = empty * view.pixel_size_mm[0]
    sentence = f"The {view.view} view has {empty} rows without counts within the body, {height_mm:.0f} mm."
    return [QualityFlag("rows_missing", float(empty), 0.0, "{rows}", sentence)]


def count_step(views: list[PlanarView], outlines: list[BodyOutline]) -> tuple[float, float]:
    """Return the largest sudden factor between the counts above and below a row, and how far below the head it is, mm.

    The factor is the median over bins of 20 mm width of all views, so that no bone or focus makes it; the trend above
    and below is taken off, and what the spread of the bins does not bear out is not counted (1.0).

    Parameters
    ----------
    views, outlines : list
        Of one scan, of one size.
    """
    height_mm, width_mm = views[0].pixel_size_mm
    band, width = max(2, round(_SEAM_BAND_MM / height_mm)), max(1, round(_BIN_MM / width_mm))
    bins = views[0].counts.shape[1] // width
    pooled = np.concatenate([_binned(view.counts, bins, width) for view in views], 1)
    inside = np.concatenate([_binned(outline.mask, bins, width) / width > 0.9 for outline in outlines], 1)
    total, filled = (np.concatenate([np.zeros((1, one.shape[1])), one.cumsum(0)]) for one in (pooled, inside))
    top = min(outline.first_row for outline in outlines)
    best, where = 1.0, 0.0
    for row in range(top + 2 * band, max(outline.last_row for outline in outlines) - 2 * band + 1):
        use = filled[row + 2 * band] - filled[row - 2 * band] == 4 * band
        bands = [total[row + (step + 1) * band, use] - total[row + step * band, use] for step in (-2, -1, 0, 1)]
        if use.sum() < _MIN_BINS or min(one.min() for one in bands) <= 0:
            continue
        far_above, above, below, far_below = (np.log(one) for one in bands)
        steps = (below - above) - 0.5 * (above - far_above) - 0.5 * (far_below - below)
        step = float(np.median(steps))
        # The median's error by the bins' spread, and by what counting alone does: few bins may agree by chance.
        counting = np.sqrt(1.5**2 * (1 / bands[1] + 1 / bands[2]) + 0.5**2 * (1 / bands[0] + 1 / bands[3]))
        error = 1.25 * max(float(np.std(steps)), float(counting.mean())) / np.sqrt(use.sum())
        if abs(step) > _SEAM_SIGMA * error and np.exp(abs(step)) > best:
            best, where = float(np.exp(abs(step))), (row - top) * height_mm
    return best, where


def _binned(image: np.ndarray, bins: int, width: int) -> np.ndarray:
    return np.asarray(image[:, : bins * width].astype(np.float64).reshape(-1, bins, width).sum(2))
