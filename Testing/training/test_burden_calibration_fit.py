"""The calibration of the burden: fitted by hand, widened to coverage, written into a bundle's description."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.measurement.fit_calibration import (
    figure_name,
    first_fit,
    fit_index,
    fit_logit,
    fit_missed,
    interval_pairs,
    margin_of,
    with_margins,
)

TRUE = np.geomspace(0.1, 13, 40)


def test_a_power_law_without_error_is_found_again():
    scale, power, spread = fit_index(TRUE, 2 * TRUE**0.8)
    assert power == pytest.approx(1 / 0.8)
    assert scale * (2 * 5.0**0.8) ** power == pytest.approx(5.0)
    assert spread == pytest.approx(0, abs=1e-9)


def test_error_of_the_measured_index_does_not_flatten_the_calibration():
    """Raw = true times noise: the fitted power stays 1, where a regression of true on raw would fall below it."""
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.4, 4000)
    true = np.exp(rng.uniform(np.log(0.1), np.log(13), 4000))
    scale, power, spread = fit_index(true, true * np.exp(noise))
    assert power == pytest.approx(1, abs=0.02)
    assert scale == pytest.approx(np.exp(-(0.4**2) / 4), abs=0.02)  # the mean of the square root of such noise
    assert spread == pytest.approx(0.4, abs=0.03)


def test_the_largest_burdens_are_not_left_steeper_by_the_smallest():
    """Where small burdens are measured with more error than their square root has, the slope on true is still 1."""
    rng = np.random.default_rng(2)
    true = np.exp(rng.uniform(np.log(0.05), np.log(13), 4000))
    raw = (np.sqrt(true) + rng.normal(0, 0.15, 4000)).clip(0.05) ** 2
    scale, power, _ = fit_index(true, raw)
    large = true > 1
    slope = np.polyfit(true[large], scale * raw[large] ** power, 1)[0]
    assert slope == pytest.approx(1, abs=0.04)


def test_patients_without_a_measurable_index_are_left_out():
    true, raw = np.append(TRUE, [0.0, 1.0]), np.append(3 * TRUE, [0.5, 0.0])
    assert fit_index(true, raw)[:2] == pytest.approx((1 / 3, 1.0))


def test_too_few_patients_or_an_index_that_does_not_rise_make_no_calibration():
    with pytest.raises(InputError, match="9 patients have a Bone Scan Index"):
        fit_index(TRUE[:9], TRUE[:9])
    with pytest.raises(InputError, match="does not rise"):
        fit_index(TRUE, TRUE[::-1])


def test_the_logistic_regression_finds_the_odds_that_were_drawn():
    rng = np.random.default_rng(2)
    said = rng.uniform(0.02, 0.98, 20000)
    logit = 0.5 + 0.7 * np.log(said / (1 - said))
    truth = rng.random(20000) < 1 / (1 + np.exp(-logit))
    assert fit_logit(said, truth) == pytest.approx((0.5, 0.7), abs=0.06)
    assert fit_logit([], []) == (0.0, 1.0)
    offset, slope = fit_logit([0.2, 0.8], [0, 1])  # told apart without error: stays finite
    assert abs(offset) < 5
    assert 0 < slope < 20


def test_missed_lesions_are_counted_for_each_patient_and_for_each_found():
    found = np.array([0, 1, 2, 5, 10])
    assert fit_missed(found + 1 + 0.5 * found, found) == pytest.approx((1, 0.5))
    assert fit_missed(found, found) == (0, 0)


def test_a_margin_is_the_distance_within_which_nine_of_ten_truths_lie():
    """Nineteen truths 0 to 1.8 beyond an interval that ends at 4 (2 on the root): the 18th of 19 sets the margin."""
    pairs = [((2 + 0.1 * number) ** 2, (1.0, 4.0)) for number in range(19)]
    assert margin_of(pairs) == pytest.approx(1.7)
    assert margin_of([(2.25, (1.0, 4.0))] * 19) == pytest.approx(-0.5)  # all within: intervals may shrink
    assert margin_of([]) == 0


def _record(true, raw):
    figures = {"lesion_count": 3, "bsi_percent": raw, "lesion_area_mm2_anterior": 100.0}
    region = {"femur/left": {"lesion_count": 3, "bsi_percent": raw}}
    scored = {
        "bsi_by_rule": {"max": raw, "mean": raw / 2},
        "spots": [[0.9, 1], [0.8, 1], [0.2, 0]],
        "intervals": {
            "lesion_count": [2, 2], "bsi_percent": [raw / 2, raw], "lesion_area_mm2_anterior": [50, 80],
            "bsi_calibrated_percent": [true / 2, true], "ratio_to_background": [None, None],
        },
        "region_intervals": {"femur/left": {"lesion_count": [2, 2]}, "femur/right": {"lesion_count": [0, 0]}},
    }  # fmt: skip
    return {
        "truth": {"bsi_percent": true, "figures": figures, "regions": region},
        "conditions": {"image_only": scored},
    }


def test_records_make_a_calibration_whose_margins_hold_the_truth():
    records = [_record(true, 2 * true) for true in TRUE]
    fitted = first_fit(records, "weights", "max", "1", "by hand")
    assert (fitted.scale, fitted.power) == pytest.approx((0.5, 1))
    assert fitted.missed == pytest.approx((0, 0.5), abs=1)
    truths, measured = zip(*((r["truth"], r["conditions"]["image_only"]) for r in records), strict=True)
    fitted = with_margins(fitted, truths, measured)
    assert fitted.margins["lesion_count"] == pytest.approx(np.sqrt(3) - np.sqrt(2), abs=1e-4)
    assert fitted.margins["lesion_area_mm2"] == pytest.approx(10 - np.sqrt(80), abs=1e-4)
    assert fitted.margins["bsi_calibrated_percent"] == pytest.approx(0, abs=1e-9)
    pairs = interval_pairs(truths, measured)
    assert len(pairs["region_lesion_count"]) == len(TRUE)  # the right femur, without any lesion, says nothing
    assert "ratio_to_background" not in pairs
    assert figure_name("total_counts_posterior") == "total_counts"
