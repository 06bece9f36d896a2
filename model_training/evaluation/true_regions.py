"""Where a text slot lies in a view, by the true skeleton."""

from __future__ import annotations

import numpy as np

from BoneMetSegLib.anatomy import (
    FINE_REGIONS,
    SKELETON_CHANNEL_NAMES,
    WHOLE_SKELETON_SLOT,
    level_coordinate,
)

from .examination import Examination, truth_step

_LEVELED = {fine.name: fine for fine in FINE_REGIONS if fine.level}
_LEVEL_SCALE = 10  # level maps hold coordinate x 10


def slot_mask(case: Examination, view: str, slot: str) -> np.ndarray:
    """Return the pixels of a place that a report names, bool, of the view as acquired.

    A vertebra or rib is that part of its bone whose level rounds to it. The whole skeleton is no place: empty.
    """
    shape = case.class_map[view].shape
    if slot == WHOLE_SKELETON_SLOT:
        return np.zeros(shape, bool)
    if slot in _LEVELED:
        fine = _LEVELED[slot]
        levels = case.rib_level[view] if fine.region == "ribs" else case.spine_level[view]
        near = np.abs(levels.astype(float) / _LEVEL_SCALE - float(level_coordinate(slot) or 0)) <= 0.5
        known = case.skeleton[view][fine.channel] & near & (levels > 0)
    else:
        known = case.skeleton[view][SKELETON_CHANNEL_NAMES.index(slot)]
    step = truth_step(known.shape, shape)
    for axis in range(known.ndim):
        known = known.repeat(step, axis)
    # Of an odd side the last row is beyond the truth of every second one.
    return np.pad(known, [(0, full - own) for full, own in zip(shape, known.shape, strict=True)])
