"""Lesion burden: count, area, Bone Scan Index, extent of disease (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Burden:
    """The burden of the accepted metastases.

    Attributes
    ----------
    lesion_count : int
        Accepted metastases.
    lesion_area_mm2 : mapping from view to float
    bsi_percent : float
        Bone Scan Index, % of skeletal mass; NaN where no bone could be measured.
    bsi_by_region_percent : mapping
        Share of each weighted bone ("spine", "ribs", "femur_left", ...), % of skeletal mass.
    weights_name, view_rule : str
        Printed beside every BSI.
    eod_grade : int
        Soloway's extent of disease, 0-4.
    """

    lesion_count: int
    lesion_area_mm2: Mapping[str, float]
    bsi_percent: float
    bsi_by_region_percent: Mapping[str, float]
    weights_name: str
    view_rule: str
    eod_grade: int
