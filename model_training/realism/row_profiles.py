"""Profiles across the body at five heights, freed of counts and of noise."""

from __future__ import annotations

import numpy as np

from .body_landmarks import Landmarks

ACROSS_MM = np.arange(-280.0, 281.0, 4.0)
_BAND_MM = 40.0
PROFILES = ("thorax", "abdomen", "pelvis", "mid-thigh", "knee")


def row_profile(counts: np.ndarray, pixel_mm: float, row: int, midline: float) -> np.ndarray:
    """Return the mean profile of 40 mm of rows about ``row``, per mm, with area 1.

    Parameters
    ----------
    counts : numpy.ndarray
        ``(rows, columns)``, less background.
    pixel_mm : float
    row : int
    midline : float
        The column that lies at 0 mm.

    Returns
    -------
    numpy.ndarray
        ``(141,)`` at ``ACROSS_MM``; 0 beyond the field.
    """
    half = max(1, round(_BAND_MM / 2 / pixel_mm))
    line = np.maximum(counts[max(0, row - half) : row + half + 1].mean(0), 0)
    at = (np.arange(line.size) - midline) * pixel_mm
    # Bins, not samples: a fine pixel must not make a noisier profile than a coarse one.
    edges = np.append(ACROSS_MM - 2.0, ACROSS_MM[-1] + 2.0)
    mass = np.append(0.0, np.cumsum(line)) * pixel_mm
    borders = np.append(at - pixel_mm / 2, at[-1] + pixel_mm / 2)
    binned = np.diff(np.interp(edges, borders, mass, left=0.0, right=mass[-1])) / np.diff(edges)
    total = binned.sum() * 4.0
    return np.asarray(binned / total if total > 0 else binned)


def row_profiles(seen: Landmarks) -> dict[str, np.ndarray]:
    """Return the profile at each of ``PROFILES``."""
    rows = {
        "thorax": seen.trunk_row(0.25),
        "abdomen": seen.trunk_row(0.58),
        "pelvis": seen.trunk_row(0.85),
        "mid-thigh": seen.thigh_row(0.5),
        "knee": seen.knee,
    }
    return {name: row_profile(seen.counts, seen.pixel_mm, row, float(seen.midline[row])) for name, row in rows.items()}
