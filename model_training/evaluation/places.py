"""Is a hot spot's place right: region, side, vertebra, rib."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import FINE_REGIONS, fine_region, level_coordinate
from BoneMetSegLib.hot_spots import HotSpot

from .examination import Examination

PLACES = ("region", "side", "vertebra_within_one", "rib_within_one")
# A hot spot lies on a focus from this share of its pixels on.
_ON_FOCUS = 0.3
_FINE = {fine.name for fine in FINE_REGIONS}


def place_checks(case: Examination, spots: Sequence[HotSpot]) -> list[dict[str, bool]]:
    """For each hot spot on a true bone focus: is its region, side and level right?"""
    foci = {focus.number: focus for focus in case.foci}
    checks = []
    for spot in spots:
        view, shown = max(spot.views.items(), key=lambda item: item[1].size)
        numbers = case.focus_map[view][shown.mask]
        counts = np.bincount(numbers)
        if len(counts) < 2 or counts[1:].max() < _ON_FOCUS * len(numbers):
            continue
        focus = foci[1 + int(counts[1:].argmax())]
        if focus.fine_region not in _FINE or spot.hot_spot_class == "physiological":
            continue
        fine = fine_region(focus.fine_region)
        check = {"region": spot.region == fine.region}
        if fine.side != "midline" and spot.side != "midline":
            check["side"] = spot.side == fine.side
        if fine.level and spot.level and check["region"]:
            name = f"rib_{spot.level}_{spot.side}" if fine.region == "ribs" else f"vertebra_{spot.level}"
            off = abs((level_coordinate(name) or 0) - (level_coordinate(fine.name) or 0))
            check["rib_within_one" if fine.region == "ribs" else "vertebra_within_one"] = off <= 1
        checks.append(check)
    return checks


def place_shares(checks: Iterable[Mapping[str, bool]]) -> dict[str, dict[str, Any]]:
    """Return share right and count, for each of ``PLACES``."""
    rows = list(checks)
    found = {key: [row[key] for row in rows if key in row] for key in PLACES}
    return {
        key: {"share": round(float(np.mean(right)), 4) if right else None, "count": len(right)}
        for key, right in found.items()
    }
