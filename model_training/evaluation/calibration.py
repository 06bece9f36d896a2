"""Are probabilities right: reliability bins, expected calibration error and Brier score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

BINS = 10
PIXEL_FLOOR = 0.01


def bin_counts(probability: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return, for ten even bins of probability, how many, the sum of probability and how many are positive: (10, 3)."""
    index = np.minimum((np.asarray(probability, float) * BINS).astype(int), BINS - 1)
    columns = [np.bincount(index, weights=w, minlength=BINS) for w in (None, probability, positive)]
    return np.stack(columns, 1).astype(float)


def expected_calibration_error(bins: np.ndarray) -> float:
    """Return the mean distance of probability and share of positives, weighted by how many a bin holds (Guo 2017)."""
    number = bins[:, 0].sum()
    return float(np.abs(bins[:, 1] - bins[:, 2]).sum() / number) if number else float("nan")


def pixel_calibration(probability: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Return bins and the sum of squared errors of the pixels in question.

    In question is a pixel that is metastasis or is given a probability of 0.01 and more: the empty rest of the image
    would make any map look calibrated.

    Parameters
    ----------
    probability, truth : numpy.ndarray
        ``(rows, columns)``: probability of metastasis, and whether it is one.
    """
    asked = (probability >= PIXEL_FLOOR) | truth
    p, y = probability[asked].astype(float), truth[asked].astype(float)
    return bin_counts(p, y), float(((p - y) ** 2).sum())


def reliability(bins: np.ndarray, squared_errors: float) -> dict[str, Any]:
    """Return number, ECE, Brier score, and each filled bin's mean probability and share of positives."""
    number = bins[:, 0].sum()
    rows = [
        {"probability": round(p / n, 4), "positive": round(y / n, 4), "count": int(n)} for n, p, y in bins.tolist() if n
    ]
    ece = expected_calibration_error(bins)
    return {
        "count": int(number),
        "ece": round(ece, 4) if number else None,
        "brier": round(squared_errors / number, 4) if number else None,
        "bins": rows,
    }


def spot_calibration(spots: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """Return the reliability of hot spots: probability of metastasis, and whether it is one (IoU of 0.1 with one)."""
    if not spots:
        return reliability(np.zeros((BINS, 3)), 0.0)
    p, y = np.array([one[0] for one in spots], float), np.array([one[1] for one in spots], float)
    return reliability(bin_counts(p, y), float(((p - y) ** 2).sum()))
