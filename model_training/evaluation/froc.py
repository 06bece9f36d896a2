"""Free-response ROC: sensitivity of lesions against false positives per scan, as the probability asked for falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .lesions import HIT_IOU

FALSE_POSITIVES_PER_SCAN = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Candidates:
    """Hot spots of all patients, the surest first.

    Attributes
    ----------
    probability : numpy.ndarray
        ``(candidates,)``, falling.
    new_lesions : numpy.ndarray
        ``(candidates,)`` int: lesions that are found with this candidate and were not before it.
    false_positive : numpy.ndarray
        ``(candidates,)`` bool.
    lesions, scans : int
    """

    probability: np.ndarray
    new_lesions: np.ndarray
    false_positive: np.ndarray
    lesions: int
    scans: int


def candidates_of(patients: Sequence[tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]]) -> Candidates:
    """Rank the hot spots of patients by probability of metastasis and match them in that order.

    Every hot spot that the report did not remove is a candidate, whatever its class. In each view a candidate takes the
    free metastasis of the best IoU (at least 0.1); what takes none in any view is a false positive. In this order a
    candidate never changes the matches of a surer one, so that each point of the curve is the finding at its threshold.

    Parameters
    ----------
    patients : sequence of (foci, hot spots)
        As in the records.
    """
    rows: list[tuple[float, int, bool]] = []
    lesions = 0
    for foci, spots in patients:
        metastases = {str(focus["number"]) for focus in foci if focus["class"] == "metastasis"}
        lesions += len(metastases)
        rows += _ranked(metastases, spots)
    rows.sort(key=lambda row: -row[0])
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Candidates(
        np.array(columns[0], float), np.array(columns[1], int), np.array(columns[2], bool), lesions, len(patients)
    )


def _ranked(metastases: set[str], spots: Sequence[Mapping[str, Any]]) -> list[tuple[float, int, bool]]:
    taken: set[tuple[str, str]] = set()
    found: set[str] = set()
    rows = []
    for spot in sorted(spots, key=lambda one: -one["probability"]):
        if spot["effect"] == "removed":
            continue
        hits = set()
        for view, pairs in spot["views"].items():
            free = [(iou, n) for n, iou in pairs.items() if n in metastases and (view, n) not in taken]
            iou, number = max(free, default=(0.0, ""))
            if iou >= HIT_IOU:
                taken.add((view, number))
                hits.add(number)
        rows.append((float(spot["probability"]), len(hits - found), not hits))
        found |= hits
    return rows


def froc_curve(candidates: Candidates) -> tuple[np.ndarray, np.ndarray]:
    """Return false positives per scan and sensitivity, one point for each probability that occurs, from (0, 0) on."""
    if not len(candidates.probability):
        return np.zeros(1), np.zeros(1)
    last = np.append(np.diff(candidates.probability) != 0, True)  # equal probabilities are accepted together
    false = np.cumsum(candidates.false_positive)[last] / max(candidates.scans, 1)
    found = np.cumsum(candidates.new_lesions)[last] / max(candidates.lesions, 1)
    return np.concatenate([[0.0], false]), np.concatenate([[0.0], found])


def sensitivity_at(candidates: Candidates, false_positives_per_scan: float) -> float:
    """Return the highest sensitivity with at most so many false positives per scan; NaN without lesions."""
    if not candidates.lesions:
        return float("nan")
    false, found = froc_curve(candidates)
    return float(found[false <= false_positives_per_scan + 1e-9].max())
