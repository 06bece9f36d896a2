"""What each condition reads: whose report, of which findings, on which side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from BoneMetSegLib.errors import InputError
from model_training.evaluation import cohort
from model_training.evaluation.cohort import derangement, patients_of, unlike_partners
from model_training.evaluation.conditions import CONDITIONS, chosen_conditions
from model_training.evaluation.report_variants import EXACT, flipped, mirrored_place, on_the_other_side, unnamed_half
from model_training.simulator.report_writer import write_report
from Testing.training.evaluation_fixtures import a_focus, a_meta

ONE_SIDED = (
    a_focus(1, "metastasis", "rib_7_left", "left"),
    a_focus(2, "metastasis", "vertebra_T8", "midline"),
    a_focus(3, "benign", "knee_joint_left", "left"),
)


def exact(foci, language: str = "en"):
    return write_report(foci, {"sex": "male"}, language, np.random.default_rng(4), report_error_rates=EXACT)


@pytest.fixture
def patients(monkeypatch):
    monkeypatch.setattr(cohort, "load_meta", lambda path: a_meta(path.stem))
    return patients_of([Path(f"{name}.npz") for name in "ABCDEF"], 3, "held_back")


@pytest.mark.parametrize("count", [2, 3, 7, 40])
def test_nobody_is_read_with_the_own_report(count):
    for seed in range(20):
        order = derangement(count, np.random.default_rng(seed))
        assert sorted(order) == list(range(count))
        assert all(index != other for index, other in enumerate(order))
    assert derangement(count, np.random.default_rng(1)) == derangement(count, np.random.default_rng(1))


def test_the_unlike_patient_has_metastases_elsewhere():
    regions = [frozenset({1, 2}), frozenset({2}), frozenset({5}), frozenset(), frozenset({1, 2, 5})]
    for seed in range(10):
        partners = unlike_partners(regions, np.random.default_rng(seed))
        assert partners[0] == 2
        assert partners[1] == 2
        assert partners[2] in {0, 1}
        assert partners[3] in {0, 1, 2, 4}  # a normal patient: one with disease
        assert partners[4] == 3  # all who have disease share a region: one without any


def test_own_and_others_reports_are_in_the_drawn_language_and_the_wording_asked_for(patients):
    by_name = {condition.name: condition for condition in CONDITIONS}
    assert {patient.language for patient in patients} == {"zh", "en"}
    for patient in patients:
        own, other = (by_name[name].report(patient) for name in ("report", "other_report"))
        assert own.startswith(f"held back: {patient.path.stem}")
        assert other.startswith("held back: ")
        assert other[11] != patient.path.stem
        assert ("骨转移" in own) == ("骨转移" in other) == (patient.language == "zh")
        assert by_name["training_wording"].report(patient)[0] == patient.path.stem
        assert "骨转移" in by_name["zh"].report(patient)
        assert "metastasis" in by_name["en"].report(patient)


def test_a_flipped_report_calls_the_same_places_the_other_thing():
    told = {one.fine_region: one.status for one in exact(flipped(ONE_SIDED)).statements}
    assert told == {"rib_7_left": "benign", "vertebra_T8": "benign", "knee_joint_left": "metastatic"}
    assert [focus.side for focus in flipped(ONE_SIDED)] == ["left", "midline", "left"]
    assert flipped(flipped(ONE_SIDED))[0].hot_spot_class == "metastasis"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wrong_side_report_names_every_sided_finding_on_the_other_side_and_no_other(language):
    places = {slot for one in exact(on_the_other_side(ONE_SIDED), language).statements for slot in one.slots}
    assert places == {"rib_7_right", "vertebra_T8", "femur_right"}
    assert {slot for one in exact(ONE_SIDED, language).statements for slot in one.slots} == {
        "rib_7_left", "vertebra_T8", "femur_left",
    }  # fmt: skip
    assert mirrored_place("sacrum") == "sacrum"


def test_an_exact_report_names_every_visible_focus_without_doubt():
    for language in ("zh", "en"):
        written = exact(ONE_SIDED, language)
        assert not written.errors
        assert [one.status for one in written.statements] == ["metastatic", "metastatic", "benign"]


def test_half_of_the_visible_metastases_are_left_out_and_a_single_one_is_named():
    many = [replace(ONE_SIDED[1], number=n) for n in range(1, 8)]
    left_out = unnamed_half([*many, ONE_SIDED[2]], (1, 2))
    assert len(left_out) == 3
    assert left_out <= set(range(1, 8))
    assert unnamed_half([*many, ONE_SIDED[2]], (1, 2)) == left_out
    assert unnamed_half(many[:1], (1, 2)) == set()


def test_conditions_are_chosen_by_name_and_the_image_alone_is_always_read():
    assert [one.name for one in chosen_conditions(["zh"])] == ["image_only", "zh"]
    assert chosen_conditions(None) == CONDITIONS
    with pytest.raises(InputError, match="there is no condition 'truth'; known are image_only, report"):
        chosen_conditions(["truth"])


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_patients_are_refused(count):
    with pytest.raises(InputError, match=f"patients to evaluate: {count}; .* at least 2 are needed"):
        patients_of([Path("a.npz")][:count], 0, "held_back")
