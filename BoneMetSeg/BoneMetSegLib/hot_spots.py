"""Hot spots: foci of uptake with class, place, size and what the report did to them (floor 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

REPORT_EFFECTS = ("no report", "unchanged", "raised", "lowered", "added", "removed")


@dataclass(frozen=True)
class HotSpotInView:
    """A hot spot as one view shows it.

    Attributes
    ----------
    mask : numpy.ndarray
        ``(rows, columns)`` bool, as acquired.
    area_mm2, max_counts, mean_counts : float
        Of the mask's pixels.
    ratio_to_background : float
        Mean counts over the mean counts of the same bone on the opposite side or, for midline bones, of the bone
        around it; NaN where there is no such bone.
    """

    mask: np.ndarray
    area_mm2: float
    max_counts: float
    mean_counts: float
    ratio_to_background: float


@dataclass(frozen=True)
class HotSpot:
    """A focus of uptake in one or both views.

    Attributes
    ----------
    id : str
        "H01"; also the first part of its segment's id ("H01_anterior").
    hot_spot_class : {"metastasis", "benign", "physiological"}
    accepted : bool
        Counts as a lesion if it is a metastasis.
    region : str
        A reporting region's name, or for physiological uptake a site's ("bladder").
    side : {"left", "right", "midline"}
    level : str
        "L3", "7", or "".
    views : mapping from view to HotSpotInView
    probability : float
        Of its class, with the report where there is one.
    probability_image_only, probability_with_report : float
        Of metastasis: without and with the report (NaN without a report). Of the class itself for physiological ones.
    report_effect : str
        One of ``REPORT_EFFECTS``.
    phrase : str
        The clause of the report that speaks of this place, or "".
    phrase_span : tuple of int or None
        Its character span in the report's text.
    edited_by : str
        Who last changed class, region or acceptance by hand, or "".
    """

    id: str
    hot_spot_class: str
    accepted: bool
    region: str
    side: str
    level: str
    views: Mapping[str, HotSpotInView]
    probability: float
    probability_image_only: float
    probability_with_report: float = float("nan")
    report_effect: str = "no report"
    phrase: str = ""
    phrase_span: tuple[int, int] | None = None
    edited_by: str = ""

    @property
    def number(self) -> int:
        """The number printed beside it: 1 for "H01"."""
        return int(self.id[1:])

    def segment_id(self, view: str) -> str:
        """Return the id of its segment in a view's segmentation."""
        return f"{self.id}_{view}"
