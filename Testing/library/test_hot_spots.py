"""Foci of the maps become hot spots: which pixels, which place, which side, how hot, and what the report did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.hot_spot_segments import segment_name
from BoneMetSegLib.hot_spots import find_hot_spots, slot_rank
from BoneMetSegLib.report import parse_report
from BoneMetSegLib.scan import VIEWS
from Testing.library.synthetic_case import (
    BLADDER,
    INJECTION_SITE,
    L3,
    LEFT_FEMUR,
    LEFT_KIDNEY,
    LEFT_RIB_7_BACK,
    PIXEL_AREA_MM2,
    RIGHT_FEMUR,
    Focus,
    a_report,
    found,
    mention,
    painted,
    ras_mm,
    rib_height_mm,
    vertebra_height_mm,
)


def places(spots):
    return [(spot.region, spot.side, spot.level) for spot in spots]


# ---- which pixels are one focus -------------------------------------------------------------------------------------


def test_pixels_that_touch_by_a_corner_are_one_hot_spot():
    scan, segmentation = painted([], views=("anterior",))
    hot = segmentation.views["anterior"].image_only
    for row, column in ((220, 78), (221, 79), (222, 80), (223, 81)):
        hot[:, row, column] = (0.1, 0.9, 0, 0)
    spots = find_hot_spots(scan, segmentation)
    assert [int(spot.views["anterior"].mask.sum()) for spot in spots] == [4]


def test_foci_a_pixel_apart_are_two_hot_spots():
    _, _, spots = found([Focus(-72, -100), Focus(-92, -100)], views=("anterior",))
    assert len(spots) == 2


def test_what_is_smaller_than_the_least_area_is_no_hot_spot():
    _, _, spots = found([Focus(-80, -97.5, half_size_mm=(4, 2.5))], views=("anterior",))
    assert spots == []


@pytest.mark.parametrize("hot_class", ["metastasis", "benign", "physiological"])
def test_a_focus_has_the_class_of_its_pixels(hot_class):
    _, _, (spot,) = found([Focus(-80, -100, {hot_class: 0.9})])
    assert spot.hot_spot_class == hot_class
    assert spot.accepted == (hot_class == "metastasis")


def test_a_thin_benign_rim_round_a_metastasis_is_no_second_hot_spot():
    rim = Focus(-80, -100, {"benign": 0.6}, half_size_mm=(28, 65))
    core = Focus(-80, -100, half_size_mm=(24, 60))
    _, _, (spot,) = found([rim, core], views=("anterior",))
    assert spot.hot_spot_class == "metastasis"
    assert spot.views["anterior"].mask.sum() == 14 * 26


def test_a_metastasis_that_touches_the_bladder_is_not_swallowed_by_it():
    bladder = replace(BLADDER, half_size_mm=(32, 40))
    pubis = Focus(44, 130, half_size_mm=(12, 15))
    _, _, spots = found([bladder, pubis], views=("anterior",))
    assert [(spot.hot_spot_class, spot.accepted, spot.side) for spot in spots] == [
        ("metastasis", True, "right"),
        ("physiological", False, "midline"),
    ]


# ---- one focus in two views -----------------------------------------------------------------------------------------


def test_a_focus_seen_in_both_views_is_one_hot_spot():
    _, _, (spot,) = found([LEFT_FEMUR])
    assert tuple(spot.views) == VIEWS


def test_a_focus_seen_from_behind_only_has_one_view():
    _, _, (spot,) = found([LEFT_RIB_7_BACK])
    assert tuple(spot.views) == ("posterior",)


def test_the_front_of_a_rib_is_not_joined_with_the_back_of_the_rib_behind_it():
    height = rib_height_mm(9, "posterior")
    foci = [Focus(-60, height, views=("anterior",)), Focus(-60, height, views=("posterior",))]
    _, _, spots = found(foci)
    assert sorted(places(spots)) == [("ribs", "left", "6"), ("ribs", "left", "9")]


def test_foci_on_different_sides_are_not_joined():
    foci = [replace(LEFT_FEMUR, views=("anterior",)), replace(RIGHT_FEMUR, views=("posterior",))]
    _, _, spots = found(foci)
    assert {(spot.side, tuple(spot.views)) for spot in spots} == {("left", ("anterior",)), ("right", ("posterior",))}


def test_uptake_near_the_midline_on_different_sides_is_not_joined():
    foci = [
        Focus(r_mm, 0, {"physiological": 0.9}, views=(view,), half_size_mm=(20, 60))
        for r_mm, view in ((-12, "anterior"), (12, "posterior"))
    ]
    _, _, spots = found(foci)
    assert {(spot.side, tuple(spot.views)) for spot in spots} == {("left", ("anterior",)), ("right", ("posterior",))}


def test_foci_of_different_vertebrae_far_apart_are_not_joined():
    foci = [
        Focus(0, vertebra_height_mm("L2"), views=("anterior",)),
        Focus(0, vertebra_height_mm("L4"), views=("posterior",)),
    ]
    _, _, spots = found(foci)
    assert len(spots) == 2


def test_each_focus_is_joined_with_the_nearest_only():
    foci = [
        Focus(-80, -100, views=("anterior",)),
        Focus(-80, -95, views=("posterior",)),
        Focus(-80, -122, views=("posterior",), half_size_mm=(8, 5)),
    ]
    _, _, spots = found(foci)
    assert sorted(tuple(spot.views) for spot in spots) == [VIEWS, ("posterior",)]


def test_a_bladder_that_one_view_does_not_know_as_such_is_still_one_hot_spot():
    scan, segmentation = painted([BLADDER])
    for channel in segmentation.views["posterior"].skeleton:
        channel[:] = 0
    (spot,) = find_hot_spots(scan, segmentation)
    assert (spot.region, tuple(spot.views)) == ("bladder", VIEWS)


# ---- left is left ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirrored", [False, True], ids=["as acquired", "mirrored by the export"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_focus_on_one_side_is_named_and_outlined_on_that_side_in_both_views(side, mirrored):
    scan, _, (spot,) = found([LEFT_FEMUR if side == "left" else RIGHT_FEMUR], mirrored=mirrored)
    assert spot.side == side
    assert segment_name(spot) == f"01 {side} femur"
    assert [spot.segment_id(view) for view in spot.views] == ["H01_anterior", "H01_posterior"]
    for name, in_view in spot.views.items():
        view = scan.views[name]
        r_mm, _ = ras_mm(view)
        assert (r_mm[in_view.mask].max() < 0) == (side == "left"), "the patient's left has negative R"
        at_column_start = np.nonzero(in_view.mask)[1].mean() < view.counts.shape[1] / 2
        left_first = name == "posterior" and not mirrored
        assert at_column_start == ((side == "left") == left_first)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_one_view_alone_tells_left_from_right(view, side):
    sign = -1 if side == "left" else 1
    _, _, (spot,) = found([Focus(sign * 60, rib_height_mm(5, view))], views=(view,))
    assert places([spot]) == [("ribs", side, "5")]


def test_a_focus_of_the_spine_lies_on_the_midline():
    _, _, (spot,) = found([L3])
    assert places([spot]) == [("lumbar_spine", "midline", "L3")]


# ---- measures -------------------------------------------------------------------------------------------------------


def test_areas_are_pixels_times_their_height_and_width():
    _, _, (spot,) = found([Focus(-80, -100, half_size_mm=(8, 15))])
    # 4 columns of 4 mm and 6 rows of 5 mm
    assert [in_view.area_mm2 for in_view in spot.views.values()] == [480.0, 480.0]
    assert spot.views["anterior"].mask.sum() * PIXEL_AREA_MM2 == 480


def test_counts_are_those_of_the_outlined_pixels():
    scan, segmentation = painted([LEFT_FEMUR], views=("anterior",))
    rows, columns = np.nonzero(LEFT_FEMUR.mask(scan.views["anterior"]))
    scan.views["anterior"].counts[rows, columns] = np.arange(16) + 100
    (spot,) = find_hot_spots(scan, segmentation)
    assert (spot.views["anterior"].max_counts, spot.views["anterior"].mean_counts) == (115.0, 107.5)


def test_the_ratio_is_taken_to_the_same_bone_on_the_other_side_without_its_foci():
    _, _, spots = found([replace(LEFT_FEMUR, counts=60), replace(RIGHT_FEMUR, s_mm=0, counts=500)])
    left = next(spot for spot in spots if spot.side == "left")
    assert left.ratio_to_background == pytest.approx(6.0)  # 60 over the femur's 10


def test_the_ratio_on_the_midline_is_taken_to_the_bone_around():
    _, _, (spot,) = found([replace(L3, counts=35)])
    assert spot.ratio_to_background == pytest.approx(3.5)


def test_a_ratio_without_the_other_bone_is_not_known():
    scan, segmentation = painted([LEFT_FEMUR])
    for name, maps in segmentation.views.items():
        maps.skeleton[:, ras_mm(scan.views[name])[0] > 0] = 0
    (spot,) = find_hot_spots(scan, segmentation)
    assert np.isnan(spot.ratio_to_background)


# ---- what the report did --------------------------------------------------------------------------------------------


def with_report(image, report):
    _, _, spots = found([Focus(-80, -100, image, report)])
    return spots


def test_without_a_report_there_is_one_probability_and_no_effect():
    _, _, (spot,) = found([LEFT_FEMUR])
    assert spot.report_effect == "no report"
    assert spot.probability == spot.probability_image_only == pytest.approx(0.9)
    assert np.isnan(spot.probability_with_report)


@pytest.mark.parametrize(
    ("effect", "image", "report", "accepted"),
    [
        ("unchanged", {"metastasis": 0.8, "benign": 0.2}, {"metastasis": 0.85, "benign": 0.15}, True),
        ("raised", {"metastasis": 0.55, "benign": 0.45}, {"metastasis": 0.9, "benign": 0.1}, True),
        ("raised", {"metastasis": 0.2, "benign": 0.8}, {"metastasis": 0.9, "benign": 0.1}, True),
        ("lowered", {"metastasis": 0.9, "benign": 0.1}, {"metastasis": 0.6, "benign": 0.4}, True),
        ("lowered", {"metastasis": 0.9, "benign": 0.1}, {"metastasis": 0.2, "benign": 0.8}, False),
        ("lowered", {"metastasis": 0.9}, {"metastasis": 0.2, "physiological": 0.7}, False),
        ("added", {"metastasis": 0.2}, {"metastasis": 0.9}, True),
        ("removed", {"metastasis": 0.9}, {"metastasis": 0.1}, False),
    ],
)
def test_the_effect_of_the_report_is_told_with_both_probabilities(effect, image, report, accepted):
    (spot,) = with_report(image, report)
    assert (spot.report_effect, spot.accepted) == (effect, accepted)

    assert spot.probability_image_only == pytest.approx(image["metastasis"], abs=1e-5)
    assert spot.probability_with_report == pytest.approx(report["metastasis"], abs=1e-5)


def test_a_faint_focus_is_less_probable_than_a_bright_one_and_a_rim_changes_nothing():
    _, _, spots = found([Focus(-80, -100, {"metastasis": 0.55}), Focus(80, -200, {"metastasis": 0.95})])
    assert {spot.side: round(spot.probability, 3) for spot in spots} == {"left": 0.55, "right": 0.95}
    _, _, (rimmed,) = found([Focus(80, -200, {"metastasis": 0.5001}, half_size_mm=(16, 20)), Focus(80, -200)])
    assert rimmed.probability == pytest.approx(0.9)


def test_what_the_report_removes_stays_in_the_list_not_accepted_and_less_probable():
    (spot,) = with_report({"metastasis": 0.9}, {"metastasis": 0.1})
    assert not spot.accepted
    assert spot.views["anterior"].mask.sum() == 16
    assert spot.probability == pytest.approx(0.1)
    assert spot.probability_image_only == pytest.approx(0.9)


def test_a_metastasis_below_the_acceptance_threshold_is_listed_not_accepted():
    scan, segmentation = painted([Focus(-80, -100, {"metastasis": 0.5, "benign": 0.45})])
    segmentation = replace(segmentation, thresholds={**segmentation.thresholds, "accept": 0.7})
    (spot,) = find_hot_spots(scan, segmentation)
    assert (spot.hot_spot_class, spot.accepted) == ("metastasis", False)


# ---- the phrase -----------------------------------------------------------------------------------------------------


def phrase_of(focus, text, *mentions):
    report = parse_report(text)
    _, _, (spot,) = found([focus], report=report, mentions=[mention(report, *one) for one in mentions])
    if spot.phrase_span:
        assert report.text[slice(*spot.phrase_span)] == spot.phrase
    return spot.phrase


def test_the_phrase_is_the_clause_that_names_the_level():
    text = "Findings: Uptake in the lumbar spine. Uptake of L3."
    assert phrase_of(L3, text, ("lumbar spine", ["lumbar_spine"]), ("L3", ["vertebra_L3"])) == "Uptake of L3."


def test_the_lexicon_finds_the_phrase_where_the_text_path_reads_nothing():
    assert phrase_of(LEFT_FEMUR, "Findings: Uptake in the left femur.") == "Uptake in the left femur."
    assert phrase_of(LEFT_FEMUR, "Findings: Uptake in the right femur.") == ""
    assert phrase_of(LEFT_FEMUR, "检查所见：左侧股骨浓聚。") == "左侧股骨浓聚。"


def test_the_phrase_of_the_next_level_comes_before_that_of_the_bone():
    text = "Findings: Uptake in the lumbar spine. Uptake of L4."
    assert phrase_of(L3, text, ("lumbar spine", ["lumbar_spine"]), ("L4", ["vertebra_L4"])) == "Uptake of L4."


def test_the_next_level_may_belong_to_the_next_part_of_the_spine():
    focus = Focus(0, vertebra_height_mm("L1"))
    assert phrase_of(focus, "Findings: Uptake of T12.", ("T12", ["vertebra_T12"])) == "Uptake of T12."


def test_a_phrase_may_name_the_bone_only():
    text = "Findings: Uptake in the left femur."
    assert phrase_of(LEFT_FEMUR, text, ("left femur", ["femur_left"])) == "Uptake in the left femur."


@pytest.mark.parametrize(
    ("words", "slots"), [("right femur", ["femur_right"]), ("L1", ["vertebra_L1"]), ("left ribs", ["ribs_left"])]
)
def test_a_phrase_of_another_side_or_place_is_not_taken(words, slots):
    focus = L3 if words == "L1" else LEFT_FEMUR
    assert phrase_of(focus, f"Findings: Uptake in the {words}.", (words, slots)) == ""


def test_the_clinical_history_is_never_the_phrase():
    text = "Clinical history: pain in the left femur.\nFindings: Kidneys are seen."
    assert phrase_of(LEFT_FEMUR, text, ("left femur", ["femur_left"])) == ""


def test_reported_uptake_comes_before_denied_uptake_of_the_same_place():
    text = "Findings: Distal left femur normal. Proximal thigh bone intense."
    phrase = phrase_of(
        LEFT_FEMUR, text, ("left femur", ["femur_left"], "negated"), ("thigh bone", ["femur_left"], "metastatic")
    )
    assert phrase == "Proximal thigh bone intense."


def test_a_rib_whose_number_is_not_known_takes_a_phrase_of_some_rib_of_its_side():
    _, _, (spot,) = found([LEFT_RIB_7_BACK])
    unnumbered = replace(spot, level="")
    assert slot_rank(unnumbered, ["rib_7_left"]) == 3
    assert slot_rank(unnumbered, ["rib_7_right"]) is None


def test_a_level_of_a_rib_is_no_level_of_the_spine():
    _, _, (spot,) = found([LEFT_RIB_7_BACK])
    assert [slot_rank(spot, [slot]) for slot in ("rib_7_left", "rib_8_left", "ribs_left", "vertebra_T7")] == [
        0, 1, 2, None,
    ]  # fmt: skip


def test_physiological_uptake_has_no_phrase():
    report, mentions = a_report()
    _, _, spots = found([BLADDER], report=report, mentions=mentions)
    assert [spot.phrase for spot in spots] == [""]


# ---- physiological uptake -------------------------------------------------------------------------------------------


def test_bladder_kidney_and_injection_site_are_named_and_never_accepted():
    _, _, spots = found([BLADDER, LEFT_KIDNEY, INJECTION_SITE])
    assert {(spot.region, spot.side) for spot in spots} == {
        ("bladder", "midline"),
        ("kidney", "left"),
        ("injection_site", "right"),
    }
    assert not any(spot.accepted for spot in spots)
    assert all(np.isnan(spot.ratio_to_background) for spot in spots)


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_hot_spots_are_numbered_accepted_metastases_first_then_from_head_to_feet():
    foci = [
        BLADDER,
        Focus(80, -600, {"benign": 0.9}),
        Focus(-80, -100),
        Focus(0, 870, {"benign": 0.9}),
        L3,
        Focus(0, 720, {"metastasis": 0.9}, {"metastasis": 0.1}),
    ]
    _, _, spots = found(foci)
    assert [(spot.id, spot.hot_spot_class, spot.accepted, spot.region) for spot in spots] == [
        ("H01", "metastasis", True, "lumbar_spine"),
        ("H02", "metastasis", True, "femur"),
        ("H03", "metastasis", False, "cervical_spine"),
        ("H04", "benign", False, "skull"),
        ("H05", "benign", False, "leg"),
        ("H06", "physiological", False, "bladder"),
    ]


def test_no_uptake_gives_no_hot_spot():
    _, _, spots = found([])
    assert spots == []
