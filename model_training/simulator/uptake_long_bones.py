"""Long bones: uptake passes from ends to shaft without a step, and sits in the shaft's cortex, not in its marrow."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .clinic import Clinic
from .parts import FINE_INDEX, Skeleton

_LONG_BONES = ("humerus", "femur", "tibia")
_SLAB_MM = 12.0


def long_bone_factor(built: Skeleton, density: np.ndarray, clinic: Clinic) -> np.ndarray:
    """Return ``(N,)`` float32, what the activity of each point is multiplied by.

    Parameters
    ----------
    built : Skeleton
        In the neutral pose: long bones stand upright.
    density : numpy.ndarray
        Activity per ml of each fine region.
    clinic : Clinic
        "uptake.long_bone_blend_mm", "uptake.cortex_share".
    """
    factor = np.ones(len(built.mass), np.float32)
    for stem in _LONG_BONES:
        for side in ("left", "right"):
            pieces = [FINE_INDEX[f"{stem}_{part}_{side}"] for part in ("distal", "shaft", "proximal")]
            points = np.flatnonzero(np.isin(built.fine, pieces))
            if len(points):
                factor[points] *= _blended(built, points, pieces, density, clinic.number("uptake.long_bone_blend_mm"))
                shaft = points[built.fine[points] == pieces[1]]
                factor[shaft] *= _cortical(built.points_mm[shaft], clinic.number("uptake.cortex_share"))
    return factor


def _blended(built: Skeleton, points: np.ndarray, pieces: list[int], density: np.ndarray, over_mm: float) -> np.ndarray:
    height, fine = built.points_mm[points, 2], built.fine[points]
    wanted = np.full(len(points), density[pieces[0]])
    for lower, upper in pairwise(pieces):
        below, above = height[fine == lower], height[fine == upper]
        if not len(above):
            continue
        border = above.min() if not len(below) else 0.5 * (np.percentile(below, 99) + np.percentile(above, 1))
        share = np.clip((height - border) / over_mm + 0.5, 0, 1)
        share = share * share * (3 - 2 * share)
        wanted = wanted * (1 - share) + density[upper] * share
    return wanted / np.maximum(density[fine], 1e-12)


def _cortical(points_mm: np.ndarray, share: float) -> np.ndarray:
    """Return a factor of about 1 on average: ``share`` of the uptake grows as the squared distance from the axis."""
    if not len(points_mm):
        return np.ones(0)
    slab = ((points_mm[:, 2] - points_mm[:, 2].min()) / _SLAB_MM).astype(int)
    count = np.maximum(np.bincount(slab), 1)
    middle = np.stack([np.bincount(slab, points_mm[:, axis]) / count for axis in (0, 1)], 1)
    distance2 = ((points_mm[:, :2] - middle[slab]) ** 2).sum(1)
    mean = np.maximum(np.bincount(slab, distance2) / count, 1e-6)
    # What flares out toward a joint is no cortex far from its axis.
    return (1 - share) + share * np.minimum(distance2 / mean[slab], 1.8)
