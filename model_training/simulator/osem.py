"""Ordered-subset expectation maximisation (Hudson and Larkin, IEEE Trans Med Imaging 1994;13:601)."""

from __future__ import annotations

import numpy as np

from .spect_projector import SpectSystem, subsets_of_angles

_LEAST_SHARE = 1e-6


def reconstruct(
    projections: np.ndarray,
    system: SpectSystem,
    *,
    iterations: int,
    subsets: int,
    scatter: np.ndarray | None = None,
    support: np.ndarray | None = None,
) -> np.ndarray:
    """Reconstruct a volume from projections.

    Parameters
    ----------
    projections : numpy.ndarray
        ``(angles, columns, slices)`` counts.
    system : SpectSystem
        What the reconstruction believes of the camera: with attenuation or not, with resolution or not.
    iterations, subsets : int
        Each iteration goes through all subsets.
    scatter : numpy.ndarray, optional
        Estimated scattered counts, as ``projections``: added to what the volume explains.
    support : numpy.ndarray, optional
        ``(size, size)`` bool: voxels outside stay empty. The circle that all angles see, by default.

    Returns
    -------
    numpy.ndarray
        ``(size, size, slices)`` float32, in counts per voxel and angle before attenuation: the sum over a point source
        is its counts in one projection in air.
    """
    volume = np.ones(system.shape, np.float32)
    inside = _circle(system.shape[0]) if support is None else support
    volume[~inside] = 0
    start = max(float(projections.sum()) / system.angles / max(float(volume.sum()), 1.0), _LEAST_SHARE)
    volume *= np.float32(start)
    groups = [group for group in subsets_of_angles(system.angles, subsets) if group]
    sensitivities = [_sensitivity(system, group) for group in groups]
    for _ in range(iterations):
        for group, sensitivity in zip(groups, sensitivities, strict=True):
            correction = np.zeros(system.shape, np.float32)
            for angle in group:
                believed = system.forward(volume, angle)
                if scatter is not None:
                    believed += scatter[angle]
                least = np.float32(_LEAST_SHARE) * max(float(believed.max()), 1e-20)
                ratio = projections[angle].astype(np.float32) / np.maximum(believed, least)
                correction += system.backward(ratio, angle)
            correction *= sensitivity
            volume *= correction
    return volume


def _sensitivity(system: SpectSystem, group: list[int]) -> np.ndarray:
    """Return one over the sum of what a subset sees of each voxel; zero where it sees nothing."""
    seen = np.zeros(system.shape, np.float32)
    even = np.ones(system.shape[1:], np.float32)
    for angle in group:
        seen += system.backward(even, angle)
    known = seen > _LEAST_SHARE * float(seen.max())
    return np.divide(np.float32(1), seen, out=np.zeros_like(seen), where=known)


def _circle(size: int) -> np.ndarray:
    offset = np.arange(size) - (size - 1) / 2
    return np.asarray(offset[:, None] ** 2 + offset[None, :] ** 2 <= (size / 2 - 1) ** 2)
