"""Which vertebra or rib a focus lies in, counted, and whether the count is sure or may be one off (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .anatomy import RIB_LEVELS, VERTEBRA_LEVELS, channel_index, reporting_region, rib_at, vertebra_at
from .segmentation import ViewMaps

# Below this mean probability a focus does not lie on the bone whose levels are asked for.
_ON_BONE = 0.15
# A count is sure within this of a level's middle, where 0.5 is the border to the next; ours, checked in
# docs/measurement.md by how often a level printed as sure is right.
_NEAR_MIDDLE = 0.3
_MOST_DISAGREEMENT = 0.5
# Ribs have no second count: both views must show the focus and agree more closely. With the first weights tried, half
# of all ribs were right by the limits for vertebrae, and within one nearly all on which both views agreed.
_NEAR_MIDDLE_OF_A_RIB = 0.2
_MOST_DISAGREEMENT_ON_A_RIB = 0.3
_MOST_SPREAD = 0.75
_LEAST_BORDER_PIXELS = 20
# Heights of the first and the last vertebra of a part over the mean of the part: thoracic ones grow downward
# [textbook anatomy, rounded].
_RAMPS = {"cervical_spine": (1.0, 1.0), "thoracic_spine": (0.85, 1.15), "lumbar_spine": (0.97, 1.03)}


def counted_level(
    maps: Mapping[str, ViewMaps], masks: Mapping[str, np.ndarray], region: str, side: str
) -> tuple[str, int]:
    """Return the level of a focus, and by how much it may be off.

    The network counts pixel by pixel. Its count is sure where the focus lies well within one level, all its pixels
    and all views say the same (of a rib, both views show it), and, for a vertebra, counting down from the top of its
    part of the spine to its bottom comes to the same one in every view that shows both.

    Parameters
    ----------
    masks : mapping from view to ``(rows, columns)`` or ``(k, j, i)`` bool

    Returns
    -------
    level : str
        "L3", "7"; "" where the region has no levels or none can be told.
    margin : int
        0 or 1.
    """
    names = reporting_region(region).levels
    if not names:
        return "", 0
    channel = channel_index(region, side)
    coordinates, weights = {}, {}
    for name, mask in masks.items():
        view_maps = maps[name]
        coordinates[name] = (view_maps.rib_level if region == "ribs" else view_maps.spine_level)[mask]
        weights[name] = view_maps.skeleton[channel][mask]
    coordinate, weight = np.concatenate(list(coordinates.values())), np.concatenate(list(weights.values()))
    if weight.mean() < _ON_BONE:
        return "", 0
    mean = float(np.average(coordinate, weights=weight))
    every = RIB_LEVELS if region == "ribs" else VERTEBRA_LEVELS
    first, last = every.index(names[0]), every.index(names[-1])
    level = every[min(max(every.index(rib_at(mean) if region == "ribs" else vertebra_at(mean)), first), last)]
    by_view = [float(np.average(coordinates[name], weights=weights[name])) for name in masks if weights[name].sum() > 0]
    rib = region == "ribs"
    sure = (
        abs(mean - (every.index(level) + 1)) <= (_NEAR_MIDDLE_OF_A_RIB if rib else _NEAR_MIDDLE)
        and max(by_view) - min(by_view) <= (_MOST_DISAGREEMENT_ON_A_RIB if rib else _MOST_DISAGREEMENT)
        and (len(by_view) == 2 or not rib)
        and float(np.sqrt(np.average((coordinate - mean) ** 2, weights=weight))) <= _MOST_SPREAD
    )
    if sure and not rib:
        counts = [
            count for name, mask in masks.items() if (count := count_within_part(maps[name], mask, region)) is not None
        ]
        sure = all(names[count - 1] == level for count in counts)
    return level, 0 if sure else 1


def count_within_part(view_maps: ViewMaps, mask: np.ndarray, region: str) -> int | None:
    """Return which vertebra of its part of the spine a focus lies in, from 1, by its height between the part's ends.

    None in a volume, and where the view does not show the parts above and below, so that its ends may be the field's.
    """
    if mask.ndim != 2:
        return None
    order = ("skull", "cervical_spine", "thoracic_spine", "lumbar_spine", "sacrum")
    place = order.index(region)
    rows = [_rows(view_maps, order[index]) for index in (place - 1, place, place + 1)]
    if any(part is None for part in rows):
        return None
    above, own, below = (part for part in rows if part is not None)
    # Where one part ends and the next begins may be a gap or an overlap: its middle is the border.
    top = own[0] if region == "cervical_spine" else (above[1] + own[0]) / 2
    bottom = (own[1] + below[0]) / 2
    levels = len(reporting_region(region).levels)
    heights = np.linspace(*_RAMPS[region], levels)
    share = (float(np.nonzero(mask)[0].mean()) - top) / max(bottom - top, 1.0)
    return int(np.clip(np.searchsorted(np.cumsum(heights) / heights.sum(), share) + 1, 1, levels))


def _rows(view_maps: ViewMaps, region: str) -> tuple[float, float] | None:
    """Return the first and last row of a midline bone, without its outermost pixels."""
    rows = np.nonzero(view_maps.bones[channel_index(region, "midline")])[0]
    if len(rows) < _LEAST_BORDER_PIXELS:
        return None
    low, high = np.quantile(rows, (0.01, 0.99))
    return float(low), float(high)
