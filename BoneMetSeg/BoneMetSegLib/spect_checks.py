"""What makes voxels and their spacing a SPECT volume, whatever the file (floor 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .errors import InputError

# SPECT matrices are 64 to 256 a side and several beds long; the bounds leave room for finer ones, within 256 MB.
MIN_EXTENT, MAX_EXTENT, MAX_VOXELS = 3, 2048, 2**26
# Voxels of 2 to 10 mm are usual.
MIN_VOXEL_MM, MAX_VOXEL_MM = 0.5, 30.0
MAX_LENGTH_MM = 3000.0


def checked_extents(name: str, extents: Sequence[int]) -> None:
    """Refuse a matrix that no SPECT volume has, before anything of its size is made.

    Parameters
    ----------
    name : str
        The file's name, for the error.
    extents : sequence of int
        Columns, rows, slices.

    Raises
    ------
    InputError
        Fewer than 3 or more than 2048 along an axis, or more than 67 million voxels.
    """
    words = " x ".join(str(extent) for extent in extents)
    if any(not MIN_EXTENT <= extent <= MAX_EXTENT for extent in extents) or math.prod(extents) > MAX_VOXELS:
        raise InputError(
            f"{name} has {words} voxels; a SPECT volume has {MIN_EXTENT} to {MAX_EXTENT} along each axis and at most "
            f"{MAX_VOXELS // 10**6} million"
        )


def checked_spacing(name: str, spacing_mm: Sequence[float], extents: Sequence[int]) -> None:
    """Refuse distances between voxels that no SPECT volume has.

    Raises
    ------
    InputError
        A distance is outside 0.5 to 30 mm, or the volume is longer than 3 m.
    """
    words = " x ".join(f"{mm:.4g}" for mm in spacing_mm)
    if not all(math.isfinite(mm) and MIN_VOXEL_MM <= mm <= MAX_VOXEL_MM for mm in spacing_mm):
        raise InputError(
            f"{name} has voxels of {words} mm; a SPECT volume has voxels of {MIN_VOXEL_MM:g} to {MAX_VOXEL_MM:g} mm"
        )
    length_mm = max(mm * extent for mm, extent in zip(spacing_mm, extents, strict=True))
    if length_mm > MAX_LENGTH_MM:
        raise InputError(f"{name} is {length_mm:.0f} mm long with voxels of {words} mm, longer than any patient")


def checked_voxels(name: str, voxels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return the voxels as float32, contiguous, and sentences for the user.

    Raises
    ------
    InputError
        There are NaN or infinite values, nothing but one value, or more below zero than above.
    """
    with np.errstate(over="ignore"):
        voxels = np.ascontiguousarray(voxels, dtype=np.float32)
    low, high = float(voxels.min()), float(voxels.max())  # NaN where any voxel is
    if not (math.isfinite(low) and math.isfinite(high)):
        raise InputError(f"{name} holds voxels that are not numbers (NaN or infinite)")
    if low == high:
        raise InputError(f"{name} shows nothing: every voxel has the same value")
    if low >= 0:
        return voxels, []
    below = float(voxels.sum(dtype=np.float64, where=voxels < 0))
    above = float(voxels.sum(dtype=np.float64, where=voxels > 0))
    if -below >= above:
        raise InputError(f"{name} holds more below zero than above, so it is no emission image (a CT?)")
    share = -below / above
    return voxels, [f"Some voxels are below zero ({share:.1%} of the sum), as filtered back-projection leaves them."]
