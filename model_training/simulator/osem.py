"""Ordered-subset expectation maximisation (Hudson and Larkin, IEEE Trans Med Imaging 1994;13:601)."""

from __future__ import annotations

import numpy as np

from .spect_projector import SpectSystem, subsets_of_angles

_LEAST_SHARE = 1e-6
_LEAST_SEEN = 1e-3


def reconstruct(
    projections: np.ndarray,
    system: SpectSystem,
    *,
    iterations: int,
    subsets: int,
    scatter: np.ndarray | None = None,
    beyond: int = 0,
) -> np.ndarray:
    """Reconstruct a volume from projections.

    Parameters
    ----------
    projections : numpy.ndarray
        ``(angles, columns, slices)`` counts, without the slices beyond.
    system : SpectSystem
        What the reconstruction believes of the camera: with attenuation or not, with resolution or not.
    iterations, subsets : int
        Each iteration goes through all subsets.
    scatter : numpy.ndarray, optional
        Estimated scattered counts, as ``projections``: added to what the volume explains.
    beyond : int
        Slices at both ends of the system's volume that the detector does not reach. What blurs in from there is
        explained by activity there, instead of by too much in the last slices of the field.

    Returns
    -------
    numpy.ndarray
        ``(size, size, slices)`` float32 without the slices beyond, in counts per voxel and angle before attenuation:
        the sum over a point source is its counts in one projection in air.
    """
    volume = np.ones(system.shape, np.float32)
    volume[~_circle(system.shape[0])] = 0
    field = slice(beyond, system.shape[2] - beyond)
    start = max(float(projections.sum()) / system.angles / max(float(volume.sum()), 1.0), _LEAST_SHARE)
    volume *= np.float32(start)
    groups = [group for group in subsets_of_angles(system.angles, subsets) if group]
    sensitivities = [_sensitivity(system, group, field) for group in groups]
    for _ in range(iterations):
        for group, sensitivity in zip(groups, sensitivities, strict=True):
            correction = np.zeros(system.shape, np.float32)
            for angle in group:
                believed = system.forward(volume, angle)[:, field]
                if scatter is not None:
                    believed = believed + scatter[angle]
                least = np.float32(_LEAST_SHARE) * max(float(believed.max()), 1e-20)
                ratio = np.zeros(system.shape[1:], np.float32)
                ratio[:, field] = projections[angle] / np.maximum(believed, least)
                correction += system.backward(ratio, angle)
            correction *= sensitivity
            volume *= correction
    return volume[:, :, field]


def _sensitivity(system: SpectSystem, group: list[int], field: slice) -> np.ndarray:
    """Return one over the sum of what a subset sees of each voxel; zero where it sees nothing."""
    seen = np.zeros(system.shape, np.float32)
    even = np.zeros(system.shape[1:], np.float32)
    even[:, field] = 1
    for angle in group:
        seen += system.backward(even, angle)
    known = seen > _LEAST_SEEN * float(seen.max())
    return np.divide(np.float32(1), seen, out=np.zeros_like(seen), where=known)


def _circle(size: int) -> np.ndarray:
    offset = np.arange(size) - (size - 1) / 2
    return np.asarray(offset[:, None] ** 2 + offset[None, :] ** 2 <= (size / 2 - 1) ** 2)
