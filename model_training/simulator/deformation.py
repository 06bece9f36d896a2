"""A smooth random displacement of space: bends bones a little, so that no two skeletons are alike."""

from __future__ import annotations

import numpy as np


def smooth_displacement_mm(
    points_mm: np.ndarray, rms_mm: float, wavelength_mm: float, rng: np.random.Generator
) -> np.ndarray:
    """Return a random displacement of points, the same for points at the same place.

    Gaussian noise on a grid of half the wavelength, smoothed, and interpolated linearly: continuous, so that joints
    stay together, and slow against the thickness of bones, so that none is torn.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(N, 3)``.
    rms_mm : float
        Root mean square of each component over the grid.
    wavelength_mm : float
        The shortest distance over which it swings to and fro.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        ``(N, 3)`` float32 in mm.
    """
    from scipy.ndimage import gaussian_filter

    spacing = wavelength_mm / 2
    origin = points_mm.min(0) - spacing
    shape = tuple((np.ceil((points_mm.max(0) - origin) / spacing).astype(int) + 2).tolist())
    noise = np.stack([gaussian_filter(rng.standard_normal(shape), 0.8, mode="reflect") for _ in range(3)], axis=-1)
    noise *= rms_mm / noise.std(axis=(0, 1, 2))
    return interpolate_linearly(noise.astype(np.float32), (points_mm - origin) / spacing)


def interpolate_linearly(grid: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return a field ``(I, J, K, C)`` at ``(N, 3)`` grid coordinates inside it, ``(N, C)``: linear along each axis."""
    cell = np.minimum(at.astype(np.int32), np.array(grid.shape[:3], np.int32) - 2)
    share = (at - cell).astype(np.float32)
    flat = grid.reshape(-1, grid.shape[3])
    stride = (grid.shape[1] * grid.shape[2], grid.shape[2], 1)
    first = cell[:, 0] * stride[0] + cell[:, 1] * stride[1] + cell[:, 2]
    found = np.zeros((len(at), grid.shape[3]), np.float32)
    for corner in range(8):
        bits = ((corner >> 2) & 1, (corner >> 1) & 1, corner & 1)
        weight = np.ones(len(at), np.float32)
        for axis, bit in enumerate(bits):
            weight *= share[:, axis] if bit else 1 - share[:, axis]
        found += weight[:, None] * flat[first + sum(b * s for b, s in zip(bits, stride, strict=True))]
    return found
