"""The measured Bone Scan Index, or in a tomography the volume of the lesions, against the true one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from BoneMetSegLib.burden import VIEW_RULES, measure_burden
from BoneMetSegLib.hot_spots import HotSpot
from BoneMetSegLib.scan import PlanarScan
from BoneMetSegLib.segmentation import Segmentation


def measured_bsi(scan: PlanarScan, segmentation: Segmentation, spots: Sequence[HotSpot]) -> dict[str, float | None]:
    """Return the BSI in % of skeletal mass by each view rule; None where no bone could be measured."""
    measured = {rule: measure_burden(scan, segmentation, spots, view_rule=rule).bsi_percent for rule in VIEW_RULES}
    return {rule: round(float(value), 4) if np.isfinite(value) else None for rule, value in measured.items()}


def lesion_volume_ml(masks: Sequence[np.ndarray], voxel_ml: float) -> float:
    """Return the volume of lesions together; where two overlap it counts once."""
    return round(int(np.logical_or.reduce(masks).sum()) * voxel_ml, 3) if masks else 0.0


def agreement(burden: Sequence[Mapping[str, Any]], rule: str) -> dict[str, float | None]:
    """Slope through the origin, correlation, mean and SD of the difference, measured against true."""
    pairs = np.array([(row["true"], row[rule]) for row in burden if row[rule] is not None], float)
    if len(pairs) < 3 or pairs[:, 0].std() == 0 or pairs[:, 1].std() == 0:
        return {"slope": None, "r": None, "mean_difference": None, "sd_difference": None}
    true, measured = pairs.T
    return {
        "slope": round(float((true * measured).sum() / (true**2).sum()), 3),
        "r": round(float(np.corrcoef(true, measured)[0, 1]), 3),
        "mean_difference": round(float((measured - true).mean()), 3),
        "sd_difference": round(float((measured - true).std()), 3),
    }
