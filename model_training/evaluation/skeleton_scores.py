"""DSC of the skeleton head, per reporting region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.anatomy import REPORTING_REGIONS, SKELETON_CHANNELS
from BoneMetSegLib.segmentation import Segmentation

from .examination import Examination, truth_step


def skeleton_counts(case: Examination, segmentation: Segmentation) -> np.ndarray:
    """Return (overlap, drawn, true) pixels per channel, all views, at the truth's own resolution: ``(3, 29)``."""
    total = np.zeros((3, len(SKELETON_CHANNELS)))
    for view, maps in segmentation.views.items():
        truth = case.skeleton[view]
        step = truth_step(truth.shape[1:], maps.bones.shape[1:])
        mine = maps.bones[(slice(None), *(slice(0, step * extent, step) for extent in truth.shape[1:]))]
        total += np.stack([np.count_nonzero(each.reshape(len(each), -1), 1) for each in (mine & truth, mine, truth)])
    return total


def skeleton_dice(counts: Sequence[np.ndarray]) -> dict[str, Any]:
    """Return the DSC of each reporting region (left and right are two of it), pooled and as a mean over patients.

    Parameters
    ----------
    counts : sequence of ``(3, 29)``
        Of each patient; a region counts where the patient's field shows it.

    Returns
    -------
    dict
        ``pooled_mean``: pixels of all patients together, mean over channels present. ``patient_mean``: mean over
        patients of the mean over the channels that the patient shows. ``regions``: mean over patients by region.
    """
    table = np.stack(counts)
    overlap, drawn, true = table.sum(0)
    has = true > 0
    pooled = float((2 * overlap / np.maximum(drawn + true, 1))[has].mean()) if has.any() else float("nan")
    with np.errstate(invalid="ignore"):
        dice = np.where(table[:, 2] > 0, 2 * table[:, 0] / (table[:, 1] + table[:, 2]), np.nan)
    regions = {region.name: _mean_of_region(region.name, dice) for region in REPORTING_REGIONS}
    shown = np.isfinite(dice).any(1)
    return {
        "pooled_mean": _round(pooled),
        "patient_mean": _round(float(np.nanmean(dice[shown], axis=1).mean()) if shown.any() else float("nan")),
        "regions": regions,
    }


def _mean_of_region(region: str, dice: np.ndarray) -> Mapping[str, float | int | None]:
    mine = dice[:, [channel.region == region for channel in SKELETON_CHANNELS]]
    values = mine[np.isfinite(mine)]
    return {"dice": _round(float(values.mean()) if len(values) else float("nan")), "count": len(values)}


def _round(value: float) -> float | None:
    return round(value, 4) if np.isfinite(value) else None
