"""Lesion burden in a SPECT volume: count, volume, uptake (floor 4).

A Bone Scan Index and an extent of disease are of the whole skeleton; a tomography shows a part of it, so neither is
given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .hot_spots import HotSpot
from .scan import SPECT_VIEW, Quantity, SpectScan

TOTAL_UPTAKE_UNITS: dict[Quantity, str] = {"SUVbw": "g", "Bq/ml": "Bq", "counts": "counts"}
"""Units of mean times volume; of counts it is their sum."""


@dataclass(frozen=True)
class SpectBurden:
    """The burden of the accepted metastases in the field.

    Attributes
    ----------
    lesion_count : int
    lesion_volume_ml : float
        Of all of them together; where two overlap it counts once.
    quantity : {"counts", "Bq/ml", "SUVbw"}
        Of maximum, peak and mean.
    maximum, peak, mean : float
        The greatest voxel, the greatest ball of 1 ml, and the mean of all voxels; NaN without a lesion.
    total_uptake : float
        In ``total_uptake_units``: of SUV the mean times the volume (g), of Bq/ml the activity (Bq), of counts the sum.
    total_uptake_units : str
    """

    lesion_count: int
    lesion_volume_ml: float
    quantity: Quantity
    maximum: float
    peak: float
    mean: float
    total_uptake: float
    total_uptake_units: str


def measure_spect_burden(scan: SpectScan, hot_spots: Sequence[HotSpot]) -> SpectBurden:
    """Measure the accepted metastases of a volume."""
    lesions = [spot.views[SPECT_VIEW] for spot in hot_spots if spot.accepted and spot.hot_spot_class == "metastasis"]
    units = TOTAL_UPTAKE_UNITS[scan.quantity]
    if not lesions:
        nan = float("nan")
        return SpectBurden(0, 0.0, scan.quantity, nan, nan, nan, 0.0, units)
    together = np.logical_or.reduce([lesion.mask for lesion in lesions])
    values = scan.voxels[together].astype(np.float64)
    volume_ml = float(together.sum() * scan.voxel_volume_ml)
    return SpectBurden(
        lesion_count=len(lesions),
        lesion_volume_ml=volume_ml,
        quantity=scan.quantity,
        maximum=max(lesion.max_counts for lesion in lesions),
        peak=max(lesion.peak for lesion in lesions),
        mean=float(values.mean()),
        total_uptake=float(values.sum()) * (1.0 if scan.quantity == "counts" else scan.voxel_volume_ml),
        total_uptake_units=units,
    )
