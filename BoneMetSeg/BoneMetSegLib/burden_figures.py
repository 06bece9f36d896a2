"""The figures of a burden, of all lesions or of a region's (floor 4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .anatomy import SKELETON_CHANNELS, channel_index
from .burden_shares import union
from .hot_spots import HotSpot
from .scan import PlanarScan
from .segmentation import Segmentation

WHOLE_SKELETON = tuple(range(len(SKELETON_CHANNELS)))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What is measured of lesions.

    Attributes
    ----------
    lesion_count : int
    lesion_area_mm2, total_counts : mapping from view to float
        Sums over lesions.
    bsi_percent : float
        Bone Scan Index, % of skeletal mass; NaN where no bone could be measured.
    bsi_calibrated_percent : float
        What simulated patients with such a raw index have in truth; NaN without a calibration.
    positive_area_percent : float
        Lesion area over the area of the skeleton (of the region), all views together, %; NaN without any bone.
    ratio_to_background : float
        Counts of the lesions over those that normal bone of the same places would have there; NaN where there is none.
    eod_grade : int
        Soloway's extent of disease, 0-3 by the number of lesions; 4 (in total only) where they take more than three
        quarters of ribs, vertebrae and pelvis.
    intervals : mapping from name to (low, high)
        Of each figure, of mappings with the view at the end ("lesion_area_mm2_anterior"); NaN where it is not known.
    """

    lesion_count: int
    lesion_area_mm2: Mapping[str, float]
    total_counts: Mapping[str, float]
    bsi_percent: float
    bsi_calibrated_percent: float
    positive_area_percent: float
    ratio_to_background: float
    eod_grade: int
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RegionBurden(Figures):
    """The figures of one region on one side.

    Attributes
    ----------
    region, side : str
        As of a hot spot; "soft_tissue" for lesions with no bone near.
    """

    region: str
    side: str


def extent_of_disease(count: int) -> int:
    """Soloway's grades by number: 0 none, 1 fewer than six, 2 six to twenty, 3 more (superscan, 4, is not a count)."""
    if count == 0:
        return 0
    return 1 if count < 6 else 2 if count <= 20 else 3


def known(value: float) -> float:
    """Return a number as plain Python; NaN where it is not finite, always the same one, so that burdens compare."""
    return float(value) if math.isfinite(value) else math.nan


def channels_of(region: str, side: str) -> tuple[int, ...]:
    """Return a region's channel, empty for what is no bone."""
    bones = {(channel.region, channel.side) for channel in SKELETON_CHANNELS}
    return (channel_index(region, side),) if (region, side) in bones else ()


def positive_area_percent(
    scan: PlanarScan, segmentation: Segmentation, lesions: Sequence[HotSpot], channels: tuple[int, ...]
) -> float:
    """Return lesion area over the area of bones, all views together, %."""
    taken = whole = 0.0
    for name, view in scan.views.items():
        shown, size = segmentation.views[name].silhouette(channels)
        pixels = [spot.views[name].pixels for spot in lesions if name in spot.views]
        together = union(pixels) if pixels else np.zeros(0, np.int64)
        taken += len(together) * view.pixel_area_mm2
        whole += (size + np.count_nonzero(~shown.flat[together])) * view.pixel_area_mm2
    return known(100 * taken / whole) if whole else math.nan


def pooled_ratio(lesions: Sequence[HotSpot]) -> float:
    """Return the lesions' counts over those of as much normal bone, over all views that have such bone."""
    shown = [view for spot in lesions for view in spot.views.values() if view.ratio_to_background > 0]
    counts = sum(view.mean_counts * len(view.pixels) for view in shown)
    normal = sum(view.mean_counts / view.ratio_to_background * len(view.pixels) for view in shown)
    return known(counts / normal) if normal else math.nan
