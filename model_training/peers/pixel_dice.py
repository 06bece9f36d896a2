"""Scores of what a peer drew at the views' own pixels: DSC of metastases, per patient and over all.

The metric of the dual path: 2 TP / (2 TP + FP + FN) over both views together, mean over patients with a visible
metastasis; pixels of which nobody knows the class are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from BoneMetSegLib.network_grid import grid_to_view
from BoneMetSegLib.scan import PlanarView
from model_training.case_lists import body_centre_mm
from model_training.evaluation.bootstrap import confidence_interval
from model_training.evaluation.pixel_scores import confusion, pixel_scores
from model_training.training_case import IGNORE, TrainingCase


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


def patient_confusion(case: TrainingCase, drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return a patient's pixels of known class by true and drawn class, ``(4, 4)``; views are as acquired."""
    known = {view: case.class_map[view] != IGNORE for view in drawn}
    return confusion(
        {view: case.class_map[view][mask] for view, mask in known.items()},
        {view: drawn[view][mask] for view, mask in known.items()},
    )


def dice_summary(patients: Mapping[str, np.ndarray], seed: int = 0) -> dict[str, Any]:
    """Return mean with 95 % bootstrap interval over patients, pooled DSC, and each patient's own.

    Parameters
    ----------
    patients : mapping from patient to numpy.ndarray
        Of ``patient_confusion``.
    """
    dice = {patient: pixel_scores(matrix)["dice"] for patient, matrix in patients.items()}
    values = np.array(list(dice.values()))
    pooled = pixel_scores(np.sum(list(patients.values()), axis=0))["dice"]
    return {
        "patients": len(patients),
        "patients_with_visible_metastasis": int(np.isfinite(values).sum()),
        "dice": confidence_interval(values, np.random.default_rng(seed)),
        "dice_pooled": _rounded(pooled),
        "per_patient": {patient: _rounded(one) for patient, one in dice.items()},
    }


def _rounded(dice: float) -> float | None:
    return round(dice, 4) if np.isfinite(dice) else None
