"""Scores of one tomography: what is drawn against what is true, at the volume's own voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_training.evaluation.lesions import one_to_one
from model_training.evaluation.pixel_scores import BENIGN, METASTASIS
from model_training.training_case import IGNORE

LEAST_LESION_ML = 0.5
"""What is drawn smaller than this is no lesion of its own: five voxels of 4.8 mm."""


@dataclass(frozen=True)
class VolumeScore:
    """Of metastases, in one patient.

    Attributes
    ----------
    dice : float
        NaN without a visible metastasis.
    overlap, drawn, true : int
        Voxels behind it.
    lesions, found, false_positives : int
        Visible metastases, those hit by a drawn lesion (``lesions.one_to_one``), and drawn lesions that touch
        none.
    benign_drawn : float
        Share of the visible benign foci of which at least a quarter is drawn as metastasis; NaN without any.
    """

    dice: float
    overlap: int
    drawn: int
    true: int
    lesions: int
    found: int
    false_positives: int
    benign_drawn: float


def score_volume(drawn: np.ndarray, class_map: np.ndarray, focus_map: np.ndarray, voxel_ml: float) -> VolumeScore:
    """Score a drawn class map ``(slices, rows, columns)`` against the truth.

    Parameters
    ----------
    class_map, focus_map : numpy.ndarray
        True class (255 where nobody knows: not scored) and number of the focus, 0 = none.
    voxel_ml : float
    """
    known = class_map != IGNORE
    mine, truth = (drawn == METASTASIS) & known, class_map == METASTASIS
    overlap, total, true = int((mine & truth).sum()), int(mine.sum()), int(truth.sum())
    lesions = drawn_lesions(mine, LEAST_LESION_ML / voxel_ml)
    foci = [int(number) for number in np.unique(focus_map[truth]) if number]
    benign = [
        float((mine & (focus_map == number)).sum() / (focus_map == number).sum() >= 0.25)
        for number in np.unique(focus_map[class_map == BENIGN])
        if number
    ]
    count = int(lesions.max())
    touched = {int(number) for number in np.unique(lesions[truth])} - {0}
    return VolumeScore(
        dice=2 * overlap / (total + true) if true else float("nan"),
        overlap=overlap,
        drawn=total,
        true=true,
        lesions=len(foci),
        found=len(hits(lesions, np.where(truth, focus_map, 0))),
        false_positives=count - len(touched),
        benign_drawn=float(np.mean(benign)) if benign else float("nan"),
    )


def drawn_lesions(mine: np.ndarray, least_voxels: float) -> np.ndarray:
    """Return the lesions of a mask numbered from 1: voxels that touch, also by a corner; small ones are left out."""
    from scipy.ndimage import label

    numbers, _ = label(mine, np.ones((3, 3, 3)))
    sizes = np.bincount(numbers.ravel())
    keep = sizes >= least_voxels
    keep[0] = False
    new = np.where(keep, np.cumsum(keep), 0)
    return np.asarray(new[numbers])


def hits(lesions: np.ndarray, foci: np.ndarray) -> dict[int, int]:
    """Return which focus is hit by which lesion, one to one, the best IoU first.

    Parameters
    ----------
    lesions, foci : numpy.ndarray
        Numbers, 0 = none.
    """
    both = (lesions > 0) & (foci > 0)
    pairs, counts = np.unique(np.stack([lesions[both], foci[both]]), axis=1, return_counts=True)
    lesion_sizes, focus_sizes = np.bincount(lesions.ravel()), np.bincount(foci.ravel())
    ious = [
        (float(common / (lesion_sizes[lesion] + focus_sizes[focus] - common)), int(lesion), int(focus))
        for (lesion, focus), common in zip(pairs.T.astype(int), counts, strict=True)
    ]
    return {focus: lesion for lesion, focus in one_to_one(ious).items()}
