"""A limb straightened on its shaft: the mean profile across it, the shaft's width and contrast, the skin's edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

# Profiles across a limb are sampled this fine, so that widths do not depend on the camera's pixel.
STEP_MM = 1.0
REACH_MM = 110.0
# A shaft's row is placed on the mean profile again and again until the profile holds still.
_ROUNDS = 3
_FOLLOWING_MM = 25.0


@dataclass(frozen=True)
class LimbProfile:
    """Mean counts per pixel across a limb.

    Attributes
    ----------
    across_mm : numpy.ndarray
        ``(n,)``: distance from the shaft's middle, positive away from the body's midline.
    counts : numpy.ndarray
        ``(n,)``: mean counts per pixel, less the background outside of the body; NaN where no row reaches.
    """

    across_mm: np.ndarray
    counts: np.ndarray


def straighten(
    counts: np.ndarray, pixel_mm: float, start: np.ndarray, rows: slice, outward: int, background: float = 0.0
) -> LimbProfile | None:
    """Average rows across a limb after moving each so that its shaft lies at 0.

    Parameters
    ----------
    counts : numpy.ndarray
        ``(rows, columns)``.
    pixel_mm : float
    start : numpy.ndarray
        ``(number of rows,)``: column of the shaft in each row, roughly; NaN where unknown.
    rows : slice
        Rows to average.
    outward : int
        +1 where columns rise away from the midline, else -1.
    background : float
        Counts per pixel outside of the body, to be taken off.

    Returns
    -------
    LimbProfile or None
        None where fewer than 10 rows show a shaft.
    """
    lines, centres = counts[rows].astype(float), np.asarray(start, float)
    good = np.isfinite(centres)
    if good.sum() < 10:
        return None
    lines, centres = lines[good], centres[good]
    index = np.arange(len(centres))
    across = np.arange(-REACH_MM, REACH_MM + STEP_MM / 2, STEP_MM)
    columns = np.arange(lines.shape[1])
    mean = np.zeros_like(across)
    for turn in range(_ROUNDS + 1):
        # The shaft is straight over a hand's breadth; its row by row position is noise.
        bend = np.polynomial.Polynomial.fit(index, centres, 3)(index)
        sampled = np.array(
            [
                np.interp(middle + outward * across / pixel_mm, columns, line, left=np.nan, right=np.nan)
                for middle, line in zip(bend, lines, strict=True)
            ]
        )
        mean = _mean_where_known(sampled) - background
        if turn == _ROUNDS:
            break
        near = np.abs(across) <= _FOLLOWING_MM
        centres = bend + outward * _shifts_mm(sampled[:, near], mean[near], across[near]) / pixel_mm
    return LimbProfile(across, mean)


def _mean_where_known(sampled: np.ndarray) -> np.ndarray:
    known = np.isfinite(sampled)
    total = np.where(known, sampled, 0.0).sum(0)
    number = known.sum(0)
    return np.where(number * 2 >= len(sampled), total / np.maximum(number, 1), np.nan)


def _shifts_mm(sampled: np.ndarray, mean: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return how far each row's shaft lies from 0, by the middle of what exceeds a straight line between the ends."""
    smooth = gaussian_filter1d(np.nan_to_num(gaussian_filter1d(sampled, 6.0 / STEP_MM, axis=1)), 6.0, axis=0)
    ramp = (across - across[0]) / (across[-1] - across[0])
    line = smooth[:, :1] * (1 - ramp) + smooth[:, -1:] * ramp
    excess = np.maximum(smooth - line, 0) ** 2
    total = excess.sum(1)
    shift = np.where(total > 0, (excess * across).sum(1) / np.maximum(total, 1e-12), 0.0)
    return np.asarray(shift - np.median(shift) + _middle(mean, across))


def _middle(mean: np.ndarray, across: np.ndarray) -> float:
    ramp = (across - across[0]) / (across[-1] - across[0])
    excess = np.maximum(np.nan_to_num(mean) - (mean[0] * (1 - ramp) + mean[-1] * ramp), 0) ** 2
    return float((excess * across).sum() / excess.sum()) if np.nansum(excess) > 0 else 0.0


