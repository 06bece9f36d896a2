"""Lesion burden in a SPECT volume: count, volume, uptake (floor 4).

A Bone Scan Index and an extent of disease are of the whole skeleton; a tomography shows a part of it, so neither is
given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .burden_calibration import INTERVAL_LEVEL
from .burden_draws import DRAWS, LesionDraws, draw_lesions
from .burden_interval import interval_of
from .hot_spots import HotSpot
from .scan import SPECT_VIEW, Quantity, SpectScan
from .segmentation import Segmentation

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
    intervals : mapping from name to (low, high)
        Of ``lesion_count``, ``lesion_volume_ml`` and ``total_uptake``: the middle ``interval_level`` of what the
        probabilities allow; never fitted to coverage.
    interval_level : float
    """

    lesion_count: int
    lesion_volume_ml: float
    quantity: Quantity
    maximum: float
    peak: float
    mean: float
    total_uptake: float
    total_uptake_units: str
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    interval_level: float = INTERVAL_LEVEL


def measure_spect_burden(scan: SpectScan, segmentation: Segmentation, hot_spots: Sequence[HotSpot]) -> SpectBurden:
    """Measure the accepted metastases of a volume."""
    measured = _measured(scan, hot_spots)
    return replace(measured, intervals=_intervals(scan, draw_lesions(scan, segmentation, hot_spots), measured))


def _measured(scan: SpectScan, hot_spots: Sequence[HotSpot]) -> SpectBurden:
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


def _intervals(scan: SpectScan, drawn: Sequence[LesionDraws], measured: SpectBurden) -> dict[str, tuple[float, float]]:
    nothing = np.zeros(DRAWS)
    volumes = [one.elements[SPECT_VIEW] * scan.voxel_volume_ml for one in drawn]
    # Of counts the total is their sum: mean times voxels, not times volume.
    per_ml = 1 / scan.voxel_volume_ml if scan.quantity == "counts" else 1.0
    uptakes = [
        volume * one.spot.views[SPECT_VIEW].mean_counts * per_ml for one, volume in zip(drawn, volumes, strict=True)
    ]
    drawn_figures = {
        "lesion_count": np.sum([nothing, *(one.there for one in drawn)], axis=0),
        "lesion_volume_ml": np.sum([nothing, *volumes], axis=0),
        "total_uptake": np.sum([nothing, *uptakes], axis=0),
    }
    intervals = {}
    for name, draws in drawn_figures.items():
        low, high = interval_of(np.maximum(draws, 0))  # a voxel may be below 0
        value = float(getattr(measured, name))
        intervals[name] = (min(low, value), max(high, value))
    return intervals
