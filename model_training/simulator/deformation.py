"""A smooth random displacement of space: bends bones a little, so that no two skeletons are alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def smooth_displacement_mm(
    points_mm: np.ndarray, scales: Sequence[tuple[float, float]], rng: np.random.Generator
) -> np.ndarray:
    """Return a random displacement of points, the same for points at the same place.

    Gaussian noise on a grid of half the wavelength, smoothed, and interpolated linearly: continuous, so that joints
    stay together, and slow against the thickness of bones, so that none is torn.

    Parameters
    ----------
    points_mm : numpy.ndarray
        ``(N, 3)``.
    scales : sequence of (float, float)
        Root mean square of each component, in mm, and the wavelength over which it swings to and fro, in mm; from the
        longest wavelength to the shortest, and added up.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        ``(N, 3)`` float32 in mm.
    """
    low, high = points_mm.min(0), points_mm.max(0)
    field: np.ndarray | None = None
    origin, spacing = low, 1.0
    for rms_mm, wavelength_mm in scales:
        finer = _noise_grid(low, high, wavelength_mm, rms_mm, rng)
        finer_spacing = wavelength_mm / 2
        finer_origin = low - finer_spacing
        if field is not None:
            # The longer waves are taken over onto the finer grid, so that points ask one grid only.
            nodes = np.stack(np.meshgrid(*map(np.arange, finer.shape[:3]), indexing="ij"), axis=-1).reshape(-1, 3)
            at = (nodes * finer_spacing + finer_origin - origin) / spacing
            at = np.clip(at, 0.0, np.array(field.shape[:3]) - 1.0)
            finer += interpolate_linearly(field, at).reshape(finer.shape)
        field, origin, spacing = finer, finer_origin, finer_spacing
    if field is None:
        return np.zeros(points_mm.shape, np.float32)
    return interpolate_linearly(field, (points_mm - origin) / spacing)


def _noise_grid(
    low: np.ndarray, high: np.ndarray, wavelength_mm: float, rms_mm: float, rng: np.random.Generator
) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    spacing = wavelength_mm / 2
    shape = tuple((np.ceil((high - low + spacing) / spacing).astype(int) + 2).tolist())
    noise = np.stack([gaussian_filter(rng.standard_normal(shape), 0.8, mode="reflect") for _ in range(3)], axis=-1)
    noise *= rms_mm / noise.std(axis=(0, 1, 2))
    return noise.astype(np.float32)


def interpolate_linearly(grid: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return a field ``(I, J, K, C)`` at ``(N, 3)`` grid coordinates inside it, ``(N, C)``: linear along each axis."""
    cell = np.minimum(at.astype(np.int32), np.array(grid.shape[:3], np.int32) - 2)
    share = (at - cell).astype(np.float32)
    rest = 1 - share
    flat = grid.reshape(-1, grid.shape[3])
    stride = (grid.shape[1] * grid.shape[2], grid.shape[2], 1)
    first = cell[:, 0] * stride[0] + cell[:, 1] * stride[1] + cell[:, 2]
    found = np.zeros((len(at), grid.shape[3]), np.float32)
    for corner in range(8):
        bits = ((corner >> 2) & 1, (corner >> 1) & 1, corner & 1)
        weight = (share if bits[0] else rest)[:, 0] * (share if bits[1] else rest)[:, 1]
        weight *= (share if bits[2] else rest)[:, 2]
        offset = sum(bit * step for bit, step in zip(bits, stride, strict=True))
        found += weight[:, None] * flat.take(first + offset, axis=0)
    return found
