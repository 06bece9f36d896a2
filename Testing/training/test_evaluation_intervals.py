"""Bootstrap and calibration, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.evaluation.bootstrap import confidence_interval, difference_interval, ratio_interval
from model_training.evaluation.calibration import pixel_calibration, reliability, spot_calibration


def test_a_bootstrap_interval_holds_the_mean_and_narrows_with_patients():
    rng = np.random.default_rng(0)
    few, many = (confidence_interval(rng.normal(0.6, 0.1, n), rng) for n in (20, 500))
    for interval in (few, many):
        assert interval["low"] < interval["mean"] < interval["high"]
    assert many["high"] - many["low"] < 0.5 * (few["high"] - few["low"])
    assert few["high"] - few["low"] == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(20), rel=0.5)


def test_an_interval_leaves_out_patients_without_a_score():
    rng = np.random.default_rng(0)
    assert confidence_interval(np.array([0.5, np.nan, 0.5]), rng) == {"mean": 0.5, "low": 0.5, "high": 0.5}
    assert confidence_interval(np.array([np.nan]), rng) == {"mean": None, "low": None, "high": None}


def test_runs_that_differ_widen_the_interval_though_no_patient_does():
    rng = np.random.default_rng(0)
    alike = np.full((3, 40), 0.5)
    apart = alike + np.array([[-0.1], [0.0], [0.1]])
    assert confidence_interval(alike, rng) == {"mean": 0.5, "low": 0.5, "high": 0.5}
    found = confidence_interval(apart, rng)
    # The mean of three runs drawn again lies at the lowest run with a chance of 1/27, above 2.5 %.
    assert found == {"mean": 0.5, "low": 0.4, "high": 0.6}


def test_a_paired_difference_knows_that_the_patients_are_the_same():
    rng = np.random.default_rng(0)
    patients = rng.uniform(0.1, 0.9, 50)
    found = difference_interval(patients + 0.05, patients, rng)
    assert found == {"mean": 0.05, "low": 0.05, "high": 0.05}
    apart = difference_interval(np.stack([patients, patients + 0.1]), patients, rng)
    assert apart["mean"] == 0.05
    assert (apart["low"], apart["high"]) == (0.0, 0.1)


def test_a_ratio_is_pooled_over_patients():
    found = ratio_interval(np.array([3, 1]), np.array([4, 4]), np.random.default_rng(0))
    assert (found["mean"], found["low"], found["high"]) == (0.5, 0.25, 0.75)
    assert ratio_interval(np.zeros(2), np.zeros(2), np.random.default_rng(0))["mean"] is None


def test_reliability_by_hand():
    found = spot_calibration([(0.25, False), (0.25, True), (0.95, True), (0.95, True)])
    assert found["count"] == 4
    assert found["ece"] == pytest.approx((2 * 0.25 + 2 * 0.05) / 4)
    assert found["brier"] == pytest.approx((0.0625 + 0.5625 + 2 * 0.0025) / 4, abs=1e-4)
    assert found["bins"] == [
        {"probability": 0.25, "positive": 0.5, "count": 2},
        {"probability": 0.95, "positive": 1.0, "count": 2},
    ]
    assert spot_calibration([])["ece"] is None


def test_pixels_of_the_empty_field_are_not_in_question():
    probability, truth = np.zeros((10, 10)), np.zeros((10, 10), bool)
    probability[0, :4], truth[0, 2:6] = 0.75, True  # two false, two right, two missed
    bins, squared = pixel_calibration(probability, truth)
    assert bins[:, 0].sum() == 6
    found = reliability(bins, squared)
    assert found["brier"] == pytest.approx((2 * 0.5625 + 2 * 0.0625 + 2) / 6, abs=1e-4)
    assert found["ece"] == pytest.approx((4 * 0.25 + 2 * 1) / 6, abs=1e-4)
