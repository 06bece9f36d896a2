"""What changes between two examinations, and how many metastases are truly new."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.simulator.clinic import Clinic, default_clinic
from model_training.simulator.disease import draw_lesions
from model_training.simulator.followup import (
    CHANGES,
    COURSES,
    EvolvedSource,
    evolve,
    sources_after,
    true_new_metastases,
    truth_of_pair,
)
from Testing.training.foci_fixtures import a_patient, a_skeleton


def a_pair(seed: int, course: str = "", number: str = "9-20") -> list[EvolvedSource]:
    changes: dict[str, dict] = {
        "metastases.number": {"weights": {number: 1}},
        "metastases.superscan": {"share": 0.0},
    }
    if course in ("onset", "free of metastases"):
        changes["followup.onset"] = {"share": float(course == "onset")}
    elif course:
        changes["followup.course"] = {"weights": {course: 1}}
    clinic: Clinic = default_clinic().changed(changes)
    rng = np.random.default_rng(seed)
    lesions = draw_lesions(a_skeleton(24), a_patient(seed), rng, clinic)
    return evolve(lesions, a_skeleton(24), a_patient(seed), rng, clinic)


def _metastases(pair: list[EvolvedSource], change: str) -> list[EvolvedSource]:
    return [one for one in pair if one.source.hot_spot_class == "metastasis" and one.change == change]


def test_lesions_keep_their_number_and_new_ones_get_new_numbers() -> None:
    for seed in range(6):
        pair = a_pair(seed)
        numbers = [one.lesion_id for one in pair]
        assert len(set(numbers)) == len(numbers)
        for one in pair:
            assert one.change in CHANGES
            assert one.course in COURSES
            assert one.before is None or one.before.lesion_id == one.lesion_id
            assert one.after is None or one.after.lesion_id == one.lesion_id
            assert (one.after is None) == (one.change == "resolved")
            assert one.before is not None or one.change in ("new", "flare")
        old = [one.lesion_id for one in pair if one.before is not None]
        assert all(one.lesion_id > max(old) for one in pair if one.before is None)


def test_progression_has_new_metastases_and_the_true_number_is_theirs() -> None:
    for seed in range(5):
        pair = a_pair(seed, "progression")
        assert true_new_metastases(pair) == len(_metastases(pair, "new")) >= 1
        rows = truth_of_pair(pair)
        assert sum(row["change"] == "new" and row["hot_spot_class"] == "metastasis" for row in rows) == len(
            _metastases(pair, "new")
        )


@pytest.mark.parametrize("course", ["response", "stable", "flare"])
def test_response_stability_and_flare_have_no_new_metastasis(course: str) -> None:
    assert all(true_new_metastases(a_pair(seed, course)) == 0 for seed in range(5))


def test_a_flare_is_hotter_and_may_show_lesions_that_were_unseen() -> None:
    pairs = [a_pair(seed, "flare") for seed in range(8)]
    hotter = [one for pair in pairs for one in _metastases(pair, "flare") if one.before]
    assert hotter
    for one in hotter:
        assert one.before is not None
        assert one.after is not None
        assert one.after.peak_ratio > 1.2 * one.before.peak_ratio
        assert np.array_equal(one.after.points_mm, one.before.points_mm)
    assert any(one.before is None for pair in pairs for one in _metastases(pair, "flare"))


def test_grown_lesions_are_larger_and_shrunk_ones_smaller_at_the_same_place() -> None:
    pairs = [a_pair(seed, "mixed") for seed in range(6)]
    for change, larger in (("grown", True), ("shrunk", False)):
        found = [one for pair in pairs for one in _metastases(pair, change)]
        assert len(found) > 5
        volumes = [(one.before.volume_ml, one.after.volume_ml) for one in found if one.before and one.after]
        assert all(after >= before if larger else after <= before for before, after in volumes)
        assert all(one.before.fine_region == one.after.fine_region for one in found if one.before and one.after)


def test_stable_lesions_vary_a_little_from_scan_to_scan() -> None:
    stable = [one for seed in range(4) for one in _metastases(a_pair(seed, "stable"), "stable")]
    factors = [one.after.peak_ratio / one.before.peak_ratio for one in stable if one.before and one.after]
    assert np.std(np.log(factors)) == pytest.approx(0.10, rel=0.4)


def test_fractures_fade_and_arthritis_stays() -> None:
    pairs = [a_pair(seed, number="0") for seed in range(60)]
    changes: dict[str, set[str]] = {"fracture": set(), "osteoarthritis": set()}
    for one in (one for pair in pairs for one in pair if one.before is not None):
        for word, found in changes.items():
            if word in one.source.kind:
                found.add(one.change)
    assert changes["osteoarthritis"] == {"stable"}
    assert changes["fracture"] >= {"shrunk", "resolved"}


def test_a_patient_without_metastases_stays_free_of_them_or_has_an_onset() -> None:
    free, onset = a_pair(1, "free of metastases", "0"), a_pair(1, "onset", "0")
    assert true_new_metastases(free) == 0
    assert true_new_metastases(onset) >= 1
    assert len(sources_after(onset)) >= 1


def test_the_same_seed_draws_the_same_course() -> None:
    assert truth_of_pair(a_pair(3)) == truth_of_pair(a_pair(3))
