"""The peak of a focus in a volume (floor 4)."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

PEAK_RADIUS_MM = (3 * 1000 / (4 * math.pi)) ** (1 / 3)
"""Of a ball of 1 ml: 6.2 mm (PERCIST, Wahl, J Nucl Med 2009;50 Suppl 1:122S)."""


def peak_value(voxels: np.ndarray, mask: np.ndarray, spacing_mm: tuple[float, ...]) -> float:
    """Return the greatest mean of a ball of 1 ml about a voxel of a focus.

    A voxel belongs to the ball when its centre does; beyond the volume's edge there is nothing to average.

    Parameters
    ----------
    voxels, mask : numpy.ndarray
        ``(k, j, i)``.
    spacing_mm : tuple of float
        Along k, j and i.
    """
    reach = [math.floor(PEAK_RADIUS_MM / mm) for mm in spacing_mm]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    squares = sum((offset * mm) ** 2 for offset, mm in zip(offsets, spacing_mm, strict=True))
    ball = np.asarray(squares <= PEAK_RADIUS_MM**2).astype(np.float64)
    box = tuple(
        slice(max(part.start - n, 0), part.stop + n)
        for part, n in zip(ndimage.find_objects(mask.astype(np.uint8))[0], reach, strict=True)
    )
    inside = voxels[box].astype(np.float64)
    sums = ndimage.convolve(inside, ball, mode="constant")
    numbers = ndimage.convolve(np.ones_like(inside), ball, mode="constant")
    return float((sums / numbers)[mask[box]].max())