def shaft(profile: LimbProfile, inner_mm: float = 24.0, outer_mm: float = 36.0) -> tuple[float, float] | None:
    """Return the shaft's contrast and its full width at half maximum in mm, both above the muscle beside it.

    The muscle's level is a straight line between the means from ``inner_mm`` to ``outer_mm`` on either side. The
    contrast is the peak over that line's value there: 1 means no shaft.
    """
    across, counts = profile.across_mm, gaussian_filter1d(np.nan_to_num(profile.counts), 2.0 / STEP_MM)
    sides = []
    for sign in (-1, 1):
        beside = (sign * across >= inner_mm) & (sign * across <= outer_mm) & np.isfinite(profile.counts)
        if not beside.any():
            return None
        sides.append((float(across[beside].mean()), float(counts[beside].mean())))
    (left, low), (right, high) = sides
    line = low + (high - low) * (across - left) / (right - left)
    excess = np.where(np.abs(across) <= inner_mm, counts - line, -np.inf)
    top = int(excess.argmax())
    if excess[top] <= 0 or line[top] <= 0:
        return None
    width = _width_at(across, excess, top, 0.5 * excess[top])
    return float(counts[top] / line[top]), width


def _width_at(across: np.ndarray, values: np.ndarray, top: int, level: float) -> float:
    ends = []
    for step in (-1, 1):
        at = top
        while 0 <= at + step < len(values) and values[at + step] > level:
            at += step
        beyond = at + step
        if not 0 <= beyond < len(values) or not np.isfinite(values[beyond]):
            ends.append(abs(float(across[at] - across[top])))
            continue
        share = (values[at] - level) / (values[at] - values[beyond])
        ends.append(abs(float(across[at] - across[top])) + float(share) * STEP_MM)
    return sum(ends)


def edge_width_mm(profile: LimbProfile, from_mm: float = 30.0) -> float | None:
    """Return over how many mm the limb's outer edge falls from 90 % to 10 % of the tissue beside the shaft.

    The tissue's level is the largest mean of 8 mm beyond ``from_mm`` from the shaft. None where the edge is not in the
    profile.
    """
    ends = _falls_under_mm(profile, (0.9, 0.1), from_mm)
    return None if ends is None else ends[1] - ends[0]


def skin_mm(profile: LimbProfile, from_mm: float = 30.0) -> float | None:
    """Return how far from the shaft the limb's outer edge lies, at half of the tissue's level; None as above."""
    ends = _falls_under_mm(profile, (0.5,), from_mm)
    return None if ends is None else ends[0]


def _falls_under_mm(profile: LimbProfile, levels: tuple[float, ...], from_mm: float) -> list[float] | None:
    """Return where the profile falls under shares of the tissue's level for the last time, outward."""
    outside = (profile.across_mm >= from_mm) & np.isfinite(profile.counts)
    if outside.sum() < 20:
        return None
    across, counts = profile.across_mm[outside], gaussian_filter1d(profile.counts[outside], 1.0 / STEP_MM)
    plateau = float(gaussian_filter1d(counts, 8.0 / STEP_MM / 2)[: max(1, len(counts) - 8)].max())
    if plateau <= 0:
        return None
    ends = []
    for level in levels:
        above = np.flatnonzero(counts > level * plateau)
        if not above.size or above[-1] == len(counts) - 1:
            return None
        at = int(above[-1])
        share = (counts[at] - level * plateau) / (counts[at] - counts[at + 1])
        ends.append(float(across[at] + share * STEP_MM))
    return ends


def shaft_columns(
    smooth: np.ndarray, pixel_mm: float, midline: np.ndarray, rows: slice, outward: int, from_mm: float, to_mm: float
) -> np.ndarray:
    """Return for each row the column of the ridge ``from_mm`` to ``to_mm`` from the midline (NaN out of the field).

    A ridge and not a maximum: what is higher than both of its sides, 30 mm away, so that wide muscle is no shaft.
    """
    offsets = np.arange(from_mm, to_mm, pixel_mm)
    found = []
    aside = 30.0 / pixel_mm
    columns = np.arange(smooth.shape[1])
    lines = gaussian_filter1d(smooth[rows].astype(float), 10.0 / pixel_mm, axis=0)
    for middle, line in zip(midline[rows], lines, strict=True):
        at = middle + outward * offsets / pixel_mm
        here, inward, outwards = (np.interp(at + d, columns, line, left=0, right=0) for d in (0, -aside, aside))
        ridge = here - np.maximum(0.5 * (inward + outwards), 0.6 * np.maximum(inward, outwards))
        ridge[(at < 1) | (at > smooth.shape[1] - 2)] = -np.inf
        best = int(ridge.argmax())
        found.append(at[best] if np.isfinite(ridge[best]) and ridge[best] > 0 else np.nan)
    columns_found = np.array(found)
    known = np.isfinite(columns_found)
    if known.sum() >= 10:
        # One row that follows another structure is pulled back to the line through all of them.
        index = np.arange(len(found))
        line = np.polynomial.Polynomial.fit(index[known], columns_found[known], 1)(index)
        off = np.abs(columns_found - line) * pixel_mm > 25.0
        columns_found[off] = np.nan
    return columns_found
