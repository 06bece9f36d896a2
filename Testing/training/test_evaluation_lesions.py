"""Lesions found, false positives and FROC, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.evaluation.froc import candidates_of, froc_curve, sensitivity_at
from model_training.evaluation.lesions import lesion_counts, one_to_one, overlaps
from Testing.training.evaluation_fixtures import LARGE, SHAPE, SMALL, a_case, box

BOTH_VIEWS = {"number": 1, "class": "metastasis", "area_mm2": {"anterior": 640.0, "posterior": 500.0}}
FRONT_ONLY = {"number": 2, "class": "metastasis", "area_mm2": {"anterior": 160.0}}
BENIGN_FOCUS = {"number": 3, "class": "benign", "area_mm2": {"anterior": 256.0}}
FOCI = [BOTH_VIEWS, FRONT_ONLY, BENIGN_FOCUS]


def spot(probability: float, *, accepted: bool = True, effect: str = "unchanged", **views: dict[str, float]) -> dict:
    return {"probability": probability, "accepted": accepted, "effect": effect, "views": views}


def hits(masks, foci) -> int:
    """How many foci, which do not overlap, masks hit."""
    numbers = sum((number * focus.astype(int) for number, focus in enumerate(foci, 1)), np.zeros(SHAPE, int))
    found = [overlaps(mask, numbers) for mask in masks]
    return len(one_to_one([(iou, mask, int(n)) for mask, ious in enumerate(found) for n, iou in ious.items()]))


def test_hits_are_one_to_one_best_overlap_first():
    both = LARGE | SMALL
    assert hits([both], [LARGE, SMALL]) == 1  # one mask over two lesions finds one
    assert hits([LARGE, box(slice(4, 12), slice(2, 4))], [LARGE]) == 1  # two masks on one lesion find one
    assert hits([both, SMALL], [LARGE, SMALL]) == 2
    assert hits([], [LARGE]) == 0
    assert hits([box(slice(4, 5), slice(2, 5))], [LARGE]) == 0  # 3 of 40 pixels: IoU below 0.1
    assert hits([box(slice(4, 5), slice(2, 6))], [LARGE]) == 1  # 4 of 40: IoU 0.1


def test_overlaps_name_every_focus_that_a_mask_touches():
    found = overlaps(LARGE | box(slice(30, 31), slice(10, 11)), a_case().focus_map["anterior"])
    assert found == {"1": round(40 / 41, 4), "3": round(1 / 56, 4)}


def test_a_lesion_of_both_views_is_one_and_its_two_outlines_are_no_false_positive():
    apart = [spot(0.9, anterior={"1": 0.5}), spot(0.8, posterior={"1": 0.4})]
    counts = lesion_counts(FOCI, apart)
    assert (counts["lesions"], counts["found"], counts["false_positives"]) == (2, 1, 0)
    assert (counts["lesions_in_views"], counts["found_in_views"]) == (3, 2)


def test_two_outlines_in_one_view_are_one_hit_and_one_false_positive():
    counts = lesion_counts(FOCI, [spot(0.9, anterior={"1": 0.5}), spot(0.8, anterior={"1": 0.2})])
    assert (counts["found"], counts["false_positives"], counts["touching_nothing"]) == (1, 1, 0)


def test_a_small_overlap_finds_by_any_overlap_alone():
    counts = lesion_counts(FOCI, [spot(0.9, anterior={"2": 0.05})])
    assert (counts["found"], counts["touched"]) == (0, 1)
    assert (counts["false_positives"], counts["touching_nothing"]) == (1, 0)


def test_what_is_not_accepted_neither_hits_nor_counts_as_a_false_positive():
    counts = lesion_counts(
        FOCI, [spot(0.9, accepted=False, anterior={"1": 0.5}), spot(0.9, accepted=False, anterior={})]
    )
    assert (counts["found"], counts["false_positives"]) == (0, 0)


def test_the_froc_of_two_patients_by_hand():
    first = (FOCI, [spot(0.9, anterior={"1": 0.5}), spot(0.8, anterior={}), spot(0.4, anterior={"2": 0.3})])
    second = ([FRONT_ONLY], [spot(0.7, anterior={}), spot(0.6, effect="removed", anterior={"2": 0.5})])
    found = candidates_of([first, second])
    assert found.lesions == 3
    false, sensitivity = froc_curve(found)
    assert false.tolist() == [0, 0, 0.5, 1.0, 1.0]
    assert sensitivity == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 2 / 3])
    assert sensitivity_at(found, 0.5) == pytest.approx(1 / 3)
    assert sensitivity_at(found, 1.0) == pytest.approx(2 / 3)


def test_hot_spots_of_the_same_probability_are_accepted_together():
    found = candidates_of([(FOCI, [spot(0.5, anterior={"1": 0.5}), spot(0.5, anterior={})])])
    false, sensitivity = froc_curve(found)
    assert false.tolist() == [0, 1]
    assert sensitivity.tolist() == [0, 0.5]


def test_a_froc_without_hot_spots_or_lesions_is_no_fault():
    assert sensitivity_at(candidates_of([(FOCI, [])]), 1.0) == 0
    assert np.isnan(sensitivity_at(candidates_of([([], [spot(0.9, anterior={})])]), 1.0))
