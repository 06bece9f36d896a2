"""Patients of a wanted burden, and their truth as findings; made on analytic bones of a fast patient."""

from __future__ import annotations

import numpy as np
import pytest

from BoneMetSegLib.burden import measure_burden
from model_training.measurement.examination_record import focus_under, place_rows
from model_training.measurement.patients_of_burden import TOLERANCE, measuring_clinic, patient_of_burden
from model_training.measurement.true_figures import perfect_segmentation, true_figures, true_lesions
from model_training.simulated_scan import scan_of_case
from model_training.simulator.burden_truth import true_bsi_percent
from model_training.simulator.clinic import default_clinic
from model_training.simulator.planar_exam import examine

SEED = 4711


@pytest.fixture(scope="module")
def clinic():
    changes = {"patient.mesh_share": {"share": 0.0}}
    return measuring_clinic(default_clinic()).changed(changes)


@pytest.fixture(scope="module")
def case(clinic):
    return examine(patient_of_burden(SEED, clinic, 2.0)).case


@pytest.mark.parametrize("percent", [0.1, 2.0])
def test_a_patient_has_the_burden_that_is_wanted(clinic, percent):
    person = patient_of_burden(SEED, clinic, percent, benign=False)
    assert all(source.hot_spot_class == "metastasis" for source in person.lesions)
    assert all(source.peak_ratio > 0 for source in person.lesions)
    reached = true_bsi_percent(person.skeleton, list(person.lesions))
    assert reached == pytest.approx(percent, rel=1.5 * TOLERANCE)
    assert [source.lesion_id for source in person.lesions] == list(range(1, len(person.lesions) + 1))


def test_no_burden_is_no_metastasis(clinic):
    person = patient_of_burden(SEED, clinic, 0.0)
    assert all(source.hot_spot_class != "metastasis" for source in person.lesions)


def test_the_truth_of_an_examination_is_what_its_foci_say(case):
    scan = scan_of_case(case)
    visible = [focus for focus in case.foci if focus.hot_spot_class == "metastasis" and any(focus.visible.values())]
    truth = true_figures(case, scan)
    assert truth["bsi_percent"] == case.true_bsi_percent
    assert truth["figures"]["lesion_count"] == len(visible)
    for view, numbers in case.focus_map.items():
        pixels = sum(int((numbers == focus.number).sum()) for focus in visible)
        assert truth["figures"][f"lesion_area_mm2_{view}"] == pytest.approx(pixels * case.pixel_size_mm**2, abs=0.2)
    assert sum(region["lesion_count"] for region in truth["regions"].values()) == len(visible)
    assert case.acquisition["field_rows"][0] == 0
    assert np.isclose(case.counts["anterior"].sum(), 1.5e6, rtol=0.5)


def test_true_lesions_are_all_in_their_true_place(case):
    """Also one-sided: a lesion of a sided bone is on the side that its focus has."""
    scan = scan_of_case(case)
    lesions = true_lesions(case, scan)
    rows = place_rows(case, scan, lesions)
    assert len(rows) == len(lesions) > 0
    assert all(row["region"] and row.get("side", True) and row.get("off", 0) == 0 for row in rows)
    sided = [spot for spot in lesions if spot.side != "midline"]
    assert sided
    for spot in sided:
        focus = next(each for each in case.foci if each.number == focus_under(case, spot))
        assert spot.side == focus.side
    burden = measure_burden(scan, perfect_segmentation(case, scan), lesions)
    assert burden.bsi_percent > 0
    assert burden.unmeasured == ()
