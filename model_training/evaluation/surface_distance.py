"""How far the drawn outline lies from the true one: HD95 in mm."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

PERCENTILE = 95.0


def hd95_mm(drawn: np.ndarray, true: np.ndarray, spacing_mm: tuple[float, ...]) -> float | None:
    """Return the symmetric 95th percentile of the distance between two outlines, in mm.

    The larger one of the two directed 95th percentiles (each outline pixel of one mask to the nearest outline pixel of
    the other), as ``monai.metrics`` computes it. An outline is the mask's pixels with a side free.

    Parameters
    ----------
    drawn, true : numpy.ndarray
        bool, of any number of axes.
    spacing_mm : tuple of float
        Distance of neighbours along each axis.

    Returns
    -------
    float or None
        None where both are empty; infinity where exactly one is.
    """
    if not drawn.any() and not true.any():
        return None
    if not drawn.any() or not true.any():
        return float("inf")
    box = _box_of(drawn | true)
    mine, theirs = _outline(drawn[box]), _outline(true[box])
    there = ndimage.distance_transform_edt(~theirs, sampling=spacing_mm)[mine]
    back = ndimage.distance_transform_edt(~mine, sampling=spacing_mm)[theirs]
    return float(max(np.percentile(there, PERCENTILE), np.percentile(back, PERCENTILE)))


def _box_of(mask: np.ndarray) -> tuple[slice, ...]:
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    return tuple(box)


def _outline(mask: np.ndarray) -> np.ndarray:
    return np.asarray(mask & ~ndimage.binary_erosion(mask))
