"""The figures of the burden in total and by region, worked out by hand; the calibrated index; a volume's intervals."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.burden_calibration import BurdenCalibration
from BoneMetSegLib.burden_weights import weighted_bones
from Testing.library.synthetic_case import (
    BONES,
    L3,
    LEFT_FEMUR,
    LEFT_RIB_7_BACK,
    RIGHT_FEMUR,
    Focus,
    found,
    vertebra_height_mm,
)
from Testing.library.test_burden import FEMUR_PIXELS, LESION_PIXELS, SPINE_PIXELS

CALIBRATION = BurdenCalibration("7", weighted_bones()[0], "max", scale=0.5, power=2.0, fitted_on="by hand")


def region(burden, name, side="midline"):
    return next(each for each in burden.regions if (each.region, each.side) == (name, side))


def measured(foci, calibration=None, **options):
    scan, segmentation, spots = found(foci, **options)
    if calibration is not None:
        segmentation = replace(segmentation, burden_calibration=calibration.as_json())
    return measure_burden(scan, segmentation, spots)


def test_a_lesion_of_the_left_femur_is_in_the_row_of_the_left_femur_alone():
    burden = measured([LEFT_FEMUR])
    assert [(each.region, each.side) for each in burden.regions] == [("femur", "left")]
    left = region(burden, "femur", "left")
    assert (left.lesion_count, left.lesion_area_mm2) == (1, {"anterior": 320, "posterior": 320})
    assert left.bsi_percent == pytest.approx(LESION_PIXELS / FEMUR_PIXELS * 8.9)


def test_midline_bones_have_the_side_midline_and_regions_go_from_head_to_feet():
    burden = measured([RIGHT_FEMUR, L3, LEFT_RIB_7_BACK])
    assert [(each.region, each.side) for each in burden.regions] == [
        ("lumbar_spine", "midline"),
        ("ribs", "left"),
        ("femur", "right"),
    ]


def test_regions_add_up_to_the_total():
    burden = measured([LEFT_FEMUR, RIGHT_FEMUR, L3, Focus(0, vertebra_height_mm("T6")), LEFT_RIB_7_BACK])
    assert sum(each.bsi_percent for each in burden.regions) == pytest.approx(burden.bsi_percent)
    assert sum(each.lesion_count for each in burden.regions) == burden.lesion_count == 5
    for view in ("anterior", "posterior"):
        assert sum(each.lesion_area_mm2[view] for each in burden.regions) == burden.lesion_area_mm2[view]
    # One bone for the weights, two regions for the reader.
    share = LESION_PIXELS / SPINE_PIXELS * 8.3
    assert region(burden, "lumbar_spine").bsi_percent == pytest.approx(share)
    assert region(burden, "thoracic_spine").bsi_percent == pytest.approx(share)
    assert burden.bsi_by_region_percent["spine"] == pytest.approx(2 * share)


def test_positive_area_is_lesion_area_over_the_area_of_the_bones_in_both_views():
    burden = measured([replace(LEFT_FEMUR, views=("anterior",))])
    assert region(burden, "femur", "left").positive_area_percent == pytest.approx(100 * 16 / (2 * FEMUR_PIXELS))


def test_counts_are_those_of_the_lesions_pixels():
    burden = measured([LEFT_FEMUR, LEFT_RIB_7_BACK])
    assert burden.total_counts == {"anterior": 16 * 60, "posterior": 2 * 16 * 60}
    assert region(burden, "ribs", "left").total_counts == {"anterior": 0, "posterior": 16 * 60}


def test_the_ratio_is_that_of_the_lesions_counts_to_normal_bone():
    """Two lesions of 60 and of 30 counts per pixel, as large, where the other femur has 10."""
    burden = measured([LEFT_FEMUR, Focus(-80, -250, counts=30)])
    assert burden.ratio_to_background == pytest.approx((60 + 30) / 20)


def test_without_a_lesion_there_is_no_ratio_and_no_region():
    burden = measured([])
    assert math.isnan(burden.ratio_to_background)
    assert burden.regions == ()
    assert burden.positive_area_percent == 0


def test_each_region_has_its_own_extent_of_disease():
    femur = [Focus(-80, 60 - 40 * number) for number in range(6)]
    burden = measured([*femur, L3])
    assert burden.eod_grade == 2
    assert region(burden, "femur", "left").eod_grade == 2
    assert region(burden, "lumbar_spine").eod_grade == 1


def test_lesions_in_most_of_ribs_spine_and_pelvis_are_a_superscan():
    foci = [
        Focus(side * (near + far) / 2, (low + high) / 2, half_size_mm=((far - near) / 2 + 1, (high - low) / 2 + 1))
        for (near, far), (low, high), _ in (BONES[name] for name in ("ribs", "pelvis"))
        for side in (-1, 1)
    ]
    burden = measured(foci)
    assert burden.axial_percent > 75
    assert burden.eod_grade == 4
    half = measured(foci[::2])
    assert half.axial_percent < 75
    assert half.eod_grade == 1


# ---- calibrated -----------------------------------------------------------------------------------------------------


def test_the_calibrated_index_stands_beside_the_raw_one_and_its_regions_add_up():
    raw = measured([LEFT_FEMUR, L3])
    burden = measured([LEFT_FEMUR, L3], CALIBRATION)
    assert math.isnan(raw.bsi_calibrated_percent)
    assert burden.bsi_percent == raw.bsi_percent
    assert burden.bsi_calibrated_percent == pytest.approx(0.5 * raw.bsi_percent**2)
    assert sum(each.bsi_calibrated_percent for each in burden.regions) == pytest.approx(burden.bsi_calibrated_percent)
    assert (burden.calibration_version, burden.calibration_fitted_on) == ("7", "by hand")


def test_no_lesion_is_zero_calibrated_too():
    assert measured([], CALIBRATION).bsi_calibrated_percent == 0


def test_a_calibration_for_other_weights_or_views_is_not_used():
    for other in (replace(CALIBRATION, view_rule="mean"), replace(CALIBRATION, weights_name="others")):
        burden = measured([LEFT_FEMUR], other)
        assert math.isnan(burden.bsi_calibrated_percent)
        assert burden.calibration_version == ""


def test_a_calibration_comes_back_from_json():
    full = replace(CALIBRATION, margins={"bsi_percent": 0.1}, lesion_logit=(0.5, 0.8), missed=(0.2, 0.1))
    assert BurdenCalibration.from_json(full.as_json()) == full
    assert BurdenCalibration.from_json({}).version == ""


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"scale": 0}, "above 0"),
        ({"power": float("nan")}, "not finite"),
        ({"missed": [0.1, -1]}, "not below 0"),
        ({"missed": 3}, "wrong type"),
        ({"margins": {"bsi_percent": float("inf")}}, "not finite"),
    ],
)
def test_a_malformed_calibration_is_refused(change, fault):
    with pytest.raises(ValueError, match=fault):
        BurdenCalibration.from_json(CALIBRATION.as_json() | change)
    without = CALIBRATION.as_json()
    del without["scale"]
    with pytest.raises(ValueError, match="'scale'"):
        BurdenCalibration.from_json(without)


def test_probabilities_are_calibrated_by_offset_and_slope_of_their_logit():
    doubled = replace(CALIBRATION, lesion_logit=(0.0, 2.0))
    assert doubled.lesion_probability(0.8) == pytest.approx(16 / 17)  # odds of 4, squared
    assert CALIBRATION.lesion_probability(0.8) == pytest.approx(0.8)
