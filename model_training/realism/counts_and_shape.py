"""Where the counts are, their levels, noise and sides, and how wide the body is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter

from .body_landmarks import Landmarks


def share_of_rows(seen: Landmarks, rows: slice) -> float:
    """Return the counts of some rows over those of the whole body, %."""
    whole = seen.counts[seen.crown : seen.sole + 1].sum(dtype=np.float64)
    return 100.0 * float(seen.counts[rows].sum(dtype=np.float64) / whole)


def lateral_share(seen: Landmarks) -> float:
    """Return the counts farther than 0.11 body heights from the midline between shoulder and crotch, % of the body.

    Arms hang there, and flanks of heavy patients reach there; where an arm leaves the field, its counts are missing.
    """
    rows = slice(seen.shoulder, seen.crotch)
    beside = np.abs(seen.beside_midline_mm()[rows]) > 0.11 * seen.height_mm
    whole = seen.counts[seen.crown : seen.sole + 1].sum(dtype=np.float64)
    return 100.0 * float(seen.counts[rows][beside].sum(dtype=np.float64) / whole)


def level_ratio(percent: float) -> Callable[[Landmarks], float]:
    """Return the measure of a percentile of the smoothed counts within the body over their median."""
    return lambda seen: float(np.percentile(seen.smooth[seen.body], percent)) / seen.tissue


def noise_over_poisson(seen: Landmarks) -> float:
    """Return the variance between neighbouring pixels over twice their mean: 1 for Poisson noise.

    Over the body's tissue, from differences of pixels side by side less their local mean difference.
    """
    rows = slice(seen.shoulder, seen.knee)
    raw = seen.counts[rows] + seen.background
    difference = raw[:, 1:] - raw[:, :-1]
    difference = difference - gaussian_filter(difference, 2.0)
    inside = seen.body[rows][:, 1:]
    # Taking off the blurred difference leaves this share of white noise's variance (kernel of a blurred difference).
    kernel = np.zeros((33, 33))
    kernel[16, 16], kernel[16, 17] = -1.0, 1.0
    left = kernel - gaussian_filter(kernel, 2.0)
    mean = float(raw[:, 1:][inside].mean())
    return float(difference[inside].var()) / (mean * float((left**2).sum()))


def asymmetry(first: Callable[[Landmarks], int], last: Callable[[Landmarks], int]) -> Callable[[Landmarks], float]:
    """Return the measure of the difference of the halves' counts over their sum, %, without its sign."""

    def value(seen: Landmarks) -> float:
        rows = slice(first(seen), last(seen))
        beside = seen.beside_midline_mm()[rows]
        # Arms are left out: one often leaves the field.
        halves = [float(seen.counts[rows][(sign * beside > 0) & (np.abs(beside) < 160)].sum()) for sign in (-1, 1)]
        return 100.0 * abs(halves[1] - halves[0]) / sum(halves)

    return value


def width_over_height(share: float) -> Callable[[Landmarks], float]:
    """Return the measure of the trunk's width at a share of the way from shoulder to crotch over the height, %.

    The run of body about the midline within 0.16 heights: arms that touch the trunk count to it.
    """

    def value(seen: Landmarks) -> float:
        row = seen.trunk_row(share)
        near = np.abs(seen.beside_midline_mm()[row]) < 0.16 * seen.height_mm
        return 100.0 * float((seen.body[row] & near).sum()) * seen.pixel_mm / seen.height_mm

    return value
