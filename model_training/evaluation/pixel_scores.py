"""Scores of the pixels drawn: DSC, IoU, precision, recall and class pixel accuracy, all from one confusion matrix."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from BoneMetSegLib.segmentation import CLASSES, Segmentation, ViewMaps

METASTASIS = CLASSES.index("metastasis")
BENIGN = CLASSES.index("benign")
PIXEL_SCORES = ("dice", "iou", "precision", "recall", "cpa", "cpa_mean")


def drawn_classes(maps: ViewMaps, foreground: float) -> np.ndarray:
    """Return the class drawn at each pixel: ``(rows, columns)`` uint8, index in ``CLASSES``.

    A pixel is hot where its background is below ``1 - foreground``; of what is hot the likeliest class is drawn.
    """
    hot = maps.best[0] < 1 - foreground
    return np.where(hot, maps.best[1:].argmax(0) + 1, 0).astype(np.uint8)


def drawn_by(segmentation: Segmentation) -> dict[str, np.ndarray]:
    """Return the classes drawn in each view, at the bundle's own threshold."""
    foreground = segmentation.thresholds["foreground"]
    return {view: drawn_classes(maps, foreground) for view, maps in segmentation.views.items()}


def confusion(truth: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return pixels by true class (rows) and drawn class (columns): ``(4, 4)`` int64, all views together."""
    number = len(CLASSES)
    total = np.zeros(number * number, np.int64)
    for view, labels in drawn.items():
        total += np.bincount(truth[view].astype(np.int64).ravel() * number + labels.ravel(), minlength=number * number)
    return total.reshape(number, number)


def pixel_scores(matrix: np.ndarray) -> dict[str, float]:
    """Return the scores of metastasis from a confusion matrix.

    ``dice`` 2TP / (2TP + FP + FN), ``iou`` TP / (TP + FP + FN), ``recall`` TP / (TP + FN) and ``precision``
    TP / (TP + FP). ``cpa``, the class pixel accuracy of the papers on bone scans, is the share of the pixels drawn as a
    class that are of it: for one class the same as precision. ``cpa_mean`` is its mean over those of the four classes
    that are drawn anywhere. NaN without a true metastasis; precision and cpa are NaN where none is drawn either.
    """
    if not matrix[METASTASIS].sum():
        return dict.fromkeys(PIXEL_SCORES, float("nan"))
    both, drawn, true = matrix[METASTASIS, METASTASIS], matrix[:, METASTASIS].sum(), matrix[METASTASIS].sum()
    precision = both / drawn if drawn else float("nan")
    by_class = [matrix[c, c] / matrix[:, c].sum() for c in range(len(CLASSES)) if matrix[:, c].any()]
    scores = (2 * both / (drawn + true), both / (drawn + true - both), precision, both / true, precision)
    return dict(zip(PIXEL_SCORES, (*map(float, scores), float(np.mean(by_class))), strict=True))
