"""Scores of what a peer drew at the views' own pixels: DSC of metastases, per patient and over all.

The metric of the dual path: 2 TP / (2 TP + FP + FN) over both views together, mean over patients with a visible
metastasis; pixels of which nobody knows the class are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from BoneMetSegLib.network_grid import grid_to_view
from BoneMetSegLib.scan import PlanarView
from BoneMetSegLib.segmentation import CLASSES
from model_training.case_lists import body_centre_mm
from model_training.training_case import IGNORE, TrainingCase

METASTASIS = CLASSES.index("metastasis")
BOOTSTRAPS = 2000


@dataclass(frozen=True)
class PatientDice:
    """Pixels of metastases in one patient, both views together."""

    patient: str
    overlap: int
    drawn: int
    true: int

    @property
    def dice(self) -> float:
        """NaN without a visible metastasis."""
        return 2 * self.overlap / (self.drawn + self.true) if self.true else float("nan")


def at_own_pixels(
    probabilities: Mapping[str, torch.Tensor], case: TrainingCase, pixel_mm: float
) -> dict[str, np.ndarray]:
    """Return the likeliest class at each view's own pixels, ``(rows, columns)`` uint8 as acquired.

    Parameters
    ----------
    probabilities : mapping from view to torch.Tensor
        ``(4, rows, columns)`` on the training grid around the middle of the body, anterior order.
    """
    down, right = body_centre_mm(case)
    drawn = {}
    for name, maps in probabilities.items():
        view = PlanarView(name, case.counts[name], (case.pixel_size_mm, case.pixel_size_mm))
        drawn[name] = grid_to_view(maps, view, pixel_mm, (down, right)).argmax(0).astype(np.uint8)
    return drawn


def patient_dice(case: TrainingCase, drawn: Mapping[str, np.ndarray]) -> PatientDice:
    """Count a patient's pixels; views are as acquired."""
    overlap = mine = true = 0
    for view, labels in drawn.items():
        known, truth = case.class_map[view] != IGNORE, case.class_map[view] == METASTASIS
        own = (labels == METASTASIS) & known
        overlap, mine, true = overlap + int((own & truth).sum()), mine + int(own.sum()), true + int(truth.sum())
    return PatientDice(case.patient, overlap, mine, true)


def dice_summary(patients: list[PatientDice], seed: int = 0) -> dict[str, Any]:
    """Return mean with 95 % bootstrap interval over patients, pooled DSC, and each patient's own."""
    values = np.array([patient.dice for patient in patients])
    values = values[np.isfinite(values)]
    mean: dict[str, float | None] = {"mean": None, "low": None, "high": None}
    if len(values):
        rng = np.random.default_rng(seed)
        low, high = np.percentile(
            values[rng.integers(len(values), size=(BOOTSTRAPS, len(values)))].mean(1), (2.5, 97.5)
        )
        mean = {"mean": round(float(values.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
    total = sum(patient.drawn + patient.true for patient in patients)
    return {
        "patients": len(patients),
        "patients_with_visible_metastasis": len(values),
        "dice": mean,
        "dice_pooled": round(2 * sum(patient.overlap for patient in patients) / total, 4) if total else None,
        "per_patient": {patient.patient: round(patient.dice, 4) if patient.true else None for patient in patients},
    }
