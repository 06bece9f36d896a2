"""Whether a scan has uptake where another scan has a lesion, though no hot spot was found there (floor 4).

A lesion is new only if nothing was there before, and gone only if nothing is left: a focus that lies a little below the
threshold one time and a little above it the other has not come or gone. Two witnesses are heard: the network's own
probability at the place, and the counts, which know of no threshold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .comparison import ComparedScan, footprint
from .foci import hot_pixels
from .hot_spots import measure_in_view
from .lesion_matching import PlacedSpot
from .repeatability import Repeatability
from .segmentation import CLASSES, ViewMaps
from .skeleton import Place

# The place is taken to be hot where half of its pixels have at least this share of the probability a hot spot needs.
# Of the true news of simulated pairs none had it.
_SHARE_OF_THRESHOLD = 0.5
# Registration is off by about this much: the place is also looked for so far around.
_AROUND_MM = 6.0
_DIRECTIONS = [(0.0, 0.0), *((math.cos(turn), math.sin(turn)) for turn in np.arange(8) * math.pi / 4)]
_OF_BONE = [CLASSES.index("metastasis"), CLASSES.index("benign")]


def has_faint_uptake(scan: ComparedScan, spots: Sequence[PlacedSpot], limits: Repeatability) -> bool:
    """Say whether a scan has uptake at the place of a lesion of another scan.

    It has where the network finds the place half as probable as a hot spot in some view, or where the lesion's ratio
    to the background is above that of this scan, at the same place, in no view by more than repeat scans differ.

    Parameters
    ----------
    spots : sequence of PlacedSpot
        The lesion at the other scan.
    """
    factors = []
    for spot in spots:
        for view, points_mm in spot.points_mm.items():
            if view not in scan.registrations:
                continue
            mask = footprint(scan, view, points_mm)
            if mask.any() and _is_probable(scan.case.segmentation.views[view], mask, scan):
                return True
            shown = spot.spot.views[view]
            here = _highest_ratio(scan, view, spot)
            if here > 0 and not math.isnan(shown.ratio_to_background):
                factors.append((shown.ratio_to_background / here, limits.limit(shown.area_mm2, shown.area_mm2)))
    return bool(factors) and all(factor <= limit.ratio_factor for factor, limit in factors)


def _is_probable(maps: ViewMaps, mask: np.ndarray, scan: ComparedScan) -> bool:
    least = _SHARE_OF_THRESHOLD * scan.case.segmentation.thresholds["foreground"]
    both = [each for each in (maps.image_only, maps.with_report) if each is not None]
    return any(float(np.median(each[_OF_BONE][:, mask].sum(0, dtype=np.float32))) >= least for each in both)


def _highest_ratio(scan: ComparedScan, view: str, spot: PlacedSpot) -> float:
    """Return the highest ratio to the background at the place and a little around it; NaN without a background."""
    case, place = scan.case, Place(spot.spot.region, spot.spot.side, spot.spot.level)
    shown, maps = scan.scan.views[view], case.segmentation.views[view]
    mask = footprint(scan, view, spot.points_mm[view])
    if not mask.any():
        return float("nan")
    there = measure_in_view(shown, maps, mask, place, hot_pixels(maps, case.segmentation.thresholds))
    if not there.ratio_to_background > 0:
        return float("nan")
    background = there.mean_counts / there.ratio_to_background
    shifted = (
        footprint(scan, view, spot.points_mm[view] + _AROUND_MM * np.array(direction)) for direction in _DIRECTIONS
    )
    return max(float(shown.counts[each].mean(dtype=np.float64)) for each in shifted if each.any()) / background
