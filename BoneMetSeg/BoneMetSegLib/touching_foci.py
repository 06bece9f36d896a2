"""Foci that touch, told apart by the dips of uptake between them (floor 4)."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

SMOOTHING_MM = 3.0
"""Standard deviation; less than a gamma camera blurs (about 8 mm full width at half maximum)."""
DIP_SHARE = 0.08
"""Two peaks are two foci when the uptake between them falls this share below the lower one's."""
DIP_IN_NOISE = 4.0
"""... and this many standard deviations of the counting noise that smoothing leaves."""


def touching_foci(
    uptake: np.ndarray, mask: np.ndarray, spacing_mm: tuple[float, ...], *, least_elements: int, are_counts: bool
) -> list[np.ndarray]:
    """Split a connected component where the uptake dips between peaks.

    A watershed of the smoothed uptake's logarithm: a dip is a share of the peak, however bright it is.

    Parameters
    ----------
    uptake : numpy.ndarray
        ``(rows, columns)`` or ``(k, j, i)``, 0 or more.
    mask : numpy.ndarray
        Of the component, same shape, bool.
    spacing_mm : tuple of float
        Along the array's axes.
    least_elements : int
        Pixels or voxels that a focus has at least; a smaller piece goes to what it touches.
    are_counts : bool
        Acquired counts vary as Poisson does, and a dip has to exceed that. A reconstruction's noise is not known.

    Returns
    -------
    list of numpy.ndarray
        Masks, the brightest peak first; together they are ``mask``.
    """
    import SimpleITK as sitk

    sigma = [SMOOTHING_MM / mm for mm in spacing_mm]
    around = math.ceil(3 * max(sigma))
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    box = tuple(
        slice(max(side.start - around, 0), min(side.stop + around, length))
        for side, length in zip(box, mask.shape, strict=True)
    )
    inside = mask[box]
    smooth = np.maximum(ndimage.gaussian_filter(uptake[box].astype(np.float64), sigma), 1e-9)
    # A Gaussian of this width averages as many elements as make (2 sqrt(pi) sigma) along each axis.
    averaged = math.prod(max(2 * math.sqrt(math.pi) * one, 1.0) for one in sigma)
    dip = -math.log(1 - DIP_SHARE)
    if are_counts:
        dip = max(dip, DIP_IN_NOISE / math.sqrt(max(float(np.median(smooth[inside])) * averaged, 1.0)))
    height = -np.log(smooth)
    height[~inside] = height.max() + 2 * dip
    # A wall all round: the filter takes two basins at the image's edge for one.
    image = sitk.GetImageFromArray(np.pad(height, 1, constant_values=height.max() + 2 * dip).astype(np.float32))
    within = (slice(1, -1),) * mask.ndim
    basins = sitk.GetArrayFromImage(sitk.MorphologicalWatershed(image, dip, False, True))[within] * inside
    numbers, sizes = np.unique(basins[inside], return_counts=True)
    large = numbers[sizes >= least_elements]
    if len(large) < 2:
        return [mask]
    if len(large) < len(numbers):
        markers = np.pad(np.where(np.isin(basins, large), basins, 0), 1).astype(np.uint32)
        flooded = sitk.MorphologicalWatershedFromMarkers(image, sitk.GetImageFromArray(markers), False, True)
        basins = sitk.GetArrayFromImage(flooded)[within] * inside
    pieces = []
    for number in sorted(large, key=lambda number: float(height[basins == number].min())):
        piece = np.zeros_like(mask)
        piece[box] = basins == number
        pieces.append(piece)
    return pieces
