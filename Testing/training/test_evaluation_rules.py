"""Rules that keep or drop hot spots, draw places without an image, and are chosen on validation patients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.anatomy import SKELETON_CHANNEL_NAMES
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.segmentation import Mention
from model_training.evaluation import rule_choice
from model_training.evaluation.contradictions import flipped_checks, wrong_side_checks
from model_training.evaluation.pixel_scores import METASTASIS, confusion, drawn_by, pixel_scores
from model_training.evaluation.prediction import Prediction
from model_training.evaluation.report_rules import (
    PLAIN_RULE,
    by_image_and_rule,
    by_report_alone,
    exact_mentions,
    metastatic_places,
    status_group,
)
from model_training.evaluation.true_regions import slot_mask
from model_training.evaluation.uptake_check import pixels_added, without_uptake
from Testing.training.evaluation_fixtures import BENIGN, LARGE, SHAPE, SMALL, a_case, a_segmentation, a_spot, box


def said(status: str, *slots: str) -> Mention:
    return Mention(0, 0, 0, slots, status)


RIB, VERTEBRA = a_spot(LARGE), a_spot(SMALL, region="thoracic_spine", side="midline", level="T8")
KNEE = a_spot(BENIGN, region="femur", side="left", level="")


def image_only() -> Prediction:
    return Prediction(drawn_by(a_segmentation({1: LARGE | SMALL | BENIGN})), [RIB, VERTEBRA, KNEE])


def test_the_most_exact_mention_counts_and_of_equals_the_gravest():
    assert status_group(RIB, [said("benign", "ribs_left"), said("metastatic", "rib_7_left")]) == "metastatic"
    assert status_group(RIB, [said("benign", "rib_7_left"), said("uncertain", "rib_7_left")]) == "open"
    assert status_group(RIB, [said("metastatic", "rib_7_right")]) == "silent"
    assert status_group(RIB, [said("negated", "rib_7_left")]) == "silent"


def test_the_plain_rule_keeps_what_the_report_calls_metastatic_on_its_side_and_drops_the_rest():
    ruled = by_image_and_rule(
        image_only(), [said("metastatic", "rib_7_left"), said("benign", "femur_left")], PLAIN_RULE
    )
    drawn = ruled.drawn["anterior"] == METASTASIS
    assert (drawn == LARGE).all()
    assert [spot.accepted for spot in ruled.spots] == [True, False, False]
    wrong = by_image_and_rule(image_only(), [said("metastatic", "rib_7_right")], PLAIN_RULE)
    assert not (wrong.drawn["anterior"] == METASTASIS).any()
    assert not (wrong.drawn["posterior"] == METASTASIS).any()


def test_true_statuses_make_the_rule_draw_the_truth():
    case = a_case()
    ruled = by_image_and_rule(image_only(), exact_mentions(case), PLAIN_RULE)
    assert pixel_scores(confusion(case.class_map, ruled.drawn))["dice"] == 1


def test_the_report_alone_draws_the_true_place_that_it_names_on_its_side_only():
    case = a_case()
    half = np.zeros_like(case.skeleton["anterior"])
    left, right = (SKELETON_CHANNEL_NAMES.index(f"ribs_{side}") for side in ("left", "right"))
    half[left, 2:6, 6:9], half[right, 2:6, 1:4] = True, True
    levels = np.zeros(half.shape[1:], np.uint8)
    levels[2:4], levels[4:6] = 70, 80
    case = replace(case, skeleton=dict.fromkeys(case.skeleton, half), rib_level=dict.fromkeys(case.rib_level, levels))
    assert (slot_mask(case, "anterior", "ribs_left") == box(slice(4, 12), slice(12, 18))).all()
    assert (slot_mask(case, "anterior", "rib_7_left") == box(slice(4, 8), slice(12, 18))).all()
    places = metastatic_places(case, [said("metastatic", "rib_7_left"), said("benign", "ribs_right")])
    whole, part = (by_report_alone(case, places, share).drawn["anterior"] for share in (1.0, 0.25))
    assert ((whole == METASTASIS) == box(slice(4, 8), slice(12, 18))).all()
    assert (part == METASTASIS).sum() == 6
    assert ((part == METASTASIS) & ~box(slice(4, 8), slice(12, 18))).sum() == 0


def test_the_choice_finds_the_probability_that_tells_lesions_from_the_rest():
    case = a_case()
    spots = [
        replace(RIB, probability_image_only=0.9),
        replace(VERTEBRA, probability_image_only=0.75),
        replace(KNEE, probability_image_only=0.65),
    ]
    prediction = Prediction(image_only().drawn, spots)
    tally = rule_choice._Tally.of(case, prediction, [])  # a report that says nothing
    rule = rule_choice._swept([tally])
    assert rule.keep_from["silent"] == 0.7
    ruled = by_image_and_rule(prediction, [], rule)
    assert tally.dice(rule.keep_from) == pixel_scores(confusion(case.class_map, ruled.drawn))["dice"] == 1


def test_pixels_added_on_even_background_lack_uptake_and_those_on_a_focus_do_not():
    case = a_case()
    flat = {view: np.full(SHAPE, 10.0, np.float32) for view in case.expected}
    flat["anterior"] = flat["anterior"] + 40 * LARGE
    case = replace(case, expected=flat)
    nothing = drawn_by(a_segmentation({}))
    stray = box(slice(36, 38), slice(14, 18))
    drawn = drawn_by(a_segmentation({1: LARGE | stray}))
    assert pixels_added(drawn, nothing, without_uptake(case)) == (48, 8)
    assert pixels_added(drawn, drawn, without_uptake(case)) == (0, 0)


@pytest.mark.parametrize(("words", "flagged"), [("考虑骨折", 1), ("考虑转移", 0)])
def test_a_report_that_turns_the_nature_round_is_flagged_by_what_concordance_says(words, flagged):
    case = a_case()
    report = parse_report(f"诊断意见：左侧第7肋放射性浓聚，{words}。")
    seen = replace(a_spot(LARGE), id="H01", probability_image_only=0.95, phrase=report.text[5:], phrase_span=(5, 20))
    prediction = Prediction({}, [seen], segmentation=a_segmentation({1: LARGE}), report=report)
    checks = flipped_checks(case, Prediction({}, [seen]), prediction)
    assert checks == {"disagreements": 1, "flagged": flagged}


@pytest.mark.parametrize("follows", [False, True])
def test_a_lesion_that_follows_the_report_to_the_other_side_is_counted(follows):
    case = a_case()
    seen = a_spot(LARGE)
    elsewhere = replace(a_spot(box(slice(4, 12), slice(13, 18)), side="right"), report_effect="added")
    gone = replace(seen, accepted=False, report_effect="removed")
    after = [gone, elsewhere] if follows else [seen]
    checks = wrong_side_checks(case, Prediction({}, [seen]), Prediction({}, after))
    assert checks == {"disagreements": 1, "flagged": follows, "moved": follows, "appeared": follows}
