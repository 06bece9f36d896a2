"""What is scored: classes drawn and hot spots, whether a network or a rule made them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from BoneMetSegLib.hot_spots import HotSpot, find_hot_spots
from BoneMetSegLib.report import Report
from BoneMetSegLib.segmentation import Segmentation
from BoneMetSegLib.segmenter import EncodedScan, Segmenter

from .pixel_scores import METASTASIS, drawn_by


@dataclass(frozen=True)
class Prediction:
    """The finding in one patient under one condition.

    Attributes
    ----------
    drawn : mapping from view to numpy.ndarray
        ``(rows, columns)`` uint8, index in ``CLASSES``.
    spots : sequence of HotSpot
        Empty where a rule draws without hot spots.
    probability : mapping from view to numpy.ndarray, or None
        ``(rows, columns)`` of metastasis; None for rules, which have none.
    segmentation : Segmentation or None
    report : Report or None
    seconds : float
        Segmentation and hot spots; NaN for rules.
    """

    drawn: Mapping[str, np.ndarray]
    spots: Sequence[HotSpot] = ()
    probability: Mapping[str, np.ndarray] | None = None
    segmentation: Segmentation | None = None
    report: Report | None = None
    seconds: float = float("nan")


def network_prediction(segmenter: Segmenter, encoded: EncodedScan, report: Report | None) -> Prediction:
    """Segment a scan with a report or without, and find the hot spots: what a user's case goes through.

    The image path's share of the time counts in every condition, as it does for a user.
    """
    segmentation = segmenter.with_report(encoded, report)
    start = time.perf_counter()
    spots = find_hot_spots(encoded.scan, segmentation, report)
    seconds = time.perf_counter() - start + sum(segmentation.seconds.values())
    probability = {view: maps.best[METASTASIS] for view, maps in segmentation.views.items()}
    return Prediction(drawn_by(segmentation), spots, probability, segmentation, report, seconds)


def metastasis_probability(spot: HotSpot) -> float:
    """Return a hot spot's probability of metastasis, with the report where there is one."""
    with_report = spot.probability_with_report
    return spot.probability_image_only if np.isnan(with_report) else with_report
