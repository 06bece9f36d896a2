"""Where a text slot lies in a view, by the true skeleton."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import (
    FINE_REGIONS,
    SKELETON_CHANNEL_NAMES,
    WHOLE_SKELETON_SLOT,
    level_coordinate,
)
from model_training.simulator.case import SimulatedCase

_LEVELED = {fine.name: fine for fine in FINE_REGIONS if fine.level}
_LEVEL_SCALE = 10  # level maps hold coordinate x 10


def slot_mask(case: SimulatedCase, view: str, slot: str) -> np.ndarray:
    """Return the pixels of a place that a report names: ``(rows, columns)`` bool, of the view as acquired.

    A vertebra or rib is that part of its bone whose level rounds to it. The whole skeleton is no place: empty.
    """
    shape = case.counts[view].shape
    if slot == WHOLE_SKELETON_SLOT:
        return np.zeros(shape, bool)
    if slot in _LEVELED:
        fine = _LEVELED[slot]
        levels = case.rib_level[view] if fine.region == "ribs" else case.spine_level[view]
        near = np.abs(levels.astype(float) / _LEVEL_SCALE - float(level_coordinate(slot) or 0)) <= 0.5
        half = case.skeleton[view][fine.channel] & near & (levels > 0)
    else:
        half = case.skeleton[view][SKELETON_CHANNEL_NAMES.index(slot)]
    whole = np.zeros(shape, bool)
    doubled = half.repeat(2, 0).repeat(2, 1)  # the truth of the skeleton has half the view's resolution
    whole[: doubled.shape[0], : doubled.shape[1]] = doubled[: shape[0], : shape[1]]
    return whole
