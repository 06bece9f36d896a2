"""Scores of pixels and outlines, by hand and against MONAI."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.evaluation.pixel_scores import confusion, drawn_by, pixel_scores
from model_training.evaluation.surface_distance import hd95_mm
from Testing.training.evaluation_fixtures import BENIGN, LARGE, SHAPE, SMALL, a_case, a_segmentation, box


def test_scores_of_metastasis_by_hand():
    case = a_case()
    drawn = drawn_by(a_segmentation({1: box(slice(4, 12), slice(2, 5)) | box(slice(36, 38), slice(0, 4))}))
    scores = pixel_scores(confusion(case.class_map, drawn))  # 24 of 50 true pixels, and 8 on nothing
    assert scores["dice"] == pytest.approx(48 / 82)
    assert scores["iou"] == pytest.approx(24 / 58)
    assert scores["precision"] == scores["cpa"] == pytest.approx(24 / 32)
    assert scores["recall"] == pytest.approx(24 / 50)
    background = 2 * 800 - 66 - 8  # true background that is drawn as such, of all that is drawn as background
    assert scores["cpa_mean"] == pytest.approx((24 / 32 + background / (2 * 800 - 32)) / 2)


def test_without_a_metastasis_there_is_no_score_and_with_nothing_drawn_no_precision():
    nothing = pixel_scores(confusion(a_case(normal=True).class_map, drawn_by(a_segmentation({1: SMALL}))))
    assert all(np.isnan(value) for value in nothing.values())
    missed = pixel_scores(confusion(a_case().class_map, drawn_by(a_segmentation({2: BENIGN}))))
    assert (missed["dice"], missed["recall"]) == (0, 0)
    assert np.isnan(missed["precision"])


def test_dice_is_that_of_monai():
    metrics = pytest.importorskip("monai.metrics")
    import torch

    rng = np.random.default_rng(0)
    true, mine = rng.random((2, *SHAPE)) < 0.3
    views = {"anterior": true.astype(np.uint8)}
    ours = pixel_scores(confusion(views, {"anterior": mine.astype(np.uint8)}))["dice"]
    theirs = metrics.DiceMetric()(torch.tensor(mine)[None, None].float(), torch.tensor(true)[None, None].float())
    assert ours == pytest.approx(float(theirs), abs=1e-6)


def test_the_distance_of_two_squares_is_their_shift_in_mm():
    true, mine = box(slice(10, 14), slice(4, 8)), box(slice(10, 14), slice(7, 11))
    assert hd95_mm(mine, true, (2.0, 3.0)) == pytest.approx(9.0)  # three columns of 3 mm
    assert hd95_mm(true.T, mine.T, (2.0, 3.0)) == pytest.approx(6.0)  # three rows of 2 mm
    assert hd95_mm(true, true, (2.0, 3.0)) == 0


def test_hd95_is_that_of_monai():
    metrics = pytest.importorskip("monai.metrics")
    import torch

    for true, mine in ((LARGE | SMALL, box(slice(3, 10), slice(3, 9))), (LARGE, LARGE | BENIGN)):
        theirs = metrics.compute_hausdorff_distance(
            torch.tensor(mine)[None, None].float(), torch.tensor(true)[None, None].float(), include_background=True,
            percentile=95, spacing=(2.5, 2.5),
        )  # fmt: skip
        assert hd95_mm(mine, true, (2.5, 2.5)) == pytest.approx(float(theirs), abs=1e-4)


def test_an_empty_side_is_infinitely_far_and_two_are_no_distance():
    empty = np.zeros(SHAPE, bool)
    assert hd95_mm(empty, LARGE, (2.0, 2.0)) == float("inf")
    assert hd95_mm(LARGE, empty, (2.0, 2.0)) == float("inf")
    assert hd95_mm(empty, empty, (2.0, 2.0)) is None
