"""Intervals about the burden: of what probabilities and counts leave open, and of nothing that a reader decided."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from BoneMetSegLib.burden import measure_burden
from BoneMetSegLib.burden_calibration import NO_CALIBRATION, BurdenCalibration
from BoneMetSegLib.burden_draws import DRAWS, draw_lesions
from BoneMetSegLib.burden_interval import interval_of
from BoneMetSegLib.burden_weights import weighted_bones
from Testing.library.synthetic_case import L3, LEFT_FEMUR, LEFT_RIB_7_BACK, RIGHT_FEMUR, Focus, found
from Testing.library.synthetic_spect import LEFT_KIDNEY as SPECT_KIDNEY
from Testing.library.synthetic_spect import a_spect_case

SURE = {"metastasis": 0.999}
DOUBTFUL = {"metastasis": 0.6, "benign": 0.399}


def measured(foci, **options):
    scan, segmentation, spots = found(foci, **options)
    return measure_burden(scan, segmentation, spots)


def width(burden, name):
    low, high = burden.intervals[name]
    return high - low


def test_lesions_that_are_sure_are_counted_without_doubt():
    burden = measured([replace(LEFT_FEMUR, image=SURE), replace(L3, image=SURE)])
    assert burden.intervals["lesion_count"] == (2, 2)
    assert burden.intervals["eod_grade"] == (1, 1)


def test_a_doubtful_lesion_may_be_none():
    burden = measured([replace(LEFT_FEMUR, image=DOUBTFUL), replace(L3, image=SURE)])
    assert burden.lesion_count == 2
    assert burden.intervals["lesion_count"] == (1, 2)
    left = next(each for each in burden.regions if each.region == "femur")
    assert left.intervals["lesion_count"] == (0, 1)
    assert left.intervals["bsi_percent"][0] == 0 < left.bsi_percent <= left.intervals["bsi_percent"][1]


def test_the_count_is_spread_as_the_poisson_binomial_says():
    """Twenty lesions of 0.7: mean 14, variance 4.2, 90 % between 11 and 17 (binomial)."""
    foci = [
        Focus(80 * side, 60 - 40 * number, {"metastasis": 0.7, "benign": 0.3})
        for number in range(10)
        for side in (1, -1)
    ]
    scan, segmentation, spots = found(foci)
    drawn = draw_lesions(scan, segmentation, spots)
    counts = np.sum([one.there for one in drawn], axis=0)
    assert counts.shape == (DRAWS,)
    assert counts.mean() == pytest.approx(14, abs=0.5)
    assert counts.var() == pytest.approx(4.2, abs=1.2)
    low, high = measure_burden(scan, segmentation, spots).intervals["lesion_count"]
    assert abs(low - 11) <= 1
    assert high == 20  # all are accepted, and an interval holds its figure


def test_a_focus_that_may_be_a_metastasis_widens_the_interval_without_being_counted():
    burden = measured([Focus(-80, -100, {"metastasis": 0.4, "benign": 0.6})])
    assert burden.lesion_count == 0
    assert burden.intervals["lesion_count"] == (0, 1)
    assert burden.intervals["bsi_percent"][1] > 0


def test_every_interval_holds_its_figure():
    burden = measured([replace(LEFT_FEMUR, image=DOUBTFUL), L3, LEFT_RIB_7_BACK])
    for figures in (burden, *burden.regions):
        for name, (low, high) in figures.intervals.items():
            plain = name.removesuffix("_anterior").removesuffix("_posterior")
            value = getattr(figures, plain)
            value = value if plain == name else value[name.rsplit("_", 1)[1]]
            assert (low <= value <= high) or (math.isnan(value) and math.isnan(low)), name


def test_what_a_reader_decided_is_certain():
    scan, segmentation, spots = found([replace(LEFT_FEMUR, image=DOUBTFUL), replace(RIGHT_FEMUR, image=DOUBTFUL)])
    decided = [replace(spot, accepted=spot.side == "left", edited_by="reader") for spot in spots]
    burden = measure_burden(scan, segmentation, decided)
    assert burden.intervals["lesion_count"] == (1, 1)
    assert [each.side for each in burden.regions] == ["left"]


def test_a_decision_about_one_lesion_leaves_the_others_draws_as_they_are():
    scan, segmentation, spots = found([replace(LEFT_FEMUR, image=DOUBTFUL), replace(RIGHT_FEMUR, image=DOUBTFUL)])
    before = {one.spot.id: one for one in draw_lesions(scan, segmentation, spots)}
    rejected = [replace(spots[0], accepted=False, edited_by="reader"), spots[1]]
    after = {one.spot.id: one for one in draw_lesions(scan, segmentation, rejected)}
    assert list(after) == [spots[1].id]
    for view, elements in after[spots[1].id].elements.items():
        np.testing.assert_array_equal(elements, before[spots[1].id].elements[view])


def test_the_same_scan_has_the_same_intervals_each_time():
    assert measured([replace(LEFT_FEMUR, image=DOUBTFUL), L3]) == measured([replace(LEFT_FEMUR, image=DOUBTFUL), L3])


def test_fewer_counts_make_wider_intervals():
    def foci(factor):
        return [Focus(-80, -100, SURE, counts=60 * factor)]

    scan, segmentation, spots = found(foci(1))
    few_scan = replace(scan, views={name: replace(view, counts=view.counts / 25) for name, view in scan.views.items()})
    few_spots = [
        replace(
            spot,
            views={name: replace(shown, mean_counts=shown.mean_counts / 25) for name, shown in spot.views.items()},
        )
        for spot in spots
    ]
    many = measure_burden(scan, segmentation, spots)
    few = measure_burden(few_scan, segmentation, few_spots)
    assert width(few, "bsi_percent") > 2 * width(many, "bsi_percent")
    assert width(few, "lesion_area_mm2_anterior") > 2 * width(many, "lesion_area_mm2_anterior")


def test_an_outline_that_fades_is_less_sure_than_a_sharp_one():
    scan, segmentation, spots = found([replace(LEFT_FEMUR, image=SURE)])
    sharp = measure_burden(scan, segmentation, spots)
    for name, view in scan.views.items():
        faint = Focus(-80, -100, half_size_mm=(16, 20)).mask(view) & ~LEFT_FEMUR.mask(view)
        segmentation.views[name].image_only[0][faint] = 0.6
        segmentation.views[name].image_only[1][faint] = 0.4
    faded = measure_burden(scan, segmentation, spots)
    assert faded.lesion_area_mm2 == sharp.lesion_area_mm2
    assert width(faded, "lesion_area_mm2_anterior") > 1.5 * width(sharp, "lesion_area_mm2_anterior")


def test_one_lesions_outline_never_takes_anothers_pixels():
    near = [replace(LEFT_FEMUR, image=SURE), Focus(-80, -122, {"benign": 0.99})]
    scan, segmentation, spots = found(near)
    lesion = next(spot for spot in spots if spot.hot_spot_class == "metastasis")
    (drawn,) = (one for one in draw_lesions(scan, segmentation, spots) if one.spot.id == lesion.id)
    alone = found(near[:1])
    (only,) = draw_lesions(*alone)
    np.testing.assert_allclose(np.median(drawn.elements["anterior"]), np.median(only.elements["anterior"]), rtol=0.05)


def test_margins_move_both_ends_on_the_scale_of_the_square_root():
    draws = np.full(100, 4.0)
    assert interval_of(draws) == (4.0, 4.0)
    assert interval_of(draws, 0.5) == pytest.approx((2.25, 6.25))
    assert interval_of(draws, 3.0) == pytest.approx((0.0, 25.0))
    assert interval_of(np.linspace(1, 9, 101), -5.0) == pytest.approx((5.0, 5.0))  # never past the middle


def test_missed_lesions_and_margins_of_a_calibration_widen_the_intervals():
    scan, segmentation, spots = found([replace(LEFT_FEMUR, image=SURE)])
    plain = measure_burden(scan, segmentation, spots)
    calibration = BurdenCalibration(
        "1", weighted_bones()[0], "max", 1.0, 1.0, 0.3, missed=(2.0, 0.0), margins={"bsi_percent": 0.2}
    )
    fitted = measure_burden(scan, replace(segmentation, burden_calibration=calibration.as_json()), spots)
    assert plain.intervals["lesion_count"] == (1, 1)
    assert fitted.intervals["lesion_count"][1] >= 4
    assert width(fitted, "bsi_percent") > width(plain, "bsi_percent")
    assert width(fitted, "bsi_calibrated_percent") > width(plain, "bsi_percent")
    assert NO_CALIBRATION.missed == (0.0, 0.0)


def test_a_volume_has_intervals_of_count_volume_and_uptake():
    burden = a_spect_case([SPECT_KIDNEY]).burden
    assert burden.intervals["lesion_count"] == (0, 0)
    assert burden.intervals["lesion_volume_ml"] == (0, 0)
    assert burden.interval_level == 0.9
