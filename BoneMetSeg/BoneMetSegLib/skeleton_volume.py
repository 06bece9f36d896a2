"""The site of physiological uptake in a SPECT volume (floor 4).

As in planar views, but heights are compared in the patient: how slices are stored does not matter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .anatomy import SKELETON_CHANNELS
from .scan import SpectView
from .segmentation import ViewMaps

_BLADDER_REACH_MM = 60.0  # below the pelvis


def site_in_volume(
    view: SpectView,
    maps: ViewMaps,
    mask: np.ndarray,
    midline_r_mm: float,
    *,
    is_kidney_level: Callable[[float], bool],
    is_beside_spine: Callable[[float], bool],
    bladder_from_midline_mm: float,
    beside_the_body_mm: float,
) -> str:
    """Return "bladder", "kidney", "injection_site" or "soft_tissue" for a focus.

    Parameters
    ----------
    mask : numpy.ndarray
        ``(k, j, i)`` bool.
    midline_r_mm : float
        R of the spine.
    is_kidney_level, is_beside_spine : callable
        Of a vertebra's coordinate, and of a distance from the midline in mm.
    """
    r_mm, _, s_mm = view.centre_ras_mm(mask)
    from_midline_mm = abs(float(r_mm) - midline_r_mm)
    if from_midline_mm > beside_the_body_mm:
        return "injection_site"
    height_mm = np.broadcast_to(view.height_mm(), mask.shape)
    pelvis = _bones(maps, "pelvis")
    if pelvis.any() and from_midline_mm < bladder_from_midline_mm:
        low, high = float(height_mm[pelvis].min()), float(height_mm[pelvis].max())
        if low - _BLADDER_REACH_MM <= s_mm <= high - 0.3 * (high - low):
            return "bladder"
    spine = _bones(maps, "thoracic_spine", "lumbar_spine")
    level = maps.spine_level[spine & (np.abs(height_mm - s_mm) < max(view.spacing_by_axis_mm))]
    if len(level) and is_kidney_level(float(level.mean())) and is_beside_spine(from_midline_mm):
        return "kidney"
    return "soft_tissue"


def _bones(maps: ViewMaps, *regions: str) -> np.ndarray:
    return np.asarray(maps.bones[[channel.region in regions for channel in SKELETON_CHANNELS]].any(0))
